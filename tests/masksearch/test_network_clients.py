"""Chat, search and doctor on the way that the environment says: it works, or one typed error."""

import socket
from pathlib import Path

import certifi
import pytest
from engines import ENGINES, PAGES
from fake_endpoint import FakeEndpoint, serving
from pydantic import SecretStr
from secure_server import NAME, secure_serving, tunnelling
from surroundings import DEAD, surroundings
from web_server import Says, WebServer, web_serving

from masksearch.diagnosis.endpoints import reached
from masksearch.diagnosis.finding import State
from masksearch.errors import ConfigError, ModelError, SearchStopped, SearchUnavailable
from masksearch.llm.endpoints import endpoint_chat
from masksearch.llm.openai import EndpointChat
from masksearch.messages import Message
from masksearch.network import transports
from masksearch.search.backends.duckduckgo import DuckDuckGoSearch
from masksearch.settings import Endpoint, Settings

WIKI = next(engine for engine in ENGINES if engine.name == "wikipedia")
ASKED = [Message(role="user", content="Hi")]
FAR = "http://far.example/v1"
PASSWORD = "hunter2-secret"
HELLO = Says('{"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}}]}')
TITLES = [page.title for page in PAGES]


@pytest.fixture
def env(monkeypatch):
    return surroundings(monkeypatch)


async def wiki_hits(base_url="http://far.example"):
    [hits] = await WIKI.make(base_url).search(["ada"], top_k=3)
    return [hit.title for hit in hits]


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
async def test_a_search_takes_the_proxy(env, name):
    with web_serving(WebServer(Says(WIKI.says(PAGES)))) as proxy:
        env(**{name: proxy.url.replace("http://", f"me:{PASSWORD}@")})
        assert await wiki_hits() == TITLES
    [seen] = proxy.seen
    assert seen.path.startswith("http://far.example/w/api.php?")
    assert seen.headers["Proxy-Authorization"].startswith("Basic ")


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks"])
async def test_a_search_takes_a_socks_proxy(env, scheme):
    with web_serving(WebServer(Says(WIKI.says(PAGES))), socks=True) as proxy:
        env(all_proxy=proxy.url.replace("http://", f"{scheme}://me:{PASSWORD}@"))
        assert await wiki_hits() == TITLES
    assert proxy.seen[0].headers["Host"] == "far.example"
    assert proxy.credentials == [f"me:{PASSWORD}"]


async def test_what_is_no_socks_proxy_is_waited_for_only_so_long(env, monkeypatch):
    monkeypatch.setattr(transports, "_GREETING_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        env(all_proxy=f"socks5://127.0.0.1:{silent.getsockname()[1]}")
        far = Endpoint(base_url=FAR, model="m")
        chat = EndpointChat(far, timeout_seconds=30, max_retries=0)
        with pytest.raises(ModelError, match=r"check .* of all_proxy \(.* no SOCKS proxy"):
            await chat.complete(ASKED)
        found = await reached(far, 30)
    assert found.said.startswith("cannot be reached by the proxy socks5://127.0.0.1")


async def test_chat_takes_the_proxy(env):
    with serving(FakeEndpoint(reply=lambda _: "Hello.")) as proxy:
        env(HTTP_PROXY=proxy.url.removesuffix("/v1"))
        far = Endpoint(base_url=FAR, model="m")
        assert (await EndpointChat(far).complete(ASKED)).text == "Hello."
        assert (await reached(far)).said == "answers, but does not list this model"


GARBAGE = {
    "http_proxy": "gar bage",
    "HTTPS_PROXY": "socks4://proxy",
    "all_proxy": "socks5://127.0.0.1:9",
    "OPENAI_PROXY": "http://127.0.0.1:9",
    "SSL_CERT_FILE": "/missing.pem",
    "SSL_CERT_DIR": "/missing",
}


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_loopback_needs_none_of_what_is_wrong(env, host, monkeypatch):
    monkeypatch.setenv("OPENAI_PROXY", "")
    env(**GARBAGE)
    says = Says(
        '{"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}}]}'
    )
    with web_serving(WebServer(says), host=host) as server:
        here = Endpoint(base_url=f"{server.url}/v1", model="m")
        assert (await EndpointChat(here).complete(ASKED)).text == "Hello."
        assert "not with a list" in (await reached(here)).said
        server.always = Says(WIKI.says(PAGES))
        assert await wiki_hits(server.url) == TITLES


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"https_proxy": "gar bage"}, "https_proxy=gar bage names no proxy"),
        ({"ALL_PROXY": f"socks4://me:{PASSWORD}@x"}, r"ALL_PROXY=socks4://\*\*\*@x names no proxy"),
        ({"SSL_CERT_FILE": "/missing.pem"}, "SSL_CERT_FILE=/missing.pem: no such file"),
    ],
)
async def test_what_is_wrong_stops_a_call_that_needs_it(env, variables, said):
    env(**variables)
    far = Endpoint(base_url="https://far.example/v1", model="m")
    for call in (EndpointChat(far).complete(ASKED), wiki_hits("https://far.example")):
        with pytest.raises(ConfigError, match=said):
            await call
    found = await reached(far)
    assert found.state is State.MISSING and PASSWORD not in found.said


