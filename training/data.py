"""Exported traces as token ids with labels."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from masksearch.errors import InputError
from masksearch.export import ExportRecord, Segment
from masksearch.store import read_records
from training.conversation_tokens import ConversationTokens

IGNORED = -100


class Example(NamedTuple):
    """One conversation to learn from; labels are `IGNORED` where nothing is learnt."""

    input_ids: list[int]
    labels: list[int]


class Examples(NamedTuple):
    """What can be trained on, and how many traces were longer than allowed."""

    kept: list[Example]
    too_long: int


def read_examples(path: Path, tokens: ConversationTokens, max_length: int, seed: int) -> Examples:
    """The traces of an export in a seeded order; those over `max_length` tokens are left out."""
    # Traces stand in the order in which they were finished, which differs from run to run.
    records = sorted(read_records(path, ExportRecord), key=lambda record: record.task_id)
    encoded = [encode(record, tokens) for record in records]
    kept = [example for example in encoded if len(example.input_ids) <= max_length]
    if not kept:
        raise InputError(f"{path}: no trace of at most {max_length} tokens to train on")
    random.Random(seed).shuffle(kept)
    return Examples(kept, len(encoded) - len(kept))


def encode(record: ExportRecord, tokens: ConversationTokens) -> Example:
    """A trace as ids and labels; only the model's own words have labels."""
    segments = [
        message.segments or (Segment(message.content, message.trainable),)
        for message in record.messages
    ]
    ids, trainable = tokens.training([message.role for message in record.messages], segments)
    return Example(ids, [i if own else IGNORED for i, own in zip(ids, trainable, strict=True)])


def mean_length(examples: Sequence[Example]) -> float:
    """Tokens of an example on average."""
    return sum(len(example.input_ids) for example in examples) / len(examples)


def as_rows(examples: Iterable[Example]) -> list[dict[str, list[int]]]:
    """Examples as rows of a `datasets.Dataset`."""
    return [example._asdict() for example in examples]
