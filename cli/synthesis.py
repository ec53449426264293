"""From training tasks to judged traces: who solves, who judges, and what came out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cli.stages import reason_lines
from cli.teacher import Teaching, teaching_model
from cli.work import Report, Work
from graphs.config import AGENT, EXTRACTIVE, GUIDED
from graphs.ended import LEFT, Faults
from masksearch.counts import TraceCounts
from masksearch.making import Making
from masksearch.sources import mixed, task_files, task_inputs
from masksearch.stages import ACCEPTED, REJECTED, TRACES

if TYPE_CHECKING:
    from graphs.solver import GuardedSearch, Solver
    from masksearch.manifest import Stage
    from masksearch.ports import ChatModel, Judge, Team
    from masksearch.schemas import Task
    from masksearch.settings import Role

_ROLES: tuple[Role, ...] = ("planner", "rewriter", "observer")


def run_synth(work: Work) -> Report:
    """From training tasks to judged trajectories."""
    return solve_tasks(work, LEFT)


def solve_tasks(work: Work, faults: Faults) -> Report:
    """The same, with what becomes of attempts that faults have ended."""
    from graphs.batch import synthesise
    from graphs.solver import GuardedSearch
    from graphs.synthesis import SynthesisDeps

    recipe, run = work.recipe, work.run
    files = task_files(run, recipe.synth.tasks)
    tasks = mixed({name: list(one.tasks()) for name, one in files.items()}, recipe.synth.tasks)
    searches = work.searches()
    search = searches.open(recipe.search)
    solver = _solver(work, GuardedSearch(search, recipe.search.guard), tasks)
    with work.meter("synth") as progress:
        counts = asyncio.run(
            synthesise(
                run,
                tasks,
                SynthesisDeps(solver, _judge(work)),
                recipe.synth,
                top_k=recipe.search.top_k,
                inputs={**task_inputs(files), **searches.inputs(recipe.search)},
                making=Making(work.if_exists, progress),
                faults=faults,
            )
        )
    if search.total:
        run.log(search.told())
    if work.chats.budget.spent.calls:
        run.log(work.chats.budget.told())
    return _report(run.stage(TRACES), counts, faults)


def _report(stage: Stage, counts: TraceCounts, faults: Faults) -> Report:
    lines = trace_lines(counts, stage.folder)
    if faults.retry is not None:
        lines.insert(0, f"{stage.facts.get('retried', 0):,} rejected traces were tried again")
    return Report.of(counts, lines)


def trace_lines(counts: TraceCounts, folder: Path) -> list[str]:
    """How many traces were kept, and why the others were not."""
    return [
        f"{counts.accepted:,} traces kept in {folder / ACCEPTED}",
        f"{counts.rejected:,} traces kept apart in {folder / REJECTED}, with their reasons",
        *_gold_lines(counts),
        f"{counts.searches / max(1, counts.made):.1f} searches a trace",
        *_pass_lines(counts),
        *reason_lines(counts.reasons),
    ]


def _gold_lines(counts: TraceCounts) -> list[str]:
    if not counts.with_gold:
        return []
    return [
        f"{counts.with_gold:,} of all were made with gold evidence, which is for training alone"
    ]


def _pass_lines(counts: TraceCounts) -> list[str]:
    """How many tasks passed how often, where there were several attempts at each."""
    tasks = sum(counts.passes.values())  # which older manifests lack
    if not tasks or counts.made == tasks:
        return []
    passed = [f"{number:,} passed {times}" for times, number in counts.passes.items()]
    return [f"{counts.made / tasks:.1f} attempts at each of {tasks:,} tasks: {', '.join(passed)}"]


def _solver(work: Work, retriever: GuardedSearch, tasks: Sequence[Task]) -> Solver:
    from graphs.team import team_solver

    synth = work.recipe.synth
    if synth.team == AGENT:
        return _agent(work, retriever, teaching_model(work, retriever.fingerprint))
    if synth.team == GUIDED:
        from masksearch.guided.team import guided_team

        return team_solver(guided_team(tasks), retriever, round=synth.round, with_gold=True)
    return team_solver(_team(work), retriever, round=synth.round)


def _agent(work: Work, retriever: GuardedSearch, teaching: Teaching) -> Solver:
    from graphs.agent import chat_solver
    from masksearch.agent_prompt import prompt_label, system_prompt

    synth, library = work.recipe.synth, work.library
    return chat_solver(
        teaching.chat,
        retriever,
        system=lambda prompt: system_prompt(library, prompt),
        max_tokens=synth.max_tokens,
        temperature=synth.temperature,
        round=synth.round,
        made_with={
            "prompts": prompt_label(library, work.run.language),
            "model": teaching.made_from,
        },
    )


def _team(work: Work) -> Team:
    synth = work.recipe.synth
    if synth.team == EXTRACTIVE:
        from masksearch.team.extractive import extractive_team

        return extractive_team(synth.queries_per_turn)
    from masksearch.roles.team import llm_team

    chats: dict[Role, ChatModel] = {role: work.chats.role(role) for role in _ROLES}
    return llm_team(chats, work.library)


def _judge(work: Work) -> Judge:
    if work.recipe.synth.judge == "exact":
        from masksearch.scoring.judge import ExactJudge

        return ExactJudge()
    from cli.models import llm_judge

    return llm_judge(work)
