"""An endpoint on loopback that answers like OpenAI's chat API, as it is told."""

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Fault:
    """A reply that is no chat completion."""

    status: int = 500
    body: str = '{"error": {"message": "try later"}}'
    delay: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    """Over those of JSON; a length that the body does not have breaks the reply off."""


@dataclass
class Say:
    """A chat completion."""

    text: str | None
    finish: str = "stop"
    fields: dict = field(default_factory=dict)
    """Of the message, beside role and content."""


@dataclass
class FakeEndpoint:
    """Its script is a list of replies, or a function from the request's JSON to one."""

    script: deque = field(default_factory=deque)
    reply: Callable[[dict], Say | Fault | str] | None = None
    requests: list[dict] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    models: list[str] | Fault = field(default_factory=lambda: ["fake"])
    url: str = ""

    def answer(self, request: dict) -> Say | Fault:
        self.requests.append(request)
        said = self.reply(request) if self.reply else self.script.popleft()
        return Say(said) if isinstance(said, str) else said


def completion(said: Say) -> dict:
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "fake",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": said.text, **said.fields},
                "finish_reason": said.finish,
            }
        ],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }


@contextmanager
def serving(endpoint: FakeEndpoint):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            size = int(self.headers["content-length"])
            endpoint.keys.append(self.headers.get("authorization", ""))
            said = endpoint.answer(json.loads(self.rfile.read(size)))
            status, body, headers = 200, "", {}
            if isinstance(said, Fault):
                time.sleep(said.delay)
                status, body, headers = said.status, said.body, said.headers
            else:
                body = json.dumps(completion(said))
            payload = body.encode()
            with suppress(ConnectionError):  # a client that was told to give up is gone
                self.send_response(status)
                plain = {"content-type": "application/json", "content-length": str(len(payload))}
                for name, value in {**plain, **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(payload)

        def do_GET(self):
            endpoint.keys.append(self.headers.get("authorization", ""))
            said = endpoint.models if self.path.endswith("/models") else Fault(404)
            if isinstance(said, Fault):
                time.sleep(said.delay)
            else:
                said = Fault(200, json.dumps({"data": [{"id": name} for name in said]}))
            with suppress(ConnectionError):
                self.send_response(said.status)
                self.end_headers()
                self.wfile.write(said.body.encode())

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    endpoint.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
