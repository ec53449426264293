"""The extractive team: contexts, alignment, and its decisions turn by turn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.guards import LeakGuard
from masksearch.schemas import MASK, AnswerStyle, Hit, Prompt, TaskKind, Turn
from masksearch.team.alignment import best_fill, find_fill
from masksearch.team.blanks import Blank, blanks_of
from masksearch.team.extractive import UNKNOWN, extractive_team

TEXT = "Ada Lovelace was born in [mask] and worked with Charles Babbage on the [mask]."
SOURCE = "Ada Lovelace was born in London and worked with Charles Babbage on the Analytical Engine."
RAMP = Prompt(kind=TaskKind.RAMP, title="Ada Lovelace", text=TEXT, num_masks=2)


def hit(text, name="c:1#0"):
    return Hit(id=name, title="Ada Lovelace", text=text, score=1.0)


async def play(prompt, answer_to, max_turns=6):
    """The team's turns and its last word, where `answer_to(queries)` are the hits."""
    team = extractive_team()
    plan = await team.planner.plan(prompt)
    thought, sub_question, turns = plan.thought, plan.sub_question, []
    while True:
        queries = await team.rewriter.rewrite(prompt, sub_question, turns)
        hits = tuple(answer_to(queries))
        turns.append(Turn(thought=thought, queries=queries, sub_question=sub_question, hits=hits))
        step = await team.observer.observe(prompt, turns, must_answer=len(turns) == max_turns)
        if step.answer is not None:
            return turns, step
        thought, sub_question = step.thought, step.sub_question


def test_a_context_runs_from_the_blank_before_to_a_few_words_after():
    first, second = blanks_of(TEXT)
    assert first.context == "Ada Lovelace was born in [mask] and worked with Charles"
    assert first.query == "Ada Lovelace was born in and worked with Charles"
    assert second.context == "and worked with Charles Babbage on the [mask]."
    assert first.filled("Paris") == "Ada Lovelace was born in [Paris] and worked with Charles"


def test_a_long_way_to_a_blank_is_cut():
    [blank] = blanks_of(" ".join(f"w{n}" for n in range(100)) + " [mask] end")
    assert blank.context == " ".join(f"w{n}" for n in range(70, 100)) + " [mask] end"


@pytest.mark.parametrize(
    ("masked", "text", "wanted"),
    [
        (TEXT.replace("on the [mask]", "on it"), SOURCE, "London"),
        ("the lake is [mask] (67 km²), and", "The largest lake is Sarysu (67 km²), and", "Sarysu"),
        (
            "appeal reaches the [mask].",
            "when the appeal reaches the Supreme Court.",
            "Supreme Court",
        ),
        ("[mask] was a queen of the Nile", "Cleopatra was a queen of the Nile", "Cleopatra"),
        ("born in [mask], the capital of", "Born in Rome — the capital of Italy", "Rome"),
        ("born in [mask] and worked with", "He lived elsewhere, and did other things.", None),
        ("[mask]", "anything at all", None),
    ],
)
def test_a_fill_is_what_stands_between_the_same_words(masked, text, wanted):
    [blank] = blanks_of(masked)
    fill = find_fill(blank, text)
    assert (fill and fill.text) == wanted


def test_the_text_that_shares_more_words_wins_and_the_shorter_fill_breaks_a_tie():
    [blank] = blanks_of("was born in [mask] and worked with Charles")
    poor, rich = "born in Rome and worked alone", "was born in Paris and worked with Charles"
    assert best_fill(blank, [poor, rich]).text == "Paris"
    [the] = blanks_of("The [mask] of the country that is")
    text = "The relations of each. The 70% of the country that is flat"
    assert best_fill(the, [text]).text == "70%"


WORDS = st.lists(st.from_regex(r"[a-z]{3,8}", fullmatch=True), min_size=4, max_size=12, unique=True)


@given(WORDS, st.data())
def test_any_masked_words_are_found_again_in_their_own_text(words, data):
    at = data.draw(st.integers(2, len(words) - 2))
    masked = " ".join([*words[:at], MASK, *words[at + 1 :]])
    [blank] = blanks_of(masked)
    assert find_fill(blank, " ".join(words)).text == words[at]


@given(st.text(), st.text(), st.text())
def test_wild_text_is_aligned_without_an_error(before, after, text):
    find_fill(Blank(1, before, after), text)


async def test_the_team_takes_the_blanks_in_turn_and_quotes_what_it_found():
    turns, last = await play(RAMP, lambda queries: [hit(SOURCE)])
    assert [turn.thought.splitlines()[-1][:14] for turn in turns] == [
        "Blank 1 of 2: ",
        "Blank 2 of 2: ",
    ]
    assert turns[1].thought.splitlines()[0] == (
        "Found: Ada Lovelace was born in [London] and worked with Charles That was 1 of 2."
    )
    assert turns[0].queries == ("Ada Lovelace Ada Lovelace was born in and worked with Charles",)
    assert last.answer == "London\nAnalytical Engine"


async def test_a_blank_that_is_not_found_is_searched_once_more_with_other_words():
    turns, last = await play(RAMP, lambda queries: [])
    assert len(turns) == 4
    assert len({query for turn in turns for query in turn.queries}) == 4
    assert last.answer == f"{UNKNOWN}\n{UNKNOWN}"


async def test_it_answers_when_it_must():
    turns, last = await play(RAMP, lambda queries: [hit(SOURCE)], max_turns=1)
    assert len(turns) == 1
    assert last.answer == "London\nAnalytical Engine"  # the one hit shows both


async def test_style_passage_gives_the_text_filled():
    prompt = RAMP.model_copy(update={"style": AnswerStyle.PASSAGE})
    _, last = await play(prompt, lambda queries: [hit(SOURCE)])
    assert last.answer == SOURCE


async def test_a_question_is_searched_as_it_stands_and_answered_with_a_title():
    question = Prompt(kind=TaskKind.QUESTION, text="Who worked on the Analytical Engine?")
    turns, last = await play(question, lambda queries: [hit(SOURCE)])
    assert turns[0].queries == (question.text,)
    assert last.answer == "Ada Lovelace"
    _, lost = await play(question, lambda queries: [])
    assert lost.answer == UNKNOWN


def test_no_role_is_given_what_only_the_judge_may_see():
    assert not {"answers", "masks", "lineage"} & set(Prompt.model_fields)
    assert LeakGuard().blocks("c:1#0") is False


async def test_chinese_blanks_are_filled_by_the_characters_around_them():
    text = "柏林是[mask]首都，位于[mask]畔，人口约350万人。"
    prompt = Prompt(kind=TaskKind.RAMP, title="柏林", text=text, num_masks=2, lang="zh")
    source = "柏林是德国首都，位于施普雷河畔，人口约350万人。"
    turns, step = await play(prompt, lambda queries: [hit(source)])
    assert step.answer == "德国\n施普雷河" and len(turns) == 2
