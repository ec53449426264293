"""Which variables are set how, and what must come of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from masksearch.network.certificates import CERTIFICATE_VARIABLES
from masksearch.network.proxies import PROXY_VARIABLES

PASSWORD = "hunter2-secret"
FAR = "far.invalid"
_WRONG = ("gar bage", "socks4://127.0.0.1:9", "http://127.0.0.1:port", f"me:{PASSWORD}@:9", "://")
_DEAD = "http://127.0.0.1:9"
_SOCKS = ("socks5://", "socks5h://", "socks://")
_HTTP = ("http://", "HTTP://", "//", "", f"http://me:{PASSWORD}@", f"me:{PASSWORD}@")


class Case(NamedTuple):
    """Variables, the server that is asked, and whether that must work.

    Where it need not, a command may say in one line what is wrong, naming the variable.
    """

    variables: Mapping[str, str]
    server: str
    must_work: bool


class Servers(NamedTuple):
    """`HOST:PORT` of what is served: the endpoint and wiki, also on IPv6, and two proxies."""

    here: str
    here6: str
    http: str
    socks: str


def cases(servers: Servers, folder: Path) -> list[Case]:
    """Every spelling of every variable, for this machine and for another."""
    return [
        *_near(servers, folder),
        *_by_proxy(servers),
        *_far_and_wrong(),
        *_far_and_uncertain(folder),
    ]


def wrong_certificates(folder: Path) -> list[str]:
    """Paths that name no certificates."""
    note, nothing = folder / "note.pem", folder / "nothing"
    note.write_text("no certificate\n")
    nothing.mkdir(exist_ok=True)
    return [str(folder / "missing.pem"), str(note), str(nothing)]


def _near(servers: Servers, folder: Path) -> Iterator[Case]:
    """This machine is reached directly, whatever is set."""
    values = (*_WRONG, _DEAD, "", f"http://{servers.http}", f"socks5://{servers.socks}")
    for name in PROXY_VARIABLES:
        for value in values:
            yield Case({name: value}, f"http://{servers.here}", must_work=True)
    for here in (servers.here6, servers.here.replace("127.0.0.1", "localhost")):
        for value in values:
            yield Case({"all_proxy": value}, f"http://{here}", must_work=True)
    for name in CERTIFICATE_VARIABLES:
        for path in wrong_certificates(folder):
            yield Case({name: path}, f"http://{servers.here}", must_work=True)
    for entries in ("*", "[", "localhost", "http://[broken", ", ,"):
        for name in ("no_proxy", "NO_PROXY"):
            yield Case({name: entries, "all_proxy": _DEAD}, f"http://{servers.here}", True)


def _by_proxy(servers: Servers) -> Iterator[Case]:
    """Another machine is reached by a proxy that is there, however it is spelt."""
    spelt = [f"{scheme}{servers.http}" for scheme in _HTTP]
    spelt += [f"{scheme}{servers.socks}" for scheme in _SOCKS]
    spelt += [f"{_SOCKS[0]}me:{PASSWORD}@{servers.socks}", f" http://{servers.http}/ "]
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        for value in spelt:
            yield Case({name: value}, f"http://{FAR}", must_work=True)


def _far_and_wrong() -> Iterator[Case]:
    """A proxy that is none, or away, is one line."""
    for name in PROXY_VARIABLES:
        scheme = "http" if name.lower() == "http_proxy" else "https"
        for value in (*_WRONG, _DEAD):
            yield Case({name: value}, f"{scheme}://{FAR}", must_work=False)


def _far_and_uncertain(folder: Path) -> Iterator[Case]:
    """Certificates that are none are one line where they are needed."""
    for name in CERTIFICATE_VARIABLES:
        for path in wrong_certificates(folder):
            yield Case({name: path}, f"https://{FAR}", must_work=False)
