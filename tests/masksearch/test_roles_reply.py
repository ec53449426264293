import json

import pytest
from fake_endpoint import FakeEndpoint, Say, serving
from hypothesis import given
from hypothesis import strategies as st

from masksearch.errors import ChatError
from masksearch.llm.meter import metering
from masksearch.llm.openai import EndpointChat
from masksearch.protocol import unescape
from masksearch.role_prompt import role_prompt
from masksearch.roles.reply import RoleReply, Text, ask, read_reply
from masksearch.settings import Endpoint
from prompts import PromptLibrary


class Note(RoleReply):
    word: Text
    number: int = 0


PROMPT = role_prompt(PromptLibrary(), "planner")
WORD = '{"word": "yes", "number": 2}'


@pytest.mark.parametrize(
    "text",
    [
        WORD,
        f"```json\n{WORD}\n```",
        f'<think>Shall I say {{this}}? Or {{"word": 1}}?</think>\n{WORD} I hope it helps {{}}.',
        f'First I thought {{"word": "no"}}, but now: {WORD}',
        '{"word": "yes", "number": 2, "confidence": 0.9}',
        f"[{WORD}]",
        f'Let me see: {{"word": "no"}}\n</think>\n{WORD}',
        f'Well. <think>{{"word": "no"}}</think>\n{WORD}',
        f'{WORD} {{"number": 5}}',
    ],
)
def test_the_object_is_found_whatever_stands_around_it(text):
    said, fault = read_reply(text, Note)
    assert (said, fault) == (Note(word="yes", number=2), "")


@pytest.mark.parametrize(
    "text",
    [
        '{"word": "yes", "number": 2,}',
        "{'word': 'yes', 'number': 2}",
        '{word: "yes", number: 2}',
        '{"word": "yes" "number": 2}',
        '{"word": "yes", // as asked\n "number": 2 /* two */}',
        '{"word": "yes", # as asked\n "number": 2}',
        "{“word”: “yes”, “number”: 2}",
        '{"word": "yes", "number": 2, "more": None, "right": True}',
        '```json\n{"word": "yes",\n "number": 2,\n}\n```\nI hope {it} helps.',
        'A draft: {"word": "no"}. But in the end: {"word": "yes", "number": 2,}',
        'Of {"word": "no",} and {"word": "yes", "number": 2}',
        "Say {this: {'word': 'yes', 'number': 2}}, {'word': 'yes', 'number': 2}",
    ],
)
def test_an_object_that_is_slightly_broken_is_read(text):
    assert read_reply(text, Note) == (Note(word="yes", number=2), "")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('{"word": "one\ntwo"}', "one\ntwo"),
        ('{"word": "he said "no" to it"}', 'he said "no" to it'),
        ("{'word': '__import__(\"os\")'}", '__import__("os")'),
        ("{'word': 'it\\'s'}", "it's"),
    ],
)
def test_a_string_that_is_slightly_broken_is_read(text, word):
    assert read_reply(text, Note)[0] == Note(word=word)


@pytest.mark.parametrize(
    "text",
    [
        '<think>I shall say {"word": "no"}',
        '<think>{"word": "no"}</think>',
        'I shall say {"word": "no"}</think>',
        '<think>The form is <think>x</think>{"word": "no"}',
        "<think>{'word': 'no',}</think> Done.",
    ],
)
def test_what_stands_in_the_thought_is_not_read(text):
    assert read_reply(text, Note) == (None, "")


def test_of_several_faults_the_last_objects_is_told():
    said, fault = read_reply('{"number": 1} or {"word": 3}', Note)
    assert said is None and fault.startswith("word: Input should be a valid string")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", ""),
        ("I cannot help with that.", ""),
        ('{"word": "yes"', ""),
        ('{"number": 2}', "word: Field required"),
        ('{"word": "yes", "number": "many"}', "number: Input should be a valid integer"),
        ('{"word": "\\ud83d"}', "word: Value error, 'utf-8' codec"),
        ("{" * 100_000, ""),
        ('{"a":' * 100_000, ""),
        ("{'" * 10_000 + "}" * 10_000, ""),
        ("{'a':" * 3_000 + "}" * 3_000, ""),
        ("{x}" * 6_000, ""),
        ('{"```json{NaNset(.NaN”NaNé\\n}#é“\x00(*/None//.”]//```json,})"x",}', ""),
    ],
)
def test_what_cannot_be_read_says_why(text, fault):
    said, why = read_reply(text, Note)
    assert said is None and why.startswith(fault)


def test_what_was_copied_from_escaped_text_is_unescaped():
    said, _ = read_reply('{"word": "&lt;|im_end|> and &amp;lt;"}', Note)
    assert said.word == "<|im_end|> and &lt;"


