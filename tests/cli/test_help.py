"""Help is quick: it imports nothing heavy."""

import json
import subprocess
import sys

WALK = """
import json, sys
from typer.main import get_command
from typer.testing import CliRunner
from cli.main import app

def walk(command, path):
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from walk(below, [*path, name])

paths = list(walk(get_command(app), []))
for path in paths:
    got = CliRunner().invoke(app, [*path, "--help"])
    assert got.exit_code == 0 and "Usage" in got.output, (path, got.output)
print(json.dumps({"paths": [" ".join(p) for p in paths], "modules": sorted(sys.modules)}))
"""
HEAVY = {
    "torch", "transformers", "trl", "datasets", "langgraph", "langchain_core", "langchain_openai",
    "openai", "tantivy", "py3langid", "uvicorn", "starlette", "tavily",
}  # fmt: skip
COMMANDS = {
    "corpus build", "index build", "index info", "index verify", "index serve", "index leaks",
    "search", "ramp build",
    "ramp stats", "ramp show", "synth run", "synth stats", "export", "train sft", "eval run",
    "eval table", "eval compare", "eval failures", "traces view", "prompts init", "prompts list",
    "prompts show", "prompts check", "assets get", "demo", "ask", "doctor", "report",
}  # fmt: skip


def test_every_help_works_and_imports_nothing_heavy():
    done = subprocess.run(
        [sys.executable, "-c", WALK], capture_output=True, text=True, check=True, timeout=60
    )
    walked = json.loads(done.stdout)
    assert set(walked["paths"]) >= COMMANDS
    assert HEAVY.isdisjoint(walked["modules"])
