import pytest
import tantivy
from hypothesis import given
from hypothesis import strategies as st

from masksearch.search.analysis import AS_IT_STANDS, QueryAnalyser, searchable

ANALYSER = QueryAnalyser()
# What tantivy does under the name `en_stem`.
INDEXED = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    .filter(tantivy.Filter.remove_long(40))
    .filter(tantivy.Filter.lowercase())
    .filter(tantivy.Filter.stemmer("english"))
    .build()
)
spaced = st.text(
    st.one_of(st.sampled_from("running flies İ'ß_-."), st.characters(max_codepoint=0x17F)),
    max_size=60,
)


@given(spaced)
def test_a_query_s_stems_are_among_those_that_its_text_is_indexed_with(text):
    stems = {ANALYSER.stem(word) for word in ANALYSER.terms(text).words}
    assert stems <= set(INDEXED.analyze(searchable(text)))


def test_common_words_are_left_out_unless_there_are_no_others():
    assert ANALYSER.terms("who was the king of the hill, the king").words == ("king", "hill")
    assert ANALYSER.terms("the who").words == ("the", "who")
    assert ANALYSER.terms("?!").words == ()


def test_scripts_without_spaces_are_pairs_beside_the_words():
    terms = ANALYSER.terms("the iPhone手机壳 茶")
    assert (terms.words, terms.pairs) == (("iphone",), ("手机", "机壳", "茶"))


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("في عام ١٩٥٥", "1955"),
        ("در سال ۱۳۴۰", "1340"),
        ("१९३१ में", "1931"),
        ("पुस्तक दिल्ली", "दिल्ली"),
        ("دِمَشْق", "دمشق"),
        ("Tal\u00advik", "talvik"),
        ("Пу\u0301шкин", "пушкин"),
        ("Ha\u0300 No\u0302\u0323i", "nội"),
        ("کتاب\u200cخانه", "کتابخانه"),
        ("İstanbul", "istanbul"),
        ("Ｗｉｄｅ", "wide"),
    ],
)
def test_a_query_in_other_characters_asks_for_the_same_word(written, asked):
    (word,) = ANALYSER.terms(asked).words
    assert word in ANALYSER.terms(written).words
    assert ANALYSER.stem(word) in INDEXED.analyze(searchable(written))


def test_an_older_index_is_asked_as_it_was_made():
    assert QueryAnalyser(AS_IT_STANDS).terms("عام ١٩٥٥").words == ("عام", "١٩٥٥")
