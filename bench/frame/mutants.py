"""Whether named tests find the changes that would break a promise."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from bench.frame.mutations import MUTANTS, Mutant
from bench.frame.trees import Tree, present
from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place

_LIMIT = 540


def measure(place: Place) -> Iterator[Result]:
    """Each alone in one copy of the tree: its test passes, and fails once the text is changed."""
    tree = present(place, "mutants")
    passes = cache(lambda test: _exit_code(tree, test) == 0)
    for mutant in MUTANTS:
        measured = _fate(tree, mutant) if passes(mutant.test) else "its test fails unchanged"
        yield Result(f"mutant: {mutant.name}", measured, measured == _DIES)


_DIES = "dies"
_FATES = {0: "survives", 1: _DIES}


def _fate(tree: Tree, mutant: Mutant) -> str:
    """What becomes of the mutant; the tree is as before afterwards."""
    path = tree.path / mutant.file
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if text.count(mutant.text) != 1:
        return f"{mutant.file} does not hold its text exactly once"
    path.write_text(text.replace(mutant.text, mutant.becomes), encoding="utf-8")
    try:
        code = _exit_code(tree, mutant.test)
        return _FATES.get(code, f"pytest ended with {code}")
    finally:
        path.write_text(text, encoding="utf-8")


def _exit_code(tree: Tree, test: str) -> int:
    command = ("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test)
    return tree.python(*command, timeout=_LIMIT).code


GROUP = Group(
    "mutants",
    tuple(Bar(f"mutant: {one.name}", "dies by a named test") for one in MUTANTS),
    measure,
    minutes=10,
)
