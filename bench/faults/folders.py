"""Folders of models: those that we write, read by others, and those that we cannot read."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.faults.exported import export_of
from bench.faults.lessons import tiny_model
from bench.harness.bar import Absent, Bar, Group, Result, say
from bench.harness.place import Place
from bench.harness.processes import BIN, Done, expect, run
from masksearch.agent_prompt import system_prompt
from masksearch.messages import Message
from masksearch.protocol import Malformed, opening, parse_turn
from masksearch.run_folder import RunFolder
from masksearch.stages import HELDOUT, MODEL, SFT
from prompts import PromptLibrary

TURNS, ENOUGH, COMPARED = 20, 18, 5
_EXPORTED = 3
_MOST_TOKENS = 256
_FEW_TOKENS = 40
_OLDER = ("transformers==4.57.*", "tokenizers==0.22.*", "huggingface_hub<1")
_PLAIN = Path(__file__).with_name("plain_turns.py")
_LOADS = (
    "import sys, datasets; d = datasets.load_dataset(sys.argv[1]); "
    "print([len(d[s]) for s in d], d['train'].column_names)"
)
_BITS = {"bits": 4, "group_size": 128}
PACKAGES: dict[str, dict[str, Any]] = {
    "AWQ": {"quantization_config": {"quant_method": "awq", **_BITS}},
    "GPTQ": {"quantization_config": {"quant_method": "gptq", **_BITS}},
    "bitsandbytes": {"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": True}},
    "flash attention": {"attn_implementation": "flash_attention_2"},
}
POSITIONS = {"gpt2": 256, "llama": 128}


def measure(place: Place) -> Iterator[Result]:
    """What needs no trained run first."""
    folder = place.folder("folders")
    yield from _loaded_exports(place, folder)
    asked = _run_with_index(place, folder)
    yield from _missing_packages(place, folder, asked)
    yield from _short_contexts(place, folder, asked)
    yield from _trained_folder(place, folder)


def _loaded_exports(place: Place, folder: Path) -> Iterator[Result]:
    """`load_dataset` of an export's folder, in a process of its own cache."""
    for dialect in ("chat", "single_turn"):
        exported = export_of(folder / f"export-{dialect}", dialect, _EXPORTED)
        env = {**place.env, "HF_HOME": str(folder / "hf"), "HF_HUB_OFFLINE": "1"}
        done = run(BIN / "python", "-c", _LOADS, exported, cwd=folder, env=env)
        told = done.out.strip() if not done.code else done.tail
        met = done.out.startswith(f"[{_EXPORTED}]") and "'messages'" in done.out
        yield Result(f"load_dataset: {dialect}", told[:90], met)


def _run_with_index(place: Place, folder: Path) -> Path:
    pages = [
        {"id": str(n), "title": f"Town {n}", "text": f"Town {n} was founded in {1800 + n}. " * 9}
        for n in range(9)
    ]
    corpus = folder / "corpus.jsonl"
    corpus.write_text("\n".join(map(json.dumps, pages)), encoding="utf-8")
    made = folder / "run"
    for command in (("corpus", "build", corpus, "--lang", "en"), ("index", "build")):
        expect(place.masksearch(*command, "--run", made, cwd=folder), command[0])
    return made


def _missing_packages(place: Place, folder: Path, asked: Path) -> Iterator[Result]:
    for name, settings in PACKAGES.items():
        model = tiny_model(place, folder / f"needs-{name.replace(' ', '-')}")
        config = model / "config.json"
        config.write_text(json.dumps(json.loads(config.read_text()) | settings))
        done = _ask(place, folder, asked, model)
        lines = [line for line in done.err.splitlines() if line.startswith("error:")]
        met = done.code == 2 and len(lines) == 1 and "package" in lines[0]
        yield Result(
            f"package: {name}", f"exit {done.code}: {(lines or [done.tail])[0]}"[:160], met
        )


def _short_contexts(place: Place, folder: Path, asked: Path) -> Iterator[Result]:
    for kind, positions in POSITIONS.items():
        model = _short_model(place, folder / f"short-{kind}", kind, positions)
        done = _ask(place, folder, asked, model, "word " * 300)
        said = " ".join((done.out + done.err).split())
        at = max(0, said.find("the conversation has"))
        met = done.code == 1 and f"context holds {positions}" in said
        yield Result(
            f"context: {kind} of {positions}", f"exit {done.code}: {said[at : at + 90]}", met
        )


