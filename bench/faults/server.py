"""The server and Studio: three trainers' calls, attacks, IPv6, and input that is none."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from bench.faults.server_attacks import ATTACKS, Target, still_answers
from bench.faults.server_clients import search_r1, search_r1_plain, verl, zero_search
from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from bench.harness.processes import expect
from bench.loop import studio
from bench.search.server import Server, serving
from masksearch.run_folder import RunFolder

_TOWNS, _CALLS, _AT_ONCE = 600, 20, 64
_STEP = 2_560
"""Queries of a step of GRPO: 512 prompts, five answers each."""
_MEGABYTES = 1_500


class Client(NamedTuple):
    """A trainer's ways to ask, of a query that it makes of a number."""

    name: str
    ask: Callable[[str, int], object]


def _town(number: int) -> str:
    return f"the stone bridge of Marrow{number % _TOWNS}"


def _search_r1(url: str, number: int) -> object:
    """Every fourth call is a whole step; between them what a step can come down to."""
    odd = [_town(number), "???", "\ud83d", f"{_town(number)} \udc00", "", "x" * 5_000, "the of and"]
    step = [_town(each) for each in range(_STEP)]
    if number % 4 == 3:
        return search_r1_plain(url, [_town(number)])
    found = search_r1(url, (step, odd, [])[number % 4])
    assert not found or found[0], "the town is found"
    return found


def _zero_search(url: str, number: int) -> object:
    queries = (_town(number), f"{_town(number)} \ud83d", "???", "")
    found = zero_search(url, queries[number % 4])
    assert bool(found) == (number % 4 < 2), "what has words is found"
    return found


def _verl(url: str, number: int) -> object:
    return verl(url, [_town(number), "?!", "half \ud83d"][: number % 3 + 1])


CLIENTS = (
    Client("Search-R1", _search_r1),
    Client("ZeroSearch", _zero_search),
    Client("verl", _verl),
)


def measure(place: Place) -> Iterator[Result]:
    """One server for all; another one for IPv6."""
    made = _run(place)
    with serving(place, made) as server:
        for client in CLIENTS:
            yield _calls(server, client)
        yield _case_11(server)
        yield _all_at_once(server)
        yield from _attacked(server, place.work / "pwned")
    yield _ipv6(place, made)
    yield from _studio(place)


def _run(place: Place) -> RunFolder:
    folder = place.folder("faults-server")
    towns = (
        {"id": str(n), "title": f"Marrow{n}", "text": f"Marrow{n} has a stone bridge. " * 40}
        for n in range(_TOWNS)
    )
    (folder / "towns.jsonl").write_text("\n".join(map(json.dumps, towns)))
    build = ("corpus", "build", "towns.jsonl", "--run", "run", "--set", "corpus.lang=en")
    expect(place.masksearch(*build, cwd=folder), "corpus build")
    expect(place.masksearch("index", "build", "--run", "run", cwd=folder), "index build")
    return RunFolder(folder / "run")


def _failures(calls: Sequence[Callable[[], object]], at_once: int) -> list[str]:
    def fault(call: Callable[[], object]) -> str:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - whatever stops the trainer is the finding
            return f"{type(error).__name__}: {error}"[:100]
        return ""

    with ThreadPoolExecutor(at_once) as pool:
        return [said for said in pool.map(fault, calls) if said]


def _calls(server: Server, client: Client) -> Result:
    url = f"http://127.0.0.1:{server.port}"
    failed = _failures([lambda n=n: client.ask(url, n) for n in range(_CALLS)], 1)
    measured = f"{_CALLS - len(failed)} of {_CALLS} {' '.join(failed[:1])}".strip()
    return Result(f"client {client.name}", measured, not failed)


def _case_11(server: Server) -> Result:
    """The three requests of the case, as they stand in its README."""
    url, step = f"http://127.0.0.1:{server.port}", [_town(each) for each in range(_STEP)]
    calls = (
        lambda: search_r1(url, step),
        lambda: search_r1(url, []),
        lambda: search_r1_plain(url, [_town(1)]),
    )
    failed = _failures(calls, 1)
    return Result("case agent 11", " ".join(failed) or "3 of 3 are answered", not failed)


