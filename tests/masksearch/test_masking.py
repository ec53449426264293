import random
import re
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from masksearch.config import RampConfig
from masksearch.masking.maskable import Names, Window, is_whole
from masksearch.masking.masks import APART, choose_masks
from masksearch.masking.tasks import Origin, accepted_answers, make_tasks
from masksearch.masking.windows import windows
from masksearch.rejection import Rejection
from masksearch.schemas import MASK, Interval, Link, Passage, Span, SpanType, Task
from masksearch.spans.build import build_spans
from masksearch.spans.words import is_cjk, stands_alone
from masksearch.text import CJK, simplified

FILLER = ["the", "old", "harbour", "was", "built", "by", "people", "from", "nearby", "and", "of"]
NAMES = ["Norwich", "Ada Byron", "1984", "Lee", "gravity", "12 km", "Øresund", "漢字", "St. Ives"]
MARKS = [". ", ", ", " (", ") ", "-", "'s ", "\n", '"', " [", "] "]


@st.composite
def passages(draw):
    """Passages with links anywhere, also inside words, over names that come again."""
    text, links = "", []
    for _ in range(draw(st.integers(5, 60))):
        name = draw(st.booleans())
        word = draw(st.sampled_from(NAMES if name else FILLER))
        if name:
            links.append(Link(len(text), len(text) + len(word), word))
        text += word + draw(st.sampled_from([" ", " ", " ", *MARKS]))
    title = draw(
        st.sampled_from(["Norwich", "Byron family", "Harbours", "Anything", "1984 (novel)"])
    )
    return Passage(
        id=f"c:{draw(st.integers(0, 9))}#0", document_id="c:1", title=title, section="",
        text=text, start=0, end=len(text), links=tuple(links),
    )  # fmt: skip


def tasks_of(passage, num_masks, config):
    config = config.model_copy(update={"num_masks": (num_masks,)})
    return next(make_tasks(passage, build_spans(config).extract(passage), config, Origin("hash")))


