"""Sets of questions, evaluated by rows of every kind, in a run of nothing but an index and them."""

import json
import re
import shutil
from pathlib import Path

import pytest
from fake_endpoint import FakeEndpoint, Fault, serving
from finishing import finish

from cli.agents import Agents
from cli.main import main
from cli.models import Models
from masksearch.config import Section
from masksearch.evaluation.episodes import read_episodes
from masksearch.messages import Reply
from masksearch.run_folder import RunFolder
from masksearch.schemas import Prompt, QuestionFacts, Task, TaskKind, ids_hash
from masksearch.stages import QUESTIONS
from masksearch.store import write_records

TOWNS = ["Arlow", "Brackwater", "Cawdry", "Dunmarsh", "Elverstone", "Garrowby"]
BUILDERS = [
    "Iona Kestrel",
    "Tobias Quill",
    "Maud Harrow",
    "Silas Petrie",
    "Greta Voss",
    "Nell Tarrant",
]


def import_questions(run: str, name: str, split: str = "dev") -> None:
    stage = RunFolder(Path(run)).own(QUESTIONS, name)
    stage.begin({}, Section())
    tasks = [
        Task(
            id=f"{name}-{number}",
            prompt=Prompt(kind=TaskKind.QUESTION, text=f"Who built the first houses of {town}?"),
            answers=((builder,),),
            question=QuestionFacts(benchmark=name, split=split, number=str(number), type="one hop"),
        )
        for number, (town, builder) in enumerate(zip(TOWNS, BUILDERS, strict=True))
    ]
    write_records(stage.folder / f"{split}.jsonl", tasks)
    finish(stage, splits={split: len(tasks)})


@pytest.fixture(scope="module")
def indexed(tmp_path_factory) -> Path:
    """A run that has an index and two sets of questions, and no tasks or traces."""
    folder = tmp_path_factory.mktemp("indexed")
    texts = [
        {
            "id": town,
            "title": town,
            "text": f"The first houses of {town} were built by {builder}. " * 5,
        }
        for town, builder in zip(TOWNS, BUILDERS, strict=True)
    ]
    (folder / "towns.jsonl").write_text("\n".join(map(json.dumps, texts)))
    run = str(folder / "run")
    assert main(["corpus", "build", str(folder / "towns.jsonl"), "--run", run]) == 0
    assert main(["index", "build", "--run", run]) == 0
    import_questions(run, "towns")
    import_questions(run, "others", "train")
    return folder / "run"


@pytest.fixture
def run(cli, indexed) -> str:
    """The same in a folder of its own."""
    shutil.copytree(indexed, "run")
    return "run"


class Knows:
    """A chat model that searches where it may, once, and knows every answer."""

    name = "knows"

    def __init__(self):
        self.asked: list[tuple[str, float, int]] = []

    async def complete(self, messages, decoding):
        text = "\n".join(message.content for message in messages)
        builder = next(
            b for town, b in zip(TOWNS, BUILDERS, strict=True) if f"houses of {town}?" in text
        )
        self.asked.append((builder, decoding.temperature, decoding.seed))
        may_search = "either <search>" in text or "Answer the given question" in text
        last = messages[-1]
        has_read = last.role == "assistant" or last.content.startswith("<information>")
        if may_search and not has_read:
            return Reply(text="<think>t</think><search>first houses built</search>")
        return Reply(text=f"<think>t</think><answer>{builder}</answer>")


@pytest.fixture
def model(monkeypatch):
    chat = Knows()
    monkeypatch.setattr(Models, "chat", lambda *_: chat)
    monkeypatch.setattr(Agents, "check", lambda *_: None)
    return chat


def episodes(run: str, member: str):
    return list(read_episodes(Path(run, "09-eval", member, "episodes.jsonl")))


def means(done: dict, metric: str) -> dict[str, float]:
    return {
        one["row"]: one["figures"][metric]["mean"] for one in done["rows"] if one["stratum"] is None
    }


