"""What every stand-in server for a model provider has in common: requests recorded, faults queued, real HTTP.

A stand-in overrides ``work`` (answer a good request) and ``worded`` (how its API words an error). Faults are queued with
``script`` and used up one a request.
"""

import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.stand_ins.local_http import LocalServer

Json = dict[str, Any]


@dataclass(frozen=True)
class Recorded:
    """A request as it arrived; ``path`` without its query."""

    path: str
    headers: dict[str, str]
    body: Any
    method: str = "POST"
    query: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """An error status; a ``str`` body is sent as HTML, as gateways do."""

    status: int
    error: Json | str = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    flat: bool = False  # older vLLM does not nest the error


@dataclass(frozen=True)
class Altered:
    """A 200 whose parts differ from a good answer; None keeps the good part. ``seconds`` pass before it is sent."""

    content: str | None = None
    refusal: str | None = None
    finish_reason: str | None = None
    without_usage: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True)
class Raw:
    """A 200 with this body, whatever it is."""

    body: bytes
    media_type: str = "application/json"


@dataclass(frozen=True)
class Drop:
    """The request is received and worked on, then the connection breaks, before or in the middle of the answer."""

    midway: bool = False


Fault = Failure | Altered | Raw | Drop


@dataclass(frozen=True)
class Reply:
    """A good answer."""

    body: bytes
    media_type: str = "application/json"
    status: int = 200


def json_reply(data: object, status: int = 200) -> Reply:
    return Reply(json.dumps(data).encode(), status=status)


class Refusal(Exception):
    """The request is answered with an error."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


class ScriptedServer(LocalServer):
    """``with`` it: serves at ``address``.

    ``headers`` go with every answer; ``max_in_flight`` is the largest number of requests that were being answered at the
    same time.
    """

    request_id = "x-request-id"

    def __init__(self) -> None:
        super().__init__(_handler(self))
        self.headers: dict[str, str] = {}
        self.requests: list[Recorded] = []
        self.max_in_flight = 0
        self._in_flight = 0
        self._lock = threading.Lock()
        self._faults: deque[Fault] = deque()

    def work(self, request: Recorded, altered: Altered) -> Reply:
        """Answer a good request, or raise ``Refusal``."""
        raise NotImplementedError

    def worded(self, failure: Failure) -> Json:
        """An error in the API's own shape."""
        return {"error": failure.error}

    def meets_faults(self, request: Recorded) -> bool:
        """Whether this kind of request uses up a queued fault."""
        return request.method == "POST"

    def script(self, *faults: Fault) -> None:
        """Queue what the next requests meet."""
        self._faults.extend(faults)

    def arrived(self, request: Recorded) -> Fault | None:
        with self._lock:
            self.requests.append(request)
            self._in_flight += 1
            self.max_in_flight = max(self.max_in_flight, self._in_flight)
            return self._faults.popleft() if self._faults and self.meets_faults(request) else None

    def left(self) -> None:
        with self._lock:
            self._in_flight -= 1


def _read(body: bytes, media_type: str) -> Any:
    """A body as its type says: a web form as a dict, text as text, parts as they are, anything else as JSON."""
    if media_type.startswith("multipart/"):
        return body
    if media_type.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode()))
    if media_type.startswith("text/plain"):
        return body.decode()
    return json.loads(body or b"null")


def _handler(server: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 2**16  # head and body in one piece; apart, the second waits for the first one's acknowledgement

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002
            return

        def do_GET(self) -> None:
            self._answer("GET", None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            self._answer("POST", _read(body, self.headers.get("content-type", "")))

        def _answer(self, method: str, body: Any) -> None:
            address = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Recorded(address.path, headers, body, method, dict(parse_qsl(address.query)))
            fault = server.arrived(request)
            try:
                self._meet(request, fault)
            except Refusal as refusal:
                self._fail(refusal.failure)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client has given up waiting
            finally:
                server.left()

        def _meet(self, request: Recorded, fault: Fault | None) -> None:
            if isinstance(fault, Failure):
                raise Refusal(fault)
            if isinstance(fault, Raw):
                self._send(Reply(fault.body, fault.media_type))
                return
            altered = fault if isinstance(fault, Altered) else Altered()
            reply = server.work(request, altered)
            if isinstance(fault, Drop):
                self._drop(reply.body, midway=fault.midway)
                return
            time.sleep(altered.seconds)
            self._send(reply, altered.headers)

        def _drop(self, body: bytes, *, midway: bool) -> None:
            self.close_connection = True
            if midway:
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) // 2])

        def _fail(self, failure: Failure) -> None:
            if isinstance(failure.error, str):
                self._send(Reply(failure.error.encode(), "text/html", failure.status), failure.headers)
            else:
                worded = failure.error if failure.flat else server.worded(failure)
                self._send(json_reply(worded, failure.status), failure.headers)

        def _send(self, reply: Reply, headers: dict[str, str] | None = None) -> None:
            self.send_response(reply.status)
            always = {"content-type": reply.media_type, "content-length": str(len(reply.body))}
            always[server.request_id] = "req-stand-in"
            for name, value in {**always, **server.headers, **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

    return Handler