def _all_at_once(server: Server) -> Result:
    url = f"http://localhost:{server.port}"
    calls = [lambda n=n: CLIENTS[n % 3].ask(url, n) for n in range(3 * _AT_ONCE)]
    failed = _failures(calls, _AT_ONCE)
    peak = _peak_megabytes(server)
    measured = f"{len(failed)} failed, {peak:.0f} MB {' '.join(failed[:1])}".strip()
    return Result("clients at once", measured, not failed and peak <= _MEGABYTES)


def _peak_megabytes(server: Server) -> float:
    """The most that it ever held in memory, as Linux counts it."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    [kilobytes] = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return int(kilobytes) / 1e3


def _attacked(server: Server, forbidden: Path) -> Iterator[Result]:
    target = Target(server.port, forbidden)
    for attack in ATTACKS:
        fault = attack.make(target) or still_answers(target)
        if (peak := _peak_megabytes(server)) > _MEGABYTES:
            fault = f"{fault} {peak:.0f} MB"
        measured = fault or f"others are answered, {peak:.0f} MB"
        yield Result(f"server attack: {attack.name}", measured, not fault)


def _ipv6(place: Place, made: RunFolder) -> Result:
    with serving(place, made, "--host", "::1") as server:
        said = (made.path / "server.log").read_text()
        address = f"http://[::1]:{server.port}"
        asked = ("search", _town(7), "--backend", "http", "--base-url", address, "--json")
        found = expect(place.masksearch(*asked, cwd=made.path.parent), "search over IPv6")
    hits = json.loads(found.out)["hits"]
    met = address in said and "warning" not in said and hits[0]["title"] == "Marrow7"
    return Result("case agent 19", f"{said.strip()[-60:]}, {len(hits)} hits", met)


_TYPED: Sequence[Any] = (
    {"text": None}, {}, {"title": "a"}, {"text": 5}, {"text": 1.5}, {"text": True}, {"text": ["a"]},
    {"text": {"a": 1}}, {"text": "a", "title": 5}, {"text": "x" * 1_000_000}, {"text": ""},
    {"text": None, "more": [1]}, "a text", ["a", "b"], 7, [], None,
)  # fmt: skip
_LIMITS: Sequence[Any] = (
    {"max_turns": None}, {"max_turns": "many"}, {"max_turns": 0}, {"top_k": -1}, {"top_k": 1e9},
)  # fmt: skip


def _studio(place: Place) -> Iterator[Result]:
    with studio.serving(place) as server:
        for graph in studio.GRAPHS:
            asked = [{"input": typed} for typed in _TYPED]
            asked += [{"input": {"text": studio.TEXT}, "context": limits} for limits in _LIMITS]
            said = [_told(server, {"assistant_id": graph, **one}) for one in asked]
            bad = [one for one in said if not one or "\n" in one or "TypeError" in one]
            shown = "; ".join(repr(one[:80]) for one in islice(bad, 2))
            measured = f"{len(said) - len(bad)} of {len(said)} lines {shown}".strip()
            yield Result(f"case agent 20: {graph}", measured, not bad)


def _told(server: studio.Server, asked: dict[str, Any]) -> str:
    """The reason that a user of Studio is shown, or LangGraph's own for what is no object at all."""
    try:
        ended = studio.ask(f"{server.address}/runs/wait", asked)
    except studio.Refused as refused:
        return str(refused)
    if fault := ended.get("__error__"):
        return f"{fault['error']}: {fault['message']}".partition("\n")[0]
    return str(ended["reason"])


GROUP = Group(
    "server",
    (
        *(Bar(f"client {client.name}", f"{_CALLS} of {_CALLS}") for client in CLIENTS),
        Bar("case agent 11", f"{_STEP:,} queries, none, no return_scores"),
        Bar("clients at once", f"{_AT_ONCE} at once, none fails, ≤ {_MEGABYTES} MB"),
        *(Bar(f"server attack: {attack.name}", "refused, others answered") for attack in ATTACKS),
        Bar("case agent 19", "http://[::1]:PORT, no warning, searched"),
        *(Bar(f"case agent 20: {graph}", "one line each") for graph in studio.GRAPHS),
    ),
    measure,
    minutes=3,
)
