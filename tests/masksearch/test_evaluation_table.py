import pytest

from masksearch.errors import SearchError
from masksearch.evaluation.rows import ContextQuery, context_queries
from masksearch.evaluation.runner import EvalEpisode, evaluate
from masksearch.evaluation.table import (
    Metric,
    cell,
    compare,
    failures,
    markdown,
    summarise,
    summarise_row,
)
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
from masksearch.scoring.episodes import score
from masksearch.search.factory import search_passages
from masksearch.search.wrappers.wrapper import Wrapper
from masksearch.store import read_json

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
    task = ramp(name)
    end = Trajectory(task_id=name, status=status, answer=answer, reason=reason)
    return EvalEpisode(
        key=f"{guard}/{name}",
        row=row,
        guard=guard,
        task_id=name,
        num_masks=2,
        score=score(task, end),
        trajectory=end,
    )


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
    assert score(ramp(), open_row).evidence == 1
    guarded = await ContextQuery(search, top_k=2, guard=Guard.PARAGRAPH).run(ramp())
    assert {hit.id for hit in guarded.hits} == {"c:P#1"}
    assert score(ramp(), guarded).blank_evidence == (False, True)
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
    await evaluate(row, [ramp()], path, guard=Guard.NONE, concurrency=1)
    everything, two = summarise_row(tmp_path)
    assert (everything.num_masks, two.num_masks) == (None, 2)
    assert set(everything.figures) == {Metric.EVIDENCE, Metric.SEARCHES}
    line = markdown([everything]).splitlines()[-1]
    dash = cell(None)
    assert (
        line
        == f"| context-as-query | all | 1 | {dash} | 1.00 [0.21, 1.00] | {dash} | {dash} | 2.00 [2.00, 2.00] |"
    )
    assert read_json(tmp_path / "summary.json")[0]["figures"]["searches"]["mean"] == 2


def test_figures_are_per_row_guard_and_num_masks():
    episodes = [
        episode("a", "1", "London\nParis"),
        episode("a", "2", "London\nRome"),
        episode("b", "1", ""),
        episode("a", "1", "", Guard.PARAGRAPH),
    ]
    found = {(s.row, s.guard, s.num_masks): s for s in summarise(episodes)}
    assert len(found) == 6
    assert found["a", Guard.NONE, None].figures[Metric.RECALL].mean == 0.75
    assert found["a", Guard.NONE, 2].n == 2
    assert found["a", Guard.PARAGRAPH, None].figures[Metric.FORMAT].mean == 0
    text = markdown(list(found.values()))
    assert text.count("| row | num_masks | n | format | evidence hit |") == 2


def test_rows_are_compared_on_the_tasks_they_share():
    left = [episode("a", name, "London\nParis") for name in "123"]
    right = [episode("b", name, "London") for name in "234"]
    found = compare(left, right, Metric.RECALL, Guard.NONE)
    assert (found.left, found.right) == ("a", "b")
    assert (found.estimate.mean, found.estimate.low, found.estimate.n) == (0.5, 0.5, 2)
    assert compare(left, right, Metric.RECALL, Guard.PAGE) is None


def test_failures_count_reasons_and_show_the_lowest_scores():
    episodes = [
        episode("a", "good", "London\nParis"),
        episode("a", "short", "London"),
        episode("a", "m1", "", status=Status.MALFORMED, reason="empty turn"),
        episode("a", "m2", "", status=Status.MALFORMED, reason="empty turn"),
    ]
    found = failures(episodes, limit=3)
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
    searches = everything.figures[Metric.SEARCHES]
    assert (searches.mean, searches.low, searches.high) == (0, 0, 0)
    assert everything.figures[Metric.FORMAT].high > 0.5
