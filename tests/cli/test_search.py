"""`masksearch search`, `index serve` and `index leaks`, and runs that search elsewhere."""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from engines import ENGINES, PAGES
from web_server import Says, WebServer, web_serving

from masksearch.search.fingerprints import RETRIEVER_FILE
from masksearch.stages import TRACES

TIMINGS = ("search_seconds", "model_seconds")


@pytest.fixture(autouse=True)
def keyless(monkeypatch):
    for engine in ("TAVILY", "SERPAPI", "SERPER"):
        monkeypatch.delenv(f"{engine}_API_KEY", raising=False)
    monkeypatch.delenv("MASKSEARCH_RETRIEVER_TOKEN", raising=False)


@contextmanager
def serving(run, *options):
    """The towns' index, served as a user serves it: its process, and the first line it says."""
    program = [sys.executable, "-c", "from cli.main import main; raise SystemExit(main())"]
    command = [*program, "index", "serve", "--port", "0", "--run", str(run), *options]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        yield running, running.stderr.readline()
    finally:
        running.kill()
        running.wait()
        running.stderr.close()


@pytest.fixture
def served(built):
    with serving(built / "tasks") as (running, line):
        yield running, re.search(r"http://[\d.:]+", line)[0]


def one_line(ran):
    [line] = ran.err.strip().splitlines()
    assert line.startswith("error: ") and ran.out == ""
    return line


def test_hits_are_shown_as_a_table(cli, tasks_run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    said = cli("search", "who built Cawdry", "--run", tasks_run, "--top-k", "2").out
    assert "title" in said and "Cawdry" in said and "Maud" in said
    assert "\x1b" not in said and max(map(len, said.splitlines())) <= 100


def test_nothing_found_is_said(cli, tasks_run):
    assert cli("search", "zyzzyva", "--run", tasks_run).out == "nothing was found\n"


def test_an_engine_of_the_web_needs_no_run(cli):
    engine = next(one for one in ENGINES if one.name == "wikipedia")
    with web_serving(WebServer(Says(engine.says(PAGES)))) as server:
        where = ("--backend", "wikipedia", "--base-url", server.url)
        found = cli("search", "ada", *where, "--top-k", "2", "--json").json
    assert [hit["title"] for hit in found["hits"]] == ["Ada Lovelace", "Menabrea"]
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--backend", "tavily"], "set TAVILY_API_KEY"),
        (["--backend", "serpapi"], "set SERPAPI_API_KEY"),
        (["--backend", "serper"], "set SERPER_API_KEY"),
        (["--backend", "altavista"], "no search backend 'altavista'"),
        (["--backend", "searxng"], "search.base_url"),
        (
            ["--backend", "searxng", "--set", "search.base_url=http://me:secret@127.0.0.1:9"],
            "'http://***@127.0.0.1:9' of searxng: leave out the name and password",
        ),
        (["--backend", "http", "--base-url", "localhost:8000"], "give an address like"),
        (["--top-k", "0"], "--top-k"),
        (["--set", "search.top_k=-1"], "search.top_k"),
        (["--set", "search.cassette.path=no.tape", "--set", "search.cassette.mode=replay-only"],
         "record them first"),
    ],
)  # fmt: skip
def test_a_search_that_cannot_be_had_is_one_line(cli, tasks_run, options, said):
    assert said in one_line(cli("search", "x", "--run", tasks_run, *options, code=2))


@pytest.mark.parametrize("key", ["clé-secrète", "two\nlines", "\x07"])
def test_a_key_that_cannot_be_sent_is_one_line_without_it(cli, tasks_run, monkeypatch, key):
    monkeypatch.setenv("SERPER_API_KEY", key)
    said = one_line(cli("search", "x", "--backend", "serper", "--run", tasks_run, code=2))
    assert "SERPER_API_KEY holds characters" in said and key not in said


@pytest.mark.parametrize(("query", "said"), [("", "no word"), ("x" * 100_000, "100,000")])
def test_a_query_that_cannot_be_asked_is_one_line(cli, tasks_run, query, said):
    assert said in one_line(cli("search", query, "--run", tasks_run, code=2))


