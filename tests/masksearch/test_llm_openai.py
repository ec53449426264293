import sys

import httpx
import pytest
from fake_endpoint import FakeEndpoint, Fault, Say, serving
from pydantic import SecretStr

from masksearch.errors import ChatError, ChatStopped, ChatUnavailable, ModelError
from masksearch.llm.endpoints import endpoint_chat
from masksearch.llm.openai import EndpointChat
from masksearch.messages import Decoding, Message
from masksearch.protocol import STOPS, ModelTurn, read_turn
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
    assert read_turn(reply) == ModelTurn(thought="t", queries=("a query",))


async def test_what_fails_in_passing_is_tried_again(endpoint):
    endpoint.script.extend([Fault(500), Fault(429), "Hello."])
    assert (await chat_to(endpoint).complete(ASKED)).text == "Hello."
    assert len(endpoint.requests) == 3


async def test_what_goes_on_failing_is_no_verdict(endpoint):
    endpoint.reply = lambda _: Fault(500, f'{{"error": {{"message": "key {KEY} is odd"}}}}')
    with pytest.raises(ChatUnavailable, match=r"500.*key \*\*\* is odd") as caught:
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
async def test_what_is_no_completion_is_a_fault_of_the_world(endpoint, body):
    endpoint.reply = lambda _: Fault(200, body)
    with pytest.raises(ChatUnavailable):
        await chat_to(endpoint, max_retries=0).complete(ASKED)


async def test_no_reply_in_time_is_a_fault_of_the_world(endpoint):
    endpoint.reply = lambda _: Fault(200, "{}", delay=0.5)
    with pytest.raises(ChatUnavailable, match=r"no reply within 0\.1 s"):
        await chat_to(endpoint, max_retries=0, timeout_seconds=0.1).complete(ASKED)


async def test_an_endpoint_that_was_never_there_is_unusable_one_that_left_is_not():
    with serving(FakeEndpoint()) as gone:
        gone.script.append("Hello.")
        known = chat_to(gone, max_retries=0)
        await known.complete(ASKED)
    with pytest.raises(ChatUnavailable):
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


async def test_a_request_has_the_fields_that_its_role_is_to_have(endpoint):
    endpoint.script.extend(["Hello.", "Hello."])
    settings = Settings(
        _env_file=None,
        base_url=endpoint.url,
        model="m",
        omit="seed",
        judge={
            "omit": "temperature, seed, stop",
            "extra_body": '{"top_k": 3, "chat_template_kwargs": {"enable_thinking": false}}',
            "max_tokens": 99,
            "max_tokens_field": "max_completion_tokens",
        },
    )
    decoding = Decoding(STOPS, max_tokens=33, temperature=0.5, seed=9)
    await endpoint_chat(settings, "judge").complete(ASKED, decoding)
    await endpoint_chat(settings, "planner").complete(ASKED, decoding)
    judge, planner = endpoint.requests
    assert not {"temperature", "seed", "stop", "max_tokens"} & set(judge)
    assert (judge["top_k"], judge["max_completion_tokens"]) == (3, 99)
    assert judge["chat_template_kwargs"] == {"enable_thinking": False}
    assert (planner["temperature"], planner["max_tokens"]) == (0.5, 33)
    assert "seed" not in planner and "top_k" not in planner


EVENTS = "".join(
    f"data: {line}\n\n"
    for line in (
        '{"id": "c", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hel"}}]}',
        '{"id": "c", "choices": [{"index": 0, "delta": {"content": "lo."}}]}',
        '{"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}',
        '{"id": "c", "choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7,'
        ' "total_tokens": 18}}',
        "[DONE]",
    )
)
AS_EVENTS = {"content-type": "text/event-stream"}


def streaming_to(endpoint: FakeEndpoint, **options) -> EndpointChat:
    where = Endpoint(base_url=endpoint.url, model="m", streaming=True)
    return EndpointChat(where, max_retries=0, **options)


async def test_a_reply_can_come_as_a_stream(endpoint):
    endpoint.script.append(Fault(200, EVENTS, headers=AS_EVENTS))
    reply = await streaming_to(endpoint).complete(ASKED)
    assert (reply.text, reply.finish) == ("Hello.", "stop")
    assert reply.usage == Usage(prompt_tokens=11, completion_tokens=7)
    assert endpoint.requests[0]["stream"] is True


@pytest.mark.parametrize(
    "said",
    [
        Fault(200, EVENTS[: EVENTS.index("lo.")], headers=AS_EVENTS),
        Fault(200, EVENTS[: EVENTS.index("lo.")], headers={**AS_EVENTS, "content-length": "9999"}),
        Fault(200, 'data: {"error": {"message": "x", "code": 502}}\n\n', headers=AS_EVENTS),
        Fault(200, ": keep-alive\n\n" * 9, headers=AS_EVENTS),
    ],
    ids=["ends", "breaks", "error", "blank"],
)
async def test_a_stream_that_breaks_off_is_a_fault_of_the_world(endpoint, said):
    endpoint.script.append(said)
    with pytest.raises(ChatUnavailable):
        await streaming_to(endpoint).complete(ASKED)


async def test_a_stream_that_nobody_asked_for_says_what_to_set(endpoint):
    endpoint.script.append(Fault(200, EVENTS, headers=AS_EVENTS))
    with pytest.raises(ChatStopped, match="set MASKSEARCH_STREAMING=true"):
        await chat_to(endpoint).complete(ASKED)


async def test_a_connection_that_breaks_is_a_fault_of_the_world_also_at_first(endpoint):
    endpoint.script.append(Fault(200, '{"choices": [', headers={"content-length": "999"}))
    with pytest.raises(ChatUnavailable, match="the connection broke off"):
        await chat_to(endpoint, max_retries=0).complete(ASKED)


async def test_a_name_that_nobody_knows_any_more_is_a_fault_of_the_world(endpoint):
    endpoint.script.append("Hello.")
    chat = chat_to(endpoint, max_retries=0)
    await chat.complete(ASKED)

    async def unknown(*_):
        raise httpx.ConnectError("[Errno -3] Temporary failure in name resolution")

    chat._client.root_async_client._client._transport.handle_async_request = unknown
    with pytest.raises(ChatUnavailable, match=r"cannot be reached.*name resolution"):
        await chat.complete(ASKED)


async def test_a_client_that_cannot_be_imported_is_told(monkeypatch):
    for name in ("openai", "langchain_openai"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "masksearch.llm.completions", raising=False)
    chat = EndpointChat(Endpoint(base_url="http://127.0.0.1:9/v1", model="m"))
    with pytest.raises(ModelError, match=r"no client for http://127.0.0.1:9/v1 \(m\) can be made"):
        await chat.complete([Message(role="user", content="Hi")])
