import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masksearch.corpus.wikitext import plain_text
from masksearch.schemas import Link, Section

PIECES = [
    *(
        "[[",
        "]]",
        "[[Paris|",
        "[[File:a.jpg|thumb|",
        "[[Category:X]]",
        "{{",
        "}}",
        "{{lang|fr|",
        "|",
    ),
    *("{|\n", "\n|}", "\n|-\n", "''", "'''", "<ref>", "</ref>", "<ref name=a />", "<!--", "-->"),
    *("== Head ==", "\n", "\n\n", "\n* ", "\n: ", "&nbsp;", "&#xE000;", "\ue000", "\ue0010\ue002"),
    *("<math>", "</math>", "<div>", "</div>", "<nowiki>", "( )", " ,", "[http://a.b c]", "\x00"),
    *(
        "[[dog]]s",
        "[[a|b [[c]] d]]",
        "{{{x|y}}}",
        "__TOC__",
        "<sup>2</sup>",
        "word",
        " ",
        "é",
        "漢",
    ),
]
wild = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=30).map("".join)


@given(wild)
@settings(max_examples=300, deadline=None)
def test_wild_wikitext_gives_text_whose_links_lie_inside_one_paragraph(wikitext):
    text, links, sections, *_ = plain_text(wikitext)
    for start, end, target in links:
        shown = text[start:end]
        assert 0 <= start < end <= len(text)
        assert shown == shown.strip() and "\n" not in shown and target
    assert list(links) == sorted(links)
    assert all(0 <= section.start < len(text) for section in sections)
    assert not any("\ue000" <= character <= "\ue005" for character in text)


words = st.from_regex(r"[A-Z][a-z]{2,8}( [A-Z][a-z]{2,8})?", fullmatch=True)


@given(st.lists(st.tuples(words, words), min_size=1, max_size=8))
@settings(deadline=None)
def test_every_link_stands_at_its_anchor(pairs):
    wikitext = "Intro ( ) text. " + " , and ".join(f"[[{t}|{shown}]]" for t, shown in pairs)
    text, links, *_ = plain_text(wikitext)
    assert [(text[start:end], target) for start, end, target in links] == [
        (shown, target) for target, shown in pairs
    ]


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("'''Bold''' and ''italic''.", "Bold and italic."),
        ("A<ref>not [[this]]</ref> fact<ref name=x/>, shown.", "A fact, shown."),
        ("Rome ({{IPA-it|x}}; {{lang|la|Roma}}) is old.", "Rome (Roma) is old."),
        ("Rome ({{IPA-it|x}}) is old {{citation needed}}.", "Rome is old."),
        ("It is {{convert|5|-|10|km|mi}} long.", "It is 5–10 kilometres long."),
        ("{{convert|1234|km2|abbr=on}}, {{convert|6|ft|2|in}}", "1,234 km², 6 feet 2 inches"),
        ("a {{convert|5|km|adj=on}} walk", "a 5-kilometre walk"),
        ("born {{birth date|1970|1|2|df=yes}}", "born 2 January 1970"),
        ("{{val|1.5|0.2|e=6|u=km}} at {{c.|1200}}", "(1.5±0.2)×10^6 km at c. 1200"),
        ("{{nihongo|Tokyo|東京|Tōkyō}}", "Tokyo (東京, Tōkyō)"),
        ("An area of {{convert|9|acre}}.", "An area of 9 acres."),
        ("from {{circa|1200}}{{snd}}{{nowrap|60 men}}", "from c. 1200 – 60 men"),
        ("{{as of|2010}}, {{frac|1|2}} of {{formatnum:1234}}", "As of 2010, 1/2 of 1,234"),
        ("where {{math|x}} is lost\n\nkept", "kept"),
        ("one<br />two, <nowiki>[[</nowiki> http://a.b", "one two, [[ http://a.b"),
        ("10&nbsp;km &ndash; far &amp; wide", "10 km – far & wide"),
        ("10<sup>5</sup> in the 19<sup>th</sup>", "10^5 in the 19th"),
        ("5 km<sup>2</sup>, H<sub>2</sub>O, <math>n + 1</math>", "5 km², H2O, n + 1"),
        ("L'''[[Iliade]]'' et '''''tout'''''", "L'Iliade et tout"),
        ("''Eagle''{{'}}s and ''Swan''{{'s}} orbit", "Eagle's and Swan's orbit"),
        ("is {{gone|5}} km long\n\nkept", "kept"),
        ("glued{{gone}} note. {{gone}} Then ({{gone}}; x)", "glued note. Then (x)"),
        ("note {{anything|date=May 2009}}.", "note."),
        ("{{quote|Said}} and done", "Said\n\nand done"),
        ("[[File:x.jpg|thumb|see [http://a.b c]]]Text", "Text"),
        ("{{open and text\n\n[[also|open\n\nkept", "{{open and text\n\n[[also|open\n\nkept"),
        ("<table><tr><td>[[x]]</td></tr></table>after", "after"),
        ("one\ntwo\n\nthree", "one two\n\nthree"),
        ("* one\n* two", "one\n\ntwo"),
        ("before\n{| class=x\n| cell\n{|\n| nested\n|}\n|}\nafter", "before\n\nafter"),
        ("[[File:x.jpg|thumb|a [[link]] here]]Text", "Text"),
        ("Text[[Category:X|key]][[de:Wort]]", "Text"),
        ("See [[:Category:X]] and [[wikt:word|word]].", "See Category:X and word."),
        ("[http://a.b label] and [http://a.b]", "label and"),
        ("where <math>x^y</math> is lost\n\nkept", "kept"),
        ("<!-- hidden -->shown<!-- open", "shown"),
        ("body\n== References ==\nlist\n=== Web ===\nmore\n== Then ==\nend", "body\n\nend"),
    ],
)
def test_markup_leaves_no_hole(wikitext, text):
    assert plain_text(wikitext).text == text