def test_one_command_evaluates_rows_of_every_kind_on_several_sets(cli, run, model):
    rows = "closed-book,rag,agent,other=some/folder,search-r1:some/checkpoint"
    ran = cli(
        "eval", "run", "--bench", "towns,others:train", "--rows", rows, "--run", run, "--json"
    )
    done = ran.json
    named = {"closed-book", "rag", "agent", "model-other", "search-r1-checkpoint"}
    assert {(one["row"], one["benchmark"]) for one in done["rows"]} == {
        (row, bench) for row in named for bench in ("towns", "others:train")
    }
    assert set(means(done, "em").values()) == {1.0}
    assert means(done, "searches") == {
        "closed-book": 0, "rag": 1, "agent": 1, "model-other": 1, "search-r1-checkpoint": 1,
    }  # fmt: skip
    assert len(model.asked) == 2 * 6 * (1 + 1 + 2 + 2 + 2)
    [first, *_] = episodes(run, "towns@search-r1-checkpoint")
    assert first.trajectory.retriever.top_k == 3 and len(first.trajectory.hits) == 3
    again = cli(
        "eval", "run", "--bench", "towns,others:train", "--rows", rows, "--run", run, "--json"
    )
    assert again.json == done and len(model.asked) == 2 * 6 * 8


def test_usual_rows_of_questions_need_neither_tasks_nor_traces(cli, run, model):
    done = cli("eval", "run", "--bench", "towns", "--limit", "2", "--run", run, "--json").json
    assert set(means(done, "searches")) == {"closed-book", "rag", "agent", "context-as-query"}
    assert {one["n"] for one in done["rows"]} == {2}


def test_rules_for_blanks_have_nothing_to_say_of_a_question(cli, run, model):
    flags = ("--bench", "towns", "--rows", "extractive-team", "--limit", "2", "--run", run)
    done = cli("eval", "run", *flags, "--json").json
    assert means(done, "em") == {"extractive-team": 0.0} and not model.asked


def test_questions_are_asked_under_no_guard_but_none_and_only_once(cli, run, model):
    cli("eval", "run", "--bench", "towns", "--rows", "rag", "--guards", "none,page", "--run", run)
    assert [(one.guard, one.task_id) for one in episodes(run, "towns@rag")] == [
        ("none", f"towns-{n}") for n in range(6)
    ]
    assert len(model.asked) == 6
    shown = cli("eval", "table", "--bench", "towns", "--run", run).out
    assert "Guard none, and no other" in shown and "stays searchable" not in shown


def test_samples_are_drawn_and_those_that_are_there_are_kept(cli, run, model):
    flags = ("eval", "run", "--bench", "towns", "--rows", "rag,context-as-query", "--run", run)
    cli(*flags, "--samples", "2", "--set", "eval.temperature=0.5")
    assert [(one.task_id, one.sample) for one in episodes(run, "towns@rag")] == [
        (f"towns-{n}", sample) for n in range(6) for sample in range(2)
    ]
    assert {temperature for _, temperature, _ in model.asked} == {0.5}
    assert len({seed for *_, seed in model.asked}) == 12
    assert len(episodes(run, "towns@context-as-query")) == 6
    cli(*flags, "--samples", "3")
    assert len(model.asked) == 18
    said = cli(*flags, code=2).err
    assert "temperature: 0.5 → 0.0" in said and "--if-exists restart" in said


