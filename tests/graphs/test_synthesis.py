from pathlib import Path

import pytest
from scripted_team import GoldJudge, Retriever, Script, a_solver, a_task, a_team, some_hits

from graphs.config import Limits
from graphs.solver import GuardedSearch
from graphs.synthesis import SynthesisDeps, build_synthesis, synthesis_input
from graphs.team import TeamAgent, build_team
from masksearch.bundled import bundled_passages
from masksearch.decisions import Observation
from masksearch.errors import ModelError
from masksearch.guards import LeakGuard
from masksearch.llm.meter import record
from masksearch.ports import Team
from masksearch.protocol import ModelTurn, parse_turn, render_turn
from masksearch.schemas import Guard, Status, Task, Trajectory, Usage, Verdict
from masksearch.search.factory import search_passages
from masksearch.store import read_records
from masksearch.team.extractive import extractive_team


async def solved(script: Script, team: Team | None = None, max_turns: int = 3) -> Trajectory:
    deps = SynthesisDeps(a_solver(script, team), GoldJudge(script))
    final = await (
        build_synthesis(deps)
        .compile()
        .ainvoke(
            synthesis_input(a_task(), max_turns=max_turns, seed=3),
            {"recursion_limit": deps.solver.steps(max_turns)},
            context=Limits(max_turns=max_turns, top_k=2),
        )
    )
    return final["trajectory"]


async def test_a_trace_holds_who_said_what_and_why():
    script = Script(answer_after=2, hits=some_hits())
    trace = await solved(script)
    assert (trace.status, trace.answer, trace.final_thought) == (
        Status.ANSWERED,
        "gold 1",
        "Found.",
    )
    assert trace.verdict.accepted and trace.reason == ""
    assert [turn.thought for turn in trace.turns] == ["What is the item?", "Not there yet."]
    assert [turn.sub_question for turn in trace.turns] == ["item", "more"]
    assert trace.turns[0].queries == ("item 0", "Item 1")
    assert [hit.id for hit in trace.turns[0].hits] == ["p#0", "p#1"]
    assert trace.turns[0].prompt_versions == dict.fromkeys(
        ["planner", "rewriter", "observer"], "v1@abc"
    )
    assert trace.teacher.model == "scripted" and trace.seed == 3
    assert (trace.retriever.top_k, trace.retriever.guard) == (2, "page")
    assert script.guards == [LeakGuard(Guard.PAGE, "page-1#0", a_task(1).prompt)] * 2
    assert all(turn.model_seconds > 0 and turn.search_seconds > 0 for turn in trace.turns)


async def test_every_turn_is_one_that_an_agent_can_say():
    trace = await solved(Script(answer_after=2, hits=some_hits()))
    said = [ModelTurn(thought=t.thought, queries=t.queries) for t in trace.turns]
    said.append(ModelTurn(thought=trace.final_thought, answer=trace.answer))
    assert [parse_turn(render_turn(turn)) for turn in said] == said
    assert [turn.queries for turn in said[:-1]] == [turn.queries for turn in trace.turns]


async def test_the_answer_is_asked_for_after_the_last_search_and_is_kept():
    script = Script(answer_after=3)
    assert (await solved(script, max_turns=3)).status is Status.ANSWERED
    assert script.must_answers == [False, False, True]


async def test_no_answer_even_then_is_out_of_turns_and_not_judged():
    script = Script(answer_after=99)
    trace = await solved(script, max_turns=30)
    assert (trace.status, trace.reason) == (Status.OUT_OF_TURNS, "no answer after 30 searches")
    assert trace.verdict is None and not script.calls["judge", 1]


async def test_a_failed_search_is_a_failed_step():
    trace = await solved(Script(fail_search={1}))
    assert trace.status is Status.ANSWERED
    assert trace.turns[0].error == "the index is gone" and trace.turns[0].hits == ()


async def test_a_failed_role_is_a_reason_with_its_name():
    trace = await solved(Script(fail_plan={1}))
    assert (trace.status, trace.turns) == (Status.FAILED, ())
    assert trace.reason == "planner: the endpoint gave up"


async def test_a_judge_without_a_verdict_is_an_error_and_not_a_zero():
    trace = await solved(Script(fail_judge={1}))
    assert (trace.status, trace.verdict) == (Status.FAILED, None)
    assert trace.reason == "judge: no verdict in the reply"


async def test_a_wrong_answer_keeps_the_judges_reason():
    trace = await solved(Script(wrong={1}))
    assert (trace.status, trace.reason) == (Status.ANSWERED, "blank 1 differs")
    assert not trace.verdict.accepted


class Accepts:
    async def judge(self, task, answer):
        return Verdict(accepted=True, score=1.0, method="llm", judge="kind", reason="so it is")


