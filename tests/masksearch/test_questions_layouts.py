"""The layouts of six benchmarks: the same facts from every form that a file of theirs has."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.questions.layout import Unreadable
from masksearch.questions.layouts import LAYOUTS, PLAIN, layout_marked, layout_named
from masksearch.questions.layouts.fanoutqa import joined
from masksearch.questions.values import fields_of, texts_of
from masksearch.schemas import QuestionFacts


def draft(row, name=None):
    fields = fields_of(row)
    layout = layout_named(name) if name else layout_marked(fields) or PLAIN
    return layout.draft(fields)


HOTPOT = {
    "_id": "5a7166395542994082a3e814",
    "question": " Which river\n crosses Arlow? ",
    "answer": "the Merren",
    "type": "bridge",
    "level": "hard",
    "supporting_facts": [["Arlow", 0], ["River Merren", 2], ["Arlow", 1]],
    "context": [["Arlow", ["A town."]], ["River Merren", ["A river."]]],
}


def test_hotpotqa_is_read_from_its_lists_and_from_hugging_faces_columns():
    own = draft(HOTPOT)
    assert own.number == HOTPOT["_id"] and own.text == "Which river crosses Arlow?"
    assert own.answers == ("the Merren",)
    assert own.facts["supporting_titles"] == ("Arlow", "River Merren")
    assert own.facts["type"] == "bridge" and own.facts["extra"] == {"level": "hard"}
    copy = {
        **{key: value for key, value in HOTPOT.items() if key != "_id"},
        "id": HOTPOT["_id"],
        "supporting_facts": {"title": ["Arlow", "River Merren", "Arlow"], "sent_id": [0, 2, 1]},
        "context": {"title": ["Arlow"], "sentences": [["A town."]]},
    }
    assert draft(copy) == own
    flash = {
        "id": HOTPOT["_id"],
        "question": HOTPOT["question"],
        "golden_answers": ["the Merren"],
        "metadata": {key: copy[key] for key in ("type", "level", "supporting_facts", "context")},
    }
    assert draft(flash) == own
    plain = {
        **{"id": HOTPOT["_id"], "question": HOTPOT["question"], "answers": ["the Merren"]},
        **{"type": "bridge", "level": "hard", "supporting_titles": ["Arlow", "River Merren"]},
    }
    assert draft(plain) == own


def test_2wiki_keeps_triples_identifiers_and_aliases_apart_from_answers():
    row = {
        "_id": "33f51d7e0bde11eba7f7acde48001122",
        "type": "compositional",
        "question": "What nationality is the director of Blood Street?",
        "supporting_facts": [["Blood Street", 0], ["Leo Fong", 0]],
        "evidences": [["Blood Street", "director", "Leo Fong"], ["Leo Fong", "country", "Chinese"]],
        "evidences_id": [["Q1", "director", "Q2"], ["Q2", "country", "Q3"]],
        "answer": "Chinese",
        "answer_id": "Q3",
        "answer_aliases": ["China", "Chinese", "PRC"],
        "entity_ids": "Q1_Q2",
    }
    found = draft(row)
    assert found.answers == ("Chinese",) and found.facts["aliases"] == ("China", "PRC")
    assert found.facts["evidences"][1] == ("Leo Fong", "country", "Chinese")
    assert found.facts["extra"]["answer_id"] == "Q3"
    assert json.loads(found.facts["extra"]["evidences_id"])[0] == ["Q1", "director", "Q2"]
    as_texts = {
        **row,
        "evidences": json.dumps(row["evidences"]),
        "supporting_facts": json.dumps(row["supporting_facts"]),
    }
    assert draft(as_texts) == found
    columns = {
        "fact": ["Blood Street", "Leo Fong"],
        "relation": ["director", "country"],
        "entity": ["Leo Fong", "Chinese"],
    }
    assert draft({**row, "evidences": columns}) == found


MUSIQUE = {
    "id": "2hop__89764_827343",
    "question": "Who is the sibling of the actress?",
    "question_decomposition": [
        {"id": 1, "question": "a >> b", "answer": "Natalie", "paragraph_support_idx": 2},
        {"id": 2, "question": "#1 >> sibling", "answer": "Lana Wood", "paragraph_support_idx": 0},
    ],
    "paragraphs": [
        {"idx": 0, "title": "Five Finger", "paragraph_text": "…", "is_supporting": True},
        {"idx": 1, "title": "Other", "paragraph_text": "…", "is_supporting": False},
        {"idx": 2, "title": "Miracle", "paragraph_text": "…", "is_supporting": True},
    ],
    "answer": "Lana Wood",
    "answer_aliases": ["Svetlana Wood", "Lana Wood"],
    "answerable": True,
}


def test_musique_accepts_aliases_and_names_pages_hop_by_hop():
    found = draft(MUSIQUE)
    assert found.answers == ("Lana Wood", "Svetlana Wood") and found.facts["aliases"] == ()
    assert found.facts["supporting_titles"] == ("Miracle", "Five Finger")
    assert found.facts["type"] == "2hop" and found.facts["hops"] == 2
    assert draft({**MUSIQUE, "id": "3hop1__1_2_3"}).facts["type"] == "3hop1"


def test_musiques_unanswerable_questions_are_refused():
    with pytest.raises(Unreadable, match="not answerable"):
        draft({**MUSIQUE, "answerable": False})


def test_bamboogle_is_read_by_the_names_of_its_sheet():
    found = draft({"Question": "Who was president?", "Answer": "James Madison"}, "bamboogle")
    assert found.answers == ("James Madison",) and found.number == ""


FANOUT = {
    "id": "7dcbbbdc7f1120cd",
    "question": "What is the batting hand of each pick?",
    "decomposition": [
        {
            **{"id": "1", "question": "Who?", "answer": ["Pat"], "depends_on": []},
            "evidence": None,
            "decomposition": [
                {
                    **{"id": "2", "question": "?", "answer": "R", "depends_on": []},
                    "decomposition": [],
                    "evidence": {"pageid": 1, "revid": 2, "title": "Draft", "url": "https://x"},
                }
            ],
        }
    ],
    "answer": {"Pat Burrell": "Right", "Homers": 292, "Retired": True, "Teams": ["Rays", "Giants"]},
    "categories": ["Sports", "Statistics"],
}


def test_fanoutqa_keeps_the_parts_of_an_answer_and_its_pages():
    found = draft(FANOUT)
    assert found.answers == ("Pat Burrell: Right; Homers: 292; Retired: yes; Teams: Rays, Giants",)
    assert json.loads(found.facts["structure"]) == FANOUT["answer"]
    assert found.facts["supporting_titles"] == ("Draft",)
    assert found.facts["type"] == "Sports+Statistics"
    pages = [{"pageid": 1, "revid": 2, "title": "Listed", "url": "https://x"}]
    assert draft({**FANOUT, "necessary_evidence": pages}).facts["supporting_titles"] == ("Listed",)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (["a", "b"], "a; b"),
        ("a", "a"),
        (5, "5"),
        (True, "yes"),
        (2.5, "2.5"),
        ({"a": {"b": 1}}, "a: b: 1"),
    ],
)
def test_every_kind_of_fanoutqas_answers_is_one_text(answer, text):
    found = draft({**FANOUT, "answer": answer})
    assert found.answers == (text,) and json.loads(found.facts["structure"]) == answer


@pytest.mark.parametrize("answer", [{}, [], "", None, [""]])
def test_an_empty_answer_is_none(answer):
    for row in (FANOUT, {**HOTPOT, "answer": answer}):
        with pytest.raises(Unreadable, match="no answer"):
            draft({**row, "answer": answer})


FRESH = {
    **{"id": "3", "split": "TEST", "question": "Who?", "effective_year": "before 2022"},
    **{"next_review": "1/1/2024", "false_premise": "TRUE", "num_hops": "one-hop"},
    **{"fact_type": "slow-changing", "answer_0": "No one.", "answer_1": "", "answer_9": "Nobody."},
    "source": "https://en.wikipedia.org/wiki/Zodiac_Killer#:~:text=The%20Zodiac\n"
    "https://en.wikipedia.org/wiki/Luiz_In%C3%A1cio#Life https://x.org/[bad",
    "note": "",
}


def test_freshqas_columns_become_answers_pages_and_dates():
    found = draft(FRESH)
    assert found.answers == ("No one.", "Nobody.") and found.split == "TEST"
    facts = found.facts
    assert facts["supporting_titles"] == ("Zodiac Killer", "Luiz Inácio")
    assert facts["source_urls"][:2] == (
        "https://en.wikipedia.org/wiki/Zodiac_Killer",
        "https://en.wikipedia.org/wiki/Luiz_In%C3%A1cio#Life",
    )
    assert (
        facts["false_premise"] is True and facts["hops"] == 1 and facts["type"] == "slow-changing"
    )
    assert (facts["effective_year"], facts["next_review"]) == ("before 2022", "1/1/2024")
    assert "source" not in facts["extra"]


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        ({"text": ["a", "b"], "answer_start": [1]}, ("a", "b")),
        ({"value": "a", "aliases": ["b", "a"]}, ("a", "b")),
        (["a", ["b"], None, 3, False], ("a", "b", "3", "no")),
        ("a", ("a",)),
    ],
)
def test_answers_are_read_in_the_forms_of_other_sets(given, texts):
    assert texts_of(given) == texts
    assert draft({"question": "?!", "answers": given}).answers == texts


def test_a_name_is_a_benchmarks_by_how_it_begins():
    named = {one.name: one for one in LAYOUTS}
    for name in ("hotpotqa", "hotpot_dev_distractor_v1", "HotpotQA"):
        assert layout_named(name) is named["hotpotqa"]
    for name in ("2wiki", "2WikiMultihopQA", "2wikimqa"):
        assert layout_named(name) is named["2wiki"]
    assert layout_named("FreshQA_v04132026.csv") is named["freshqa"]
    assert layout_named("my-questions") is None


INNER = ("title", "idx", "is_supporting", "evidence", "text", "subject", "a")
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("aé1 [{:", max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(INNER), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = ("_id", "question", "answer", "answers", "answer_0", "supporting_facts", "evidences", "paragraphs",
    "question_decomposition", "decomposition", "necessary_evidence", "metadata", "source", "type",
    "answer_aliases", "categories", "false_premise", "num_hops", "split")  # fmt: skip


@given(st.dictionaries(st.sampled_from(NAMES), values), st.sampled_from([*LAYOUTS, PLAIN]))
def test_whatever_a_row_holds_it_is_a_question_or_refused_with_a_reason(row, layout):
    try:
        found = layout.draft(fields_of(row))
    except Unreadable as fault:
        assert fault.reason
    else:
        assert found.text and found.answers and all(found.answers)
        facts = QuestionFacts(benchmark="x", split="dev", **found.facts)
        assert QuestionFacts.model_validate_json(facts.model_dump_json()) == facts


@given(values)
def test_any_answer_with_parts_is_one_text(answer):
    assert isinstance(joined(answer), str)
