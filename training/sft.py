"""Supervised fine-tuning on exported traces with TRL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, cast

import torch
from datasets import Dataset
from trl import SFTConfig as TrlConfig
from trl import SFTTrainer

from masksearch.counts import SftCounts
from masksearch.errors import InputError
from masksearch.search.fingerprints import Retrievers, keep_retrievers
from masksearch.stages import CHECKPOINTS, METRICS, MODEL
from masksearch.store import make_folder
from training.checkpoints import last_checkpoint, save_model, saving
from training.config import SftConfig
from training.conversation_tokens import ConversationTokens, note_template
from training.data import (
    Example,
    as_rows,
    by_level,
    distinct,
    in_batches,
    mean_length,
    read_examples,
)
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
from training.rate import affordable, training_rate
from training.stages import RATE
from training.step_log import StepLog


def train(job: SftJob, listener: Listener) -> SftCounts:
    """Train on exported conversations into the job's folder; returns the counts.

    Resumes from the last whole checkpoint. Raises InputError, ModelError, TrainingError.
    """
    on_one_device()
    config, folder = job.config, job.stage
    bfloat16 = job.model.dtype == "bfloat16"
    loaded = load_model(job.model, job.home, dtype=torch.float32)
    tokens = ConversationTokens(loaded.tokenizer)
    note_template(tokens, listener.note)
    context = context_length(loaded.model.config, loaded.tokenizer)
    found = read_examples(job.conversations, tokens, config.max_length, config.seed, context)
    chosen = _affordable(job, listener, loaded, found.kept)
    _check_enough(chosen, config)
    ordered, epochs = _order(chosen, config)
    trainer = make_trainer(loaded, ordered, epochs, config, folder, bfloat16=bfloat16)
    trainer.add_callback(FiniteGradients("sft"))
    trainer.add_callback(StepLog(listener.progress, folder / METRICS, _note))
    with saving(folder / CHECKPOINTS):
        trainer.train(resume_from_checkpoint=last_checkpoint(folder / CHECKPOINTS))
    end_turns(trainer.model, tokens)  # here, as the trainer settles these ends for itself
    save_model(trainer.model, loaded.tokenizer, folder / MODEL)
    keep_retrievers(folder / MODEL, Retrievers(retrievers=job.retrievers))
    steps = int(trainer.state.global_step)
    shown = distinct(ordered[: steps * config.batch_size * config.accumulation])
    return SftCounts(
        traces=len(shown),
        available=len(found.kept),
        too_long=found.too_long,
        over_context=found.over_context,
        tokens=sum(len(example.input_ids) for example in shown),
        steps=steps,
        loss=round(mean_loss(trainer.state.log_history), 4),
    )


def mean_loss(history: Sequence[Mapping[str, Any]]) -> float:
    """The loss over all steps; TRL's own figure leaves out those before a resume."""
    return fmean(float(entry["loss"]) for entry in history if "loss" in entry)


def _affordable(
    job: SftJob, listener: Listener, loaded: LoadedModel, examples: list[Example]
) -> list[Example]:
    """As many of the examples as the budget allows, at the rate measured once in this stage."""
    config = job.config
    if config.budget_minutes is None:
        return examples
    rate = job.rate
    if rate is None:
        bfloat16 = job.model.dtype == "bfloat16"
        measured = training_rate(loaded.model, examples, config.batch_size, bfloat16=bfloat16)
        rate = round(measured, 1)
        listener.note(**{RATE: rate})
    count = affordable(rate, config.budget_minutes, config.epochs, mean_length(examples))
    return examples[:count]


def _check_enough(examples: Sequence[Example], config: SftConfig) -> None:
    """Raises InputError where there is not one step to make."""
    shown, batch = int(len(examples) * config.epochs), config.batch_size * config.accumulation
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
        output_dir=str(make_folder(folder / CHECKPOINTS)),
        learning_rate=config.learning_rate,
        warmup_steps=round(config.warmup_share * steps),
        num_train_epochs=epochs,
        per_device_train_batch_size=batch if packs else config.batch_size,
        gradient_accumulation_steps=1 if packs else config.accumulation,
        max_length=None,
        train_sampling_strategy="sequential",
        bf16=bfloat16,
        use_cpu=not torch.cuda.is_available(),
        gradient_checkpointing=False,
        save_steps=config.save_steps,
        save_total_limit=2,
        logging_steps=1,
        logging_nan_inf_filter=False,
        disable_tqdm=True,
        report_to=[],
        seed=config.seed,
        data_seed=config.seed,
        dataloader_pin_memory=torch.cuda.is_available(),
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


def _note(logs: Mapping[str, Any]) -> str:
    return f"loss {float(logs['loss']):.3f}"


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
