"""The rows of an evaluation, and the agents that play them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from cli.models import MODEL, Models
from cli.work import Work
from masksearch.agent_prompt import ROLE, prompt_label, system_prompt
from masksearch.errors import ConfigError
from masksearch.evaluation.rows import CONTEXT_AS_QUERY, ContextQuery
from masksearch.manifest import Stage
from masksearch.messages import Message
from masksearch.ports import Agent, SearchBackend
from masksearch.protocol import ModelTurn, finished
from masksearch.run_folder import RunFolder
from masksearch.schemas import Fingerprint, Guard, Prompt, Task, Trajectory
from masksearch.search.fingerprints import mismatch
from masksearch.stages import DAPO, SFT, TASKS, TRACES
from masksearch.store import read_records

TRAINED, REWARDED, UNTRAINED = "trained", "dapo", "untrained"
EXTRACTIVE_TEAM, CLOSED_BOOK = "extractive-team", "closed-book"
MODEL_ROWS = (REWARDED, TRAINED, UNTRAINED)
OTHER_ROWS = (CLOSED_BOOK, CONTEXT_AS_QUERY, EXTRACTIVE_TEAM)
ROWS = (*MODEL_ROWS, *OTHER_ROWS)
EXPLAINED = {
    REWARDED: "the model after SFT and DAPO",
    TRAINED: "the model after SFT",
    UNTRAINED: "the same model before, shown two solved tasks",
    CLOSED_BOOK: "the same model before, without a search",
    CONTEXT_AS_QUERY: "no model: the words around each blank are the query",
    EXTRACTIVE_TEAM: "the rules that made the training traces",
}
_CLOSED_BOOK_ROLE = "closed_book"


class Row(NamedTuple):
    """A row by name; `model` is a path where the row is a model of the user's own."""

    name: str
    model: str = ""

    @property
    def is_model(self) -> bool:
        """Whether the row is asked the larger number of tasks."""
        return bool(self.model) or self.name in MODEL_ROWS


def parse_rows(names: str | None, model: str | None) -> list[Row]:
    """The rows that were asked for; none unless told. Raises ConfigError."""
    chosen = [name.strip() for name in names.split(",") if name.strip()] if names else []
    if unknown := [name for name in chosen if name not in ROWS]:
        raise ConfigError(f"--rows {','.join(unknown)}: the rows are {', '.join(ROWS)}")
    rows = [Row(name) for name in ROWS if name in chosen]
    if model is not None:
        own = Row(model) if model in MODEL_ROWS else Row(f"model-{Path(model).name}", model)
        rows += [own] if own not in rows else []
    return rows


def usual_rows(run: RunFolder) -> list[Row]:
    """The rows of an evaluation unless told; one after DAPO only where that was done."""
    return [Row(name) for name in ROWS if name != REWARDED or run.stage(DAPO).done]


