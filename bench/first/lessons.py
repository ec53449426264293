"""What the demo's traces teach: fills, windows, quotations and hits, looked at one by one.

What a border is, is written here once more, by a rule of its own.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.harness.bar import Bar, Group, Result, Unmeasured
from bench.harness.place import Place
from bench.harness.processes import expect
from bench.loop.tasks import read_tasks
from masksearch.export import ExportRecord
from masksearch.parquet import read_shards
from masksearch.run_folder import RunFolder
from masksearch.schemas import Hit, Passage, Task, Trajectory
from masksearch.stages import ACCEPTED, CONVERSATIONS, EXPORT, PASSAGES, TRACES
from masksearch.store import read_records

TRACES_WANTED, TRIED, WINDOWS = 1_000, 1_200, 200
SHARE, TOKENS = 0.88, 444
"""Of the tasks tried, accepted; and tokens of a conversation: 5 % more than 423, as once measured."""
_STOP = re.compile(r"[.!?…。！？][\"'”’)\]»」』]*\Z")
_SHORT = re.compile(
    r"(?:(?<![\w°’'])(?:[^\W\d]|c|ca|al|cf|vs|no|nos|vol|fig|pp|ed|eds|approx|[MD]rs?|Ms|Jr|Sr|St|Mt|Ft|"
    r"Prof|Gen|Col|Capt|Lt|Sgt|Rev|Gov|Sen|Rep|Hon|Inc|Ltd|Co|Corp|Bros|Dept|Jan|Feb|Mar|Apr|Jun|Jul|"
    r"Aug|Sept?|Oct|Nov|Dec)|\.[^\W\d])\.[\"'”’)\]»]*\Z"
)
_QUOTED = re.compile(r"^Found: (.*)$", re.MULTILINE)


def measure(place: Place) -> Iterator[Result]:
    """The run's tasks, and traces of more of them than the demo tries."""
    demo = RunFolder(place.finished_run())
    passages = {one.id: one for one in read_shards(demo.stage(PASSAGES).folder, Passage)}
    tasks = {task.id: task for task in read_tasks(demo.path)}
    yield _windows(list(tasks.values()), passages)
    made = _synthesised(place)
    accepted = list(read_records(made / TRACES / ACCEPTED, Trajectory))
    share = len(accepted) / TRIED
    yield Result("lessons: accepted", f"{len(accepted):,} of {TRIED:,}", share >= SHARE)
    yield _fills(accepted[:TRACES_WANTED], tasks)
    yield _quotations(accepted)
    yield _shown([hit for trace in accepted for hit in trace.hits], passages)
    yield _tokens(place, list(read_records(made / EXPORT / CONVERSATIONS, ExportRecord)))


def _synthesised(place: Place) -> Path:
    folder = place.folder("lessons")
    limit = f"synth.limit={TRIED}"
    command = ("synth", "run", "--on", place.run.resolve(), "--run", "run", "--set", limit)
    expect(place.masksearch(*command, cwd=folder), "synth run")
    expect(place.masksearch("export", "--run", "run", cwd=folder), "export")
    return folder / "run"


def _windows(tasks: Sequence[Task], passages: Mapping[str, Passage]) -> Result:
    drawn = random.Random(0).sample(tasks, WINDOWS)
    torn = [task for task in drawn if _is_torn(passages[task.passage_id].text, task)]
    example = f": {torn[0].unmasked()!r}"[:60] if torn else ""
    measured = f"{len(torn)} of {WINDOWS} are torn{example}"
    return Result("lessons: windows", measured, not torn)


def _is_torn(text: str, task: Task) -> bool:
    if task.window is None:
        return True
    start, end = task.window
    return not (_is_border(text, start) and (end == len(text) or _is_border(text, end)))


def _is_border(text: str, at: int) -> bool:
    """Whether a sentence ends before this place, and none goes on after it."""
    before, after = text[:at].rstrip(), text[at:].lstrip()
    if not before:
        return True
    goes_on = after.lstrip("\"'“‘([«")[:1].islower() or after[:1] in ",;:)"
    return bool(_STOP.search(before)) and not _SHORT.search(before) and not goes_on


def _fills(accepted: Sequence[Trajectory], tasks: Mapping[str, Task]) -> Result:
    if len(accepted) < TRACES_WANTED:
        raise Unmeasured(f"{len(accepted)} accepted traces, {TRACES_WANTED} wanted")
    unlike = [trace.answer for trace in accepted if _differs(trace.answer, tasks[trace.task_id])]
    example = f": {unlike[0]!r}" if unlike else ""
    return Result("lessons: fills", f"{len(unlike)} of {len(accepted):,}{example}", not unlike)


def _differs(answer: str, task: Task) -> bool:
    fills = [" ".join(line.split()).casefold() for line in answer.splitlines()]
    golds = [" ".join(accepted[0].split()).casefold() for accepted in task.answers]
    return fills != golds


def _quotations(accepted: Sequence[Trajectory]) -> Result:
    quoted, strange = 0, []
    for trace in accepted:
        for seen, thought in enumerate(
            [*(turn.thought for turn in trace.turns), trace.final_thought]
        ):
            shown = [hit.text for turn in trace.turns[:seen] for hit in turn.hits]
            for quote in _QUOTED.findall(thought):
                quoted += 1
                if not any(_is_of(quote, text) for text in shown):
                    strange.append(quote)
    measured = f"{len(strange)} of {quoted:,} were not shown {strange[:1] or ''}".strip()
    return Result("lessons: quotations", measured, quoted > 0 and not strange)


def _is_of(quote: str, text: str) -> bool:
    """Whether a quotation, without the brackets around its fill, is a stretch of a text."""
    bare = re.sub(r"\[(.*)\]", r"\1", quote)
    return bare in text


def _shown(hits: Sequence[Hit], passages: Mapping[str, Passage]) -> Result:
    cut = [hit.text for hit in hits if not _is_of_words(hit.text, passages[hit.id].text)]
    measured = f"{len(cut)} of {len(hits):,} cut a word {cut[:1] or ''}".strip()
    return Result("lessons: shown", measured, bool(hits) and not cut)


def _is_of_words(shown: str, text: str) -> bool:
    whole = f" {' '.join(text.split())} "
    return f" {shown} " in whole


def _tokens(place: Place, records: Sequence[ExportRecord]) -> Result:
    from transformers import AutoTokenizer

    from training.models.loading import locate
    from training.models.paths import SMOLLM2

    tokenizer: Any = AutoTokenizer.from_pretrained(locate(SMOLLM2, place.home))
    texts = [
        tokenizer.apply_chat_template(
            [{"role": one.role, "content": one.content} for one in record.messages], tokenize=False
        )
        for record in records
    ]
    mean = sum(len(tokenizer(text)["input_ids"]) for text in texts) / len(texts)
    return Result("lessons: tokens", f"{mean:.0f} a conversation", mean <= TOKENS)


GROUP = Group(
    "lessons",
    (
        Bar("lessons: windows", f"0 of {WINDOWS} begin or end inside a clause"),
        Bar("lessons: accepted", f"≥ {SHARE:.0%} of {TRIED:,} tried"),
        Bar("lessons: fills", f"0 of {TRACES_WANTED:,} differ but for case, space"),
        Bar("lessons: quotations", "every one is a stretch of a hit"),
        Bar("lessons: shown", "whole words of its passage"),
        Bar("lessons: tokens", f"≤ {TOKENS} by SmolLM2's tokenizer"),
    ),
    measure,
    minutes=2,
)
