"""Shapes in which servers send a reply, each as the server's body and as pieces of a stream."""

import json

import pytest
from fake_endpoint import FakeEndpoint, Fault, serving
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from masksearch.errors import ChatError, MaskSearchError
from masksearch.llm.openai import EndpointChat
from masksearch.llm.replies import NoCompletion, plain_completion, plain_piece
from masksearch.messages import Message, Reply
from masksearch.protocol import ModelTurn, read_turn
from masksearch.schemas import Usage
from masksearch.settings import Endpoint

ASKED = [Message(role="user", content="Hi")]
SEARCH = "<search>\nthe bridge\n</search>"
TURN = ModelTurn(thought="I look.", queries=("the bridge",))
KEY = "sk-very-secret-123"


@pytest.fixture
def endpoint():
    with serving(FakeEndpoint()) as running:
        yield running


def chat_to(endpoint: FakeEndpoint, *, streaming: bool = False) -> EndpointChat:
    where = Endpoint(base_url=endpoint.url, model="m", api_key=SecretStr(KEY))
    chat = EndpointChat(where, max_retries=0, timeout_seconds=5)
    chat._client.streaming = streaming
    return chat


def body(message: object, finish: object = "stop", **more: object) -> Fault:
    sent = {"choices": [{"index": 0, "message": message, "finish_reason": finish}], **more}
    return Fault(200, json.dumps(sent))


def stream(*deltas: object, finish: object = "stop", done: bool = True) -> Fault:
    pieces = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    if done:
        pieces.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
        pieces.append({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}})
    return Fault(200, "".join(f"data: {json.dumps(one)}\n\n" for one in pieces))


async def said(endpoint: FakeEndpoint, sent: Fault, *, streaming: bool = False) -> Reply:
    endpoint.script.append(sent)
    return await chat_to(endpoint, streaming=streaming).complete(ASKED)


MESSAGES = {
    "inline": {"content": f"<think>I look.</think>\n{SEARCH}"},
    "opened by the template": {"content": f"I look.\n</think>\n\n{SEARCH}"},
    "DeepSeek": {"reasoning_content": "I look.", "content": SEARCH},
    "OpenRouter": {
        "reasoning": "I look.",
        "reasoning_details": [{"type": "reasoning.text", "text": "I look."}],
        "content": SEARCH,
    },
    "two names": {"reasoning_content": "I look.", "reasoning": "I look.", "content": SEARCH},
    "Ollama": {"thinking": "I look.", "content": SEARCH},
    "LiteLLM": {
        "thinking_blocks": [{"type": "thinking", "thinking": "I look."}],
        "content": SEARCH,
    },
    "details alone": {
        "reasoning_details": [{"type": "reasoning.summary", "summary": "I look."}],
        "content": SEARCH,
    },
    "Mistral": {
        "content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": "I look."}]},
            {"type": "text", "text": SEARCH},
        ]
    },
    "Responses": {
        "content": [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "I look."}]},
            {"type": "message", "content": [{"type": "output_text", "text": SEARCH}]},
        ]
    },
    "tags in the thought": {"reasoning": "I look.", "content": f"<think></think>{SEARCH}"},
    "both": {"reasoning": "Long.", "content": f"<think>I look.</think>{SEARCH}"},
    "a stray closing tag": {"reasoning": "I look.", "content": f"</think>\n{SEARCH}"},
    "a fence": {"reasoning": "I look.", "content": f"```xml\n{SEARCH}\n```"},
    "stripped at the stop": {"reasoning": "I look.", "content": "<search>\nthe bridge\n"},
    "run past the stop": {"reasoning": "I look.", "content": f"{SEARCH}\n<information>x"},
    "a call": {
        "reasoning": "I look.",
        "content": None,
        "tool_calls": [
            {
                "id": "a",
                "type": "function",
                "function": {"name": "search", "arguments": '{"query": "the bridge"}'},
            }
        ],
    },
    "a call with its words": {
        "content": "I look.",
        "tool_calls": [{"function": {"name": "search", "arguments": {"queries": ["the bridge"]}}}],
    },
    "an older call": {
        "content": "I look.",
        "function_call": {"name": "search", "arguments": '{"query": "the bridge"}'},
    },
}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
async def test_a_turn_is_read_in_whichever_fields_it_comes(endpoint, message):
    reply = await said(endpoint, body(message, usage={"completion_tokens": 7}))
    assert read_turn(reply) == TURN
    assert (reply.finish, reply.usage) == ("stop", Usage(completion_tokens=7))


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
async def test_a_streamed_turn_is_read_alike(endpoint, message):
    later = ("content", "tool_calls")
    fields = {name: one for name, one in message.items() if name not in later}
    pieces = ({name: message[name]} for name in later if name in message)
    reply = await said(endpoint, stream(fields, *pieces), streaming=True)
    assert read_turn(reply) == TURN
    assert reply.usage == Usage(prompt_tokens=3, completion_tokens=4)


