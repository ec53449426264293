"""Models that teach, by the names that a recipe can give them."""

import json
from pathlib import Path

import pytest
from fake_endpoint import FakeEndpoint, Fault, serving
from finishing import finish
from pydantic import BaseModel
from scripted_chat import PlaysAgent

from cli.models import Models
from masksearch.run_folder import RunFolder
from masksearch.schemas import Task, Trajectory
from masksearch.stages import ACCEPTED, EXPORT, MODEL, REJECTED, SFT, TASKS, TRACES, TRAIN
from masksearch.store import read_records


class _Nothing(BaseModel):
    """Settings of a stage that has none."""


AGENT = ("--set", "synth.team=agent")
KEY = "sk-a-very-secret-key"


def one_line(ran) -> str:
    assert ran.out == "" and ran.err.startswith("error: ") and ran.err.count("\n") == 1, ran.err
    return ran.err


def answers(run: str) -> dict[str, str]:
    tasks = read_records(Path(run, TASKS, TRAIN), Task)
    return {task.prompt.text: "\n".join(one[0] for one in task.answers) for task in tasks}


def kept(run: str) -> list[Trajectory]:
    return list(read_records(Path(run, TRACES, ACCEPTED), Trajectory))


def all_text(run: str) -> str:
    files = [
        path for path in Path(run).rglob("*") if path.suffix in (".json", ".jsonl", ".yaml", ".txt")
    ]
    return "".join(path.read_text() for path in files)


@pytest.fixture
def loads(monkeypatch) -> list[str]:
    """The paths of the models that were loaded; each one plays the agent."""
    loaded: list[str] = []

    def chat(self, path: str) -> PlaysAgent:
        loaded.append(path)
        return PlaysAgent(answers("run"))

    monkeypatch.setattr(Models, "chat", chat)
    return loaded


@pytest.fixture
def endpoint():
    with serving(FakeEndpoint()) as running:
        yield running


def replies(run: str):
    known = PlaysAgent(answers(run))

    def reply(request: dict) -> str:
        texts = [one["content"] for one in request["messages"]]
        turn = sum(one["role"] == "assistant" for one in request["messages"])
        shown = next(text for text in known.answers if text in texts[1])
        return known._said(shown, 0, turn)

    return reply


def test_a_model_in_a_folder_teaches(cli, tasks_run, loads):
    Path("teacher").mkdir()
    flags = (*AGENT, "--set", "synth.model=teacher", "--set", "synth.round=1")
    made = cli("synth", "run", *flags, "--run", tasks_run, "--json").json
    assert made["accepted"] == len(answers(tasks_run)) > 0 and made["rejected"] == 0
    assert set(loads) == {"teacher"}
    trace = kept(tasks_run)[0]
    assert (trace.teacher.model, trace.teacher.round) == ("teacher", 1)
    assert trace.turns[0].hits and trace.retriever is not None
    inputs = RunFolder(Path(tasks_run)).own(TRACES).manifest.inputs
    assert (inputs["team"], inputs["model"]) == ("agent", "teacher")
    assert inputs["prompts"].startswith("v")
    loads.clear()
    assert cli("synth", "run", *flags, "--run", tasks_run, "--json").json == made
    assert not loads, "a finished stage needs no model"


def test_a_real_model_in_this_process_is_sampled_anew_in_every_attempt(
    cli, tasks_run, tiny_model, assets_home
):
    sets = (f"model={tiny_model}", "attempts=2", "temperature=1.0", "max_tokens=16")
    flags = [word for one in sets for word in ("--set", f"synth.{one}")]
    float32 = ("--set", "model.dtype=float32")
    made = cli(
        "synth", "run", *AGENT, *flags, *float32, "--limit", "2", "--run", tasks_run, "--json"
    )
    assert made.json["rejected"] == 4
    traces = list(read_records(Path(tasks_run, TRACES, REJECTED), Trajectory))
    sampled = {trace.final_tokens.ids for trace in traces if trace.final_tokens}
    assert len(sampled) == 4 and {trace.attempt for trace in traces} == {0, 1}
    assert {trace.teacher.model for trace in traces} == {str(tiny_model)}


def test_what_was_taught_can_be_exported(cli, tasks_run, loads):
    Path("teacher").mkdir()
    cli("synth", "run", *AGENT, "--set", "synth.model=teacher", "--run", tasks_run)
    assert cli("export", "--run", tasks_run, "--json").json["records"] == len(kept(tasks_run))


