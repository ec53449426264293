"""DAPO (arXiv 2503.14476): pure maths, the sampling of useful groups, and the trainer."""
