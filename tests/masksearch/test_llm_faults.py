import pytest
from fake_endpoint import FakeEndpoint, Fault, serving

from masksearch.errors import ChatError, ChatRefused, ChatStopped, ChatUnavailable
from masksearch.llm.faults import Fault as Said
from masksearch.llm.faults import Refusals, fault_in, judged, refused_field
from masksearch.llm.openai import EndpointChat
from masksearch.messages import Message
from masksearch.settings import Endpoint

ASKED = [Message(role="user", content="Hi")]
SENT = ("temperature", "seed", "stop", "max_tokens", "reasoning")


async def raised_by(status: int, body: str, **headers: str) -> Exception:
    with serving(FakeEndpoint(reply=lambda _: Fault(status, body, headers=headers))) as endpoint:
        chat = EndpointChat(Endpoint(base_url=endpoint.url, model="m"), max_retries=0, role="judge")
        with pytest.raises(Exception) as caught:
            await chat.complete(ASKED)
    return caught.value


def error(message: str, code: object = None, **more: object) -> str:
    import json

    return json.dumps({"error": {"message": message, "code": code, **more}})


PAGE = "<!DOCTYPE html><html><head><style>a {b}</style><title>Bad gateway</title></head></html>"


@pytest.mark.parametrize(
    "status", [408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529, 599]
)
async def test_what_passes_by_itself_is_no_verdict_and_keeps_the_words(status):
    raised = await raised_by(status, error("busy now"))
    assert isinstance(raised, ChatUnavailable) and not isinstance(raised, ChatRefused)
    assert "busy now" in str(raised) and str(status) in str(raised)


async def test_a_gateways_page_is_told_in_its_words_alone():
    raised = await raised_by(502, PAGE, **{"content-type": "text/html"})
    assert str(raised) == 'the endpoint failed (502: "Bad gateway")'


@pytest.mark.parametrize(
    ("status", "message", "code"),
    [
        (402, "whatever", None),
        (
            429,
            "You exceeded your current quota, please check your billing details",
            "insufficient_quota",
        ),
        (429, "limit reached", "billing_hard_limit_reached"),
        (400, "Your credit balance is too low to access the API", "invalid_request_error"),
        (400, "Access denied, please make sure your account is in good standing.", "Arrearage"),
        (403, "Insufficient balance", None),
        (500, "upstream", "insufficient_user_quota"),
        (200, "pay first", 402),
        (200, "none left", "insufficient_quota"),
    ],
)
async def test_an_account_that_cannot_pay_stops_all(status, message, code):
    raised = await raised_by(status, error(message, code))
    assert isinstance(raised, ChatStopped) and "account" in str(raised)
    assert message in str(raised) and "the same command goes on" in str(raised)


async def test_a_quota_by_the_minute_passes():
    words = "You exceeded your current quota, check your plan and billing details. Retry in 34s."
    assert isinstance(await raised_by(429, error(words)), ChatUnavailable)
    plain = error("You exceeded your current quota, check your billing details", 429)
    assert isinstance(await raised_by(429, plain, **{"retry-after": "3"}), ChatUnavailable)


@pytest.mark.parametrize(
    ("status", "message", "code"),
    [
        (401, "", None),
        (404, "no page", None),
        (405, "POST is not allowed", None),
        (302, "", None),
        (
            400,
            "The model `gpt-9` does not exist or you do not have access to it.",
            "model_not_found",
        ),
        (400, "API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT"),
        (200, "no such model: x", 404),
    ],
)
async def test_a_wrong_key_model_or_address_stops_all(status, message, code):
    raised = await raised_by(status, error(message, code))
    assert isinstance(raised, ChatStopped) and "check MASKSEARCH_BASE_URL" in str(raised)


@pytest.mark.parametrize(
    ("message", "code", "param", "name"),
    [
        (
            "Unsupported parameter: 'temperature' is not supported",
            "unsupported_parameter",
            None,
            "temperature",
        ),
        ("'temperature' does not support 0.0", "unsupported_value", "temperature", "temperature"),
        ("Unrecognized request argument supplied: seed", None, None, "seed"),
        (
            "[{'type': 'extra_forbidden', 'loc': ('body', 'seed'), 'msg': 'Extra inputs'}]",
            400,
            None,
            "seed",
        ),
        ("'stop' is not supported with this model", None, None, "stop"),
        ("max_tokens is too large: 2048. This model takes at most 1024", None, None, "max_tokens"),
        ("Range of max_tokens should be [1, 1024]", "InvalidParameter", None, "max_tokens"),
        ("reasoning: unknown field", None, "body.reasoning", "reasoning"),
    ],
)
def test_a_refused_field_is_named(message, code, param, name):
    fault = fault_in({"error": {"message": message, "code": code, "param": param}})
    fault = fault._replace(status=400)
    assert refused_field(fault, SENT) == name
    raised = judged(fault, SENT, Refusals("http://x", "judge"))
    assert isinstance(raised, ChatStopped) and f"the field {name} (400" in str(raised)
    assert "MASKSEARCH_JUDGE_" in str(raised)


async def test_who_only_streams_says_what_to_set():
    words = "This model only support stream mode, please enable the stream parameter."
    raised = await raised_by(400, error(words, "invalid_parameter_error"))
    assert isinstance(raised, ChatStopped) and "MASKSEARCH_STREAMING" in str(raised)


@pytest.mark.parametrize(
    ("status", "message", "code"),
    [
        (
            400,
            "This model's maximum context length is 8192 tokens, but max_tokens is 512",
            "context_length_exceeded",
        ),
        (400, "prompt is too long: 210000 tokens > 200000 maximum", None),
        (413, "Request Entity Too Large", None),
        (400, "The response was filtered due to the prompt", "content_filter"),
        (403, "your input was flagged", None),
        (400, "Input data may contain inappropriate content.", "data_inspection_failed"),
        (200, "context length exceeded", 400),
    ],
)
async def test_what_the_message_is_refused_for_is_its_own_fault(status, message, code):
    raised = await raised_by(status, error(message, code))
    assert isinstance(raised, ChatError) and message in str(raised)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, error("bad request")),
        (422, '{"detail": [{"loc": ["body", "messages", 0], "msg": "value is not valid"}]}'),
        (400, error("System role not supported")),
        (418, "teapot"),
    ],
)
async def test_a_refusal_that_nobody_knows_is_no_verdict_yet(status, body):
    assert isinstance(await raised_by(status, body), ChatRefused)


async def test_an_unknown_refusal_is_a_verdict_when_the_endpoint_takes_others():
    def reply(request):
        if request["messages"][0]["content"] == "Hi":
            return Fault(400, error("bad request"))
        return "Hello."

    with serving(FakeEndpoint(reply=reply)) as endpoint:
        chat = EndpointChat(Endpoint(base_url=endpoint.url, model="m"))
        for _ in range(2):
            with pytest.raises(ChatRefused):
                await chat.complete(ASKED)
        await chat.complete([Message(role="user", content="else")])
        with pytest.raises(ChatError, match=r'refuses the message .400: "bad request"'):
            await chat.complete(ASKED)


@pytest.mark.parametrize(
    "body", ["", "null", "[]", '{"error": null}', '{"error": [1]}', "{" * 9999, "\\ud83d"]
)
async def test_whatever_a_server_says_is_told_in_one_line(body):
    assert "\n" not in str(await raised_by(503, body))


def test_a_fault_without_words_is_told_by_its_status():
    assert Said(status=503).told == "503"
