"""Addresses of this machine alone, and the names by which a client may call the server.

A page of the web can let its own name lead to a server on this machine and read the answers as
if they were its own (DNS rebinding). The browser then still sends that name as `Host`, so a
name that is not ours is not answered. An address cannot be rebound, and a name without a dot
is none that anybody could have registered.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from masksearch.errors import ConfigError

ANY = "*"
_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback"})
_MISDIRECTED = 421
_SHOWN_CHARS = 120
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.%\w]+\]|[^\[\]:/@?#\s]+)(:\d{0,5})?", re.IGNORECASE)


def is_loopback(host: str) -> bool:
    """Whether a name or an address leads to this machine and no other can use it.

    0.0.0.0 and :: do not: a server there serves every machine that reaches this one.
    """
    name = _bare(host)
    if name in _NAMES or name.endswith(".localhost"):
        return True
    address = _address(name)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback if address else False


def in_url(host: str) -> str:
    """A host as it stands in a URL."""
    bare = _bare(host)
    return f"[{bare}]" if isinstance(_address(bare), IPv6Address) else bare


class ExpectedHosts:
    """The names that a server at `address` answers to: its own, and those allowed beside them.

    Without an address it is this machine's alone.
    """

    def __init__(self, address: str = "localhost", allowed: Iterable[str] = ()) -> None:
        """Raises ConfigError for what can be no name."""
        self.only_loopback = is_loopback(address)
        self._allowed = {_checked(name) for name in allowed}
        if not self.only_loopback:
            self._allowed.add(socket.gethostname().lower())

    def expect(self, header: str) -> bool:
        """Whether a request's `Host` is one of them; its port is not looked at."""
        found = _HOST.fullmatch(header.strip())
        if ANY in self._allowed:
            return True
        if found is None:
            return False
        name = _bare(found["name"])
        return name in self._allowed or is_loopback(name) or self._is_ours(name)

    def _is_ours(self, name: str) -> bool:
        return not self.only_loopback and (_address(name) is not None or "." not in name)


class HostGuard:
    """An application that answers only to the expected names."""

    def __init__(self, app: ASGIApp, hosts: ExpectedHosts) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say how the name can be allowed."""
        given = Headers(scope=scope).getlist("host") or [""]
        host = next((one for one in given if not self._hosts.expect(one)), None)
        app = self._app if host is None else _refusal(host)
        await app(scope, receive, send)


def _refusal(host: str) -> JSONResponse:
    said = f"this server does not answer to the host {host[:_SHOWN_CHARS]!r}: start it with "
    return JSONResponse({"error": f"{said}--allow-host NAME to let it"}, _MISDIRECTED)


def _checked(name: str) -> str:
    bare = _bare(name.strip())
    found = _HOST.fullmatch(in_url(bare))
    if found is None or _bare(found["name"]) != bare:
        raise ConfigError(
            f"no host has the name {name[:_SHOWN_CHARS]!r}: give a name or an address"
        )
    return bare


def _bare(host: str) -> str:
    return host.lower().removeprefix("[").removesuffix("]").removesuffix(".")


def _address(name: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(name)
    except ValueError:
        return None
