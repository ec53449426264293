"""Supervised fine-tuning on exported traces with TRL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple, cast

import torch
from datasets import Dataset
from trl import SFTConfig as TrlConfig
from trl import SFTTrainer

from masksearch.counts import SftCounts
from masksearch.errors import InputError
from masksearch.search.fingerprints import Retrievers, keep_retrievers
from masksearch.sources import mixed
from masksearch.stages import CHECKPOINTS, METRICS, MODEL
from training.checkpoints import last_checkpoint, save_model
from training.common_arguments import common_arguments
from training.config import SftConfig
from training.conversation_tokens import ConversationTokens, note_template
from training.data import (
    Example,
    Examples,
    as_rows,
    by_level,
    distinct,
    in_batches,
    mean_length,
    read_examples,
)
from training.finishing import Ending, early_ending, start_of
from training.gradients import FiniteGradients
from training.jobs import SftJob
from training.loss import has_plain_head, trainable_nll
from training.memory import release_memory
from training.models.attention import use_packed_attention
from training.models.context import context_length
from training.models.loading import LoadedModel, load_model, on_one_device
from training.models.turn_end import end_turns
from training.packing import PLACES, passes
from training.process import Listener
from training.rate import BATCHES, FEW_BATCHES, StepRate, affordable, estimated, training_rate
from training.saved import step_of
from training.stages import RATE
from training.step_log import StepLog
from training.stopping import make_steps


class Lessons(NamedTuple):
    """What is learnt from, in order and `epochs` times, at `rate` tokens a second.

    `over_budget` are left out of it.
    """

    found: Examples
    ordered: list[Example]
    epochs: float
    rate: float
    over_budget: int


def train(job: SftJob, listener: Listener) -> SftCounts:
    """Train on exported conversations into the job's folder; returns the counts.

    Resumes from the last whole checkpoint. Raises InputError, ModelError, StoreError,
    TrainingError, and KeyboardInterrupt where the user stops it.
    """
    on_one_device()
    loaded = load_model(start_of(job), job.home, dtype=torch.float32)
    tokens = ConversationTokens(loaded.tokenizer)
    note_template(tokens, listener.note)
    lessons = _lessons(job, listener, loaded, tokens)
    if job.finish:
        ending = early_ending(job, loaded.model)
    else:
        ending = _learn(job, listener, loaded, lessons)
    end_turns(ending.model, tokens)  # here, as the trainer settles these ends for itself
    save_model(ending.model, loaded.tokenizer, job.stage / MODEL)
    keep_retrievers(job.stage / MODEL, Retrievers(retrievers=job.retrievers))
    return _counts(job.config, lessons, ending)


def _lessons(
    job: SftJob, listener: Listener, loaded: LoadedModel, tokens: ConversationTokens
) -> Lessons:
    config = job.config
    context = context_length(loaded.model.config, loaded.tokenizer)
    found = _examples(job, tokens, context)
    wanted = found.kept[: config.limit]
    rate = _rate(job, listener, loaded, wanted)
    count = affordable(rate, config.budget_minutes, config.epochs, mean_length(wanted))
    chosen = wanted[:count]
    _check_enough(chosen, config)
    ordered, epochs = _order(chosen, config)
    return Lessons(found, ordered, epochs, rate, len(wanted) - len(chosen))


def _examples(job: SftJob, tokens: ConversationTokens, context: int | None) -> Examples:
    """What can be learnt from; of several sources in turns, by their shares."""
    longest, seed = job.config.max_length, job.config.seed
    if not job.parts:
        return read_examples(job.conversations, tokens, longest, seed, context)
    parts = {
        name: read_examples(path, tokens, longest, seed, context, source=name)
        for name, path in job.parts.items()
    }
    return Examples(
        mixed({name: one.kept for name, one in parts.items()}, job.config.traces),
        sum(one.too_long for one in parts.values()),
        sum(one.over_context for one in parts.values()),
    )


def _learn(job: SftJob, listener: Listener, loaded: LoadedModel, lessons: Lessons) -> Ending:
    """Make the steps that are left; raises KeyboardInterrupt where the user stops it."""
    config, folder, ordered = job.config, job.stage, lessons.ordered
    bfloat16 = job.model.dtype == "bfloat16"
    checkpoint = last_checkpoint(folder / CHECKPOINTS)
    opening = _estimate(config, lessons, checkpoint)
    trainer = make_trainer(loaded, ordered, lessons.epochs, config, folder, bfloat16=bfloat16)
    rate = StepRate([len(one.input_ids) for one in ordered], _step_size(config))
    trainer.add_callback(rate)
    trainer.add_callback(FiniteGradients("sft"))

    def worded(logs: Mapping[str, Any]) -> str:
        return f"loss {float(logs['loss']):.3f}, {rate.rate:.0f} tokens/s"

    trainer.add_callback(StepLog(listener.progress, folder / METRICS, worded, opening))
    make_steps(trainer, folder / CHECKPOINTS, checkpoint)
    steps = int(trainer.state.global_step)
    return Ending(trainer.model, steps, steps, trainer.state.log_history)


def _counts(config: SftConfig, lessons: Lessons, ending: Ending) -> SftCounts:
    shown = distinct(lessons.ordered[: ending.steps * _step_size(config)])
    beyond = int(lessons.over_budget * config.epochs / _step_size(config))
    within = f"its budget of {config.budget_minutes or 0:g} minutes allowed no more"
    return SftCounts(
        traces=len(shown),
        sources=dict(Counter(example.source for example in shown if example.source)),
        available=len(lessons.found.kept),
        too_long=lessons.found.too_long,
        over_context=lessons.found.over_context,
        tokens=sum(len(example.input_ids) for example in shown),
        steps=ending.steps,
        planned=ending.planned + beyond,
        ended=ending.reason or (within if beyond else ""),
        loss=mean_loss(ending.history),
    )


def _step_size(config: SftConfig) -> int:
    return config.batch_size * config.accumulation


def mean_loss(history: Sequence[Mapping[str, Any]]) -> float | None:
    """The loss over all steps, if any; TRL's own figure leaves out those before a resume."""
    losses = [float(entry["loss"]) for entry in history if "loss" in entry]
    return round(fmean(losses), 4) if losses else None


