import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_team import Retriever, Script, a_task, some_hits

from masksearch.errors import QueryError, SearchStopped, SearchUnavailable
from masksearch.guards import LeakGuard
from masksearch.retrieval import Found, merge_hits, retrieve
from masksearch.schemas import Guard, Hit, Turn

GUARD = LeakGuard(Guard.PAGE, "page-1#0", a_task().prompt)


def hit(name: str) -> Hit:
    return Hit(id=name, title=name, text=f"text of {name}", score=1.0)


class Fails:
    def __init__(self, error: Exception) -> None:
        self.error = error

    async def search(self, queries, *, top_k, guard):
        raise self.error


async def test_a_turns_queries_are_searched_together_under_the_guard_and_timed():
    script = Script(hits=some_hits())
    found = await retrieve(Retriever(script), ("a", "b"), top_k=2, guard=GUARD)
    assert [hit.id for hit in found.hits] == ["p#0", "p#1"]
    assert (found.error, found.is_own_fault) == ("", False) and found.seconds > 0
    assert script.guards == [GUARD] and script.calls["search", 1] == 1


@pytest.mark.parametrize(
    ("error", "is_own_fault"), [(SearchUnavailable("gone"), False), (QueryError("gone"), True)]
)
async def test_a_failed_search_is_told_from_one_that_finds_nothing(error, is_own_fault):
    found = await retrieve(Fails(error), ("a",), top_k=2, guard=GUARD)
    assert found._replace(seconds=0) == Found((), 0, "gone", is_own_fault)


async def test_what_ends_the_run_is_not_a_failure_of_the_step():
    with pytest.raises(SearchStopped):
        await retrieve(Fails(SearchStopped("no budget")), ("a",), top_k=2, guard=GUARD)


def test_a_turn_keeps_what_it_found():
    turn = Turn(thought="t", queries=("q",), sub_question="s")
    kept = Found((hit("a"),), 0.5, "late").in_turn(turn)
    assert (kept.hits, kept.search_seconds, kept.error) == ((hit("a"),), 0.5, "late")
    assert (kept.thought, kept.queries, kept.sub_question) == ("t", ("q",), "s")


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
