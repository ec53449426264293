"""The shape of the code: what a linter does not hold."""

import ast
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("masksearch", "graphs", "prompts", "training", "cli")
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
NAMELESS = {"util", "utils", "helper", "helpers", "common", "misc", "base", "core", "tools"}


class Function(NamedTuple):
    """A function's place and its length in lines, without its docstring."""

    where: str
    lines: int


def functions(path: Path) -> list[Function]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        Function(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", length(node))
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    documented = ast.get_docstring(node, clean=False) is not None
    told = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (node.end_lineno or 0) - node.lineno + 1 - told


def test_all_packages_are_looked_at() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in MODULES} == set(PACKAGES)


def test_modules_are_named_by_what_they_are_about() -> None:
    names = {part for path in MODULES for part in (path.stem, *path.relative_to(ROOT).parts[:-1])}
    assert not names & NAMELESS


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_stay_short(path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(lines) <= 350


def test_functions_stay_short() -> None:
    found = [function for path in MODULES for function in functions(path)]
    assert [function for function in found if function.lines > 60] == []
    assert median(function.lines for function in found) <= 12
