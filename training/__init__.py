"""Everything that needs torch: data for training, SFT, and in-process models."""
