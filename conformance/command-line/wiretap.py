"""A way to a server's AWS endpoints that keeps what passes: only so is a secret known that is told to nobody but the server."""

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Wiretap:
    """Passes requests on as they are, and keeps the answers."""

    def __init__(self, url: str):
        self.answers: list[str] = []
        tap, host = self, urlsplit(url).netloc

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                connection = http.client.HTTPConnection(host, timeout=60)
                # The host as it was asked for: it is signed.
                connection.request(self.command, self.path, body, dict(self.headers))
                answer = connection.getresponse()
                told = answer.read()
                connection.close()
                tap.answers.append(told.decode())
                self.send_response(answer.status)
                self.send_header("content-type", answer.headers["content-type"])
                self.send_header("content-length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            do_GET = do_POST

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
