"""The whole graph with language models' roles over an endpoint on loopback."""

import asyncio

import pytest
from fake_endpoint import FakeEndpoint, Fault, Say, serving
from obedient_team import number_in, obedient, role_of
from scripted_team import GoldJudge, Script, a_solver, a_task, some_hits

from graphs.batch import synthesise
from graphs.config import SynthConfig
from graphs.synthesis import SynthesisDeps
from masksearch.errors import ModelError
from masksearch.llm.openai import EndpointChat
from masksearch.role_prompt import role_prompt
from masksearch.roles.judge import LLMJudge
from masksearch.roles.team import llm_team
from masksearch.run_folder import RunFolder
from masksearch.schemas import Status, Trajectory, Usage
from masksearch.settings import Endpoint
from masksearch.stages import TRACES
from masksearch.store import read_records
from prompts import PromptLibrary

LIBRARY = PromptLibrary()


@pytest.fixture
def endpoint():
    with serving(FakeEndpoint()) as running:
        yield running


async def run_on(endpoint: FakeEndpoint, folder, count: int = 6, *, judged: bool = False) -> dict:
    chat = EndpointChat(Endpoint(base_url=endpoint.url, model="m"), max_retries=0)
    judge = LLMJudge(chat, role_prompt(LIBRARY, "judge")) if judged else None
    team = llm_team({"planner": chat, "rewriter": chat, "observer": chat}, LIBRARY)
    script = Script(hits=some_hits())
    return await synthesise(
        RunFolder(folder),
        [a_task(number) for number in range(1, count + 1)],
        SynthesisDeps(a_solver(script, team), judge or GoldJudge(script)),
        SynthConfig(team="llm", concurrency=2),
        top_k=2,
        inputs={},
    )


async def test_traces_hold_tokens_and_the_versions_of_the_prompts(endpoint, tmp_path):
    endpoint.reply = obedient
    counts = await run_on(endpoint, tmp_path)
    assert (counts.accepted, counts.prompt_tokens) == (6, 6 * 3 * 11)
    trace = next(iter(read_records(tmp_path / TRACES / "accepted.jsonl", Trajectory)))
    assert trace.turns[0].usage == Usage(prompt_tokens=22, completion_tokens=14)
    assert trace.turns[0].prompt_versions == {
        role: role_prompt(LIBRARY, role).label for role in ("planner", "rewriter", "observer")
    }


async def test_one_bad_task_does_not_stop_the_others(endpoint, tmp_path):
    def reply(request):
        return "no idea" if number_in(request) == 3 else obedient(request)

    endpoint.reply = reply
    counts = await run_on(endpoint, tmp_path)
    assert (counts.accepted, counts.status["failed"]) == (5, 1)
    (failed,) = read_records(tmp_path / TRACES / "rejected.jsonl", Trajectory)
    assert (failed.task_id, failed.status) == ("task-3", Status.FAILED)
    assert failed.reason == "planner: the reply of m cannot be read: no JSON object"
    assert failed.final_usage.prompt_tokens == 22


async def test_a_refused_key_stops_the_run_at_once(endpoint, tmp_path):
    endpoint.reply = lambda _: Fault(401, "{}")
    with pytest.raises(ModelError, match="refused the API key"):
        await run_on(endpoint, tmp_path)
    assert len(endpoint.requests) <= 2


async def test_no_call_that_was_paid_for_is_made_again_after_a_kill(endpoint, tmp_path):
    reached = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow_at_four(request):
        if number_in(request) == 4 and role_of(request) == "observer":
            loop.call_soon_threadsafe(reached.set)
            return Fault(500, "{}", delay=0.3)
        return obedient(request)

    endpoint.reply = slow_at_four
    running = asyncio.create_task(run_on(endpoint, tmp_path))
    await reached.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    endpoint.reply = obedient
    assert (await run_on(endpoint, tmp_path)).accepted == 6
    calls = [role_of(request) for request in endpoint.requests if number_in(request) == 4]
    assert sorted(calls) == ["observer", "observer", "planner", "rewriter"]


THINKING = {
    "in a field": lambda text: Say(text, fields={"reasoning_content": 'I may say {"a": 1}.'}),
    "opened by the template": lambda text: f'I may say {{"a": 1}}.\n</think>\n\n{text}',
    "in parts": lambda text: Say(
        None,
        fields={
            "content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": text}]
        },
    ),
    "fenced": lambda text: f"Here it is:\n```json\n{text[:-1]},}}\n```",
}


@pytest.mark.parametrize("sent", THINKING.values(), ids=THINKING)
async def test_a_team_that_thinks_first_makes_the_same_traces(endpoint, tmp_path, sent):
    endpoint.reply = lambda request: sent(obedient(request))
    assert (await run_on(endpoint, tmp_path, 2, judged=True)).accepted == 2
    assert len(endpoint.requests) == 8


async def test_a_judge_cut_while_thinking_neither_accepts_nor_rejects(endpoint, tmp_path):
    draft = '<think>I may reply {"reason": "…", "correct": [true]}, but the answer differs'

    def reply(request):
        return Say(draft, "length") if role_of(request) == "judge" else obedient(request)

    endpoint.reply = reply
    await run_on(endpoint, tmp_path, 2, judged=True)
    for trace in read_records(tmp_path / TRACES / "rejected.jsonl", Trajectory):
        assert (trace.verdict, trace.answer) == (None, f"gold {trace.task_id[-1]}")
        assert trace.reason.endswith("cannot be read: it was cut at 7 tokens while thinking")
    assert not list(read_records(tmp_path / TRACES / "accepted.jsonl", Trajectory))
