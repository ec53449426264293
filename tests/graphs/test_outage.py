"""Synthesis through faults of an endpoint on loopback, in whole runs of some tasks."""

import json
from collections import Counter

import pytest
from fake_endpoint import FakeEndpoint, Fault, serving
from obedient_team import number_in, obedient, role_of
from scripted_team import GoldJudge, Script, a_solver, a_task, some_hits

from graphs.batch import synthesise
from graphs.config import SynthConfig
from graphs.ended import LEFT, Faults
from graphs.synthesis import SynthesisDeps
from masksearch.errors import ChatStopped, StaleError, Undone
from masksearch.llm.endpoints import Chats
from masksearch.making import Making
from masksearch.manifest import IfExists
from masksearch.roles.team import llm_team
from masksearch.run_folder import RunFolder
from masksearch.schemas import Trajectory
from masksearch.settings import Settings
from masksearch.stages import ACCEPTED, REJECTED, TRACES
from masksearch.store import read_records
from prompts import PromptLibrary

LIBRARY = PromptLibrary()
TASKS = [a_task(number) for number in range(1, 13)]
ROLES = ("planner", "rewriter", "observer")
BUSY = Fault(503, '{"error": {"message": "overloaded"}}')
NO_MONEY = Fault(402, '{"error": {"message": "Insufficient Balance"}}')
NO_FIELD = Fault(400, '{"error": {"message": "Unsupported parameter: \'seed\'", "param": "seed"}}')


@pytest.fixture
def endpoint():
    with serving(FakeEndpoint(reply=obedient)) as running:
        yield running


async def run_on(
    endpoint,
    folder,
    *,
    faults=LEFT,
    wrong=(),
    tasks=TASKS,
    if_exists=IfExists.RESUME,
    env=None,
    **config,
):
    given = {"max_retries": 0, "patience_seconds": 0, "failures": 99, **(env or {})}
    chats = Chats(Settings(_env_file=None, base_url=endpoint.url, model="m", **given))
    script = Script(hits=some_hits(), wrong=set(wrong))
    team = llm_team({role: chats.role(role) for role in ROLES}, LIBRARY)
    return await synthesise(
        RunFolder(folder),
        tasks,
        SynthesisDeps(a_solver(script, team), GoldJudge(script)),
        SynthConfig(**{"team": "llm", "concurrency": 4, **config}),
        top_k=2,
        inputs={},
        making=Making(if_exists),
        faults=faults,
    )


def traces(folder, name=ACCEPTED) -> dict[str, dict]:
    found = {}
    for trace in read_records(folder / TRACES / name, Trajectory):
        raw = trace.model_dump()
        for turn in raw["turns"]:
            turn["model_seconds"] = turn["search_seconds"] = 0
        assert trace.task_id not in found
        found[trace.task_id] = raw
    return found


def served(endpoint: FakeEndpoint) -> Counter:
    """How often each call was made."""
    return Counter(json.dumps(request["messages"]) for request in endpoint.requests)


class Fails:
    """Says what is right but `fault` from the call `begins` on, for `count` calls."""

    def __init__(self, fault: Fault, begins: int = 15, count: int = 10**6) -> None:
        self.fault, self.begins, self.ends = fault, begins, begins + count
        self.calls = 0
        self.right: Counter[str] = Counter()

    def __call__(self, request):
        self.calls += 1
        if self.begins <= self.calls < self.ends:
            return self.fault
        self.right[json.dumps(request["messages"])] += 1
        return obedient(request)


@pytest.mark.parametrize("fault", [NO_MONEY, NO_FIELD], ids=["402", "400"])
async def test_what_is_hopeless_stops_the_run_and_the_same_command_ends_as_undisturbed(
    endpoint, tmp_path, fault
):
    await run_on(endpoint, tmp_path / "whole")
    endpoint.reply = fails = Fails(fault)
    with pytest.raises(ChatStopped):
        await run_on(endpoint, tmp_path / "run")
    assert not traces(tmp_path / "run", REJECTED)
    asked = fails.calls
    assert asked < 25, "nobody calls on once it is known"
    fails.ends = 0
    assert (await run_on(endpoint, tmp_path / "run")).accepted == len(TASKS)
    assert traces(tmp_path / "run") == traces(tmp_path / "whole")
    assert set(fails.right.values()) == {1}, "no call that had succeeded was made again"


@pytest.mark.parametrize(
    "fault",
    [
        BUSY,
        Fault(429, "{}"),
        Fault(200, '{"error": {"message": "Provider returned error", "code": 429}}'),
        Fault(502, "<html>Bad gateway</html>"),
        Fault(200, "{", headers={"content-length": "99"}),
        Fault(400, '{"error": {"message": "something"}}'),
    ],
    ids=["503", "429", "in200", "html", "broken", "400"],
)
async def test_a_fault_that_passes_is_tried_again_in_the_same_run(endpoint, tmp_path, fault):
    endpoint.reply = fails = Fails(fault, begins=7, count=3)
    assert (await run_on(endpoint, tmp_path)).accepted == len(TASKS)
    assert set(fails.right.values()) == {1}


