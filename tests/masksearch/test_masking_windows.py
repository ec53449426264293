"""Windows: of whole sentences, as many as fit, in any language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.masking.windows import windows
from masksearch.schemas import Interval


@given(st.text(alphabet="ab .?!A\n\"'(;漢。", max_size=400), st.integers(80, 120))
def test_windows_are_short_and_cut_no_word(text, target):
    for start, end in windows(text, target):
        assert 0 <= start <= end <= len(text) and end - start <= target * 5 / 4
        assert start == 0 or text[start - 1].isspace() or text[start - 1] in "。\"'"
        assert end == len(text) or text[end].isspace() or text[end - 1] in "。\"'"


def test_windows_begin_and_end_with_sentences_past_abbreviations():
    text = "He was no. 1 in Rome. Mr. Smith of St. Ives came J. R. Ewing saw him. It rained a lot."
    found = [text[start:end] for start, end in windows(text, 80)]
    assert found == [
        "He was no. 1 in Rome. Mr. Smith of St. Ives came J. R. Ewing saw him.",
        "Mr. Smith of St. Ives came J. R. Ewing saw him. It rained a lot.",
    ]
    assert windows(text, None) == [Interval(0, len(text))]


def cut(text, target, lang="en"):
    return [text[start:end] for start, end in windows(text, target, lang)]


def test_a_window_has_as_many_sentences_as_fit():
    one, two, three = (f"{name} sentence goes on {'and on ' * 4}here." for name in "ABC")
    text = f"{one} {two} {three}"
    assert cut(text, 2 * len(one) + 1) == [f"{one} {two}", f"{two} {three}", three]


def test_a_longer_sentence_is_a_window_up_to_a_quarter_more_and_else_none():
    longer, longest = ("A" + " word" * n + "." for n in (18, 25))
    assert (len(longer), len(longest)) == (92, 127)
    assert cut(f"{longer} {longest}", 80) == [longer]
    assert cut(f"{longest} {longer}", 80) == [longer]
    assert cut(longest, 127) == [longest] and cut(longest + " Oh no.", 80) == []


@pytest.mark.parametrize(
    "torn",
    [
        "and so it is the end of a sentence of which the beginning is missing.",
        ", as it were, and this is the rest of one of them that was here.",
        "= 'feminine', and so on, with a list of words and their meaning here.",
        "These are the parts of it that are known to us as the following ones:",
        "He said (and it is not known what else he may have said there.",
        'She said "this is how it was and will be for all of us here.',
        "Er sagte „das ist so und bleibt es auch für alle Zeit hier.",
    ],
)
def test_a_window_is_neither_torn_nor_left_open(torn):
    whole = "This is a whole sentence that can very well stand alone."
    assert cut(f"{torn}\n\n{whole}", 80) == [whole]


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("zh", "柏林是德国的首都，也是德国最大的城市，位于施普雷河畔。"),
        ("ja", "彼は「はい。」と言って、東京から京都まで電車で行きました。"),
        ("hi", "भारत एक बड़ा देश है जिसकी राजधानी दिल्ली नाम का नगर है। "),
        ("ar", "هذه مدينة كبيرة جدا تقع على ضفاف نهر طويل في الشمال. "),
        ("th", "กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทยและมีคนมาก "),
        ("de", "Am 3. Oktober war im 19. Jh. z. B. Dr. Müller im Haus. "),
    ],
)
def test_windows_of_other_languages_are_of_whole_sentences(lang, sentence):
    found = cut(sentence * 6, 80, lang)
    assert found and all(set(one.split(sentence.strip())) <= {"", " "} for one in found)
