from reported_run import GOLD, LEARNERS, a_document, a_task, an_episode

from masksearch.evaluation.benchmarks.ramp import RampHeldout
from masksearch.evaluation.table import scored
from masksearch.parquet import write_shard
from masksearch.report.cases import case, groups, picked
from masksearch.report.credit import credits_of

NAMES = "abcdef"
TASKS = {name: a_task(name) for name in NAMES}


def rows(**answers):
    """Episodes per row; `answers` holds one letter per task: r for right, w for wrong."""
    given = {"r": GOLD, "w": "Tobias Quill"}
    return {
        row: scored(
            [an_episode(row, TASKS[n], given[c]) for n, c in zip(NAMES, told, strict=False)],
            TASKS,
            RampHeldout(),
        )
        for row, told in answers.items()
    }


def tasks_of(found):
    return [group[0].episode.task_id for group in found]


def test_a_gain_comes_first_and_one_that_still_fails_is_always_there():
    found = groups(rows(agent="rwwrw", sft="rrrww"), LEARNERS)
    chosen = picked(found)
    assert len(chosen) == 3
    gained = [group for group in chosen if group[0].figures["em"] < group[-1].figures["em"]]
    assert chosen[0] in gained
    assert any(group[-1].figures["em"] < 1 for group in chosen)
    assert len(set(tasks_of(chosen))) == 3


def test_labels_say_what_became_of_the_task():
    found = groups(rows(agent="wrrw", sft="rrww"), LEARNERS)
    labels = [case(group, a_task(group[0].episode.task_id)).label for group in found]
    assert [label.split(":")[0] for label in labels] == [
        "Learnt",
        "Right before and after",
        "Unlearnt",
        "Still wrong",
    ]


def test_rows_stand_in_the_order_of_learning_as_far_as_they_are_there():
    episodes = rows(dapo="rr", agent="ww", sft="rw", other="rr")
    assert [one.episode.row for one in groups(episodes, LEARNERS)[0]] == ["agent", "sft", "dapo"]
    [alone, *_] = groups(rows(sft="w"), LEARNERS)
    assert case(alone, a_task("a")).label == "Wrong"
    assert groups(rows(other="rr"), LEARNERS) == []


def test_only_tasks_that_every_row_tried_are_compared():
    assert tasks_of(groups(rows(agent="w", sft="rrr"), LEARNERS)) == ["a"]
    assert picked([]) == []


def test_a_case_marks_the_evidence_and_judges_each_blank():
    [group] = groups(rows(agent="w", sft="r"), LEARNERS)
    told = case(group, a_task("a"))
    [passage] = told.tries[0].turns[0].hits
    assert [piece.text for piece in passage.text if piece.blank] == [GOLD]
    assert [tried.fills[0].right for tried in told.tries] == [False, True]
    assert told.tries[0].fills[0].gold == GOLD


def test_credits_are_the_pages_that_are_quoted_as_the_corpus_knows_them(tmp_path):
    pages = [a_document(1, 7, "Arlow"), a_document(2, 8, "Brackwater"), a_document(3, 9, "Cawdry")]
    write_shard(tmp_path / "00000.parquet", pages[:1])
    write_shard(tmp_path / "00001.parquet", pages[1:])
    [group] = groups(rows(sft="r"), LEARNERS)
    found = credits_of([case(group, a_task("a"))], tmp_path)
    assert [(one.title, one.revision, one.licence) for one in found] == [
        ("Arlow", "7", "CC BY-SA"),
        ("Brackwater", "8", "CC BY-SA"),
    ]
    assert found[0].url == "https://towns.example/1"
    assert found[0].terms.startswith("https://creativecommons.org/")


def test_without_the_documents_hits_and_tasks_tell_what_they_know(tmp_path):
    [group] = groups(rows(sft="r"), LEARNERS)
    found = credits_of([case(group, a_task("a"))], tmp_path / "gone")
    assert [(one.title, one.revision) for one in found] == [("Arlow", "7"), ("Brackwater", "")]
