"""What can go wrong with DAPO, `ask` and the report: one clear line, nothing lost."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.dapo.full_checkpoint import measure_full_disk
from bench.harness.bar import Bar, Group, Result
from bench.harness.named_tests import tests
from bench.harness.place import Place
from bench.harness.processes import BIN, Done, run
from bench.harness.tiny import bare_run, make_tiny, on_processor, tiny_training
from masksearch.stages import DAPO, EVAL, EXPORT, SFT

QUESTION_CHARS = 100_000
_LIMIT, _SHOWN_CHARS = 540, 70
_PROGRESS = "train dapo: "
_TESTED = (
    ("dead search in mid-run", "test_a_dead_search_stops_training_and_keeps_the_checkpoint"),
    ("NaN loss", "test_a_loss_that_is_no_number_stops_training_in_one_line"),
)


class Kit(NamedTuple):
    """Where cases are tried, with a tiny model and a run that has tasks and an index."""

    place: Place
    folder: Path
    model: Path

    def masksearch(self, *arguments: str | Path) -> Done:
        """Run a command on the processor."""
        env = on_processor(self.place)
        return run(BIN / "masksearch", *arguments, cwd=self.folder, env=env, timeout=_LIMIT)

    def train(self, name: str, model: Path, *more: str, **settings: object) -> Done:
        """Train a model in a new run of that name."""
        folder = bare_run(self.place, self.folder / name)
        return self.masksearch(*tiny_training(model, folder, steps=2, **settings), *more)

    def changed_model(self, name: str, change: Callable[[Path], None]) -> Path:
        """A copy of the model with something wrong."""
        folder = self.folder / f"model-{name}"
        shutil.copytree(self.model, folder)
        change(folder)
        return folder


def measure(place: Place) -> Iterator[Result]:
    """Real commands on a tiny model; two faults that only a test can bring about."""
    folder = place.folder("training-faults")
    kit = Kit(place, folder, make_tiny(folder / "tiny", place.home))
    yield _refused("no useful group", _useless(kit), "nothing to learn from")
    for name, test in _TESTED:
        yield tests(place, f"training/test_dapo_trainer.py::{test}").result(f"bad input: {name}")
    yield _refused("damaged weights", _damaged(kit), "not numbers")
    yield _refused("no chat template", _no_template(kit), "has no chat template")
    yield _refused("no pad, no end token", _no_tokens(kit), "neither a pad token nor")
    done = _no_pad(kit)
    measured = f"exit {done.code}: the token that ends a turn pads" if not done.code else done.tail
    yield Result("bad input: no pad token", measured, done.code == 0)
    yield Result("bad input: full disk", *measure_full_disk(place, kit.folder, kit.model))
    yield _refused("endless question", _endless(kit), "too long", silent=True)
    yield _half_finished(kit)


def _refused(name: str, done: Done, said: str, *, silent: bool = False) -> Result:
    fault = fault_of(done, said, silent=silent)
    measured = fault or f"exit 2: {done.err.splitlines()[-1][:_SHOWN_CHARS]} …"
    return Result(f"bad input: {name}", measured, not fault)


def fault_of(done: Done, said: str, *, silent: bool = False) -> str:
    """What is wrong with a refusal; empty when it is one line, after any progress, with `said`."""
    if done.code != 2:
        return f"exit {done.code}: {done.tail}"
    lines = [line for line in done.err.splitlines() if silent or not line.startswith(_PROGRESS)]
    if len(lines) != 1 or done.out:
        return f"{len(lines)} lines on stderr, {len(done.out)} characters on stdout: {done.tail}"
    return "" if said in lines[0] else f"does not say {said!r}: {lines[0]}"


def _useless(kit: Kit) -> Done:
    """Every rollout of every prompt earns nothing."""
    weights = ("--set", "reward.format_weight=0", "--set", "reward.answer_weight=0")
    lengths = {"soft_length": "null", "longest": "null"}
    return kit.train("useless", kit.model, *weights, patience=20, **lengths)


def _damaged(kit: Kit) -> Done:
    def damage(folder: Path) -> None:
        import torch
        from safetensors.torch import load_file, save_file

        path = folder / "model.safetensors"
        weights = load_file(path)
        weights["model.norm.weight"] = torch.full_like(weights["model.norm.weight"], torch.nan)
        save_file(weights, path, metadata={"format": "pt"})

    return kit.train("damaged", kit.changed_model("damaged", damage))


def _no_template(kit: Kit) -> Done:
    def remove(folder: Path) -> None:
        (folder / "chat_template.jinja").unlink()

    return kit.train("no-template", kit.changed_model("no-template", remove))


def _no_tokens(kit: Kit) -> Done:
    return kit.train("no-tokens", kit.changed_model("no-tokens", _without("pad", "eos")))


def _no_pad(kit: Kit) -> Done:
    return kit.train("no-pad", kit.changed_model("no-pad", _without("pad")))


def _without(*names: str) -> Callable[[Path], None]:
    """Take tokens out of a tokenizer's configuration."""

    def remove(folder: Path) -> None:
        path = folder / "tokenizer_config.json"
        config = json.loads(path.read_text())
        for name in names:
            config.pop(f"{name}_token", None)
            config.pop(f"{name}_token_id", None)
        path.write_text(json.dumps(config))

    return remove


def _endless(kit: Kit) -> Done:
    return kit.masksearch("ask", QUESTION_CHARS * "x", "--run", kit.place.finished_run())


def _half_finished(kit: Kit) -> Result:
    """A run that has come as far as its traces."""
    folder = kit.folder / "half"
    after = shutil.ignore_patterns(EXPORT, SFT, DAPO, EVAL, "report.html")
    shutil.copytree(kit.place.finished_run(), folder, ignore=after)
    done = kit.masksearch("report", "--run", folder)
    page = folder / "report.html"
    missing = page.read_text(encoding="utf-8").count("not run yet") if page.exists() else 0
    measured = f"exit {done.code}, {missing} stages not run yet" if page.exists() else done.tail
    return Result("bad input: report of half a run", measured, done.code == 0 and missing >= 3)


def _bars() -> Sequence[Bar]:
    refused, kept = "one line, exit 2", "one line, the checkpoint is kept"
    return (
        Bar("bad input: no useful group", refused),
        *(Bar(f"bad input: {name}", kept) for name, _ in _TESTED),
        Bar("bad input: damaged weights", refused),
        Bar("bad input: no chat template", refused),
        Bar("bad input: no pad, no end token", refused),
        Bar("bad input: no pad token", "trains all the same"),
        Bar("bad input: full disk", "one line, exit 2, then goes on"),
        Bar("bad input: endless question", f"{QUESTION_CHARS:,} characters: one line, exit 2"),
        Bar("bad input: report of half a run", "exit 0, says what is not there"),
    )


GROUP = Group("bad input", _bars(), measure)
