"""The media store in any S3-compatible storage: AWS, Cloudflare R2, Garage, SeaweedFS, RustFS, MinIO.

The client is set for what all of them understand: SigV4, path-style addresses, no checksum headers or trailers unless
the operation requires them, objects deleted one by one.
"""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from igny8_resources.media import (
    URL_LIFETIME,
    MediaError,
    MediaFile,
    MediaMissingError,
    MediaUnavailableError,
    checked_key,
    measure,
)

LONGEST_URL_LIFETIME = timedelta(days=7)  # the limit of SigV4; boto3 signs longer ones, which servers then refuse
DEFAULT_REGION = "us-east-1"  # what stores without regions answer to
CONNECT_SECONDS = 5
READ_SECONDS = 60
ATTEMPTS = 4

_DIGEST = "sha256"  # object metadata: an ETag is no digest of a multipart upload
_MISSING = {"404", "NoSuchKey", "NotFound"}


class S3Store:
    """Media in a bucket, under ``prefix``; safe to share between threads.

    Args:
        bucket: the bucket's name; it must exist.
        prefix: put before every key, without slashes at its ends; may be empty.
        endpoint_url: the service's address; None is AWS.
        region: the region that signatures name; None takes ``AWS_REGION`` and the like, else ``us-east-1``.
        public_base_url: a CDN or public address that stands for bucket and prefix; None signs a URL for each file.
    """

    def __init__(
        self, bucket: str, prefix: str, endpoint_url: str | None, region: str | None, public_base_url: str | None
    ) -> None:
        self.bucket = bucket
        self.prefix = prefix.strip("/")
        self._endpoint_url = endpoint_url
        self._region = region
        self._public_base_url = public_base_url.rstrip("/") if public_base_url else None
        self._client: Any = None
        self._client_lock = threading.Lock()

    def put(self, key: str, data: bytes | Path, media_type: str) -> MediaFile:
        """Store the file, in parts when it is large; see ``MediaStore.put``."""
        name = self._name(key)
        try:
            digest, size = measure(data)
        except OSError as trouble:
            raise MediaUnavailableError(f"media {key!r}: {trouble}") from trouble
        if self._stored(key) != (digest, size, media_type):
            extra = {"ContentType": media_type, "Metadata": {_DIGEST: digest}}
            with self._trouble_named(key, "stored in"):
                if isinstance(data, bytes):
                    self._s3.upload_fileobj(BytesIO(data), self.bucket, name, ExtraArgs=extra)
                else:
                    self._s3.upload_file(str(data), self.bucket, name, ExtraArgs=extra)
        return MediaFile(key, digest, size, media_type)

    def get(self, key: str) -> bytes:
        """Read the file; see ``MediaStore.get``."""
        with self._trouble_named(key, "read from"):
            content: bytes = self._s3.get_object(Bucket=self.bucket, Key=self._name(key))["Body"].read()
        return content

    def exists(self, key: str) -> bool:
        """Whether the object is there."""
        return self._stored(key) is not None

    def delete(self, key: str) -> None:
        """Remove the object if it is there."""
        # Never delete_objects: it sends no Content-MD5, which older stores insist on.
        with self._trouble_named(key, "deleted in"):
            self._s3.delete_object(Bucket=self.bucket, Key=self._name(key))

    @contextmanager
    def open_path(self, key: str) -> Iterator[Path]:
        """Download to a temporary file with the key's extension and yield it; it is gone after the ``with``."""
        with tempfile.TemporaryDirectory(prefix="igny8-media-") as folder:
            path = Path(folder) / f"media{PurePosixPath(checked_key(key)).suffix}"
            with self._trouble_named(key, "read from"):
                self._s3.download_file(self.bucket, self._name(key), str(path))
            yield path

    def url(self, key: str, expires: timedelta = URL_LIFETIME) -> str:
        """The public address if the store has one, else a signed GET that works for ``expires``.

        Raises:
            MediaError: ``expires`` is not between one second and seven days.
        """
        checked_key(key)
        if self._public_base_url is not None:
            return f"{self._public_base_url}/{quote(key)}"
        if not timedelta(seconds=1) <= expires <= LONGEST_URL_LIFETIME:
            raise MediaError(f"a signed media URL can live from one second to seven days, not {expires}")
        with self._trouble_named(key, "signed for"):
            signed: str = self._s3.generate_presigned_url(
                "get_object",
                Params={"Bucket": self.bucket, "Key": self._name(key)},
                ExpiresIn=int(expires.total_seconds()),
            )
        return signed

    @property
    def client(self) -> Any:
        """The store's own client, set for what every S3-compatible service understands."""
        return self._s3

    def _name(self, key: str) -> str:
        return f"{self.prefix}/{checked_key(key)}" if self.prefix else checked_key(key)

    def _stored(self, key: str) -> tuple[str, int, str] | None:
        try:
            with self._trouble_named(key, "looked up in"):
                head = self._s3.head_object(Bucket=self.bucket, Key=self._name(key))
        except MediaMissingError:
            return None
        return head["Metadata"].get(_DIGEST, ""), head["ContentLength"], head.get("ContentType", "")

    @property
    def _s3(self) -> Any:
        with self._client_lock:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def _connect(self) -> Any:
        import boto3
        from botocore.config import Config

        session = boto3.session.Session()
        return session.client(
            "s3",
            endpoint_url=self._endpoint_url,
            region_name=self._region or session.region_name or DEFAULT_REGION,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
            ),
        )

    @contextmanager
    def _trouble_named(self, key: str, done: str) -> Iterator[None]:
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

        where = f"s3://{self.bucket}"
        try:
            yield
        except ClientError as refused:
            code = refused.response.get("Error", {}).get("Code", "")
            if code in _MISSING:
                raise MediaMissingError(f"no media is stored under {key!r} in {where}") from refused
            raise MediaUnavailableError(
                f"media {key!r} could not be {done} {where}: {refused}. {_advice(code)}"
            ) from refused
        except (NoCredentialsError, PartialCredentialsError) as missing:
            raise MediaUnavailableError(
                f"media {key!r} could not be {done} {where}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
            ) from missing
        except (BotoCoreError, Boto3Error, OSError) as trouble:
            raise MediaUnavailableError(
                f"media {key!r} could not be {done} {where}: {trouble}. Check the endpoint in IGNY8_MEDIA_URL."
            ) from trouble


def _advice(code: str) -> str:
    if code == "NoSuchBucket":
        return "Create the bucket, or correct its name in IGNY8_MEDIA_URL."
    if code in {"403", "AccessDenied", "SignatureDoesNotMatch", "InvalidAccessKeyId"}:
        return (
            "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, the bucket's permissions and region= in IGNY8_MEDIA_URL."
        )
    if code == "RequestTimeTooSkewed":
        return "Set this machine's clock."
    return "Try again later."
