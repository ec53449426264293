"""From passages and their spans to RAMP tasks."""