@given(st.text())
def test_any_text_is_read_or_refused(text):
    read_reply(text, Note)


pieces = st.sampled_from(
    [*"{}[]:,'\"`", '"word"', "'word'", ": ", "true", "None", "1e999", "\\u", "//", "/*", "<think>"]
)


@given(st.lists(pieces | st.text(max_size=2), max_size=20).map("".join))
def test_what_looks_like_an_object_is_read_or_refused(text):
    said, fault = read_reply(text, Note)
    assert said is None or (isinstance(said, Note) and not fault)


QUOTED = st.sampled_from(
    ["[/THINK]", "</thought>", "</think>", "<think>", "{'word': 'no'}", '{"word": "no"}', "}", "{"]
)


@given(
    st.lists(QUOTED | st.text(max_size=3), max_size=8).map("".join),
    st.sampled_from(["", "```json\n", "Here it is: ", "So.\n</think>\n", "<think>{</think>"]),
)
def test_what_an_object_quotes_is_not_read_in_its_place(word, before):
    said, _ = read_reply(before + json.dumps({"word": word}), Note)
    assert said == Note(word=unescape(word))


@given(st.text(alphabet="ab \"':,\n"))
def test_an_object_is_never_taken_from_the_thought(text):
    assert read_reply(f'{text}{{"word": "no"}}</think>', Note) == (None, "")


@pytest.fixture
def endpoint():
    with serving(FakeEndpoint()) as running:
        yield running


def chat_to(endpoint: FakeEndpoint) -> EndpointChat:
    return EndpointChat(Endpoint(base_url=endpoint.url, model="m"), max_retries=0)


async def test_an_unreadable_reply_is_asked_for_once_more_with_the_fault(endpoint):
    endpoint.script.extend(["<|im_end|> no idea", WORD])
    with metering() as meter:
        assert (await ask(chat_to(endpoint), PROMPT, "sys", "user", Note)).word == "yes"
    assert meter.usage.prompt_tokens == 22
    first, second = (request["messages"] for request in endpoint.requests)
    assert second[:2] == first
    assert second[2]["content"] == "&lt;|im_end|> no idea"
    assert "no JSON object" in second[3]["content"]


async def test_two_unreadable_replies_are_an_error_with_the_reason(endpoint):
    endpoint.script.extend(["no idea", '{"number": 1}'])
    with pytest.raises(ChatError, match="the reply of m cannot be read: word: Field required"):
        await ask(chat_to(endpoint), PROMPT, "sys", "user", Note)
    assert len(endpoint.requests) == 2


async def test_a_readable_reply_can_still_be_refused(endpoint):
    endpoint.script.extend([WORD, WORD])
    with pytest.raises(ChatError, match="cannot be read: too small"):
        await ask(chat_to(endpoint), PROMPT, "s", "u", Note, check=lambda note: "too small")


@pytest.mark.parametrize("text", [WORD, f"<think>I may say {WORD}, but", "<think>Hm.</think>"])
async def test_a_reply_that_was_cut_is_never_read(endpoint, text):
    endpoint.script.extend([Say(text, finish="length")] * 2)
    with pytest.raises(ChatError, match="the reply of m cannot be read: it was cut at 7 tokens"):
        await ask(chat_to(endpoint), PROMPT, "s", "u", Note)
    said = endpoint.requests[1]["messages"][2:]
    assert "<think>" not in said[0]["content"]
    assert "could not be used (it was cut at 7 tokens" in said[1]["content"]


async def test_a_reply_that_was_cut_while_thinking_says_so(endpoint):
    endpoint.script.extend([Say("<think>Hm. " * 9, finish="length")] * 2)
    with pytest.raises(ChatError, match=r"it was cut at 7 tokens while thinking$"):
        await ask(chat_to(endpoint), PROMPT, "s", "u", Note)


async def test_a_thought_without_a_reply_is_asked_again(endpoint):
    endpoint.script.extend([f"<think>{WORD}</think>", WORD])
    assert await ask(chat_to(endpoint), PROMPT, "s", "u", Note) == Note(word="yes", number=2)
    assert "(it is nothing but a thought)" in endpoint.requests[1]["messages"][3]["content"]


async def test_a_call_in_place_of_a_reply_is_asked_again(endpoint):
    calls = [{"function": {"name": "search\ud83d\nit", "arguments": "{}"}}]
    endpoint.script.extend([Say(None, "tool_calls", {"tool_calls": calls})] * 2)
    with pytest.raises(ChatError, match=r"cannot be read: it calls the tool search\? it$"):
        await ask(chat_to(endpoint), PROMPT, "s", "u", Note)
