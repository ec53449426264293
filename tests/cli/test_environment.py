"""Proxies, certificates and keys as commands meet them: it works, or one line and code 2."""

from pathlib import Path

import pytest
from engines import ENGINES, PAGES
from fake_endpoint import FakeEndpoint, Fault, serving
from surroundings import surroundings
from web_server import Says, WebServer, web_serving

from cli import machine
from masksearch.diagnosis.finding import ok
from masksearch.protocol import ModelTurn, render_turn
from masksearch.search import index as search_index

KEY = "sk-proj-0Zq8XvT5nBw3RkYd7LmJ2"
PASSWORD = "hunter2-secret"
WIKI = next(engine for engine in ENGINES if engine.name == "wikipedia")
FAULTS = (
    {"http_proxy": "gar bage", "HTTPS_PROXY": f"socks4://me:{PASSWORD}@x", "no_proxy": "["},
    {"ALL_PROXY": "socks5://127.0.0.1:9", "SSL_CERT_FILE": "/missing.pem", "SSL_CERT_DIR": "/x"},
)
ASK = ("ask", "The first houses of Arlow were built by [mask].", "--model", "endpoint")
SYNTH = ("synth", "run", *("--set", "synth.team=agent"), *("--set", "synth.model=endpoint"))
ASK_WIKI = ("search", "ada", "--backend", "wikipedia", "--set", "search.calls.retries=0")


def plays_agent(request):
    turn = ModelTurn(thought="I look.", queries=("first houses of Arlow",))
    if request["messages"][-1]["content"].startswith("<information>"):
        turn = ModelTurn(thought="It says so.", answer="Iona Kestrel")
    return render_turn(turn)


@pytest.fixture
def env(monkeypatch):
    return surroundings(monkeypatch)


@pytest.fixture
def known_machine(monkeypatch):
    """Torch has been looked at: it takes seconds and is not what the test is about."""
    monkeypatch.setattr(machine, "machine_findings", lambda: [ok("torch", "2.13.0")])


@pytest.fixture
def chat_at(monkeypatch):
    """Sets the endpoint of every role."""

    def at(url: str) -> None:
        monkeypatch.setenv("MASKSEARCH_BASE_URL", url)
        monkeypatch.setenv("MASKSEARCH_MODEL", "fake")
        monkeypatch.setenv("MASKSEARCH_API_KEY", KEY)
        monkeypatch.setenv("MASKSEARCH_MAX_RETRIES", "0")

    return at


def one_line(ran) -> str:
    assert ran.out == "" and ran.err.startswith("error: ") and ran.err.count("\n") == 1, ran.err
    assert "a bug" not in ran.err and PASSWORD not in ran.err
    return ran.err


@pytest.mark.parametrize("variables", FAULTS)
def test_this_machine_is_reached_whatever_is_set(
    cli, tasks_run, env, chat_at, known_machine, variables
):
    env(**variables)
    run = ("--run", tasks_run)
    with (
        serving(FakeEndpoint(reply=plays_agent)) as endpoint,
        web_serving(WebServer(Says(WIKI.says(PAGES)))) as wiki,
    ):
        chat_at(endpoint.url)
        assert cli(*ASK, *run, "--json").json["answer"] == "Iona Kestrel"
        cli(*SYNTH, "--set", "synth.limit=2", *run)
        assert "Menabrea" in cli(*ASK_WIKI, "--base-url", wiki.url).out
        told = cli("doctor", "--endpoints", code=1).out  # without the demo's assets
    assert f"{endpoint.url}, model fake, key set: answers, and has the model" in told
    assert all(name in told for name in variables) and PASSWORD not in told


@pytest.mark.parametrize("variables", FAULTS)
def test_another_machine_is_one_line(cli, tasks_run, env, chat_at, known_machine, variables):
    env(**variables)
    chat_at("https://far.example/v1")
    for command in (ASK, SYNTH):
        one_line(cli(*command, "--run", tasks_run, code=2))
    one_line(cli(*ASK_WIKI, "--base-url", "https://far.example", code=2))
    told = cli("doctor", "--endpoints", "--json", code=1).json["findings"]
    [endpoint] = [one for one in told if one["name"] == "endpoint"]
    assert endpoint["state"] == "missing" and PASSWORD not in str(told)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://::1:8000/v1", "brackets"),
        ("http://far example/v1", "like http://127.0.0.1:8000"),
    ],
)
def test_an_address_that_is_none_is_one_line(
    cli, tasks_run, env, chat_at, known_machine, address, said
):
    chat_at(address)
    line = one_line(cli(*ASK, "--run", tasks_run, code=2))
    assert "MASKSEARCH_BASE_URL" in line and said in line
    assert said in one_line(cli(*ASK_WIKI, "--base-url", address, code=2))
    assert "check MASKSEARCH_BASE_URL in" in cli("doctor", code=1).out


