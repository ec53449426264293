"""A run as one self-contained page: what was made, what was lost, what was learnt."""
