"""Secrets are taken out of what is said: whole, cut, spelt otherwise, and in addresses."""

import pytest
from engines import ENGINES
from fake_endpoint import FakeEndpoint, Fault, serving
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from web_server import Says, WebServer, web_serving

from masksearch.errors import ChatUnavailable, ConfigError, SearchError, SearchStopped
from masksearch.llm.openai import EndpointChat
from masksearch.messages import Message
from masksearch.redaction import carried_secrets, redacted, shown_address, unrepeated
from masksearch.run_folder import RunFolder
from masksearch.settings import Endpoint, Settings, known_secrets

KEY = "sk-very-secret"  # that of the engines
LONG_KEY = "sk-proj-0Zq8XvT5nBw3RkYd7LmJ2"
ASKED = [Message(role="user", content="Hi")]
KEYS = st.text(st.sampled_from("abcXYZ0189-_+/="), min_size=8, max_size=60)


def parts(secret, size):
    return {secret[start : start + size] for start in range(len(secret) - size + 1)}


@settings(max_examples=50)
@given(KEYS, st.text(max_size=9), st.text(max_size=9), st.integers(0, 60), st.integers(0, 60))
def test_no_part_of_a_key_is_left_wherever_it_was_cut(key, before, after, start, length):
    said = redacted(f"{before}{key[start : start + length]}{after}", [key])
    assert not any(part in said for part in parts(key, max(6, len(key) // 2)))


@settings(max_examples=50)
@given(st.text(max_size=60), KEYS)
def test_a_text_without_the_key_stays_as_it_is(text, key):
    if "://" not in text and not any(part in text for part in parts(key, 4)):
        assert redacted(text, [key]) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"bad key {LONG_KEY}", "bad key ***"),
        (f"bad key {LONG_KEY[:12]}…{LONG_KEY[-7:]}", "bad key ***…***"),
        (f"{LONG_KEY}{LONG_KEY}", "******"),
        ("sk-proj is how they begin", "*** is how they begin"),
        ("sk-pr is little", "sk-pr is little"),
    ],
)
def test_what_is_left_of_a_text(text, said):
    assert redacted(text, [LONG_KEY]) == said


def test_short_secrets_are_blanked_as_words():
    assert redacted("a key or a keyhole", ["key"]) == "a *** or a keyhole"
    assert redacted("nothing to blank", [""]) == "nothing to blank"


def test_a_key_is_known_as_an_address_spells_it():
    key = "a+b/c==d e f"
    assert redacted("?key=a%2Bb%2Fc%3D%3Dd%20e%20f", [key]) == "?key=***"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("see http://me:pw@h/x", "see http://***@h/x"),
        ("see http://me:p@w@h:1/x.", "see http://***@h:1/x."),
        ("GET http://h/v1?api_key=abc&x=1 failed", "GET http://h/v1?*** failed"),
        ("'https://h?key=abc' failed", "'https://h?***' failed"),
        ("what is a key? http://h/x", "what is a key? http://h/x"),
        ("mail me@example.org", "mail me@example.org"),
    ],
)
def test_what_addresses_carry_is_blanked_whoever_wrote_them(text, said):
    assert redacted(text) == said


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://me:pw@h:1/v1?key=abc", "http://***@h:1/v1?***"),
        ("me:pw@h:1", "***@h:1"),
        ("http://me:a/b@h", "http://***@h"),
        ("http://h:1/v1", "http://h:1/v1"),
        ("h", "h"),
    ],
)
def test_an_address_is_shown_without_what_it_carries(address, shown):
    assert shown_address(address) == shown


def test_an_address_carries_a_password_as_a_header_spells_it_too():
    assert carried_secrets("http://me:p%40ss@h/v1?key=long-key&v=1") == (
        "p@ss",
        "bWU6cEBzcw==",
        "long-key",
    )
    assert carried_secrets("http://ghp_token@h")[0] == "ghp_token"
    assert carried_secrets("http://h/v1") == ()


def test_an_answer_keeps_all_but_a_whole_key():
    assert unrepeated(f"the key is {KEY}, or {KEY[:8]}", [KEY]) == "the key is ***, or sk-very-"
    assert unrepeated("nothing", ["", "no"]) == "nothing"