def test_the_protocol_stands_beside_the_figures(cli, run, model):
    rows = "closed-book,rag,agent,context-as-query,search-r1:a/b"
    flags = ("eval", "run", "--bench", "towns", "--rows", rows, "--limit", "2", "--run", run)
    done = cli(*flags, "--set", "eval.max_tokens=96", "--json").json["protocols"]
    told = {row: one for one in done for row in one["rows"]}
    most = {row: (one["max_turns"], one["max_tokens"], one["top_k"]) for row, one in told.items()}
    assert most == {
        "closed-book": (0, 96, 5),
        "rag": (1, 96, 5),
        "agent": (4, 96, 5),
        "context-as-query": (None, None, 5),
        "search-r1-b": (4, 500, 3),
    }
    assert {(one["tasks"], one["samples"], one["temperature"]) for one in done} == {(2, 1, 0.0)}
    assert {one["ids"] for one in done} == {ids_hash(["towns-0", "towns-1"])}
    shown = cli("eval", "table", "--bench", "towns", "--run", run).out
    assert "search-r1-b: 2 tasks (ids" in shown and "an answer that cannot be read" in shown


def test_a_training_split_is_evaluated_with_a_warning_that_stays(cli, run, model):
    cli("eval", "run", "--bench", "others:train", "--rows", "rag", "--run", run)
    assert (
        "WARNING: a training split"
        in cli("eval", "table", "--bench", "others:train", "--run", run).out
    )
    said = cli("eval", "run", "--bench", "others", "--rows", "rag", "--run", run, code=2).err
    assert "has no dev or test questions" in said


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--bench", "nosuch"], "no benchmark nosuch"),
        (["--bench", "towns,"], ""),
        (["--bench", ","], "--bench: name at least one"),
        (["--rows", "raag"], "--rows raag: the rows are dapo, sft, agent, rag"),
        (["--rows", "a/model,b/model"], "both be the row model-model"),
        (["--rows", "endpoint:nobody"], "no endpoint is named 'nobody'"),
        (["--rows", "rag,sft"], "07-sft is not finished"),
    ],
)
def test_what_cannot_be_evaluated_is_one_line_before_anything_is_asked(
    cli, run, model, flags, said
):
    base = ["--bench", "towns"] if "--bench" not in flags else ["--rows", "rag"]
    code = 2 if said else 0
    assert said in cli("eval", "run", *base, *flags, "--run", run, code=code).err
    assert bool(model.asked) == (not said)


def test_a_wrong_path_among_rows_is_refused_before_the_others_are_asked(cli, run, monkeypatch):
    chat = Knows()
    monkeypatch.setattr(Models, "chat", lambda *_: chat)
    flags = ("--bench", "towns", "--rows", "x=org/model,y=./no/where", "--run", run)
    assert "no model at ./no/where" in cli("eval", "run", *flags, code=2).err
    assert not chat.asked


def answered(request: dict) -> str:
    text = request["messages"][-1]["content"]
    town = next(town for town in TOWNS if f"houses of {town}?" in json.dumps(request))
    if not re.search(r"<information>\s*(\[1\]|Doc 1)", text):
        return "<think>t</think><search>houses</search>"
    return f"<think>t</think><answer>{BUILDERS[TOWNS.index(town)]}</answer>"


@pytest.fixture
def endpoint(monkeypatch):
    with serving(FakeEndpoint(reply=answered)) as running:
        for name, value in {
            "BASE_URL": running.url, "MODEL": "fake", "API_KEY": "sk-secret",
        }.items():  # fmt: skip
            monkeypatch.setenv(f"MASKSEARCH_TUTOR_{name}", value)
        for name, value in {"MAX_RETRIES": 0, "REST_SECONDS": 0.01, "PATIENCE_SECONDS": 0}.items():
            monkeypatch.setenv(f"MASKSEARCH_{name}", str(value))
        yield running


ENDPOINT = ("--rows", "endpoint:tutor", "--bench", "towns", "--set", "eval.concurrency=1")


