"""Episodes for reinforcement learning, as token ids."""
