import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from reported_run import (
    EVIL,
    GOLD,
    a_task,
    add_row,
    an_episode,
    begun,
    finished,
    stage,
)

from masksearch.errors import StoreError
from masksearch.report.page import render, write_report
from masksearch.run_folder import RunFolder
from masksearch.stages import SFT
from masksearch.store import write_records

VOID = {"meta", "br", "link", "img", "input"}


class Page(HTMLParser):
    """A page's elements, its text, and the places where tags do not close what is open."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.texts, self.faults, self._open = [], [], [], []
        self.feed(text)
        self.close()
        self.faults += self._open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes), [name for name, _ in self._open]))
        if tag not in VOID:
            self._open.append((tag, self.getpos()))

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes), [name for name, _ in self._open]))

    def handle_endtag(self, tag):
        if self._open and self._open[-1][0] == tag:
            self._open.pop()
        else:
            self.faults.append((f"/{tag}", self.getpos()))

    def handle_data(self, data):
        self.texts.append(([name for name, _ in self._open], data))

    @property
    def text(self):
        return " ".join("".join(d for where, d in self.texts if "style" not in where).split())

    def all(self, tag):
        return [attributes for name, attributes, _ in self.elements if name == tag]

    def inside(self, tag):
        return ["".join(data.split("\n")) for where, data in self.texts if tag in where]


def page_of(run):
    return Page(render(run))


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return page_of(finished(tmp_path_factory.mktemp("runs") / EVIL.replace("/", "-")))


def test_markup_in_pages_model_words_and_settings_stays_text(page):
    tags = {name for name, _, _ in page.elements}
    assert not tags & {"script", "img", "iframe", "object", "embed", "link", "form", "base"}
    assert not [a for _, a, _ in page.elements if any(key.startswith("on") for key in a)]
    assert page.text.count(EVIL) >= 10
    assert page.faults == []


def test_nothing_is_loaded_from_anywhere(page):
    addresses = [a for _, a, _ in page.elements if {"src", "srcset", "data", "poster"} & a.keys()]
    assert addresses == []
    [style] = [data for where, data in page.texts if where[-1:] == ["style"]]
    assert "url(" not in style and "@import" not in style
    [policy] = [a["content"] for a in page.all("meta") if "http-equiv" in a]
    assert policy.startswith("default-src 'none'")


def test_links_go_to_parts_of_the_page_or_to_web_addresses(page):
    ids = [a["id"] for _, a, _ in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    targets = [a["href"] for a in page.all("a")]
    assert {t for t in targets if not t.startswith(("https://", "#"))} == set()
    assert {t[1:] for t in targets if t.startswith("#")} <= set(ids)
    named = [a["aria-labelledby"].split() for _, a, _ in page.elements if "aria-labelledby" in a]
    assert {one for names in named for one in names} <= set(ids)


def test_headings_tables_and_charts_can_be_read_aloud(page):
    levels = [int(name[1]) for name, _, _ in page.elements if re.fullmatch(r"h\d", name)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(page.all("caption")) == len(page.all("table")) >= 3
    assert all("scope" in a for a in page.all("th"))
    charts = [a for a in page.all("svg") if a.get("role") == "img"]
    assert len(charts) == 5
    others = [a for a in page.all("svg") if a not in charts]
    assert all(a["aria-hidden"] == "true" for a in others)


def test_the_page_tells_the_flow_the_table_and_the_curves(page):
    for told in ("40 passages", "10 too short", "episodes of dapo", "mean loss 0.5"):
        assert told in page.text
    assert "sft − agent" in page.text and "dapo − sft" in page.text
    assert "+0.67 [" in page.text
    assert "SFT: loss" in page.text and "with its 95 % interval" in page.text
    assert "Cut off: 0 at step 1, 0.25 at step 2" in page.text
    assert "Tokens: 91 at step 1, 92 at step 2" in page.text
    assert "dapo: the model after SFT and DAPO" in page.text
    assert "the page that a task was made from stays searchable" in page.text
    assert {"ramp 3 · all others 7", "1.16.0"} <= set(page.inside("dd"))


def test_evidence_is_marked_in_what_was_found_only(page):
    assert set(page.inside("mark")) == {GOLD, "a right answer in it"}
    marks = [where for name, _, where in page.elements if name == "mark"]
    assert sum("ol" in where for where in marks) == len(marks) - 1
    assert "Still wrong" in page.inside("h3")


def test_quoted_pages_are_credited(page):
    [table] = [a for a in page.all("table") if a.get("class") == "credits"]
    assert table
    assert "https://towns.example/1" in [a["href"] for a in page.all("a")]
    assert "javascript:alert(1)" in page.text
    assert "Cawdry" not in page.text
    assert "7CC BY-SA" in page.text.replace(" ", "").replace("CCBY-SA", "CC BY-SA")
    assert any("creativecommons.org/licenses/by-sa" in a["href"] for a in page.all("a"))


def test_control_characters_do_not_reach_the_page(tmp_path):
    run = finished(tmp_path / "run")
    bad = "\x00\x1b[31m\ud800 end"
    episode = an_episode("sft", a_task("a"), GOLD, thought=bad.encode(errors="replace").decode())
    add_row(run, "sft", [episode])
    text = render(run)
    assert "\x00" not in text and "\x1b" not in text and "\ud800" not in text
    assert "\ufffd" in text


@pytest.mark.parametrize("part", ["begun", "half", "one row"])
def test_an_unfinished_run_has_a_page_too(tmp_path, part):
    run = begun(tmp_path / "run")
    if part != "begun":
        folder = stage(run, "04-tasks", {"train": {"1": 9}, "heldout": {"1": 3}, "rejected": {}})
        write_records(folder / "heldout.jsonl", [a_task("a")])
        stage(run, "07-sft", {}, done=False)
    if part == "one row":
        path = add_row(run, "agent", [an_episode("agent", a_task("a"), "")], done=False)
        with path.open("a") as file:
            file.write('{"schema_version": 1, "key": "none/to')
    page = page_of(run)
    assert page.faults == []
    assert ("Not run yet" in page.text) and ("No page is quoted" in page.text) == (
        part != "one row"
    )
    assert ("unfinished" in page.inside("th")) == (part == "one row")


def test_a_row_of_a_model_that_was_trained_again_is_told(tmp_path):
    run = finished(tmp_path / "run")
    stage(run, "09-eval/sft", {}, inputs={"sft": run.stage(SFT).hash})
    assert "of an earlier model" not in page_of(run).inside("th")
    stage(run, "07-sft", {"traces": 7})
    assert "of an earlier model" in page_of(run).inside("th")


def test_the_file_is_whole_and_says_the_same_again(tmp_path):
    run = finished(tmp_path / "run")
    path = write_report(run)
    first = path.read_text()
    assert (path, first.endswith("</html>\n")) == (run.path / "report.html", True)
    assert write_report(run).read_text() == first
    assert not list(run.path.glob("*.part"))


def test_a_folder_that_is_no_run_is_one_clear_error(tmp_path):
    with pytest.raises(StoreError, match=r"not a run folder: it has no config\.yaml"):
        write_report(RunFolder(tmp_path))
    assert list(tmp_path.iterdir()) == []
