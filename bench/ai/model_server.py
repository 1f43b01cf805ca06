"""``python -m bench.ai.model_server``: an OpenAI-compatible model in a process of its own, with a latency and a limit.

It answers with the offline provider's text, so that whatever it takes to write is not in the measured process. The limit is
a token bucket, told in ``x-ratelimit-*`` headers as OpenAI does; a request beyond it is answered with 429.
"""

import argparse
import json
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bench.home import ROOT, Home
from bench.results import MeasurementFailed

MODEL = "bench-1"
# What the bucket holds: this share of a minute's requests may come at once, the rest only as they trickle in.
SHARE_AT_ONCE = 0.02


class Bucket:
    """Requests a minute; ``take`` says whether one more is within them."""

    def __init__(self, per_minute: float) -> None:
        self.per_minute = per_minute
        self.size = max(1.0, per_minute * SHARE_AT_ONCE)
        self._left, self._at = self.size, time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> tuple[bool, dict[str, str]]:
        """Whether the request may be answered, and the headers that say what is left."""
        with self._lock:
            now = time.monotonic()
            self._left = min(self.size, self._left + (now - self._at) * self.per_minute / 60)
            self._at = now
            allowed = self._left >= 1
            self._left -= allowed
            headers = {
                "x-ratelimit-limit-requests": f"{self.per_minute:.0f}",
                "x-ratelimit-remaining-requests": f"{max(1.0, self.per_minute - (self.size - self._left)):.0f}",
                "x-ratelimit-reset-requests": f"{60 / self.per_minute:.3f}s",
            }
            if not allowed:
                headers["retry-after-ms"] = f"{1000 * 60 / self.per_minute:.0f}"
            return allowed, headers


def _answer(body: dict[str, Any]) -> dict[str, Any]:
    from pydantic import BaseModel

    from igny8_resources.ai.offline.text import OfflineTextProvider
    from igny8_resources.ai.prompt_variables import FUNCTIONS
    from igny8_resources.ai.providers import TextCall
    from igny8_resources.contracts.writer import ArticleDraft, ImagePlan

    name = body["response_format"]["json_schema"]["name"]
    brief = next(message["content"] for message in body["messages"] if message["role"] == "user")
    schemas: dict[str, type[BaseModel]] = {"generate_content": ArticleDraft, "generate_image_prompts": ImagePlan}
    inputs = FUNCTIONS[name].inputs.model_validate(json.loads(brief))
    payload = OfflineTextProvider().complete(TextCall(name, "", inputs, schemas[name])).payload
    content = json.dumps(payload)
    return {
        "id": "bench",
        "object": "chat.completion",
        "created": 0,
        "model": body["model"],
        "choices": [{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": len(brief) // 4, "completion_tokens": len(content) // 4, "total_tokens": 0},
    }


def serve(latency: float, per_minute: float) -> None:
    """Serve until the process is ended; the first line printed is the address."""
    bucket = Bucket(per_minute) if per_minute else None
    counts = {"answered": 0, "refused": 0}
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 2**16

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002
            return

        def do_GET(self) -> None:
            self._send(200, counts, {})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            began = time.monotonic()
            allowed, headers = bucket.take() if bucket else (True, {})
            with lock:
                counts["answered" if allowed else "refused"] += 1
            if not allowed:
                error = {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}
                self._send(429, {"error": error}, headers)
                return
            answer = _answer(body)
            time.sleep(max(0.0, latency - (time.monotonic() - began)))
            self._send(200, answer, headers)

        def _send(self, status: int, data: object, headers: dict[str, str]) -> None:
            encoded = json.dumps(data).encode()
            self.send_response(status)
            for name, value in {
                "content-type": "application/json",
                "content-length": str(len(encoded)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(encoded)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


@dataclass(frozen=True)
class ModelServer:
    """A running model server."""

    address: str

    @property
    def base_url(self) -> str:
        """The API's root."""
        return f"{self.address}/v1"

    @property
    def settings(self) -> dict[str, str]:
        """The environment that makes it the platform's text model."""
        return {
            "IGNY8_OPENAI_BASE_URL": self.base_url,
            "IGNY8_OPENAI_MODEL": MODEL,
            "IGNY8_TEXT_CHAIN": "openai",
        }

    def counts(self) -> tuple[int, int]:
        """Requests answered and refused so far."""
        with urllib.request.urlopen(self.address) as answer:  # noqa: S310 - our own server
            told = json.load(answer)
        return told["answered"], told["refused"]


@contextmanager
def model_server(home: Home, *, latency: float = 0.0, per_minute: float = 0.0) -> Iterator[ModelServer]:
    """A model server that ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.ai.model_server", str(latency), str(per_minute)],
        cwd=ROOT,
        env=home.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address = process.stdout.readline().strip() if process.stdout else ""
        if not address:
            raise MeasurementFailed("the model server did not start")
        yield ModelServer(address)
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("latency", type=float)
    asked.add_argument("per_minute", type=float)
    given = asked.parse_args()
    serve(given.latency, given.per_minute)
