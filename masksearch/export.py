"""From accepted trajectories to training conversations.

Only what the agent itself said is trainable; the system message, the task and whatever a
search brought back never are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import ValidationError, model_validator

from masksearch import search_r1
from masksearch.agent_prompt import ROLE, prompt_label, system_prompt
from masksearch.config import ExportConfig
from masksearch.counts import ExportCounts
from masksearch.errors import InputError
from masksearch.making import RESUMING, Making
from masksearch.manifest import Stage
from masksearch.messages import Dialect, Message, Segment
from masksearch.ports import Progress
from masksearch.protocol import ModelTurn, finished
from masksearch.role_prompt import RolePrompt, role_prompt
from masksearch.run_folder import RunFolder
from masksearch.schemas import Fingerprint, Record, Task, Tokens, Trajectory, Value
from masksearch.search.fingerprints import Retrievers, retrievers_of
from masksearch.sources import RAMP, TaskFile, sources_of, task_files, task_inputs
from masksearch.stages import ACCEPTED, CONVERSATIONS, EXPORT, TRACES
from masksearch.store import file_hash, read_records, write_atomically, write_records
from prompts import PromptLibrary

_OPENING = 2
"""The system message and the task."""
_CARD = "README.md"
_CARD_TEXT = f"""\
---
configs:
- config_name: default
  data_files: {CONVERSATIONS}
---

# Search conversations

