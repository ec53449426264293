import pytest

from masksearch.config import CorpusConfig, QualityConfig
from masksearch.corpus.passages import passages
from masksearch.language import base_language
from masksearch.quality.filters import refusal
from masksearch.schemas import Document, Passage
from masksearch.spans.languages import patterns


@pytest.mark.parametrize(
    ("code", "base"),
    [
        ("en", "en"),
        ("zh-tw", "zh"),
        ("zh_Hant", "zh"),
        ("zh-TW", "zh"),
        ("de-ch", "de"),
        ("pt-br", "pt"),
        ("de_CH.UTF-8", "de"),
        ("sr-latn", "sr"),
        ("simple", "en"),
        ("zh-yue", "yue"),
        ("zh-min-nan", "nan"),
        ("be-x-old", "be"),
        ("iw", "he"),
        ("nb-NO", "no"),
        ("", ""),
    ],
)
def test_a_regional_code_is_of_its_language(code, base):
    assert base_language(code) == base


@pytest.mark.parametrize("lang", ["zh-tw", "zh-hk", "ja", "zh_Hans"])
def test_chinese_counts_double_whatever_its_region(lang):
    text = "這座城市位於北方的海邊，港口工程於五月啟用。" * 5
    document = Document(id="c:1", corpus="c", title="T", text=text, lang=lang)
    (found,) = passages(document, CorpusConfig(min_chars=200))
    assert isinstance(found, Passage)


def test_a_region_has_the_words_of_its_language_and_passes_for_it():
    assert patterns("pt-br") == patterns("pt") != patterns("xx")
    one = Passage(
        id="c:1#0", document_id="c:1", title="T", section="", text="T", start=0, end=1, lang="pt-br"
    )
    assert not refusal(one, QualityConfig(languages=("pt",)))
    assert refusal(one, QualityConfig(languages=("es",)))
