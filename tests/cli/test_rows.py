from pathlib import Path

import pytest

from cli.agents import Agents
from cli.models import Models
from masksearch.errors import ConfigError
from masksearch.evaluation.episodes import read_episodes
from masksearch.evaluation.rows import ROWS, chosen_rows
from masksearch.evaluation.rows.own_model import OwnModel
from masksearch.messages import Reply
from masksearch.run_folder import RunFolder
from masksearch.stages import HELDOUT


class Student:
    """A chat model that searches once and then answers, and remembers what it was shown."""

    name = "student"

    def __init__(self):
        self.shown = []
        self.repeats_the_task = False

    async def complete(self, messages, decoding):
        self.shown.append([(message.role, message.content) for message in messages])
        if messages[-1].content.startswith("<information>"):
            return Reply(text="<think>t</think><answer>\nx\n</answer>")
        task = " ".join(messages[-1].content.split())
        query = task if self.repeats_the_task else "the town on the river"
        return Reply(text=f"<think>t</think><search>\n{query}\n</search>")


@pytest.fixture
def student(monkeypatch):
    chat = Student()
    chat.paths = []

    def of_path(_, path):
        chat.paths.append(path)
        return chat

    monkeypatch.setattr(Models, "chat", of_path)
    monkeypatch.setattr(Agents, "check", lambda *_: None)
    return chat


def names(rows):
    return [row.name for row in rows]


def test_rows_are_chosen_by_name_old_or_new_in_the_order_of_the_table():
    assert chosen_rows(None, None) == []
    assert names(chosen_rows("closed-book, agent", None)) == ["agent", "closed-book"]
    assert names(chosen_rows("untrained,trained", None)) == ["sft", "agent"]


def test_a_model_of_ones_own_is_a_row():
    [own] = chosen_rows(None, "some/folder")
    assert isinstance(own, OwnModel)
    assert (own.name, own.path, own.is_baseline) == ("model-folder", "some/folder", False)
    assert names(chosen_rows("agent", "untrained")) == ["agent"]
    assert {row.name for row in ROWS if row.is_baseline} == {
        "rag", "closed-book", "context-as-query", "extractive-team",
    }  # fmt: skip


def test_an_unknown_row_is_refused():
    with pytest.raises(ConfigError, match="best"):
        chosen_rows("sft,best", None)


def test_the_prompted_model_is_shown_two_solved_tasks(cli, traces_run, student):
    cli("eval", "run", "--rows", "agent", "--run", traces_run)
    roles = [role for role, _ in student.shown[0]]
    # system, then one search for one mask and two for two, each task ending in its answer
    assert roles == ["system", *["user", "assistant"] * 5, "user"]
    examples = [text for _, text in student.shown[0][1:-1]]
    assert sum("<answer>" in text for text in examples) == 2
    assert sum(text.startswith("<information>") for text in examples) == 3
    assert student.paths[0] == "smollm2"


def test_closed_book_has_no_search_to_use(cli, traces_run, student):
    rows = ["--rows", "closed-book", "--run", traces_run]
    figures = cli("eval", "run", *rows, "--json").json["rows"][0]["figures"]
    assert figures["searches"]["mean"] == 0
    assert not any("<information>" in text for shown in student.shown for _, text in shown)
    assert "nothing to search with" in student.shown[0][0][1]


def test_nothing_is_asked_twice(cli, traces_run, student):
    rows = ["--rows", "agent", "--run", traces_run]
    cli("eval", "run", *rows, "--limit", "2")
    asked = len(student.shown)
    cli("eval", "run", *rows, "--limit", "2")
    assert len(student.shown) == asked
    cli("eval", "run", *rows, "--limit", "4")
    assert len(student.shown) == 2 * asked


def test_rows_of_models_are_compared_pair_by_pair(cli, traces_run, student):
    cli("eval", "run", "--model", "some/folder", "--run", traces_run)
    cli("eval", "run", "--rows", "agent", "--run", traces_run)
    ran = cli("eval", "compare", "model-folder", "agent", "--run", traces_run)
    assert "model-folder − agent" in ran.out and "token recall" in ran.out
    worst = cli("eval", "failures", "model-folder", "--limit", "1", "--run", traces_run).out
    assert "searches (1): the town on the river" in worst and "right:" in worst


@pytest.mark.parametrize("guard", ["none", "paragraph", "page"])
@pytest.mark.parametrize("row", ["agent", "model-folder", "extractive-team", "context-as-query"])
def test_every_row_searches_under_the_guard_it_is_evaluated_under(
    cli, traces_run, student, row, guard
):
    student.repeats_the_task = True  # which finds the passage that it was made from
    who = ["--model", "some/folder"] if row == "model-folder" else ["--rows", row]
    cli("eval", "run", *who, "--guards", guard, "--run", traces_run)
    tasks = {task.id: task.passage_id for task in RunFolder(Path(traces_run)).tasks(HELDOUT)}
    episodes = list(read_episodes(Path(traces_run, "09-eval", row, "episodes.jsonl")))
    found = [(hit.id, tasks[one.task_id]) for one in episodes for hit in one.trajectory.hits]
    assert len(episodes) == 4 and found
    assert {one.trajectory.retriever.guard for one in episodes} == {guard}
    sources = [hit == source for hit, source in found]
    pages = [hit.partition("#")[0] == source.partition("#")[0] for hit, source in found]
    assert any(sources) == (guard == "none")
    assert not (guard == "page" and any(pages))
