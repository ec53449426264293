"""LangGraph state machines and the bulk runner that drives them durably."""
