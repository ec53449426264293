from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.config import RampConfig
from masksearch.extractors import EXTRACTORS
from masksearch.schemas import Link, Passage, Span, SpanSource, SpanType
from masksearch.spans.build import build_spans
from masksearch.spans.links import LinkSpans, link_type, plain_title
from masksearch.spans.merge import merge_spans
from masksearch.spans.patterns import PatternSpans


def passage(text, links=(), lang="en"):
    return Passage(
        id="c:1#0", document_id="c:1", title="T", section="", text=text, start=0, end=len(text),
        links=links, lang=lang,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("born on 12 March 1998 in Rome", [("12 March 1998", "date")]),
        ("on March 12, 1998, she", [("March 12, 1998", "date")]),
        ("in May 1998 and in 1999.", [("May 1998", "date"), ("1999", "date")]),
        ("the 1990s and the 19th century", [("1990s", "date"), ("19th century", "date")]),
        ("in 480 BC at sea", [("480 BC", "date")]),
        ("cost $3.5 million in total", [("$3.5 million", "number")]),
        ("some 45% or 12 percent of", [("45%", "number"), ("12 percent", "number")]),
        ("is 8,848 metres high", [("8,848 metres", "number")]),
        ("had 12,345 of them", [("12,345", "number")]),
        ("version 1.2.3 of room 12 is B1999x at 3.14159", []),
        ("call 555-2000000 or 12345", []),
    ],
)
def test_patterns_find_dates_and_quantities_only(text, found):
    assert [(span.text, span.type) for span in PatternSpans().extract(passage(text))] == found


@given(st.text(alphabet="0123456789 ,.$%-MarchkmBC", max_size=40))
def test_pattern_spans_stand_where_they_say(text):
    for span in PatternSpans().extract(passage(text)):
        assert text[span.start : span.end] == span.text


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("de", "am 3. Oktober 1990 in Bonn", ["3. Oktober 1990"]),
        (
            "de",
            "im 19. Jahrhundert etwa 1.234,5 Kilometer",
            ["19. Jahrhundert", "1.234,5 Kilometer"],
        ),
        ("de", "in den 1990er Jahren 30 % davon", ["1990er Jahren", "30 %"]),
        ("fr", "le 1er mai 1886 à Lyon", ["1er mai 1886"]),
        ("fr", "au XIXe siècle, 12 345 habitants", ["XIXe siècle", "12 345 habitants"]),
        ("es", "el 12 de octubre de 1492 llegó", ["12 de octubre de 1492"]),
        ("it", "il 2 giugno 1946 nel XX secolo", ["2 giugno 1946", "XX secolo"]),
        ("pt", "em 7 de setembro de 1822 com 2 milhões", ["7 de setembro de 1822", "2 milhões"]),
        (
            "ru",
            "12 апреля 1961 года было 3,5 млн человек",
            ["12 апреля 1961 года", "3,5 млн человек"],
        ),
        ("ru", "в XIX веке и в 1998 году", ["XIX веке", "1998 году"]),
        ("bg", "на 3 март 1878 г. имаше 12 км", ["3 март 1878 г.", "12 км"]),
        ("zh", "他于1998年3月12日出生于北京", ["1998年3月12日"]),
        ("zh", "公元前221年秦统一，人口350万人", ["公元前221年", "350万人"]),
        ("zh", "二十世纪初面积891.8平方公里", ["二十世纪初", "891.8平方公里"]),
        ("zh", "一九四九年十月一日成立", ["一九四九年十月一日"]),
        ("zh-Hant", "於18世紀建成，耗資3億美元", ["18世紀", "3億美元"]),
        ("ja", "昭和20年8月15日に終わり、人口は1,234人", ["昭和20年8月15日", "1,234人"]),
        (
            "ko",
            "1945년 8월 15일에 면적 605.2제곱킬로미터",
            ["1945년 8월 15일", "605.2제곱킬로미터"],
        ),
        ("sv", "år 1999 kostade det $3.5 och 12 km", ["1999", "$3.5", "12 km"]),
    ],
)
def test_every_language_has_its_own_dates_and_quantities(lang, text, found):
    assert [span.text for span in PatternSpans().extract(passage(text, lang=lang))] == found


