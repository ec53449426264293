"""Keeps a process, and the Python processes that it starts, on this machine."""

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

CHILDREN = str(Path(__file__).parent / "children")
"""On PYTHONPATH its `sitecustomize` holds child processes too."""
attempts: list[str] = []
"""Addresses that were refused, so that a test fails although someone caught the error."""
_OURS = ("", "localhost", "0.0.0.0", "::", socket.gethostname())
_held = True


class LeftLoopback(OSError):
    """Something tried to leave the machine."""


def stay() -> None:
    """Refuse every address that is not this machine's own, from now on."""
    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, _guarded_method(getattr(socket.socket, name)))
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        setattr(socket, name, _guarded_look_up(getattr(socket, name)))
    paths = [CHILDREN, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))


@contextmanager
def released() -> Iterator[None]:
    """Let this process leave the machine for a while; its children stay."""
    global _held
    _held = False
    try:
        yield
    finally:
        _held = True


def is_ours(host: object) -> bool:
    """Whether a host, by name or number, is this machine."""
    name = host.decode(errors="replace") if isinstance(host, bytes) else str(host or "")
    if name in _OURS:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _check(host: object) -> None:
    if _held and not is_ours(host):
        attempts.append(str(host))
        raise LeftLoopback(f"a test tried to reach {host}: tests stay on loopback")


def _guarded_method(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def guarded(self: socket.socket, *args: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _check(args[-1][0])
        return method(self, *args)

    return guarded


def _guarded_look_up(look_up: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(look_up)
    def guarded(host: Any, *args: Any, **options: Any) -> Any:
        _check(host)
        return look_up(host, *args, **options)

    return guarded
