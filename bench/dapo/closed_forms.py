"""DAPO's closed forms, and its loss beside TRL's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.harness.bar import Bar, Group, Result
from bench.harness.named_tests import tests
from bench.harness.place import Place
from bench.harness.tiny import make_tiny
from training.quiet import quiet_libraries

if TYPE_CHECKING:
    from training.dapo.groups import Row
    from training.dapo.trainer import DapoTrainer

DIFFERENCE = 1e-6
_PROMPT, _BATCHES = 5, 8


class Losses(NamedTuple):
    """Both losses of the same rows, and the largest difference of a gradient."""

    ours: float
    theirs: float
    gradient: float


def measure(place: Place) -> Iterator[Result]:
    """The tests with hand-worked numbers, then both losses on random rows."""
    yield tests(place, "training/test_dapo_maths.py").result("closed forms")
    yield tests(place, "training/test_dapo_sampling.py").result("closed forms of refill")
    quiet_libraries()
    trainer = _trainer(place)
    found = [_both(trainer, _rows(number)) for number in range(_BATCHES)]
    loss = max(abs(one.ours - one.theirs) for one in found)
    gradient = max(one.gradient for one in found)
    measured = f"{loss:.1e}, of gradients {gradient:.1e}, {_BATCHES} batches"
    yield Result("loss against TRL", measured, max(loss, gradient) <= DIFFERENCE)


def _trainer(place: Place) -> DapoTrainer:
    from bench.dapo.tiny_trainer import StubReward, load_tiny, parts
    from training.config import DapoConfig
    from training.dapo.trainer import DapoTrainer
    from training.models.decoding import Decoder

    folder = place.folder("closed-forms")
    loaded = load_tiny(make_tiny(folder / "model", place.home))
    config = DapoConfig(groups=2, group_size=4, micro_batch=4, steps=1)
    given = parts(loaded, Decoder(loaded.model, loaded.tokenizer), config, StubReward(3))
    return DapoTrainer(loaded, config, given, folder / "checkpoints", bf16=False)


def _rows(seed: int) -> list[Row]:
    """Rollouts of random tokens, some of them retrieved, whose ratios lie on both sides of 1."""
    import random

    from training.dapo.groups import Row

    drawn = random.Random(seed)

    def row() -> Row:
        length = drawn.randrange(4, 40)
        trainable = [drawn.random() < 0.6 for _ in range(length)]
        logprobs = [own * drawn.uniform(-11.5, -10.0) for own in trainable]
        ids = [drawn.randrange(5, 40_000) for _ in range(_PROMPT + length)]
        return Row(ids[:_PROMPT], ids[_PROMPT:], trainable, logprobs, drawn.gauss(0, 1))

    return [row() for _ in range(4)]


def _both(trainer: DapoTrainer, rows: list[Row]) -> Losses:
    import torch
    from trl import GRPOTrainer

    from training.dapo.groups import as_tensors

    model = trainer.model.train()
    accumulation = trainer.args.gradient_accumulation_steps
    trainer.current_gradient_accumulation_steps = accumulation
    own = sum(sum(row.trainable) for row in rows)
    ours = trainer.compute_loss(model, as_tensors(rows, 0, own, model.device))
    mine = _gradients(model, ours)
    items = torch.tensor(own * trainer.args.steps_per_generation / accumulation)
    theirs = GRPOTrainer._compute_loss(trainer, model, _for_trl(rows, items))
    pairs = zip(mine, _gradients(model, theirs), strict=True)
    return Losses(ours.item(), theirs.item(), max(_distance(a, b) for a, b in pairs))


def _distance(ours: Any, theirs: Any) -> float:
    return float((ours - theirs).abs().max())


def _gradients(model: Any, loss: Any) -> list[Any]:
    loss.backward()
    found = [one.grad.clone() for one in model.parameters()]
    model.zero_grad()
    return found


def _for_trl(rows: list[Row], items: Any) -> dict[str, Any]:
    """The rows as TRL's loss wants them; its tool mask is our trainable."""
    import torch

    longest = max(len(row.completion_ids) for row in rows)

    def padded(values: list[list[Any]]) -> Any:
        return torch.tensor([[*one, *[0] * (longest - len(one))] for one in values])

    return {
        "prompt_ids": torch.tensor([row.prompt_ids for row in rows]),
        "prompt_mask": torch.ones(len(rows), _PROMPT, dtype=torch.long),
        "completion_ids": padded([row.completion_ids for row in rows]),
        "completion_mask": padded([[1] * len(row.completion_ids) for row in rows]),
        "tool_mask": padded([[int(own) for own in row.trainable] for row in rows]),
        "advantages": torch.tensor([row.advantage for row in rows]),
        "old_per_token_logps": padded([row.logprobs for row in rows]),
        "num_items_in_batch": items,
    }


GROUP = Group(
    "closed forms",
    (
        Bar("closed forms", "hand-worked numbers, gloo included"),
        Bar("closed forms of refill", "batches and what is left over"),
        Bar("loss against TRL", f"≤ {DIFFERENCE:.0e}, loss and gradient"),
    ),
    measure,
)
