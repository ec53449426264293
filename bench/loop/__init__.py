"""From a dump to a trained search agent."""