@pytest.mark.parametrize(
    ("shown", "target", "kind"),
    [
        ("1998", "1998", SpanType.DATE),
        ("4 July", "Independence Day", SpanType.DATE),
        ("Oxford University", "University of Oxford", SpanType.ORGANISATION),
        ("Paris", "Paris, Texas", SpanType.PLACE),
        ("River Thames", "River Thames", SpanType.PLACE),
        ("Jewel", "Jewel (singer)", SpanType.PERSON),
        ("gravity", "Gravity", SpanType.TERM),
        ("Haida", "Haida people", SpanType.ENTITY),
        ("42", "42", SpanType.NUMBER),
        ("12 March", "12 March", SpanType.DATE),
        ("19th century", "19th century", SpanType.DATE),
    ],
)
def test_links_are_typed_by_simple_signs(shown, target, kind):
    assert link_type(shown, target) is kind


def test_links_become_spans_with_their_target():
    (span,) = LinkSpans().extract(passage("near the Moon", (Link(9, 13, "Moon"),)))
    assert (span.text, span.target, span.source) == ("Moon", "Moon", SpanSource.LINK)


def test_a_title_loses_its_bracket_only():
    assert plain_title("Mercury (planet)") == "Mercury"
    assert plain_title("Mercury") == "Mercury"


@pytest.mark.parametrize(
    ("shown", "lang", "kind"),
    [
        ("1990年", "zh", SpanType.DATE),
        ("北京大学", "zh", SpanType.ORGANISATION),
        ("河北省", "zh", SpanType.PLACE),
        ("爱因斯坦", "zh", SpanType.ENTITY),
        ("3. Oktober", "de", SpanType.DATE),
        ("Gesetz", "de", SpanType.ENTITY),
        ("закон", "ru", SpanType.TERM),
    ],
)
def test_links_of_other_languages_are_typed_by_their_signs(shown, lang, kind):
    assert link_type(shown, shown, lang) is kind


def span(start, length, source):
    return Span(start=start, end=start + length, text="x" * length, type="term", source=source)


spans = st.builds(
    span, st.integers(0, 40), st.integers(1, 12), st.sampled_from([SpanSource.LINK, "pattern"])
)


@given(st.lists(spans, max_size=15))
def test_merged_spans_are_sorted_apart_and_leave_out_only_what_overlaps(found):
    merged = merge_spans(found)
    assert all(a.end <= b.start for a, b in pairwise(merged))
    assert all(any(s.start < kept.end and kept.start < s.end for kept in merged) for s in found)


def test_a_link_beats_a_longer_pattern_and_a_longer_link_a_shorter():
    link, inner, pattern = span(2, 6, "link"), span(4, 2, "link"), span(0, 20, "pattern")
    assert merge_spans([pattern, inner, link]) == [link]


def test_spans_over_the_same_text_become_one_that_knows_what_each_knew():
    link = span(2, 6, "link").model_copy(update={"type": SpanType.ENTITY, "target": "Page"})
    ner = span(2, 6, "ner").model_copy(update={"type": SpanType.PERSON})
    pattern = span(2, 6, "pattern").model_copy(update={"type": SpanType.NUMBER})
    (merged,) = merge_spans([pattern, ner, link])
    assert (merged.source, merged.type, merged.target) == ("link", "person", "Page")
    assert merge_spans([span(2, 6, "llm"), span(4, 9, "ner")]) == [span(4, 9, "ner")]


def test_the_recipe_names_the_extractors():
    both = passage("the Moon in 1969", (Link(4, 8, "Moon"),))
    assert [s.text for s in build_spans(RampConfig()).extract(both)] == ["Moon", "1969"]
    assert [s.text for s in build_spans(RampConfig(spans=("link",))).extract(both)] == ["Moon"]


CAPITALS = """
import re
from masksearch.schemas import Span

class Capitals:
    @classmethod
    def from_recipe(cls, config):
        return cls()

    def extract(self, passage):
        found = re.finditer(r"[A-Z]{2,}", passage.text)
        kind = {"type": "term", "source": "pattern"}
        return [Span(start=m.start(), end=m.end(), text=m[0], **kind) for m in found]
"""


def test_an_extractor_is_a_class_and_a_line(tmp_path, monkeypatch):
    (tmp_path / "capitals_extractor.py").write_text(CAPITALS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(EXTRACTORS, "capitals", "capitals_extractor.Capitals")
    extractor = build_spans(RampConfig(spans=("link", "capitals")))
    found = extractor.extract(passage("NASA saw the Moon", (Link(13, 17, "Moon"),)))
    assert [span.text for span in found] == ["NASA", "Moon"]
