"""One RAMP task from a passage and its spans."""

from __future__ import annotations

from collections.abc import Sequence

from masksearch.config import RampConfig
from masksearch.masking.maskable import maskable_spans
from masksearch.masking.masks import APART, choose_masks, seeded
from masksearch.masking.windows import windows
from masksearch.rejection import Rejection
from masksearch.schemas import (
    MASK,
    Interval,
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


def make_task(
    passage: Passage,
    spans: Sequence[Span],
    num_masks: int,
    config: RampConfig,
    corpus_hash: str,
    draw: int = 0,
) -> Task | Rejection:
    """Mask `num_masks` spans in a window of the passage, or say why that cannot be.

    The same passage, recipe and `draw` (which of the passage's tasks this is) give the
    same task.
    """
    if MASK in passage.text or MASK in passage.title:
        return Rejection(item=passage.id, reason="holds a literal [mask]")
    wanted = [span for span in spans if span.type in config.span_types]
    rng = seeded(config.seed, passage.id, num_masks, draw)
    found = windows(passage.text, config.window_chars)
    rng.shuffle(found)
    for window in found:
        maskable = maskable_spans(passage, window, wanted)
        if chosen := choose_masks(maskable, num_masks, rng, APART):
            return _task(passage, window, chosen, config, corpus_hash)
    return Rejection(item=passage.id, reason="too few spans" if wanted else "no spans")


def _task(
    passage: Passage,
    window: Interval,
    chosen: Sequence[Span],
    config: RampConfig,
    corpus_hash: str,
) -> Task:
    text = passage.text[window.start : window.end]
    masks = tuple(span.interval.shifted(-window.start) for span in chosen)
    task = Task(
        id=ramp_task_id(passage.id, window, masks),
        prompt=Prompt(
            kind=TaskKind.RAMP,
            text=masked_text(text, masks),
            title=passage.title,
            lang=passage.lang,
            num_masks=len(masks),
            style=config.style,
        ),
        answers=tuple(accepted_answers(span) for span in chosen),
        window=window,
        masks=masks,
        mask_types=tuple(span.type for span in chosen),
        lineage=Lineage(
            passage_id=passage.id,
            revision=passage.revision,
            corpus_hash=corpus_hash,
            url=passage.url,
            licence=passage.licence,
        ),
    )
    if task.unmasked() != text:
        raise AssertionError(f"{task.id} does not unmask to its window")
    return task


def accepted_answers(span: Span) -> tuple[str, ...]:
    """The masked text, and the linked page's title where only its bracket differs."""
    shown, target = span.text.casefold(), span.target.casefold()
    namesake = target != shown and plain_title(target) == shown
    return (span.text, span.target) if namesake else (span.text,)