class Cast:
    """Makes the agents of a run's evaluation; models are loaded when they are needed."""

    def __init__(self, work: Work, search: SearchBackend) -> None:
        self._work = work
        self._search = search
        recipe = work.recipe
        self._models = Models(recipe.model, work.run, work.settings.home, recipe.eval.concurrency)

    def inputs(self, row: Row) -> dict[str, str | Stage]:
        """What a row's figures hang on beside tasks and index, by hash or path."""
        run, base = self._work.run, self._work.recipe.model.path
        if row.name == TRAINED:
            return {"sft": run.finished(SFT), **self._prompt(ROLE)}
        if row.name == REWARDED:
            return {"dapo": run.finished(DAPO), **self._prompt(ROLE)}
        if row.name == UNTRAINED:
            return {"model": base, "traces": self._traces, **self._prompt(ROLE)}
        if row.name == CLOSED_BOOK:
            return {"model": base, "traces": self._traces, **self._prompt(_CLOSED_BOOK_ROLE)}
        return {"model": row.model, **self._prompt(ROLE)} if row.model else {}

    @property
    def retriever(self) -> Fingerprint:
        """What all rows search with, before any guard."""
        top_k = self._work.recipe.search.top_k
        return self._search.fingerprint(top_k=top_k, guard=Guard.NONE)

    def mismatch(self, row: Row) -> str:
        """How that differs from what a row's model was trained with; empty when it does not."""
        if row.name == TRAINED:
            model = self._work.run.finished(SFT).folder / MODEL
        elif row.name == REWARDED:
            model = self._work.run.finished(DAPO).folder / MODEL
        elif row.model:
            model = Path(row.model)
        else:
            return ""
        return mismatch(model, self.retriever)

    def agent(self, row: Row, guard: Guard) -> Agent:
        """The agent of a row under a guard."""
        top_k = self._work.recipe.search.top_k
        if row.name == CONTEXT_AS_QUERY:
            return ContextQuery(self._search, top_k, guard)
        if row.name == EXTRACTIVE_TEAM:
            return self._team(guard)
        library = self._work.library
        if row.name == CLOSED_BOOK:
            return self._model(row, guard, self._closed_book, self._examples(searching=False), 0)
        examples = self._examples(searching=True) if row.name == UNTRAINED else ()
        turns = self._work.recipe.eval.max_turns
        return self._model(row, guard, lambda p: system_prompt(library, p), examples, turns)

    @property
    def _traces(self) -> Stage:
        return self._work.run.finished(TRACES)

    def _prompt(self, role: str) -> dict[str, str]:
        return {"prompt": prompt_label(self._work.library, self._work.run.language, role)}

    def _closed_book(self, prompt: Prompt) -> str:
        return system_prompt(self._work.library, prompt, _CLOSED_BOOK_ROLE)

    def _path(self, row: Row) -> str:
        if row.name == TRAINED:
            from training.sft import trained_model

            return str(trained_model(self._work.run))
        if row.name == REWARDED:
            from training.dapo.train import rewarded_model

            return str(rewarded_model(self._work.run))
        return row.model or self._work.recipe.model.path

    def _model(
        self,
        row: Row,
        guard: Guard,
        system: Callable[[Prompt], str],
        examples: tuple[Message, ...],
        max_turns: int,
    ) -> Agent:
        from graphs.agent import GraphAgent

        settings = self._work.recipe.eval
        return GraphAgent(
            row.name,
            self._models.chat(self._path(row)),
            self._search,
            system=system,
            top_k=self._work.recipe.search.top_k,
            guard=guard,
            max_turns=max_turns,
            max_tokens=settings.max_tokens,
            seed=settings.seed,
            examples=examples,
        )

    def _team(self, guard: Guard) -> Agent:
        from graphs.team import TeamAgent
        from masksearch.team.extractive import extractive_team

        synth = self._work.recipe.synth
        return TeamAgent(
            EXTRACTIVE_TEAM,
            extractive_team(synth.queries_per_turn),
            self._search,
            top_k=self._work.recipe.search.top_k,
            guard=guard,
            max_turns=synth.max_turns,
            seed=synth.seed,
        )

    def _examples(self, *, searching: bool) -> tuple[Message, ...]:
        """Kept training traces as worked examples, without or with their searches."""
        run = self._work.run
        accepted = run.finished(TRACES).folder / "accepted.jsonl"
        training = run.finished(TASKS).folder / "train.jsonl"
        tasks = {task.id: task for task in read_records(training, Task)}
        traces = list(read_records(accepted, Trajectory))
        wanted = sorted(set(self._work.recipe.ramp.num_masks))[:2]
        shown = [shortest(traces, tasks, num_masks) for num_masks in wanted]
        return tuple(m for pair in shown if pair for m in example(*pair, searching=searching))


def shortest(
    traces: list[Trajectory], tasks: dict[str, Task], num_masks: int
) -> tuple[Task, Trajectory] | None:
    """The trace that searches once per blank and takes the least room in a conversation."""
    fitting = [t for t in traces if tasks[t.task_id].num_masks == num_masks]
    plain = [t for t in fitting if len(t.turns) == num_masks] or fitting
    chosen = min(plain, key=lambda t: (_length(tasks[t.task_id], t), t.task_id), default=None)
    return (tasks[chosen.task_id], chosen) if chosen else None


def example(task: Task, trace: Trajectory, *, searching: bool) -> list[Message]:
    """A solved task as messages, without the system message."""
    final = ModelTurn(thought=trace.final_thought, answer=trace.answer)
    return finished("", task.prompt, trace.turns if searching else (), final)[1:]


def _length(task: Task, trace: Trajectory) -> int:
    return sum(len(message.content) for message in example(task, trace, searching=True))
