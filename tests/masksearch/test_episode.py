import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.decisions import Observation
from masksearch.episode import Episode
from masksearch.messages import Reply
from masksearch.protocol import Malformed, parse_turn
from masksearch.retrieval import Found
from masksearch.schemas import (
    Cost,
    Fingerprint,
    Hit,
    Outcome,
    Prompt,
    Status,
    Task,
    TaskKind,
    Teacher,
    Tokens,
    Trajectory,
    Turn,
    Usage,
)

PROMPT = Prompt(kind=TaskKind.QUESTION, text="Who wrote the first program?")
TASK = Task(id="q1", prompt=PROMPT, answers=(("Ada Lovelace",),))
SEARCH = "<think>look</think>\n<search>\nfirst program\nanalytical engine\n</search>"
ANSWER = "<think>so</think>\n<answer>\nAda Lovelace\n</answer>"


def hit(name: str) -> Hit:
    return Hit(id=name, title=name, text=f"text of {name}", score=1.0)


def start(max_turns: int = 2) -> Episode:
    return Episode(PROMPT, max_turns)


def searched(episode: Episode) -> Episode:
    return episode.speak(Reply(text=SEARCH)).observe(Found((hit("a"),)))


def test_a_search_waits_for_what_it_brings_back() -> None:
    usage = Usage(prompt_tokens=9, completion_tokens=4)
    asked = start().speak(Reply(text=SEARCH, usage=usage, seconds=0.5))
    assert (asked.status, asked.searching) == (Status.RUNNING, True)
    assert asked.queries == ("first program", "analytical engine")
    told = asked.observe(Found((hit("a"), hit("b")), 0.25))
    assert (told.status, told.searching, told.queries) == (Status.RUNNING, False, ())
    assert told.turns == (
        Turn(
            thought="look",
            queries=asked.queries,
            hits=(hit("a"), hit("b")),
            model_seconds=0.5,
            search_seconds=0.25,
            usage=usage,
        ),
    )


def test_an_answer_ends_the_episode() -> None:
    usage = Usage(completion_tokens=7)
    ended = searched(start()).speak(Reply(text=ANSWER, usage=usage))
    assert (ended.status, ended.outcome.final_thought) == (Status.ANSWERED, "so")
    assert (ended.outcome.answer, ended.outcome.final_usage, ended.outcome.reason) == (
        "Ada Lovelace",
        usage,
        "",
    )
    assert len(ended.turns) == 1


def test_an_answer_after_the_last_search_still_counts() -> None:
    assert searched(start(1)).speak(Reply(text=ANSWER)).status is Status.ANSWERED
    assert start(0).speak(Reply(text=ANSWER)).status is Status.ANSWERED


def test_a_search_after_the_last_one_is_out_of_turns() -> None:
    ended = searched(start(1)).speak(Reply(text=SEARCH, tokens=Tokens(ids=(1, 2))))
    assert (ended.status, ended.searching) == (Status.OUT_OF_TURNS, False)
    assert ended.outcome.reason == "no answer after 1 searches"
    assert (ended.outcome.final_thought, ended.outcome.answer, len(ended.turns)) == ("look", "", 1)
    assert ended.outcome.final_tokens is not None


def test_a_malformed_turn_ends_the_episode_and_is_kept() -> None:
    ended = searched(start()).speak(Reply(text="just talk", tokens=Tokens(ids=(1,))))
    assert (ended.status, ended.outcome.reason) == (Status.MALFORMED, "no thought first")
    assert (ended.outcome.malformed_text, len(ended.turns)) == ("just talk", 1)
    assert ended.outcome.final_tokens == Tokens(ids=(1,))


@pytest.mark.parametrize(
    "text",
    ["<think>I wonder", "<think>so</think>\n<answer>\nAda Lov", "<think>a</think><search>\nfi"],
)
def test_a_turn_cut_at_its_length_is_malformed_and_says_so(text: str) -> None:
    reply = Reply(text=text, finish="length", usage=Usage(completion_tokens=3))
    ended = start().speak(reply)
    assert ended.status is Status.MALFORMED
    assert ended.outcome.reason.endswith(" (cut at 3 tokens)")
    assert ended.outcome.malformed_text == text


