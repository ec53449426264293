"""RAMP tasks from a passage and its spans."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from masksearch.config import RampConfig
from masksearch.masking.difficulty import difficulty_card
from masksearch.masking.maskable import Names, Window
from masksearch.masking.masks import APART, choose_masks, seeded
from masksearch.masking.strategies import drawn_by_weight, hardest_first, order_of
from masksearch.masking.windows import windows
from masksearch.rejection import Rejection
from masksearch.schemas import (
    MASK,
    Lineage,
    Passage,
    Prompt,
    Span,
    Task,
    TaskKind,
    masked_text,
    ramp_task_id,
)
from masksearch.spans.links import plain_title

_MISSES = 8
"""Draws in a row without a new task after which all that there are are gone through."""


class Origin(NamedTuple):
    """What the tasks of a build have in common: the corpus, and who scored the spans."""

    corpus_hash: str
    scorer: str = ""


def make_tasks(
    passage: Passage, spans: Sequence[Span], config: RampConfig, origin: Origin
) -> Iterator[Task | Rejection]:
    """The tasks of a passage, all different; where there are too few, last the reason why.

    What is made depends on the passage, the spans and the settings alone, so that passages
    can be worked on in any order, in any number of processes.
    """
    source = _Source(passage, spans, config, origin)
    seen: set[str] = set()
    refusal = yield from _drawn(source, seen)
    if refusal is None:
        return
    if seen:
        yield from _left(source, seen)
    if len(seen) < config.tasks_per_passage:
        yield refusal


def _drawn(source: _Source, seen: set[str]) -> Generator[Task, None, Rejection | None]:
    """Tasks draw by draw; returns why these are not all that are wanted."""
    misses = draw = 0
    while len(seen) < source.config.tasks_per_passage:
        found = _one_task(source, draw, seen)
        if isinstance(found, Rejection):
            misses += 1
            if not seen or misses == _MISSES:
                return found
        else:
            misses = 0
            seen.add(found.id)
            yield found
        draw += 1
    return None


def _left(source: _Source, seen: set[str]) -> Iterator[Task]:
    """As many as are wanted of the tasks that no draw has found, one after another."""
    for task in source.all_tasks():
        if len(seen) >= source.config.tasks_per_passage:
            return
        if task.id not in seen:
            seen.add(task.id)
            yield task


def _one_task(source: _Source, draw: int, seen: set[str]) -> Task | Rejection:
    """A task with the first `num_masks`, in a drawn order, that the passage has spans for."""
    refusal = Rejection(item=source.passage.id, reason="no new masks")
    for num_masks in _numbers(source.config, source.passage.id, draw):
        found = source.task(num_masks, draw)
        if isinstance(found, Rejection):
            refusal = found
        elif found.id not in seen:
            return found
    return refusal


def _numbers(config: RampConfig, passage_id: str, draw: int) -> list[int]:
    """Every `num_masks` of the recipe in the order in which they are tried."""
    shares = config.num_masks_shares or (1.0,) * len(config.num_masks)
    by_number = dict(zip(config.num_masks, shares, strict=True))
    rng = seeded(config.seed, "num_masks", passage_id, draw)
    return drawn_by_weight(list(by_number), list(by_number.values()), rng)


class _Source:
    """A passage and what every task made from it needs."""

    def __init__(
        self, passage: Passage, spans: Sequence[Span], config: RampConfig, origin: Origin
    ) -> None:
        self.passage = passage
        self.config = config
        self._origin = origin
        self._wanted = [span for span in spans if span.type in config.span_types]

    @cached_property
    def _windows(self) -> list[tuple[Window, list[Span]]]:
        """The passage's windows, each with the spans in it that may be masked."""
        named = Names(self.passage.title)
        found = windows(self.passage.text, self.config.window_chars, self.passage.lang)
        made = (Window(self.passage, where, named) for where in found)
        return [(window, window.maskable(self._wanted)) for window in made]

    def task(self, num_masks: int, draw: int) -> Task | Rejection:
        passage, config = self.passage, self.config
        if MASK in passage.text or MASK in passage.title:
            return Rejection(item=passage.id, reason="holds a literal [mask]")
        if not self._wanted:
            return Rejection(item=passage.id, reason="no spans")
        if not self._windows:
            return Rejection(item=passage.id, reason="no sentence fits the window")
        rng = seeded(config.seed, passage.id, num_masks, draw)
        for window, maskable in rng.sample(self._windows, len(self._windows)):
            order = order_of(config.strategy, maskable, rng)
            if chosen := choose_masks(num_masks, order, APART):
                return self._task(window, chosen)
        return Rejection(item=passage.id, reason="too few spans")

    def all_tasks(self) -> Iterator[Task]:
        """Every task that the passage has, the fewest masks and the hardest spans first."""
        for num_masks in sorted(set(self.config.num_masks)):
            for window, maskable in self._windows:
                for chosen in combinations(hardest_first(maskable), num_masks):
                    yield self._task(window, sorted(chosen, key=lambda span: span.start))

    def _task(self, window: Window, chosen: Sequence[Span]) -> Task:
        passage, text = self.passage, window.text
        masks = tuple(span.interval.shifted(-window.where.start) for span in chosen)
        task = Task(
            id=ramp_task_id(passage.id, window.where, masks),
            prompt=Prompt(
                kind=TaskKind.RAMP,
                text=masked_text(text, masks),
                title=passage.title,
                lang=passage.lang,
                num_masks=len(masks),
                style=self.config.style,
            ),
            answers=tuple(accepted_answers(span) for span in chosen),
            window=window.where,
            masks=masks,
            mask_types=tuple(span.type for span in chosen),
            mask_sources=tuple(span.source for span in chosen),
            mask_targets=tuple(span.target for span in chosen),
            difficulty=difficulty_card(chosen, window.num_words, self._origin.scorer),
            lineage=self._lineage(),
        )
        if task.unmasked() != text:
            raise AssertionError(f"{task.id} does not unmask to its window")
        return task

    def _lineage(self) -> Lineage:
        passage = self.passage
        return Lineage(
            passage_id=passage.id,
            revision=passage.revision,
            corpus_hash=self._origin.corpus_hash,
            url=passage.url,
            licence=passage.licence,
        )


def accepted_answers(span: Span) -> tuple[str, ...]:
    """The masked text, and the linked page's title where only its bracket differs."""
    shown, target = span.text.casefold(), span.target.casefold()
    namesake = target != shown and plain_title(target) == shown
    return (span.text, span.target) if namesake else (span.text,)
