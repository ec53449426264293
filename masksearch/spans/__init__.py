"""Salient spans of a passage: what is worth masking."""
