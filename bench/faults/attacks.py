"""Run folders that somebody made to do harm, given to commands as a user would give them."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import ormsgpack

from bench.harness.bar import Bar, Group, Result
from bench.harness.named_tests import Shown, shown_by_tests
from bench.harness.place import Place
from bench.harness.processes import BIN, ROOT, Done, run
from masksearch.schemas import trace_key
from masksearch.stages import SFT, TASKS, TRACES, TRAIN

_FINISHED = ROOT / "tests" / "fixtures" / "contracts-1"
_SECRET, _KEY = "what-stands-outside", "sk-planted-key"
_ESCAPE = "\x1b]0;owned\x07"
_WANTED = "no code run, nothing outside read, written or told"

Prepare = Callable[[Path], None]
"""Makes the attack in a folder that holds `run`, `outside` and the name of a `marker`."""


class Attack(NamedTuple):
    """A harmful run folder and the command that it is meant for; `said` must stand in the line."""

    name: str
    command: str
    prepare: Prepare
    said: str = ""


class Touches:
    """A pickle that makes a file when it is read."""

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch marker",)


def _begun(folder: Path, stage: str) -> Path:
    """A stage of the run as if it had been killed."""
    manifest = folder / "run" / stage / "manifest.json"
    known = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({**known, "done": False, "counts": {}}), encoding="utf-8")
    return manifest.parent


def _calling_store(folder: Path) -> None:
    """A store in which the first task's attempt is in flight, and its state is a command."""
    stage = _begun(folder, TRACES.folder)
    (stage / "accepted.jsonl").write_text("")
    (stage / "rejected.jsonl").write_text("")
    with (folder / "run" / TASKS.folder / TRAIN).open(encoding="utf-8") as file:
        thread = trace_key({"task_id": json.loads(file.readline())["id"]})
    call = ormsgpack.packb(("os", "system", f"touch {folder / 'marker'}"))
    with sqlite3.connect(stage / "checkpoints.sqlite") as store:
        store.execute(
            "CREATE TABLE checkpoints (thread_id TEXT NOT NULL, checkpoint_ns TEXT NOT NULL "
            "DEFAULT '', checkpoint_id TEXT NOT NULL, parent_checkpoint_id TEXT, type TEXT, "
            "checkpoint BLOB, metadata BLOB, "
            "PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id))"
        )
        row = (thread, "", "1", None, "msgpack", ormsgpack.packb(ormsgpack.Ext(0, call)), "{}")
        store.execute("INSERT INTO checkpoints VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    store.close()


def _calling_checkpoint(folder: Path) -> None:
    place = _begun(folder, SFT.folder) / "checkpoints" / "checkpoint-1"
    place.mkdir(parents=True)
    (place / "trainer_state.json").write_text("{}")
    for name in ("optimizer.pt", "scheduler.pt", "rng_state.pth", "training_args.bin"):
        (place / name).write_bytes(pickle.dumps(Touches()))


def _calling_weights(folder: Path) -> None:
    model = folder / "run" / SFT.folder / "model"
    (model / "model.safetensors").unlink()
    (model / "pytorch_model.bin").write_bytes(pickle.dumps(Touches()))


def _calling_model(folder: Path) -> None:
    model = folder / "run" / SFT.folder / "model"
    (model / "own.py").write_text("open('marker', 'w')\nclass Own: ...\n")
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    classes = dict.fromkeys(("AutoConfig", "AutoModelForCausalLM"), "own.Own")
    (model / "config.json").write_text(
        json.dumps({**config, "model_type": "own", "auto_map": classes})
    )


def _linked(name: str, target: str) -> Prepare:
    def prepare(folder: Path) -> None:
        place = folder / "run" / name
        if place.is_dir():
            shutil.rmtree(place)
        place.unlink(missing_ok=True)
        place.symlink_to(folder / "outside" / target)

    return prepare


def _naming_outside(folder: Path) -> None:
    """A manifest whose stage was made from one outside of the run."""
    manifest = _begun(folder, SFT.folder) / "manifest.json"
    known = json.loads(manifest.read_text(encoding="utf-8"))
    card = {"stage": "09-eval/../../outside", "hash": "", "inputs": {}, "settings": {}}
    sources = {"export": {**card, "counts": {}, "contents": {}}}
    new = {"schema_version": 2, "done": True, "inputs": {}, "settings": known["settings"]}
    manifest.write_text(json.dumps({**new, "sources": sources}))


def _escaping(folder: Path) -> None:
    """Every text of every record with a command for the terminal."""
    for path in (folder / "run").rglob("*.jsonl"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('": "', f'": "{json.dumps(_ESCAPE)[1:-1]}'), encoding="utf-8")


_LINE = "leads out of the run folder"
ATTACKS = (
    Attack("store that calls", "synth run --run run", _calling_store, "no part of a state"),
    Attack("checkpoint pickles", "train sft --run run", _calling_checkpoint, "cannot resume"),
    Attack(
        "weights pickled",
        "ask [mask]. --model run/07-sft/model --run run",
        _calling_weights,
        "model.safetensors",
    ),
    Attack(
        "model with code",
        "ask [mask]. --model run/07-sft/model --run run",
        _calling_model,
        "cannot load the model",
    ),
    Attack("linked recipe", "report --run run", _linked("config.yaml", "secret"), _LINE),
    Attack("linked traces", "traces view --run run", _linked("05-traces", ""), _LINE),
    Attack("linked lock", "export --run run", _linked("lock", "secret"), _LINE),
    Attack(
        "linked stage, restarted",
        "synth run --if-exists restart --run run",
        _linked("05-traces", ""),
        _LINE,
    ),
    Attack("manifest to outside", "eval run --rows sft --run run", _naming_outside, "no name for"),
    Attack("escapes in records", "traces view --run run", _escaping),
)


def measure(place: Place) -> Iterator[Result]:
    """Each attack on a copy of a finished run, in a folder of its own."""
    for attack in ATTACKS:
        folder = _folder(place, attack.name)
        attack.prepare(folder)
        done = place.masksearch(*attack.command.split(), cwd=folder)
        fault = _harm(folder, done) or _unlike(done, attack.said)
        yield Result(f"attack: {attack.name}", fault or _told(done), not fault)
    yield _key_sent(place)


def _folder(place: Place, name: str) -> Path:
    folder = place.folder(f"attack-{name.replace(' ', '-')}")
    shutil.copytree(_FINISHED, folder / "run")
    shutil.copytree(folder / "run" / SFT.folder / "model", folder / "tiny")
    (folder / "outside").mkdir()
    (folder / "outside" / "secret").write_text(_SECRET)
    return folder


def _harm(folder: Path, done: Done) -> str:
    """What an attack has brought about; empty where nothing."""
    said = done.out + done.err
    outside = {path.name: path.read_text() for path in (folder / "outside").iterdir()}
    harms = {
        "code was run": (folder / "marker").exists(),
        "a file outside was changed": outside != {"secret": _SECRET},
        "a secret was told": _SECRET in said or _KEY in said,
        "the terminal was driven": "\x1b" in said,
        f"not refused in a line: {done.tail}": done.code not in (0, 2) or "Traceback" in said,
    }
    return "; ".join(harm for harm, done_so in harms.items() if done_so)


def _unlike(done: Done, said: str) -> str:
    """How a refusal is not the one that was due; empty where none was, or it is."""
    if not said or (done.code == 2 and said in _told(done) and done.err.count("error: ") == 1):
        return ""
    return f"exit {done.code}, not {said!r}: {done.tail}"


def _told(done: Done) -> str:
    """How a command ended: its last line on stderr, where it said one."""
    return (done.err.strip().splitlines() or [f"exit {done.code}"])[-1]


def _key_sent(place: Place) -> Result:
    """A recipe that has a search key sent to a server of the attacker's."""
    heard: list[str] = []

    class Listens(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(str(self.headers))
            self.send_error(500)

    folder = _folder(place, "key")
    with HTTPServer(("127.0.0.1", 0), Listens) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        search = {"backend": "serper", "base_url": f"http://127.0.0.1:{server.server_port}"}
        (folder / "run" / "config.yaml").write_text(json.dumps({"search": search}))
        env = {**place.env, "SERPER_API_KEY": _KEY}
        done = run(BIN / "masksearch", "search", "x", "--run", "run", cwd=folder, env=env)
        server.shutdown()
    fault = "the key was sent" if heard else _harm(folder, done) or _unlike(done, "the key for")
    return Result("attack: key to another host", fault or _told(done), not fault)


GROUP = Group(
    "attacks",
    (
        *(Bar(f"attack: {attack.name}", _WANTED) for attack in ATTACKS),
        Bar("attack: key to another host", "not sent"),
    ),
    measure,
    minutes=2,
)
EACH_FILE = shown_by_tests(
    "attacked files",
    {
        "each file of a run": Shown(_WANTED, ("cli/test_attacks.py",)),
        "stores of checkpoints": Shown(_WANTED, ("graphs/test_checkpoints.py",)),
        "models and their checkpoints": Shown(_WANTED, ("training/test_untrusted.py",)),
        "links, names and databases": Shown(_WANTED, ("masksearch/test_containment.py",)),
    },
)
