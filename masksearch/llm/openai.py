"""Chat models behind any OpenAI-compatible endpoint.

Text sent to an endpoint is tokenised there, so callers escape what is not their own
(`masksearch.protocol.escape`).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from masksearch.errors import ChatError, ChatStopped, ChatUnavailable, MaskSearchError, ModelError
from masksearch.llm.budget import ChatBudget
from masksearch.llm.faults import PROXY_REFUSED, Fault, Refusals, fault_of, in_words, judged
from masksearch.llm.gate import Gate, Stop
from masksearch.llm.replies import NoCompletion, reply_from
from masksearch.messages import GREEDY, Decoding, Message, Reply
from masksearch.redaction import redacted
from masksearch.settings import ChatCalls, Endpoint, known_secrets
from masksearch.text import digest

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

    from masksearch.network.proxies import Proxy

_REASON_CHARS = 200
_READ_CHARS = 4 * 1024
"""How much of an error is searched for secrets before it is cut."""
_HEADERS = "OPENAI_ORG_ID, OPENAI_PROJECT_ID and OPENAI_CUSTOM_HEADERS"
"""What the client itself reads from the environment and sends."""
_OPENAI_HOST = "api.openai.com"
_STREAM_OPTIONS = "stream_options"
_GOES_ON = {"continue_final_message": True, "add_generation_prompt": False}
"""How vLLM and SGLang are told that an assistant's message is not at its end."""
_EVENTS = "data:"
"""How a stream begins that nobody asked for."""
_UNCONNECTED = frozenset(
    {"ConnectError", "ConnectTimeout", "ProxyError", "UnsupportedProtocol", "LocalProtocolError"}
)
"""What httpx raises before anything was sent."""
_GARBAGE = (ValueError, TypeError, KeyError, IndexError, AttributeError)
"""What clients raise of a reply that is none."""


