import pytest
from questions import a_question, an_episode, scored_rows

from masksearch.errors import SearchError
from masksearch.evaluation.benchmarks.ramp import RampHeldout
from masksearch.evaluation.comparison import compare, differences
from masksearch.evaluation.context_query import ContextQuery, context_queries
from masksearch.evaluation.episodes import EvalEpisode, read_episodes
from masksearch.evaluation.failures import failures
from masksearch.evaluation.metrics.recall import TokenRecall
from masksearch.evaluation.rows import row_named
from masksearch.evaluation.runner import evaluate
from masksearch.evaluation.table import OTHERS, cell, cells, scored, summarise
from masksearch.schemas import (
    MASK,
    Guard,
    Interval,
    Lineage,
    Passage,
    Prompt,
    Status,
    Task,
    TaskKind,
    Trajectory,
)
from masksearch.scoring.evidence import evidence_hits
from masksearch.search.factory import search_passages
from masksearch.search.wrappers.wrapper import Wrapper

SOURCE = "one two three four five six seven eight nine ten eleven London a b c d e f g Paris end"
TEXT = SOURCE.replace("London", MASK).replace("Paris", MASK)
PASSAGES = [
    Passage(id=f"c:P#{n}", document_id="c:P", title="P", section="", text=text, start=0, end=9)
    for n, text in enumerate([SOURCE, "eleven Paris end", "nothing"])
]


def ramp(name="t", text=TEXT, golds=("London", "Paris")):
    masks = tuple(Interval(SOURCE.index(gold), SOURCE.index(gold) + len(gold)) for gold in golds)
    prompt = Prompt(kind=TaskKind.RAMP, text=text, num_masks=len(golds), title="Secret")
    lineage = Lineage(passage_id="c:P#0", revision="", corpus_hash="")
    answers = tuple((gold,) for gold in golds)
    return Task(id=name, prompt=prompt, answers=answers, masks=masks, lineage=lineage)


def episode(row, name, answer, guard=Guard.NONE, status=Status.ANSWERED, reason=""):
    """A scored episode of the task of that name."""
    end = Trajectory(task_id=name, status=status, answer=answer, reason=reason)
    [one] = scored([EvalEpisode.of(row, "ramp", guard, end)], {name: ramp(name)}, RampHeldout())
    return one


def test_a_context_query_is_the_title_and_the_visible_words_around_its_blank():
    assert context_queries(ramp().prompt) == [
        "Secret two three four five six seven eight nine ten eleven a b c d e f",
        "Secret nine ten eleven a b c d e f g end",
    ]
    assert context_queries(Prompt(kind=TaskKind.QUESTION, text="Who?")) == ["Who?"]


async def test_the_context_row_searches_once_per_blank_under_its_guard():
    search = search_passages(PASSAGES)
    open_row = await ContextQuery(search, top_k=2).run(ramp())
    assert [turn.hits[0].id for turn in open_row.turns] == ["c:P#0", "c:P#0"]
    assert evidence_hits(ramp(), open_row.hits) == [True, True]
    guarded = await ContextQuery(search, top_k=2, guard=Guard.PARAGRAPH).run(ramp())
    assert {hit.id for hit in guarded.hits} == {"c:P#1"}
    assert evidence_hits(ramp(), guarded.hits) == [False, True]
    assert guarded.retriever.guard == "paragraph"


async def test_a_failed_search_is_a_turn_with_its_reason():
    class Broken(Wrapper):
        async def search(self, *_, **__):
            raise SearchError("no disk")

    row = ContextQuery(Broken(search_passages(PASSAGES)), top_k=2)
    assert [turn.error for turn in (await row.run(ramp())).turns] == ["no disk"] * 2


async def test_a_row_that_never_answers_shows_dashes(tmp_path):
    row = ContextQuery(search_passages(PASSAGES), top_k=2)
    path = tmp_path / "episodes.jsonl"
    await evaluate(row, [ramp()], path, benchmark="ramp", guard=Guard.NONE, concurrency=1)
    everything, two = summarise(scored(read_episodes(path), {"t": ramp()}, RampHeldout()))
    assert (everything.stratum, two.stratum) == (None, "2")
    assert set(everything.figures) == {"evidence", "searches", "invalid", "seconds"}
    dash = cell(None)
    assert cells(everything, ["format", "evidence", "searches"]) == [
        "context-as-query", "all", "1", dash, "1.00 [0.21, 1.00]", "2.00 [2.00, 2.00]",
    ]  # fmt: skip