def test_leaks_are_told_per_guard(cli, tasks_run):
    told = cli("index", "leaks", "--run", tasks_run)
    assert re.search(r"\| none +\|", told.out) and re.search(r"\| copies +\|", told.out)
    rates = cli("index", "leaks", "--run", tasks_run, "--split", "train", "--json").json["rates"]
    leaked = {one["guard"]: one["leaked"]["mean"] for one in rates}
    assert leaked["none"] > 0.5 and leaked["copies"] == 0


def test_a_server_answers_counts_and_stops_when_told(served):
    running, address = served
    asked = {"queries": ["who built Cawdry", "salt"], "topk": 1, "return_scores": True}
    found = httpx.post(f"{address}/retrieve", json=asked).json()["result"]
    assert [hits[0]["document"]["contents"].split("\n")[0] for hits in found] == [
        '"Cawdry"',
        '"Brackwater"',
    ]
    assert "masksearch_queries_total 2" in httpx.get(f"{address}/metrics").text
    running.send_signal(signal.SIGTERM)
    assert running.wait(20) == 0


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_a_server_on_ipv6_is_told_as_loopback_and_searched(cli, built):
    with serving(built / "tasks", "--host", "::1") as (_, line):
        address = re.fullmatch(r"serving [\d,]+ passages at (http://\[::1\]:\d+)/retrieve\n", line)[
            1
        ]
        where = ("--backend", "http", "--base-url", address)
        found = cli("search", "who built Cawdry", *where, "--top-k", "1", "--json").json
    assert found["hits"][0]["title"] == "Cawdry"


@pytest.mark.parametrize(
    ("host", "names"),
    [("127.0.0.1", ()), ("localhost", ("--allow-host", "search.example"))],
)
def test_what_loopback_is_served_without_a_warning(monkeypatch, cli, tasks_run, host, names):
    said, err, _ = told(monkeypatch, cli, tasks_run, "--host", host, *names)
    assert f"passages at http://{host}:" in said and "warning" not in err


def test_only_who_serves_to_others_is_warned(monkeypatch, cli, tasks_run):
    _, err, hosts = told(monkeypatch, cli, tasks_run, "--host", "0.0.0.0")
    assert err.startswith("warning: whoever reaches 0.0.0.0 may search") and hosts.expect(
        "10.0.0.1"
    )
    monkeypatch.setenv("MASKSEARCH_RETRIEVER_TOKEN", "letmein")
    assert "warning" not in told(monkeypatch, cli, tasks_run, "--host", "0.0.0.0")[1]


def told(monkeypatch, cli, run, *options):
    """What the command says when it would serve, and whom it answers to."""
    seen = []
    monkeypatch.setattr(
        "masksearch.search.server.serving.serve_until_told",
        lambda app, listening, ready: (seen.append(app), listening.close(), ready()),
    )
    err = cli("index", "serve", "--port", "0", "--run", run, *options).err
    return err.splitlines()[-1], err, seen[0]._hosts


@pytest.mark.parametrize(
    ("host", "fault", "said"),
    [
        ("", None, "cannot serve at :80: no address is given"),
        ("http://nowhere", socket.gaierror(-2, "Name not known"), "nowhere:80: Name not known"),
        ("203.0.113.7", OSError(99, "Cannot assign"), "203.0.113.7:80: Cannot assign"),
        ("2001:db8::7", OSError(99, "Cannot assign"), "[2001:db8::7]:80: Cannot assign"),
        ("a\x00b", ValueError("embedded null character"), "embedded null character"),
        ("x" * 300, UnicodeError("label too long"), "label too long"),
    ],
)
def test_an_address_that_cannot_be_served_is_one_line(
    cli, tasks_run, monkeypatch, host, fault, said
):
    def getaddrinfo(*_, **__):
        raise fault

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    serve = ("index", "serve", "--host", host, "--port", "80", "--run", tasks_run)
    assert said in one_line(cli(*serve, code=2))


def test_a_name_that_no_host_has_is_one_line(cli, tasks_run):
    serve = ("index", "serve", "--port", "0", "--run", tasks_run)
    line = one_line(cli(*serve, "--allow-host", "http://a.example", code=2))
    assert "no host has the name 'http://a.example'" in line


