import tantivy
from hypothesis import given
from hypothesis import strategies as st

from masksearch.search.analysis import QueryAnalyser

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
    assert stems <= set(INDEXED.analyze(text))


def test_common_words_are_left_out_unless_there_are_no_others():
    assert ANALYSER.terms("who was the king of the hill, the king").words == ("king", "hill")
    assert ANALYSER.terms("the who").words == ("the", "who")
    assert ANALYSER.terms("?!").words == ()


def test_scripts_without_spaces_are_pairs_beside_the_words():
    terms = ANALYSER.terms("the iPhone手机壳 茶")
    assert (terms.words, terms.pairs) == (("iphone",), ("手机", "机壳", "茶"))
