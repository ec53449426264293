"""What carries a request to an address, as the environment says; clients stand on it."""

from __future__ import annotations

import logging
import ssl
from typing import TypedDict

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


class _Way(TypedDict):
    """How an address is reached, in the terms of httpx."""

    verify: ssl.SSLContext
    proxy: httpx.Proxy | None
    trust_env: bool


def transport_to(url: httpx.URL) -> httpx.AsyncHTTPTransport:
    """What reaches an address; raises ConfigError for a variable that is wrong for it."""
    return httpx.AsyncHTTPTransport(**_way(url))


def blocking_transport_to(url: httpx.URL) -> httpx.HTTPTransport:
    """The same for a client that blocks."""
    return httpx.HTTPTransport(**_way(url))


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
