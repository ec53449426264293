"""How many useful tokens a second SFT learns from, against bare passes and stock TRL."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from datasets import Dataset
from transformers import TrainerCallback
from trl import SFTConfig as TrlConfig
from trl import SFTTrainer

from bench.harness.bar import Bar, Group, Result, say
from bench.harness.place import Place
from masksearch.run_folder import RunFolder
from masksearch.stages import CONVERSATIONS, EXPORT
from training.config import ModelConfig, SftConfig
from training.conversation_tokens import ConversationTokens
from training.data import IGNORED, Example, as_rows, read_examples
from training.gradients import FiniteGradients
from training.models.loading import load_model
from training.quiet import quiet_datasets, quiet_libraries
from training.sft import make_trainer

BARE_SHARE, DEFAULTS, GROUPED, NOISE = 0.80, 1.3, 1.0, 0.02
_STEPS, _STOCK_STEPS, _BARE_TRACES = 5, 3, 8
_CONFIG = SftConfig(batch_size=1, accumulation=4, learning_rate=3e-4, save_steps=1000)
_STEP = _CONFIG.batch_size * _CONFIG.accumulation


class Trained(NamedTuple):
    """Useful tokens a second behind the first step, optimizer included, and every loss."""

    rate: float
    losses: list[float]


class _Clock(TrainerCallback):
    """When each step ended."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.ends.append(time.perf_counter())


def measure(place: Place) -> Iterator[Result]:
    """Bare passes, ours and TRL's trainer on the same traces, one after another."""
    quiet_libraries()
    quiet_datasets()
    examples, folder = _examples(place), place.folder("sft-speed")
    bare = max(_bare(place, examples[:_BARE_TRACES], size) for size in (1, 2, 4, 8))
    loaded = _load(place)
    trainer = make_trainer(loaded, examples, 1.0, _CONFIG, folder / "ours", bfloat16=True)
    trainer.add_callback(FiniteGradients("sft"))
    ours = _trained(trainer, examples, _STEP)
    say(f"SFT: ours {ours.rate:.0f} tokens/s, bare passes {bare:.0f}")
    share = ours.rate / bare
    yield Result("SFT of bare passes", _against(ours.rate, bare), share >= BARE_SHARE)
    stock = _stock(place, examples, folder / "alike", **_alike())
    far = max(abs(a - b) for a, b in zip(ours.losses, stock.losses, strict=True))
    yield Result("SFT losses", f"furthest apart {far:.4f} in {_STEPS} steps", far <= NOISE)
    given: dict[str, Any] = {"max_steps": _STOCK_STEPS}
    defaults = _stock(place, examples, folder / "defaults", **given).rate
    yield Result("SFT of TRL", _against(ours.rate, defaults), ours.rate >= DEFAULTS * defaults)
    given |= {"gradient_checkpointing": False, "train_sampling_strategy": "group_by_length"}
    grouped = _stock(place, examples, folder / "grouped", **given).rate
    measured = _against(ours.rate, grouped)
    yield Result("SFT of TRL, grouped", measured, ours.rate >= GROUPED * grouped)


def _against(ours: float, other: float) -> str:
    return f"{ours:.0f} against {other:.0f} tokens/s: {ours / other:.2f} ×"


def _load(place: Place) -> Any:
    return load_model(ModelConfig(), place.home, dtype=torch.float32)


def _examples(place: Place) -> list[Example]:
    """As many of the demo's traces as are learnt from here."""
    path = RunFolder(place.finished_run()).finished(EXPORT).folder / CONVERSATIONS
    tokens = ConversationTokens(_load(place).tokenizer)
    return read_examples(path, tokens, _CONFIG.max_length, _CONFIG.seed).kept[: _STEPS * _STEP]


def _bare(place: Place, examples: Sequence[Example], size: int) -> float:
    """Tokens a second of forward and backward of the stock model, behind a first pass."""
    model = _load(place).model.train()
    batches = [examples[at : at + size] for at in range(0, len(examples), size)]
    _pass(model, batches[0])
    began = time.perf_counter()
    for batch in batches:
        _pass(model, batch)
    return _tokens(examples) / (time.perf_counter() - began)


def _pass(model: Any, batch: Sequence[Example]) -> None:
    ids_BT = _padded([one.input_ids for one in batch], 0)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = model(
            input_ids=ids_BT,
            attention_mask=_padded([[1] * len(one.input_ids) for one in batch], 0),
            labels=_padded([one.labels for one in batch], IGNORED),
            use_cache=False,
        ).loss
    loss.backward()


def _padded(rows: Sequence[list[int]], filler: int) -> torch.Tensor:
    longest = max(map(len, rows))
    return torch.tensor([row + [filler] * (longest - len(row)) for row in rows])


def _tokens(examples: Sequence[Example]) -> int:
    return sum(len(one.input_ids) for one in examples)


def _alike() -> dict[str, Any]:
    """TRL's words for the same lessons, one trace in a pass."""
    return {
        "learning_rate": _CONFIG.learning_rate,
        "warmup_steps": round(_CONFIG.warmup_share * _STEPS),
        "num_train_epochs": 1.0,
        "per_device_train_batch_size": _CONFIG.batch_size,
        "gradient_accumulation_steps": _CONFIG.accumulation,
        "train_sampling_strategy": "sequential",
        "gradient_checkpointing": False,
    }


def _stock(place: Place, examples: Sequence[Example], folder: Path, **given: Any) -> Trained:
    """TRL's own trainer on the same rows, with what is given and else its defaults."""
    arguments = TrlConfig(
        output_dir=str(folder),
        use_cpu=True,
        save_strategy="no",
        logging_steps=1,
        disable_tqdm=True,
        report_to=[],
        dataloader_pin_memory=False,
        **{"bf16": True, **given},
    )
    loaded = _load(place)
    trainer = SFTTrainer(
        model=loaded.model,
        args=arguments,
        train_dataset=Dataset.from_list(as_rows(examples)),
        processing_class=loaded.tokenizer,
    )
    return _trained(trainer, examples, 0)


def _trained(trainer: Any, examples: Sequence[Example], step: int) -> Trained:
    """Train to the end; `step` traces make a step in order, 0 where the trainer itself counts."""
    clock = _Clock()
    trainer.add_callback(clock)
    trainer.train()
    history = [entry for entry in trainer.state.log_history if "loss" in entry]
    seconds = clock.ends[-1] - clock.ends[0]
    if step:
        tokens = _tokens(examples[step:])
    else:
        tokens = history[-1]["num_tokens"] - history[0]["num_tokens"]
    return Trained(tokens / seconds, [float(entry["loss"]) for entry in history])


GROUP = Group(
    "speed of SFT",
    (
        Bar("SFT of bare passes", f"≥ {BARE_SHARE} × the best of batches of 1, 2, 4, 8"),
        Bar("SFT losses", f"as one by one with stock TRL, ± {NOISE}"),
        Bar("SFT of TRL", f"≥ {DEFAULTS} × SFTTrainer at its defaults"),
        Bar("SFT of TRL, grouped", f"≥ {GROUPED} × it without checkpointing"),
    ),
    measure,
    minutes=7,
)
