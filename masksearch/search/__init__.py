"""Retrieval over a run's passages: the index, the back end, and what of a hit is shown."""
