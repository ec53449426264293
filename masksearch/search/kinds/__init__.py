"""Kinds of index over a run's passages, a class each."""
