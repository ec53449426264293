import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.episode import Episode
from masksearch.messages import Reply
from masksearch.protocol import Malformed, parse_turn
from masksearch.retrieval import merge_hits
from masksearch.schemas import (
    Fingerprint,
    Hit,
    Prompt,
    Status,
    Task,
    TaskKind,
    Teacher,
    TokenRecord,
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
    return episode.speak(Reply(text=SEARCH)).observe([hit("a")])


def test_a_search_waits_for_what_it_brings_back() -> None:
    usage = Usage(prompt_tokens=9, completion_tokens=4)
    asked = start().speak(Reply(text=SEARCH, usage=usage, seconds=0.5))
    assert (asked.status, asked.searching) == (Status.RUNNING, True)
    assert asked.queries == ("first program", "analytical engine")
    told = asked.observe([hit("a"), hit("b")], seconds=0.25)
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
    assert (ended.status, ended.final_thought) == (Status.ANSWERED, "so")
    assert (ended.answer, ended.final_usage, ended.reason) == ("Ada Lovelace", usage, "")
    assert len(ended.turns) == 1


def test_an_answer_after_the_last_search_still_counts() -> None:
    assert searched(start(1)).speak(Reply(text=ANSWER)).status is Status.ANSWERED
    assert start(0).speak(Reply(text=ANSWER)).status is Status.ANSWERED


def test_a_search_after_the_last_one_is_out_of_turns() -> None:
    ended = searched(start(1)).speak(Reply(text=SEARCH, token_ids=(1, 2)))
    assert (ended.status, ended.searching) == (Status.OUT_OF_TURNS, False)
    assert ended.reason == "no answer after 1 searches"
    assert (ended.final_thought, ended.answer, len(ended.turns)) == ("look", "", 1)
    assert ended.final_tokens is not None


def test_a_malformed_turn_ends_the_episode_and_is_kept() -> None:
    ended = searched(start()).speak(Reply(text="just talk", token_ids=(1,)))
    assert (ended.status, ended.reason) == (Status.MALFORMED, "no thought first")
    assert (ended.malformed_text, len(ended.turns)) == ("just talk", 1)
    assert ended.final_tokens == TokenRecord(ids=(1,), trainable=(True,))


@pytest.mark.parametrize(
    "text",
    ["<think>I wonder", "<think>so</think>\n<answer>\nAda Lov", "<think>a</think><search>\nfi"],
)
def test_a_turn_cut_at_its_length_is_malformed_and_says_so(text: str) -> None:
    reply = Reply(text=text, finish="length", usage=Usage(completion_tokens=3))
    ended = start().speak(reply)
    assert ended.status is Status.MALFORMED
    assert ended.reason.endswith(" (cut at 3 tokens)")
    assert ended.malformed_text == text


def test_a_whole_turn_that_just_fits_its_length_counts() -> None:
    assert start().speak(Reply(text=ANSWER, finish="length")).status is Status.ANSWERED


def test_a_stripped_stop_tag_and_a_run_past_it_are_settled() -> None:
    assert start().speak(Reply(text=ANSWER.removesuffix("</answer>"))).answer == "Ada Lovelace"
    past = start().speak(Reply(text=SEARCH + "\n<information>made up</information>"))
    assert past.queries == ("first program", "analytical engine")


def test_a_failed_search_goes_on_and_the_model_reads_why() -> None:
    failed = start().speak(Reply(text=SEARCH)).observe([], seconds=1.0, error="time out")
    assert (failed.status, failed.turns[0].error) == (Status.RUNNING, "time out")
    assert "The search failed: time out" in failed.messages("system")[-1].content
    assert failed.speak(Reply(text=ANSWER)).status is Status.ANSWERED


@pytest.mark.parametrize("episode", [start(), start().speak(Reply(text=SEARCH))])
def test_a_failure_from_outside_ends_the_episode_with_its_reason(episode: Episode) -> None:
    ended = episode.fail("the endpoint is gone")
    assert (ended.status, ended.reason) == (Status.FAILED, "the endpoint is gone")
    assert (ended.searching, ended.turns) == (False, episode.turns)


ENDED = [
    start().speak(Reply(text=ANSWER)),
    start().speak(Reply(text="")),
    start(0).speak(Reply(text=SEARCH)),
    start().fail("gone"),
]
STEPS: dict[str, Callable[[Episode], object]] = {
    "speak": lambda episode: episode.speak(Reply(text=ANSWER)),
    "observe": lambda episode: episode.observe([]),
    "fail": lambda episode: episode.fail("again"),
}


@pytest.mark.parametrize(("episode", "step"), [*itertools.product(ENDED, STEPS)])
def test_an_ended_episode_takes_no_step(episode: Episode, step: str) -> None:
    with pytest.raises(ValueError, match=f"out of step: {episode.status}"):
        STEPS[step](episode)


def test_turns_are_taken_in_order() -> None:
    with pytest.raises(ValueError, match="out of step"):
        start().observe([])
    with pytest.raises(ValueError, match="out of step"):
        start().speak(Reply(text=SEARCH)).speak(Reply(text=ANSWER))
    with pytest.raises(ValueError, match="still running"):
        start().trajectory(TASK, teacher=Teacher(model="m"), retriever=None, seed=0)


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
    assert ended.trajectory(TASK, teacher=teacher, retriever=fingerprint, seed=7) == Trajectory(
        task_id="q1",
        status=ended.status,
        turns=ended.turns,
        final_thought=ended.final_thought,
        answer=ended.answer,
        final_tokens=ended.final_tokens,
        final_usage=ended.final_usage,
        reason=ended.reason,
        malformed_text=ended.malformed_text,
        teacher=teacher,
        retriever=fingerprint,
        seed=7,
    )


def test_a_token_that_runs_past_the_tag_is_kept_whole() -> None:
    ids, logprobs = (11, 12, 13), (-0.1, -0.2, -0.3)
    reply = Reply(text=SEARCH + "\n\n", token_ids=ids, logprobs=logprobs)
    asked = start().speak(reply).observe([])
    assert asked.turns[0].tokens == TokenRecord(ids=ids, trainable=(True,) * 3, logprobs=logprobs)
    assert asked.messages("system")[2].token_ids == ids
    ended = asked.speak(Reply(text=ANSWER + " and", token_ids=(4, 5)))
    assert ended.final_tokens == TokenRecord(ids=(4, 5), trainable=(True, True))


@given(st.text())
def test_any_reply_leads_to_a_state_that_can_be_recorded(text: str) -> None:
    after = start().speak(Reply(text=text))
    assert after.searching or after.status in (Status.ANSWERED, Status.MALFORMED)
    assert isinstance(parse_turn(text), Malformed) or after.status is not Status.MALFORMED


def test_a_reply_with_half_a_surrogate_pair_can_still_be_written_down() -> None:
    ended = start().speak(Reply(text=ANSWER.replace("Ada", "Ada \ud83d")))
    record = ended.trajectory(TASK, teacher=Teacher(model="m"), retriever=None, seed=0)
    assert record.answer == "Ada ? Lovelace"
    assert Trajectory.model_validate_json(record.model_dump_json()) == record


ranked_ids = st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=6), max_size=4)


@given(ranked_ids, st.integers(0, 10))
def test_hits_are_merged_rank_by_rank_each_passage_once(ids: list[list[str]], top_k: int) -> None:
    merged = [h.id for h in merge_hits([[hit(i) for i in names] for names in ids], top_k)]
    tiers = sorted((rank, n, i) for n, names in enumerate(ids) for rank, i in enumerate(names))
    assert merged == list(dict.fromkeys(i for _, _, i in tiers))[:top_k]


def test_of_a_passage_found_twice_the_better_ranked_hit_stays() -> None:
    low, high = hit("a").model_copy(update={"text": "low"}), hit("a")
    assert merge_hits([[hit("b"), low], [high]], 5) == [hit("b"), high]


def test_passages_of_one_text_are_two_by_their_ids_and_one_without() -> None:
    one, other = (hit(id).model_copy(update={"text": "same"}) for id in "ab")
    assert merge_hits([[one], [other]], 5) == [one, other]
    nameless, another = (hit("").model_copy(update={"text": text}) for text in ("same", "else"))
    assert merge_hits([[one, nameless], [nameless, another]], 5) == [one, nameless, another]
