"""A chat endpoint on loopback that plays an agent, and counts who was asked what."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from masksearch.protocol import ModelTurn, render_turn

SECONDS = 0.05
_QUESTION = re.compile(r"question number (\d+)\?")


@dataclass
class Counting:
    """`asked` has the number of every question in the order in which it was asked for."""

    asked: list[int] = field(default_factory=list)
    port: int = 0

    @property
    def env(self) -> dict[str, str]:
        """The settings by which it is `endpoint:counting`."""
        url = f"http://127.0.0.1:{self.port}/v1"
        return {"MASKSEARCH_COUNTING_BASE_URL": url, "MASKSEARCH_COUNTING_MODEL": "counting"}

    def reply(self, request: Mapping[str, Any]) -> str:
        """A search, then an answer that depends on the question and the seed."""
        messages = request["messages"]
        number = int(_QUESTION.findall(json.dumps(messages))[-1])
        self.asked.append(number)
        if messages[-1]["content"].startswith("<information>"):
            said = ModelTurn(
                thought="It says so.", answer=f"{number} {request.get('seed', 0) % 97}"
            )
        else:
            said = ModelTurn(thought="Look.", queries=(f"town number {number}",))
        return render_turn(said)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    counting: Counting

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        text = self.counting.reply(request)
        time.sleep(SECONDS)
        choice = {"index": 0, "message": {"role": "assistant", "content": text}}
        usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
        whole = {
            "object": "chat.completion",
            "model": "counting",
            "choices": [{**choice, "finish_reason": "stop"}],
            "usage": usage,
        }
        payload = json.dumps(whole).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def handle_error(self, *_: Any) -> None:
        """A client that was killed is what is measured."""


@contextmanager
def counting() -> Iterator[Counting]:
    """Serve until the block ends."""
    served = Counting()
    server = _Server(("127.0.0.1", 0), type("Served", (_Handler,), {"counting": served}))
    served.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
