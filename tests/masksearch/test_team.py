"""The extractive team: contexts, alignment, and its decisions turn by turn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.guards import LeakGuard
from masksearch.schemas import MASK, AnswerStyle, Hit, Prompt, TaskKind, Turn
from masksearch.team.alignment import Gap, best_fill, find_fill
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
    assert second.context == "and worked with Charles Babbage on the [mask]."


def test_a_context_begins_and_ends_with_words():
    """What stands beside a blank belongs to the words before it, or to what is cut."""
    first, second = blanks_of('The "[mask]", on 5 May, is like the (old) [mask], as of')
    assert first.context == 'The "[mask]", on 5 May'
    assert second.context == "on 5 May, is like the (old) [mask], as of"
    _, third = blanks_of('[mask], "he" and [mask] the rest (of it) all, said')
    assert third.context == '"he" and [mask] the rest (of it)'


def test_a_blank_with_hardly_a_word_of_its_own_is_told_with_its_neighbour():
    first, second, third = blanks_of("[mask] and [mask] are parts, a distance of [mask] (far).")
    assert first.context == "[mask] and [mask] are parts"
    _, second = blanks_of("Oil runs for 5 miles, almost [mask] ([mask]).")
    assert second.context == "Oil runs for 5 miles, almost [mask] ([mask])."
    assert third.context == "are parts, a distance of [mask] (far)."


def test_a_long_way_to_a_blank_is_cut():
    [blank] = blanks_of(" ".join(f"w{n}" for n in range(100)) + " [mask] end")
    assert blank.context == " ".join(f"w{n}" for n in range(70, 100)) + " [mask] end"


def filled(blank, text, find=find_fill):
    return find(Gap(blank, blank.before), text)


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
    fill = filled(blank, text)
    assert (fill and fill.text) == wanted


@pytest.mark.parametrize(
    ("masked", "text", "wanted"),
    [
        ("[mask] of those recaptured were near.", "It ended. 91% of those recaptured were near.", "91%"),
        ("[mask] of males can read.", "It was 70.4%. 82.9% of males can read.", "82.9%"),
        ("[mask] named the old family.", "Friedrich Müller named the old family.", "Friedrich Müller"),
        ("[mask] named the old family.", "then Müller named the old family.", None),
        ('in his essays such as "[mask]".', 'in his essays such as "Why Socialism?".', "Why Socialism?"),
        ("between them the trade came to [mask].", "The trade came to $400 million.", "$400 million"),
        (
            "siege and trench warfare were made outside [mask].",
            "Siege and trench warfare were made outside Petersburg, Virginia. Lincoln then",
            "Petersburg, Virginia",
        ),
        (
            "a distance of Canada to almost [mask].",
            "A distance of Canada to almost 2,000 miles. As",
            "2,000 miles",
        ),
        ("works made by the Disney studio ([mask],", "works made by the Disney studio (The", None),
        ("In [mask], the Supreme Court met.", "in harness. To fill a seat, the Supreme Court met.", None),
        ("the commander in [mask].", "the commander in-chief.", None),
        ("to St. [mask], where he lived.", "to St. John, where he lived.", "John"),
        ("lived in the [mask] until", "lived in the U.S. until", "U.S."),
    ],
)  # fmt: skip
def test_a_fill_is_the_span_s_own_words_or_none(masked, text, wanted):
    [blank] = blanks_of(masked)
    fill = filled(blank, text)
    assert (fill and fill.text) == wanted


LIST = 'has ideas, such as "descent", "[mask]", "[mask]", "affines" and [mask] ([mask]).'


async def test_blanks_side_by_side_are_told_apart_by_the_marks_between_them():
    golds = ["descent groups", "lineages", "almost 2,000 miles", "3,200 km"]
    source = LIST
    for gold in golds:
        source = source.replace(MASK, gold, 1)
    prompt = RAMP.model_copy(update={"text": LIST, "num_masks": 4})
    _, last = await play(prompt, lambda queries: [hit(f"One line. {source} More.")], max_turns=9)
    assert last.answer.splitlines() == golds


@given(st.data())
def test_what_is_quoted_is_a_stretch_of_what_was_shown(data):
    parts = st.text('ab cd, .("1é漢', max_size=30)
    masked = data.draw(parts) + MASK + data.draw(parts)
    [blank] = blanks_of(masked)
    shown = " ".join((data.draw(parts) + masked.replace(MASK, data.draw(parts))).split())
    if fill := filled(blank, shown):
        assert fill.quote.replace(f"[{fill.text}]", fill.text, 1) in shown
        assert f"[{fill.text}]" in fill.quote


def test_only_what_the_text_and_the_context_share_is_quoted():
    [blank] = blanks_of("Far away, the old lake is [mask], and deep.")
    fill = filled(blank, "north: the old lake is Como, and warm.")
    assert fill.quote == "the old lake is [Como], and"


def test_the_text_that_shares_more_words_wins_and_the_shorter_fill_breaks_a_tie():
    [blank] = blanks_of("was born in [mask] and worked with Charles")
    poor, rich = "born in Rome and worked alone", "was born in Paris and worked with Charles"
    assert filled(blank, [poor, rich], best_fill).text == "Paris"
    [the] = blanks_of("The [mask] of the country that is")
    text = "The relations of each. The 70% of the country that is flat"
    assert filled(the, [text], best_fill).text == "70%"


WORDS = st.lists(st.from_regex(r"[a-z]{3,8}", fullmatch=True), min_size=4, max_size=12, unique=True)


@given(WORDS, st.data())
def test_any_masked_words_are_found_again_in_their_own_text(words, data):
    at = data.draw(st.integers(2, len(words) - 2))
    masked = " ".join([*words[:at], MASK, *words[at + 1 :]])
    [blank] = blanks_of(masked)
    assert filled(blank, " ".join(words)).text == words[at]


@given(st.text(), st.text(), st.text())
def test_wild_text_is_aligned_without_an_error(before, after, text):
    filled(Blank(1, before, after), text)


async def test_the_team_takes_the_blanks_in_turn_and_quotes_what_it_found():
    turns, last = await play(RAMP, lambda queries: [hit(SOURCE)])
    assert [turn.thought.splitlines()[-1][:14] for turn in turns] == [
        "Blank 1 of 2: ",
        "Blank 2 of 2: ",
    ]
    assert turns[1].thought.splitlines()[:2] == [
        "Found: Ada Lovelace was born in [London] and worked with Charles",
        "That was 1 of 2.",
    ]
    assert turns[0].queries == ("Ada Lovelace Ada Lovelace was born in and worked with Charles",)
    assert last.answer == "London\nAnalytical Engine"


async def test_a_query_is_made_of_words_alone():
    prompt = RAMP.model_copy(update={"text": 'On "[mask]", she (then) met [mask].'})
    turns, _ = await play(prompt, lambda queries: [])
    assert turns[0].queries == ("Ada Lovelace On she (then) met",)
    assert all(any(map(str.isalnum, word)) for t in turns for q in t.queries for word in q.split())


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
