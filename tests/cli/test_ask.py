"""`masksearch ask` over a real index, with a tiny real model or an endpoint on loopback."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fake_endpoint import FakeEndpoint, Fault, Say, serving
from finishing import finish

from cli.models import best_model
from cli.recipe import load_recipe
from masksearch.protocol import ModelTurn, render_turn
from masksearch.question import MOST_CHARS
from masksearch.run_folder import RunFolder
from masksearch.schemas import AnswerStyle, Guard, Status, Trajectory
from masksearch.search.factory import SearchFactory
from masksearch.search.fingerprints import Retrievers, keep_retrievers
from masksearch.stages import DAPO, DOCUMENTS, SFT
from training.config import SftConfig

MASKED = "The first houses of Arlow were built by [mask]."
KEY = "sk-a-very-secret-key"


def search_for(query: str) -> str:
    return render_turn(ModelTurn(thought="Who built it?", queries=(query,)))


def answer_of(text: str) -> str:
    return render_turn(ModelTurn(thought="It says so.", answer=text))


def searches_then(answer: str):
    """A model that searches for the houses of Arlow once, then answers."""

    def reply(request: dict) -> str:
        last = request["messages"][-1]["content"]
        return answer if last.startswith("<information>") else search_for("first houses of Arlow")

    return reply


@pytest.fixture
def endpoint(monkeypatch):
    with serving(FakeEndpoint(reply=searches_then(answer_of("Iona Kestrel")))) as served:
        monkeypatch.setenv("MASKSEARCH_BASE_URL", served.url)
        monkeypatch.setenv("MASKSEARCH_MODEL", "fake")
        monkeypatch.setenv("MASKSEARCH_API_KEY", KEY)
        monkeypatch.setenv("MASKSEARCH_MAX_RETRIES", "0")
        yield served


@pytest.fixture
def ask(cli, tasks_run):
    def run(*arguments: str, code: int = 0):
        return cli("ask", *arguments, "--run", tasks_run, code=code)

    return run


def one_line(ran) -> str:
    assert ran.out == "" and ran.err.startswith("error: ") and ran.err.count("\n") == 1, ran.err
    return ran.err


def with_model(run: str, model: Path, stage: str = SFT) -> Path:
    """The run as if a training had ended in this model."""
    trained = RunFolder(Path(run)).stage(stage)
    trained.begin({}, SftConfig())
    shutil.copytree(model, trained.folder / "model")
    finish(trained)
    return trained.folder / "model"


def test_thoughts_searches_finds_and_the_answer_are_told_in_order(ask, endpoint):
    said = " ".join(ask(MASKED, "--model", "endpoint").out.split())  # wherever lines are broken
    told = [
        "thinks: Who built it?", "searches: first houses of Arlow", "[1] Arlow https://towns.example",
        "The first houses were built by Iona Kestrel", "thinks: It says so.", "answer: Iona Kestrel",
        "so: The first houses of Arlow were built by [Iona Kestrel].", "sources:",
    ]  # fmt: skip
    places = [said.index(text) for text in told]
    assert places == sorted(places)


def apart(text: str) -> Say:
    """A turn as a server sends it that parses the thought itself."""
    thought, _, action = text.removeprefix("<think>").partition("</think>")
    return Say(action, fields={"reasoning_content": f"{thought} As <search> says."})


def by_template(text: str) -> str:
    return text.removeprefix("<think>")


def test_a_thought_that_comes_otherwise_is_told_as_any_other(ask, endpoint):
    plain = endpoint.reply
    for shape in (apart, by_template):
        endpoint.requests.clear()
        endpoint.reply = lambda request, shape=shape: shape(plain(request))
        said = ask(MASKED, "--model", "endpoint").out
        assert "thinks: Who built it?" in said and "answer: Iona Kestrel" in said
        before = endpoint.requests[1]["messages"][2]["content"]
        assert before.startswith("<think>Who built it?") and before.count("<search>") == 1


def test_an_answer_that_was_only_thought_of_is_none(ask, endpoint):
    endpoint.reply = lambda _: Say("<think>I could say <answer>x</answer>", finish="length")
    said = ask(MASKED, "--model", "endpoint", code=1).out
    assert "nothing but a thought (cut at 7 tokens while thinking)" in said


def test_sources_are_numbered_pages_and_say_what_stands_in_them(ask, endpoint):
    said = ask(MASKED, "--model", "endpoint", "--top-k", "5").out
    sources = said.partition("sources:\n")[2].splitlines()
    assert sources[0].startswith("  [1] Arlow  https://towns.example/wiki/Arlow")
    assert sources[0].endswith("(in it: Iona Kestrel)")
    assert [line[2:5] for line in sources] == [f"[{n}]" for n in range(1, len(sources) + 1)]
    assert not any("in it" in line for line in sources[1:])


def test_it_is_told_turn_by_turn(ask, endpoint, capsys):
    heard = []
    plain = endpoint.reply

    def reply(request):
        heard.append(capsys.readouterr().out)
        return plain(request)

    endpoint.reply = reply
    ask(MASKED, "--model", "endpoint")
    assert heard[0] == "" and "first houses were built by Iona" in heard[1]


def test_a_masked_text_is_asked_in_the_recipes_style(ask, endpoint, tasks_run):
    ask(MASKED.replace("[mask]", "[MASK]"), "--title", "Arlow", "--model", "endpoint")
    system, task = (message["content"] for message in endpoint.requests[0]["messages"])
    assert "one line for each [mask]" in system and task.startswith("Title: Arlow\n")
    assert task.endswith(f"\n{MASKED}")
    config = Path(tasks_run, "config.yaml")
    config.write_text(config.read_text().replace("style: blanks", f"style: {AnswerStyle.PASSAGE}"))
    ask(MASKED, "--model", "endpoint")
    assert "the text with every [mask] filled" in endpoint.requests[-1]["messages"][0]["content"]


def test_a_run_in_chinese_is_asked_in_chinese_as_in_training(ask, endpoint, tasks_run):
    documents = RunFolder(Path(tasks_run)).stage(DOCUMENTS)
    documents.finish(documents.counts.changed(language={"used": "zh"}))
    ask("阿洛最早的房子由[mask]建造。", "--title", "阿洛", "--model", "endpoint")
    system, task = (message["content"] for message in endpoint.requests[0]["messages"])
    assert "在 answer 中按顺序为每个 [mask] 写一行" in system and task.startswith("标题：阿洛\n")


def test_a_question_is_asked_as_one(ask, endpoint):
    said = ask("Who built the first houses of Arlow?", "--model", "endpoint").out
    assert "short answer to the question" in endpoint.requests[0]["messages"][0]["content"]
    assert "answer: Iona Kestrel" in said and "so:" not in said


def test_json_is_the_trajectory_alone(ask, endpoint):
    ran = ask(MASKED, "--model", "endpoint", "--json")
    told = Trajectory.model_validate(ran.json)
    assert (told.status, told.answer) == (Status.ANSWERED, "Iona Kestrel")
    assert told.turns[0].hits[0].title == "Arlow" and told.teacher.model == "fake"
    assert ran.err == ""


def test_no_answer_ends_with_code_1_and_why(ask, endpoint):
    endpoint.reply = lambda _: "I would rather not."
    said = ask(MASKED, "--model", "endpoint", code=1).out
    assert "no answer: no thought first" in said and "the model said: I would rather not." in said
    endpoint.reply = lambda _: search_for("Arlow")
    said = ask(MASKED, "--model", "endpoint", "--max-turns", "2", code=1).out
    assert said.count("searches:") == 2 and "\nno answer: after 2 searches\n" in said


def test_what_a_model_or_a_page_says_cannot_drive_the_terminal(ask, endpoint):
    endpoint.reply = searches_then(answer_of("\x1b[31mIona\x9b2J\nsources:\n  [9] forged"))
    said = ask(MASKED, "--model", "endpoint").out
    assert "\x1b" not in said and "\x9b" not in said
    assert "answer: \ufffd[31mIona\ufffd2J / sources: / [9] forged\n" in said
    assert said.splitlines().count("sources:") == 1
    ran = ask(MASKED, "--model", "endpoint", "--json")
    assert "\x1b" not in ran.out and "\x9b" not in ran.out
    assert ran.json["answer"].startswith("\x1b[31mIona\x9b2J")


def test_the_key_is_sent_and_never_shown(ask, endpoint):
    shown = ask(MASKED, "--model", "endpoint")
    endpoint.reply = lambda _: Fault(status=401)
    refused = ask(MASKED, "--model", "endpoint", code=2)
    endpoint.reply = lambda _: Fault(status=500, body=json.dumps({"error": {"message": KEY}}))
    failed = ask(MASKED, "--model", "endpoint", code=2)
    assert f"Bearer {KEY}" in endpoint.keys
    assert all(KEY not in ran.out + ran.err for ran in (shown, refused, failed))
    assert "MASKSEARCH_API_KEY" in one_line(refused) and "500" in one_line(failed)


def test_the_agent_may_have_an_endpoint_of_its_own(ask, endpoint, monkeypatch):
    monkeypatch.setenv("MASKSEARCH_AGENT_MODEL", "own")
    ask(MASKED, "--model", "endpoint")
    assert endpoint.requests[0]["model"] == "own"


def test_the_trained_model_speaks_and_nothing_is_written_into_the_run(ask, tasks_run, tiny_model):
    model = with_model(tasks_run, tiny_model)
    run = RunFolder(Path(tasks_run))
    before = {path: path.stat().st_mtime_ns for path in run.path.rglob("*")}
    with run.writing():  # a training goes on
        before[run.path / "lock"] = (run.path / "lock").stat().st_mtime_ns
        ran = ask(MASKED, "--max-tokens", "8", "--json", code=1)
    assert ran.err == f"loading the model {model} …\n"
    told = Trajectory.model_validate(ran.json)
    assert (told.status, told.teacher.model) == (Status.MALFORMED, str(model))
    assert "cut at 8 tokens" in told.reason and told.final_tokens is None
    assert {path: path.stat().st_mtime_ns for path in run.path.rglob("*")} == before


def test_a_model_trained_with_another_retriever_is_warned_of_or_refused(ask, tasks_run, tiny_model):
    model = with_model(tasks_run, tiny_model)
    config = load_recipe(RunFolder(Path(tasks_run))).search
    used = (
        SearchFactory(RunFolder(Path(tasks_run)))
        .open(config)
        .fingerprint(top_k=5, guard=Guard.PAGE)
    )
    keep_retrievers(model, Retrievers(retrievers=(used,)))
    few = ("--max-tokens", "8")
    assert "warning" not in ask(MASKED, "--strict", "--top-k", "5", *few, code=1).err
    other = used.model_copy(update={"engine": "tavily", "corpus_hash": ""})
    keep_retrievers(model, Retrievers(retrievers=(other,)))
    warned, *_ = ask(MASKED, *few, code=1).err.splitlines()
    assert warned.startswith(f"warning: {model} was trained with another retriever: ")
    assert "engine: tavily → bm25" in warned
    assert "(--strict)" in one_line(ask(MASKED, "--strict", code=2))


def test_a_folder_may_be_named_and_the_data_type_is_the_runs(ask, tasks_run, tiny_model):
    config = Path(tasks_run, "config.yaml")
    config.write_text(config.read_text().replace("measured: {}", "measured: {dtype: float32}"))
    ran = ask("Who built Arlow?", "--model", str(tiny_model), "--max-tokens", "8", code=1)
    assert "no answer: " in ran.out and "note:" not in ran.err


def test_a_model_taught_with_masks_is_better_asked_with_one(ask, tasks_run, tiny_model):
    with_model(tasks_run, tiny_model)
    assert "[mask]" in ask("Who built Arlow?", "--max-tokens", "8", code=1).err.splitlines()[0]


def test_the_best_model_is_the_one_trained_last(cli, tasks_run, tiny_model):
    run = RunFolder(Path(tasks_run))
    sft = with_model(tasks_run, tiny_model)
    run.stage(DAPO).begin({}, SftConfig())
    assert best_model(run) == sft  # DAPO is not finished
    run.stage(DAPO).clear()
    assert with_model(tasks_run, tiny_model, DAPO) == best_model(run)
    run.stage(SFT).clear()
    assert with_model(tasks_run, tiny_model) == best_model(run)


@pytest.mark.parametrize("length", [100_000, MOST_CHARS + 1])
def test_a_question_that_is_too_long_loads_nothing(cli, length):
    program = (
        "import sys; from cli.main import main; code = main(['ask', 'x' * int(sys.argv[1])]);"
        "assert not {'torch', 'langgraph', 'tantivy'} & set(sys.modules); sys.exit(code)"
    )
    command = [sys.executable, "-c", program, str(length)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == (
        f"error: a question of {length:,} characters is too long: 4,000 are allowed, "
        "the title included\n"
    )


def test_the_longest_question_is_read(ask, endpoint):
    ask("x" * MOST_CHARS, "--model", "endpoint")
    assert "too long" in one_line(ask("x" * MOST_CHARS, "--title", "y", code=2))


@pytest.mark.parametrize("question", ["", "  \n\t "])
def test_an_empty_question(ask, question):
    assert "type a question, or a text with [mask]" in one_line(ask(question, code=2))


def test_a_question_that_is_no_unicode(ask, endpoint):
    ask("Who built \udcff Arlow?", "--model", "endpoint", "--json")
    assert endpoint.requests[0]["messages"][-1]["content"] == "Who built ? Arlow?"


def test_without_a_run_without_a_model_and_without_an_endpoint(cli, tasks_run):
    no_run = one_line(cli("ask", "Who?", code=2))
    assert "no run folder at runs/default" in no_run and "masksearch demo" in no_run
    assert "there is run" in one_line(cli("ask", "Who?", "--run", "runn", code=2))
    no_model = one_line(cli("ask", MASKED, "--run", tasks_run, code=2))
    assert "masksearch train sft" in no_model and "--model" in no_model
    endpoint = ["--model", "endpoint", "--run", tasks_run]
    assert "MASKSEARCH_BASE_URL" in one_line(cli("ask", "Who?", *endpoint, code=2))


@pytest.mark.parametrize(
    ("model", "said"), [("/no/where", "/no/where"), ("smollm2", "masksearch assets get")]
)
def test_a_model_that_is_not_there(ask, model, said):
    assert said in one_line(ask("Who?", "--model", model, code=2))


def test_a_run_without_an_index(ask, tasks_run, endpoint):
    shutil.rmtree(Path(tasks_run, "03-index"))
    assert "masksearch index build" in one_line(ask("Who?", "--model", "endpoint", code=2))


def test_ctrl_c_ends_at_once(tasks_run, endpoint):
    endpoint.reply = lambda _: Fault(delay=30)
    program = "import sys; from cli.main import main; sys.exit(main(sys.argv[1:]))"
    asked = ["ask", MASKED, "--model", "endpoint", "--run", tasks_run]
    process = subprocess.Popen(
        [sys.executable, "-c", program, *asked], stderr=subprocess.PIPE, text=True, env=os.environ
    )
    try:
        while not endpoint.requests:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30)[1] == "interrupted; run the same command to go on\n"
    finally:
        process.kill()
    assert process.returncode == 130
