"""`eval judge` asks an endpoint about the answers of every row, and tables show what it found."""

import pytest
from fake_endpoint import FakeEndpoint, Fault, serving
from questions import a_question, an_episode
from reported_run import begun
from typer.testing import CliRunner

from cli.main import app, main
from masksearch.evaluation.episodes import EvalEpisode
from masksearch.schemas import Guard
from masksearch.store import write_json, write_records

TASKS = [
    a_question(str(n), ("Never.",), text=f"When was {n}?", benchmark="freshqa", false_premise=True)
    for n in range(3)
]
ROWS = ("agent", "closed-book")


def put(folder, records, name, **counts):
    write_json(
        folder / "manifest.json", {"inputs": {}, "settings": {}, "counts": counts, "done": True}
    )
    write_records(folder / name, records)


def episodes(row):
    made = [an_episode(row, task, f"In 19{n}7, says {row}") for n, task in enumerate(TASKS)]
    return [EvalEpisode.of(row, "freshqa", Guard.NONE, one.trajectory) for one in made]


@pytest.fixture
def run(tmp_path):
    made = begun(tmp_path / "run")
    put(made.path / "04-questions/freshqa", TASKS, "test.jsonl", splits={"test": len(TASKS)})
    for row in ROWS:
        put(made.path / f"09-eval/freshqa@{row}", episodes(row), "episodes.jsonl")
    return made


@pytest.fixture
def endpoint(monkeypatch):
    def verdict(request):
        right = "In 1907" in request["messages"][-1]["content"]
        return f'{{"reason": "so", "relaxed": {str(right).lower()}, "strict": false}}'

    with serving(FakeEndpoint(reply=verdict)) as running:
        monkeypatch.setenv("MASKSEARCH_JUDGE_BASE_URL", running.url)
        monkeypatch.setenv("MASKSEARCH_JUDGE_MODEL", "fake")
        monkeypatch.setenv("MASKSEARCH_MAX_RETRIES", "0")
        monkeypatch.setenv("MASKSEARCH_PATIENCE_SECONDS", "0")
        yield running


def command(*arguments, run):
    return main(["eval", *arguments, "--bench", "freshqa", "--run", str(run.path)])


def table(run):
    arguments = ["eval", "table", "--bench", "freshqa", "--run", str(run.path)]
    return CliRunner().invoke(app, arguments, catch_exceptions=False).output


def test_every_rows_answers_are_judged_once(run, endpoint, capsys):
    assert "unavailable" in table(run) and "eval judge" in table(run)
    assert command("judge", run=run) == 0
    assert "closed-book: 3 answers judged" in capsys.readouterr().out
    assert len(endpoint.requests) == 6
    shown = table(run)
    assert "unavailable" not in shown and "0.33 [" in shown and "FreshQA strict" in shown
    assert command("judge", run=run) == 0 and len(endpoint.requests) == 6


def test_a_judge_that_is_down_is_one_line_and_the_other_metrics_still_come(run, endpoint, capsys):
    endpoint.reply = lambda request: Fault(503)
    assert command("judge", run=run) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    shown = table(run)
    assert "unavailable" in shown and "token recall" in shown


def test_without_an_endpoint_the_setting_is_named(run, monkeypatch, capsys):
    for name in ("MODEL", "BASE_URL", "JUDGE_MODEL", "JUDGE_BASE_URL"):
        monkeypatch.delenv(f"MASKSEARCH_{name}", raising=False)
    assert command("judge", run=run) == 2
    assert "no endpoint for the judge: set MASKSEARCH_BASE_URL" in capsys.readouterr().err


def test_a_row_that_is_not_there_is_named(run, endpoint, capsys):
    assert command("judge", "--rows", "sft", run=run) == 2
    assert "has no row sft on freshqa; there are: agent, closed-book" in capsys.readouterr().err


def test_a_run_that_another_stands_on_is_not_written_to(run, endpoint, tmp_path, capsys):
    above = begun(tmp_path / "above")
    (above.path / "config.yaml").write_text(f"on: {run.path}\n")
    assert command("judge", run=above) == 2
    assert "has no row of its own on freshqa" in capsys.readouterr().err
    assert endpoint.requests == []
