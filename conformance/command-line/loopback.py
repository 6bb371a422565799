"""A server of a test's own on loopback: a handler, a free port, a thread."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """Reads bodies, writes answers, and keeps what it is asked to itself."""

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def say(self, told: bytes, status: int, kind: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def say_json(self, told, status: int = 200) -> None:
        self.say(json.dumps(told).encode(), status, "application/json")

    def log_message(self, *_):
        pass


def serve(handler: type[Handler]) -> tuple[ThreadingHTTPServer, str]:
    """Starts a server, which ends with the tests at the latest, and gives its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}"
