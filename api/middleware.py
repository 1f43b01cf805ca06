"""What happens to every request and answer alike: an id, a size limit, safe headers, and no traceback, ever."""

import logging
import re
import secrets
import time
from collections.abc import Iterable, Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem_response

log = logging.getLogger("igny8.api")

MOST_BODY_BYTES = 2 * 1024 * 1024
# Knowing the address of a draft is the permission to see it.
_DRAFT = re.compile(r"^/drafts/[^/]+")
_CALLERS_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    # An answer of the API is data, whatever it contains; pages that need more say so themselves.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
_BY_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}


class Doorway:
    """The outermost layer.

    ``https_only`` tells browsers to come back by HTTPS alone; ``larger`` are the paths that take files, each with how many
    bytes its requests may have.
    """

    def __init__(self, app: ASGIApp, *, https_only: bool, larger: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.larger = larger or {}
        headers = {**_SAFE_HEADERS, **(_BY_HTTPS if https_only else {})}
        self.headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length, given = _length_and_id(scope["headers"])
        request_id = given if _CALLERS_ID.fullmatch(given) else secrets.token_hex(8)
        began = time.perf_counter()
        status = 0

        async def guarded_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.get("headers", ())
                said = {name for name, _ in headers}
                others = [header for header in self.headers if header[0] not in said]
                message["headers"] = [*headers, *others, (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            most = self.larger.get(scope["path"], MOST_BODY_BYTES)
            refusal = _refusal(scope, length, most)
            if refusal is not None:
                await problem_response(*refusal)(scope, receive, guarded_send)
            else:
                await self.app(scope, _limited(receive, most), guarded_send)
        except Exception:
            # The boundary of the process: whatever was not foreseen is logged whole and answered without a detail.
            log.exception("request %s failed: %s %s", request_id, scope["method"], _logged(scope["path"]))
            if status:
                raise
            sentence = f"Something went wrong on our side. Quote request {request_id} when you report it."
            await problem_response(500, sentence)(scope, receive, guarded_send)
        finally:
            if log.isEnabledFor(logging.INFO):
                log.info(
                    "%s %s %s in %.0f ms, request %s",
                    scope["method"],
                    _logged(scope["path"]),
                    status,
                    1000 * (time.perf_counter() - began),
                    request_id,
                )


class _WithoutSecrets(logging.Filter):
    """The server's own access log, without what this service does not log either."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Cut the address of a draft off; uvicorn says client, method, address, version and status."""
        if isinstance(record.args, tuple) and len(record.args) == 5:
            client, method, address, *rest = record.args
            record.args = (client, method, _logged(str(address)), *rest)
        return True


def watch_access_log() -> None:
    """Keep secrets out of uvicorn's access log; calling it twice does it once."""
    access = logging.getLogger("uvicorn.access")
    if not any(isinstance(known, _WithoutSecrets) for known in access.filters):
        access.addFilter(_WithoutSecrets())


def _logged(path: str) -> str:
    return _DRAFT.sub("/drafts/***", path)


def _length_and_id(headers: Iterable[tuple[bytes, bytes]]) -> tuple[str, str]:
    """What a request says of its body's length and of its own id, the first time that it does; 0 and nothing otherwise."""
    length = request_id = None
    for name, value in headers:
        if name == b"content-length" and length is None:
            length = value.decode("latin-1")
        elif name == b"x-request-id" and request_id is None:
            request_id = value.decode("latin-1")
    return "0" if length is None else length, request_id or ""


def _refusal(scope: Scope, length: str, most: int) -> tuple[int, str] | None:
    if not length.isascii() or not length.isdigit():
        return 400, "The Content-Length header is not a number."
    if int(length) > most:
        return 413, _too_large(most)
    # Neither PostgreSQL nor a file system takes NUL in a text; no honest request has one in its address.
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        return 400, "The address contains a NUL character."
    return None


def _limited(receive: Receive, most: int) -> Receive:
    """Count a body that does not say its length beforehand."""
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            raise HTTPException(413, _too_large(most))
        return message

    return counted


def _too_large(most: int) -> str:
    return f"The request body is larger than the {most / 1024 / 1024:.3g} MiB that are taken here."
