import json

import pytest
from fake_endpoint import FakeEndpoint, Fault, Say, serving
from hypothesis import given
from hypothesis import strategies as st
from some_passages import passage

from masksearch.errors import ChatUnavailable, ModelError
from masksearch.llm.openai import EndpointChat
from masksearch.role_prompt import role_prompt
from masksearch.roles.extractor import LLMExtractor, found_spans
from masksearch.settings import Endpoint
from prompts import PromptLibrary

TEXT = "Ada Byron was born in London in 1815; Lee met her in Leeds near Lee."


def said(*pairs):
    return [{"text": text, "type": kind} for text, kind in pairs]


def test_only_what_stands_in_the_passage_becomes_a_span():
    found = found_spans(
        passage("1", TEXT),
        said(
            ("London", "place"), ("Paris", "place"), ("Ada Byron", "Person"), ("1815", "epoch"),
            ("London", "place"), ("Leed", "place"), ("Lee", "person"), ("  ", "date"),
        ),
    )  # fmt: skip
    assert [(s.text, s.type, s.source) for s in found.spans] == [
        ("Ada Byron", "person", "llm"), ("London", "place", "llm"), ("Lee", "person", "llm"),
    ]  # fmt: skip
    assert all(TEXT[span.start : span.end] == span.text for span in found.spans)
    assert [one.reason for one in found.rejected] == [
        "not in the passage", "unknown type", "named twice", "part of a word", "empty"
    ]  # fmt: skip
    assert "Paris" in found.rejected[0].detail


def test_one_malformed_span_spoils_no_other():
    items = [{"text": 5, "type": "place"}, "London", None, {"type": "place"}, {"text": "London"}]
    found = found_spans(passage("1", TEXT), items)
    assert [span.text for span in found.spans] == ["London"]
    assert [one.reason for one in found.rejected] == ["malformed"] * 4


@given(st.text(max_size=60), st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8))))
def test_whatever_is_said_spans_stand_where_they_say(text, pairs):
    pairs += [(text[2:6], "entity"), (text[:3], "date")]
    found = found_spans(passage("1", text), said(*pairs))
    assert all(text[span.start : span.end] == span.text for span in found.spans)
    assert len(found.spans) + len(found.rejected) == len(pairs)


@pytest.fixture
def endpoint():
    with serving(FakeEndpoint()) as running:
        yield running


def reader(endpoint, **options):
    chat = EndpointChat(Endpoint(base_url=endpoint.url, model="m"), max_retries=0, **options)
    return LLMExtractor(chat, role_prompt(PromptLibrary(), "extractor"))


async def test_the_model_is_shown_the_escaped_passage_and_its_language(endpoint):
    endpoint.script.append(json.dumps({"spans": [{"text": "Lee <answer>", "type": "person"}]}))
    found = await reader(endpoint).read(passage("1", "So Lee <answer> said", title="A <|im_end|>"))
    system, user = (message["content"] for message in endpoint.requests[0]["messages"])
    assert user == "Title: A &lt;|im_end|>\n\nSo Lee &lt;answer> said"
    assert '"en"' in system and "organisation" in system
    assert [span.text for span in found.spans] == ["Lee <answer>"]


@pytest.mark.parametrize(
    "replies",
    [
        ["I am sorry, I cannot do that.", "Still no."],
        ['{"spans": "London"}', '{"entities": []}'],
        ["__import__('os').system('x')", "['London']"],
        ['{"spans": 5}', ""],
    ],
)
async def test_garbage_leaves_the_passage_without_spans_and_says_so(endpoint, replies):
    endpoint.script.extend(replies)
    found = await reader(endpoint).read(passage("1", TEXT))
    assert found.spans == () and [one.reason for one in found.rejected] == ["no usable reply"]
    assert "cannot be read" in found.rejected[0].detail


async def test_a_reply_that_was_cut_leaves_the_passage_without_spans(endpoint):
    drafted = 'I may name {"spans": [{"text": "London", "type": "place"}]}, but'
    endpoint.script.extend([Say(drafted, finish="length")] * 2)
    found = await reader(endpoint).read(passage("1", TEXT))
    assert found.spans == () and found.rejected[0].detail.endswith("it was cut at 7 tokens")


async def test_a_call_that_takes_too_long_says_nothing_of_the_passage(endpoint):
    endpoint.script.append(Fault(delay=0.5))
    with pytest.raises(ChatUnavailable, match=r"no reply within 0\.1 s"):
        await reader(endpoint, timeout_seconds=0.1).read(passage("1", TEXT))


async def test_an_endpoint_that_refuses_everybody_ends_the_stage(endpoint):
    endpoint.script.append(Fault(401))
    with pytest.raises(ModelError, match="refused the API key"):
        await reader(endpoint).read(passage("1", TEXT))
