"""Where sentences end: in many languages, past abbreviations, and in wild text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.sentences import is_ended, sentences


@pytest.mark.parametrize(
    ("lang", "wanted"),
    [
        ("en", ["He came to the U.S. and won.", "In c. 1900 St. John was there.", "It was cold."]),
        ("en", ["The No. 5 ran at 3.5 miles.", '"Who was it?" he asked.', 'She said "Go on."', "Then"]),
        ("en", ["J. R. R. Tolkien wrote it (Zhang et al. 2015).", "Mr. Smith vs. Dr. Jones Jr. met."]),
        ("en", ["Some people (Peter et al. (2015), p. 7) came.", "No one else did."]),
        ("en", ["It is (this is a whole one.) all here.", "Yahoo! is a firm.", "Wait... he said."]),
        ("simple", ["Gen. Lee and Gov. Smith met on Jan. 5 in Ft. Worth.", "It rained."]),
        ("de", ["Am 3. Oktober 1990 kam er z. B. nach Berlin.", "Das 19. Jahrhundert war lang."]),
        ("de", ["Ludwig XIV. regierte ca. 72 Jahre.", "Dr. Müller sagte: „Nein.“", "Er ging dann."]),
        ("fr", ["M. Dupont est né en 1900.", "Il « dit : Non. » puis partit.", "Mme Roy vint."]),
        ("es", ["El Sr. y la Sra. Gil viven en EE. UU. y en Perú.", "¿Quién es?", "¡Ven ya!"]),
        ("ru", ["В 1900 г. он умер.", "А. С. Пушкин родился в г. Москве.", "Т. е. нет."]),
        ("pl", ["W XIX w. i 5 maja ok. 300 osób.", "Prof. Nowak przyszedł."]),
        ("hi", ["भारत एक देश है।", "डॉ. सिंह दिल्ली आए।"]),
        ("ar", ["ما هذا؟", "هذا كتاب جديد."]),
        ("hy", ["Սա գիրք է։", "Սա տուն է։"]),
        ("el", ["Τι είναι αυτό;", "Ένα βιβλίο."]),
        ("xx", ["Hello there.", "It is c. 1900 now."]),
        ("", ["Hello there.", "It is c. 1900 now."]),
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_ends_them(lang, wanted):
    text = "  ".join(wanted)
    assert [text[start:end] for start, end in sentences(text, lang)] == wanted


@pytest.mark.parametrize(
    ("lang", "wanted"),
    [
        ("zh", ["柏林是德国首都。", "他说：“你好。”", "真的吗？", "第2.5章很长！"]),
        ("ja", ["彼は「はい。」と言った。", "東京は首都である。"]),
        ("zh-TW", ["這是「臺灣」。", "人口約2,300萬；很多。"]),
    ],
)
def test_sentences_without_spaces(lang, wanted):
    text = "".join(wanted)
    assert [text[start:end] for start, end in sentences(text, lang)] == wanted


def test_thai_clauses_end_with_a_space_between_two_words_alone():
    text = "กรุงเทพเป็นเมืองหลวง มีคน 10 ล้านคน ในปี พ.ศ. 2560 ต่าง ๆ กัน"
    found = [text[start:end] for start, end in sentences(text, "th")]
    assert found[0] == "กรุงเทพเป็นเมืองหลวง"
    assert " ".join(found) == text
    assert all("10" not in one or "มีคน 10 ล้านคน" in one for one in found)
    assert not any(one.startswith(("2560", "ๆ", "ศ")) for one in found)


def test_a_single_word_is_no_sentence():
    text = "Ehret, Christopher. 1995. Reconstructing the past. It is a book."
    assert [text[start:end] for start, end in sentences(text, "en")] == [
        "Ehret, Christopher. 1995. Reconstructing the past.",
        "It is a book.",
    ]


def test_a_wrapped_line_goes_on_and_a_paragraph_ends():
    text = "One line that is wrapped\ngoes on here.\nNext one is here\n\nA last one"
    assert [text[start:end] for start, end in sentences(text, "en")] == [
        "One line that is wrapped\ngoes on here.",
        "Next one is here",
        "A last one",
    ]


def test_what_ends_with_a_stop():
    for text in ("So.", 'So."', "So?”)", "好。」", "है।"):
        assert is_ended(text, len(text))
    for text in ("So", "So,", "", "好"):
        assert not is_ended(text, len(text))


WILD = st.text(
    "ab AB漢。！？.,:;-–'\"()[]«»“”\n\t\r\u00a0\u2028\u0085\u3000\x0b\x1c_1é\u0301İ😀ក។ไท म।ع؟"
)


@given(WILD | st.text(), st.sampled_from(["en", "zh", "de", "th", "km", "am", "xx", ""]))
def test_sentences_of_wild_text_are_apart_and_leave_out_white_space_alone(text, lang):
    found, at = sentences(text, lang), 0
    for start, end in found:
        assert at <= start < end and not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()
