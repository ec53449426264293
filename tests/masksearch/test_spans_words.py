import pytest

from masksearch.schemas import Interval
from masksearch.spans.words import stands_alone


@pytest.mark.parametrize(
    ("text", "shown", "alone"),
    [
        ("in Paris, France", "Paris", True),
        ("the Parisian way", "Paris", False),
        ("the Anglo-Saxon king", "Saxon", False),
        ("位于施普雷河畔", "施普雷河", True),
        ("在Paris的人", "Paris", True),
        ("使用Linux2系统", "Linux", False),
        ("ドイツ語の", "ドイツ", True),
        ("ベルリンフィルは", "ベルリン", False),
        ("서울은 수도", "서울", True),
        ("서울역에서", "서울", False),
        ("대서울의", "서울", False),
        ("в Москве.", "Москв", False),
        ("_x_ y", "x", False),
        ("[বাংলাদেশ]ি", "বাংলাদেশ]", False),
        ("ב-1931 נפתח", "1931", True),
        ("בן-גוריון", "גוריון", False),
        ("1931'de açıldı", "1931", True),
        ("the 1990's", "1990", False),
        ("ราคา\u200bสูง", "ราคา", True),
        ("foo\u200bbar", "foo", False),
        ("서울은".encode().decode(), "서울", True),
    ],
)
def test_words_are_whole_in_languages_with_and_without_spaces(text, shown, alone):
    start = text.index(shown)
    assert stands_alone(text, Interval(start, start + len(shown))) is alone
