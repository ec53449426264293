"""Bad input as a user would give it: one clear line, exit code 2, nothing lost."""

from __future__ import annotations

import bz2
import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.dapo.full_disk import measure_full_disk
from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from bench.harness.processes import BIN, Done, clean_environment, expect, run
from masksearch.assets import dump_path
from masksearch.schemas import Task, version_of
from masksearch.store import file_hash

_PAGES = 40
_RUN = "run"
# Every command says these anew: who works here, on what, and what it was told.
_RESTATED = ("lock", "log.txt", "env.json")

_PROGRESS = re.compile(r"\w[\w ]*: [\d.]+.* \(\d+ s\)$")

Command = Sequence[str]


class Kit(NamedTuple):
    """A small dump, a run that was made from it, and an assets folder with nothing in it."""

    place: Place
    folder: Path
    dump: Path
    run: Path
    no_assets: Path


class Case(NamedTuple):
    """Something that a user can get wrong.

    `prepare` puts it into a folder, which has a copy of the run, and gives the commands
    that must be refused; `said` must stand in the line.
    """

    name: str
    said: str
    prepare: Callable[[Kit, Path], list[Command]]
    has_assets: bool = True


def measure(place: Place) -> Iterator[Result]:
    """Each case in a folder of its own with a copy of the run."""
    kit = _kit(place)
    for case in CASES:
        yield _try(kit, case)
    yield measure_full_disk(place, kit.folder, kit.run)


def _kit(place: Place) -> Kit:
    folder = place.folder("bad-input")
    pages, rest = dump_path(place.home), ""
    with bz2.open(pages, "rt", encoding="utf-8") as file:
        while rest.count("</page>") < _PAGES:
            rest += file.readline()
    dump = folder / "small.xml"
    dump.write_text(rest + "</mediawiki>\n", encoding="utf-8")
    made, no_assets = folder / "made", folder / "no-assets"
    no_assets.mkdir()
    for command in (
        ("corpus", "build", str(dump), "--recipe", "demo-tiny"),
        *(("index", "build"), ("ramp", "build"), ("synth", "run"), ("export",)),
    ):
        expect(place.masksearch(*command, "--run", made, cwd=folder), " ".join(command))
    return Kit(place, folder, dump, made, no_assets)


def _try(kit: Kit, case: Case) -> Result:
    folder = kit.folder / case.name.replace(" ", "-")
    shutil.copytree(kit.run, folder / _RUN)
    commands = case.prepare(kit, folder)
    before = _contents(folder)
    env = clean_environment(kit.place.home if case.has_assets else kit.no_assets)
    done = [run(BIN / "masksearch", *command, cwd=folder, env=env) for command in commands]
    faults = [fault for one in done if (fault := fault_of(one, case.said))]
    after = _contents(folder)
    faults += [f"{name} changed" for name, content in before.items() if after.get(name) != content]
    measured = "; ".join(faults) or f"exit 2, one line, {len(before)} files as before"
    return Result(f"bad input: {case.name}", measured, not faults)


def fault_of(done: Done, said: str) -> str:
    """What is wrong with a refusal; empty when it is one line with `said` in it.

    On a slow machine, progress is told before a damaged place is reached.
    """
    if done.code != 2:
        return f"exit {done.code}: {done.tail}"
    lines = [line for line in done.err.splitlines() if not _PROGRESS.match(line)]
    if len(lines) != 1 or done.out:
        return f"{len(lines)} lines on stderr, {len(done.out)} characters on stdout"
    return "" if said in lines[0] else f"does not say {said!r}: {lines[0]}"


def _contents(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in _RESTATED]
    return {str(path.relative_to(folder)): file_hash(path) for path in files}


def _not_xml(_: Kit, folder: Path) -> list[Command]:
    (folder / "bad.xml").write_text("this is no dump\n" * 20)
    return [("corpus", "build", "bad.xml", "--run", "new")]


def _truncated(kit: Kit, folder: Path) -> list[Command]:
    packed = bz2.compress(kit.dump.read_bytes())
    (folder / "cut.xml.bz2").write_bytes(packed[: len(packed) // 2])
    return [("corpus", "build", "cut.xml.bz2", "--run", "new")]


def _empty(_: Kit, folder: Path) -> list[Command]:
    (folder / "empty.jsonl").write_text("")
    (folder / "empty").mkdir()
    return [("corpus", "build", name, "--run", "new") for name in ("empty.jsonl", "empty")]


def _other_index(kit: Kit, folder: Path) -> list[Command]:
    text = {"id": "a", "title": "A", "text": "Another text altogether. " * 20}
    (folder / "other.jsonl").write_text(json.dumps(text) + "\n")
    for command in (("corpus", "build", "other.jsonl"), ("index", "build")):
        done = kit.place.masksearch(*command, "--run", "other", cwd=folder)
        expect(done, " ".join(command))
    shutil.rmtree(folder / _RUN / "03-index")
    shutil.copytree(folder / "other" / "03-index", folder / _RUN / "03-index")
    return [("search", "x", "--run", _RUN), ("synth", "run", "--run", _RUN)]


def _newer_tasks(_: Kit, folder: Path) -> list[Command]:
    path = folder / _RUN / "04-tasks" / "train.jsonl"
    present = f'"schema_version":{version_of(Task)}'
    path.write_text(path.read_text().replace(present, '"schema_version":99'))
    shutil.rmtree(folder / _RUN / "05-traces")
    return [("ramp", "show", "--run", _RUN), ("synth", "run", "--run", _RUN)]


def _unknown_key(_: Kit, folder: Path) -> list[Command]:
    (folder / "mine.yaml").write_text("ramp: {num_maks: [1]}\n")
    return [("ramp", "build", "--recipe", "mine.yaml", "--run", _RUN)]


def _no_model(_: Kit, __: Path) -> list[Command]:
    return [
        ("train", "sft", "--model", "/no/where", "--run", _RUN),
        ("eval", "run", "--model", "/no/where", "--limit", "2", "--run", _RUN),
    ]


def _no_assets(_: Kit, __: Path) -> list[Command]:
    return [("corpus", "build", "demo", "--run", "new"), ("train", "sft", "--run", _RUN)]


def _file_for_folder(_: Kit, folder: Path) -> list[Command]:
    (folder / "taken").write_text("a file")
    return [("corpus", "build", "demo", "--run", "taken"), ("demo", "--run", "taken")]


CASES = (
    Case("not XML", "bad.xml", _not_xml),
    Case("truncated bz2", "cut.xml.bz2", _truncated),
    Case("empty corpus", "empty", _empty),
    Case("index of another corpus", "another corpus", _other_index),
    Case("newer schema", "schema version 99", _newer_tasks),
    Case("unknown recipe key", "ramp.num_maks", _unknown_key),
    Case("no such model", "/no/where", _no_model),
    Case("missing assets", "masksearch assets get", _no_assets, has_assets=False),
    Case("file for a run folder", "taken", _file_for_folder),
)
GROUP = Group(
    "bad input",
    (
        *(Bar(f"bad input: {case.name}", "one line, exit 2, nothing lost") for case in CASES),
        Bar("bad input: full disk", "one line, exit 2, nothing lost"),
    ),
    measure,
    minutes=4,
)
