import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.report.evidence import Piece, blanks, marked
from masksearch.text import contains_tokens

words = st.lists(
    st.sampled_from(["the", "Tin", "tin,", "(salt)", "a", "1,843", "“peat”", "Ard", "東京", "-"]),
    max_size=12,
).map(" ".join)


def found(text, *answers):
    return [(piece.text, piece.blank) for piece in marked(text, answers) if piece.blank]


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("by Iona Kestrel, a merchant", "Iona Kestrel", "Iona Kestrel"),
        ("by IONA  kestrel.", "Iona Kestrel", "IONA  kestrel"),
        ("(Haida)", "Haida", "Haida"),
        ("in 1,843 or so", "1843", "1,843"),
        ("the Hague", "The Hague", "Hague"),
        ("“apple”", "apple", "apple"),
        ("राजा हिन्दी है", "हिन्दी", "हिन्दी"),
        ("私は東京都に", "東京", "東京"),
    ],
)
def test_an_answer_is_marked_as_it_stands_in_the_text(text, answer, expected):
    assert found(text, [answer]) == [(expected, 1)]


@pytest.mark.parametrize(
    ("text", "answer"), [("tinker", "tin"), ("Iona of Kestrel", "Iona Kestrel"), ("a the", "the")]
)
def test_only_whole_tokens_in_a_row_are_marked(text, answer):
    assert found(text, [answer]) == []


def test_every_blank_and_every_alias_is_marked_by_its_number():
    text = "Tin and salt, and again tin"
    assert found(text, ["tin"], ["NaCl", "salt"]) == [("Tin", 1), ("salt", 2), ("tin", 1)]


def test_of_overlapping_answers_the_longest_is_marked():
    assert found("River Ard", ["River"], ["River Ard"]) == [("River Ard", 2)]


@given(words, words)
def test_a_text_is_marked_where_scoring_finds_the_answer_and_is_never_changed(text, answer):
    pieces = marked(text, [[answer]] if answer else [])
    assert "".join(piece.text for piece in pieces) == text
    assert any(piece.blank for piece in pieces) == contains_tokens(text, answer)


@given(st.text(), st.text(min_size=1))
def test_any_text_is_kept_whole(text, answer):
    assert "".join(piece.text for piece in marked(text, [[answer]])) == text


def test_masks_are_numbered_in_order():
    assert blanks("[mask] met [mask].") == [
        Piece("[mask]", 1),
        Piece(" met "),
        Piece("[mask]", 2),
        Piece("."),
    ]
    assert blanks("Who?") == [Piece("Who?")]
