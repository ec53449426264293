import json

import pytest
from fake_endpoint import FakeEndpoint, serving
from hypothesis import given
from hypothesis import strategies as st

from masksearch.errors import ChatError
from masksearch.llm.meter import metering
from masksearch.llm.openai import EndpointChat
from masksearch.role_prompt import role_prompt
from masksearch.roles.reply import RoleReply, Text, ask, json_objects, read_reply
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
    ],
)
def test_the_object_is_found_whatever_stands_around_it(text):
    said, fault = read_reply(text, Note)
    assert (said, fault) == (Note(word="yes", number=2), "")


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
    for raw in json_objects(text):
        assert isinstance(raw, dict)
    read_reply(text, Note)


@given(st.text(), st.dictionaries(st.text(), st.text()), st.text(alphabet="ab}] \n"))
def test_an_object_is_found_behind_any_text_without_braces(before, value, after):
    text = before.replace("{", "(") + json.dumps(value) + after
    assert list(json_objects(text)) == [value]


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