def test_links_keep_their_trail_and_only_pages_are_linked():
    text, links, *_ = plain_text(
        "[[dog]]s, [[:Category:Cats|cats]], [[#Top|top]], [[Help:Me|me]] and [[New_York#Bay|the bay]]"
    )
    assert text == "dogs, cats, top, me and the bay"
    assert links == (Link(0, 4, "Dog"), Link(24, 31, "New York"))


def test_a_section_begins_where_its_first_paragraph_does():
    text, _, sections, *_ = plain_text(
        "lead\n== Early ''life'' ==\nborn\n\ngrew\n== Death ==\ndied"
    )
    assert text == "lead\n\nborn\n\ngrew\n\ndied"
    assert sections == (Section(6, "Early life"), Section(18, "Death"))


LOST = [
    (
        "<ref>[[a]]</ref><!-- [[b]] --><nowiki>[[c]]</nowiki><gallery>[[d]]</gallery>",
        {"reference": 1, "comment": 1, "nowiki": 1, "unseen tag": 1},
    ),
    ("{{x|[[a]] [[b]]}} {{nowrap|[[Kept]]}}\n{|\n| [[c]]\n|}", {"template": 2, "table": 1}),
    (
        "[[File:a.jpg|[[b]]]] [[Category:C]] [[de:d]]",
        {"file or category": 3, "within a link": 1},
    ),
    ("[[#Top|top]] [[:wikt:x|x]] [[\nb]] [[c", {"not a page": 2, "broken": 2}),
    ("== [[a]] ==\nx\n== References ==\n[[b]]", {"heading": 1, "back matter": 1}),
    ("where <math>x^2</math> [[a]]\n\nis {{gone}} km [[b]]", {"formula": 1, "template": 1}),
]


@pytest.mark.parametrize(("wikitext", "lost"), LOST)
def test_a_link_that_is_not_kept_is_counted_by_where_it_was_lost(wikitext, lost):
    made = plain_text(wikitext)
    assert +made.lost == lost
    assert len(made.links) + made.lost.total() == wikitext.count("[[")


names = st.sampled_from(["Paris", "New York", "a (b)", "File:x.jpg", "de:Wort", "#Top"])
link = st.builds("[[{}|{}]]".format, names, st.sampled_from(["x", "''y''", "<b>z</b>"]))
around = st.sampled_from(
    [
        *("{}", "<ref>{}</ref>", "{{{{x|{}}}}}", "{{{{nowrap|{}}}}}", "\n{{|\n| {}\n|}}\n"),
        *("<!--{}-->", "\n== {} ==\n", "\n* {}\n", "<div>{}</div>", "{} &nbsp; , ( )"),
        *("\n\n{}\n\n", "<math>{}</math>", "[[File:x.jpg|thumb|{}]]", "{{{{quote|{}}}}}"),
        *("{{{{lang|fr|{}}}}}", "<ref>{}", "{{{{open {}", "{} }}}}", "[[a|{}", "\n{{|\n{}"),
    ]
)
nested = st.recursive(
    link,
    lambda inner: st.builds(str.format, around, inner) | st.builds("{} {}".format, inner, inner),
)


@given(st.lists(nested, max_size=6).map(" and ".join))
@settings(max_examples=300, deadline=None)
def test_every_link_is_kept_or_counted(wikitext):
    made = plain_text(wikitext)
    assert len(made.links) + made.lost.total() == wikitext.count("[[")


HOSTILE = {
    "templates": "{{a|" * 200_000 + "x" + "}}" * 200_000,
    "rendered templates": "{{nowrap|" * 100_000 + "x" * 100_000 + "}}" * 100_000,
    "open templates": "{{a|" * 200_000,
    "open links": "[[a|" * 200_000,
    "nested links": "[[a|" * 100_000 + "]]" * 100_000,
    "open tables": "{|\n" * 200_000,
    "open references": "<ref>" * 200_000,
    "open comments": "<!--" * 200_000,
    "open tags": "<div " * 200_000,
    "open quotes": "'''a''" * 100_000,
    "brackets": "(" * 300_000 + ")" * 300_000,
    "commas": "," * 600_000,
    "commas in brackets": "(," * 300_000,
    "blank lines": "\n" * 600_000 + "[[a]]",
    "spaces": "a" + " " * 600_000 + "b ) ," + " " * 300_000,
    "external links": "[http:" * 100_000,
    "an external link": "[http:" + "x" * 600_000,
    "equals": "=" * 600_000 + "\n" + "= " * 200_000,
    "variants": "-{" * 300_000,
    "unknown templates in a line": "a {{b}} c " * 60_000,
    "entities": "&" * 600_000,
    "superscripts": "<sup>" + " " * 300_000 + "<sup>" * 60_000,
    "magic words": "__" * 300_000,
    "colons": ":" * 300_000 + "{|" + "\n:::{|" * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_wikitext_takes_time_in_proportion_to_its_length(name):
    began = time.process_time()
    plain_text(HOSTILE[name] + "\n\nkept")
    assert time.process_time() - began < 4
