"""Recipes that ship with masksearch: data only, read by name."""
