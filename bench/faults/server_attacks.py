"""What somebody could send to the server to read, to run or to hold up what is not theirs."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import NamedTuple

_SECONDS = 30
SOON_SECONDS = 2.0
"""In which others are answered while an attack goes on."""
_HOLDERS = 100


class Target(NamedTuple):
    """A server on loopback, and a file beside its run that no code may make."""

    port: int
    forbidden: Path


class Attack(NamedTuple):
    """`make` says what is wrong with the answer; empty where nothing is."""

    name: str
    make: Callable[[Target], str]


def request(
    body: bytes = b"",
    *,
    road: str = "/retrieve",
    method: str = "POST",
    host: str | None = "localhost",
    kind: str | None = "application/json",
    length: int | None = None,
    version: str = "1.1",
) -> bytes:
    """A request byte by byte."""
    headers = {"Host": host, "Content-Type": kind}
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    lines += [f"Content-Length: {len(body) if length is None else length}"]
    return f"{method} {road} HTTP/{version}\r\n".encode() + _head(lines) + body


def _head(lines: list[str]) -> bytes:
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


@contextmanager
def connected(target: Target, sent: bytes = b"") -> Iterator[socket.socket]:
    """A connection on which something was sent."""
    with socket.create_connection(("127.0.0.1", target.port), _SECONDS) as connection:
        connection.sendall(sent)
        yield connection


def answer(target: Target, sent: bytes) -> tuple[int, bytes]:
    """The status and body of the answer; 0 where the connection was closed without any."""
    with connected(target, sent) as connection, HTTPResponse(connection) as response:
        try:
            response.begin()
            return response.status, response.read()
        except (ConnectionError, TimeoutError, HTTPException):
            return 0, b""


def refused(target: Target, sent: bytes) -> str:
    """Empty where the answer is a refusal with its reason as JSON, of the 400s."""
    status, body = answer(target, sent)
    if not 400 <= status < 500:
        return f"status {status}: {body[:80]!r}"
    return "" if json.loads(body).get("error") else f"no reason: {body[:80]!r}"


def still_answers(target: Target) -> str:
    """Empty where somebody else is answered soon."""
    began = time.perf_counter()
    status, _ = answer(target, request(b'{"queries": ["stone bridge"], "topk": 1}'))
    seconds = time.perf_counter() - began
    return "" if status == 200 and seconds <= SOON_SECONDS else f"{status} in {seconds:.1f} s"


def _each(*sent: bytes) -> Callable[[Target], str]:
    def make(target: Target) -> str:
        return "; ".join(filter(None, (refused(target, one) for one in sent)))

    return make


def _held(count: int, sent: bytes) -> Callable[[Target], str]:
    """So many clients that send only this and do not read; others must be answered."""

    def make(target: Target) -> str:
        with ExitStack() as stack:
            for _ in range(count):
                stack.enter_context(connected(target, sent))
            time.sleep(0.5)
            return still_answers(target)

    return make


def _gone(target: Target) -> str:
    """Clients that ask for much and go away; a trainer's step must be answered all the same."""
    for _ in range(_HOLDERS):
        with connected(target, request(_LARGE)):
            pass
    step = json.dumps({"queries": ["stone bridge"] * 2_560, "topk": 3}).encode()
    status, _ = answer(target, request(step))
    return "" if status == 200 else f"status {status} within {_SECONDS} s"


def _garbage(target: Target) -> str:
    """Bytes that are no HTTP, or another protocol's: closed or refused, never 500."""
    upgrade = "GET /retrieve HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: {}\r\n"
    sent = (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"CONNECT evil.com:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET http://[::bad/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST /retrieve HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /retrieve HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        *(upgrade.format(kind).encode() + b"\r\n" for kind in ("websocket", "h2c")),
        b"\x00" * 1_000 + b"\r\n\r\n",
    )
    said = [answer(target, one)[0] for one in sent]
    return "" if all(status < 500 for status in said) else f"statuses {said}"


def _code(target: Target) -> str:
    """Queries that would be code somewhere else are queries."""
    path = target.forbidden
    queries = [
        f"$(touch {path})", f"`touch {path}`", f"'; touch {path} #", f"{{{{ open('{path}', 'w') }}}}",
        f"__import__('os').system('touch {path}')", f"!!python/object/apply:os.system ['touch {path}']",
        f"file://{path}", "title:*", "* OR 1=1 --", "../../etc/passwd", "<!ENTITY x SYSTEM 'file:///etc/passwd'>",
    ]  # fmt: skip
    status, body = answer(target, request(json.dumps({"queries": queries}).encode()))
    if path.exists() or b"root:" in body:
        return "code was run, or a file read"
    return "" if status == 200 else f"status {status}"


_ROADS = (
    "/../../../../etc/passwd", "/retrieve/../../etc/passwd", "/..%2f..%2f..%2fetc%2fpasswd",
    "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/static/../manifest.json", "/03-index", "/docs",
    "/retrieve%00.json", "/openapi.json", "/.env",
)  # fmt: skip
_DEEP = b"[" * 1_000_000
_LARGE = json.dumps({"queries": ["stone bridge"] * 10_000, "topk": 5}).encode()

ATTACKS = (
    Attack(
        "foreign Host",
        _each(
            *(
                request(b'{"queries": ["a"]}', host=host)
                for host in ("evil.com", "evil.com:8000", "127.0.0.1.evil.com", "10.0.0.1", "", "a@b")
            ),
            request(method="GET", road="/health", host="evil.com"),
            request(method="GET", road="/metrics", host="evil.com"),
            request(b'{"queries": ["a"]}', host=None, version="1.0"),
        ),
    ),
    Attack(
        "content type",
        _each(
            *(
                request(b'{"queries": ["a"]}', kind=kind)
                for kind in (None, "text/plain", "application/x-www-form-urlencoded", "text/json")
            )
        ),
    ),
    Attack(
        "other roads", _each(*(request(road=road, method="GET", kind=None) for road in _ROADS))
    ),
    Attack("huge body", _each(request(length=10**12), request(b" " * 50_000_000))),
    Attack(
        "odd JSON",
        _each(
            *(
                request(body)
                for body in (
                    _DEEP, b'{"queries": ' + _DEEP, b'{"a":' * 200_000, b"", b"\xff\xfe", b"[]",
                    b'{"queries": ["a"], "topk": ' + b"9" * 100_000 + b"}", b'{"topk": NaN}',
                    b'{"queries": ["a"], "topk": 1e400}', b'{"queries": [' + b"1," * 10_000 + b"1]}",
                    b'{"query": ["a"]}', b'{"query": "' + b"x" * 100_000 + b'"}', b"\x80\x04.",
                )
            )
        ),
    ),
    Attack("garbage", _garbage),
    Attack("code as queries", _code),
    Attack("slow bodies", _held(_HOLDERS, request(b'{"queries":', length=1_000))),
    Attack("slow heads", _held(_HOLDERS, b"POST /retrieve HTTP/1.1\r\nHost: local")),
    Attack("asked and gone", _gone),
    Attack("unread answers", _held(_HOLDERS, request(_LARGE))),
)  # fmt: skip
