"""Through which proxy an address is reached, as the environment says it."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from typing import NamedTuple
from urllib.request import getproxies, proxy_bypass

import httpx

from masksearch.errors import ConfigError
from masksearch.network.addresses import is_loopback, server_url
from masksearch.redaction import shown_address
from masksearch.settings import environment_variables

PROXY_VARIABLES = (
    "http_proxy",
    "HTTP_PROXY",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
)
"""The lower case goes before the upper one, and `all_proxy` comes last."""
EXCEPTION_VARIABLES = ("no_proxy", "NO_PROXY")
_SCHEMES = {
    "http": "http",
    "https": "https",
    "socks": "socks5",  # as desktops write it
    "socks5": "socks5",
    "socks5h": "socks5h",
}
_PORTS = {"http": 80, "https": 443}


class Proxy(NamedTuple):
    """A proxy and the variable that names it; its URL may carry a password."""

    url: httpx.URL
    variable: str

    @property
    def told(self) -> str:
        """The proxy as a message names it."""
        return f"the proxy {_without_user(self.url)} of {self.variable}"


def proxy_for(url: httpx.URL) -> Proxy | None:
    """The proxy that an address is reached through; None where it is reached directly.

    Loopback always is. Raises ConfigError for a proxy that cannot be used.
    """
    if is_loopback(url.host):
        return None
    named = getproxies()
    for scheme in (url.scheme, "all"):
        if value := named.get(scheme, "").strip():
            return None if _is_excepted(url) else parsed_proxy(_variable(scheme, value), value)
    return None


def parsed_proxy(variable: str, value: str) -> Proxy:
    """The proxy that a variable's value names; raises ConfigError."""
    scheme, separator, rest = value.strip().partition("://")
    if not separator:
        scheme, rest = "http", value.strip().removeprefix("//")
    kind = _SCHEMES.get(scheme.lower())
    url = _url(f"{kind}://{rest}") if kind else None
    if url is None:
        raise ConfigError(
            f"{variable}={shown_address(value)} names no proxy: give it like http://HOST:PORT or "
            "socks5://HOST:PORT, or unset it"
        )
    if kind in ("socks5", "socks5h") and find_spec("socksio") is None:
        raise ConfigError(
            f"{variable}={shown_address(value)}: a SOCKS proxy needs a package: pip install "
            f"'httpx[socks]', or unset {variable}"
        )
    return Proxy(url, variable)


def _url(text: str) -> httpx.URL | None:
    url = server_url(text)
    return url if url and url.path in ("", "/") and not url.query else None


def _variable(scheme: str, value: str) -> str:
    """Which variable names a proxy; on desktops it may be none."""
    spellings = (f"{scheme}_proxy", f"{scheme.upper()}_PROXY")
    found = environment_variables(spellings)
    said = [name for name in spellings if found.get(name, "").strip() == value]
    return said[0] if said else "the system's settings"


def _is_excepted(url: httpx.URL) -> bool:
    """Whether no_proxy names a host: itself, a domain or network that it is in, or `*`."""
    entries = re.split(r"[\s,;]+", getproxies().get("no", ""))
    return any(_covers(entry, url) for entry in entries if entry) or bool(proxy_bypass(url.host))


def _covers(entry: str, url: httpx.URL) -> bool:
    host, port = _host_and_port(entry.lower())
    if port and port != str(url.port or _PORTS.get(url.scheme)):
        return False
    try:
        return ip_address(url.host) in ip_network(host, strict=False)
    except ValueError:
        name, domain = url.host.rstrip("."), host.removeprefix("*").strip(".")
        is_within = bool(domain) and f".{name}".endswith(f".{domain}")
        return is_within or fnmatchcase(name, host)


def _host_and_port(entry: str) -> tuple[str, str]:
    named = (entry.partition("://")[2] or entry).rstrip("/")
    if named.startswith("["):
        address, _, behind = named[1:].partition("]")
        mask, _, port = behind.partition(":")
        return address + mask, port
    host, _, port = named.partition(":")
    return (named, "") if ":" in port else (host, port)


def _without_user(url: httpx.URL) -> str:
    return str(url.copy_with(username=None, password=None)).rstrip("/")
