import sys

import pytest
from fake_endpoint import FakeEndpoint, Fault, Say, serving
from pydantic import SecretStr

from masksearch.errors import ChatError, ModelError
from masksearch.llm.openai import EndpointChat, endpoint_chat
from masksearch.messages import Decoding, Message
from masksearch.protocol import STOPS, ModelTurn, parse_turn, settle
from masksearch.schemas import Usage
from masksearch.settings import Endpoint, Settings

KEY = "sk-very-secret-123"
ASKED = [Message(role="system", content="Be brief."), Message(role="user", content="Hi")]


@pytest.fixture
def endpoint():
    with serving(FakeEndpoint()) as running:
        yield running


def chat_to(endpoint: FakeEndpoint, *, key: str = KEY, **options) -> EndpointChat:
    where = Endpoint(base_url=endpoint.url, model="some-model", api_key=SecretStr(key))
    return EndpointChat(where, **{"max_retries": 2, "timeout_seconds": 5, **options})


async def test_says_what_was_asked_and_counts_tokens(endpoint):
    endpoint.script.append("Hello.")
    reply = await chat_to(endpoint).complete(
        ASKED, Decoding(STOPS, max_tokens=33, temperature=0.5, seed=9)
    )
    assert (reply.text, reply.finish) == ("Hello.", "stop")
    assert reply.usage == Usage(prompt_tokens=11, completion_tokens=7)
    assert reply.seconds > 0 and reply.tokens is None
    (sent,) = endpoint.requests
    assert sent["messages"] == [{"role": m.role, "content": m.content} for m in ASKED]
    assert sent["model"] == "some-model" and sent["stop"] == list(STOPS)
    assert (sent["max_tokens"], sent["temperature"], sent["seed"]) == (33, 0.5, 9)
    assert endpoint.keys == [f"Bearer {KEY}"]


async def test_a_reply_cut_at_the_limit_says_so(endpoint):
    endpoint.script.append(Say("Hel", finish="length"))
    assert (await chat_to(endpoint).complete(ASKED)).finish == "length"


async def test_a_stop_tag_that_the_endpoint_strips_is_restored_by_the_protocol(endpoint):
    endpoint.script.append("<think>t</think>\n<search>\na query\n")
    reply = await chat_to(endpoint).complete(ASKED, Decoding(STOPS))
    assert parse_turn(settle(reply.text)) == ModelTurn(thought="t", queries=("a query",))


async def test_what_fails_in_passing_is_tried_again(endpoint):
    endpoint.script.extend([Fault(500), Fault(429), "Hello."])
    assert (await chat_to(endpoint).complete(ASKED)).text == "Hello."
    assert len(endpoint.requests) == 3


async def test_what_goes_on_failing_is_a_chat_error(endpoint):
    endpoint.reply = lambda _: Fault(500, f'{{"error": {{"message": "key {KEY} is odd"}}}}')
    with pytest.raises(ChatError, match=r"500.*key \*\*\* is odd") as caught:
        await chat_to(endpoint, max_retries=1).complete(ASKED)
    assert KEY not in repr(caught.value) and caught.value.__cause__ is None
    assert len(endpoint.requests) == 2


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_an_endpoint_that_refuses_is_unusable_and_its_message_is_not_shown(endpoint, status):
    endpoint.script.append(Fault(status, f'{{"error": {{"message": "bad {KEY[:9]}"}}}}'))
    with pytest.raises(ModelError, match=rf"\({status}\): check MASKSEARCH_BASE_URL") as caught:
        await chat_to(endpoint).complete(ASKED)
    assert "sk-" not in str(caught.value)


async def test_a_refused_request_is_the_tasks_own_failure(endpoint):
    endpoint.script.append(Fault(400, '{"error": {"message": "the context is too long"}}'))
    with pytest.raises(ChatError, match="the context is too long"):
        await chat_to(endpoint).complete(ASKED)


