"""The frame for many runs."""