def _estimate(config: SftConfig, lessons: Lessons, checkpoint: str | None) -> str:
    """How long the steps will take that are left."""
    learnt = step_of(Path(checkpoint)) * _step_size(config) if checkpoint else 0
    left = len(lessons.ordered) * lessons.epochs - learnt
    return estimated(lessons.rate, max(0, round(left * mean_length(lessons.ordered))))


def _rate(
    job: SftJob, listener: Listener, loaded: LoadedModel, examples: Sequence[Example]
) -> float:
    """Tokens a second, measured once in this stage; in a hurry where nothing depends on it."""
    if job.rate is not None:
        return job.rate
    decides, bfloat16 = job.config.budget_minutes is not None, job.model.dtype == "bfloat16"
    size, batches = (job.config.batch_size, BATCHES) if decides else (1, FEW_BATCHES)
    measured = training_rate(loaded.model, examples, size, bfloat16=bfloat16, batches=batches)
    rate = max(0.1, round(measured, 1))
    listener.note(**{RATE: rate})
    return rate


def _check_enough(examples: Sequence[Example], config: SftConfig) -> None:
    """Raises InputError where there is not one step to make."""
    shown, batch = int(len(examples) * config.epochs), _step_size(config)
    if shown < batch:
        raise InputError(
            f"{shown} traces are fewer than one batch of {batch}: make more traces, or "
            "smaller batches"
        )


def make_trainer(
    loaded: LoadedModel,
    ordered: list[Example],
    epochs: float,
    config: SftConfig,
    folder: Path,
    *,
    bfloat16: bool,
) -> Any:
    """The trainer of a model on examples in their order; on a processor a step is one batch."""
    batch = config.batch_size * config.accumulation
    steps = len(ordered) * epochs / batch
    packs = has_plain_head(loaded.model) and use_packed_attention(loaded.model)
    arguments = TrlConfig(
        learning_rate=config.learning_rate,
        warmup_steps=round(config.warmup_share * steps),
        num_train_epochs=epochs,
        per_device_train_batch_size=batch if packs else config.batch_size,
        gradient_accumulation_steps=1 if packs else config.accumulation,
        max_length=None,
        train_sampling_strategy="sequential",
        **common_arguments(folder / CHECKPOINTS, config, bfloat16=bfloat16),
    )
    return TraceTrainer(
        packs=packs,
        model=loaded.model,
        args=arguments,
        train_dataset=Dataset.from_list(as_rows(ordered)),
        processing_class=loaded.tokenizer,
    )


def _order(examples: list[Example], config: SftConfig) -> tuple[list[Example], float]:
    """The order in which examples are trained on, and how often it is gone through."""
    if config.curriculum.by == "off":
        return in_batches(examples, config.batch_size, config.seed), config.epochs
    batches = int(len(examples) * config.epochs / config.batch_size)
    size, seed = config.batch_size, config.seed
    return by_level(examples, size, batches, config.curriculum, seed), 1.0


class TraceTrainer(SFTTrainer):
    """TRL's trainer with a loss that skips what is not trained on, where TRL's does not.

    `packs`: on a processor, a step's traces are read end to end, as many in a pass as is fast.
    """

    def __init__(self, *, packs: bool, **given: Any) -> None:
        super().__init__(**given)
        self._packs = packs

    def training_step(
        self, model: Any, inputs: Any, num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """Forward and backward of a batch; its loss."""
        if not self._packs:
            return cast(torch.Tensor, super().training_step(model, inputs, num_items_in_batch))
        losses = []
        for part in passes(inputs["input_ids"], inputs["attention_mask"], inputs["labels"]):
            losses.append(super().training_step(model, part, num_items_in_batch))
            release_memory()
        return torch.stack(losses).sum()

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """The loss of a batch; TRL's own on GPUs, where it skips those tokens itself."""
        alone = self.accelerator.num_processes == 1 and not torch.cuda.is_available()
        if return_outputs or not alone or not has_plain_head(model):
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        ids, labels, mask = inputs["input_ids"], inputs["labels"], inputs.get("attention_mask")
        places = {name: inputs[name] for name in PLACES if name in inputs}
        with self.accelerator.autocast():  # otherwise entered by the forward that is passed by
            return trainable_nll(model, ids, mask, labels, num_items_in_batch, **places)
