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
from masksearch.redaction import redacted, unrepeated
from masksearch.schemas import Usage
from masksearch.settings import Endpoint, Role, Settings, known_secrets, sendable
from masksearch.text import encodable

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage
    from langchain_openai import ChatOpenAI
    from openai import APIStatusError

    from masksearch.network.proxies import Proxy

_REASON_CHARS = 200
_READ_CHARS = 4 * 1024
"""How much of an error is searched for secrets before it is cut."""
_REFUSED = {401: "refused the API key", 403: "refused access", 404: "does not know this"}
_PROXY_REFUSED = 407
_HEADERS = "OPENAI_ORG_ID, OPENAI_PROJECT_ID and OPENAI_CUSTOM_HEADERS"
"""What the client itself reads from the environment and sends."""
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

        Raises ChatError when the call failed, and ModelError or ConfigError when no call can
        succeed: the key, the model, the address or the way to it is wrong.
        """
        client = self._client  # first, as it says what keeps openai from being imported
        import openai  # noqa: PLC0415 - with its client 1.3 s, which --help must not pay

        spoken = [{"role": m.role, "content": m.content} for m in messages]
        options: dict[str, Any] = {
            "temperature": decoding.temperature,
            "seed": decoding.seed,
            "extra_body": {self._limit_name: decoding.max_tokens},
        }
        started = time.perf_counter()
        try:
            said = await client.ainvoke(spoken, stop=list(decoding.stop) or None, **options)
            reply = self._reply(said, time.perf_counter() - started)
        except openai.OpenAIError as error:
            raise self._failure(error) from None
        except UnicodeEncodeError as error:
            raise self._unsendable(error) from None
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            reason = f"not a chat completion: {type(error).__name__}: {error}"
            raise ChatError(self._safe(reason)) from None
        self._has_answered = True
        return reply

    @cached_property
    def _client(self) -> ChatOpenAI:
        """Raises ConfigError for a way that is wrong, ModelError for what a client lacks."""
        try:
            return self._new_client()
        except (ImportError, OSError, ValueError) as error:
            reason = self._safe(f"no client for {self._where} can be made: {error}")
            raise ModelError(reason) from error

    def _new_client(self) -> ChatOpenAI:
        import httpx  # noqa: PLC0415
        from langchain_openai import ChatOpenAI  # noqa: PLC0415

        from masksearch.network.transports import transport_to  # noqa: PLC0415

        endpoint = self._endpoint
        way = transport_to(httpx.URL(endpoint.root))
        return ChatOpenAI(
            model=endpoint.model,
            base_url=endpoint.root,
            default_query=endpoint.query,
            # Given none, the client would look for a key, a proxy and options in the environment.
            api_key=endpoint.api_key if endpoint.api_key.get_secret_value() else SecretStr("none"),
            openai_proxy="",
            http_socket_options=(),
            timeout=self._timeout_seconds,
            max_retries=self._max_retries,
            http_client=httpx.Client(trust_env=False),
            http_async_client=httpx.AsyncClient(transport=way, timeout=self._timeout_seconds),
            use_responses_api=False,
        )

    @property
    def _limit_name(self) -> str:
        # OpenAI's newer models refuse the old name; many other servers know only that.
        newer = _OPENAI_HOST in self._endpoint.base_url
        return "max_completion_tokens" if newer else "max_tokens"

    def _failure(self, error: Exception) -> ChatError | ModelError:
        import openai  # noqa: PLC0415

        if isinstance(error, openai.APIStatusError) and (refusal := self._refusal(error)):
            return refusal
        if isinstance(error, openai.APITimeoutError):
            return ChatError(f"no reply within {self._timeout_seconds:g} s")
        if isinstance(error, openai.APIConnectionError) and not self._has_answered:
            by = f" and {self._proxy.told}" if self._proxy else ""
            cause = self._safe(f"({_root(error)})")
            return ModelError(
                f"{self._where} cannot be reached: check MASKSEARCH_BASE_URL{by} {cause}"
            )
        return ChatError(self._safe(f"{type(error).__name__}: {error}"))

    def _unsendable(self, error: UnicodeEncodeError) -> ChatError | ModelError:
        """A header is ASCII, and our own are; a message may hold half a surrogate pair."""
        if error.encoding == "ascii":
            return ModelError(f"{self._where} cannot be asked: check {_HEADERS}")
        return ChatError("the message cannot be sent: it holds half a surrogate pair")

    def _refusal(self, error: APIStatusError) -> ModelError | None:
        """Why no call can succeed, where that is what a status says."""
        if error.status_code == _PROXY_REFUSED and self._proxy:
            return ModelError(
                f"{self._where} cannot be reached: {self._proxy.told} refuses the name and password"
            )
        if error.status_code not in _REFUSED:
            return None
        return ModelError(
            f"{self._where} {_REFUSED[error.status_code]} ({error.status_code}): check "
            "MASKSEARCH_BASE_URL, MASKSEARCH_MODEL and MASKSEARCH_API_KEY"
        )

    @property
    def _where(self) -> str:
        return f"{self._endpoint.address} ({self.name})"

    @property
    def _proxy(self) -> Proxy | None:
        import httpx  # noqa: PLC0415

        from masksearch.network.proxies import proxy_for  # noqa: PLC0415

        return proxy_for(httpx.URL(self._endpoint.root))

    def _safe(self, text: str) -> str:
        secrets = {*self._endpoint.secrets, *known_secrets()}
        return redacted(" ".join(text[:_READ_CHARS].split()), secrets)[:_REASON_CHARS]

    def _reply(self, said: AIMessage, seconds: float) -> Reply:
        used = said.usage_metadata
        usage = Usage(
            prompt_tokens=used["input_tokens"] if used else 0,
            completion_tokens=used["output_tokens"] if used else 0,
        )
        if not isinstance(said.content, str):
            raise ValueError("the content is not text")
        text = encodable(unrepeated(said.content, self._endpoint.secrets))
        cut = said.response_metadata.get("finish_reason") == "length"
        return Reply(text=text, finish="length" if cut else "stop", usage=usage, seconds=seconds)


def endpoint_chat(settings: Settings, role: Role) -> EndpointChat:
    """The chat model of a role; raises ModelError when no usable endpoint is set for it."""
    return _chat(settings, settings.endpoint(role), f"the {role}", role)


def named_chat(settings: Settings, name: str) -> EndpointChat:
    """The chat model of `MASKSEARCH_NAME_…`; raises ModelError when that is not usable."""
    return _chat(settings, settings.named_endpoint(name), name, name)


def _chat(settings: Settings, endpoint: Endpoint, who: str, name: str) -> EndpointChat:
    """A checked endpoint's chat model; `name` is the endpoint's in the names of settings."""
    from masksearch.network.addresses import address_fault  # noqa: PLC0415 - httpx is slow

    own = f"MASKSEARCH_{name.upper()}"
    for field in ("base_url", "model"):
        if not getattr(endpoint, field):
            raise ModelError(
                f"no endpoint for {who}: set MASKSEARCH_{field.upper()} (or "
                f"{own}_{field.upper()}) in the environment or in .env"
            )
    if fault := address_fault(endpoint.root):
        raise ModelError(
            f"the endpoint of {who} has no usable address in MASKSEARCH_BASE_URL (or "
            f"{own}_BASE_URL): {fault}"
        )
    key = sendable(settings.key_variable(f"{name.upper()}_", endpoint), endpoint.api_key)
    return EndpointChat(
        endpoint.model_copy(update={"api_key": key}),
        timeout_seconds=settings.timeout_seconds,
        max_retries=settings.max_retries,
    )


def _root(error: BaseException) -> BaseException:
    """What an error began with: clients wrap it more than once."""
    return _root(error.__cause__) if error.__cause__ else error
