"""Proxies, certificates, addresses and keys: it works, or one line and exit code 2."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from bench.faults.network_cases import PASSWORD, Case, Servers, cases, wrong_certificates
from bench.faults.network_server import serving
from bench.faults.small_run import make_small_run
from bench.harness.bar import Bar, Group, Result, Unmeasured
from bench.harness.place import Place
from bench.harness.processes import BIN, ROOT, Done, run
from bench.loop.bad_input import fault_of
from masksearch.network.certificates import CERTIFICATE_VARIABLES
from masksearch.network.proxies import EXCEPTION_VARIABLES, PROXY_VARIABLES

KEY = "sk-proj-0Zq8XvT5nBw3RkYd7LmJ2"
COMMANDS = {
    "ask": ("ask", "The first houses of Arlow were built by [mask].", "--model", "endpoint"),
    "synth run": (
        *("synth", "run", "--if-exists", "restart", "--set", "synth.team=agent"),
        *("--set", "synth.model=endpoint", "--set", "synth.limit=1"),
    ),
    "search": (
        *("search", "ada", "--backend", "wikipedia", "--set", "search.calls.retries=0"),
        *("--set", "search.calls.cache_days=0"),
    ),
    "doctor": ("doctor", "--endpoints"),
}
_VARIABLES = (*PROXY_VARIABLES, *EXCEPTION_VARIABLES, *CERTIFICATE_VARIABLES)
_NO_ADDRESSES = (
    *("http://::1:8000", "http://fe80::1:8000", "[::1]:8000", "http://[::1"),
    *("http://far:port", "http://far:99999", "http://far away", "far.invalid", "ftp://far.invalid"),
)
_NO_KEYS = ("clé-secrète", "two\nlines", "\x07-bell", "“quoted”")
_PART = 6
"""So many characters of a key in a row are a part of it."""
_LIMIT = 540


def measure(place: Place) -> Iterator[Result]:
    """One small run, one process a command, and servers on loopback."""
    folder = place.folder("network")
    made = make_small_run(place, folder)
    with ExitStack() as stack:
        started = [serving(), serving(host="::1"), serving(), serving(socks=True)]
        servers = Servers(*(stack.enter_context(one) for one in started))
        every = cases(servers, folder)
        for command in COMMANDS:
            yield _all_cases(place, made, command, every)
        yield _fresh_processes(place, made, servers, folder)
    yield _addresses(place, made)
    yield _unsendable(place, made)
    yield _repeated(place, made)


def _all_cases(place: Place, made: Path, command: str, every: Sequence[Case]) -> Result:
    asked = [(_environment(place, case), _arguments(command, made, case)) for case in every]
    done = run_many(place, asked)
    faults = [_fault(command, case, one) for case, one in zip(every, done, strict=True)]
    return _counted(f"network: {command}", faults)


def _counted(name: str, faults: Sequence[str]) -> Result:
    wrong = [fault for fault in faults if fault]
    measured = f"{len(faults) - len(wrong)} of {len(faults)}"
    return Result(name, "; ".join([measured, *wrong[:3]]), not wrong)


def _environment(place: Place, case: Case, **more: str) -> dict[str, str]:
    """A clean environment with a case's variables and no others of their kind."""
    clean = {name: value for name, value in place.env.items() if name not in _VARIABLES}
    clean["PYTHONPATH"] = str(ROOT)  # these tables are of this code, whichever is installed
    chat = {
        "MASKSEARCH_BASE_URL": f"{case.server}/v1",
        "MASKSEARCH_MODEL": "fake",
        "MASKSEARCH_API_KEY": KEY,
        "MASKSEARCH_MAX_RETRIES": "0",
    }
    return {**clean, **chat, **case.variables, **more}


def _arguments(command: str, made: Path, case: Case) -> list[str]:
    address = ("--base-url", case.server) if command == "search" else ()
    return [*COMMANDS[command], *address, "--run", str(made)]


