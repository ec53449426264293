"""Which of the trainings behind a table's rows ended early: their models learnt less."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from masksearch.counts import TrainingCounts
from masksearch.errors import StoreError
from masksearch.evaluation.episodes import Evaluated
from masksearch.manifest import Card, Stage
from masksearch.run_folder import RunFolder
from masksearch.stages import DAPO, SFT, StageKind

_TRAININGS: dict[str, StageKind] = {kind.folder: kind for kind in (SFT, DAPO)}


def early_end_lines(run: RunFolder, rows: Iterable[Evaluated]) -> list[str]:
    """A line for each training that ended before its last step, with the reason.

    Raises StoreError for counts that cannot be read.
    """
    found = (line for one in rows for line in _lines(run, one.stage))
    return list(dict.fromkeys(found))


def _lines(run: RunFolder, stage: Stage) -> Iterator[str]:
    """Of the trainings that a stage was made from, the first one first."""
    for card in stage.manifest.sources.values():
        if (kind := _TRAININGS.get(card.stage)) is None:
            continue
        training = run.stage(kind)
        if training.hash == card.hash:  # else it was made again since, perhaps from another
            yield from _lines(run, training)
        if said := _counts(card, stage).early_end:
            yield f"{kind.command}: {said}"


def _counts(card: Card, stage: Stage) -> TrainingCounts:
    try:
        return TrainingCounts.model_validate(card.counts)
    except ValidationError as error:
        raise StoreError(
            f"{stage.folder}: what its manifest keeps of {card.stage} is damaged"
        ) from error
