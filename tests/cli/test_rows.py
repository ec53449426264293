import pytest

from cli.models import Models
from cli.rows import OTHER_ROWS, Row, parse_rows
from masksearch.errors import ConfigError
from masksearch.messages import Reply


class Student:
    """A chat model that searches once and then answers, and remembers what it was shown."""

    name = "student"

    def __init__(self):
        self.shown = []

    async def complete(self, messages, *, stop=(), max_tokens=512, temperature=0.0, seed=0):
        self.shown.append([(message.role, message.content) for message in messages])
        if messages[-1].content.startswith("<information>"):
            return Reply(text="<think>t</think><answer>\nx\n</answer>")
        return Reply(text="<think>t</think><search>\nthe town on the river\n</search>")


@pytest.fixture
def student(monkeypatch):
    chat = Student()
    chat.paths = []

    def of_path(_, path):
        chat.paths.append(path)
        return chat

    monkeypatch.setattr(Models, "chat", of_path)
    return chat


def test_all_rows_unless_told():
    assert parse_rows(None, None) == []
    assert [row.name for row in parse_rows("closed-book, untrained", None)] == [
        "untrained",
        "closed-book",
    ]


def test_a_model_of_ones_own_is_a_row():
    assert parse_rows(None, "some/folder") == [Row("model-folder", "some/folder")]
    assert parse_rows("untrained", "untrained") == [Row("untrained")]
    assert parse_rows(None, "some/folder")[0].is_model
    assert not any(Row(name).is_model for name in OTHER_ROWS)


def test_an_unknown_row_is_refused():
    with pytest.raises(ConfigError, match="best"):
        parse_rows("trained,best", None)


def test_the_untrained_model_is_shown_two_solved_tasks(cli, traces_run, student):
    cli("eval", "run", "--rows", "untrained", "--run", traces_run)
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
    rows = ["--rows", "untrained", "--run", traces_run]
    cli("eval", "run", *rows, "--limit", "2")
    asked = len(student.shown)
    cli("eval", "run", *rows, "--limit", "2")
    assert len(student.shown) == asked
    cli("eval", "run", *rows, "--limit", "4")
    assert len(student.shown) == 2 * asked


def test_rows_of_models_are_compared_pair_by_pair(cli, traces_run, student):
    cli("eval", "run", "--model", "some/folder", "--run", traces_run)
    cli("eval", "run", "--rows", "untrained", "--run", traces_run)
    ran = cli("eval", "compare", "model-folder", "untrained", "--run", traces_run)
    assert "model-folder − untrained, token recall, guard none: +0.00" in ran.out
    worst = cli("eval", "failures", "model-folder", "--limit", "1", "--run", traces_run).out
    assert "searches (1): the town on the river" in worst and "right:" in worst
