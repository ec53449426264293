import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masksearch.corpus.marks import MARKS
from masksearch.corpus.templates import shown
from masksearch.corpus.wiki import Wiki
from masksearch.corpus.wikitext import plain_text


def rendered(wikitext: str, lang: str = "en") -> str:
    return plain_text(wikitext, Wiki("wiki", lang)).text


SEEN = {
    "as of": [
        ("{{as of|2010|5|3|lc=y}}", "as of 3 May 2010"),
        ("{{As of|2014|06}}", "As of June 2014"),
        ("{{as of|since=y|2012|lc=on}}", "since 2012"),
        ("{{as of|2010|5|3|df=us}}", "As of May 3, 2010"),
        ("{{as of|2012|alt=in 2012}}", "in 2012"),
        ("{{as of|2012|bare=y}}", "2012"),
    ],
    "dates": [
        ("{{circa|1450|1455}} {{circa}} 1900", "c. 1450 – c. 1455 c. 1900"),
        ("{{floruit|1470|1490}} {{reign|1470|1490}}", "fl. 1470–1490 r. 1470–1490"),
        ("{{birth date and age|df=yes|1970|1|2}}", "2 January 1970"),
        ("{{death date and age|2000|1|2|1920|3|4}}", "January 2, 2000 (aged 79)"),
        ("{{death year and age|1999|1930}}", "1999 (aged 68–69)"),
        ("{{start date|1993|02|24|df=y}}", "24 February 1993"),
        ("{{birth-date|3 March 1920}}", "3 March 1920"),
        ("{{dts|1920|March|4}}", "March 4, 1920"),
        ("{{dts|format=dmy|1920|March|4}} {{circa}}1900", "4 March 1920 c. 1900"),
        ("x {{dts|1.|5|2000}} {{birth date|1970|no|2}}", ""),
        ("{{age|1950|1|1|2000|1|1}} years", "50 years"),
    ],
    "lists": [
        ("{{hlist|red|white|blue}}", "red · white · blue"),
        ("{{ubl|Norwegian|Sami}}", "Norwegian, Sami"),
        ("by {{plainlist|\n* Anna\n* [[Bert]]\n}} alone", "by Anna, Bert alone"),
        ("{{flatlist|\n* one\n* two\n}}", "one · two"),
        ("{{unbulleted list|x|y|class=z}}", "x, y"),
    ],
    "words": [
        ("{{native name|fr|République}}", "République (French)"),
        ("{{script|Hebr|שלום}} {{script/Hebrew|שלום}}", "שלום שלום"),
        ("{{wikt-lang|de|Haus}} {{wikt-lang|de|Haus|Häuser}}", "Haus Häuser"),
        ("{{lang|la|text=Per aspera}}", "Per aspera"),
        ("{{lang|de|italic=no|Bergheim}}", "Bergheim"),
        ("{{lang-zh|s=北城|t=北城|p=Běichéng}}", "Chinese: 北城; pinyin: Běichéng"),
        ("{{lang-zh|s=汉|t=漢}}", "simplified Chinese: 汉; traditional Chinese: 漢"),
        ("{{lang-ru|Северск|Seversk}}", "Russian: Северск, romanized: Seversk"),
        ("{{langx|de|Talheim|lit=Valley home}}", "German: Talheim, lit. 'Valley home'"),
        ("{{langx|de|Talheim|label=none}}", "Talheim"),
        ("{{transliteration|ru|Seversk}} {{transl|ru|ISO|Seversk}}", "Seversk Seversk"),
        (
            "{{nihongo|'''River'''|川|Kawa|lit. way|lead=yes}}",
            "River (Japanese: 川, Hepburn: Kawa, lit. way)",
        ),
        ("{{nihongo|League|女子|extra=''Joshi''}}", "League (女子, Joshi)"),
        ("{{nihongo2|川}} {{nihongo3|River|川|Kawa}}", "川 Kawa (川, River)"),
        ("{{nihongo krt|River|川|Kawa}}", "川 (Kawa, River)"),
        ("{{ruby|漢|かん}} <ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>", "漢(かん) 漢(かん)"),
        ("{{sic|wierd}}", "wierd [sic]"),
        ("{{linktext|東|京}} hy{{shy|phen|ation}}", "東京 hyphenation"),
        ("{{bibleverse|1|John|3:16|KJV}} {{bibleverse||John|3:16}}", "1 John 3:16 John 3:16"),
        ("{{bibleverse|John|3:16|KJV|he said}}", "he said"),
        ("{{nowrap|a {{=}} b}}", "a = b"),
    ],
    "figures": [
        ("{{val|1.5|+0.2|-0.3|u=kg}}", "1.5+0.2−0.3 kg"),
        ("{{val|12345.6|(3)|ul=m}}", "12345.6(3) m"),
        ("{{val|5|-|7|u=km}} {{val|12345|fmt=commas}}", "5–7 km 12,345"),
        ("{{val|e=6|u=m/s2}} {{val|5|u=%}}", "10^6 m/s² 5%"),
        ("{{frac|2|1|2}} {{sfrac|3|4}} {{fraction|7}}", "2 1/2 3/4 1/7"),
        ("{{nts|-1234}} {{formatnum:1,234|R}}", "−1,234 1234"),
        ("{{ordinal|3}} {{Ordinal to word|23}}", "3rd twenty-third"),
        ("{{number to word|41}}", "forty-one"),
        ("{{10^|5}} {{e|5}} {{gaps|1|234}}", "10^5 ×10^5 1234"),
        ("{{INR|500}} {{US$|5 million|long=no}}", "₹500 US$5 million"),
        ("{{USD|5000}} {{currency|5|GBP}}", "US$5,000 £5"),
        ("{{currency|amount=5|type=GBP}} {{chem2|CH3\\sCH3}}", "£5 CH3−CH3"),
        ("{{chem|SO|4|2-}} {{chem2|H2SO4}}", "SO4^2− H2SO4"),
        ("{{chem2|SO4(2-)}} {{val|1.5|0.2|e=6|u=kg}}", "SO4^2− (1.5±0.2)×10^6 kg"),
        ("{{euro|5}} {{no.|5}} {{approx|7}}", "€5 No. 5 ≈7"),
        ("5 m{{sup|2}} or 10{{sup|6}} in the 5{{sup|th}}", "5 m² or 10^6 in the 5th"),
        ("{{fmtn|12345|km}} {{num|5}}", "12,345 km 5"),
        ("{{percent|50}} 5{{frac|1|2}} {{plural|2|calf|calves}}", "50% 5 1/2 2 calves"),
    ],
    "quantities": [
        ("{{convert|5+1/2|mi|km}}", "5 1/2 miles"),
        ("{{convert|1/2|mi}}", "1/2 mile"),
        ("{{convert|6|ft|2|in|m|order=flip}}", "6 feet 2 inches"),
        ("{{convert|21|to|25|C|F}}", "21 to 25 °C"),
        ("{{cvt|100|Mm3}} {{cvt|5|km|mi}}", "100 Mm³ 5 km"),
        ("{{convert|12|hp/L}}", "12 horsepower per litre"),
        ("{{convert|30|x|40|x|50|ft|m}}", "30 by 40 by 50 feet"),
        ("{{cvt|30|x|40|ft|m}}", "30 ft × 40 ft"),
        ("{{convert|5|km|sp=us}}", "5 kilometers"),
        ("{{convert|5|km|mi|adj=mid|-long}}", "5-kilometre-long"),
        ("{{convert|5|km|mi|adj=pre|paved}}", "5 paved kilometres"),
        ("{{convert|5|km|mi|adj=mid|long}}", "5-kilometre long"),
        ("{{convert|5|-|mi|km}} {{convert|5|to|mi}}", ""),
        ("{{convert|5|km|spell=in}}", "five kilometres"),
        ("{{convert|3|e6m3}}", "3 million cubic metres"),
        ("{{convert|2|miles}} {{convert|2|kilometers}}", "2 miles 2 kilometers"),
        ("{{convert|3|kN.m}} of torque", ""),
    ],
    "links": [
        ("{{ill|Anna Berg (politician)|de|Anna Berg|lt=Anna Berg}}", "Anna Berg"),
        ("{{interlanguage link|Otto Dahl|no}}", "Otto Dahl"),
        ("{{Lien|langue=en|trad=Foreign|fr=Titre|texte=Label}}", "Label"),
        ("{{URL|https://www.example.org/}}", "example.org"),
        ("{{official website|https://example.org}}", "Official website"),
        ("{{visible anchor|Alpha|Beta}} {{section link|Oslo|Parks}}", "Alpha Oslo § Parks"),
    ],
    "places": [
        ("at {{coord|57|18|22|N|4|27|32|W}} there", "at 57°18′22″N 4°27′32″W there"),
        ("at {{coord|57.3|-4.5}} there", "at 57.3°N 4.5°W there"),
        ("Here{{coord|57.3|-4.5|display=title}} it is", "Here it is"),
        ("{{flag|Norway}} {{flagicon|NOR}} x", "Norway x"),
        ("{{HMS|Belfast|C35}} {{ship|USS|Iowa|BB-61|2}}", "HMS Belfast (C35) Iowa"),
        ("{{GS|U-47|1938|2}} {{SMU|U-9}}", "U-47 SM U-9"),
        ("{{sclass|Iowa|battleship}}", "Iowa-class battleship"),
    ],
    "text": [
        ("{{tooltip|seen|hover}} {{abbr|km|kilometre}}", "seen km"),
        ("{{resize|80%|text}} {{font color|red|white|text}}", "text text"),
        ("{{sort|0042|42 ships}} and {{hs|001}} guns", "42 ships and guns"),
        ("{{angbr|a}} {{key press|Ctrl|C}} {{music|flat}}", "⟨a⟩ Ctrl+C ♭"),
        ("{{citation needed span|in 1931|date=May 2009}} it", "in 1931 it"),
        ("As {{harvtxt|Berg|Dahl|1990|p=5}} say", "As Berg & Dahl (1990, p. 5) say"),
        ("{{distinguish|x}}\n{{Box|y}}\neBay is a firm.", "eBay is a firm."),
        ("a{{spaced ndash}}b{{mdash}}c", "a – b—c"),
        ("{{nowrap|1={{convert|3|km}} wide}}", "3 kilometres wide"),
        ("{{ nowrap | x }} {{Template:Nowrap|y}} {{subst:No_wrap|z}}", "x y z"),
    ],
    "functions": [
        ("{{lc:ABC}} {{ucfirst:abc}} {{uc:abc}}", "abc Abc ABC"),
        ("{{#if:x|yes|no}} {{#if:|yes|no}} {{#ifeq:a|b|c|d}}", "yes no d"),
        ("{{#switch:a|a=big|b=small}} {{#switch:z|a=1|#default=2}}", "big 2"),
        ("{{{name|Talvik}}} is big", "Talvik is big"),
        ("{{nowrap|{{{1|x}}}}}", "x"),
        ("a{{#tag:ref|note}} b", "a b"),
        ("[[Lake Talvik{{!}}the lake]]", "the lake"),
    ],
}