class EndpointChat:
    """A `ports.ChatModel` over an endpoint's chat completions.

    Its calls pass a `Gate`, which all who ask the same endpoint can share. `role` is whose chat
    it is, for what is said of settings. An instance belongs to one event loop.
    """

    def __init__(
        self, endpoint: Endpoint, *, gate: Gate | None = None, role: str = "", **calls: Any
    ) -> None:
        """`calls` are fields of `ChatCalls`, where no gate is given."""
        self.name = endpoint.model
        self._endpoint = endpoint
        self._calls = ChatCalls(**calls)
        self._gate = gate or Gate(endpoint, self._calls, Stop(), ChatBudget(self._calls))
        self._role = role

    async def complete(self, messages: Sequence[Message], decoding: Decoding = GREEDY) -> Reply:
        """Continue `messages`.

        Raises ChatError for what is wrong with these or with the reply, ChatUnavailable for a
        fault of the world, and ModelError or ConfigError when no call can succeed: the key, the
        account, the model, the address or the way to it is wrong.
        """
        spoken = [{"role": m.role, "content": m.content} for m in messages]
        fields = self._fields(decoding, goes_on=messages[-1].role == "assistant")
        return await self._gate.call(lambda: self._try(spoken, fields), self._endpoint)

    def _fields(self, decoding: Decoding, *, goes_on: bool = False) -> dict[str, Any]:
        """What a request holds beside its messages; `goes_on`: with the last of them."""
        wanted = {
            **(_GOES_ON if goes_on else {}),
            "temperature": decoding.temperature,
            "seed": decoding.seed,
            "stop": list(decoding.stop) or None,
            self._limit_name: self._endpoint.max_tokens or decoding.max_tokens,
            **self._endpoint.extra,
        }
        omitted = self._endpoint.omitted
        return {
            name: value
            for name, value in wanted.items()
            if value is not None and name not in omitted
        }

    async def _try(self, spoken: list[dict[str, str]], fields: dict[str, Any]) -> Reply:
        """Ask once; raises what `complete` does."""
        client = self._client  # first, as it says what keeps openai from being imported
        import httpx  # noqa: PLC0415
        import openai  # noqa: PLC0415 - with its client 1.3 s, which --help must not pay

        started = time.perf_counter()
        try:
            async with asyncio.timeout(self._calls.timeout_seconds):
                said = await client.ainvoke(spoken, extra_body=fields)
            return reply_from(said, time.perf_counter() - started, self._endpoint.secrets)
        except (TimeoutError, openai.APITimeoutError):
            raise ChatUnavailable(f"no reply within {self._calls.timeout_seconds:g} s") from None
        except openai.APIConnectionError as error:
            raise self._unreached(error) from None
        except openai.APIError as error:
            raise self._failure(fault_of(error), spoken, fields) from None
        except (openai.OpenAIError, httpx.HTTPError, OSError) as error:
            raise ChatUnavailable(self._safe(f"{type(error).__name__}: {error}")) from None
        except UnicodeEncodeError as error:
            raise self._unsendable(error) from None
        except NoCompletion as error:
            raise self._no_completion(str(error)) from None
        except _GARBAGE as error:
            raise self._no_completion(f"{type(error).__name__}: {error}") from None

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

        from masksearch.llm.completions import WholeCompletions  # noqa: PLC0415
        from masksearch.network.transports import transport_to  # noqa: PLC0415

        endpoint = self._endpoint
        way = transport_to(httpx.URL(endpoint.root))
        return WholeCompletions(
            model=endpoint.model,
            base_url=endpoint.root,
            default_query=endpoint.query,
            # Given none, the client would look for a key, a proxy and options in the environment.
            api_key=endpoint.api_key if endpoint.api_key.get_secret_value() else SecretStr("none"),
            openai_proxy="",
            http_socket_options=(),
            timeout=self._calls.timeout_seconds,
            max_retries=0,  # the gate's
            http_client=httpx.Client(trust_env=False),
            http_async_client=httpx.AsyncClient(transport=way, timeout=self._calls.timeout_seconds),
            use_responses_api=False,
            streaming=endpoint.streaming,
            stream_usage=endpoint.streaming and _STREAM_OPTIONS not in endpoint.omitted,
        )

    @property
    def _limit_name(self) -> str:
        # OpenAI's newer models refuse the old name; many other servers know only that.
        newer = _OPENAI_HOST in self._endpoint.base_url
        own = "max_completion_tokens" if newer else "max_tokens"
        return self._endpoint.max_tokens_field or own

    def _unreached(self, error: Exception) -> MaskSearchError:
        """No reply came: the connection broke, or there was none for a wrong address or proxy."""
        if not _UNCONNECTED.intersection(type(one).__name__ for one in _causes(error)):
            return ChatUnavailable(self._safe(f"the connection broke off ({_root(error)!r})"))
        by = f" and {self._proxy.told}" if self._proxy else ""
        cause = self._safe(f"({_root(error)})")
        return ChatUnavailable(
            f"{self._where} cannot be reached: check MASKSEARCH_BASE_URL{by} {cause}",
            was_reached=False,
        )

    def _failure(
        self, fault: Fault, spoken: list[dict[str, str]], fields: dict[str, Any]
    ) -> MaskSearchError:
        """The error that an endpoint's own words are."""
        if fault.status == PROXY_REFUSED and self._proxy:
            return ChatStopped(
                f"{self._where} cannot be reached: {self._proxy.told} refuses the name and password"
            )
        fault = in_words(fault, self._safe)
        streamed = ("stream", _STREAM_OPTIONS) if self._endpoint.streaming else ()
        refusals = Refusals(self._where, self._role, self._endpoint.omitted)
        if error := judged(fault, (*fields, *streamed), refusals):
            return error
        request = digest(json.dumps([spoken, fields], sort_keys=True))
        return self._gate.refused(request, f"the endpoint refuses the message ({fault.told})")

    def _no_completion(self, said: str) -> MaskSearchError:
        """A reply with the status of success that is a page, a stream, or nothing."""
        if said.startswith(_EVENTS):
            streams = Fault(words="a stream that was not asked for")
            return Refusals(self._where, self._role).streams_only(streams)
        return ChatUnavailable(self._safe(f"not a chat completion: {said}"))

    def _unsendable(self, error: UnicodeEncodeError) -> ChatError | ModelError:
        """A header is ASCII, and our own are; a message may hold half a surrogate pair."""
        if error.encoding == "ascii":
            return ChatStopped(f"{self._where} cannot be asked: check {_HEADERS}")
        return ChatError("the message cannot be sent: it holds half a surrogate pair")

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


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came of."""
    yield error
    if error.__cause__:
        yield from _causes(error.__cause__)


def _root(error: BaseException) -> BaseException:
    """What an error began with: clients wrap it more than once."""
    return list(_causes(error))[-1]
