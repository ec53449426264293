from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.characters import is_letter, plain, visible
from masksearch.scoring.blanks import exact_match, token_f1, token_recall
from masksearch.text import normalise

SAME = [
    ("٤٥٬٠٠٠", "45,000"),
    ("۱۳۴۰", "1340"),
    ("१२ मई १९३१", "12 मई 1931"),
    ("พ.ศ. ๒๔๗๔", "พ.ศ. 2474"),
    ("１９３１年", "1931年"),
    ("12\u202f000 km", "12,000 km"),
    ("12 345 678", "12.345.678"),
    ("دِمَشْق", "دمشق"),
    ("كتاب", "کتاب"),
    ("ســلام", "سلام"),
    ("שָׁלוֹם", "שלום"),
    ("Пу\u0301шкин", "Пушкин"),
    ("Tal\u00advik", "Talvik"),
    ("\u200f1961\u200f", "1961"),
    ("\ufeffHa\u0300 No\u0302\u0323i", "Hà Nội"),
    ("کتاب\u200cخانه", "کتابخانه"),
    ("İstanbul", "istanbul"),
    ("か\u3099く", "がく"),
    ("९०।", "90"),
]
OTHERS = [("Müller", "Muller"), ("दिल्ली", "दलल"), ("12 000", "12 0000"), ("й", "и"), ("45", "54")]


@pytest.mark.parametrize(("said", "wanted"), SAME)
def test_what_a_reader_takes_for_the_same_is_right(said, wanted):
    assert exact_match(said, [wanted]) and exact_match(wanted, [said])
    assert token_recall(said, [wanted]) == token_f1(said, [wanted]) == 1


@pytest.mark.parametrize(("said", "wanted"), OTHERS)
def test_what_a_reader_tells_apart_is_not(said, wanted):
    assert not exact_match(said, [wanted])


wild = st.text(st.characters(codec="utf-8"), max_size=30)


@given(wild)
def test_the_plain_form_is_the_same_whichever_way_a_text_is_composed(text):
    assert plain(normalize("NFD", text)) == plain(normalize("NFC", text))
    assert plain(plain(text)) == plain(text)


@given(wild, st.sampled_from("\u00ad\u200b\u200e\u200f\u2060\ufeff"), st.integers(0, 30))
def test_what_cannot_be_seen_counts_nowhere(text, unseen, at):
    spoilt = text[:at] + unseen + text[at:]
    assert visible(spoilt) == visible(text)
    assert normalise(spoilt) == normalise(text)


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_ascii_is_lower_case(text):
    assert plain(text) == text.lower()


def test_marks_are_of_their_word():
    assert is_letter("\u093f") and is_letter("\u0301") and is_letter("_")
    assert not is_letter("\u200d") and not is_letter("-")
