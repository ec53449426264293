"""Episodes of the team that follows gold evidence through its own searches."""

import asyncio
import re

import pytest
from guided_world import BOTH, DEATH, EVERY, PAGES, SAME, SONG, YOUNGER, question, world
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs.config import Limits
from graphs.solver import GuardedSearch, SolverAgent
from graphs.team import team_solver
from masksearch.guided.team import guided_team
from masksearch.schemas import Status, Task, Trajectory
from masksearch.text import contains_tokens

_QUOTED = re.compile(r'^(?:Found|Also): "(.*)"$', re.MULTILINE)


async def solved(task: Task, search=None, max_turns: int = 6, top_k: int = 2) -> Trajectory:
    solver = team_solver(guided_team([task]), GuardedSearch(search or world()), with_gold=True)
    return await SolverAgent("guided", solver, Limits(max_turns, top_k)).run(task)


def quotes(trace: Trajectory) -> list[str]:
    thoughts = (*(turn.thought for turn in trace.turns), trace.final_thought)
    return [quote for thought in thoughts for quote in _QUOTED.findall(thought)]


def queries(trace: Trajectory) -> list[str]:
    return [query for turn in trace.turns for query in turn.queries]


async def test_a_chain_is_followed_fact_by_fact():
    trace = await solved(DEATH)
    assert (trace.status, trace.answer) == (Status.ANSWERED, "August 8, 2014"), trace.reason
    first, second = queries(trace)
    assert first.startswith("Hanna'S War") and "Golan" not in first
    assert second.startswith("Menahem Golan") and "die" in second and "August" not in second
    assert quotes(trace) == [
        "It was directed by Menahem Golan after a diary.",
        "Menahem Golan (May 31, 1929 – August 8, 2014) was a producer.",
    ]
    assert trace.turns[0].thought == "First I need the director of Hanna'S War."
    assert trace.turns[1].thought.splitlines()[1:] == [
        "So the director of Hanna'S War is Menahem Golan.",
        "Next I need the date of death of Menahem Golan.",
    ]
    assert trace.final_thought.endswith("The answer is August 8, 2014.")


async def test_what_it_made_is_marked_as_made_with_gold():
    trace = await solved(DEATH)
    assert trace.teacher.model == "guided" and trace.teacher.with_gold


async def test_a_comparison_over_two_chains_ends_with_its_facts_side_by_side():
    trace = await solved(YOUNGER)
    assert trace.answer == "Still Life (2006 Film)" and len(trace.turns) == 4, trace.reason
    assert queries(trace)[1].startswith("Still Life (2006 Film)")
    assert trace.final_thought.splitlines()[-3:] == [
        "the date of birth of Menahem Golan: May 31, 1929",
        "the date of birth of Jia Zhangke: 24 May 1970",
        "The answer is Still Life (2006 Film).",
    ]


async def test_yes_and_no_follow_from_quoted_facts():
    trace = await solved(SAME)
    assert trace.answer == "no" and quotes(trace) == [
        "He was Israeli.",
        "Jia Zhangke (born 24 May 1970) is a Chinese film director.",
    ]


async def test_a_page_that_the_question_does_not_name_is_searched_for_with_its_words():
    trace = await solved(SONG)
    assert trace.answer == "Kansas Song", trace.reason
    first, second = queries(trace)
    assert first == "fight song university Lawrence"
    assert second.startswith("Kansas Song"), "it stood in the first hit"
    assert quotes(trace)[0] == 'Its fight song is "Kansas Song".'


async def test_pages_alone_are_quoted_where_they_say_what_is_asked():
    trace = await solved(BOTH)
    assert trace.answer == "no" and quotes(trace) == [
        "Joe Bell was never a keyboardist.",
        "Paul Hay is a singer and keyboardist.",
    ]


@pytest.mark.parametrize("task", EVERY, ids=lambda task: task.id)
async def test_no_query_holds_an_answer_that_was_not_read_before(task):
    trace = await solved(task, top_k=5)
    known = [task.prompt.text]
    for turn in trace.turns:
        for query in turn.queries:
            held = [one for one in task.answers[0] if contains_tokens(query, one)]
            assert all(any(contains_tokens(text, one) for text in known) for one in held)
        known += [part for hit in turn.hits for part in (hit.title, hit.text)]


@pytest.mark.parametrize("task", EVERY, ids=lambda task: task.id)
async def test_what_is_quoted_was_shown_before(task):
    trace = await solved(task)
    shown = [hit.text for turn in trace.turns for hit in turn.hits]
    assert quotes(trace) and all(any(one in text for text in shown) for one in quotes(trace))


def without(title: str):
    return world(*(page for page in PAGES if page[0] != title))


@pytest.mark.parametrize(
    ("search", "max_turns", "reason"),
    [
        (without("Menahem Golan"), 6, "hop 2 of 2: its page was not found"),
        (
            world(*PAGES[:1], ("Menahem Golan", "Menahem Golan was a producer.")),
            6,
            "hop 2 of 2: its page was found, but no sentence that says it",
        ),
        (world(), 1, "hop 2 of 2: no search is left for it"),
    ],
    ids=["page", "sentence", "searches"],
)
async def test_evidence_that_is_not_found_fails_with_its_reason(search, max_turns, reason):
    trace = await solved(DEATH, search, max_turns)
    assert trace.status is Status.FAILED and trace.reason == f"observer: {reason}"
    assert trace.answer == "" and trace.turns


async def test_a_search_that_brings_up_nothing_is_tried_in_other_words():
    trace = await solved(DEATH, without("Menahem Golan"))
    assert len(set(queries(trace))) == len(queries(trace)) == 4
    assert trace.turns[2].thought.startswith("That does not say it.")


async def test_a_fact_of_another_page_does_not_count():
    """`Chinese` on the page of somebody else says nothing of Menahem Golan."""
    task = SAME.changed(
        question=SAME.question.changed(
            evidences=[("Menahem Golan", "country of citizenship", "Chinese")]
        )
    )
    assert (await solved(task, top_k=9)).status is Status.FAILED


async def test_an_answer_that_no_page_says_fails_although_every_fact_was_found():
    trace = await solved(DEATH.changed(answers=(("in his eighties",),)))
    assert trace.reason.endswith("every page was found, and no sentence of them holds the answer")


async def test_a_question_without_evidence_fails_with_that_reason():
    trace = await solved(question("Who was it?", "Nobody"))
    assert trace.reason == "planner: the question has no gold evidence"


async def test_the_same_question_is_solved_alike_again():
    one, two = await solved(YOUNGER), await solved(YOUNGER)
    strip = {"turns": ()}
    assert one.changed(**strip) == two.changed(**strip) and queries(one) == queries(two)


NAMES = st.sampled_from([*(title for title, _ in PAGES), "Israeli", "no", "", "!", "《》", "(x)"])
FACTS = st.lists(st.tuples(NAMES, st.sampled_from(["director", ""]), NAMES), max_size=4)


@settings(max_examples=20, deadline=None)
@given(FACTS, st.lists(NAMES, max_size=3), NAMES, NAMES)
def test_any_evidence_ends_in_an_answer_or_in_a_reason(facts, titles, asked, answer):
    task = question(
        f"What of {asked} and its director?", answer or "?", evidences=facts, titles=titles
    )
    trace = asyncio.run(solved(task))
    assert trace.status is (Status.FAILED if trace.reason else Status.ANSWERED)
    assert trace.reason or len(trace.turns) >= len(set(facts or titles))