async def test_a_fill_that_is_right_but_not_as_written_is_rejected_whoever_judged_it():
    class Observes:
        async def observe(self, prompt, turns, *, must_answer):
            return Observation(thought="t", answer="the gold 1.")

    deps = SynthesisDeps(
        a_solver(Script(), a_team(Script())._replace(observer=Observes())), Accepts()
    )
    given = synthesis_input(a_task(), max_turns=3)
    trace = (await build_synthesis(deps).compile().ainvoke(given))["trajectory"]
    assert not trace.verdict.accepted
    assert trace.reason == "blank 1: 'the gold 1.' is 'gold 1' with 'the .'"


class Rewrites:
    def __init__(self, *queries: str) -> None:
        self.queries = queries

    async def rewrite(self, prompt, sub_question, turns):
        record(Usage(prompt_tokens=10, completion_tokens=1))
        return self.queries


@pytest.mark.parametrize("queries", [(), (" ", "\n"), ("a", "b", "c", "d", "e")])
async def test_queries_that_no_agent_could_ask_fail_the_task(queries):
    team = a_team(Script())._replace(rewriter=Rewrites(*queries))
    trace = await solved(Script(), team)
    assert trace.status is Status.FAILED and trace.reason.startswith("rewriter: ")


class Observes:
    """Answers at the second look, and says what each look cost."""

    async def observe(self, prompt, turns, *, must_answer):
        record(Usage(prompt_tokens=100, completion_tokens=len(turns)))
        if len(turns) == 2:
            return Observation(thought="t", answer="gold 1")
        return Observation(thought="t", sub_question="s")


async def test_tokens_are_counted_on_the_turn_they_led_to():
    team = a_team(Script())._replace(rewriter=Rewrites("q"), observer=Observes())
    trace = await solved(Script(), team)
    assert [turn.usage for turn in trace.turns] == [
        Usage(prompt_tokens=10, completion_tokens=1),
        Usage(prompt_tokens=110, completion_tokens=2),
    ]
    assert trace.final_usage == Usage(prompt_tokens=100, completion_tokens=2)


async def test_an_unusable_model_stops_the_caller():
    class Broken:
        async def plan(self, prompt):
            raise ModelError("no key")

    with pytest.raises(ModelError, match="no key"):
        await solved(Script(), a_team(Script())._replace(planner=Broken()))


async def test_roles_are_never_shown_the_answers():
    seen: list = []

    class Watches:
        async def plan(self, prompt):
            seen.append(prompt)
            return await a_team(Script()).planner.plan(prompt)

    await solved(Script(), a_team(Script())._replace(planner=Watches()))
    assert seen == [a_task().prompt] and "gold" not in repr(seen)


async def test_a_team_as_an_agent_is_not_judged():
    script = Script(hits=some_hits())
    agent = TeamAgent("row", a_team(script), Retriever(script), top_k=1, max_turns=2)
    ended = await agent.run(a_task())
    assert (agent.name, ended.answer, ended.verdict) == ("row", "gold 1", None)
    assert ended.task_id == "task-1" and len(ended.hits) == 1


def test_the_solvers_graph_as_drawn():
    drawn = build_team(a_team(Script()), GuardedSearch(Retriever(Script()))).compile().get_graph()
    assert drawn.draw_mermaid() == Path(__file__).with_name("team.mmd").read_text()


def test_the_graph_as_drawn():
    deps = SynthesisDeps(a_solver(Script()))
    drawn = build_synthesis(deps).compile().get_graph().draw_mermaid()
    assert drawn == Path(__file__).with_name("synthesis.mmd").read_text()


RECORDS = Path(__file__).with_name("records")


async def test_the_extractive_team_leaves_the_very_records_that_it_left_before():
    """Those of `records`, made anew when its fills became the masked text's own words."""
    search = search_passages(bundled_passages(), 200)
    tasks = list(read_records(RECORDS / "tasks.jsonl", Task))
    known = read_records(RECORDS / "extractive.jsonl", Trajectory)
    for guard, max_turns in ((Guard.NONE, 6), (Guard.PAGE, 3)):
        agent = TeamAgent(
            "team", extractive_team(2), search, top_k=2, guard=guard, max_turns=max_turns, seed=3
        )
        for task in tasks:
            assert untimed(await agent.run(task)) == next(known)
    assert next(known, None) is None


def untimed(trace: Trajectory) -> Trajectory:
    nothing = {"model_seconds": 0.0, "search_seconds": 0.0}
    turns = tuple(turn.model_copy(update=nothing) for turn in trace.turns)
    return trace.model_copy(update={"turns": turns})
