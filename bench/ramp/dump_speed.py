"""From a dump to tasks: how fast, in how much memory, beside a parser that only parses."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.harness.bar import Bar, Group, Result, Unmeasured, say
from bench.harness.place import Place
from bench.harness.processes import BIN, ROOT, expect, run, watch
from bench.ramp.dump_copies import write_copies
from bench.ramp.dump_files import EXCERPT

COPIES = 20
OVER_PARSER, OVER_ONE = 1.3, 1.7
PEAK_BYTES, GROWTH = 1.5e9, 0.10
_LIMIT = 1200
_SAMPLE_SECONDS = 0.2
_SAMPLE_SECONDS_ONCE = 0.05  # it takes a few seconds, is not timed, and its peak must be seen


class Timed(NamedTuple):
    """Both commands on one dump."""

    seconds: float
    peak_bytes: int


def measure(place: Place) -> Iterator[Result]:
    """The excerpt once and many times, in one process and in two, and the bare parser."""
    folder = place.folder("dump-speed")
    source = place.data_file(f"dumps/{EXCERPT}")
    small, large = folder / "small.xml.bz2", folder / "large.xml.bz2"
    write_copies(source, small, 1)
    size = write_copies(source, large, COPIES)
    say(f"dump speed: {size / 1e6:.0f} MB of XML, {large.stat().st_size / 1e6:.0f} MB packed")
    two = _built(place, folder, large, 2)
    one = _built(place, folder, large, 1)
    once = _built(place, folder, small, 2, _SAMPLE_SECONDS_ONCE)
    parser = _parsed(place, folder, large)
    say(
        f"dump speed: {size / 1e6 / two.seconds:.2f} MB/s in two processes, "
        f"{size / 1e6 / one.seconds:.2f} in one, {size / 1e6 / parser:.2f} by the parser alone"
    )
    over = parser / two.seconds
    measured = f"{over:.2f} ({two.seconds:.0f} s, parser {parser:.0f} s)"
    yield Result("dump speed over the parser", measured, over >= OVER_PARSER)
    over = one.seconds / two.seconds
    measured = f"{over:.2f} ({two.seconds:.0f} s, {one.seconds:.0f} s)"
    yield Result("dump speed over one process", measured, over >= OVER_ONE)
    peak = max(two.peak_bytes, one.peak_bytes)
    yield Result("dump memory", f"{peak / 1e9:.2f} GB", peak <= PEAK_BYTES)
    growth = two.peak_bytes / once.peak_bytes - 1
    measured = f"{growth:+.1%} ({once.peak_bytes / 1e6:.0f} MB, {two.peak_bytes / 1e6:.0f} MB)"
    yield Result("dump memory growth", measured, growth <= GROWTH)


def _built(
    place: Place, folder: Path, dump: Path, processes: int, every: float = _SAMPLE_SECONDS
) -> Timed:
    name = f"{dump.name.partition('.')[0]}-{processes}"
    seconds, peak = 0.0, 0
    for command in (("corpus", "build", dump), ("ramp", "build")):
        done = watch(
            BIN / "masksearch",
            *command,
            "--processes",
            str(processes),
            "--run",
            folder / name,
            cwd=folder,
            env=place.env,
            log=folder / f"{name}.log",
            limit=_LIMIT,
            every=every,
        )
        if done.code:
            raise Unmeasured(f"{command[0]} build ended with {done.code}: {done.said[-300:]}")
        say(f"dump speed: {command[0]} build in {processes}: {done.seconds:.1f} s")
        seconds, peak = seconds + done.seconds, max(peak, done.peak_bytes)
    return Timed(seconds, peak)


def _parsed(place: Place, folder: Path, dump: Path) -> float:
    """Seconds of `mwparserfromhell.parse` alone, in a process of its own."""
    env = {**place.env, "PYTHONPATH": str(ROOT)}
    done = run(
        sys.executable, "-m", "bench.ramp.parser_alone", dump, cwd=folder, env=env, timeout=_LIMIT
    )
    return float(expect(done, "the parser").out)


GROUP = Group(
    "dump speed",
    (
        Bar("dump speed over the parser", f"≥ {OVER_PARSER} × the parser alone"),
        Bar("dump speed over one process", f"≥ {OVER_ONE} × our one process"),
        Bar("dump memory", f"≤ {PEAK_BYTES / 1e9} GB"),
        Bar("dump memory growth", f"≤ {GROWTH:.0%} from once to {COPIES} times"),
    ),
    measure,
    minutes=8,
)
