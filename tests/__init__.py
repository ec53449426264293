"""Tests: a package of its own, since others install one by this name, which workers would find."""
