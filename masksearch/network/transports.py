"""What carries a request to an address, as the environment says; clients stand on it."""

from __future__ import annotations

import asyncio
import logging
import ssl
from functools import partial
from typing import Any, TypedDict

import httpx

from masksearch.network.certificates import tls_context
from masksearch.network.proxies import proxy_for
from masksearch.redaction import redacted
from masksearch.settings import known_secrets


class _WithoutSecrets(logging.Filter):
    """httpx logs every address that it asks, and some engines take their key in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, redacted."""
        record.msg, record.args = redacted(record.getMessage(), known_secrets()), ()
        return True


logging.getLogger("httpx").addFilter(_WithoutSecrets())


_GREETING_SECONDS = 20.0
_GREETING = "socks.setup_socks5_connection"
"""How httpcore calls what it says to a SOCKS proxy first."""


class _SocksTransport(httpx.AsyncHTTPTransport):
    """Waits for the proxy's greeting as for a connection; httpcore alone would for ever."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises ProxyError where something else than a SOCKS proxy has taken the connection."""
        asked = request.extensions.get("timeout", {}).get("connect")
        seconds = min(asked or _GREETING_SECONDS, _GREETING_SECONDS)
        try:
            async with asyncio.timeout(None) as limit:
                request.extensions["trace"] = partial(_bound, limit, seconds)
                return await super().handle_async_request(request)
        except TimeoutError:
            said = f"what answers there is no SOCKS proxy, or too slow: {seconds:g} s"
            raise httpx.ProxyError(said, request=request) from None


async def _bound(limit: asyncio.Timeout, seconds: float, event: str, _: Any) -> None:
    """Called by httpcore when a step begins, and when it is complete."""
    if event == f"{_GREETING}.started":
        limit.reschedule(asyncio.get_running_loop().time() + seconds)
    elif event == f"{_GREETING}.complete":
        limit.reschedule(None)


class _Way(TypedDict):
    """How an address is reached, in the terms of httpx."""

    verify: ssl.SSLContext
    proxy: httpx.Proxy | None
    trust_env: bool


def transport_to(url: httpx.URL) -> httpx.AsyncHTTPTransport:
    """What reaches an address; raises ConfigError for a variable that is wrong for it."""
    way = _way(url)
    is_socks = way["proxy"] is not None and way["proxy"].url.scheme.startswith("socks")
    return (_SocksTransport if is_socks else httpx.AsyncHTTPTransport)(**way)


def _way(url: httpx.URL) -> _Way:
    proxy = proxy_for(url)
    schemes = {url.scheme, proxy.url.scheme if proxy else ""}
    # Without TLS on the way, a wrong file of certificates is nobody's fault.
    context = tls_context() if "https" in schemes else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    to_proxy = context if proxy and proxy.url.scheme == "https" else None
    return _Way(
        verify=context,
        proxy=httpx.Proxy(proxy.url, ssl_context=to_proxy) if proxy else None,
        trust_env=False,
    )
