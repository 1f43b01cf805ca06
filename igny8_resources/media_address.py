"""Which media store an address describes: a folder, or S3-compatible storage."""

from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from igny8_resources.media import FolderStore, MediaAddressError, MediaStore


def media_store(url: str, public_base_url: str | None) -> MediaStore:
    """The store that an address describes.

    ``url`` is a folder (a path or ``file:///path``) or ``s3://bucket/prefix?endpoint=https://…&region=…``, both options
    of the latter optional. S3 credentials come from the environment (boto3's chain: ``AWS_ACCESS_KEY_ID`` and so on),
    never from the address. ``public_base_url`` is where the store's keys are served from; None has S3 sign its URLs.

    Raises:
        MediaAddressError: the address cannot be used.
    """
    address = urlsplit(url)
    if address.scheme == "s3":
        return _s3_store(url, public_base_url)
    if address.scheme == "file":
        if address.netloc not in {"", "localhost"}:
            raise MediaAddressError(
                f"IGNY8_MEDIA_URL: a file address has three slashes, as in file:///{address.netloc}…"
            )
        folder = unquote(address.path)
    elif "://" in url:
        raise MediaAddressError(f"IGNY8_MEDIA_URL: expected a folder, file:///… or s3://…, not {address.scheme}://")
    else:
        folder = url
    if not folder.strip():
        raise MediaAddressError("IGNY8_MEDIA_URL is empty: expected a folder, file:///… or s3://bucket/prefix")
    if public_base_url is None:
        raise MediaAddressError("a media folder needs the address that it is served under: set IGNY8_PUBLIC_URL")
    return FolderStore(Path(folder), public_base_url)


def _s3_store(url: str, public_base_url: str | None) -> MediaStore:
    from igny8_resources.media_s3 import S3Store

    address = urlsplit(url)
    if "@" in address.netloc:
        raise MediaAddressError(
            "IGNY8_MEDIA_URL must not hold credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    options = dict(parse_qsl(address.query))
    unknown = sorted(options.keys() - {"endpoint", "region"})
    if unknown or not address.netloc:
        expected = "expected s3://bucket/prefix?endpoint=https://…&region=…"
        found = f"unknown option {unknown[0]!r}" if unknown else "no bucket"
        raise MediaAddressError(f"IGNY8_MEDIA_URL: {found}; {expected}")
    return S3Store(
        bucket=address.netloc,
        prefix=unquote(address.path).strip("/"),
        endpoint_url=options.get("endpoint"),
        region=options.get("region"),
        public_base_url=public_base_url,
    )
