import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.config import CorpusConfig
from masksearch.corpus.build import files_of, open_source
from masksearch.corpus.front_matter import split_front_matter
from masksearch.corpus.html_text import html_text, is_html
from masksearch.corpus.markdown import markdown_text

TEXT = "The harbour was built in 1931."


def document_of(path, **config):
    source = open_source(files_of(path), CorpusConfig(lang="en", **config))
    (found,) = (one for part in source.parts() for one in source.read(part))
    return found.document


@pytest.fixture
def note(tmp_path):
    def write(text, name="note.md"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


TITLES = {
    f"# Learning C#\n\n{TEXT}": "Learning C#",
    f"# The title #\n\n{TEXT}": "The title",
    f"Guide\n=====\n\n{TEXT}\n\n```bash\n# install\n```": "Guide",
    f"```\n# install\n```\n\n{TEXT}": "note",
    f"    # code\n\n{TEXT}": "note",
    f"{TEXT}\n\nPart\n---\n\n{TEXT}": "Part",
    f"# The [harbour](x) of **Talvik** `here`\n\n{TEXT}": "The harbour of Talvik here",
    f"---\ntitle: Given\n---\n# Other\n\n{TEXT}": "Given",
    f"---\ndate: 2021-99-99\n---\n# Other\n\n{TEXT}": "Other",
    f"\ufeff---\ntitle: 'A: b'\n---\n\n{TEXT}": "A: b",
    f"+++\ntitle = 'Given'\n+++\n{TEXT}": "Given",
    f"---\ntitle: null\nname: [a]\n---\n# Other\n\n{TEXT}": "Other",
    f"<h1 align=center>Shown</h1>\n\n{TEXT}": "Shown",
    f"<!-- # hidden -->\n\n{TEXT}": "note",
    f"#hashtag\n\n{TEXT}": "note",
}


@pytest.mark.parametrize("markdown", TITLES)
def test_titles_of_markdown(note, markdown):
    assert document_of(note(markdown)).title == TITLES[markdown]


SHOWN = {
    "The [harbour](https://x.org/a_(b)) of **Talvik** was *old*.": "The harbour of Talvik was old.",
    "On `12 May` ![pic](a.png)it opened[^1].\n\n[^1]: A note of it.": "On 12 May it opened.",
    "Opened[^1] here.\n\n[^1]: https://x.org": "Opened here.",
    "See [[Town|the town]] and [[Quay]].": "See the town and Quay.",
    "One\ntwo.\n\n<!-- note: 1955 -->\n\n| a | b |\n|---|---|\n| 1 | 2 |": "One two.",
    "<div align=center><p>Within HTML.</p></div>\n\nAfter.": "Within HTML.\n\nAfter.",
    "- one\n- two\n  more\n\n> said": "one\n\ntwo more\n\nsaid",
    "A<br>b &amp; c &lt; d \\* e": "A\nb & c < d * e",
    "Made <b>bold</b> and <https://x.org>.": "Made bold and https://x.org.",
    "~~~\ncode\n~~~\n\n    more code\n\nText.": "Text.",
}


@pytest.mark.parametrize("markdown", SHOWN)
def test_markdown_says_what_a_reader_sees(markdown):
    assert markdown_text(markdown).text == SHOWN[markdown]


def test_headings_are_sections_at_their_offsets(note):
    document = document_of(note(f"# One\n\n{TEXT}\n\n## Two\n{TEXT}"))
    assert [one.title for one in document.sections] == ["One", "Two"]
    assert document.text == f"One\n\n{TEXT}\n\nTwo\n\n{TEXT}"
    assert [document.text[one.start :][:3] for one in document.sections] == ["One", "Two"]


def test_front_matter_is_metadata(note):
    said = (
        "id: harbours\nurl: https://x.org/h\nlanguage: de\nlicence: CC0\ntext: no\ntags: [a, b]\n"
    )
    document = document_of(note(f"---\n{said}---\n\n{TEXT}\n"), text_field="body")
    assert (document.id.rpartition(":")[2], document.text) == ("harbours", TEXT)
    assert (document.url, document.licence) == ("https://x.org/h", "CC0")


@pytest.mark.parametrize(
    "text", ["---\n\nA rule.\n\n---\n", "---\n- a\n- b\n---\n", "---\na: [\n---\n", "---"]
)
def test_what_is_no_front_matter_is_text(text):
    assert split_front_matter(text) == ({}, text)


def test_plain_text_is_as_it_is(note):
    assert document_of(note("# no title\n*x*", "a.txt")).text == "# no title\n*x*"
    assert document_of(note("# no title\n*x*", "a.txt")).title == "a"


PAGE = """<!DOCTYPE html><html><head><title>Harbour - Wiki</title><style>p {color: red}</style>
<script>var x = "<p>no</p>";</script></head><body><nav>Home</nav><h1>Harbour</h1>
<p>The <a href="/t">harbour</a> of <b>Talvik</b>
was opened<sup class="reference">[1]</sup> in&nbsp;1931.</p>
<table><tr><td>1931</td></tr></table>
<h2>History <span class="mw-editsection">[edit]</span></h2>
<div>Old pier<br>and quay.<p>Railway<pre>code()</pre></p></div><ul><li>one<li>two</ul>
<span style="display: none">unseen</span><!-- note --><p></p></body></html>"""


def test_html_is_read_as_paragraphs_under_headings():
    made = html_text(PAGE)
    assert made.text.split("\n\n") == [
        "The harbour of Talvik was opened in 1931.",
        "Old pier\nand quay.",
        "Railway",
        "one",
        "two",
    ]
    assert made.title == "Harbour" and [one.title for one in made.sections] == [
        "Harbour",
        "History",
    ]
    assert [one.start for one in made.sections] == [0, made.text.index("Old pier")]


HTML = {
    "<p>One</p>": True,
    "  <!-- x --><div class='a'>One</div>": True,
    "<!doctype html><html><body>One</body></html>": True,
    "Lead.<br><p>One</p> and <p>two</p>": True,
    "<b>One</b> of two.<br/>More</p>": True,
    "One < two and three > two": False,
    "Use the <p> tag, and close it by </p>.": False,
    "<unknown>x</unknown>": False,
    "<3 of them </p>": False,
    "": False,
}


@pytest.mark.parametrize("text", HTML)
def test_html_is_told_from_text_about_it(text):
    assert is_html(text) is HTML[text]


@pytest.mark.parametrize(
    "text", ["", " ", "\0", "<p>" * 99_999 + "x", "<", "<?xml version='1.0'?><p>x", "<p>\0x</p>"]
)
def test_broken_html_is_read_as_far_as_it_goes(text):
    assert html_text(text).text in ("", "x", "<")


@given(st.text(alphabet="<>/pbrdivh1 &;#!-[]`*_|\n\u00e9\ud83d", max_size=80))
def test_any_markup_is_read(text):
    clean = text.encode(errors="replace").decode()
    html_text(clean)
    markdown_text(clean)