@pytest.mark.parametrize(
    ("wikitext", "text"), [case for family in SEEN.values() for case in family]
)
def test_a_template_shows_what_a_reader_sees(wikitext, text):
    assert rendered(wikitext) == text


@pytest.mark.parametrize(
    "wikitext",
    [
        *("It is {{convert|5|blips|km}} long.", "It is {{convert|many|km}} long."),
        *("It is {{cvt|5|km|disp=out}} long.", "In {{CURRENTYEAR}} it", "It{{PAGENAME}} is."),
        *("A share of {{percentage|1|3}}.", "After {{#expr:2*3}} years", "Aged {{age|1950|1|1}}."),
        *("The {{lang|fr|1=Liberté}} is", "{{lang|fr}} is", "The {{{1}}} is", "is {{:Oslo}} is"),
        *(
            "They {{flagcountry|NOR}} won",
            "{{nowrap|text2=x}} is",
            "In {{IND}} they",
            "by {{ESP}} in",
        ),
        *("of {{nbsp|5 km}} and", "a {{bull|x}} of"),
        *("said {{IPA|ˈtɑlviːk}} here", "said {{respell|TAL|vik}} here", "in {{NOR}} today"),
        *("old <foo>word</foo> castle", "the <foo bar=1> castle", "is {{#switch:{{x}}|a=b}} big"),
        *(
            "It cost 5{{money|euro}} then.",
            "It cost ${{sum}} today.",
            "He left. {{x|Anna}} came back.",
        ),
        *(
            "{{x|Anna}} came back.",
            "He left. {{x|Anna}}, a friend, came.",
            "[[Oslo|the {{x|y}} city]]",
        ),
    ],
)
def test_what_cannot_be_told_takes_its_paragraph_along(wikitext):
    made = plain_text(f"{wikitext}\n\nkept", Wiki("wiki", "en"))
    assert (made.text, +made.left_out) == ("kept", {"template": 1})


