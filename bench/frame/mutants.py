"""Changes that would break a promise, each of which named tests must find."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bench.frame.trees import Tree, present
from bench.harness.bar import Bar, Group, Result, Unmeasured
from bench.harness.place import Place


class Mutant(NamedTuple):
    """A text in a file that is replaced, and the tests that must fail then and pass now."""

    name: str
    file: str
    text: str
    becomes: str
    tests: tuple[str, ...]


_ROWS = "tests/cli/test_rows.py::test_every_row_searches_under_the_guard_it_is_evaluated_under"
_PAIRS = "test_a_paired_difference_pairs_the_episodes_of_one_task_whatever_their_order"
MUTANTS = (
    Mutant(
        "evaluation ignores the guard",
        "masksearch/evaluation/stage.py",
        "agent = row.agent(self.context, guard)",
        "agent = row.agent(self.context, Guard.NONE)",
        (_ROWS,),
    ),
    Mutant(
        "a difference pairs the wrong items",
        "masksearch/evaluation/table.py",
        "pairs = [(ours[key], theirs[key]) for key in ours if key in theirs]",
        "pairs = list(zip(ours.values(), theirs.values(), strict=False))",
        (f"tests/masksearch/test_evaluation_table.py::{_PAIRS}",),
    ),
)


def measure(place: Place) -> Iterator[Result]:
    """Each alone in one copy of the tree: the tests pass, and fail once it is changed."""
    tree = present(place, "mutants")
    for mutant in MUTANTS:
        passes = _passes(tree, mutant)
        survives = _mutated(tree, mutant)
        measured = "tests fail unchanged" if not passes else "survives" if survives else "dies"
        yield Result(f"mutant: {mutant.name}", measured, passes and not survives)


def _mutated(tree: Tree, mutant: Mutant) -> bool:
    """Whether the tests pass in spite of the change; the tree is as before afterwards."""
    path = tree.path / mutant.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutant.text) != 1:
        raise Unmeasured(f"{mutant.name}: {mutant.file} does not hold its text exactly once")
    path.write_text(text.replace(mutant.text, mutant.becomes), encoding="utf-8")
    try:
        return _passes(tree, mutant)
    finally:
        path.write_text(text, encoding="utf-8")


def _passes(tree: Tree, mutant: Mutant) -> bool:
    command = ("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *mutant.tests)
    return tree.python(*command, timeout=540).code == 0


GROUP = Group(
    "mutants",
    tuple(Bar(f"mutant: {one.name}", "dies by a named test") for one in MUTANTS),
    measure,
    minutes=9,
)