def test_every_secret_of_the_environment_is_known(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("MASKSEARCH_JUDGE_API_KEY=from-the-file\nMASKSEARCH_MODEL=m\n")
    monkeypatch.setenv("MASKSEARCH_RETRIEVER_TOKEN", "the-token ")
    monkeypatch.setenv("SERPER_API_KEY", "the-engine's")
    monkeypatch.setenv("MASKSEARCH_OTHER_BASE_URL", "http://h/v1?code=of-the-query")
    monkeypatch.setenv("https_proxy", "me:of-the-proxy@proxy:3128")
    wanted = {"from-the-file", "the-token", "the-engine's", "of-the-query", "of-the-proxy"}
    assert wanted <= set(known_secrets()) and "m" not in known_secrets()


def test_a_file_that_cannot_be_read_hides_no_secret_of_the_environment(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"A=\xff\xfe")
    monkeypatch.setenv("MASKSEARCH_API_KEY", "the-key")
    assert "the-key" in known_secrets()


def test_a_log_holds_no_secret(monkeypatch, tmp_path):
    monkeypatch.setenv("MASKSEARCH_API_KEY", LONG_KEY)
    run = RunFolder(tmp_path / "run")
    run.log(f"Traceback: Bearer {LONG_KEY} at http://me:pw@h")
    assert (run.path / "log.txt").read_text() == "Traceback: Bearer *** at http://***@h\n"


@pytest.fixture
def server():
    with web_serving(WebServer()) as serving:
        yield serving


async def test_what_httpx_logs_holds_no_key(server, caplog):
    serpapi = next(engine for engine in ENGINES if engine.name == "serpapi")
    server.always = Says(serpapi.says([]))
    with caplog.at_level("INFO", "httpx"):
        await serpapi.make(server.url).search(["ada"], top_k=1)
    assert KEY in server.seen[0].path and "/search.json?*** " in caplog.text
    assert KEY not in caplog.text


LIMITS = (120, 140, 155, 158, 160, 170, 190, 199, 205)


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
@pytest.mark.parametrize("status", [200, 401, 429, 500])
async def test_no_part_of_a_key_is_in_an_engine_s_error_wherever_the_body_is_cut(
    engine, status, monkeypatch, server
):
    monkeypatch.setenv("SERPER_API_KEY", KEY)  # where the engine itself has none
    for at in LIMITS:
        for body in ("x" * at + KEY, "x" * at + KEY[:9]):
            server.always = Says(body, status, {"content-encoding": KEY})
            with pytest.raises((SearchError, SearchStopped)) as caught:
                await engine.make(server.url).search(["ada"], top_k=1)
            assert not any(part in str(caught.value) for part in parts(KEY, 6)), at


async def test_no_part_of_a_key_is_in_a_chat_error_wherever_it_is_cut():
    with serving(FakeEndpoint()) as endpoint:
        where = Endpoint(base_url=endpoint.url, model="m", api_key=SecretStr(LONG_KEY))
        for at in LIMITS:
            endpoint.reply = lambda _, at=at: Fault(500, "x" * at + LONG_KEY[:20])
            with pytest.raises(ChatUnavailable) as caught:
                await EndpointChat(where, max_retries=0).complete(ASKED)
            assert not any(part in str(caught.value) for part in parts(LONG_KEY, 6)), at


async def test_a_reply_that_repeats_the_key_does_not_carry_it_into_a_trace():
    with serving(FakeEndpoint(reply=lambda _: f"your key is {LONG_KEY}")) as endpoint:
        where = Endpoint(base_url=endpoint.url, model="m", api_key=SecretStr(LONG_KEY))
        assert (await EndpointChat(where).complete(ASKED)).text == "your key is ***"


@pytest.mark.parametrize(
    "address", ["http://me:pw-secret@127.0.0.1:9", "http://127.0.0.1:9/?api_key=pw-secret"]
)
def test_no_recipe_holds_an_address_with_a_secret(address):
    from masksearch.config import SearchConfig
    from masksearch.recipe_file import validated

    raw = {"backend": "searxng", "base_url": address}
    with pytest.raises(ConfigError, match="of searxng: leave out the name and password") as caught:
        validated(SearchConfig, raw, "the recipe")
    assert "pw-secret" not in str(caught.value)


def test_settings_name_the_secrets_of_an_endpoint():
    where = Settings(base_url="http://h/v1?code=the-code", api_key=SecretStr("the-key"))
    assert where.endpoint("judge").secrets == ("the-key", "the-code")
