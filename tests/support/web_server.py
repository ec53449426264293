"""A server on loopback that says what it is told to, byte by byte, and counts.

It takes whole addresses as well, and so stands for a proxy and for all that is behind it.
"""

import socket
import ssl
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
    credentials: list[str] = field(default_factory=list)
    """What a SOCKS proxy was given, once a connection."""
    url: str = ""
    port: int = 0

    def answer(self, request: Seen) -> Says:
        self.seen.append(request)
        return self.script.popleft() if self.script else self.always


def shake_hands(client):
    """What a SOCKS 5 proxy says before it passes on what comes; returns name and password."""
    read, write = client.rfile.read, client.wfile.write
    _, methods = read(2)
    wants_password = 2 in read(methods)
    write(bytes([5, 2 if wants_password else 0]))
    credentials = b""
    if wants_password:
        credentials = read(read(2)[1]) + b":" + read(read(1)[0])
        write(bytes([1, 0]))
    kind = read(4)[3]
    read({1: 4, 4: 16}.get(kind) or read(1)[0])
    read(2)
    write(bytes([5, 0, 0, 1, *[0] * 6]))
    return credentials.decode()


@contextmanager
def web_serving(
    server: WebServer,
    *,
    host: str = "127.0.0.1",
    socks: bool = False,
    tls: ssl.SSLContext | None = None,
):
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

        do_GET = do_POST = do_CONNECT = _reply

        def log_message(self, *_):
            pass

        def handle(self):
            with suppress(OSError, ValueError):
                if socks:
                    server.credentials.append(shake_hands(self))
                super().handle()

        def finish(self):
            with suppress(OSError, ValueError):
                super().finish()

    class Listening(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

    listening = Listening((host, 0), Handler)
    listening.daemon_threads = True
    if tls:  # hands are shaken by the thread that serves: one that fails must not end the server
        listening.socket = tls.wrap_socket(
            listening.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    where = f"[{host}]" if ":" in host else host
    server.port = listening.server_address[1]
    scheme = "https" if tls else "http"
    server.url = f"{scheme}://{where}:{server.port}"
    try:
        yield server
    finally:
        ended.set()
        listening.shutdown()
        listening.server_close()
        thread.join()