def test_a_named_endpoint_teaches_and_its_key_stays_out_of_the_run(
    cli, tasks_run, endpoint, monkeypatch
):
    endpoint.reply = replies(tasks_run)
    monkeypatch.setenv("MASKSEARCH_TUTOR_BASE_URL", endpoint.url)
    monkeypatch.setenv("MASKSEARCH_TUTOR_MODEL", "wise")
    monkeypatch.setenv("MASKSEARCH_TUTOR_API_KEY", KEY)
    flags = ("--set", "synth.model=endpoint:tutor", "--limit", "2")
    assert cli("synth", "run", *AGENT, *flags, "--run", tasks_run, "--json").json["accepted"] == 2
    assert set(endpoint.keys) == {f"Bearer {KEY}"}
    assert {request["model"] for request in endpoint.requests} == {"wise"}
    assert RunFolder(Path(tasks_run)).own(TRACES).manifest.inputs["model"] == "endpoint:tutor wise"
    assert {trace.teacher.model for trace in kept(tasks_run)} == {"wise"}
    assert KEY not in all_text(tasks_run)


def test_an_endpoint_without_a_name_is_the_agents(cli, tasks_run, endpoint, monkeypatch):
    endpoint.reply = replies(tasks_run)
    monkeypatch.setenv("MASKSEARCH_AGENT_BASE_URL", endpoint.url)
    monkeypatch.setenv("MASKSEARCH_AGENT_MODEL", "wise")
    flags = ("--set", "synth.model=endpoint", "--limit", "1")
    assert cli("synth", "run", *AGENT, *flags, "--run", tasks_run, "--json").json["accepted"] == 1


def test_several_attempts_are_counted_by_task(cli, tasks_run, loads):
    Path("teacher").mkdir()
    flags = ("--set", "synth.model=teacher", "--limit", "2", "--set", "synth.attempts=3")
    said = cli("synth", "run", *AGENT, *flags, "--set", "synth.temperature=0.7", "--run", tasks_run)
    assert "6 traces kept" in said.out and "3.0 attempts at each of 2 tasks: 2 passed 3" in said.out
    counts = cli("synth", "stats", "--run", tasks_run, "--json").json
    assert (counts["tasks"], counts["passes"]) == (2, {"3": 2})


def taught(run: str) -> RunFolder:
    """A run whose model was trained on its own traces, as far as its manifests say."""
    base = RunFolder(Path(run))
    config = _Nothing()
    export, sft = base.own(EXPORT), base.own(SFT)
    export.begin({"traces": base.finished(TRACES), "tasks": base.finished(TASKS)}, config)
    finish(export, records=1)
    sft.begin({"export": export}, config)
    (sft.folder / MODEL).mkdir()
    (sft.folder / MODEL / "weights").write_text("w")
    finish(sft, steps=1)
    return base


def test_what_a_run_below_was_taught_teaches_the_next(cli, traces_run, loads):
    base = taught(traces_run)
    made = cli("synth", "run", *AGENT, "--run", "next", "--on", traces_run, "--json").json
    assert made["accepted"] > 0 and set(loads) == {str(Path(traces_run, SFT, MODEL))}
    manifest = RunFolder(Path("next")).own(TRACES).manifest
    assert manifest.inputs["model"] == base.own(SFT).hash
    assert manifest.sources["model"].stage == SFT.folder
    assert cli("synth", "run", "--run", "next", "--json").json == made
    assert cli("export", "--run", "next", "--json").json["records"] == made["accepted"]


def test_a_run_is_not_taught_by_what_its_own_traces_taught(cli, traces_run, loads):
    taught(traces_run)
    said = one_line(cli("synth", "run", *AGENT, "--run", traces_run, code=2))
    assert "trained in a run below" in said and f"--run NEW --on {traces_run}" in said
    assert kept(traces_run)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["synth.model=endpoint:nobody"], "MASKSEARCH_NOBODY_BASE_URL"),
        (["synth.model=endpoint"], "MASKSEARCH_AGENT_BASE_URL"),
        (["synth.model=./nowhere"], "no model at ./nowhere"),
        (["synth.model=dapo"], "--on run"),
        (["synth.attempts=2"], "attempts above 1"),
        (["synth.tasks=questions/none"], "questions import"),
        (["synth.tasks=else"], "ramp or questions:NAME:train"),
        (["synth.tasks=questions:none:dev"], "no training split"),
        (["synth.team=guided"], "questions:NAME:train"),
        (["synth.team=nobody"], "synth.team"),
    ],
)
def test_a_teacher_that_cannot_be_had(cli, tasks_run, flags, said):
    sets = [word for flag in flags for word in ("--set", flag)]
    assert said in one_line(cli("synth", "run", *AGENT, *sets, "--run", tasks_run, code=2))
    assert not Path(tasks_run, TRACES).exists()