async def test_a_thought_and_a_call_may_come_in_small_pieces(endpoint):
    pieces = [
        {"reasoning_content": "I "},
        {"reasoning_content": "look.", "content": None},
        {"tool_calls": [{"index": 0, "function": {"name": "search", "arguments": '{"que'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": 'ry": "the bridge"}'}}]},
    ]
    reply = await said(endpoint, stream(*pieces, finish="tool_calls"), streaming=True)
    assert read_turn(reply) == TURN


async def test_a_stream_that_was_cut_says_so_however_often_it_is_told(endpoint):
    ends = stream({"content": "a"}, done=False)
    last = {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]}
    ends.body += f"data: {json.dumps(last)}\n\n" * 2
    assert (await said(endpoint, ends, streaming=True)).finish == "length"


async def test_a_whole_reply_of_the_responses_kind_is_read(endpoint):
    output = [
        {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "I look."}]},
        {"type": "message", "content": [{"type": "output_text", "text": SEARCH}]},
    ]
    usage = {"input_tokens": 3, "output_tokens": 4}
    sent = {"object": "response", "status": "completed", "output": output, "usage": usage}
    reply = await said(endpoint, Fault(200, json.dumps(sent)))
    assert read_turn(reply) == TURN
    assert reply.usage == Usage(prompt_tokens=3, completion_tokens=4)
    cut = {**sent, "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    assert (await said(endpoint, Fault(200, json.dumps(cut)))).finish == "length"


@pytest.mark.parametrize("finish", ["stop", "eos", "tool_calls", "end_turn", None, ""])
async def test_a_reply_that_is_whole(endpoint, finish):
    assert (await said(endpoint, body({"content": "a"}, finish))).finish == "stop"


@pytest.mark.parametrize("finish", ["length", "max_tokens", "MAX_TOKENS", "model_length"])
async def test_a_reply_that_was_cut(endpoint, finish):
    reply = await said(endpoint, body({"content": "", "reasoning": "Hm. " * 9}, finish))
    assert reply.cut == "cut at its most tokens while thinking"
    assert read_turn(reply).reason == "nothing but a thought"


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (body({"content": ""}, "content_filter"), "a filter of the endpoint withheld the reply"),
        (body({"content": None, "refusal": "I cannot."}), "the model refuses: I cannot."),
        (body({"content": [{"type": "refusal", "refusal": "No."}]}), "the model refuses: No."),
        (body({"content": "a"}, "error"), "the reply ended with error"),
        (
            Fault(200, '{"error": {"message": "Provider returned error", "code": 429}}'),
            "Provider returned error",
        ),
        (Fault(200, '{"error": "no GPU is free"}'), "no GPU is free"),
        (Fault(200, '{"object": "error", "message": "too long"}'), "too long"),
        (Fault(200, '{"detail": "Not Found"}'), "Not Found"),
        (
            Fault(200, '{"choices": [{"error": {"message": "overloaded", "code": 503}}]}'),
            "overloaded",
        ),
        (Fault(200, "<html>Sign in</html>"), "not a chat completion: <html>Sign in</html>"),
        (Fault(200, '{"choices": []}'), "not a chat completion: it has no choices"),
        (body({"content": {"a": 1}}), "not a chat completion: a message without a text"),
    ],
)
async def test_what_is_no_reply_says_why(endpoint, sent, reason):
    with pytest.raises(MaskSearchError, match=reason) as caught:
        await said(endpoint, sent)
    assert "ValueError" not in str(caught.value)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (stream({"content": "a"}, done=False), "the stream ended before the reply did"),
        (Fault(200, 'data: {"error": {"message": "overloaded"}}\n\n'), "overloaded"),
        (stream({"refusal": "I can"}, {"refusal": "not."}), "the model refuses: I cannot."),
    ],
)
async def test_a_stream_that_is_no_reply_says_why(endpoint, sent, reason):
    with pytest.raises(MaskSearchError, match=reason):
        await said(endpoint, sent, streaming=True)


async def test_what_a_model_or_a_filter_withheld_is_the_tasks_own(endpoint):
    for sent in (body({"content": ""}, "content_filter"), body({"content": "", "refusal": "No."})):
        with pytest.raises(ChatError):
            await said(endpoint, sent)


def test_an_error_in_a_reply_is_the_one_that_its_code_names():
    from openai import APIStatusError

    sent = {"error": {"message": "busy", "code": "429"}}
    with pytest.raises(APIStatusError) as caught:
        plain_completion(sent)
    assert (caught.value.status_code, caught.value.body) == (429, sent["error"])
    assert str(caught.value) == "the endpoint sent an error: busy (429)"


async def test_a_key_that_a_reply_repeats_is_not_kept(endpoint):
    reply = await said(endpoint, body({"content": f"a {KEY}", "reasoning": f"b {KEY}"}))
    assert (reply.text, reply.thought) == ("a ***", "b ***")


async def test_counts_that_are_none_are_left_out(endpoint):
    usage = {"prompt_tokens": None, "completion_tokens": -3, "total_tokens": "many"}
    reply = await said(endpoint, body({"content": "a"}, usage=usage))
    assert reply.usage == Usage()


@pytest.mark.parametrize(
    "arguments", ["", "{", "[]", '"query"', "{}", '{"query": 5}', '{"q": "a"}']
)
async def test_a_call_that_is_no_search_is_malformed_with_a_reason(endpoint, arguments):
    calls = [{"id": 7, "function": {"name": "search", "arguments": arguments}}]
    reply = await said(endpoint, body({"content": None, "tool_calls": calls}, "tool_calls"))
    assert read_turn(reply).reason == "a call of the tool search instead of an action"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "choices",
                    "message",
                    "delta",
                    "content",
                    "reasoning",
                    "thinking",
                    "text",
                    "type",
                    "tool_calls",
                    "function",
                    "name",
                    "arguments",
                    "index",
                    "usage",
                    "error",
                    "code",
                    "status",
                    "output",
                    "refusal",
                    "finish_reason",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_any_json_is_a_completion_or_a_typed_error(sent):
    from openai import APIError

    try:
        message = plain_completion(sent)["choices"][0]["message"]
    except (APIError, NoCompletion) as error:
        assert str(error)
    else:
        assert isinstance(message["content"], str)
    if isinstance(sent, dict):
        try:
            plain_piece(sent)
        except APIError as error:
            assert str(error)