# Words drawn at random seldom make sentences that fit a window.
@given(passages(), st.integers(1, 4), st.sampled_from([None, 80, 150]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_a_task_keeps_every_promise(passage, num_masks, window_chars):
    config = RampConfig(window_chars=window_chars)
    task = tasks_of(passage, num_masks, config)
    assume(isinstance(task, Task))
    start, end = task.window
    window = passage.text[start:end]
    assert task.unmasked() == window
    assert window_chars is None or len(window) <= window_chars * 5 / 4
    assert task.prompt.text.count(MASK) == task.num_masks == len(task.masks) == num_masks
    assert all(a.end <= b.start for a, b in pairwise(task.masks))
    for mask, (gold, *_) in zip(task.masks, task.answers, strict=True):
        assert window[mask.start : mask.end] == gold
        around = f" {window} "[mask.start], f" {window} "[mask.end + 1]
        assert not any(character.isalnum() for character in around)
        assert not re.search(rf"(?<!\w){re.escape(gold)}(?!\w)", task.prompt.text, re.IGNORECASE)
        assert not set(gold.lower().split()) & set(passage.title.lower().split())
    assert tasks_of(passage, num_masks, config) == task


def test_a_passage_without_a_window_says_so():
    text = "On it goes" + " and on" * 40 + " as far as Norwich was in 1990."
    rejected = tasks_of(plain(text, "Ways"), 1, RampConfig(window_chars=80))
    assert rejected.reason == "no sentence fits the window"


def shuffled(spans, seed):
    rng = random.Random(seed)
    return lambda: rng.sample(spans, len(spans))


def spans_at(starts):
    return [
        Span(start=start, end=start + 5, text="xxxxx", type="term", source="link")
        for start in starts
    ]


@given(
    st.lists(st.integers(0, 60), unique=True, max_size=12),
    st.integers(1, 4),
    st.integers(0, 99),
)
def test_masks_are_chosen_exactly_and_without_replacement(places, count, seed):
    spans = spans_at(5 * place for place in places)
    chosen = choose_masks(count, shuffled(spans, seed), APART)
    assert len(chosen) == (count if len(spans) >= count else 0)
    assert len({span.start for span in chosen}) == len(chosen)
    assert list(chosen) == sorted(chosen, key=lambda span: span.start)


@given(st.integers(0, 200))
def test_masks_keep_apart_where_they_can_and_stand_close_where_they_cannot(seed):
    clustered = spans_at([0, 6, 12, 18, 100, 106, 200])
    for count in (2, 3):
        chosen = choose_masks(count, shuffled(clustered, seed), APART)
        gaps = [b.start - a.end for a, b in pairwise(chosen)]
        assert len(chosen) == count and all(gap >= APART for gap in gaps)
    assert len(choose_masks(2, shuffled(spans_at([0, 6]), seed), APART)) == 2


@pytest.mark.parametrize(
    ("text", "shown", "whole"),
    [
        ("in Paris, France", "Paris", True),
        ("in (Paris) then", "Paris", True),
        ("in Darwin's house", "Darwin", False),
        ("the Anglo-Saxon king", "Saxon", False),
        ("from 1990–1995 on", "1990", False),
        ("the Parisian way", "Paris", False),
        ("a b c", "b", False),
        ("one the two", "the", False),
        ("a b c d e f g h i j k l", "a b c d e f g h i j k", False),
    ],
)
def test_only_whole_words_with_something_to_say_are_masked(text, shown, whole):
    start = text.index(shown)
    assert is_whole(text, Interval(start, start + len(shown))) is whole


@pytest.mark.parametrize(
    ("text", "title", "touches"),
    [
        ("Albania", "Albania", True),
        ("Albanian", "History of Albania", True),
        ("anarchist", "Anarchism", True),
        ("metals", "Alkali metal", True),
        ("Grand Canyon", "Canyon (band)", True),
        ("Austria", "Australia", False),
        ("House of Lords", "Lake of Fire", False),
        ("1999", "1990s", False),
    ],
)
def test_the_title_and_its_forms_are_never_masked(text, title, touches):
    assert Names(title).touched(text) is touches


@pytest.mark.parametrize(
    ("text", "wanted", "once"),
    [
        ("near york and New York City", "New York", True),
        ("New York, new york", "New York", False),
        ("a carambola, two carambolas", "carambola", False),
        ("New\nYork and New York", "New York", False),
        ("the grandmother of a mother", "mother", True),
    ],
)
def test_an_answer_must_not_be_visible_elsewhere(text, wanted, once):
    padded = f"{text} stood there, and six further words came behind."
    found = re.search(rf"\b{wanted}\b", padded)
    start, end = found.span()
    span = Span(start=start, end=end, text=found[0], type="term", source="link")
    window = Window(plain(padded), Interval(0, len(padded)), Names("Title"))
    assert bool(window.maskable([span])) is once


def test_a_namesakes_title_is_accepted_and_nothing_wider():
    link = Span(start=0, end=7, text="Georgia", type="place", source="link")
    assert accepted_answers(link.model_copy(update={"target": "Georgia (country)"})) == (
        "Georgia",
        "Georgia (country)",
    )
    for target in ("Georgia", "georgia", "Atlanta", "Georgia State (team)", ""):
        assert accepted_answers(link.model_copy(update={"target": target})) == ("Georgia",)


def plain(text, title="Title"):
    return Passage(
        id="c:1#0", document_id="c:1", title=title, section="", text=text, start=0, end=len(text)
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("the harbour of the town was built in 1984 with a [mask] in it", "literal"),
        ("the harbour of the town was built in 1984 by the people of it", "too few spans"),
        ("the harbour of the town was built by the people of the place", "no spans"),
    ],
)
def test_a_passage_that_cannot_be_masked_says_why(text, reason):
    rejected = tasks_of(plain(text), 2, RampConfig())
    assert isinstance(rejected, Rejection) and reason in rejected.reason


def test_only_the_types_of_the_recipe_are_masked():
    text = "the harbour of the town was built in 1984 by the people for $20 million in all"
    config = RampConfig(span_types=(SpanType.NUMBER,))
    task = tasks_of(plain(text), 1, config)
    assert task.answers == (("$20 million",),) and task.mask_types == (SpanType.NUMBER,)
    assert task.lineage.passage_id == "c:1#0" and task.lineage.corpus_hash == "hash"


def test_a_mask_has_words_around_it():
    text = "In 1984 he came. " + "Then nothing was heard of him again for a very long time. "
    assert tasks_of(plain("It was 1984 then."), 1, RampConfig()).reason == "too few spans"
    assert isinstance(tasks_of(plain(text), 1, RampConfig()), Task)


def test_all_tasks_of_a_passage_differ_and_the_number_of_masks_follows_its_shares():
    words = [f"Norwich{n} was built in {1700 + n} and then" for n in range(12)]
    counts = Counter()
    for page in range(300):
        one = plain(" ".join(words)).model_copy(update={"id": f"c:{page}#0"})
        config = RampConfig(num_masks=(1, 2, 4), num_masks_shares=(6, 3, 1), tasks_per_passage=3)
        found = list(make_tasks(one, build_spans(config).extract(one), config, Origin("hash")))
        assert len({task.id for task in found}) == 3
        counts.update(task.num_masks for task in found)
    assert 480 <= counts[1] <= 600 and 210 <= counts[2] <= 330 and 50 <= counts[4] <= 130


def test_shares_must_fit_the_numbers_of_masks():
    with pytest.raises(ValueError, match="a share for each"):
        RampConfig(num_masks=(1, 2), num_masks_shares=(1,))


def chinese(text, spans, title="柏林"):
    links = [Link(text.index(span), text.index(span) + len(span), span) for span in spans]
    return plain(text, title).model_copy(update={"lang": "zh", "links": tuple(links)})


BERLIN = (
    "柏林是德国首都，也是德意志联邦共和国最大的城市。1990年10月3日，两德重新统一，"
    "柏林重新成为首都。该市位于施普雷河畔，人口约350万人，勃兰登堡门建于18世纪。"
)


def test_chinese_is_masked_by_whole_spans_and_the_title_is_not():
    passage = chinese(BERLIN, ["施普雷河", "勃兰登堡门", "柏林"])
    spans = build_spans(RampConfig()).extract(passage)
    window = Interval(0, len(BERLIN))
    shown = [span.text for span in Window(passage, window, Names(passage.title)).maskable(spans)]
    assert shown == ["1990年10月3日", "施普雷河", "350万人", "勃兰登堡门", "18世纪"]
    task = tasks_of(passage, 4, RampConfig())
    assert task.unmasked() == BERLIN and task.prompt.text.count(MASK) == 4


def test_the_title_is_known_in_both_scripts_of_chinese():
    text = "這座城市的首都是臺灣最大的城市之一，臺灣大學在此建立，並且有許多河流經過這裡。"
    passage = chinese(text, ["臺灣大學", "河流"], title="台湾")
    window = Interval(0, len(text))
    spans = build_spans(RampConfig(spans=("link",))).extract(passage)
    assert [
        span.text for span in Window(passage, window, Names(passage.title)).maskable(spans)
    ] == ["河流"]


def test_chinese_windows_end_with_sentences_and_are_short():
    text = BERLIN * 3
    found = [text[start:end] for start, end in windows(text, 80, "zh")]
    assert len(found) > 3 and all(len(window) <= 100 for window in found)
    assert all(window.endswith("。") for window in found)


LETTERS = (
    "abAB 漢字柏林台臺ドイツのは서울은에 Мир 129.,:;-–'\"()[]。，、！\n\t\u00a0_%$€é\u0301ßİ😀"
)


@st.composite
def wild_passages(draw):
    """Text of many scripts with links anywhere, as a broken page may give."""
    text = draw(st.text(alphabet=LETTERS, max_size=160) | st.text(max_size=60))
    ends = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    places = draw(st.lists(ends, max_size=8))
    links = tuple(Link(min(p), max(p), draw(st.text(max_size=4))) for p in places)
    lang = draw(st.sampled_from(["en", "zh", "zh-Hant", "ja", "ko", "de", "ru", "xx", ""]))
    title = draw(st.text(alphabet=LETTERS, max_size=6) | st.text(max_size=6))
    return plain(text, title).model_copy(update={"lang": lang, "links": links})


def beginnings(text, wanted):
    """At how many words `wanted` begins, whatever its case; every character of CJK is a word."""
    text, wanted = (simplified(" ".join(each.lower().split())) for each in (text, wanted))
    inside = "" if is_cjk(wanted[0]) else rf"(?<![^\W{CJK}])"
    return len(re.findall(f"(?={inside}{re.escape(wanted)})", text))


@given(
    wild_passages(),
    st.sampled_from(["random", "weighted", "perplexity"]),
    st.sampled_from([None, 80]),
)
@settings(max_examples=300, deadline=None)
def test_wild_text_in_any_language_breaks_no_promise(passage, strategy, window_chars):
    config = RampConfig(strategy=strategy, window_chars=window_chars, tasks_per_passage=3)
    spans = build_spans(config).extract(passage)
    found = list(make_tasks(passage, spans, config, Origin("hash")))
    assert found == list(make_tasks(passage, spans, config, Origin("hash")))
    named = Names(passage.title)
    for task in found:
        if isinstance(task, Rejection):
            continue
        window = passage.text[task.window.start : task.window.end]
        assert task.unmasked() == window
        assert task.prompt.text.count(MASK) == task.num_masks == len(task.masks)
        assert all(a.end <= b.start for a, b in pairwise(task.masks))
        for mask, (gold, *_) in zip(task.masks, task.answers, strict=True):
            assert window[mask.start : mask.end] == gold and stands_alone(window, mask)
            assert not named.touched(gold) and beginnings(window, gold) == 1


FIVE = (
    "The harbour of Talvik was opened on 12 May 1931 by the mayor and it handled 45,000 tonnes of "
    "timber in the first year alone. By 1955 the old wooden pier had been replaced by a concrete "
    "quay of 320 metres, and the railway reached the town in 1961 after long delays."
)


@pytest.mark.parametrize("strategy", ["random", "weighted", "perplexity"])
@pytest.mark.parametrize(("wanted", "made"), [(3, 3), (5, 5), (10, 5), (50, 5)])
def test_as_many_different_tasks_are_made_as_there_are(strategy, wanted, made):
    config = RampConfig(num_masks=(1,), tasks_per_passage=wanted, strategy=strategy)
    spans = build_spans(config).extract(plain(FIVE))
    found, again = (list(make_tasks(plain(FIVE), spans, config, Origin("h"))) for _ in range(2))
    tasks = [task for task in found if isinstance(task, Task)]
    assert found == again and len({task.id for task in tasks}) == len(tasks) == made
    assert [one.reason for one in found if isinstance(one, Rejection)] == ["no new masks"] * (
        wanted > made
    )


def test_all_combinations_of_masks_are_made_where_all_are_wanted():
    config = RampConfig(num_masks=(1, 2, 4), tasks_per_passage=100)
    spans = build_spans(config).extract(plain(FIVE))
    found = list(make_tasks(plain(FIVE), spans, config, Origin("h")))
    made = Counter(task.num_masks for task in found if isinstance(task, Task))
    assert made == {1: 5, 2: 10, 4: 5}


def test_more_tasks_begin_with_those_that_fewer_are():
    made = []
    for wanted in (3, 8):
        config = RampConfig(num_masks=(1, 2), tasks_per_passage=wanted)
        spans = build_spans(config).extract(plain(FIVE))
        made.append(list(make_tasks(plain(FIVE), spans, config, Origin("h"))))
    assert made[1][:3] == made[0]


def test_an_answer_is_seen_elsewhere_in_other_digits_or_without_its_marks():
    text = "في المدينة القديمة الكبرى بلغ عدد السكان في دمشق عام ١٩٥٥ ثم نما في دِمَشْق عام 1955 كثيرا"
    spans = build_spans(RampConfig()).extract(plain(text).model_copy(update={"lang": "ar"}))
    assert spans and list(make_tasks(plain(text), spans, RampConfig(), Origin("h")))[-1].reason == (
        "too few spans"
    )
