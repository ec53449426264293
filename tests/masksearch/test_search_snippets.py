import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.search.snippets import cut_words, query_words, snippet
from masksearch.text import CJK, tokens

WORD = re.compile(rf"[{CJK}]|[^\s{CJK}]+")
FILLER = "lorem ipsum dolor sit amet consectetur " * 20


def test_a_short_text_is_shown_whole():
    assert snippet("  a short text ", "query", 15) == "  a short text "


def test_the_window_holds_the_quoted_context_and_what_stands_between():
    text = FILLER + "the treaty was signed in Vienna on the last day " + FILLER
    assert "signed in Vienna on the last" in snippet(text, "treaty was signed in on the last", 80)


def test_words_in_the_query_order_beat_the_same_words_scattered():
    scattered = "river dolor of amet lord sit silver dolor the "
    text = scattered + FILLER + "the lord of the silver river came " + FILLER
    assert "lord of the silver river" in snippet(text, "lord of the silver river", 60)


def test_the_match_is_centred():
    text = FILLER + "needle " + FILLER
    shown = snippet(text, "needle", 107)
    assert abs(shown.index("needle") - 50) < 12


def test_common_words_do_not_outweigh_a_rare_one():
    text = "it was the and of that in on at by " + FILLER + "Xanadu"
    assert "Xanadu" in snippet(text, "on of was that Xanadu by the", 40)


def test_a_text_without_spaces_is_cut():
    assert snippet("長" * 100, "長", 10) == "長" * 10


def test_a_query_that_is_nowhere_shows_the_beginning():
    assert snippet("alpha beta " * 50, "zzz", 20) == "alpha beta alpha"


@pytest.mark.parametrize("case", ["NEEDLE", "needle,", "(Needle)"])
def test_case_and_punctuation_do_not_matter(case):
    assert case in snippet(f"{FILLER} {case} {FILLER}", "Needle", 40)


@given(
    text=st.lists(st.text("abc é,.長\n", max_size=9)).map(" ".join),
    query=st.text("abc é长", max_size=30),
    max_chars=st.integers(10, 80),
)
def test_a_snippet_is_a_run_of_whole_words_within_its_length(text, query, max_chars):
    shown = snippet(text, query, max_chars)
    assert shown in text
    assert len(shown) <= max_chars
    words, got = WORD.findall(text), WORD.findall(shown)
    if max(map(len, words), default=0) <= max_chars and len(text) > max_chars:
        assert any(words[at : at + len(got)] == got for at in range(len(words)))


@given(
    text=st.lists(st.text("ab é,長北京。", max_size=9), max_size=30).map(" ".join),
    query=st.text("ab長北京", max_size=8),
    max_words=st.integers(8, 20),
)
def test_a_snippet_has_no_more_tokens_than_it_may(text, query, max_words):
    shown = snippet(text, query, 500, max_words)
    assert shown in text and len(tokens(shown)) <= max_words
    assert len(tokens(cut_words(text, max_words))) <= max_words


def test_chinese_is_cut_where_the_query_s_letters_stand_together():
    text = "京" * 40 + "南京有长江。" + "北" * 40 + "北京是首都。" + "京" * 40
    assert "北京是首都" in snippet(text, "北京首都", 12)


def test_the_words_of_a_query_are_found_for_highlighting_common_ones_left_out():
    text = "The Tower of London, 北京"
    found = [text[start:end] for start, end in query_words(text, "the tower 京?")]
    assert found == ["Tower", "京"]


STORY = (
    "The town lies on a river, as far as one knows. In c. 1900 St. John was built there, "
    "at a cost of $2,000. Its bridge was the longest of all. Nobody has ever crossed it."
)


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (60, "In c. 1900 St. John was built there,"),
        (80, "In c. 1900 St. John was built there, at a cost of $2,000."),
        (98, "Its bridge was the longest of all."),
        (125, "In c. 1900 St. John was built there, at a cost of $2,000."),
    ],
)
def test_whole_sentences_are_shown_or_else_whole_clauses(room, shown):
    found = snippet(STORY, "St. John was built", room)
    assert shown in found and len(found) <= room
    assert found[0].isupper() and found[-1] in ".,"


def test_a_clause_that_does_not_fit_is_cut_between_words_and_ends_where_its_sentence_does():
    text = "Long ago, the people " + "of this town " * 9 + "built a wall. Then they left it alone."
    found = snippet(text, "built a wall", 50)
    assert found.endswith("town built a wall.") and len(found) > 40


def test_chinese_sentences_are_shown_whole():
    text = "南京有长江，很长。北京是首都，人口很多。上海在东边，也很大。" * 3
    assert snippet(text, "北京首都", 16) == "北京是首都，人口很多。"
