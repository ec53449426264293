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
    below = getattr(command, "commands", {})
    yield path, not below
    for name in below:
        yield from walk(below[name], [*path, name])

paths = list(walk(get_command(app), []))
for path, _ in paths:
    got = CliRunner().invoke(app, [*path, "--help"])
    assert got.exit_code == 0 and "Usage" in got.output, (path, got.output)
print(json.dumps({"paths": [" ".join(path) for path, leaf in paths if leaf], "modules": sorted(sys.modules)}))
"""
HEAVY = {
    "torch", "transformers", "trl", "datasets", "langgraph", "langchain_core", "langchain_openai",
    "openai", "tantivy", "py3langid", "uvicorn", "starlette", "tavily",
    "pyarrow", "accelerate",
}  # fmt: skip
COMMANDS = {
    "assets get", "corpus build", "index build", "index info", "index verify", "index serve",
    "index leaks", "search", "ramp build", "ramp clean", "ramp extract", "ramp score",
    "ramp stats", "ramp show", "ramp export", "synth run", "synth retry", "synth stats", "traces view", "traces export", "export",
    "train sft", "train dapo", "eval run", "eval table", "eval compare", "eval failures",
    "eval judge", "metrics list", "metrics explain",
    "prompts init", "prompts list", "prompts show", "prompts check", "demo", "ask", "doctor",
    "report", "runs list", "runs show",
    "questions import", "questions show", "questions stats", "questions answerable",
}  # fmt: skip


def test_every_help_works_and_imports_nothing_heavy():
    done = subprocess.run(
        [sys.executable, "-c", WALK], capture_output=True, text=True, check=True, timeout=60
    )
    walked = json.loads(done.stdout)
    assert set(walked["paths"]) == COMMANDS
    assert HEAVY.isdisjoint(walked["modules"])
