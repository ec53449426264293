"""What must be found for an answer, and what of it stands in passages."""

from hypothesis import given
from hypothesis import strategies as st

from masksearch.questions.reach import Reached, scan_passages
from masksearch.questions.wanted import wanted_of
from masksearch.schemas import Passage, Prompt, QuestionFacts, Task, TaskKind
from masksearch.scoring.evidence import title_key
from masksearch.text import normalise


def question(*answers, **facts):
    return Task(
        id="q",
        prompt=Prompt(kind=TaskKind.QUESTION, text="Who?"),
        answers=(answers,),
        question=QuestionFacts(benchmark="quiz", split="dev", **facts),
    )


def passage(title, text):
    return Passage(id="p#0", document_id="p", title=title, section="", text=text, start=0, end=1)


def test_all_titles_are_wanted_and_any_of_the_answers():
    wanted = wanted_of(
        question("The Merren", "River Merren", supporting_titles=("Arlow", "Sule_(river)"))
    )
    assert wanted.has_titles(["arlow", "sule (river)", "x"]) is True
    assert wanted.has_titles(["arlow"]) is False
    assert wanted.has_answer(["by the merren bank"]) is True
    assert wanted.has_answer(["merrens"]) is False
    assert wanted.has_answer_among(frozenset({"river merren"})) is True


def test_nothing_is_told_by_yes_or_no_or_where_no_page_is_named():
    wanted = wanted_of(question("yes"))
    assert wanted.has_answer(["yes indeed"]) is None and wanted.has_titles(["a"]) is None
    assert wanted.has_answer_among(frozenset({"yes"})) is None


def test_every_part_of_an_answer_is_wanted():
    parts = '{"Pat Burrell": "Right", "Homers": 292, "Retired": true, "Teams": ["Rays", "Giants"]}'
    wanted = wanted_of(question("one text of all", structure=parts))
    told = [("pat burrell",), ("right",), ("homers",), ("292",), ("retired",), ("teams",)]
    assert set(wanted.parts) == {*told, ("rays",), ("giants",)}
    text = "pat burrell right homers 292 retired teams rays"
    assert wanted.has_answer([text]) is False and wanted.has_answer([text, "giants"]) is True


def test_titles_are_the_same_whatever_their_case_underscores_and_composition():
    assert title_key("E\u0301mile_Zola ") == title_key("émile  zola")
    assert title_key("C++") != title_key("C")


def test_a_scan_finds_titles_and_answers_in_title_and_text():
    sought = Reached(frozenset({"arlow", "sule"}), frozenset({"4120", "iona kestrel", "arlow on"}))
    found = scan_passages([passage("Arlow", "On it Iona Kestrel built 4,120 houses")], sought)
    assert found == Reached(frozenset({"arlow"}), frozenset({"4120", "iona kestrel", "arlow on"}))


words = st.text("ab 中é.", min_size=1, max_size=12)


@given(st.lists(words, min_size=1, max_size=4), st.lists(words, max_size=3))
def test_a_scan_agrees_with_looking_for_each_answer(answers, texts):
    wanted = wanted_of(question(*answers))
    sought = Reached(frozenset(), frozenset(text for part in wanted.parts for text in part))
    found = scan_passages([passage("", text) for text in texts], sought).answers
    assert wanted.has_answer_among(found) == wanted.has_answer(map(normalise, texts))