def test_a_turn_cut_while_thinking_says_so_and_keeps_the_thought() -> None:
    usage = Usage(completion_tokens=2048)
    reply = Reply(thought="I could <answer>x</answer>", text="", finish="length", usage=usage)
    ended = start().speak(reply)
    assert ended.outcome.reason == "nothing but a thought (cut at 2048 tokens while thinking)"
    assert ended.outcome.malformed_text == "<think>I could &lt;answer>x&lt;/answer>"


def test_a_thought_that_came_apart_is_put_back_into_what_is_said_next() -> None:
    apart = Reply(thought="look", text=SEARCH.partition("</think>\n")[2])
    said = start().speak(apart).observe(Found((hit("a"),)))
    assert said.messages("system") == searched(start()).messages("system")


def test_a_whole_turn_that_just_fits_its_length_counts() -> None:
    assert start().speak(Reply(text=ANSWER, finish="length")).status is Status.ANSWERED


def test_a_stripped_stop_tag_and_a_run_past_it_are_settled() -> None:
    assert (
        start().speak(Reply(text=ANSWER.removesuffix("</answer>"))).outcome.answer == "Ada Lovelace"
    )
    past = start().speak(Reply(text=SEARCH + "\n<information>made up</information>"))
    assert past.queries == ("first program", "analytical engine")


def test_a_failed_search_goes_on_and_the_model_reads_why() -> None:
    failed = start().speak(Reply(text=SEARCH)).observe(Found((), 1.0, "time out"))
    assert (failed.status, failed.turns[0].error) == (Status.RUNNING, "time out")
    assert "The search failed: time out" in failed.messages("system")[-1].content
    assert failed.speak(Reply(text=ANSWER)).status is Status.ANSWERED


@pytest.mark.parametrize("episode", [start(), start().speak(Reply(text=SEARCH))])
def test_a_failure_from_outside_ends_the_episode_with_its_reason(episode: Episode) -> None:
    ended = episode.fail("the endpoint is gone")
    assert (ended.status, ended.outcome.reason) == (Status.FAILED, "the endpoint is gone")
    assert (ended.searching, ended.turns) == (False, episode.turns)


ENDED = [
    start().speak(Reply(text=ANSWER)),
    start().speak(Reply(text="")),
    start(0).speak(Reply(text=SEARCH)),
    start().fail("gone"),
]
STEPS: dict[str, Callable[[Episode], object]] = {
    "speak": lambda episode: episode.speak(Reply(text=ANSWER)),
    "observe": lambda episode: episode.observe(Found()),
    "fail": lambda episode: episode.fail("again"),
}


@pytest.mark.parametrize(("episode", "step"), [*itertools.product(ENDED, STEPS)])
def test_an_ended_episode_takes_no_step(episode: Episode, step: str) -> None:
    with pytest.raises(ValueError, match=f"out of step: {episode.status}"):
        STEPS[step](episode)


def test_turns_are_taken_in_order() -> None:
    with pytest.raises(ValueError, match="out of step"):
        start().observe(Found())
    with pytest.raises(ValueError, match="out of step"):
        start().speak(Reply(text=SEARCH)).speak(Reply(text=ANSWER))
    with pytest.raises(ValueError, match="still running"):
        start().trajectory(TASK, teacher=Teacher(model="m"), retriever=None)


def test_messages_grow_by_whole_turns_and_never_change_what_was_said() -> None:
    first = start().messages("system")
    second = searched(start()).messages("system")
    assert [message.role for message in second] == ["system", "user", "assistant", "user"]
    assert second[: len(first)] == first
    assert second[2].content == SEARCH