async def test_a_proxy_that_is_away_is_named_without_its_password(env):
    env(http_proxy=DEAD.replace("//", f"//me:{PASSWORD}@"))
    far = Endpoint(base_url=FAR, model="m")
    with pytest.raises(ModelError, match=f"and the proxy {DEAD} of http_proxy") as chat:
        await EndpointChat(far, max_retries=0).complete(ASKED)
    with pytest.raises(SearchUnavailable, match=f"by the proxy {DEAD} of http_proxy") as search:
        await wiki_hits()
    said = f"{chat.value}{search.value}{(await reached(far)).said}"
    assert PASSWORD not in said and "by the proxy" in (await reached(far)).said


async def test_a_proxy_that_refuses_is_named(env):
    refusal = f"no such user me:{PASSWORD}, nor bWU6aHVudGVyMi1zZWNyZXQ="
    with web_serving(WebServer(Says(refusal, 407))) as proxy:
        env(all_proxy=proxy.url.replace("//", f"//me:{PASSWORD}@"))
        for scheme in ("http", "https"):
            far = Endpoint(base_url=f"{scheme}://far.example/v1", model="m")
            with pytest.raises(ModelError, match=f"the proxy {proxy.url} of all_proxy") as chat:
                await EndpointChat(far, max_retries=0).complete(ASKED)
            with pytest.raises((SearchStopped, SearchUnavailable), match=proxy.url) as search:
                await wiki_hits(f"{scheme}://far.example")
            said = f"{chat.value}{search.value}{(await reached(far)).said}"
            assert PASSWORD not in said and "bWU6aHVud" not in said


async def test_duckduckgo_is_told_of_proxy_and_certificates(env, monkeypatch, tmp_path):
    told = []
    monkeypatch.setattr("ddgs.ddgs.DDGS.__init__", lambda _, **options: told.append(options))
    monkeypatch.setattr("ddgs.ddgs.DDGS.text", lambda *_, **__: [])
    mine = tmp_path / "mine.pem"
    mine.write_text(Path(certifi.where()).read_text())
    for variables in ({}, {"all_proxy": "socks://proxy:1080", "CURL_CA_BUNDLE": str(mine)}):
        env(**variables)
        assert await DuckDuckGoSearch().search(["x"], top_k=3) == [[]]
    assert told == [
        {"proxy": None, "verify": True},
        {"proxy": "socks5h://proxy:1080", "verify": str(mine)},
    ]
    mine.write_text("no certificate")
    with pytest.raises(ConfigError, match=f"CURL_CA_BUNDLE={mine}"):
        await DuckDuckGoSearch().search(["x"], top_k=3)
    env(https_proxy="gar bage")
    with pytest.raises(ConfigError, match="https_proxy=gar bage"):
        await DuckDuckGoSearch().search(["x"], top_k=3)


