"""A benchmark beside RAMP, through the command line: its own tasks, folders and tables."""

import pytest

from masksearch.evaluation import benchmarks
from masksearch.evaluation.benchmark import Benchmark
from masksearch.schemas import Prompt, Task, TaskKind

ANSWERS = {
    "Who built the first houses of Arlow?": "Iona Kestrel",
    "Which trade had Cawdry?": "slate",
}


class Quiz(Benchmark):
    """Questions about the towns."""

    name = "quiz"
    explanation = "Questions about the towns."
    stratum = "first word"

    def tasks(self, run):
        for question, answer in ANSWERS.items():
            prompt = Prompt(kind=TaskKind.QUESTION, text=question)
            yield Task(id=f"quiz-{answer}", prompt=prompt, answers=((answer,),))

    def inputs(self, run):
        return {"tasks": "quiz 1"}

    def stratum_of(self, task):
        return task.prompt.text.split()[0]


@pytest.fixture
def quiz(monkeypatch):
    monkeypatch.setattr(benchmarks, "BENCHMARKS", (*benchmarks.BENCHMARKS, Quiz()))


ROW = ["--rows", "context-as-query"]


def test_questions_are_evaluated_and_shown_under_their_benchmark(cli, tasks_run, quiz):
    done = cli("eval", "run", "--bench", "quiz", *ROW, "--run", tasks_run, "--json").json
    overall = [row for row in done["rows"] if row["stratum"] is None]
    assert [(row["row"], row["benchmark"], row["n"]) for row in overall] == [
        ("context-as-query", "quiz", 2)
    ]
    assert overall[0]["figures"]["evidence"]["mean"] == 1
    shown = cli("eval", "table", "--bench", "quiz", "--run", tasks_run).out
    assert "Benchmark `quiz`, guard `none`" in shown and "first word" in shown
    assert "Who" in shown and "Questions about the towns." in shown


def test_the_benchmarks_of_a_row_are_resumed_apart(cli, tasks_run, quiz):
    cli("eval", "run", "--bench", "quiz", *ROW, "--run", tasks_run)
    cli("eval", "run", *ROW, "--run", tasks_run)
    found = cli("eval", "table", "--run", tasks_run, "--json").json["rows"]
    assert {row["benchmark"] for row in found} == {"ramp"}
    again = cli("eval", "table", "--bench", "quiz", "--run", tasks_run, "--json").json["rows"]
    assert {row["benchmark"] for row in again} == {"quiz"}
    cli("report", "--run", tasks_run)


def test_a_benchmark_that_is_not_there_is_one_clear_error(cli, tasks_run, quiz):
    for command in (["run"], ["table"], ["compare", "sft", "dapo"], ["failures"]):
        said = cli("eval", *command, "--bench", "triviaqa", "--run", tasks_run, code=2).err
        assert "no benchmark triviaqa: there is ramp, and every set of questions that" in said
    said = cli("eval", "table", "--bench", "quiz", "--run", tasks_run, code=2).err
    assert "masksearch eval run --bench quiz" in said


def test_episodes_of_tasks_that_are_gone_are_told_of(cli, tasks_run, quiz, monkeypatch):
    cli("eval", "run", "--bench", "quiz", *ROW, "--run", tasks_run)
    monkeypatch.delitem(ANSWERS, "Which trade had Cawdry?")
    said = cli("eval", "table", "--bench", "quiz", "--run", tasks_run).out
    assert "Left out: 1 episodes of context-as-query, whose tasks quiz no longer has" in said