LOCAL = [
    ("de", "{{convert|1200.5|m|ft}} und {{formatnum:45000.5}}", "1.200,5 m und 45.000,5"),
    ("de", "{{birth date|1931|5|12}} {{enS|North}}", "12. Mai 1931 englisch North"),
    ("de-ch", '{{formatnum:45000}} {{"|Endlich}}', "45'000 „Endlich“"),
    ("sv", "{{formatnum:1123}} {{convert|1200|m|ft}}", "1 123 1 200 m"),
    ("nl", "{{convert|320|m|ft}} en {{formatnum:45000.5}}", "320 m en 45.000,5"),
    ("pt-br", "{{formatnum:45000.5}} {{dni|12|5|1931}}", "45.000,5 12 de maio de 1931"),
    ("fr", "{{unité|12345,6|km|2}} au {{s-|XIX}}, {{3e}}", "12 345,6 km² au XIXe, 3e"),
    ("fr", "en {{refnec|mai 1931|date=x}} et {{date|12|5|1931}}", "en mai 1931 et 12 mai 1931"),
    ("es", "{{unidad|1234|km}} el {{fecha|12|5|1931}}", "1234 km el 12 de mayo de 1931"),
    ("es", "{{formatnum:12345.5}}", "12 345,5"),
    ("pt", "{{formatnum:12345.5}}", "12 345,5"),
    ("ru", "{{lang-en|North}} {{нп5|Берг, Анна|Анна Берг|de|x}}", "англ. North Анна Берг"),
    ("ja", "{{仮リンク|市長|en|Mayor|label=長}} {{読み仮名|漢|かん}}", "長 漢（かん）"),
    ("ja", "{{死亡年月日と没年齢|1931|5|12|1999|1|1}}", "1999年1月1日（67歳没）"),
    ("zh-tw", "{{le|市長|Mayor}}與{{tsl|en|Mayor|市長大人}}", "市長與市長大人"),
    ("zh", "{{link-en|港口|Harbour}}{{lang-en|North}}", "港口英语：North"),
    ("zh", "{{bd|1931年|5月12日|1999年|1月1日}}", "1931年5月12日－1999年1月1日"),
    ("fa", "{{formatnum:45000.5}}", "۴۵٬۰۰۰٫۵"),
    ("hi", "{{formatnum:4500000}}", "45,00,000"),
    ("bn", "{{formatnum:4500000}}", "৪৫,০০,০০০"),
    ("xx", "{{formatnum:45000}}", "45,000"),
    ("fr", "{{sp|XVI|e|au|XVII|e}} {{s2|V|e|VI|e}}", "XVIe au XVIIe siècle Ve et VIe siècles"),
    ("fr", "{{unité|5|m|s|-2}} 10{{exp|6}} m{{exp|2}}", "5 m⋅s^−2 10^6 m²"),
    ("fr", "le {{5e|régiment}} le {{date-|12/5/1931}}", "le 5e régiment le 12 mai 1931"),
    ("es", "siglos {{siglo|XV}} y {{siglo|XVI}}", "siglos XV y XVI"),
    ("es", "el {{siglo|V|a|s|1}} y {{Siglo|II|d}}", "el siglo V a. C. y II d. C."),
    ("es", "el {{fecha|12|mayo|1931}}", "el 12 de mayo de 1931"),
    ("it", "{{M|5|-|10|ul=km}} {{M|5|e=6|u=kg|up=m3}}", "5-10 km 5×10^6 kg/m³"),
    ("pl", "{{data|1931-05-12}} {{Link-interwiki|pl=Jan|en=John}}", "12 maja 1931 Jan"),
    ("pl", "w {{link-interwiki|Jan|tekst=Jana}}", "w Jana"),
    ("pt", "{{carece de fontes|a vila cresceu|data=x}} muito", "a vila cresceu muito"),
    ("pt", "muito{{carece de fontes|soc|data=x}} grande", "muito grande"),
    ("sv", "{{källa behövs|staden växte|datum=2010}} snabbt", "staden växte snabbt"),
    ("nl", "{{bron?|de stad groeide|2010}} snel{{feit||2010|05}}.", "de stad groeide snel."),
    ("ru", "{{num|12345|руб.}} {{флагификация|Россия}}", "12 345 руб. Россия"),
    ("ru", "{{число|5|рубль|рубля|рублей}} стоит", ""),
    ("ru", "за {{флагификация|RUS}} играл", ""),
]


