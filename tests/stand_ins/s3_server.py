"""An S3-compatible store over HTTP for tests: old-fashioned on purpose, and strict about signatures.

It keeps objects in memory, verifies every SigV4 signature (header and presigned, with expiry), and refuses what many
stores refuse: checksum headers, trailers, multi-object delete without Content-MD5. Faults are scripted with ``fail``.
"""

import hashlib
import hmac
import os
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

import pytest

from tests.stand_ins.local_http import LocalServer

ACCESS_KEY = "stand-in"
SECRET_KEY = "stand-in-secret"
REGION = "eu-central-1"
MIN_PART = 5 * 1024 * 1024
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass
class StoredObject:
    data: bytes
    media_type: str
    metadata: dict[str, str]

    @property
    def etag(self) -> str:
        return f'"{hashlib.md5(self.data, usedforsecurity=False).hexdigest()}"'


@dataclass
class Upload:
    name: str
    media_type: str
    metadata: dict[str, str]
    parts: dict[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]


class S3Error(Exception):
    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.status = status
        self.code = code


class S3StandIn(LocalServer):
    """``with S3StandIn("media") as s3:`` serves one bucket at ``s3.endpoint``; ``s3.objects`` maps names to objects."""

    def __init__(self, bucket: str) -> None:
        super().__init__(_handler(self))
        self.bucket = bucket
        self.objects: dict[str, StoredObject] = {}
        self.uploads: dict[str, Upload] = {}
        self.seen: list[Seen] = []
        self.page_size = 2
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._faults: deque[S3Error | str] = deque()
        self.endpoint = self.address

    def fail(self, status: int, code: str, times: int = 1) -> None:
        """Answer the next requests with an error."""
        self._faults.extend([S3Error(status, code)] * times)

    def drop_after_write(self) -> None:
        """Carry out the next request, then break the connection instead of answering."""
        self._faults.append("drop")

    def next_fault(self) -> S3Error | str | None:
        return self._faults.popleft() if self._faults else None

    def methods(self) -> list[str]:
        return [seen.method for seen in self.seen]


@dataclass(frozen=True)
class Signed:
    """What a request says about its own signature."""

    algorithm: str
    credential: str
    names: str
    signature: str
    stamp: str
    payload: str


def _signed_query(query: dict[str, str], now: datetime) -> Signed:
    lifetime = int(query["X-Amz-Expires"])
    if lifetime > timedelta(days=7).total_seconds():
        raise S3Error(400, "AuthorizationQueryParametersError")
    if now > _moment(query["X-Amz-Date"]) + timedelta(seconds=lifetime):
        raise S3Error(403, "AccessDenied", "Request has expired")
    signature = query.pop("X-Amz-Signature")  # it signs all parameters but itself
    algorithm, credential, names = (query[f"X-Amz-{name}"] for name in ("Algorithm", "Credential", "SignedHeaders"))
    return Signed(algorithm, credential, names, signature, query["X-Amz-Date"], "UNSIGNED-PAYLOAD")


