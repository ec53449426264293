"""A server on loopback that is a chat endpoint, a wiki, and an HTTP or SOCKS proxy to both.

It takes whole addresses, and so stands for a proxy and for what is behind it.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from masksearch.protocol import ModelTurn, render_turn

_PAGE = {"title": "Arlow", "index": 1, "extract": "A town.", "fullurl": "http://far.invalid/a"}
_WIKI = {"batchcomplete": True, "query": {"pages": [_PAGE]}}
_NO_TUNNEL, _BROKEN = 502, 500
_CUTS = (30, 120, 150, 190)
"""How much stands before a key in an error: what quotes it cuts at 160 or 200 characters."""


def _completion(request: dict[str, Any]) -> dict[str, Any]:
    """An agent that searches once and then answers."""
    turn = ModelTurn(thought="I look.", queries=("first houses of Arlow",))
    if request["messages"][-1]["content"].startswith("<information>"):
        turn = ModelTurn(thought="It says so.", answer="Iona Kestrel")
    message = {"role": "assistant", "content": render_turn(turn)}
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._say(200, {"data": [{"id": "fake"}]} if "/models" in self.path else _WIKI)

    def do_POST(self) -> None:
        self._say(200, _completion(self._body()))

    def do_CONNECT(self) -> None:
        self._say(_NO_TUNNEL, {"error": "no tunnel here"})

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""

    def _body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["content-length"])))
        return body

    def _say(self, status: int, reply: object) -> None:
        body = (reply if isinstance(reply, str) else json.dumps(reply)).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Repeats(_Handler):
    """Repeats the key that it is sent, behind more and more text, whole and cut."""

    calls = 0

    def do_GET(self) -> None:
        self._repeat()

    def do_POST(self) -> None:
        self._body()
        self._repeat()

    def _repeat(self) -> None:
        _Repeats.calls += 1
        key = self.headers.get("authorization") or self.headers.get("x-api-key") or self.path
        key = key.removeprefix("Bearer ")
        cut = key[: len(key) // (1 + _Repeats.calls % 2)]
        self._say(_BROKEN, "x" * _CUTS[_Repeats.calls // 2 % len(_CUTS)] + cut)


class _Socks(_Handler):
    def handle(self) -> None:
        with suppress(OSError, IndexError):
            self._shake_hands()
            super().handle()

    def _shake_hands(self) -> None:
        """SOCKS 5, with a name and password where they are offered."""
        read, write = self.rfile.read, self.wfile.write
        with_password = 2 in read(read(2)[1])
        write(bytes([5, 2 if with_password else 0]))
        if with_password:
            read(read(2)[1]), read(read(1)[0])
            write(bytes([1, 0]))
        kind = read(4)[3]
        read({1: 4, 4: 16}.get(kind) or read(1)[0])
        read(2)
        write(bytes([5, 0, 0, 1, *[0] * 6]))


@contextmanager
def serving(
    *, host: str = "127.0.0.1", socks: bool = False, repeats: bool = False
) -> Iterator[str]:
    """Serve in a thread; gives `HOST:PORT`."""

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        daemon_threads = True

    server = Server((host, 0), _Socks if socks else _Repeats if repeats else _Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        where = f"[{host}]" if ":" in host else host
        yield f"{where}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
