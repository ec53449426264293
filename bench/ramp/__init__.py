"""From dumps to RAMP tasks."""