def run_many(place: Place, asked: Sequence[tuple[Mapping[str, str], Sequence[str]]]) -> list[Done]:
    """Commands one after another in one process, each in an environment of its own."""
    ended = subprocess.run(
        [sys.executable, "-m", "bench.faults.many_commands"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=place.env,
        timeout=_LIMIT,
        check=False,
    )
    if ended.returncode:
        raise Unmeasured(f"ended with {ended.returncode}: {ended.stderr[-300:]}")
    return [Done(*one, 0.0) for one in json.loads(ended.stdout)]


def _fault(command: str, case: Case, done: Done) -> str:
    """What is wrong with how a command ended; "" where nothing is."""
    what = f"{dict(case.variables)} {case.server}"
    said = done.out + done.err
    if "a bug" in said or "Traceback" in said or PASSWORD in said:
        return f"{what}: {done.tail}"
    if command == "doctor":
        fault = _fault_of_doctor(case, done)
    elif case.must_work:
        fault = "" if done.code == 0 else done.tail
    else:
        fault = fault_of(done, next(iter(case.variables), ""))
    return f"{what}: {fault}" if fault else ""


def _fault_of_doctor(case: Case, done: Done) -> str:
    untold = [name for name in case.variables if name not in done.out]
    if untold:
        return f"does not tell of {', '.join(untold)}"
    if case.must_work and "answers, and has the model" not in done.out:
        return "does not reach the endpoint"
    return "" if done.code in (0, 1) and not done.err else done.tail


def _fresh_processes(place: Place, made: Path, servers: Servers, folder: Path) -> Result:
    """What is read while packages are imported: all variables wrong, each command on its own."""
    wrong = dict.fromkeys(PROXY_VARIABLES, "gar bage")
    wrong |= dict.fromkeys(CERTIFICATE_VARIABLES, wrong_certificates(folder)[0])
    every = [Case({name: value}, f"http://{servers.here}", True) for name, value in wrong.items()]
    asked = [("ask", case) for case in every]
    asked += [(command, Case(wrong, f"http://{servers.here}", True)) for command in COMMANDS]
    faults = [
        _fault(
            command,
            case,
            run(
                *(BIN / "masksearch", *_arguments(command, made, case)),
                cwd=folder,
                env=_environment(place, case),
            ),
        )
        for command, case in asked
    ]
    return _counted("network: fresh processes", faults)


def _addresses(place: Place, made: Path) -> Result:
    """Addresses that are none, an unbracketed IPv6 among them."""
    every = [
        (command, Case({}, address, False)) for address in _NO_ADDRESSES for command in COMMANDS
    ]
    asked = [
        (_environment(place, case), _arguments(command, made, case)) for command, case in every
    ]
    done = run_many(place, asked)
    return _counted(
        "network: addresses",
        [_fault(command, case, one) for (command, case), one in zip(every, done, strict=True)],
    )


def _unsendable(place: Place, made: Path) -> Result:
    """Keys that no header can hold: one line that names the variable."""
    case = Case({}, "http://127.0.0.1:9", False)
    asked = [
        (_environment(place, case, MASKSEARCH_API_KEY=key), _arguments(command, made, case))
        for key in _NO_KEYS
        for command in ("ask", "synth run")
    ]
    faults = [fault_of(done, "MASKSEARCH_API_KEY holds") for done in run_many(place, asked)]
    return _counted("keys: unsendable", faults)


def _repeated(place: Place, made: Path) -> Result:
    """A server repeats keys in its errors, whole and cut: no part is said or written down."""
    with serving(repeats=True) as server:
        plain = Case({}, f"http://{server}", False)
        asked = [(_environment(place, plain), _arguments(one, made, plain)) for one in COMMANDS]
        query = {"MASKSEARCH_BASE_URL": f"http://me:{PASSWORD}@{server}/v1?api_key={KEY}"}
        asked += [
            (
                _environment(place, plain, MASKSEARCH_API_KEY="", **query),
                _arguments(one, made, plain),
            )
            for one in ("ask", "synth run", "doctor")
        ]
        engines = {"serper": "SERPER_API_KEY", "serpapi": "SERPAPI_API_KEY"}
        for engine, name in {**engines, "http": "MASKSEARCH_RETRIEVER_TOKEN"}.items():
            where = (
                "--set",
                f"search.backend={engine}",
                "--set",
                f"search.base_url={plain.server}",
            )
            told = ("synth", "run", "--if-exists", "restart", *where, "--run", str(made))
            asked.append((_environment(place, plain, **{name: KEY}), told))
        done = run_many(place, asked)
    texts = {f"{asked[n][1][:2]}": one.out + one.err for n, one in enumerate(done)}
    texts |= {
        path.name: path.read_bytes().decode(errors="replace")
        for path in made.rglob("*")
        if path.is_file()
    }
    parts = {
        secret[at : at + _PART]
        for secret in (KEY, PASSWORD)
        for at in range(len(secret) - _PART + 1)
    }
    leaks = [name for name, text in texts.items() if any(part in text for part in parts)]
    measured = f"{len(texts)} outputs and files, {len(leaks)} with a part: {leaks[:3]}"
    return Result("keys: repeated by a server", measured, not leaks)


GROUP = Group(
    "network",
    (
        *(Bar(f"network: {command}", "works, or one line, exit 2") for command in COMMANDS),
        Bar("network: fresh processes", "works"),
        Bar("network: addresses", "one line, exit 2"),
        Bar("keys: unsendable", "one line, exit 2, the variable"),
        Bar("keys: repeated by a server", "no part said or written"),
    ),
    measure,
    minutes=6,
)
