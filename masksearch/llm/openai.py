"""Chat models behind any OpenAI-compatible endpoint.

Text sent to an endpoint is tokenised there, so callers escape what is not their own
(`masksearch.protocol.escape`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from masksearch.errors import ChatError, ModelError
from masksearch.messages import GREEDY, Decoding, Message, Reply
from masksearch.schemas import Usage
from masksearch.settings import Endpoint, Role, Settings

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage
    from langchain_openai import ChatOpenAI

_REASON_CHARS = 200
_REFUSED = {401: "refused the API key", 403: "refused access", 404: "does not know this"}
_OPENAI_HOST = "api.openai.com"


class EndpointChat:
    """A `ports.ChatModel` over an endpoint's chat completions.

    Transient failures (429, 5xx, a broken connection) are tried again by the client,
    waiting longer each time. An instance belongs to one event loop.
    """

    def __init__(
        self, endpoint: Endpoint, *, timeout_seconds: float = 120, max_retries: int = 4
    ) -> None:
        self.name = endpoint.model
        self._endpoint = endpoint
        self._timeout_seconds = timeout_seconds
        self._max_retries = max_retries
        self._has_answered = False

    async def complete(self, messages: Sequence[Message], decoding: Decoding = GREEDY) -> Reply:
        """Continue `messages`.

        Raises ChatError when the call failed, and ModelError when no call can succeed:
        the key, the model or the address is wrong.
        """
        import openai  # noqa: PLC0415 - with its client 1.3 s, which --help must not pay

        spoken = [{"role": m.role, "content": m.content} for m in messages]
        options: dict[str, Any] = {
            "temperature": decoding.temperature,
            "seed": decoding.seed,
            "extra_body": {self._limit_name: decoding.max_tokens},
        }
        started = time.perf_counter()
        try:
            said = await self._client.ainvoke(spoken, stop=list(decoding.stop) or None, **options)
            reply = _reply(said, time.perf_counter() - started)
        except openai.OpenAIError as error:
            raise self._failure(error) from None
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            reason = f"not a chat completion: {type(error).__name__}: {error}"
            raise ChatError(self._without_key(reason)) from None
        self._has_answered = True
        return reply

    @cached_property
    def _client(self) -> ChatOpenAI:
        import httpx  # noqa: PLC0415
        from langchain_openai import ChatOpenAI  # noqa: PLC0415

        key = self._endpoint.api_key
        return ChatOpenAI(
            model=self._endpoint.model,
            base_url=self._endpoint.base_url,
            # Given no key at all, the client would look for one in the environment.
            api_key=key if key.get_secret_value() else SecretStr("none"),
            timeout=self._timeout_seconds,
            max_retries=self._max_retries,
            http_async_client=httpx.AsyncClient(timeout=self._timeout_seconds),
            use_responses_api=False,
        )

    @property
    def _limit_name(self) -> str:
        # OpenAI's newer models refuse the old name; many other servers know only that.
        newer = _OPENAI_HOST in self._endpoint.base_url
        return "max_completion_tokens" if newer else "max_tokens"

    def _failure(self, error: Exception) -> ChatError | ModelError:
        import openai  # noqa: PLC0415

        where = f"{self._endpoint.address} ({self.name})"
        if isinstance(error, openai.APIStatusError) and error.status_code in _REFUSED:
            refused = _REFUSED[error.status_code]
            return ModelError(
                f"{where} {refused} ({error.status_code}): check MASKSEARCH_BASE_URL, "
                "MASKSEARCH_MODEL and MASKSEARCH_API_KEY"
            )
        if isinstance(error, openai.APITimeoutError):
            return ChatError(f"no reply within {self._timeout_seconds:g} s")
        if isinstance(error, openai.APIConnectionError) and not self._has_answered:
            return ModelError(f"{where} cannot be reached: check MASKSEARCH_BASE_URL")
        return ChatError(self._without_key(f"{type(error).__name__}: {error}"))

    def _without_key(self, text: str) -> str:
        key = self._endpoint.api_key.get_secret_value()
        safe = text.replace(key, "***") if key else text
        return " ".join(safe.split())[:_REASON_CHARS]


def endpoint_chat(settings: Settings, role: Role) -> EndpointChat:
    """The chat model of a role; raises ModelError when no usable endpoint is set for it."""
    return _chat(settings, settings.endpoint(role), f"the {role}", role)


def named_chat(settings: Settings, name: str) -> EndpointChat:
    """The chat model of `MASKSEARCH_NAME_…`; raises ModelError when that is not usable."""
    return _chat(settings, settings.named_endpoint(name), name, name)


def _chat(settings: Settings, endpoint: Endpoint, who: str, name: str) -> EndpointChat:
    """A checked endpoint's chat model; `name` is the endpoint's in the names of settings."""
    for field in ("base_url", "model"):
        if not getattr(endpoint, field):
            raise ModelError(
                f"no endpoint for {who}: set MASKSEARCH_{field.upper()} (or "
                f"MASKSEARCH_{name.upper()}_{field.upper()}) in the environment or in .env"
            )
    if not endpoint.address:
        raise ModelError(
            f"the endpoint of {who} has no usable address: give MASKSEARCH_BASE_URL (or "
            f"MASKSEARCH_{name.upper()}_BASE_URL) like http://127.0.0.1:8000/v1"
        )
    return EndpointChat(
        endpoint, timeout_seconds=settings.timeout_seconds, max_retries=settings.max_retries
    )


def _reply(said: AIMessage, seconds: float) -> Reply:
    used = said.usage_metadata
    usage = Usage(
        prompt_tokens=used["input_tokens"] if used else 0,
        completion_tokens=used["output_tokens"] if used else 0,
    )
    if not isinstance(said.content, str):
        raise ValueError("the content is not text")
    # A reply can hold half a surrogate pair, which no file can store.
    text = said.content.encode("utf-8", "replace").decode()
    cut = said.response_metadata.get("finish_reason") == "length"
    return Reply(text=text, finish="length" if cut else "stop", usage=usage, seconds=seconds)