def test_a_port_that_is_taken_is_one_line(cli, tasks_run, served):
    port = served[1].rpartition(":")[2]
    said = one_line(cli("index", "serve", "--port", port, "--run", tasks_run, code=2))
    assert f"cannot serve at 127.0.0.1:{port}" in said


def traces(run):
    lines = [
        line
        for name in ("accepted", "rejected")
        for line in Path(run, TRACES, f"{name}.jsonl").read_text().splitlines()
    ]
    found = [json.loads(line) for line in lines]
    for trace in found:
        trace["turns"] = [
            {name: value for name, value in turn.items() if name not in TIMINGS}
            for turn in trace["turns"]
        ]
    return sorted(found, key=lambda trace: trace["task_id"])


def elsewhere(address, **settings):
    given = {"backend": "http", "base_url": address, **settings}
    return [part for name, value in given.items() for part in ("--set", f"search.{name}={value}")]


def count(address):
    metrics = httpx.get(f"{address}/metrics").text
    return int(re.search(r"^masksearch_queries_total (\d+)", metrics, re.MULTILINE)[1])


def test_a_synthesis_run_is_replayed_from_its_cassette_without_a_call(cli, built, served):
    _, address = served
    for run, mode in (("recorded", "record"), ("replayed", "replay-only")):
        shutil.copytree(built / "tasks", run)
        tape = {"cassette.path": "tape", "cassette.mode": mode}
        before = count(address)
        cli("synth", "run", *elsewhere(address, **tape), "--run", run)
        assert (count(address) > before) is (mode == "record")
    assert traces("recorded") == traces("replayed")
    assert any(trace["verdict"]["accepted"] for trace in traces("recorded"))


def test_a_budget_stops_a_run_cleanly_and_it_goes_on_when_raised(cli, tasks_run, served):
    address = served[1]
    synth = ("synth", "run", "--run", tasks_run)
    poor = elsewhere(address, **{"calls.max_calls": 4})
    assert "budget of 4 calls is used up" in one_line(cli(*synth, *poor, code=2))
    assert count(address) == 4
    cli(*synth, *elsewhere(address, **{"calls.max_calls": 1000}))
    assert json.loads(Path(tasks_run, "search-spent.json").read_text())["calls"] > 4


def test_a_search_that_is_dead_stops_a_run_with_the_reason(cli, tasks_run):
    with web_serving(WebServer(Says("gone", 404))) as server:
        dead = elsewhere(server.url, **{"health.window": 3})
        said = one_line(cli("synth", "run", "--run", tasks_run, *dead, code=2))
    assert "the search is not healthy: 100% failed (the last: http: status 404: gone)" in said


def test_a_model_trained_with_another_retriever_is_warned_of_or_refused(cli, traces_run):
    model = Path("model")
    model.mkdir()
    other = {"engine": "other", "corpus_hash": "", "top_k": 3, "guard": "none", "truncation": 9}
    (model / RETRIEVER_FILE).write_text(json.dumps({"retrievers": [other]}))
    evaluate = ["eval", "run", "--model", "model", "--run", traces_run]
    refused = one_line(cli(*evaluate, "--strict", code=2))
    assert "trained with another retriever" in refused and "engine: other → bm25" in refused
    warned, failed = cli(*evaluate, code=2).err.strip().splitlines()[:2]
    assert warned.startswith("warning: model was trained with another retriever")
    assert failed.startswith("error: ")


def test_traces_name_their_retriever_and_exports_keep_it(cli, traces_run):
    cli("export", "--run", traces_run)
    manifest = json.loads(Path(traces_run, "06-export/manifest.json").read_text())
    [known] = manifest["facts"]["retrievers"]
    assert known["engine"].startswith("bm25") and known["parameters"]["snippet_words"] == 120
    assert traces(traces_run)[0]["retriever"] == known


def test_a_slow_engine_costs_no_more_than_its_deadline(cli):
    with web_serving(WebServer(Says(hangs=True))) as server:
        began = time.monotonic()
        where = ("--backend", "searxng", "--base-url", server.url)
        limits = ("--set", "search.calls.seconds=0.2", "--set", "search.calls.retries=0")
        said = one_line(cli("search", "ada", *where, *limits, code=2))
        assert time.monotonic() - began < 20
    assert "no answer within 0.2 s" in said
