"""Running the server: the socket, the signals, the end."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from masksearch.errors import ConfigError
from masksearch.search.server.connection import BoundedConnection
from masksearch.search.server.hosts import in_url

_BACKLOG = 1024
_CONNECTIONS = 1024
"""More at a time are answered with 503."""
_LAST_SECONDS = 10


def listen(host: str, port: int) -> socket.socket:
    """A socket to serve on; port 0 takes a free one. Raises ConfigError."""
    try:
        family, address = _resolved(host.removeprefix("[").removesuffix("]"), port)
        return socket.create_server(address, family=family, backlog=_BACKLOG)
    except (OSError, ValueError, OverflowError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).partition(" (while")[0]
        raise ConfigError(
            f"cannot serve at {in_url(host)}:{port}: {reason}; choose with --host and --port"
        ) from error


def _resolved(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    """Where a name leads, IPv4 before IPv6; raises OSError, and ValueError for what is no name."""
    if not host:
        raise ValueError("no address is given")
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    family = min((one[0] for one in found), key=lambda family: family != socket.AF_INET)
    return family, (host, port)


def configured(app: ASGIApp) -> uvicorn.Config:
    """How the application is served, whatever uvicorn's own variables of the environment say."""
    return uvicorn.Config(
        app,
        http=BoundedConnection,
        ws="none",
        workers=1,
        proxy_headers=False,
        log_level="warning",
        access_log=False,
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=_LAST_SECONDS,
        lifespan="off",
    )


def serve_until_told(app: ASGIApp, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; what is being answered then is finished first."""
    before = {number: signal.signal(number, _ended) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        ready()
        uvicorn.Server(configured(app)).run(sockets=[listening])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ended(number: int, _: object) -> None:
    """Called once the server has stopped because of the signal: there is nothing left to do."""
