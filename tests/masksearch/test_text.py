import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.text import (
    contains_tokens,
    digest,
    encodable,
    normalise,
    printable,
    words_after,
    words_before,
)

words = st.text(alphabet="abcdefghij", min_size=2, max_size=6)
sentences = st.lists(words, max_size=12).map(" ".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  Eiffel-Tower, in a park!", "eiffeltower in park"),
        ("“Quoted” – text…", "quoted text"),
        ("ﬁne Ｗｉｄｅ", "fine wide"),
        ("東京。", "东 京"),
        ("臺灣、台湾", "台 湾 台 湾"),
        ("Ａda在1998年", "ada 在 1998 年"),
        ("an the A", ""),
        ("\u22125 km", "5 km"),
        ("Jean\u2011Luc", "jeanluc"),
    ],
)
def test_normalising_drops_case_articles_and_punctuation(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(sentences, sentences, sentences)
def test_tokens_stand_in_any_text_around_them(before: str, needle: str, after: str) -> None:
    assert contains_tokens(f"{before} {needle}, {after}", needle) is bool(needle)


@pytest.mark.parametrize(
    ("haystack", "needle"),
    [("a caterpillar", "cat"), ("new york", "york new"), ("anything", ""), ("anything", "the!")],
)
def test_parts_of_words_and_empty_needles_are_not_contained(haystack: str, needle: str) -> None:
    assert not contains_tokens(haystack, needle)


@given(st.lists(words, max_size=9), st.lists(words, max_size=9), st.integers(0, 12))
def test_words_around_a_position(before: list[str], after: list[str], count: int) -> None:
    text = " ".join(before) + "  " + "\n".join(after)
    position = len(" ".join(before)) + 1
    assert words_before(text, position, count).split() == before[max(0, len(before) - count) :]
    assert words_after(text, position, count).split() == after[:count]


def test_chinese_characters_are_words_around_a_position() -> None:
    text = "柏林是德国首都 Berlin"
    assert words_before(text, 3, 2) == "林是" and words_after(text, 3, 3) == "德国首"
    assert words_after(text, 5, 3) == "首都 Berlin" and words_before(text, 3, 0) == ""


def test_a_digest_is_stable_and_tells_parts_apart() -> None:
    assert digest("a", "b") == "f84c4d669fe0d410"
    assert digest("a", "b") != digest("ab") != digest("a", "", "b")
    assert len(digest("a", length=7)) == 7


@given(st.text(alphabet=st.characters(codec=None, categories=None), max_size=30))
def test_encodable_text_keeps_its_length_and_all_that_utf8_can_hold(text: str) -> None:
    kept = encodable(text)
    assert len(kept) == len(text)
    assert kept.encode().decode() == kept
    assert all(
        new == old or 0xD800 <= ord(old) <= 0xDFFF for new, old in zip(kept, text, strict=True)
    )


def test_a_page_cannot_drive_the_terminal_it_is_shown_on():
    shown = printable("red \x1b[31m, bell \x07, line\nand\ttab, \x9b5m")
    assert shown == "red \ufffd[31m, bell \ufffd, line\nand\ttab, \ufffd5m"
