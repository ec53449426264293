"""What every test runs under."""

import os

# Read when langgraph is imported: checkpoints may hold only types that a state declares.
os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"
os.environ["LANGSMITH_TRACING"] = "false"
