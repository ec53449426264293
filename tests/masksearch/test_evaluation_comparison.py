"""Two rows on the same questions: what differs, what was gained and lost, and why a row fails."""

import pytest
from questions import a_hit, a_question, an_episode, scored_rows

from masksearch.evaluation.comparison import adjusted, changes, differences
from masksearch.evaluation.failures import Cluster, failures
from masksearch.evaluation.table import summarise
from masksearch.schemas import Guard, Status

TASKS = [a_question(str(n), supporting_titles=("A", "B")) for n in range(12)]


def row(name, right, samples=1):
    """A row that is right on tasks of these numbers."""
    return [
        an_episode(name, task, "Paris" if n in right else "Rome", sample=sample)
        for n, task in enumerate(TASKS)
        for sample in range(samples)
    ]


def rows(*episodes):
    return scored_rows(TASKS, *(one for part in episodes for one in part))


def test_a_difference_says_how_many_tasks_changed_and_what_that_proves():
    found = rows(row("left", range(9)), row("right", range(3, 4)))
    by_metric = {one.metric: one for one in differences(found["left"], found["right"])}
    em = by_metric["em"]
    assert (em.wins, em.losses, em.estimate.n) == (8, 0, 12)
    assert em.p == pytest.approx(2 / 2**8)
    assert em.smallest_effect and 0.4 < em.smallest_effect < 0.9
    assert by_metric["invalid"].p is None
    together = adjusted(list(by_metric.values()))
    assert all(one.p is None or one.p_holm >= one.p for one in together)
    assert {one.metric: one.p_holm for one in together}["em"] > em.p


def test_samples_of_a_question_count_as_one_question():
    once, often = rows(row("a", range(6))), rows(row("a", range(6), samples=4))
    [one], [four] = summarise(once["a"]), summarise(often["a"])
    assert (one.n, one.samples) == (12, 1) and (four.n, four.samples) == (12, 4)
    assert four.figures["em"] == one.figures["em"]
    assert one.pass_at == {} and set(four.pass_at) == {1, 4}


def test_pass_at_n_is_higher_than_the_mean_where_samples_differ():
    task = TASKS[0]
    answers = ("Paris", "Rome", "Rome", "Rome")
    tries = [an_episode("a", task, text, sample=n) for n, text in enumerate(answers)]
    [summary] = summarise(scored_rows([task], *tries)["a"])
    assert summary.figures["em"].mean == 0.25
    assert {k: one.mean for k, one in summary.pass_at.items()} == {1: 0.25, 4: 1.0}


def test_gains_and_losses_are_of_tasks_that_both_have():
    found = rows(row("left", {0, 1, 2}), row("right", {2, 3})[:10])
    told = changes(found["left"], found["right"], Guard.NONE)
    assert [one.task_id for one in told.gains] == [TASKS[0].id, TASKS[1].id]
    assert [one.task_id for one in told.losses] == [TASKS[3].id]
    assert (told.shared, told.alone) == (10, (2, 0))
    assert changes(found["left"], found["right"], Guard.PAGE).shared == 0


@pytest.mark.parametrize(
    ("cluster", "hits", "fields"),
    [
        (Cluster.BROKEN, (), {"status": Status.FAILED, "reason": "no disk"}),
        (Cluster.FORMAT, (), {"status": Status.MALFORMED}),
        (Cluster.FORMAT, (), {"status": Status.OUT_OF_TURNS}),
        (Cluster.NO_SEARCH, (), {"searches": 0}),
        (Cluster.SEARCH_FAILED, (), {}),
        (Cluster.WRONG_QUERY, (a_hit("C", "nothing"),), {}),
        (Cluster.MISSED, (a_hit("A", "nothing"),), {}),
        (Cluster.MISSED, (a_hit("C", "it is Paris"),), {}),
        (Cluster.MISREAD, (a_hit("A"), a_hit("b")), {}),
    ],
)
def test_a_wrong_episode_is_told_by_the_first_step_that_failed(cluster, hits, fields):
    answer = "" if "status" in fields else "Rome"
    task = TASKS[0]
    found = scored_rows([task], an_episode("agent", task, answer, *hits, **fields))["agent"]
    assert failures(found, {task.id: task}).clusters == {cluster: (task.id,)}


@pytest.mark.parametrize(
    ("hits", "cluster"),
    [((a_hit("C"),), Cluster.UNREACHABLE), ((a_hit("A"), a_hit("B")), Cluster.MISREAD)],
)
def test_what_the_corpus_does_not_hold_is_nobodys_failure(hits, cluster):
    task = TASKS[0]
    found = scored_rows([task], an_episode("agent", task, "Rome", *hits))["agent"]
    told = failures(found, {task.id: task}, answerable=frozenset({TASKS[1].id}))
    assert told.clusters == {cluster: (task.id,)}


def test_what_evidence_is_is_told_by_the_answer_where_no_titles_are_known():
    plain, verdict = a_question("plain"), a_question("verdict", accepted=("no",))
    tasks = {task.id: task for task in (plain, verdict)}
    found = scored_rows(
        tasks.values(),
        an_episode("agent", plain, "Rome", a_hit("X", "Paris")),
        an_episode("agent", verdict, "yes", a_hit("X", "no")),
    )["agent"]
    told = failures(found, tasks)
    assert told.clusters == {Cluster.MISREAD: (plain.id,), Cluster.UNKNOWN: (verdict.id,)}
    assert (told.right, told.n) == (0, 2)