async def test_a_fault_that_stays_with_one_task_leaves_it_undone_and_can_be_rejected(
    endpoint, tmp_path
):
    endpoint.reply = lambda said: (
        BUSY if number_in(said) == 5 and role_of(said) == "observer" else obedient(said)
    )
    with pytest.raises(Undone, match=r"1 were left undone.*overloaded.*--reject-undone"):
        await run_on(endpoint, tmp_path)
    assert len(traces(tmp_path)) == 11 and not traces(tmp_path, REJECTED)
    counts = await run_on(endpoint, tmp_path, faults=Faults(reject=True))
    assert (counts.accepted, counts.rejected) == (11, 1)
    assert counts.reasons == {'observer: the endpoint failed (503: "overloaded")': 1}


async def test_a_refusal_of_one_message_is_a_verdict_in_the_endpoints_words(endpoint, tmp_path):
    words = "This model's maximum context length is 8192 tokens, and 'messages' has 9121 tokens"
    too_long = Fault(
        400, json.dumps({"error": {"message": words, "code": "context_length_exceeded"}})
    )
    endpoint.reply = lambda said: too_long if number_in(said) in (3, 4) else obedient(said)
    counts = await run_on(endpoint, tmp_path)
    assert (counts.accepted, counts.rejected) == (10, 2)
    [(reason, count)] = counts.reasons.items()
    assert count == 2 and "maximum context length is … tokens" in reason
    assert "400 context_length_exceeded" in reason and reason.startswith("planner: ")


async def test_a_limit_can_be_raised_and_only_the_rest_is_done(endpoint, tmp_path):
    assert (await run_on(endpoint, tmp_path, limit=5)).accepted == 5
    before = traces(tmp_path)
    endpoint.requests.clear()
    assert (await run_on(endpoint, tmp_path, limit=9)).accepted == 9
    assert len({number_in(one) for one in endpoint.requests}) == 4
    assert traces(tmp_path) | before == traces(tmp_path)
    assert (await run_on(endpoint, tmp_path)).accepted == 12
    stage, asked = RunFolder(tmp_path).stage(TRACES), len(endpoint.requests)
    made = stage.hash
    for limit in (3, 12, 500):
        assert (await run_on(endpoint, tmp_path, limit=limit)).accepted == 12
    assert (stage.hash, len(endpoint.requests)) == (made, asked)
    with pytest.raises(StaleError, match="max_turns"):
        await run_on(endpoint, tmp_path, limit=3, max_turns=2)
    anew = await run_on(endpoint, tmp_path, limit=3, if_exists=IfExists.RESTART)
    assert (anew.accepted, stage.manifest.settings["limit"]) == (3, 3)


async def test_a_limit_can_be_raised_or_lowered_part_way(endpoint, tmp_path):
    endpoint.reply = fails = Fails(NO_MONEY)
    with pytest.raises(ChatStopped):
        await run_on(endpoint, tmp_path, limit=8)
    fails.ends = 0
    assert (await run_on(endpoint, tmp_path, limit=6)).accepted >= 6
    assert (await run_on(endpoint, tmp_path, limit=10)).accepted == 10
    assert set(fails.right.values()) == {1}


async def test_what_a_role_failed_can_be_tried_again_and_the_rest_is_kept(endpoint, tmp_path):
    endpoint.reply = lambda said: "no idea" if number_in(said) in (2, 3) else obedient(said)
    counts = await run_on(endpoint, tmp_path, wrong={7})
    assert (counts.accepted, counts.rejected) == (10, 2)
    before, stage = traces(tmp_path), RunFolder(tmp_path).stage(TRACES)
    made = stage.hash
    endpoint.requests.clear()
    endpoint.reply = lambda said: "no idea" if number_in(said) == 3 else obedient(said)
    counts = await run_on(endpoint, tmp_path, faults=Faults(retry=()))
    assert (counts.accepted, counts.rejected, stage.facts["retried"]) == (11, 1, 2)
    assert {number_in(one) for one in endpoint.requests} == {2, 3}
    assert traces(tmp_path) | before == traces(tmp_path)
    assert stage.done and stage.hash != made and set(traces(tmp_path, REJECTED)) == {"task-3"}
    counts = await run_on(endpoint, tmp_path, faults=Faults(retry=("another reason",)))
    assert (counts.rejected, stage.facts["retried"]) == (1, 0)
    endpoint.reply = obedient
    counts = await run_on(endpoint, tmp_path, faults=Faults(retry=("NO JSON",)))
    assert (counts.accepted, counts.rejected) == (12, 0)


async def test_a_retry_that_is_stopped_goes_on(endpoint, tmp_path):
    endpoint.reply = lambda said: "no idea" if number_in(said) < 4 else obedient(said)
    await run_on(endpoint, tmp_path)
    endpoint.reply = lambda said: NO_MONEY
    with pytest.raises(ChatStopped):
        await run_on(endpoint, tmp_path, faults=Faults(retry=()))
    endpoint.reply = obedient
    assert (await run_on(endpoint, tmp_path)).accepted == 12
    assert not traces(tmp_path, REJECTED)


async def test_a_run_waits_for_an_endpoint_that_is_away_for_a_while(endpoint, tmp_path):
    endpoint.reply = fails = Fails(BUSY, count=6)
    patient = {"patience_seconds": 30, "failures": 3, "rest_seconds": 0.05, "max_retries": 9}
    assert (await run_on(endpoint, tmp_path, env=patient)).accepted == len(TASKS)
    assert set(fails.right.values()) == {1}
