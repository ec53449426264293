"""What a dump says of its pages itself: model, namespace, revisions; and pages that are broken."""

from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masksearch.corpus.namespaces import Namespaces
from masksearch.corpus.pages import Page, read_pages, refusal
from masksearch.errors import InputError
from masksearch.rejection import Rejection

SPOKEN = Namespaces(numbers={"diskussion": 1, "benutzer": 2, "vorlage": 10, "portal": 100})


def revision(text="prose", number=1, time="", **fields):
    said = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return (
        f"<revision><id>{number}</id><timestamp>{time}</timestamp>{said}"
        f"<text>{escape(text)}</text></revision>"
    )


def page(*revisions, title="Town", number=1, ns="<ns>0</ns>"):
    body = "".join(revisions or [revision()])
    return f"<page><title>{title}</title>{ns}<id>{number}</id>{body}</page>".encode()


def read(xml, namespaces=SPOKEN):
    return list(read_pages(xml, namespaces))


def the_page(xml):
    (found,) = read(xml)
    assert isinstance(found, Page)
    return found


MODELS = (
    *("json", "Scribunto", "css", "sanitized-css", "javascript", "wikibase-item", "flow-board"),
    *("GeoJSON", "MassMessageListContent", "text", "anything.Else"),
)


@pytest.mark.parametrize("model", MODELS)
def test_what_is_no_wikitext_is_no_article_whatever_its_format_says(model):
    assert refusal(the_page(page(revision(model=model, format="text/x-wiki")))) == "content model"
    assert not refusal(the_page(page(revision(model="wikitext", format="text/x-wiki"))))


@pytest.mark.parametrize(
    ("title", "ns", "refused"),
    [
        ("Modul:Dates", 828, True),
        ("Modul:Dates/doc", 828, False),
        ("Benutzer:A/x.js", 2, True),
        ("MediaWiki:Common.css", 8, True),
        ("Node.js", 0, False),
        ("Thema:Abc", 2600, True),
    ],
)
def test_an_old_dump_that_names_no_model_is_known_by_where_code_stands(title, ns, refused):
    found = the_page(page(title=title, ns=f"<ns>{ns}</ns>"))
    assert refusal(found, {ns}) == ("content model" if refused else "")


def test_a_format_alone_tells_the_model_too():
    found = the_page(page(revision(format="application/json")))
    assert refusal(found) == "content model"


def test_other_slots_of_a_revision_are_not_its_text():
    slot = "<content><role>mediainfo</role><model>json</model><text>{}</text></content>"
    inside = revision("prose", model="wikitext").replace("</revision>", f"{slot}</revision>")
    assert the_page(page(inside)).wikitext == "prose"


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("Town", 0),
        ("Diskussion:Town", 1),
        ("diskussion: Town", 1),
        ("Benutzer_:A", 2),
        ("2001: A Town", 0),
        ("Portal:Towns", 100),
        (":Town", 0),
    ],
)
def test_without_a_number_the_prefix_tells_the_namespace(title, number):
    assert the_page(page(title=title, ns="")).namespace == number
    assert the_page(page(title=title, ns="<ns></ns>")).namespace == number
    assert the_page(page(title=title, ns="<ns>none</ns>")).namespace == number
    assert the_page(page(title=title, ns="<ns>7</ns>")).namespace == 7


def test_namespaces_are_asked_for_by_number_and_by_name():
    assert SPOKEN.numbered((0, "14", "Portal", "benutzer")) == {0, 14, 100, 2}
    assert Namespaces().numbered(("main", "User talk")) == {0, 3}
    with pytest.raises(InputError, match="no namespace 'Portla'"):
        SPOKEN.numbered(("Portla",))


OLD, MID, NEW = "2004-05-01T00:00:00Z", "2012-01-01T00:00:00Z", "2024-05-01T00:00:00Z"


@given(st.permutations([(NEW, 3), (NEW, 12), (OLD, 99), (MID, 4), ("", 200)]))
@settings(max_examples=20, deadline=None)
def test_the_newest_revision_is_taken_in_whatever_order_they_come(order):
    found = the_page(page(*(revision(f"{time} {n}", n, time) for time, n in order)))
    assert (found.wikitext, found.revision, found.timestamp) == (f"{NEW} 12", "12", NEW)


def test_of_revisions_that_do_not_say_their_age_the_last_is_taken():
    silent = "<revision><text>{}</text></revision>"
    assert the_page(page(silent.format("a"), silent.format("b"))).wikitext == "b"


def test_a_revision_whose_text_is_not_public_gives_way_to_one_whose_is():
    hidden = f'<revision><id>9</id><timestamp>{NEW}</timestamp><text deleted="deleted"/></revision>'
    assert the_page(page(revision("shown", 3, OLD), hidden)).wikitext == "shown"
    assert the_page(page(hidden)).wikitext is None
    assert the_page(page(revision("", 9, NEW), revision("before", 3, OLD))).wikitext == ""


def test_a_page_without_a_number_is_known_by_its_title():
    assert the_page(page(number="")).id == the_page(page(number=0)).id == "Town"


GOOD = page(revision("first"), title="First"), page(revision("last"), title="Last", number=3)
CHARREF = page(revision("PLACE")).replace(b"PLACE", b"a &#x1F; b")
BROKEN = {
    "a control character": (page(revision("a \x0b b")), "not well-formed XML"),
    "a zero": (page(revision("a \0 b")), "not well-formed XML"),
    "a reference to a control character": (CHARREF, "not well-formed XML"),
    "half a surrogate pair": (CHARREF.replace(b"x1F", b"xD83D"), "not well-formed XML"),
    "an unknown entity": (CHARREF.replace(b"#x1F", b"nbsp"), "not well-formed XML"),
    "a bare ampersand": (CHARREF.replace(b"&#x1F;", b"&"), "not well-formed XML"),
    "a tag in the text": (CHARREF.replace(b"&#x1F;", b"<br>"), "not well-formed XML"),
    "an open section": (CHARREF.replace(b"a &#x1F;", b"<![CDATA["), "not well-formed XML"),
    "a cut page": (page()[:-30], "not well-formed XML"),
    "Latin-1": (page(revision("caf\u00e9")).decode().encode("latin-1"), "not UTF-8 text"),
    "an encoded surrogate": (page(revision("PLACE")).replace(b"PLACE", b"\xed\xa0\x80"), "not UTF-8 text"),
    "no title": (page(title=" "), "no title"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_one_broken_page_is_refused_with_its_reason_and_no_other(name):
    broken, reason = BROKEN[name]
    first, bad, last = read(GOOD[0] + broken + b"\n " + GOOD[1])
    assert (first.wikitext, last.wikitext) == ("first", "last")
    assert isinstance(bad, Rejection) and bad.reason == reason
    assert bad.item == ("1" if name == "no title" else "Town")


@given(st.binary(max_size=40), st.integers(0, 200))
@settings(max_examples=200, deadline=None)
def test_whatever_stands_in_a_page_the_others_are_read(noise, at):
    inside = page(revision("x" * 80))
    damaged = inside[:at] + noise + inside[at + len(noise) :] if at > 8 else inside
    found = [one for one in read(GOOD[0] + damaged + GOOD[1]) if isinstance(one, Page)]
    assert [one.wikitext for one in found if one.title in {"First", "Last"}] == ["first", "last"]
