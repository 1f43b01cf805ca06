"""A receiver of webhooks on a port of this machine, good or bad as a test says. It verifies as the reference library does."""

import ssl
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from standardwebhooks.webhooks import Webhook

from tests.stand_ins.local_http import LocalServer


@dataclass(frozen=True)
class Arrived:
    """A message as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str) -> Any:
        """The message, if the secret signed it."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass(frozen=True)
class Answer:
    """What a message is answered with: ``endless`` sends a body that has no end, ``drop`` closes the connection instead.

    ``seconds`` pass before the answer; ``drips`` sends its head byte by byte, one every half second.
    """

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    endless: bool = False
    drop: bool = False
    drips: bool = False


class WebhookReceiver(LocalServer):
    """``with`` it. Answers are queued with ``script``, used up one a message; after that everything is taken."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(_handler(self))
        # Connections of many senders wait here instead of being reset.
        self._server.socket.listen(128)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
            self.address = f"https://localhost:{self.port}"
        self.arrived: list[Arrived] = []
        self.bytes_sent = 0
        self.most_at_once = 0
        self.at_once = 0
        self._script: deque[Answer] = deque()
        self._always = Answer()
        self._lock = threading.Lock()

    def script(self, *answers: Answer) -> None:
        self._script.extend(answers)

    def always(self, answer: Answer) -> None:
        """What is answered when nothing is queued."""
        self._always = answer

    def take(self, message: Arrived) -> Answer:
        with self._lock:
            self.arrived.append(message)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            return self._script.popleft() if self._script else self._always

    def left(self) -> None:
        with self._lock:
            self.at_once -= 1


def _handler(server: WebhookReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002
            return

        def do_GET(self) -> None:
            server.take(Arrived(self.path, {}, b""))
            server.left()
            self.send_response(204)
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            answer = server.take(Arrived(self.path, {name.lower(): text for name, text in self.headers.items()}, body))
            try:
                self._meet(answer)
            except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                self.close_connection = True  # the sender has given up
            finally:
                server.left()

        def _meet(self, answer: Answer) -> None:
            time.sleep(answer.seconds)
            self.close_connection = True
            if answer.drop:
                return
            if answer.drips:
                for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"y" * 100:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(0.5)
                return
            self.send_response(answer.status)
            for name, text in answer.headers.items():
                self.send_header(name, text)
            if not answer.endless:
                self.send_header("content-length", "0")
            self.end_headers()
            while answer.endless:
                server.bytes_sent += self.wfile.write(b"x" * 65536)

    return Handler