def test_questions_can_be_what_is_solved(cli, tasks_run, endpoint):
    from masksearch.schemas import Prompt, TaskKind
    from masksearch.stages import QUESTIONS
    from masksearch.store import write_records

    stage = RunFolder(Path(tasks_run)).own(QUESTIONS, "towns")
    stage.begin({}, _Nothing())
    prompt = Prompt(kind=TaskKind.QUESTION, text="Which town lived from tin?")
    write_records(stage.folder / TRAIN, [Task(id="q1", prompt=prompt, answers=(("Arlow",),))])
    finish(stage)
    flags = ("--set", "synth.tasks=questions/towns")
    made = cli("synth", "run", *flags, "--run", tasks_run, "--json").json
    assert made["accepted"] + made["rejected"] == 1
    manifest = RunFolder(Path(tasks_run)).own(TRACES).manifest
    assert manifest.sources["tasks"].stage == "04-questions/towns"
    assert json.loads(Path(tasks_run, TRACES, "manifest.json").read_text())["done"]


def team(run: str, refused: str = ""):
    """The roles of the team as an endpoint; a text with `refused` in it is too long for it."""
    known = answers(run)

    def reply(request: dict) -> str | Fault:
        system, shown = (one["content"] for one in request["messages"][:2])
        if refused and refused in shown:
            return Fault(400, '{"error": {"message": "the prompt is too long"}}')
        said = next(known[text] for text in known if text in shown)
        return json.dumps(
            {"thought": "t", "sub_question": "q", "answer": said, "queries": ["the town"]}
            if "answer" in system or "plan" in system
            else {"queries": ["the town"]}
        )

    return reply


@pytest.fixture
def llm(endpoint, monkeypatch):
    monkeypatch.setenv("MASKSEARCH_BASE_URL", endpoint.url)
    monkeypatch.setenv("MASKSEARCH_MODEL", "wise")
    monkeypatch.setenv("MASKSEARCH_MAX_RETRIES", "0")
    return endpoint


LLM = ("--set", "synth.team=llm")


def test_a_higher_limit_asks_for_the_rest_alone_and_the_export_is_then_stale(cli, tasks_run, llm):
    llm.reply = team(tasks_run)
    run = ("--run", tasks_run)
    first = cli("synth", "run", *LLM, "--limit", "1", *run, "--json").json
    asked = len(llm.requests)
    cli("export", *run)
    more = cli("synth", "run", "--limit", "3", *run, "--json").json
    assert (first["tasks"], more["tasks"], len(llm.requests)) == (1, 3, 3 * asked)
    assert "--if-exists restart" in one_line(cli("export", *run, code=2))
    again = cli("synth", "run", "--limit", "2", *run, "--json").json
    assert again == more and len(llm.requests) == 3 * asked
    log = Path(tasks_run, "log.txt").read_text()
    assert f"chat: {3 * asked} calls" in log


def test_failed_traces_are_tried_again_and_said_to_be(cli, tasks_run, llm):
    refused = next(iter(answers(tasks_run)))
    llm.reply, run = team(tasks_run, refused), ("--run", tasks_run)
    made = cli("synth", "run", *LLM, *run)
    assert "too long" in made.out
    kept_before = kept(tasks_run)
    llm.reply = team(tasks_run)
    none = cli("synth", "retry", "--reason", "no such words", *run)
    assert none.out.startswith("0 rejected traces were tried again")
    said = cli("synth", "retry", "--reason", "TOO LONG", *run)
    assert said.out.startswith("1 rejected traces were tried again")
    assert len(kept(tasks_run)) == len(kept_before) + 1
    assert "no traces" in one_line(cli("synth", "retry", "--run", "nowhere", code=2)).lower()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(402, '{"error": {"message": "Insufficient Balance"}}'), "Insufficient Balance"),
        (Fault(429, "{}", headers={"retry-after": "3600"}), "60 min"),
        (
            Fault(400, '{"error": {"message": "Unrecognized argument: seed"}}'),
            "MASKSEARCH_OMIT=seed",
        ),
    ],
    ids=["402", "hour", "400"],
)
def test_what_stops_a_run_is_one_line_and_the_same_command_goes_on(
    cli, tasks_run, llm, fault, said
):
    llm.reply = lambda _: fault
    assert said in one_line(cli("synth", "run", *LLM, "--run", tasks_run, code=2))
    assert not kept(tasks_run)
    llm.reply = team(tasks_run)
    assert cli("synth", "run", "--run", tasks_run, "--json").json["accepted"] > 0


def test_an_endpoint_that_fails_a_question_is_one_line(cli, tasks_run, llm):
    llm.reply = lambda _: Fault(503, '{"error": {"message": "overloaded"}}')
    asked = ("ask", "Who built it?", "--model", "endpoint", "--run", tasks_run)
    assert "overloaded" in one_line(cli(*asked, code=2))
