"""Figures and dates whole in every language, script, grouping and scale."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masksearch.config import RampConfig
from masksearch.masking.maskable import Names, Window
from masksearch.schemas import Interval, Link, Passage
from masksearch.spans.build import build_spans
from masksearch.spans.folding import folded
from masksearch.spans.whole_figures import cuts_figure, whole_figures

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "fixtures" / "figures.jsonl").read_text().splitlines()
]
BEFORE = "The pipeline that crosses the whole northern plain of the land is "
AFTER = " and it was filled by the men who lived there at that time."


def passage(text, lang="en", links=()):
    return Passage(
        id="c:1#0", document_id="c:1", title="T", section="", text=text, start=0, end=len(text),
        links=links, lang=lang,
    )  # fmt: skip


def maskable(text, lang="en", links=()):
    """The texts that may be masked in a passage."""
    one = passage(text, lang, links)
    window = Window(one, Interval(0, len(text)), Names(one.title))
    return [span.text for span in window.maskable(build_spans(RampConfig()).extract(one))]


def marked(text):
    """A text without the brackets around its figures, and the figures."""
    pieces = [piece.partition("⟧") for piece in text.split("⟦")]
    return text.replace("⟦", "").replace("⟧", ""), [figure for figure, end, _ in pieces if end]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["lang"])
def test_dates_and_figures_are_whole_in_every_language(row):
    text, figures = marked(row["text"])
    assert maskable(text, row["lang"]) == figures


def test_a_fraction_in_korean_is_not_minutes():
    assert (
        maskable("이 도시의 주민 가운데 약 3분의 1 정도가 북쪽 해안에 살고 있었다고 한다.", "ko")
        == []
    )


def test_the_languages_of_the_table_are_all_there():
    wanted = "en de fr es it pt nl sv pl cs ru uk el tr he ar fa hi bn th vi id zh ja ko"
    assert {row["lang"].partition("-")[0] for row in ROWS} == set(wanted.split())


@pytest.mark.parametrize(
    ("lang", "figure"),
    [
        ("en", "12,000 km"),
        ("en", "12\u202f000 km"),
        ("en", "12\u2009000 km"),
        ("en", "45 000 tonnes"),
        ("en", "\u221210 °C"),
        ("en", "-10 °C"),
        ("en", "12,34,567 people"),
        ("en", "US$45,000"),
        ("en", "US$121.4 Billion"),
        ("en", "₹4.5 lakh crore"),
        ("en", "2 million 300 thousand people"),
        ("en", "$3 billion"),
        ("en", "45 million USD"),
        ("en", "1,480 BC"),
        ("en", "12th of May 1931"),
        ("en", "5 feet 10 inches"),
        ("fi", "4,5 miljoonaa"),
        ("de", "1,2 Mrd. €"),
        ("it", "1° maggio 1931"),
        ("es", "1.º de mayo de 1931"),
        ("en", "12’345’678"),
        ("de", "12\u00a0000 Einwohner"),
        ("de", "3,5 Mrd. Euro"),
        ("fr", "12\u202f345\u202f678"),
        ("pl", "1\u00a0123 km"),
        ("ru", "1\u00a0234,5 тыс. человек"),
        ("vi", "4,5 nghìn tỷ đồng"),
        ("tr", "%45"),
        ("ar", "٤٥٬٠٠٠ نسمة"),
        ("ar", "1350 هـ"),
        ("ar", "١٩٥٥م"),
        ("fa", "۱۳۴۰ هجری شمسی"),
        ("hi", "४५,००० टन"),
        ("sw", "12\u00a0345"),
        ("de", "–40 °C"),
        ("en", "–$5 million"),
        ("ru", "1930-х годах"),
        ("uk", "1930-х роках"),
        ("bg", "1930-те години"),
    ],
)
def test_a_figure_is_masked_whole(lang, figure):
    assert maskable(BEFORE + figure + AFTER, lang) == [figure]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("zh", "这座城市位于北方的海边，人口⟦12万3456人⟧，港口工程共花费⟦2亿3000万元⟧很多。"),
        ("zh", "这座城市位于北方的海边，于⟦民国九十二年⟧铁路通车，⟦光绪二十九年⟧建城，很好。"),
        ("zh", "这座城市位于北方的海边，于⟦1931至1945年⟧有很多人来到这里居住生活。"),
        ("zh", "这座城市位于北方的海边，于景初三年或者永平二十三年有很多人来到这里。"),
        ("zh", "这座城市位于北方的海边，大约有1,200多万人来到这里，或者10至20万人居住。"),
        ("zh", "这座城市位于北方的海边，很多年以前⟦1931年⟧有人来到这里，⟦前221年⟧秦统一。"),
        ("ja", "この町は北海道の北部にある港町で、⟦昭和三十年⟧に、また⟦令和元年⟧に鉄道が通った。"),
        ("ja", "この町は北海道の北部にある港町で、⟦永禄3年⟧に、また架空3年に鉄道が通った。"),
        ("ja", "この町は北海道の北部にある港町で、⟦１２，３４５人⟧が多くの家に住むようになった。"),
    ],
)
def test_chinese_and_japanese_figures_are_whole(lang, text):
    text, figures = marked(text)
    assert maskable(text, lang) == figures


@pytest.mark.parametrize(
    ("lang", "text", "shown"),
    [
        ("en", "some 12 000 km", "000 km"),
        ("en", "some 12\u00a0000 km", "12"),
        ("en", "at -10 °C", "10 °C"),
        ("en", "at −10 °C", "10 °C"),
        ("en", "for US$45,000", "45,000"),
        ("en", "at –40 °C", "40 °C"),
        ("en", "a 5 –7 km way", "7 km"),
        ("en", "some 1.5×10^6 kg", "6 kg"),
        ("en", "some 6.02×10²³ kg", "6.02×10"),
        ("en", "for £5½ million", "£5"),
        ("de", "am 5.–7. Mai 1931", "7. Mai 1931"),
        ("en", "for 45,000 USD", "45,000"),
        ("en", "of 2.5 million", "2.5"),
        ("en", "of 2.5 million", "million"),
        ("en", "a 10 – 12 km way", "12 km"),
        ("en", "some 12 × 15 m", "12"),
        ("en", "some 45 %", "45"),
        ("en", "some 0.000 001 km", "001 km"),
        ("en", "of 5 to 10 million", "10 million"),
        ("fr", "de 10 à 12 %", "12 %"),
        ("en", "some 1920 × 1080 px", "1080"),
        ("xx", "4,5 mln osób", "4,5"),
        ("zh", "人口12万3456人", "3456人"),
        ("zh", "人口12万3456人", "12万"),
        ("ko", "12만 3456명", "3456명"),
        ("ja", "昭和三十年", "三十年"),
        ("ja", "昭和30年", "30年"),
        ("ja", "二百三十人", "三十人"),
        ("ar", "٤٥٬٠٠٠ نسمة", "٠٠٠"),
        ("fa", "۲٫۵ میلیون", "۲٫۵"),
    ],
)
def test_a_part_of_a_figure_is_known(lang, text, shown):
    start = text.index(shown)
    assert cuts_figure(text, Interval(start, start + len(shown)), lang)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("in 1986 300 people", "300 people"),
        ("12 May 1931", "1931"),
        ("(1931 – 1945)", "1931"),
        ("in 1998, 45,000 of them", "1998"),
        ("can 2001 bin Laden", "2001"),
        ("2.5 million people", "people"),
        ("(12 March 1879 – 18 April 1955)", "18 April 1955"),
        ("from 1.9 million to 4 million", "4 million"),
        ("from 100 to 250 km", "250 km"),
        ("from 750 to 1,200 men", "1,200"),
        ("some 600,000 to 2 million", "2 million"),
        ("Boeing 747", "Boeing 747"),
    ],
)
def test_what_stands_beside_a_figure_is_no_part_of_it(text, shown):
    start = text.index(shown)
    assert not cuts_figure(text, Interval(start, start + len(shown)), "en")


@pytest.mark.parametrize(
    ("lang", "text", "links", "found"),
    [
        ("bn", "প্রথম বছরে এবং পরে কলকাতা থেকে বাংলাদেশি ট্রেন এখানে এসেছিল এবং", ["কলকাতা", "বাংলাদেশ"], ["কলকাতা"]),
        ("hi", "यहाँ भारतीय रेल आई और दिल्ली से मुम्बई तक जाने वाली गाड़ियाँ हैं जहाँ", ["भारत", "दिल्ली"], ["दिल्ली"]),
        ("fa", "در شهر بزرگ و زیبای ما چوب را در کتاب‌های تهران جا کرد", ["کتاب", "تهران"], ["تهران"]),
        ("ar", "في المدينة القديمة الكبرى وبلغ عدد السكان في ‏دِمَشْق‏ الكبرى", ["‏دِمَشْق‏"], ["دِمَشْق"]),
        ("vi", "thành phố lớn ở phía bắc nước này là Hà Nội xưa nay".replace("à", "a\u0300"), ["Ha\u0300 No\u0302\u0323i".replace("o\u0302\u0323", "ộ"), "Ha"], ["Ha\u0300 Nội"]),
        ("en", "the whole of the family of them 👨‍👩‍👧 with Tal\u00advik town", ["👨", "Tal\u00advik"], ["Tal\u00advik"]),
        ("km", "ប្រទេស\u200bកម្ពុជា\u200bមាន\u200bទីក្រុង\u200bភ្នំពេញ\u200bជា\u200bរាជធានី\u200bដ៏\u200bធំ", ["ភ្នំពេញ"], ["ភ្នំពេញ"]),
        ("ko", "이 도시는 아주 오래 전부터 북쪽 바다에 있었고 모두 \u1109\u1165\u110b\u116e\u11af에 있다", ["\u1109\u1165\u110b\u116e\u11af"], ["\u1109\u1165\u110b\u116e\u11af"]),
        ("ko", "이 도시는 아주 오래 전부터 북쪽 바다에 있었고 모두 \u1109\u1165\u110b\u116e\u11af에 있다", ["\u1109\u1165\u110b\u116e"], []),
        ("he", "העיר הגדולה והיפה הזאת שבצפון הארץ היא יְרוּשָׁלַיִם הבירה של כולם", ["יְרוּשָׁלַי"], []),
        ("ja", "この町は北海道の北部にある港町で昭和30年に鉄道が通った。", ["昭和"], ["昭和30年"]),
        ("en", "the pipeline that crosses the whole plain is 12,000 km long", ["12"], ["12,000 km"]),
        ("ja", "この町は北海道の北部にある港町でか\u3099くえんに鉄道が通った。", ["か"], []),
        ("en", "the whole northern plain of the old foo\u200bbar", ["foo"], []),
    ],
)  # fmt: skip
def test_no_span_begins_or_ends_inside_a_word_or_a_grapheme(lang, text, links, found):
    places = [Link(at := text.index(one), at + len(one), one) for one in links]
    assert maskable(text, lang, sorted(places)) == found


wild = st.text(
    st.sampled_from(
        "0123459٣۴५๖３,. \u00a0\u202f'’-−–%$₹万億년年月만千昭和元\u200f\u00ad\u0301аkm million"
    ),
    max_size=30,
)


@given(wild, st.sampled_from(["en", "de", "zh", "ja", "ko", "ar", "th", "xx"]))
@settings(max_examples=300, deadline=None)
def test_wild_figures_are_spans_where_they_say_and_never_in_part(text, lang):
    found = whole_figures(text, lang)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    for span in build_spans(RampConfig()).extract(passage(text, lang)):
        assert text[span.start : span.end] == span.text
        assert not cuts_figure(text, span.interval, lang)
    for left, right in pairwise(sorted(set(found))):
        assert left != right


@given(wild)
def test_the_form_for_patterns_knows_where_its_characters_stand(text):
    form = folded(text)
    if form.places:
        assert len(form.places) == len(form.text)
    for at in range(len(form.text)):
        place = form.place(at, at + 1)
        assert 0 <= place.start < place.end <= len(text)


@given(st.integers(1, 999), st.integers(0, 999), st.sampled_from("\u00a0\u202f\u2009'’"))
def test_sure_groups_are_one_figure_in_every_language(thousands, rest, gap):
    figure = f"{thousands}{gap}{rest:03}"
    text = BEFORE + figure + AFTER
    start = text.index(figure)
    assert not cuts_figure(text, Interval(start, start + len(figure)))
    assert cuts_figure(text, Interval(start, start + len(str(thousands))))
