"""A chat endpoint on loopback that plays the team, can be made to fail, and counts what it served."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from masksearch.schemas import Task
from masksearch.store import read_records
from masksearch.text import digest
from prompts import PromptLibrary

Handle = Callable[["Handler", Mapping[str, Any]], bool]
"""Answers a request wrongly, and says whether it did."""
_ROLES = ("planner", "rewriter", "observer", "judge")
_SYSTEM_CHARS = 20


def right(handler: Handler, request: Mapping[str, Any]) -> bool:
    """Leaves every request to the team."""
    return False


@dataclass
class Stub:
    """`served` counts replies that went out whole, by what was asked; `asked` all requests."""

    tasks: Path
    fault: Handle = right
    begins_after: int = 0
    """So many whole replies go before the fault."""
    served: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    busy: int = 0
    port: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        library = PromptLibrary()
        self._starts = {role: library.load(role).text[:_SYSTEM_CHARS] for role in _ROLES}
        self._answers = {
            task.prompt.text: [one[0] for one in task.answers]
            for task in read_records(self.tasks, Task)
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def is_failing(self) -> bool:
        return self.fault is not right and sum(self.served.values()) >= self.begins_after

    @property
    def served_twice(self) -> int:
        """Calls that had succeeded and were made again."""
        return sum(count - 1 for count in self.served.values())

    def reply(self, request: Mapping[str, Any]) -> str:
        """What the team says."""
        system, shown = (str(request["messages"][at]["content"]) for at in (0, 1))
        text, answers = next(
            (text, answers) for text, answers in self._answers.items() if text in shown
        )
        words = " ".join(word for word in text.split()[:4] if "mask" not in word)
        said = {
            "planner": {"thought": "The page is named.", "sub_question": "What is known of it?"},
            "rewriter": {"queries": [words]},
            "observer": {"thought": "It says so.", "answer": "\n".join(answers)},
            "judge": {"reason": "They agree.", "correct": [True] * len(answers)},
        }
        return json.dumps(said[next(r for r, s in self._starts.items() if system.startswith(s))])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stub: Stub

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.stub.lock:
            self.stub.asked += 1
            self.stub.busy += 1
            fault = self.stub.fault if self.stub.is_failing else right
        try:
            if not fault(self, request):
                self._serve(request)
        finally:
            with self.stub.lock:
                self.stub.busy -= 1

    def _serve(self, request: Mapping[str, Any]) -> None:
        message = {"role": "assistant", "content": self.stub.reply(request)}
        usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = {"object": "chat.completion", "model": "fake", "choices": [choice], "usage": usage}
        with suppress(ConnectionError):
            self.say(200, body)
            with self.stub.lock:
                self.stub.served[
                    digest(json.dumps(request["messages"]), str(request.get("seed")))
                ] += 1

    def say(self, status: int, body: object, **headers: str) -> None:
        """A whole reply."""
        payload = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("content-type", headers.pop("content_type", "application/json"))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def reset(self) -> None:
        """Break the connection so that the client is told."""
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """A connection that broke is what is measured."""


@contextmanager
def listening(stub: Stub, *, leaves: bool = False) -> Iterator[None]:
    """Serve on the stub's port, the same as before where it had one.

    One that `leaves` is not there while it fails: new connections are refused.
    """
    listener, ended = _Listener(stub), threading.Event()
    listener.open()
    watcher = threading.Thread(target=_come_and_go, args=(listener, ended), daemon=True)
    if leaves:
        watcher.start()
    try:
        yield
    finally:
        ended.set()
        if leaves:
            watcher.join()
        listener.close()


class _Listener:
    """A server that can be closed and opened again on its port."""

    def __init__(self, stub: Stub) -> None:
        self.stub = stub
        self._server: _Server | None = None

    def open(self) -> None:
        if self._server is None:
            handler = type("Served", (Handler,), {"stub": self.stub})
            self._server = _Server(("127.0.0.1", self.stub.port), handler)
            self.stub.port = self._server.server_address[1]
            serve = self._server.serve_forever
            threading.Thread(target=serve, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


def _come_and_go(listener: _Listener, ended: threading.Event) -> None:
    while not ended.wait(0.01):
        if listener.stub.is_failing:
            listener.close()
        else:
            listener.open()