@pytest.mark.parametrize(("lang", "wikitext", "text"), LOCAL)
def test_a_wiki_writes_figures_and_dates_in_its_language(lang, wikitext, text):
    assert rendered(wikitext, lang) == text


VARIANTS = [
    ("en", "3-{[2-amino]-oxy}-propane and -{R}-", "3-{[2-amino]-oxy}-propane and -{R}-"),
    ("zh", "是-{zh-hans:软件; zh-hant:軟體; zh-tw:[[軟體工程|軟體]];}-城", "是软件城"),
    ("zh-tw", "是-{zh-hans:软件; zh-hant:軟體; zh-tw:[[軟體工程|軟件]];}-城", "是軟件城"),
    ("zh", "-{A|zh-cn:打印机;zh-tw:印表機}--{R|原文}--{H|zh-hans:硅;zh-hant:矽}-", "打印机原文"),
    ("zh", "-{zh-hans:a-{zh-hans:b;zh-hant:c}-;zh-hant:d}--{}--{T|zh:標題}-。", "ab。"),
    ("zh", "-{zh-hans:{{nowrap|甲}};zh-hant:乙}- x-{{nowrap|丙}}-y", "甲 x-丙-y"),
    ("zh", "-{zh-hans:鼠标; zh-hant:滑鼠}- -{H|x}-和-{键}-", "鼠标 和键"),
    ("sr", "-{sr-ec:Београд; sr-el:Beograd}- је -{Windows}-", "Београд је Windows"),
    ("sr-el", "-{sr-ec:Београд; sr-el:Beograd}-", "Beograd"),
    ("kk", "-{kk-cyrl:а;kk-latn:b}-", "а"),
]


