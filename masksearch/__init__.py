"""The domain in plain Python: no torch, no langgraph, nothing that needs a GPU."""

__version__ = "0.1.0"
