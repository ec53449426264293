"""Running agents over held-out tasks, and figures with their intervals."""