@pytest.mark.parametrize(
    "body",
    [
        "<html>welcome</html>",
        "",
        "[]",
        "{}",
        '{"choices": null}',
        '{"choices": []}',
        '{"choices": [{"message": null}]}',
        '{"choices": [{"index": 0, "message": {"role": "assistant", "content": {"a": 1}}}]}',
    ],
)
async def test_garbage_is_a_chat_error(endpoint, body):
    endpoint.reply = lambda _: Fault(200, body)
    with pytest.raises(ChatError):
        await chat_to(endpoint, max_retries=0).complete(ASKED)


async def test_no_reply_in_time_is_a_chat_error(endpoint):
    endpoint.reply = lambda _: Fault(200, "{}", delay=0.5)
    with pytest.raises(ChatError, match=r"no reply within 0\.1 s"):
        await chat_to(endpoint, max_retries=0, timeout_seconds=0.1).complete(ASKED)


async def test_an_endpoint_that_was_never_there_is_unusable_one_that_left_is_not():
    with serving(FakeEndpoint()) as gone:
        gone.script.append("Hello.")
        known = chat_to(gone, max_retries=0)
        await known.complete(ASKED)
    with pytest.raises(ChatError):
        await known.complete(ASKED)
    with pytest.raises(ModelError, match=r"cannot be reached: check MASKSEARCH_BASE_URL"):
        await chat_to(gone, max_retries=0).complete(ASKED)


async def test_half_a_surrogate_pair_does_not_reach_a_file(endpoint):
    endpoint.script.append("a\ud83d")
    reply = await chat_to(endpoint).complete(ASKED)
    assert reply.text.encode() == b"a?"


async def test_no_key_is_taken_from_elsewhere(endpoint, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-from-elsewhere")
    endpoint.script.append("Hello.")
    await chat_to(endpoint, key="").complete(ASKED)
    assert endpoint.keys == ["Bearer none"]


def test_a_role_without_an_endpoint_says_what_to_set():
    with pytest.raises(ModelError, match=r"set MASKSEARCH_BASE_URL \(or MASKSEARCH_JUDGE_BASE_URL"):
        endpoint_chat(Settings(_env_file=None), "judge")
    half = Settings(_env_file=None, base_url="http://127.0.0.1:9/v1")
    with pytest.raises(ModelError, match=r"set MASKSEARCH_MODEL \(or MASKSEARCH_JUDGE_MODEL"):
        endpoint_chat(half, "judge")


def test_an_address_that_is_none_is_refused_before_it_is_called():
    settings = Settings(_env_file=None, base_url="http://host:notaport/v1", model="m")
    with pytest.raises(ModelError, match="endpoint of the judge has no usable address"):
        endpoint_chat(settings, "judge")


async def test_a_password_in_the_address_is_not_shown(endpoint):
    endpoint.script.append(Fault(404, "{}"))
    base_url = endpoint.url.replace("http://", "http://me:secret@")
    with pytest.raises(ModelError, match="does not know this") as caught:
        await EndpointChat(Endpoint(base_url=base_url, model="m")).complete(ASKED)
    assert "secret" not in str(caught.value) and endpoint.url in str(caught.value)


def test_a_role_has_its_own_model():
    settings = Settings(
        _env_file=None,
        base_url="http://127.0.0.1:9/v1",
        model="common",
        judge={"model": "strict"},
    )
    assert endpoint_chat(settings, "judge").name == "strict"
    assert endpoint_chat(settings, "planner").name == "common"


def test_openais_own_endpoint_is_sent_the_newer_name_of_the_limit():
    newer = EndpointChat(Endpoint(base_url="https://api.openai.com/v1", model="m"))
    assert newer._limit_name == "max_completion_tokens"


async def test_a_client_that_cannot_be_imported_is_told(monkeypatch):
    for name in ("openai", "langchain_openai"):
        monkeypatch.setitem(sys.modules, name, None)
    chat = EndpointChat(Endpoint(base_url="http://127.0.0.1:9/v1", model="m"))
    with pytest.raises(ModelError, match=r"no client for http://127.0.0.1:9/v1 \(m\) can be made"):
        await chat.complete([Message(role="user", content="Hi")])
