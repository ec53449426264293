"""HTTP as engines need it: bounded replies, and every fault a typed error with its reason."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import httpx
from pydantic import SecretStr

from masksearch import __version__
from masksearch.errors import ConfigError, SearchError, SearchStopped, SearchUnavailable
from masksearch.network.addresses import address_fault
from masksearch.network.proxies import proxy_for
from masksearch.network.retrying import retry_after
from masksearch.network.transports import transport_to
from masksearch.redaction import redacted, shown_address, unrepeated
from masksearch.settings import NO_KEY, known_secrets

MAX_REPLY_BYTES = 8_000_000
_REASON_CHARS = 160
_READ_CHARS = 4 * 1024
"""How much of an error is searched for secrets before it is cut."""
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
_REFUSED = frozenset({401, 402, 403, 407, 432, 433})
"""No call can succeed: the key, the plan or the address is wrong. 432 and 433 are Tavily's."""
_BACKSTOP_SECONDS = 120
_HEADERS = {"User-Agent": f"masksearch/{__version__}", "Accept-Encoding": "identity"}


class Web:
    """Calls to one engine; connections are kept per event loop.

    `advice` says what to check when the engine refuses us. Where `holds` is given, a reply
    without that key is an error, for clients that would not miss it.
    """

    def __init__(self, engine: str, advice: str, key: SecretStr = NO_KEY, holds: str = "") -> None:
        self._engine = engine
        self._advice = advice
        self._key = key
        self._holds = holds
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = (
            WeakKeyDictionary()
        )

    @property
    def client(self) -> httpx.AsyncClient:
        """The client of the running event loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = httpx.AsyncClient(
                transport=_Transport(self), headers=_HEADERS, timeout=_BACKSTOP_SECONDS
            )
        return self._clients[loop]

    async def get(self, url: str, params: Mapping[str, str | int], **options: Any) -> Any:
        """The JSON that answers a GET; raises SearchError, SearchStopped."""
        return (await self.client.get(url, params=dict(params), **options)).json()

    async def post(self, url: str, body: Mapping[str, Any], **options: Any) -> Any:
        """The JSON that answers a POST of JSON; raises SearchError, SearchStopped."""
        return (await self.client.post(url, json=dict(body), **options)).json()

    def read(self, body: bytes, headers: httpx.Headers) -> bytes:
        """A reply as JSON that any client can read; raises SearchError.

        Its charset may be another than it says, and its numbers some that JSON does not have.
        """
        text = unrepeated(_decoded(body, headers), self._secrets)
        try:
            # What no record of ours could be written with becomes null.
            value = json.loads(text, parse_constant=lambda _: None)
        except (ValueError, RecursionError) as error:
            raise SearchError(self.said(f"the reply is not JSON: {error}")) from error
        if self._holds and not (isinstance(value, dict) and self._holds in value):
            raise SearchError(self.said(f"the reply has no {self._holds!r}"))
        return json.dumps(value).encode()

    def said(self, reason: str) -> str:
        """A reason under the engine's name, on one line, without a secret."""
        safe = redacted(" ".join(reason.split()), {*self._secrets, *known_secrets()})
        return f"{self._engine}: {safe[:_REASON_CHARS]}"

    @property
    def _secrets(self) -> tuple[str, ...]:
        return (self._key.get_secret_value(),)

    def refusal(self, url: httpx.URL, reply: httpx.Response, body: bytes) -> Exception:
        """The error that a status is."""
        status = reply.status_code
        text = body[:_READ_CHARS].decode(errors="replace")
        reason = self.said(f"status {status}: {text}".strip(": "))
        if status == httpx.codes.PROXY_AUTHENTICATION_REQUIRED and (proxy := proxy_for(url)):
            return SearchStopped(f"{reason}; check the name and password for {proxy.told}")
        if status in _REFUSED:
            return SearchStopped(f"{reason}; {self._advice}")
        if status in _TRANSIENT:
            return SearchUnavailable(reason, retry_after(reply.headers))
        return SearchError(reason)

    def broken(self, url: httpx.URL, error: httpx.TransportError) -> SearchUnavailable:
        """The error that a broken connection is."""
        proxy = proxy_for(url)
        by = f" by {proxy.told}" if proxy else ""
        reason = (
            f"the connection to {url.netloc.decode()}{by} failed: {error or type(error).__name__}"
        )
        return SearchUnavailable(self.said(reason))


class _Transport(httpx.AsyncBaseTransport):
    """Reads whole replies of a bounded size, for whatever client stands on it."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._transports: dict[bytes, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            response = await self._way(request.url).handle_async_request(request)
            try:
                body = await self._read(response)
            finally:
                await response.aclose()
        except httpx.TimeoutException:
            raise SearchUnavailable(self._web.said("no answer in time")) from None
        except httpx.TransportError as error:
            raise self._web.broken(request.url, error) from None
        if response.status_code != httpx.codes.OK:
            raise self._web.refusal(request.url, response, body)
        return httpx.Response(200, content=self._web.read(body, response.headers))

    async def aclose(self) -> None:
        for transport in self._transports.values():
            await transport.aclose()

    def _way(self, url: httpx.URL) -> httpx.AsyncHTTPTransport:
        origin = url.raw_scheme + b"://" + url.netloc
        if origin not in self._transports:
            self._transports[origin] = transport_to(url)
        return self._transports[origin]

    async def _read(self, response: httpx.Response) -> bytes:
        """Raises SearchError for what is too long, or packed although it must not be."""
        packed = response.headers.get("content-encoding", "identity")
        if packed != "identity":
            raise SearchError(self._web.said(f"the reply is packed ({packed}), unasked"))
        body = bytearray()
        assert isinstance(response.stream, AsyncIterable)
        async for chunk in response.stream:
            body += chunk
            if len(body) > MAX_REPLY_BYTES:
                raise SearchError(
                    self._web.said(f"the reply is longer than {MAX_REPLY_BYTES:,} bytes")
                )
        return bytes(body)


def checked_url(url: str, engine: str) -> str:
    """An address without the slash at its end; raises ConfigError for anything else."""
    if fault := address_fault(url):
        raise ConfigError(f"search.base_url {shown_address(url)!r} of {engine}: {fault}")
    return url.rstrip("/")


def _decoded(body: bytes, headers: httpx.Headers) -> str:
    """JSON is UTF-8; where a reply is not, it is what its header says, as far as that goes."""
    try:
        return body.decode(json.detect_encoding(body))
    except UnicodeDecodeError:
        pass
    said = httpx.Response(200, headers=headers).charset_encoding or "utf-8"
    try:
        return body.decode(said, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")