@pytest.mark.parametrize("ended", ENDED, ids=lambda episode: str(episode.status))
def test_a_trajectory_records_the_episode(ended: Episode) -> None:
    fingerprint = Fingerprint(engine="bm25", corpus_hash="c", top_k=5, guard="none", truncation=9)
    teacher = Teacher(model="m", round=2)
    drawn = replace(ended, seed=7)
    recorded = drawn.trajectory(TASK, teacher=teacher, retriever=fingerprint, attempt=1)
    outcome = {name: getattr(recorded, name) for name in Outcome.model_fields}
    assert Outcome(**outcome) == ended.outcome
    assert (recorded.task_id, recorded.attempt, recorded.seed) == ("q1", 1, 7)
    assert (recorded.teacher, recorded.retriever, recorded.verdict) == (teacher, fingerprint, None)


def decided(sub_question: str = "who?", cost: Cost = Cost(seconds=1.0)) -> Episode:
    return start().decide(Observation(thought=" look ", sub_question=sub_question), cost)


def test_a_teams_turn_is_a_decision_and_then_queries() -> None:
    usage = Usage(prompt_tokens=2, completion_tokens=1)
    asked = decided().ask(
        ("first  program", " "), Cost(usage=usage, seconds=0.5), {"rewriter": "v1"}
    )
    assert asked.queries == ("first program",)
    assert asked.turns == (
        Turn(
            thought="look",
            queries=("first program",),
            sub_question="who?",
            model_seconds=1.5,
            usage=usage,
            prompt_versions={"rewriter": "v1"},
        ),
    )


def test_a_teams_episode_ends_as_an_agents_does() -> None:
    answered = start().decide(Observation(thought=" so ", answer="Ada Lovelace\n"))
    assert answered.outcome == start().speak(Reply(text=ANSWER)).outcome
    spent = start(1).speak(Reply(text=SEARCH)).observe(Found())
    assert spent.is_spent
    more = spent.decide(Observation(thought="look", sub_question="who?"))
    assert more.outcome == spent.speak(Reply(text=SEARCH)).outcome


def test_what_a_model_says_may_carry_what_it_was_for() -> None:
    asked = start().speak(Reply(text=SEARCH), sub_question="who?")
    assert asked.turns[0].sub_question == "who?"


def test_a_failure_counts_what_was_decided_before_it() -> None:
    planned = decided(cost=Cost(usage=Usage(prompt_tokens=5)))
    ended = planned.fail("rewriter: gone", Cost(usage=Usage(prompt_tokens=2)))
    assert (ended.intent, ended.outcome.final_usage) == (None, Usage(prompt_tokens=7))


def test_queries_that_no_turn_can_hold_end_the_episode() -> None:
    ended = decided().ask(("a", "b", "c", "d", "e"))
    assert (ended.status, ended.turns) == (Status.FAILED, ())
    assert ended.outcome.reason.startswith("rewriter: ")


def test_a_decision_waits_for_its_queries() -> None:
    with pytest.raises(ValueError, match="queries for what was decided are missing"):
        decided().speak(Reply(text=ANSWER))
    with pytest.raises(ValueError, match="nothing was decided"):
        start().ask(("a",))


def test_a_token_that_runs_past_the_tag_is_kept_whole() -> None:
    ids = (11, 12, 13)
    reply = Reply(text=SEARCH + "\n\n", tokens=Tokens(ids=ids))
    asked = start().speak(reply).observe(Found())
    assert asked.turns[0].tokens == Tokens(ids=ids)
    assert asked.messages("system")[2].tokens == Tokens(ids=ids)
    ended = asked.speak(Reply(text=ANSWER + " and", tokens=Tokens(ids=(4, 5))))
    assert ended.outcome.final_tokens == Tokens(ids=(4, 5))


@given(st.text())
def test_any_reply_leads_to_a_state_that_can_be_recorded(text: str) -> None:
    after = start().speak(Reply(text=text))
    assert after.searching or after.status in (Status.ANSWERED, Status.MALFORMED)
    assert isinstance(parse_turn(text), Malformed) or after.status is not Status.MALFORMED


def test_a_reply_with_half_a_surrogate_pair_can_still_be_written_down() -> None:
    ended = start().speak(Reply(text=ANSWER.replace("Ada", "Ada \ud83d")))
    record = ended.trajectory(TASK, teacher=Teacher(model="m"), retriever=None)
    assert record.answer == "Ada ? Lovelace"
    assert Trajectory.model_validate_json(record.model_dump_json()) == record
