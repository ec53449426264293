"""Benches: what an issue demands, measured and printed bar by bar."""
