"""Exported traces as token ids with labels."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from masksearch.errors import InputError
from masksearch.export import ExportRecord
from masksearch.messages import Segment
from masksearch.store import read_records
from training.config import CurriculumConfig
from training.conversation_tokens import ConversationTokens
from training.curriculum import Curriculum, TaskStream

IGNORED = -100
_POOLED_BATCHES = 8


class Example(NamedTuple):
    """One conversation to learn from; labels are `IGNORED` where nothing is learnt.

    `source` is that of its task, where it is known.
    """

    input_ids: list[int]
    labels: list[int]
    num_masks: int = 0
    source: str = ""


class Examples(NamedTuple):
    """What can be trained on, and how many traces were longer than allowed.

    `over_context` are those of them that the model itself could not read.
    """

    kept: list[Example]
    too_long: int
    over_context: int = 0


def read_examples(
    path: Path,
    tokens: ConversationTokens,
    max_length: int,
    seed: int,
    context: int | None = None,
    source: str = "",
) -> Examples:
    """The traces of an export, or those of a source, in a seeded order.

    Those over `max_length` tokens, or over the model's `context`, are left out. Raises InputError
    where none is left.
    """
    found = (one for one in read_records(path, ExportRecord) if source in ("", one.source))
    # Traces stand in the order in which they were finished, which differs from run to run.
    records = sorted(found, key=lambda record: record.task_id)
    encoded = [encode(record, tokens) for record in records]
    lengths = [len(example.input_ids) for example in encoded]
    most = min(max_length, context or max_length)
    kept = [one for one, length in zip(encoded, lengths, strict=True) if length <= most]
    if not kept:
        held = f": the model's context holds {context:,}" if context == most else ""
        of = f" of {source}" if source else ""
        raise InputError(f"{path}: no trace{of} of at most {most} tokens to train on{held}")
    random.Random(seed).shuffle(kept)
    over = sum(length > context for length in lengths) if context else 0
    return Examples(kept, len(encoded) - len(kept), over)


def encode(record: ExportRecord, tokens: ConversationTokens) -> Example:
    """A trace as ids and labels; only the model's own words have labels."""
    segments = [
        message.segments or (Segment(message.content, message.trainable, message.tokens),)
        for message in record.messages
    ]
    read = tokens.training([message.role for message in record.messages], segments)
    labels = [i if own else IGNORED for i, own in zip(read.ids, read.own, strict=True)]
    return Example(list(read.ids), labels, record.num_masks, record.source)


def in_batches(examples: Sequence[Example], batch_size: int, seed: int) -> list[Example]:
    """An order in which batches hold examples of like length, and follow in random order.

    Lengths are only compared within pools of a few batches. TRL's grouping sorts hundreds
    of examples, longest first, so that a small run ends on its shortest, easiest traces.
    """
    pool = batch_size * _POOLED_BATCHES
    batches: list[list[Example]] = []
    for start in range(0, len(examples), pool):
        pooled = sorted(examples[start : start + pool], key=lambda one: len(one.input_ids))
        batches += [pooled[i : i + batch_size] for i in range(0, len(pooled), batch_size)]
    whole = [batch for batch in batches if len(batch) == batch_size]
    rest = [batch for batch in batches if len(batch) < batch_size]
    random.Random(seed).shuffle(whole)
    return [example for batch in (*whole, *rest) for example in batch]


def by_level(
    examples: Sequence[Example],
    batch_size: int,
    batches: int,
    config: CurriculumConfig,
    seed: int,
) -> list[Example]:
    """`batches` whole batches in which a level's share draws from all levels then open.

    No example comes twice before every other of the open levels came once. Batches are
    made and follow as those of `in_batches`, each share for itself.
    """
    curriculum = Curriculum(config, (example.num_masks for example in examples))
    stream = TaskStream(examples, curriculum, seed=seed)
    shares: dict[int, list[Example]] = {}
    for done in range(batches):
        curriculum.advance(done / batches)
        shares.setdefault(curriculum.level, []).extend(stream.take(batch_size))
    return [example for share in shares.values() for example in in_batches(share, batch_size, seed)]


def mean_length(examples: Sequence[Example]) -> float:
    """Tokens of an example on average."""
    return sum(len(example.input_ids) for example in examples) / len(examples)


def distinct(examples: Iterable[Example]) -> list[Example]:
    """Each of the examples once: a curriculum draws some again before others were drawn."""
    return list({id(example): example for example in examples}.values())


def as_rows(examples: Iterable[Example]) -> list[dict[str, list[int]]]:
    """Examples as rows of a `datasets.Dataset`."""
    return [{"input_ids": example.input_ids, "labels": example.labels} for example in examples]