def test_a_key_that_cannot_be_sent_is_one_line_before_any_task(
    cli, tasks_run, chat_at, monkeypatch
):
    with serving(FakeEndpoint(reply=plays_agent)) as endpoint:
        chat_at(endpoint.url)
        monkeypatch.setenv("MASKSEARCH_API_KEY", "clé-secrète")
        line = one_line(cli(*SYNTH, "--run", tasks_run, code=2))
        assert "MASKSEARCH_API_KEY holds characters that no key has" in line
    assert endpoint.requests == [] and not Path(tasks_run, "05-traces").exists()


def test_a_key_that_an_endpoint_repeats_is_nowhere_in_a_run(cli, tasks_run, chat_at, monkeypatch):
    bodies = [f'{{"error": "{"x" * at}{KEY[:end]}"}}' for at in (40, 130, 190) for end in (12, 29)]
    bodies += [f"http://me:{KEY}@h/v1?api_key={KEY}", f'{{"choices": ["{KEY}"]}}']
    with serving(FakeEndpoint()) as endpoint:
        told = iter(bodies * 40)
        endpoint.reply = lambda _: Fault(500, next(told))
        chat_at(endpoint.url)
        monkeypatch.setenv("MASKSEARCH_FAILURES", "99")
        monkeypatch.setenv("MASKSEARCH_HEALTH_WINDOW", "99")
        said = cli(*SYNTH, "--run", tasks_run, code=2)
        said_of_rejects = cli(*SYNTH, "--reject-undone", "--run", tasks_run)
        said_of_ask = cli(*ASK, "--run", tasks_run, code=2)
    files = [path for path in Path(tasks_run).rglob("*") if path.is_file()]
    texts = [text for one in (said, said_of_rejects, said_of_ask) for text in (one.out, one.err)]
    texts += [path.read_bytes().decode(errors="replace") for path in files]
    assert "500" in "".join(texts)
    parts = {KEY[start : start + 6] for start in range(len(KEY) - 5)}
    assert not any(part in text for part in parts for text in texts)


def test_a_package_that_is_missing_is_one_line_and_a_module_of_ours_a_bug(
    cli, tasks_run, monkeypatch
):
    def lacking(error):
        def broken(*_, **__):
            raise error

        monkeypatch.setattr(search_index, "build_index", broken)

    build = ("index", "build", "--run", tasks_run)
    lacking(ImportError("Using it needs:\n`pip install some-package`"))
    assert "`pip install some-package` (a package" in one_line(cli(*build, code=2))
    lacking(ImportError("cannot import name 'x'", name="masksearch.search"))
    assert "unexpected ImportError" in cli(*build, code=1).err


def test_a_bug_says_no_key_on_the_screen_or_in_the_log(cli, tasks_run, chat_at, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError(f"Bearer {KEY} at http://me:{PASSWORD}@h/?key=abc")

    chat_at("http://127.0.0.1:9/v1")
    monkeypatch.setattr(search_index, "build_index", broken)
    ran = cli("--debug", "index", "build", "--run", tasks_run, code=1)
    said = ran.err + Path(tasks_run, "log.txt").read_text()
    assert said.count("Traceback") == 2 and "Bearer *** at http://***@h/?***" in said
    assert KEY[:6] not in said and PASSWORD not in said


def test_an_address_with_a_secret_is_refused_before_anything_is_written(cli, tasks_run):
    for address in (f"http://me:{PASSWORD}@127.0.0.1:9", f"http://127.0.0.1:9/?key={PASSWORD}"):
        given = ("--set", "search.backend=http", "--set", f"search.base_url={address}")
        line = one_line(cli("synth", "run", *given, "--run", tasks_run, code=2))
        assert "leave out the name and password" in line
    files = [path for path in Path(tasks_run).rglob("*") if path.is_file()]
    assert not any(PASSWORD.encode() in path.read_bytes() for path in files)
