"""A way to a server's AWS endpoints that keeps what passes: only so is a secret known that is told to nobody but the server."""

import http.client
from urllib.parse import urlsplit

from loopback import Handler, serve


class Wiretap:
    """Passes requests on as they are, and keeps the answers."""

    def __init__(self, url: str):
        self.answers: list[str] = []
        tap, host = self, urlsplit(url).netloc

        class Passing(Handler):
            def do_POST(self):
                connection = http.client.HTTPConnection(host, timeout=60)
                # The host as it was asked for: it is signed.
                connection.request(self.command, self.path, self.body(), dict(self.headers))
                answer = connection.getresponse()
                told = answer.read()
                connection.close()
                tap.answers.append(told.decode())
                self.say(told, answer.status, answer.headers["content-type"])

            do_GET = do_POST

        self.server, self.url = serve(Passing)
