"""A tiny model that learns a few traces by heart, and is then asked for them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.harness.place import Place
from bench.harness.tiny import saved, tiny_llama
from masksearch.errors import ChatError
from masksearch.export import ExportMessage, ExportRecord
from masksearch.messages import Decoding, Dialect, Message
from masksearch.progress import silent
from masksearch.protocol import STOPS, ModelTurn, render_turn
from masksearch.stages import CONVERSATIONS, MODEL
from masksearch.store import write_records

_STEPS, _RATE, _TURN_TOKENS = 120, 1e-2, 64
_THINGS = (
    "mill",
    "harbour",
    "bridge",
    "castle",
    "school",
    "market",
    "church",
    "station",
    "library",
    "garden",
)


def learnt_by_heart(place: Place, name: str, template: str, count: int) -> int:
    """How many of `count` traces a model says whole after SFT under a chat template."""
    folder = place.folder(f"by-heart-{name}")
    start = tiny_model(place, folder / "start", template)
    records = [_lesson(number) for number in range(count)]
    write_records(folder / CONVERSATIONS, records)
    _train(folder, start, count)
    return sum(asyncio.run(_says(folder / MODEL, records)))


def tiny_model(place: Place, folder: Path, template: str | None = None) -> Path:
    """A random Llama of two layers with SmolLM2's tokenizer."""
    given = {"tie_word_embeddings": True, "initializer_range": 0.2}  # it learns in fewer steps
    model, tokenizer = tiny_llama(place.home, hidden_size=64, **given)
    tokenizer.chat_template = template or tokenizer.chat_template
    return saved(model, tokenizer, folder)


def _lesson(number: int) -> ExportRecord:
    """A question that is known by a word, a search, and an answer of its own."""
    thing = _THINGS[number]
    asked = render_turn(ModelTurn(thought=f"The {thing}?", queries=(f"{thing} built",)))
    found = f"<information>\n[1] The {thing}\nThe {thing} stood early.\n</information>"
    said = render_turn(ModelTurn(thought=f"The {thing}.", answer=f"{thing} {1800 + 7 * number}"))
    spoken = (
        ("system", "Search, then answer."),
        ("user", f"The {thing} here: when was the {thing} built, and the {thing} paid for?"),
        ("assistant", asked),
        ("user", found),
        ("assistant", said),
    )
    messages = (
        ExportMessage(role=role, content=text, trainable=role == "assistant")
        for role, text in spoken
    )
    return ExportRecord(
        task_id=f"t{number}", num_masks=1, dialect=Dialect.CHAT, messages=tuple(messages)
    )


def _train(folder: Path, start: Path, count: int) -> None:
    from training.config import ModelConfig, SftConfig
    from training.jobs import SftJob
    from training.process import Listener, train_in_process

    config = SftConfig(learning_rate=_RATE, epochs=_STEPS, batch_size=count, save_steps=10_000)
    job = SftJob(
        stage=folder,
        home=folder,
        model=ModelConfig(path=str(start), dtype="float32"),
        retrievers=(),
        conversations=folder / CONVERSATIONS,
        config=config,
    )
    train_in_process(job, Listener(silent, _nothing))


def _nothing(**facts: Any) -> None:
    """Facts of a training are of no use here."""


async def _says(model: Path, records: Sequence[ExportRecord]) -> list[bool]:
    """Of each trace whether every turn of it is said as it was learnt, behind what was said."""
    from training.config import ModelConfig
    from training.models.generator import LocalChat
    from training.models.loading import load_model

    chat = LocalChat(load_model(ModelConfig(path=str(model), dtype="float32"), model), "by heart")
    return [await _says_one(chat, record) for record in records]


async def _says_one(chat: Any, record: ExportRecord) -> bool:
    messages = [Message(role=one.role, content=one.content) for one in record.messages]
    for at, message in enumerate(messages):
        if message.role == "assistant":
            try:
                reply = await chat.complete(messages[:at], Decoding(STOPS, _TURN_TOKENS))
            except ChatError:
                return False
            if reply.text != message.content:
                return False
    return True
