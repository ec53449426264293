"""Formats in which tasks and traces leave a run for other people's programs."""
