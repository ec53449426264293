"""A set of questions as a stage of a run: tasks by split, and why others are none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from masksearch.containment import is_plain_name
from masksearch.counts import QuestionCounts
from masksearch.errors import ConfigError, InputError
from masksearch.language import base_language, decide_language
from masksearch.making import RESUMING, Making
from masksearch.questions.files import QuestionFile
from masksearch.questions.layouts import layout_named
from masksearch.questions.reading import EXPECTED, Asked, Reading, Refused, Wanted
from masksearch.rejection import Rejection
from masksearch.run_folder import RunFolder
from masksearch.schemas import (
    Prompt,
    QuestionFacts,
    Task,
    TaskKind,
    Value,
    ids_hash,
    question_task_id,
)
from masksearch.schemas.questions import DEV, SPLITS, TEST, TRAIN
from masksearch.stages import QUESTIONS, REFUSED_QUESTIONS
from masksearch.store import write_records
from masksearch.text import normalise

_KEPT_FIRST = (TEST, DEV, TRAIN)
"""What is evaluated stays whole where a question stands in several splits."""
REPEATED, ID_TAKEN = "the same question again", "the id of another question"
_HARMLESS = EXPECTED | {REPEATED}
"""Reasons for which a set is no worse."""
_LANGUAGE_CHARS = 20_000
_OTHERWISE = "en"


class ImportSettings(Value):
    """What a set is read as; `split` and `lang` are empty where the files say it."""

    name: str
    split: str = ""
    lang: str = ""
    reading: int = 1
    """Counts the ways in which files were ever read."""


def import_questions(
    run: RunFolder,
    files: Sequence[QuestionFile],
    settings: ImportSettings,
    making: Making = RESUMING,
) -> QuestionCounts:
    """Read files into `04-questions/NAME`; does nothing when that is done.

    The files are read before anything is written, so that a bad one leaves a set as it was.
    Raises ConfigError, InputError, StoreError, StaleError.
    """
    check_set_name(settings.name)
    reading = Reading(files, Wanted(settings.name, settings.split), making.progress)
    kept, repeats = _distinct(reading.asked)
    refused = [*reading.refused, *repeats]
    if not kept:
        raise InputError(_nothing(files, refused))
    tasks = _tasks(kept, settings)
    stage = run.own(QUESTIONS, settings.name)
    if stage.begin(_inputs(files), settings, making.if_exists):
        return stage.counts
    for split, found in tasks.items():
        write_records(stage.folder / f"{split}.jsonl", found)
    rejections = [Rejection(item=o.item, reason=o.reason, detail=o.detail) for o in refused]
    write_records(stage.folder / REFUSED_QUESTIONS, rejections)
    return stage.finish(_counts(tasks, refused, reading))


def _inputs(files: Sequence[QuestionFile]) -> dict[str, str]:
    """Hashes by name; files of several folders may bear the same one."""
    names = Counter(one.name for one in files)
    return {
        one.name if names[one.name] == 1 else f"{one.name} ({number})": one.hash
        for number, one in enumerate(files, 1)
    }


def check_set_name(name: str) -> None:
    """Raises ConfigError for a name that no set can have."""
    if not is_plain_name(name) or set(name) & set(":@,") or name.startswith((".", "-")):
        raise ConfigError(f"no name for a set of questions: {name!r}")
    if name == "ramp":
        raise ConfigError("ramp is the name of the masked tasks: name the set otherwise")


def _distinct(asked: Sequence[Asked]) -> tuple[list[Asked], list[Refused]]:
    """Each question once, in order; one is the same when question and answers are."""
    known: dict[tuple[str, ...], Asked] = {}
    ids: dict[str, Asked] = {}
    kept, refused = [], []
    for one in sorted(asked, key=lambda one: _KEPT_FIRST.index(one.split)):
        question = (normalise(one.draft.text), *sorted(map(normalise, one.draft.answers)))
        if earlier := known.get(question):
            refused.append(_refused(one, REPEATED, earlier))
        elif one.draft.number and (other := ids.get(one.draft.number)):
            refused.append(_refused(one, ID_TAKEN, other))
        else:
            known[question] = ids[one.draft.number] = one
            kept.append(one)
    return kept, refused


def _refused(one: Asked, reason: str, earlier: Asked) -> Refused:
    item = one.draft.number or one.place
    return Refused(item, reason, f"{one.place}: as {earlier.split} has it in {earlier.place}")


def _tasks(kept: Iterable[Asked], settings: ImportSettings) -> dict[str, list[Task]]:
    """By split; a question without an id is known by its split and its place there."""
    tasks: dict[str, list[Task]] = {split: [] for split in SPLITS}
    kept = list(kept)
    language = base_language(settings.lang) or _language(kept)
    for one in kept:
        of_split = tasks[one.split]
        number = one.draft.number or f"{one.split}-{len(of_split) + 1}"
        of_split.append(_task(one, number, settings.name, language))
    return {split: found for split, found in tasks.items() if found}


def _task(one: Asked, number: str, name: str, language: str) -> Task:
    lang = base_language(one.draft.lang) or language
    return Task(
        id=question_task_id(name, number),
        prompt=Prompt(kind=TaskKind.QUESTION, text=one.draft.text, lang=lang),
        answers=(one.draft.answers,),
        question=QuestionFacts(benchmark=name, split=one.split, number=number, **one.draft.facts),
    )


def _language(kept: Sequence[Asked]) -> str:
    """By the questions together, since one alone is short."""
    text = "\n".join(one.draft.text for one in kept[:_LANGUAGE_CHARS])[:_LANGUAGE_CHARS]
    return decide_language("", text).used or _OTHERWISE


def _counts(
    tasks: dict[str, list[Task]], refused: Sequence[Refused], reading: Reading
) -> QuestionCounts:
    return QuestionCounts(
        questions=sum(map(len, tasks.values())),
        splits={split: len(found) for split, found in tasks.items()},
        ids={split: ids_hash(task.id for task in found) for split, found in tasks.items()},
        layouts=sorted(one.title for one in reading.layouts),
        rejected=dict(Counter(one.reason for one in refused).most_common()),
        left_out=dict(reading.left_out),
    )


def _nothing(files: Sequence[QuestionFile], refused: Sequence[Refused]) -> str:
    names = ", ".join(one.name for one in files)
    counted = Counter(
        f"{one.reason} ({one.detail})" if one.detail else one.reason for one in refused
    )
    told = "; ".join(f"{count:,} {reason}" for reason, count in counted.most_common(3))
    return f"{names}: no question could be taken: {told or 'there is none'}"


def faults(counts: QuestionCounts) -> dict[str, int]:
    """Why questions were refused for a fault of their file, each reason with how often."""
    return {why: number for why, number in counts.rejected.items() if why not in _HARMLESS}


def size_notes(name: str, counts: QuestionCounts) -> list[str]:
    """Where a split holds another number of questions than the benchmark's own files do."""
    layout = layout_named(name)
    sizes = layout.sizes if layout else {}
    return [
        f"{split}: {found:,} of the {sizes[split]:,} questions that {layout.title} publishes"
        for split, found in counts.splits.items()
        if layout and split in sizes and found != sizes[split]
    ]