@pytest.mark.parametrize(("lang", "wikitext", "text"), VARIANTS)
def test_one_variant_is_shown_where_the_wiki_has_them(lang, wikitext, text):
    assert rendered(wikitext, lang) == text


HTML = [
    ("one\n----\ntwo\n-----three", "one\n\ntwo\n\nthree"),
    ("{{#if:x|\n{{{!}} class=y\n! [[a]]\n{{!}}}\n}}\nseen", "seen"),
    ('of <span style="display:none">00123</span>Talvik', "of Talvik"),
    ('by <span class="sortkey">Anna</span>men', "by men"),
    ("took <s>two</s> three days <del>x</del>", "took three days"),
    ('<div style="display: none">a <div>b</div> c</div>seen', "seen"),
    ('a <span style="display:none">b\n\nseen', "a\n\nseen"),
    ('<div style="display:none">never closed', "never closed"),
    ('<span style="overflow: hidden">seen</span>', "seen"),
    ("<phonos ipa='x'>sound</phonos> <tvar name=1>stands</tvar>", "sound stands"),
    ("<tabber>|-|History=It was built.|-|Now=A hotel.</tabber>", "It was built.\n\nA hotel."),
    ('The <infobox><title source="name"/></infobox> old', "The old"),
    ("x <includeonly>y</includeonly> z", "x z"),
    ("call <syntaxhighlight lang=py inline>f[[x]]</syntaxhighlight> here", "call f[[x]] here"),
    (
        "he said <q>so</q> [[http://a.b the site]]",
        "he said “so” [the site]",
    ),
    ("a __notoc__ __KEIN_INHALTSVERZEICHNIS____INGENINNEHÅLLSFÖRTECKNING__ b", "a b"),
    ("__EXPECTED_UNCONNECTED_PAGE__ `__init__` __FILE__", "`__init__` __FILE__"),
]


@pytest.mark.parametrize(("wikitext", "text"), HTML)
def test_what_a_page_hides_is_not_read(wikitext, text):
    assert rendered(wikitext) == text


PREFIXES = [
    ("[[doi:10.1000/182|paper]] [[rfc:791|rule]] [[imdbname:1|actor]]", "paper rule actor"),
    ("[[:fr:Ville|town]] [[fr:Ville]] [[Fr:Ville]] [[wikt:word|word]]", "town word"),
    ("[[Media:x.ogg|sound]] [[Fichier:a.jpg|thumb|x]] [[:File:A.jpg|it]]", "sound it"),
    ("[[Oslo (city)|]] [[Oslo, Norway|]] [[#History|history]]", "Oslo Oslo history"),
    ("[[Ffeil:a b.jpg|bawd|x]] [[Talk: a.b|y]]", "y"),
    ("[[Star Trek: Voyager]]", "Star Trek: Voyager"),
]


