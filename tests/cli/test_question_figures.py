"""What the command line tells of questions that rows were evaluated on."""

import json

import pytest
from questions import a_hit, a_question, an_episode
from reported_run import begun
from typer.testing import CliRunner

from cli.main import app, main
from masksearch.run_folder import RunFolder
from masksearch.store import write_json, write_records

TASKS = [
    a_question(str(n), text=f"Which city is number {n}?", supporting_titles=("A",))
    for n in range(4)
]


def put(folder, records, name, **counts):
    write_json(
        folder / "manifest.json", {"inputs": {}, "settings": {}, "counts": counts, "done": True}
    )
    write_records(folder / name, records)


def a_run(path, **rows):
    """A run in which these rows are right on questions of these numbers."""
    run = begun(path)
    put(path / "04-questions" / "2wiki", TASKS, "dev.jsonl", splits={"dev": len(TASKS)})
    for row, right in rows.items():
        episodes = [
            an_episode(row, task, "Paris" if n in right else "Rome", a_hit("A"))
            for n, task in enumerate(TASKS)
        ]
        put(path / "09-eval" / f"2wiki@{row}", episodes, "episodes.jsonl")
    return run


@pytest.fixture
def run(tmp_path) -> RunFolder:
    return a_run(tmp_path / "run", agent={0, 1}, sft={1, 2, 3})


def said(*arguments, run):
    done = CliRunner().invoke(app, [*arguments, "--run", str(run.path)], catch_exceptions=False)
    return done.output


def figures(*arguments, run):
    return json.loads(said(*arguments, "--json", run=run))


def test_a_table_shows_the_metrics_that_belong_to_its_benchmark(run):
    shown = said("eval", "table", "--bench", "2wiki", run=run)
    header = next(line for line in shown.splitlines() if line.startswith("| row"))
    assert "evidence recall" in header and "contained" in header
    assert "FanOutQA" not in shown and "aliases" not in shown and "unavailable" not in shown
    assert "What an episode took" in shown and "p (Holm)" in shown


def test_two_rows_are_compared_question_by_question(run):
    shown = said("eval", "compare", "sft", "agent", "--bench", "2wiki", run=run)
    assert "of 4 tasks sft solves 2 that agent does not, agent 1 that sft does not" in shown
    assert "gain: 2wiki-2" in shown and "Which city is number 2?" in shown
    assert "loss: 2wiki-0" in shown and "right: Paris" in shown
    found = figures("eval", "compare", "sft", "agent", "--bench", "2wiki", run=run)
    [changed] = found["changes"]
    assert changed["gains"] == ["2wiki-2", "2wiki-3"] and changed["losses"] == ["2wiki-0"]
    em = next(one for one in found["differences"] if one["metric"] == "em")
    assert (em["wins"], em["losses"], em["p"]) == (2, 1, 1.0)


def test_a_row_of_another_run_is_named_with_its_folder(run, tmp_path):
    other = a_run(tmp_path / "other", sft={0, 1, 2, 3})
    found = figures("eval", "compare", f"{other.path}:sft", "sft", "--bench", "2wiki", run=run)
    assert found["changes"][0]["gains"] == ["2wiki-0"]
    assert found["differences"][0]["left"] == f"{other.path}:sft"


def test_failures_are_counted_by_what_went_wrong(run):
    shown = said("eval", "failures", "agent", "--bench", "2wiki", "--limit", "1", run=run)
    assert "2 of 4 episodes are right" in shown
    assert "2  evidence found and misread" in shown and "2wiki-2, 2wiki-3" in shown


def test_nothing_in_common_is_one_line(run, capsys):
    write_records(
        run.path / "09-eval/2wiki@agent/episodes.jsonl", [an_episode("agent", a_question("x"), "y")]
    )
    code = main(["eval", "compare", "sft", "agent", "--bench", "2wiki", "--run", str(run.path)])
    assert code == 2 and "no task under the same guard in common" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["em", "FanOutQA strict", "fresh_relaxed", "usd"])
def test_a_metric_is_explained_with_its_source(name, capsys):
    assert main(["metrics", "explain", name]) == 0
    told = capsys.readouterr().out
    assert "95 % interval" in told and len(told.splitlines()) > 3
    assert max(map(len, told.splitlines())) <= 80


def test_an_unknown_metric_is_one_line_that_names_those_there_are(capsys):
    assert main(["metrics", "explain", "rouge"]) == 2
    assert "no metric 'rouge': there are format, evidence" in capsys.readouterr().err


def test_only_freshqas_answers_have_a_judge(run, capsys):
    code = main(["eval", "judge", "--bench", "2wiki", "--run", str(run.path)])
    assert code == 2 and "2wiki has no questions for a judge" in capsys.readouterr().err
