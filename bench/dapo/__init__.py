"""The loop's second half: rewards."""