def test_figures_are_per_row_guard_and_stratum():
    episodes = [
        episode("a", "1", "London\nParis"),
        episode("a", "2", "London\nRome"),
        episode("b", "1", ""),
        episode("a", "1", "", Guard.PARAGRAPH),
    ]
    found = {(s.row, s.guard, s.stratum): s for s in summarise(episodes)}
    assert len(found) == 6
    assert found["a", Guard.NONE, None].figures["recall"].mean == 0.75
    assert found["a", Guard.NONE, "2"].n == 2
    assert found["a", Guard.PARAGRAPH, None].figures["format"].mean == 0


def test_episodes_of_tasks_that_are_gone_have_no_figures():
    end = Trajectory(task_id="gone", status=Status.ANSWERED, answer="x")
    assert scored([EvalEpisode.of("a", "ramp", Guard.NONE, end)], {}, RampHeldout()) == []


def test_rows_are_compared_on_the_tasks_they_share():
    left = [episode("a", name, "London\nParis") for name in "123"]
    right = [episode("b", name, "London") for name in "234"]
    found = compare(left, right, TokenRecall(), Guard.NONE)
    assert (found.left, found.right) == ("a", "b")
    assert (found.estimate.mean, found.estimate.low, found.estimate.n) == (0.5, 0.5, 2)
    assert compare(left, right, TokenRecall(), Guard.PAGE) is None


def test_a_paired_difference_pairs_the_episodes_of_one_task_whatever_their_order():
    right = [episode("b", n, answer) for n, answer in (("1", "x\nx"), ("2", "London\nx"))]
    left = [episode("a", n, answer) for n, answer in (("2", "London\nParis"), ("1", "London\nx"))]
    found = compare(left, right, TokenRecall(), Guard.NONE).estimate
    assert (found.mean, found.low, found.high, found.n) == (0.5, 0.5, 0.5, 2)


def test_rows_are_compared_in_what_both_of_them_measure():
    left, right = [episode("a", "1", "London")], [episode("context-as-query", "1", "")]
    assert [one.metric for one in differences(left, right)] == ["evidence", "searches", "invalid"]
    assert not row_named("context-as-query").answers
    alike = [one.metric for one in differences(left, left)]
    assert alike == ["format", "evidence", "recall", "em", "f1", "searches", "invalid"]


def test_failures_count_reasons_and_show_the_lowest_scores():
    episodes = [
        episode("a", "good", "London\nParis"),
        episode("a", "short", "London"),
        episode("a", "m1", "", status=Status.MALFORMED, reason="empty turn"),
        episode("a", "m2", "", status=Status.MALFORMED, reason="empty turn"),
    ]
    tasks = {one.episode.task_id: ramp(one.episode.task_id) for one in episodes}
    found = failures(episodes, tasks, limit=3)
    assert found.reasons == {
        "malformed: empty turn": 2,
        "answered: not one fill for each blank": 1,
    }
    assert [e.task_id for e in found.worst] == ["m1", "m2", "short"]


@pytest.mark.parametrize("text", [MASK, f"{MASK} {MASK}"])
async def test_a_blank_without_context_is_a_failed_search(text):
    golds = ("London", "Paris")[: text.count(MASK)]
    row = ContextQuery(search_passages(PASSAGES), top_k=2)
    untitled = ramp(text=text, golds=golds)
    prompt = untitled.prompt.model_copy(update={"title": ""})
    turns = (await row.run(untitled.model_copy(update={"prompt": prompt}))).turns
    assert all("no word" in turn.error for turn in turns)
    assert len(turns) == len(golds)


def test_searches_are_counts_and_get_no_interval_of_a_rate():
    [everything, _] = summarise([episode("a", name, "London") for name in "123"])
    searches = everything.figures["searches"]
    assert (searches.mean, searches.low, searches.high) == (0, 0, 0)
    assert everything.figures["format"].high > 0.5


def test_of_very_many_strata_the_smallest_are_taken_together():
    types = ["common"] * 20 + [f"rare{n}" for n in range(30)]
    tasks = [a_question(str(n), type=name) for n, name in enumerate(types)]
    rows = scored_rows(tasks, *(an_episode("a", task, "Paris") for task in tasks))
    parts = {one.stratum: one.n for one in summarise(rows["a"])}
    assert len(parts) == 14 and parts[None] == 50 and parts["common"] == 20
    assert parts[OTHERS] == 19