def _ask(place: Place, folder: Path, asked: Path, model: Path, question: str = "Who?") -> Done:
    return place.masksearch("ask", question, "--model", model, "--run", asked, cwd=folder)


def _short_model(place: Place, folder: Path, kind: str, positions: int) -> Path:
    from transformers import AutoConfig, AutoModelForCausalLM

    tiny_model(place, folder)
    if kind == "llama":
        config = AutoConfig.from_pretrained(folder, max_position_embeddings=positions)
    else:
        sizes = {"n_embd": 64, "n_layer": 2, "n_head": 4, "vocab_size": 49_152}
        config = AutoConfig.for_model(kind, n_positions=positions, eos_token_id=2, **sizes)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    return folder


def _trained_folder(place: Place, folder: Path) -> Iterator[Result]:
    """The run's SFT model with transformers alone, of this version and of 4.57."""
    made = RunFolder(place.finished_run())
    model = made.finished(SFT).folder / MODEL
    prompts = _first_prompts(made)
    here = _plainly(model, prompts, _MOST_TOKENS, folder, place.env)
    ended = sum(_in_protocol(one, here["ends"]) for one in here["said"])
    yield Result("turns end by themselves", f"{ended} of {TURNS}", ended >= ENOUGH)
    older = {**place.env, "PYTHONPATH": str(_older_transformers(folder))}
    now, then = (
        _plainly(model, prompts[:COMPARED], _FEW_TOKENS, folder, env) for env in (place.env, older)
    )
    pairs = zip(now["said"], then["said"], strict=True)
    same = sum(one["ids"] == other["ids"] for one, other in pairs)
    told = f"{same} of {COMPARED} the same in {then['version']}"
    met = same == COMPARED and then["version"].startswith("4.57")
    yield Result("read by transformers 4.57", told, met)


def _first_prompts(made: RunFolder) -> list[list[dict[str, str]]]:
    library = PromptLibrary(None)
    tasks = list(made.tasks(HELDOUT))[:TURNS]
    return [_rows(opening(system_prompt(library, task.prompt), task.prompt)) for task in tasks]


def _rows(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": one.role, "content": one.content} for one in messages]


def _plainly(
    model: Path, prompts: Sequence[object], most: int, folder: Path, env: dict[str, str]
) -> dict[str, Any]:
    file = folder / "prompts.json"
    file.write_text(json.dumps(prompts), encoding="utf-8")
    offline = {**env, "HF_HUB_OFFLINE": "1"}
    command = (BIN / "python", _PLAIN, model, file, str(most))
    say(f"folders: {len(prompts)} turns with transformers alone")
    done = expect(run(*command, cwd=folder, env=offline, timeout=1800), "plain transformers")
    told: dict[str, Any] = json.loads(done.out.splitlines()[-1])
    return told


def _in_protocol(said: dict[str, Any], ends: int | list[int]) -> bool:
    """Whether a turn is one thought and one action, and its last token ends it."""
    known = ends if isinstance(ends, list) else [ends]
    if not said["ids"] or said["ids"][-1] not in known:
        return False
    return not isinstance(parse_turn(said["text"]), Malformed)


def _older_transformers(folder: Path) -> Path:
    """Transformers 4.57 beside the torch that is installed; raises Absent without an index."""
    place = folder / "transformers-4"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    done = subprocess.run(
        [*command, str(place), *_OLDER], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Absent(f"transformers 4.57 cannot be installed: {done.stderr.strip()[-120:]}")
    return place


GROUP = Group(
    "folders",
    (
        *(Bar(f"load_dataset: {name}", f"{_EXPORTED} rows") for name in ("chat", "single_turn")),
        *(Bar(f"package: {name}", "one line that names it, exit 2") for name in PACKAGES),
        *(Bar(f"context: {kind} of {n}", "its reason, exit 1") for kind, n in POSITIONS.items()),
        Bar("turns end by themselves", f"≥ {ENOUGH} of {TURNS}, no stop strings"),
        Bar("read by transformers 4.57", f"{COMPARED} of {COMPARED} the same tokens"),
    ),
    measure,
    minutes=8,
)
