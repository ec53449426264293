"""A TLS server on loopback under a name of one's own, and the proxy that tunnels to it."""

import socket
import socketserver
import ssl
import threading
from contextlib import contextmanager

import trustme
from web_server import WebServer, web_serving

NAME = "far.example"


@contextmanager
def secure_serving(server: WebServer):
    """Serve as `https://far.example`; gives the certificates that trust it, as PEM."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME, "localhost").configure_cert(context)
    with web_serving(server, tls=context):
        yield authority.cert_pem.bytes()


@contextmanager
def tunnelling(port: int):
    """A proxy all of whose tunnels lead to a port of this machine; gives its address."""
    asked = []

    class Tunnel(socketserver.StreamRequestHandler):
        def handle(self):
            asked.append(self.rfile.readline().decode().split()[1])
            while self.rfile.readline().strip():
                pass
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            with socket.create_connection(("127.0.0.1", port)) as behind:
                back = threading.Thread(target=_pump, args=(behind, self.connection))
                back.start()
                _pump(self.connection, behind)
                back.join()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tunnel) as proxy:
        proxy.daemon_threads = True
        threading.Thread(target=proxy.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{proxy.server_address[1]}", asked
        proxy.shutdown()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while part := source.recv(65536):
            sink.sendall(part)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass
