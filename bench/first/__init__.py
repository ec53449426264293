"""The bars on a first impression: the demo, its lessons, its speed."""
