"""Addresses of servers: what is wrong with one, and whether it is this machine's own."""

from __future__ import annotations

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx

_NAMES = frozenset(
    {"localhost", "localhost4", "localhost6", "localhost.localdomain", "localhost4.localdomain4"}
    | {"localhost6.localdomain6", "ip6-localhost", "ip6-loopback"}
)
_BARE_IPV6 = re.compile(r"https?://[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*(/|$)", re.IGNORECASE)
_HOST = re.compile(r"[\w.:-]+")
_LAST_PORT = 65535
_EXAMPLE = "give an address like http://127.0.0.1:8000"


def address_fault(url: str) -> str:
    """What is wrong with an http address, as what to do; "" where a client can call it.

    It shows nothing of the address, which may carry a password.
    """
    if _BARE_IPV6.match(url):
        return "write an IPv6 address in brackets, like http://[::1]:8000"
    parsed = server_url(url)
    return "" if parsed and parsed.scheme in ("http", "https") else _EXAMPLE


def server_url(text: str) -> httpx.URL | None:
    """A URL whose host and port are such as a server can have: httpx takes and escapes others."""
    try:
        url = httpx.URL(text)
        is_host = _HOST.fullmatch(url.host) is not None
    except (httpx.InvalidURL, UnicodeError):  # the latter for a host like xn--a
        return None
    is_port = url.port is None or 0 < url.port <= _LAST_PORT
    return url if is_host and is_port else None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, which no proxy can reach for us.

    0.0.0.0 is: servers print it as their address, and a connection to it stays here. So is
    127.1: what connects reads it as C does.
    """
    name = host.lower().rstrip(".")
    if name in _NAMES or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(name) if ":" in name else IPv4Address(socket.inet_aton(name))
    except (ValueError, OSError):
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    number = mapped or address
    return number.is_loopback or number.is_unspecified
