"""A server on loopback that says what it is told to, byte by byte, and counts."""

import socket
import struct
import threading
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Says:
    """A reply: its bytes, or a connection that is reset, or one that hangs until the end."""

    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    reset: bool = False
    hangs: bool = False


@dataclass
class Seen:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class WebServer:
    """`script` is said first, one reply a request; then `always`."""

    always: Says = field(default_factory=Says)
    script: deque[Says] = field(default_factory=deque)
    seen: list[Seen] = field(default_factory=list)
    url: str = ""

    def answer(self, request: Seen) -> Says:
        self.seen.append(request)
        return self.script.popleft() if self.script else self.always


@contextmanager
def web_serving(server: WebServer):
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def _reply(self):
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            said = server.answer(Seen(self.command, self.path, dict(self.headers), body))
            if said.hangs:
                ended.wait(30)
                return
            if said.reset:
                now = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
                self.connection.close()
                return
            payload = said.body.encode() if isinstance(said.body, str) else said.body
            headers = {"content-type": "application/json", **said.headers}
            with suppress(OSError):
                self.send_response(said.status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

        do_GET = do_POST = _reply

        def log_message(self, *_):
            pass

        def handle(self):
            with suppress(OSError, ValueError):
                super().handle()

        def finish(self):
            with suppress(OSError, ValueError):
                super().finish()

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{listening.server_address[1]}"
    try:
        yield server
    finally:
        ended.set()
        listening.shutdown()
        listening.server_close()
        thread.join()