One conversation a line: `messages`, of which only those marked `trainable` (or their `segments`)
are learnt from. `datasets.load_dataset` reads this folder as it is; `manifest.json` says what it was
made from.
"""


class ExportMessage(Value):
    """A message; `segments`, where given, join to its content and say what is trainable.

    `tokens` are the very ids that a model sampled, which training keeps where the tokenizer
    is the same.
    """

    role: Literal["system", "user", "assistant"]
    content: str
    trainable: bool
    segments: tuple[Segment, ...] = ()
    tokens: Tokens | None = None

    @model_validator(mode="after")
    def _segments_join(self) -> Self:
        if self.segments and "".join(s.text for s in self.segments) != self.content:
            raise ValueError("the segments do not join to the content")
        return self


class ExportRecord(Record):
    """One training conversation.

    Version 3 keeps what was sampled as token ids. Version 4 names the source of its task, as a
    recipe does, which is empty where an older record does not tell.
    """

    schema_version: int = 4

    task_id: str
    source: str = ""
    num_masks: int
    dialect: Dialect
    messages: tuple[ExportMessage, ...]

    @classmethod
    def upgraded(cls, raw: dict[str, Any], version: int) -> dict[str, Any]:
        """An older record with masks is of RAMP."""
        return {**raw, "source": RAMP} if raw.get("num_masks") else raw


def export_record(
    task: Task, trajectory: Trajectory, system: str, dialect: Dialect, source: str = ""
) -> ExportRecord:
    """A trajectory as a conversation, after a system message.

    Raises ValidationError when a turn of it cannot be said in the protocol.
    """
    final = ModelTurn(thought=trajectory.final_thought, answer=trajectory.answer)
    said = finished(system, task.prompt, trajectory.turns, final, trajectory.final_tokens)
    messages = [_message(message) for message in said]
    if dialect is Dialect.SINGLE_TURN:
        messages = [*messages[:_OPENING], _episode(messages[_OPENING:])]
    return ExportRecord(
        task_id=task.id,
        source=source,
        num_masks=task.num_masks,
        dialect=dialect,
        messages=tuple(messages),
    )


def search_r1_record(task: Task, trajectory: Trajectory, prompt: RolePrompt) -> ExportRecord:
    """A trajectory as one of Search-R1's, told in its own words.

    Raises ValidationError when a turn of it cannot be.
    """
    final = ModelTurn(thought=trajectory.final_thought, answer=trajectory.answer)
    said = search_r1.told(prompt, task.prompt, trajectory.turns, final)
    return ExportRecord(
        task_id=task.id,
        num_masks=task.num_masks,
        dialect=Dialect.SEARCH_R1,
        messages=tuple(map(_message, said)),
    )


def export_traces(
    run: RunFolder, config: ExportConfig, library: PromptLibrary, making: Making = RESUMING
) -> ExportCounts:
    """Write `06-export/sft.jsonl` from the accepted traces; returns the counts.

    A trace that cannot be said in the protocol is left out and counted with its reason.
    Raises StoreError, StaleError, InputError, SchemaError.
    """
    judged = run.finished(TRACES)
    files, accepted = task_files(run, sources_of(judged)), judged.folder / ACCEPTED
    stage = run.own(EXPORT)
    prompt = prompt_label(library, run.language, _role(config.dialect))
    if stage.begin(
        {"traces": judged, **task_inputs(files), "prompt": prompt},
        config,
        making.if_exists,
        known_by={"traces": file_hash(accepted), **_hashes(files)},
    ):
        return stage.counts
    tasks = {task.id: (name, task) for name, one in files.items() for task in one.tasks()}
    traces = list(read_records(accepted, Trajectory))
    rejected: Counter[str] = Counter()
    records = list(_records(traces, tasks, config.dialect, library, rejected, making.progress))
    write_records(stage.folder / CONVERSATIONS, records)
    write_atomically(stage.folder / _CARD, _CARD_TEXT)
    stage.note(**retrievers_of(traces).model_dump(mode="json", include={"retrievers"}))
    return stage.finish(_counts(records, rejected))


def _counts(records: Sequence[ExportRecord], rejected: Mapping[str, int]) -> ExportCounts:
    sources = Counter(record.source for record in records)
    return ExportCounts(records=len(records), sources=dict(sources), rejected=dict(rejected))


def _hashes(files: Mapping[str, TaskFile]) -> dict[str, str]:
    """Of each source the one file that matters here, by the name of its input."""
    inputs = task_inputs(files)
    return {name: file_hash(one.path) for name, one in zip(inputs, files.values(), strict=True)}


def retrievers_of_export(export: Stage) -> tuple[Fingerprint, ...]:
    """What exported traces were found with."""
    noted = export.facts.get("retrievers", [])
    return Retrievers.model_validate({"retrievers": noted}).retrievers


def _records(
    traces: Sequence[Trajectory],
    tasks: Mapping[str, tuple[str, Task]],
    dialect: Dialect,
    library: PromptLibrary,
    rejected: Counter[str],
    progress: Progress,
) -> Iterator[ExportRecord]:
    for done, trace in enumerate(traces, 1):
        if not (known := tasks.get(trace.task_id)):
            raise InputError(
                f"the trace of {trace.task_id} belongs to no task that was solved: "
                "traces and tasks are not of one run"
            )
        source, task = known
        try:
            yield _record(task, trace, library, dialect).changed(source=source)
        except ValidationError as error:
            rejected[str(error.errors()[0]["msg"])] += 1
        progress(done, len(traces))


def _role(dialect: Dialect) -> str:
    """Whose prompt stands before a conversation."""
    return search_r1.ROLE if dialect is Dialect.SEARCH_R1 else ROLE


def _record(
    task: Task, trace: Trajectory, library: PromptLibrary, dialect: Dialect
) -> ExportRecord:
    if dialect is Dialect.SEARCH_R1:
        prompt = role_prompt(library, search_r1.ROLE, task.prompt.lang)
        return search_r1_record(task, trace, prompt)
    return export_record(task, trace, system_prompt(library, task.prompt), dialect)


def _message(message: Message) -> ExportMessage:
    return ExportMessage(
        role=message.role,
        content=message.content,
        trainable=message.role == "assistant",
        tokens=message.tokens,
        segments=message.segments,
    )


def _episode(messages: Sequence[ExportMessage]) -> ExportMessage:
    """Everything after the task as one assistant message, a line break between them."""
    last = len(messages) - 1
    segments = []
    for at, message in enumerate(messages):
        before, after = ("", "") if message.trainable else ("\n" * (at > 0), "\n" * (at < last))
        text = before + message.content + after
        segments.append(Segment(text, message.trainable, message.tokens))
    content = "".join(segment.text for segment in segments)
    return ExportMessage(
        role="assistant", content=content, trainable=True, segments=tuple(segments)
    )
