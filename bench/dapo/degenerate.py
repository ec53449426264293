"""Dynamic sampling in the real trainer, where 70 % of groups have nothing to teach."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.harness.bar import Bar, Group, Result
from bench.harness.place import Place
from bench.harness.tiny import make_tiny, one_thread
from training.quiet import quiet_libraries

if TYPE_CHECKING:
    from bench.dapo.watched_trainer import WatchedTrainer

USEFUL, GRADIENT, TOKENS = 0.3, 0.99, 1.15
STEPS, GROUPS, GROUP_SIZE, CAP = 10, 4, 4, 2.0
_OF_TEN = 3
_WORDS = (2, 16)


class Made(NamedTuple):
    """A training that has ended: the trainer, its logged steps, and why it ended early."""

    trainer: WatchedTrainer
    steps: list[dict[str, Any]]
    ended: str

    @property
    def kept(self) -> list[int]:
        """Groups in every batch."""
        return [int(step["groups_kept"]) for step in self.steps]

    @property
    def reused(self) -> list[int]:
        """Those of them that an earlier batch had too."""
        return [int(step["groups_reused"]) for step in self.steps]


def measure(place: Place) -> Iterator[Result]:
    """One training under each policy."""
    quiet_libraries()
    folder = place.folder("degenerate")
    model = make_tiny(folder / "model", place.home)
    yield from _refill(_train(folder, model, "refill"))
    yield _shrink(_train(folder, model, "shrink"))
    yield _reuse(_train(folder, model, "reuse"))
    yield _stop(_train(folder, model, "stop"))


def _refill(made: Made) -> Iterator[Result]:
    useful = made.trainer.useful_in_updates
    full = sum(count == GROUPS for count in useful)
    measured = f"{full} of {STEPS} steps hold {GROUPS} useful groups, {sum(made.reused)} reused"
    yield Result("refill batches", measured, full == len(useful) == STEPS and not sum(made.reused))
    share, without = made.trainer.share_with_gradient, made.trainer.share_without_sampling
    measured = f"{share:.4f} of {made.trainer.trained_tokens:,} tokens ({without:.2f} without)"
    yield Result("refill gradient", measured, share >= GRADIENT)
    generated = sum(step["tokens_generated"] for step in made.steps)
    kept = sum(step["tokens_trained"] for step in made.steps)
    measured = f"{generated / kept:.2f} ({generated:,.0f} generated, {kept:,.0f} kept)"
    yield Result("refill tokens", measured, generated / kept <= TOKENS / USEFUL)


def _shrink(made: Made) -> Result:
    """Smaller batches, never larger ones, and every step made."""
    short = sum(count < GROUPS for count in made.kept)
    measured = (
        f"{len(made.kept)} steps of {min(made.kept)} to {max(made.kept)} groups, {short} short"
    )
    as_said = max(made.kept) <= GROUPS and short and made.kept == made.trainer.useful_in_updates
    return Result("shrink", measured, bool(as_said) and len(made.kept) == STEPS)


def _reuse(made: Made) -> Result:
    """What is missing is taken from the batch before, and counted."""
    fresh = [kept - reused for kept, reused in zip(made.kept, made.reused, strict=True)]
    wanted, before = [], 0
    for new in fresh:
        wanted.append(min(GROUPS - new, before))
        before = new or before
    measured = f"{sum(fresh)} new and {sum(made.reused)} reused groups in {len(fresh)} steps"
    as_said = made.reused == wanted and sum(wanted) > 0
    return Result("reuse", measured, as_said and len(fresh) == STEPS)


def _stop(made: Made) -> Result:
    measured = f"after {len(made.steps)} steps: {made.ended}"
    return Result("stop", measured, "groups were useful among" in made.ended)


def _train(folder: Path, model: Path, at_cap: str) -> Made:
    from bench.dapo.forced import ForcedDecoder
    from bench.dapo.tiny_trainer import StubReward, load_tiny, parts
    from bench.dapo.watched_trainer import WatchedTrainer
    from training.config import DapoConfig
    from training.dapo.trainer import TrainingEnded

    loaded = load_tiny(model)
    config = DapoConfig(
        learning_rate=1e-4,
        warmup_steps=0,
        steps=STEPS,
        groups=GROUPS,
        group_size=GROUP_SIZE,
        micro_batch=4,
        max_tokens=64,
        sampling_cap=CAP,
        at_cap=at_cap,
    )
    decoder = ForcedDecoder(loaded.model, loaded.tokenizer, _answers(loaded.tokenizer))
    given = parts(loaded, decoder, config, StubReward(_OF_TEN))
    trainer = WatchedTrainer(loaded, config, given, folder / at_cap, bf16=False)
    ended = ""
    try:
        with one_thread(), redirect_stdout(StringIO()):  # where the trainer prints its figures
            trainer.train()
    except TrainingEnded as end:
        ended = str(end)
    steps = [entry for entry in trainer.state.log_history if "groups_kept" in entry]
    return Made(trainer, steps, ended)


def _answers(tokenizer: Any) -> Any:
    """Whole episodes of one turn, of many lengths."""
    drawn = random.Random(0)

    def lines(rows: int) -> Sequence[Sequence[int]]:
        return [_answer(tokenizer, drawn.randint(*_WORDS)) for _ in range(rows)]

    return lines


def _answer(tokenizer: Any, words: int) -> list[int]:
    text = f"<think>I know{words * ' well'}.</think>\n<answer>\na number\n</answer>"
    return list(tokenizer(text, add_special_tokens=False).input_ids)


GROUP = Group(
    "degenerate",
    (
        Bar("refill batches", f"{GROUPS} useful groups in every step"),
        Bar("refill gradient", f"≥ {GRADIENT} of trainable tokens"),
        Bar("refill tokens", f"≤ {TOKENS}/{USEFUL} = {TOKENS / USEFUL:.2f} generated a kept one"),
        Bar("shrink", f"≤ {GROUPS} groups at the cap, on it goes"),
        Bar("reuse", "filled up from the batch before"),
        Bar("stop", "ends at the cap and says why"),
    ),
    measure,
    minutes=3,
)
