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
    text, links, sections = plain_text(wikitext)
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
    text, links, _ = plain_text(wikitext)
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
        ("It is {{convert|5|-|10|km|mi}} long.", "It is 5–10 km long."),
        ("An area of {{convert|9|acre}}.", "An area of 9 acres."),
        ("from {{circa|1200}}{{snd}}{{nowrap|60 men}}", "from c. 1200 – 60 men"),
        ("{{as of|2010}}, {{frac|1|2}} of {{formatnum:1234}}", "As of 2010, 1/2 of 1234"),
        ("where {{math|x}} is lost\n\nkept", "kept"),
        ("one<br />two, <nowiki>[[</nowiki> http://a.b", "one two, [[ http://a.b"),
        ("10&nbsp;km &ndash; far &amp; wide", "10 km – far & wide"),
        ("10<sup>5</sup> in the 19<sup>th</sup>", "10^5 in the 19th"),
        ("one\ntwo\n\nthree", "one two\n\nthree"),
        ("* one\n* two", "one\n\ntwo"),
        ("before\n{| class=x\n| cell\n{|\n| nested\n|}\n|}\nafter", "before\n\nafter"),
        ("[[File:x.jpg|thumb|a [[link]] here]]Text", "Text"),
        ("Text[[Category:X|key]][[de:Wort]]", "Text"),
        ("See [[:Category:X]] and [[wikt:word|word]].", "See Category:X and word."),
        ("[http://a.b label] and [http://a.b]", "label and"),
        ("where <math>x|y</math> is lost\n\nkept", "kept"),
        ("<!-- hidden -->shown<!-- open", "shown"),
        ("body\n== References ==\nlist\n=== Web ===\nmore\n== Then ==\nend", "body\n\nend"),
    ],
)
def test_markup_leaves_no_hole(wikitext, text):
    assert plain_text(wikitext).text == text


def test_links_keep_their_trail_and_only_pages_are_linked():
    text, links, _ = plain_text(
        "[[dog]]s, [[:Category:Cats|cats]], [[#Top|top]], [[Help:Me|me]] and [[New_York#Bay|the bay]]"
    )
    assert text == "dogs, cats, top, me and the bay"
    assert links == (Link(0, 4, "Dog"), Link(24, 31, "New York"))


def test_a_section_begins_where_its_first_paragraph_does():
    text, _, sections = plain_text("lead\n== Early ''life'' ==\nborn\n\ngrew\n== Death ==\ndied")
    assert text == "lead\n\nborn\n\ngrew\n\ndied"
    assert sections == (Section(6, "Early life"), Section(18, "Death"))