def test_a_model_behind_an_endpoint_is_a_row(cli, run, endpoint):
    done = cli("eval", "run", *ENDPOINT, "--run", run, "--json").json
    assert means(done, "em") == {"endpoint-tutor": 1.0}
    asked = len(endpoint.requests)
    assert cli("eval", "run", *ENDPOINT, "--run", run, "--json").json == done
    assert len(endpoint.requests) == asked == 12
    shown = cli("eval", "table", "--bench", "towns", "--run", run).out
    assert "endpoint-tutor" in shown
    worst = cli("eval", "failures", "endpoint:tutor", "--bench", "towns", "--run", run).out
    assert "every episode ended in an answer" in worst
    manifest = Path(run, "09-eval", "towns@endpoint-tutor", "manifest.json").read_text()
    assert '"endpoint:tutor fake"' in manifest and "sk-secret" not in manifest


def test_search_r1_at_an_endpoint_goes_on_with_its_message(cli, run, endpoint):
    cli(
        "eval",
        "run",
        "--rows",
        "search-r1:endpoint:tutor",
        "--bench",
        "towns",
        "--limit",
        "1",
        "--run",
        run,
    )
    first, second = endpoint.requests
    assert [one["role"] for one in first["messages"]] == ["user"]
    assert [one["role"] for one in second["messages"]] == ["user", "assistant"]
    assert "continue_final_message" not in first and second["continue_final_message"] is True
    assert second["stop"] == ["</search>"] and second["max_tokens"] == 500
    [found] = episodes(run, "towns@search-r1-endpoint-tutor")
    assert found.trajectory.answer == BUILDERS[0]


def test_an_outage_ends_its_row_alone_with_the_reason_and_the_same_command_goes_on(
    cli, run, endpoint, model
):
    endpoint.reply = lambda request: answered(request) if len(endpoint.requests) < 6 else Fault(503)
    flags = (
        "eval",
        "run",
        "--bench",
        "towns",
        "--rows",
        "endpoint:tutor,rag",
        "--set",
        "eval.concurrency=1",
        "--run",
        run,
    )
    said = cli(*flags, code=2)
    assert "503" in said.err or "try later" in said.err
    assert "not finished: endpoint-tutor on towns" in said.err and not said.out.strip()
    kept = episodes(run, "towns@endpoint-tutor")
    assert len(kept) == 2 and len(episodes(run, "towns@rag")) == 6
    shown = cli("eval", "table", "--bench", "towns", "--run", run).out
    assert "Not finished: endpoint-tutor on towns" in shown
    endpoint.reply, before = answered, len(endpoint.requests)
    cli(*flags)
    assert len(endpoint.requests) - before == 8
    assert [one.task_id for one in episodes(run, "towns@endpoint-tutor")] == [
        f"towns-{n}" for n in range(6)
    ]
    assert len(model.asked) == 6
    assert "Not finished" not in cli("eval", "table", "--bench", "towns", "--run", run).out


def test_a_message_that_is_refused_is_an_episode_that_failed(cli, run, endpoint):
    refused = '{"error": {"message": "content filter", "code": "content_filter"}}'
    endpoint.reply = lambda request: (
        Fault(400, refused) if "Cawdry?" in json.dumps(request["messages"]) else answered(request)
    )
    done = cli("eval", "run", *ENDPOINT, "--run", run, "--json").json
    assert means(done, "em") == {"endpoint-tutor": pytest.approx(5 / 6)}
    failed = [
        one for one in episodes(run, "towns@endpoint-tutor") if one.trajectory.status == "failed"
    ]
    assert [one.task_id for one in failed] == ["towns-2"] and "filter" in failed[
        0
    ].trajectory.reason


def test_the_prompted_rows_can_be_of_an_endpoint(cli, run, endpoint):
    flags = ("--rows", "agent", "--bench", "towns", "--set", "eval.model=endpoint:tutor")
    done = cli("eval", "run", *flags, "--limit", "2", "--run", run, "--json").json
    assert means(done, "em") == {"agent": 1.0}
    roles = [one["role"] for one in endpoint.requests[0]["messages"]]
    assert roles == ["system", *["user", "assistant"] * 3, "user"]