async def test_duckduckgo_names_its_own_variable_and_the_proxy_that_is_away(env, monkeypatch):
    monkeypatch.setenv("DDGS_PROXY", "gar bage")
    with pytest.raises(ConfigError, match="check DDGS_PROXY"):
        await DuckDuckGoSearch().search(["x"], top_k=3)
    env(all_proxy=DEAD.replace("//", f"//me:{PASSWORD}@"))
    with pytest.raises(SearchUnavailable, match=f"by the proxy {DEAD} of all_proxy") as caught:
        await DuckDuckGoSearch().search(["x"], top_k=3)
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize("key", ["clé-secrète", "two\nlines", "\x07", "“quoted”"])
def test_a_key_that_no_header_can_hold_names_its_variable(monkeypatch, tmp_path, key):
    monkeypatch.chdir(tmp_path)
    common = {"base_url": "http://127.0.0.1:9/v1", "model": "m"}
    with pytest.raises(ConfigError, match=r"^MASKSEARCH_API_KEY holds characters that no key has"):
        endpoint_chat(Settings(**common, api_key=SecretStr(key)), "judge")
    own = Settings(**common, judge={"api_key": key})
    with pytest.raises(ConfigError, match=r"^MASKSEARCH_JUDGE_API_KEY holds") as caught:
        endpoint_chat(own, "judge")
    assert key not in str(caught.value)
    assert endpoint_chat(own, "planner")


async def test_white_space_around_a_key_and_a_query_in_an_address_do_no_harm(env, tmp_path):
    server = WebServer(HELLO)
    with web_serving(server):
        where = f"{server.url}/v1?api-version=2024&code={PASSWORD}"
        settings = Settings(base_url=where, model="m", api_key=SecretStr(" my-key\n"))
        assert (await endpoint_chat(settings, "judge").complete(ASKED)).text == "Hello."
        server.always = Says(f"no {PASSWORD[:9]}", 500)
        assert (await reached(settings.endpoint("judge"))).said == "answers with status 500"
    asked, listed = server.seen
    assert asked.path == f"/v1/chat/completions?api-version=2024&code={PASSWORD}"
    assert listed.path == f"/v1/models?api-version=2024&code={PASSWORD}"
    assert asked.headers["authorization"] == listed.headers["authorization"] == "Bearer my-key"


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
async def test_certificates_of_one_s_own_are_trusted_through_a_tunnel(env, tmp_path, name):
    server, mine = WebServer(Says(WIKI.says(PAGES))), tmp_path / "mine.pem"
    far = Endpoint(base_url=f"https://{NAME}/v1", model="m")
    with secure_serving(server) as certificates, tunnelling(server.port) as (proxy, asked):
        env(https_proxy=proxy)
        with pytest.raises(ModelError, match=f"the proxy {proxy} of .*CERTIFICATE_VERIFY_FAILED"):
            await EndpointChat(far, max_retries=0).complete(ASKED)
        mine.write_bytes(certificates)
        env(**{name: str(mine)})
        assert await wiki_hits(f"https://{NAME}") == TITLES
        assert "not with a list" in (await reached(far)).said
        server.always = HELLO
        assert (await EndpointChat(far).complete(ASKED)).text == "Hello."
    assert set(asked) == {f"{NAME}:443"}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("OPENAI_ORG_ID", "é", "cannot be asked: check OPENAI_ORG_ID"),
        ("SSLKEYLOGFILE", "/missing/keys", "no client for .* can be made: .*/missing/keys"),
    ],
)
async def test_what_else_the_client_reads_is_no_fault_of_a_task(monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    with web_serving(WebServer(HELLO)) as server:
        here = Endpoint(base_url=f"{server.url}/v1", model="m")
        with pytest.raises(ModelError, match=said):
            await EndpointChat(here).complete(ASKED)


async def test_a_package_that_a_client_lacks_is_one_typed_error(env, monkeypatch):
    def lacking(*_, **__):
        raise ImportError("install `some-package`")

    monkeypatch.setattr("masksearch.llm.completions.WholeCompletions", lacking)
    with pytest.raises(ModelError, match=r"no client for .*: install `some-package`"):
        await EndpointChat(Endpoint(base_url="http://127.0.0.1:9/v1", model="m")).complete(ASKED)
