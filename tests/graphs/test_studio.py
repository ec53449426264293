import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path

import pytest

from graphs.config import Limits
from graphs.studio import agent, rag, studio_search, synthesis
from masksearch.errors import StoreError
from masksearch.settings import Settings

ROOT = Path(__file__).parents[2]
TYPED = {"text": "The Danube rises in the [mask] in Germany and flows into the [mask]."}
LOOPS = pytest.mark.parametrize("graph", [synthesis, agent], ids=["synthesis", "agent"])
EACH = pytest.mark.parametrize("graph", [synthesis, agent, rag], ids=["synthesis", "agent", "rag"])


@LOOPS
async def test_a_typed_text_ends_with_its_fills(graph):
    ended = await (await graph()).compile().ainvoke(TYPED)
    assert (ended["answer"], ended["status"]) == ("Black Forest\nBlack Sea", "answered")
    assert ended["turns"][0].hits[0].title == "Danube"
    assert set(ended) == {"answer", "thought", "status", "reason", "turns"}


@EACH
async def test_a_typed_question_ends_with_an_answer(graph):
    ended = (
        await (await graph())
        .compile()
        .ainvoke({"text": "Who led the way through the Northwest Passage?"})
    )
    assert ended["answer"] == "Roald Amundsen"


@EACH
async def test_nothing_typed_is_told(graph):
    ended = await (await graph()).compile().ainvoke({"text": " "})
    assert ended["status"] == "failed" and ended["reason"].startswith("nothing to solve")


@EACH
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "nothing to solve"),
        ({"text": None}, "nothing to solve"),
        ({"title": "Danube"}, "nothing to solve"),
        ({"other": 1}, "nothing to solve"),
        ({"text": 7}, "text must be a string, but is of type int"),
        ({"text": ["a"]}, "text must be a string, but is of type list"),
        ({"text": {"a": 1}}, "of type dict"),
        ({"text": True}, "of type bool"),
        ({"text": "a", "title": 1.5}, "title must be a string"),
        ({"text": "x" * 5_000_000}, "5,000,000 characters is too long"),
        ({"text": "a", "title": "x" * 5_000}, "too long"),
    ],
)
async def test_what_cannot_be_read_is_told_in_a_line(graph, typed, said):
    ended = await (await graph()).compile().ainvoke(typed)
    assert ended["status"] != "answered" and said in ended["reason"]
    assert "\n" not in ended["reason"]


@EACH
@pytest.mark.parametrize(
    "more", [{"title": None}, {"title": "\ud83d"}, {"other": [1]}, {"episode": 1, "turns": "x"}]
)
async def test_fields_that_are_null_or_unknown_do_no_harm(graph, more):
    ended = await (await graph()).compile().ainvoke({**TYPED, **more})
    assert ended["status"] == "answered"


@EACH
@pytest.mark.parametrize(
    ("context", "said"),
    [
        ({"max_turns": None}, "max_turns must be a whole number from 1 to"),
        ({"max_turns": "3"}, "max_turns"),
        ({"max_turns": 0}, "max_turns"),
        ({"max_turns": 10**9}, "max_turns"),
        ({"max_turns": True}, "max_turns"),
        ({"top_k": -1}, "top_k must be a whole number from 1 to 1,000"),
        ({"top_k": [5]}, "top_k"),
        ([1], "the limits must be an object"),
    ],
)
async def test_limits_that_are_none_are_told_in_a_line(graph, context, said):
    ended = await (await graph()).compile().ainvoke(TYPED, context=context)
    assert ended["status"] == "failed" and said in ended["reason"]


@EACH
async def test_limits_that_there_are_not_are_passed_over(graph):
    ended = await (await graph()).compile().ainvoke(TYPED, context={"top_k": 2, "other": 1})
    assert ended["status"] == "answered" and len(ended["turns"][0].hits) == 2


@EACH
async def test_a_thread_can_be_run_again_after_a_failure(graph):
    from langgraph.checkpoint.memory import InMemorySaver

    compiled = (await graph()).compile(checkpointer=InMemorySaver())
    thread = {"configurable": {"thread_id": "t"}}
    assert (await compiled.ainvoke({"text": ""}, thread))["status"] == "failed"
    assert (await compiled.ainvoke(TYPED, thread))["status"] == "answered"
    assert (await compiled.ainvoke({"text": ""}, thread))["status"] == "failed"


@LOOPS
async def test_as_many_turns_as_the_form_says(graph):
    text = " ".join(f"qx{n} zy{n} [mask] wv{n} ut{n}." for n in range(15))
    limits = Limits(max_turns=20, top_k=1)
    ended = await (await graph()).compile().ainvoke({"text": text}, context=limits)
    assert len(ended["turns"]) == 20


def test_the_index_is_the_named_runs(tmp_path):
    with pytest.raises(StoreError, match="is not finished: run `masksearch index build --run "):
        studio_search(Settings(_env_file=None, run=tmp_path))


def test_importing_the_graphs_opens_no_index_and_reads_no_settings(tmp_path):
    program = "import graphs.studio; print(graphs.studio._retriever.cache_info().currsize)"
    env = {**os.environ, "MASKSEARCH_RUN": str(tmp_path / "no-such-run"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


def get(url: str, body: dict | None = None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as reply:
        return json.loads(reply.read())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if not find_spec("langgraph_cli") or not find_spec("langgraph_api"):
        pytest.skip("langgraph-cli[inmem] is not installed")
    folder, port = tmp_path_factory.mktemp("studio"), free_port()
    keyless = {
        name: value
        for name, value in os.environ.items()
        if not re.match("LANGSMITH|LANGCHAIN|OPENAI|MASKSEARCH", name)
    }
    command = [sys.executable, "-m", "langgraph_cli", "dev", "--no-browser", "--no-reload"]
    with (folder / "log").open("w") as log:
        running = subprocess.Popen(
            [*command, "--port", str(port), "--config", str(ROOT / "langgraph.json")],
            cwd=folder,
            env=keyless,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(address, running, folder / "log")
        yield address
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def wait_until_up(address: str, running: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and running.poll() is None:
        try:
            get(f"{address}/ok")
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{log.read_text()[-2000:]}")


@pytest.mark.parametrize(
    ("name", "node"), [("synthesis", "team"), ("agent", "agent")], ids=["synthesis", "agent"]
)
def test_studios_server_shows_and_runs_each_graph_without_a_key(server, name, node):
    found = get(f"{server}/assistants/search", {"graph_id": name})
    assistant = found[0]["assistant_id"]
    drawn = get(f"{server}/assistants/{assistant}/graph")
    assert {"read", node, "show"} <= {one["id"] for one in drawn["nodes"]}
    schemas = get(f"{server}/assistants/{assistant}/schemas")
    assert set(schemas["input_schema"]["properties"]) == {"text", "title"}
    assert set(schemas["context_schema"]["properties"]) == {"max_turns", "top_k"}
    asked = {"assistant_id": name, "input": TYPED, "context": {"max_turns": 4, "top_k": 3}}
    ended = get(f"{server}/runs/wait", asked)
    assert ended["answer"] == "Black Forest\nBlack Sea"
    assert len(ended["turns"][0]["hits"]) == 3
    for context in ({}, {"max_turns": None, "other": 1}):
        nothing = {"assistant_id": name, "input": {"text": None}, "context": context}
        ended = get(f"{server}/runs/wait", nothing)
        assert ended["status"] == "failed" and ended["reason"]