@pytest.mark.parametrize(("wikitext", "text"), PREFIXES)
def test_a_link_keeps_the_label_that_a_reader_sees(wikitext, text):
    assert rendered(wikitext) == text


def test_only_pages_of_the_wiki_are_targets():
    wikitext = "[[doi:1|a]] [[:fr:b|b]] [[Star Trek: Voyager|c]] [[Oslo (city)|]]"
    assert [link.target for link in plain_text(wikitext).links] == [
        "Star Trek: Voyager",
        "Oslo (city)",
    ]


names = st.sampled_from(
    [
        *("convert", "cvt", "val", "as of", "lang", "lang-ru", "lang-zh", "langx", "ill", "coord"),
        *(
            "birth date",
            "death date and age",
            "dts",
            "age",
            "plainlist",
            "hlist",
            "nihongo",
            "chem",
        ),
        *("ordinal", "formatnum:", "#if:", "#switch:", "#ifeq:", "frac", "ship", "HMS", "USD"),
        *(
            "sic",
            "sort",
            "nts",
            "unité",
            "s",
            "date",
            "нп5",
            "tsl",
            "ruby",
            "flagcountry",
            "x",
            "!",
        ),
    ]
)
values = st.sampled_from(
    [
        *(
            "",
            "1",
            "2010",
            "-5",
            "13",
            "0",
            "99999",
            "1/2",
            "1e9",
            "km",
            "x",
            "to",
            "-",
            "de",
            "text=a",
        ),
        *(
            "lt=b",
            "df=y",
            "adj=mid",
            "u=m3",
            "s=汉",
            "1=z",
            "[[Oslo]]",
            "{{y}}",
            "٣",
            "½",
            "²",
            "N",
        ),
    ]
) | st.text(max_size=6)
languages = st.sampled_from(["en", "de", "fr", "zh-tw", "sr-el", "pt-br", "fa", "xx", ""])
template = st.builds(
    lambda name, given: "{{" + "|".join([name, *given]) + "}}", names, st.lists(values, max_size=5)
)
nested = st.recursive(
    template,
    lambda inner: st.builds("{{{{{}|{}|{}}}}}".format, names, inner, inner),
    max_leaves=6,
)


@given(nested, languages)
@settings(max_examples=120, deadline=None)
def test_no_template_leaves_markup_or_fails(wikitext, lang):
    text = rendered(f"It {wikitext} is.\n\nkept", lang)
    closed = wikitext.count("{{") == wikitext.count("}}") and "{{{" not in wikitext
    assert not MARKS.search(text)
    if closed and "}}}" not in wikitext:
        assert not any(mark in text for mark in ("{{", "<ref", "[[Oslo"))


@given(names, st.lists(values, max_size=6), languages)
@settings(max_examples=120, deadline=None)
def test_rendering_never_raises(name, given_values, lang):
    assert isinstance(shown([name, *given_values], lang), str)


HOSTILE = {
    "variants": "-{" * 30_000 + "x" * 30_000 + "}-" * 30_000,
    "hidden": '<span style="display:none">' * 20_000,
    "hidden blocks": '<div style="display:none">' * 20_000,
    "hidden, closed": '<span class="sortkey">x</span>' * 20_000,
    "tags of many names": "".join(f"<x{n}>" for n in range(20_000)),
    "a long tag": "<" + "a" * 300_000,
    "parameters": "{{{" * 30_000 + "}}}" * 30_000,
    "nested lists": "{{hlist|" * 20_000 + "x" * 20_000 + "}}" * 20_000,
    "nested quantities": "{{convert|" * 20_000 + "5|km" + "}}" * 20_000,
    "units": "{{convert|5|" + "km/" * 30_000 + "}}",
    "functions": "{{#if:x|" * 20_000 + "}}" * 20_000,
    "prefixes": "{{subst:" + "subst:" * 30_000 + "x}}",
    "pipe tricks": "[[a" + " " * 300_000 + "(b)|]]" + "[[(|]]" * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_markup_takes_time_in_proportion_to_its_length(name):
    began = time.process_time()
    plain_text(HOSTILE[name] + "\n\nkept", Wiki("zhwiki", "zh"))
    assert time.process_time() - began < 4
