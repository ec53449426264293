"""What the guided team refuses, and what its queries and quotations are made of."""

import string

import pytest
from guided_world import DEATH, EVERY, question
from hypothesis import given
from hypothesis import strategies as st

from masksearch.errors import InputError, NoEvidence
from masksearch.guided.hops import guide_of
from masksearch.guided.names import bare, places, standing
from masksearch.guided.queries import queries_for
from masksearch.guided.quotes import quote_for
from masksearch.guided.team import guided_team
from masksearch.schemas import Hit, Prompt, Task, TaskKind
from masksearch.text import contains_tokens

MASKED = Task(
    id="plain", prompt=Prompt(kind=TaskKind.QUESTION, text="Who?"), answers=(("Somebody",),)
)


@pytest.mark.parametrize("split", ["dev", "test", "validation", "Train", ""])
def test_no_split_but_train_is_taken(split):
    held = DEATH.changed(question=DEATH.question.changed(split=split))
    with pytest.raises(InputError, match="from the split train alone"):
        guided_team([*EVERY, held])


def test_a_task_of_no_benchmark_is_not_taken():
    with pytest.raises(InputError, match="plain is none"):
        guided_team([MASKED])


def test_only_the_questions_it_was_made_for_are_known_to_it():
    team = guided_team([DEATH])
    with pytest.raises(NoEvidence, match="none of the training questions"):
        team.planner.tasks.guide(EVERY[1].prompt)


@pytest.mark.parametrize(
    ("text", "name", "written"),
    [
        ("who made The Seagull (1972 Film)?", "The Seagull (1972 film)", "The Seagull (1972 Film)"),
        ("Hanna'S War ended", "Hanna's War", "Hanna'S War"),
        ("by Jean- Pierre Mocky.", "Jean-Pierre Mocky", "Jean- Pierre Mocky"),
        ("the Warden of it", "War", ""),
        ("anything", "", ""),
        ("“Left Alone” is", "Left Alone", "Left Alone"),
        ("《红楼梦》的作者", "红楼梦", "红楼梦"),
    ],
)
def test_a_name_is_found_as_it_is_written(text, name, written):
    assert standing(text, name) == written


@given(st.text(max_size=60), st.text(max_size=12))
def test_where_a_name_stands_is_within_the_text(text, name):
    for start, end in places(text, name):
        assert 0 <= start < end <= len(text)
    assert standing(text, name).rstrip(")") in text


def test_a_title_loses_what_tells_it_from_its_namesakes_alone():
    assert [bare("Petra (film)"), bare("A (b) c"), bare("(film)")] == ["Petra", "A (b) c", "(film)"]


def test_pages_of_the_same_name_stand_behind_the_right_one():
    guide = guide_of(EVERY[1])
    hop = guide.hops[1]
    hits = [
        Hit(id="1", title="Still Life", text="Still Life by Jia Zhangke.", score=2),
        Hit(id="2", title="Still Life (2006 film)", text="It is by Jia Zhangke.", score=1),
    ]
    assert quote_for(guide, hop, guide.hops, hits) == "It is by Jia Zhangke."


WORDS = st.lists(st.text(string.ascii_lowercase, min_size=1, max_size=5), min_size=1, max_size=6)


@given(WORDS, WORDS, WORDS)
def test_queries_never_give_the_answer_away(asked, named, answer):
    text, name, gold = " ".join(asked), " ".join(named), " ".join(answer)
    guide = guide_of(question(text, gold, evidences=((name, "maker", gold),)))
    for query in queries_for(guide, name, (), ()):
        assert not contains_tokens(query, gold) or contains_tokens(text, gold)
        assert {*query.lower().split()} <= {*asked, *named}
