"""HTTP as engines need it: bounded replies, and every fault a typed error with its reason."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterable, Mapping
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any
from urllib.request import getproxies, proxy_bypass
from weakref import WeakKeyDictionary

import httpx
from pydantic import SecretStr

from masksearch import __version__
from masksearch.errors import ConfigError, SearchError, SearchStopped, SearchUnavailable
from masksearch.settings import NO_KEY
from masksearch.text import without_passwords

MAX_REPLY_BYTES = 8_000_000
_REASON_CHARS = 160
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
        try:
            # What no record of ours could be written with becomes null.
            value = json.loads(_decoded(body, headers), parse_constant=lambda _: None)
        except (ValueError, RecursionError) as error:
            raise SearchError(self.said(f"the reply is not JSON: {error}")) from error
        if self._holds and not (isinstance(value, dict) and self._holds in value):
            raise SearchError(self.said(f"the reply has no {self._holds!r}"))
        return json.dumps(value).encode()

    def said(self, reason: str) -> str:
        """A reason under the engine's name, on one line, without the key."""
        key = self._key.get_secret_value()
        safe = reason.replace(key, "***") if key else reason
        return f"{self._engine}: {' '.join(safe.split())[:_REASON_CHARS]}"

    def refusal(self, status: int, headers: httpx.Headers, body: bytes) -> Exception:
        """The error that a status is."""
        reason = f"status {status}: {body[:_REASON_CHARS].decode(errors='replace')}".strip(": ")
        if status in _REFUSED:
            return SearchStopped(f"{self.said(reason)}; {self._advice}")
        if status in _TRANSIENT:
            return SearchUnavailable(self.said(reason), retry_after(headers))
        return SearchError(self.said(reason))


class _Transport(httpx.AsyncBaseTransport):
    """Reads whole replies of a bounded size, for whatever client stands on it."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._direct = httpx.AsyncHTTPTransport()
        self._proxied: dict[str, httpx.AsyncHTTPTransport] = {}

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
            where = request.url.netloc.decode()
            reason = f"the connection to {where} failed: {error or type(error).__name__}"
            raise SearchUnavailable(self._web.said(reason)) from None
        if response.status_code != httpx.codes.OK:
            raise self._web.refusal(response.status_code, response.headers, body)
        return httpx.Response(200, content=self._web.read(body, response.headers))

    async def aclose(self) -> None:
        for transport in (self._direct, *self._proxied.values()):
            await transport.aclose()

    def _way(self, url: httpx.URL) -> httpx.AsyncHTTPTransport:
        proxy = getproxies().get(url.scheme)
        if not proxy or _is_loopback(url.host) or proxy_bypass(url.host):
            return self._direct
        if proxy not in self._proxied:
            self._proxied[proxy] = httpx.AsyncHTTPTransport(proxy=proxy)
        return self._proxied[proxy]

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
    told = repr(without_passwords(url))
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ConfigError(f"search.base_url {told} of {engine}: {error}") from error
    if parsed.userinfo:
        raise ConfigError(
            f"search.base_url {told} of {engine}: leave out the name and password, for a run "
            "writes its settings down"
        )
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ConfigError(
            f"search.base_url {told} of {engine}: give an address like http://127.0.0.1:8000"
        )
    return url.rstrip("/")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a server asks one to wait, given in seconds or as a date."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        return max(0.0, float(value)) if float(value) < float("inf") else None
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


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


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
