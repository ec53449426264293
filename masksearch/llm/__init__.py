"""Chat models behind an endpoint, and what their calls cost."""
