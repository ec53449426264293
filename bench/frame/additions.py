"""Each kind of addition, made as docs/extending.md says: one new file, one line elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.frame.trees import KEPT_RUN, Tree, git, present
from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place

_PATCHES = Path(__file__).parent / "additions"
_RUN = "run"


class Addition(NamedTuple):
    """A ready patch, the commands that use what it adds, and what the last one must say."""

    name: str
    commands: tuple[str, ...]
    said: str

    @property
    def patch(self) -> Path:
        """The patch's file."""
        return _PATCHES / f"{self.name.replace(' ', '_')}.patch"


ADDITIONS = (
    Addition(
        "benchmark",
        (
            "eval run --bench quiz --rows context-as-query,extractive-team",
            "eval table --bench quiz",
        ),
        "Benchmark `quiz`",
    ),
    Addition("metric", ("eval table",), "words of a fill"),
    Addition("row", ("eval run --rows title-as-query --limit 4", "eval table"), "title-as-query"),
    Addition("engine", ("search bridge --backend echo",), "Echo"),
    Addition(
        "index kind",
        ("index build --kind overlap --if-exists restart", "search bridge"),
        "bridge",
    ),
    Addition(
        "rollout engine",
        ("train dapo --set rollout.engine=plain --set dapo.steps=1 --if-exists restart",),
        "useful groups",
    ),
    Addition("export", ("traces export out.jsonl --format sharegpt",), "conversations"),
)


def measure(place: Place) -> Iterator[Result]:
    """Every patch in a fresh copy of the tree, and the product run with it."""
    for number, addition in enumerate(ADDITIONS):
        tree = present(place, f"addition-{number}")
        size = _size(addition.patch)
        tree.apply(addition.patch)
        works = _run(addition, tree, place.folder(f"addition-{number}-run"))
        measured = (
            f"{size.new_files} new file, {size.other_lines} lines elsewhere; {works or 'works'}"
        )
        small = size.new_files == 1 and size.other_lines <= 1
        yield Result(f"addition: {addition.name}", measured, small and not works)


class _Size(NamedTuple):
    new_files: int
    other_lines: int


def _size(patch: Path) -> _Size:
    """What a patch adds: new files, and lines added or removed in others."""
    text = patch.read_text(encoding="utf-8")
    new_files = text.count("new file mode")
    changed = [line.split("\t") for line in git("apply", "--numstat", str(patch)).splitlines()]
    new_names = {
        part.split("\n")[0].split(" b/")[-1]
        for part in text.split("diff --git ")[1:]
        if "new file mode" in part
    }
    others = [(int(a), int(b)) for a, b, name in changed if name not in new_names]
    return _Size(new_files, sum(added + removed for added, removed in others))


def _run(addition: Addition, tree: Tree, folder: Path) -> str:
    """Why the addition does not work; empty when it does."""
    shutil.copytree(KEPT_RUN, folder / _RUN)
    shutil.copytree(folder / _RUN / "07-sft" / "model", folder / "tiny")
    said = ""
    for command in addition.commands:
        done = tree.masksearch(*command.split(), "--run", _RUN, cwd=folder)
        if done.code:
            return f"{command}: {done.tail[:120]}"
        said = done.out
    written = folder / "out.jsonl"
    said += written.read_text(encoding="utf-8") if written.exists() else ""
    return "" if addition.said in said else f"no {addition.said!r} in what it says"


GROUP = Group(
    "additions",
    tuple(Bar(f"addition: {one.name}", "1 new file, ≤ 1 line, works") for one in ADDITIONS),
    measure,
    minutes=2,
)
