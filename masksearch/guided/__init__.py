"""A team without a model that follows a benchmark's gold evidence through its own searches."""
