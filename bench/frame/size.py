"""How large the code is, how often it repeats itself, and how quickly it answers."""

from __future__ import annotations

import ast
import re
import shutil
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from bench.frame.trees import Tree, before, present
from bench.harness.bar import Bar, Group, Result, Unmeasured
from bench.harness.place import Place
from bench.harness.processes import ROOT, expect, run

MOST_LINES, MOST_P90, REPEATED, SLOWER = 350, 20, 1 / 3, 1.1
_HELPS = ("", "train dapo", "eval run", "ramp build", "index serve", "synth run")
_TRIES = 5
_ROW_NAME_CHAIN = re.compile(r"^\s*(?:el)?if \w+(?:\.\w+)*\.name ==", re.MULTILINE)
_PAIR = re.compile(r"^D\d+ (\S+?):[\d-]+ ~ (\S+?):[\d-]+", re.MULTILINE)
_PRODUCT = ("masksearch/", "graphs/", "prompts/", "training/", "cli/")


def measure(place: Place) -> Iterator[Result]:
    """Of what is committed, beside the last commit of contracts 1."""
    now, then = present(place, "size-now"), before(place)
    files = [*now.product_files(), *sorted((now.path / "bench").rglob("*.py"))]
    lines = {str(one.relative_to(now.path)): _lines(one) for one in files}
    longest = max(lines, key=lambda name: lines[name])
    measured = f"{lines[longest]} lines at most ({longest})"
    yield Result("file length", measured, lines[longest] <= MOST_LINES)
    lengths = [length for one in files for length in _function_lengths(one)]
    p90 = statistics.quantiles(lengths, n=10)[-1]
    measured = (
        f"p90 {p90:.0f} lines, median {statistics.median(lengths):.0f}, {len(lengths)} functions"
    )
    yield Result("function length", measured, p90 <= MOST_P90)
    chains = [name for name, one in zip(lines, files, strict=True) if _has_chain(one)]
    yield Result("row name chains", ", ".join(chains) or "none", not chains)
    ours, theirs = _repeated(now), _repeated(then)
    measured = f"{ours} pairs of places, {theirs} before"
    yield Result("repeated places", measured, ours <= theirs * REPEATED)
    loaded = expect(now.python("-c", "import masksearch.ports, sys; print(*sys.modules)"), "import")
    heavy = "pyarrow" in loaded.out.split()
    yield Result("ports load no pyarrow", "pyarrow" if heavy else "none", not heavy)
    yield _help_time(now, then)


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _function_lengths(path: Path) -> list[int]:
    """Lines of every function, without its docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        _length(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    documented = ast.get_docstring(node, clean=False) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docstring


def _has_chain(path: Path) -> bool:
    """Two or more branches on a name, which a class each would do without."""
    return len(_ROW_NAME_CHAIN.findall(path.read_text(encoding="utf-8"))) > 1


def _repeated(tree: Tree) -> int:
    """Pairs of places in the product that share six lines or more."""
    command = shutil.which("duplicates")
    if command is None:
        raise Unmeasured("the command `duplicates` is not on the PATH")
    options = ("--repo", str(tree.path), "--min-lines", "6", "--most", "200", "--seconds", "120")
    found = expect(run(command, *options, cwd=ROOT, env=tree.env), "duplicates")
    pairs = _PAIR.findall(found.out)
    return sum(all(name.startswith(_PRODUCT) for name in pair) for pair in pairs)


def _help_time(now: Tree, then: Tree) -> Result:
    """Both by turns, the best of some tries each, summed over some commands."""
    spent = {tree.path: 0.0 for tree in (now, then)}
    for words in _HELPS:
        times = {tree.path: [_seconds(tree, words) for _ in range(1)] for tree in (now, then)}
        for _ in range(_TRIES):
            for tree in (now, then):
                times[tree.path].append(_seconds(tree, words))
        for path, taken in times.items():
            spent[path] += min(taken)
    ratio = spent[now.path] / spent[then.path]
    each = spent[now.path] / len(_HELPS)
    return Result("help time", f"{ratio:.2f} × before, {each:.2f} s each", ratio <= SLOWER)


def _seconds(tree: Tree, words: str) -> float:
    began = time.perf_counter()
    expect(tree.masksearch(*words.split(), "--help", cwd=tree.path), f"{words} --help")
    return time.perf_counter() - began


GROUP = Group(
    "size",
    (
        Bar("file length", f"≤ {MOST_LINES} lines, bench included"),
        Bar("function length", f"p90 ≤ {MOST_P90} lines"),
        Bar("row name chains", "none"),
        Bar("repeated places", "≤ a third of contracts 1"),
        Bar("ports load no pyarrow", "none"),
        Bar("help time", f"≤ {SLOWER} × contracts 1"),
    ),
    measure,
    minutes=3,
)