def _signed_headers(headers: Mapping[str, str], body: bytes, now: datetime) -> Signed:
    algorithm, _, rest = headers.get("authorization", "").partition(" ")
    given = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    if not {"Credential", "SignedHeaders", "Signature"} <= given.keys():
        raise S3Error(403, "AccessDenied", "not signed")
    stamp, payload = headers.get("x-amz-date", ""), headers.get("x-amz-content-sha256", "")
    if abs(now - _moment(stamp)) > timedelta(minutes=15):
        raise S3Error(403, "RequestTimeTooSkewed")
    if payload not in {"UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest()}:
        raise S3Error(400, "XAmzContentSHA256Mismatch")
    return Signed(algorithm, given["Credential"], given["SignedHeaders"], given["Signature"], stamp, payload)


def verify_signature(method: str, target: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Check a request as an S3 server does; raises S3Error."""
    address = urlsplit(target)
    query = dict(parse_qsl(address.query, keep_blank_values=True))
    if "AWSAccessKeyId" in query:
        raise S3Error(400, "InvalidRequest", "SigV2 is not supported; use AWS4-HMAC-SHA256")
    signed = _signed_query(query, now) if "X-Amz-Signature" in query else _signed_headers(headers, body, now)
    if signed.algorithm != "AWS4-HMAC-SHA256":
        raise S3Error(400, "InvalidRequest", "expected AWS4-HMAC-SHA256")
    key_id, day, region, service, end = signed.credential.split("/")
    if (region, service, end) != (REGION, "s3", "aws4_request"):
        raise S3Error(400, "AuthorizationHeaderMalformed", f"the region {region!r} is wrong; expecting {REGION!r}")
    if key_id != ACCESS_KEY:
        raise S3Error(403, "InvalidAccessKeyId")
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in query.items())
    canonical = "\n".join(
        [
            method,
            address.path,
            "&".join(f"{name}={value}" for name, value in pairs),
            *(f"{name}:{' '.join(headers.get(name, '').split())}" for name in signed.names.split(";")),
            "",
            signed.names,
            signed.payload,
        ]
    )
    scope = f"{day}/{region}/{service}/{end}"
    to_sign = "\n".join([signed.algorithm, signed.stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{SECRET_KEY}".encode()
    for part in (day, region, service, end):
        key = hmac.digest(key, part.encode(), "sha256")
    if not hmac.compare_digest(hmac.digest(key, to_sign.encode(), "sha256").hex(), signed.signature):
        raise S3Error(403, "SignatureDoesNotMatch")


def _moment(stamp: str) -> datetime:
    try:
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        raise S3Error(403, "AccessDenied", "no date") from None


def _refuse_new_fashions(headers: Mapping[str, str]) -> None:
    for name in headers:
        if name in {"x-amz-sdk-checksum-algorithm", "x-amz-trailer"} or name.startswith("x-amz-checksum"):
            raise S3Error(501, "NotImplemented", f"A header you provided implies functionality: {name}")
    if "aws-chunked" in headers.get("content-encoding", ""):
        raise S3Error(501, "NotImplemented", "aws-chunked")


def _handler(store: S3StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002
            return

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            address = urlsplit(self.path)
            query = dict(parse_qsl(address.query, keep_blank_values=True))
            store.seen.append(Seen(self.command, unquote(address.path), query, headers))
            fault = store.next_fault()
            try:
                status, answer, extra = self._answer(fault, query, headers, body)
            except S3Error as refusal:
                xml = f"<Error><Code>{refusal.code}</Code><Message>{escape(str(refusal))}</Message></Error>"
                status, answer, extra = refusal.status, xml.encode(), {"content-type": "application/xml"}
            if fault == "drop":
                self.close_connection = True
                return
            self._reply(status, answer, extra)

        def _answer(
            self, fault: S3Error | str | None, query: dict[str, str], headers: dict[str, str], body: bytes
        ) -> tuple[int, bytes, dict[str, str]]:
            if isinstance(fault, S3Error):
                raise fault
            verify_signature(self.command, self.path, headers, body, store.now())
            _refuse_new_fashions(headers)
            bucket, _, name = unquote(urlsplit(self.path).path).lstrip("/").partition("/")
            if bucket != store.bucket:
                raise S3Error(404, "NoSuchBucket")
            return self._act(name, query, headers, body)

        def _reply(self, status: int, answer: bytes, extra: dict[str, str]) -> None:
            self.send_response(status)
            for header, value in {"content-length": str(len(answer)), **extra}.items():
                self.send_header(header, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer)

        def _act(
            self, name: str, query: dict[str, str], headers: dict[str, str], body: bytes
        ) -> tuple[int, bytes, dict[str, str]]:
            if self.command == "POST" and "delete" in query:
                raise S3Error(400, "MissingContentMD5")
            if "uploads" in query or "uploadId" in query:
                return self._multipart(name, query, headers, body)
            if not name and query.get("list-type") == "2":
                return self._listing(query)
            if "x-amz-copy-source" in headers:
                return self._copy(name, headers)
            if self.command == "PUT":
                store.objects[name] = StoredObject(body, headers.get("content-type", ""), _metadata(headers))
                return 200, b"", {"etag": store.objects[name].etag}
            if self.command == "DELETE":
                store.objects.pop(name, None)
                return 204, b"", {}
            if name not in store.objects:
                raise S3Error(404, "NoSuchKey")
            return self._content(store.objects[name], headers)

        def _listing(self, query: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
            """One page of names under a prefix; what lies deeper than the delimiter is summed up, as S3 does."""
            prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
            names = sorted(name for name in store.objects if name.startswith(prefix))
            shallow = [name for name in names if not delimiter or delimiter not in name.removeprefix(prefix)]
            after = query.get("continuation-token", "")
            waiting = [name for name in shallow if name > after]
            page = waiting[: store.page_size]
            entries = "".join(
                f"<Contents><Key>{escape(name)}</Key><Size>{len(store.objects[name].data)}</Size>"
                f"<ETag>{escape(store.objects[name].etag)}</ETag>"
                "<LastModified>2026-05-04T12:30:00.000Z</LastModified></Contents>"
                for name in page
            )
            more = len(waiting) > len(page)
            following = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
            xml = (
                f"<ListBucketResult><Name>{store.bucket}</Name><KeyCount>{len(page)}</KeyCount>"
                f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>{following}{entries}</ListBucketResult>"
            )
            return 200, xml.encode(), {"content-type": "application/xml"}

        def _copy(self, name: str, headers: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
            bucket, _, source = unquote(headers["x-amz-copy-source"]).lstrip("/").partition("/")
            if bucket != store.bucket or source not in store.objects:
                raise S3Error(404, "NoSuchKey")
            store.objects[name] = store.objects[source]
            xml = f"<CopyObjectResult><ETag>{escape(store.objects[name].etag)}</ETag></CopyObjectResult>"
            return 200, xml.encode(), {"content-type": "application/xml"}

        def _content(self, found: StoredObject, headers: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
            described = {"etag": found.etag, "content-type": found.media_type, "accept-ranges": "bytes"}
            described |= {f"x-amz-meta-{name}": value for name, value in found.metadata.items()}
            if "range" not in headers:
                if self.command == "HEAD":
                    described["content-length"] = str(len(found.data))
                return 200, found.data if self.command == "GET" else b"", described
            first, _, last = headers["range"].removeprefix("bytes=").partition("-")
            end = min(int(last) if last else len(found.data) - 1, len(found.data) - 1)
            described["content-range"] = f"bytes {first}-{end}/{len(found.data)}"
            return 206, found.data[int(first) : end + 1], described

        def _multipart(
            self, name: str, query: dict[str, str], headers: dict[str, str], body: bytes
        ) -> tuple[int, bytes, dict[str, str]]:
            if "uploads" in query:
                number = f"upload-{len(store.uploads) + 1}"
                store.uploads[number] = Upload(name, headers.get("content-type", ""), _metadata(headers))
                xml = f"<InitiateMultipartUploadResult><UploadId>{number}</UploadId></InitiateMultipartUploadResult>"
                return 200, xml.encode(), {}
            upload = store.uploads.get(query["uploadId"])
            if upload is None:
                raise S3Error(404, "NoSuchUpload")
            if self.command == "PUT":
                upload.parts[int(query["partNumber"])] = body
                return 200, b"", {"etag": f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'}
            del store.uploads[query["uploadId"]]
            if self.command == "DELETE":
                return 204, b"", {}
            pieces = [upload.parts[number] for number in sorted(upload.parts)]
            if any(len(piece) < MIN_PART for piece in pieces[:-1]):
                raise S3Error(400, "EntityTooSmall")
            store.objects[name] = StoredObject(b"".join(pieces), upload.media_type, upload.metadata)
            etag = store.objects[name].etag
            return (
                200,
                f"<CompleteMultipartUploadResult><ETag>{etag}</ETag></CompleteMultipartUploadResult>".encode(),
                {},
            )

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _serve  # noqa: N815

    return Handler


def _metadata(headers: Mapping[str, str]) -> dict[str, str]:
    start = "x-amz-meta-"
    return {name.removeprefix(start): value for name, value in headers.items() if name.startswith(start)}


def use_credentials(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Give this process the stand-in's credentials and nothing else that boto3 would find."""
    for variable in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "none"))
