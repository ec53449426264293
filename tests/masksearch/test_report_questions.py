"""A report of questions: what changed one by one, theirs beside ours, and no text without licence."""

from questions import a_question, an_episode, scored_rows

from masksearch.evaluation.table import summarise
from masksearch.report.page import environment
from masksearch.report.paper import HEADINGS, SOURCE, beside_paper
from masksearch.report.questions import shown_changes

FRESH = a_question("f", text="Who is secret?", false_premise=False)
OPEN = a_question("o", text="Who is <b>known</b>?")
PAIRS = [("sft", "agent")]


def changed(task):
    rows = scored_rows([task], an_episode("sft", task, "Paris"), an_episode("agent", task, "Rome"))
    return shown_changes("2wiki", rows, {task.id: task}, PAIRS)


def filled(questions=(), paper=None):
    page = environment().get_template("questions.html")
    told = {"questions": questions, "paper": paper or beside_paper([])}
    return page.render(results=told, paper_source=SOURCE, paper_headings=HEADINGS)


def test_gains_and_losses_are_listed_with_what_was_said():
    page = filled(changed(OPEN))
    assert "sft solves 1 that agent does not" in page and "2wiki-o" in page
    assert "&lt;b&gt;known&lt;/b&gt;" in page and "Rome" in page


def test_of_a_set_without_a_licence_only_ids_are_shown():
    page = filled(changed(FRESH))
    assert "2wiki-f" in page
    assert not any(text in page for text in ("secret", "Paris", "Rome"))


def test_theirs_stand_beside_ours_and_are_marked():
    rows = scored_rows([OPEN], an_episode("sft", OPEN, "Paris"))
    paper = beside_paper(summarise(rows["sft"]))
    assert [figure and figure.mean for figure in paper.own[0].figures] == [
        None, None, None, 1.0, None, None,
    ]  # fmt: skip
    assert len(paper.published) == 24
    page = filled(paper=paper)
    assert page.count("theirs") >= 24 and "100.00" in page and "not to be compared" in page


def test_a_training_split_and_other_sets_do_not_stand_beside_the_paper():
    rows = scored_rows([OPEN], an_episode("sft", OPEN, "Paris"))
    [summary] = summarise(rows["sft"])
    for name in ("2wiki:train", "ramp", "cmrc2018_zh"):
        assert beside_paper([summary.changed(benchmark=name)]).own == ()
    assert filled().strip() == ""
