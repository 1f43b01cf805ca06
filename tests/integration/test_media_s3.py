"""The S3 store over real HTTP, against a server that verifies signatures and knows no checksum extensions."""

import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from igny8_resources.media import MediaError, MediaKeyError, MediaMissingError, MediaUnavailableError
from igny8_resources.media_address import media_store
from igny8_resources.media_s3 import S3Store
from tests.stand_ins.s3_server import REGION, SECRET_KEY, S3StandIn, use_credentials

KEY = "accounts/7/crema-lane/images/café cover.webp"
NAME = f"prod/{KEY}"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[S3StandIn]:
    use_credentials(monkeypatch, tmp_path)
    with S3StandIn("media") as server:
        yield server


@pytest.fixture
def store(s3: S3StandIn) -> S3Store:
    opened = media_store(f"s3://media/prod?endpoint={s3.endpoint}&region={REGION}", None)
    assert isinstance(opened, S3Store)
    return opened


def test_bytes_go_in_and_come_out(s3: S3StandIn, store: S3Store, tmp_path: Path) -> None:
    stored = store.put(KEY, b"picture", "image/webp")
    kept = s3.objects[NAME]
    assert (kept.data, kept.media_type, kept.metadata) == (b"picture", "image/webp", {"sha256": stored.sha256})
    assert store.exists(KEY)
    assert store.get(KEY) == b"picture"
    with store.open_path(KEY) as path:
        assert path.read_bytes() == b"picture"
        assert path.suffix == ".webp"
    assert not path.exists()
    store.delete(KEY)
    store.delete(KEY)
    assert not store.exists(KEY)
    assert s3.objects == {}


def test_identical_content_is_not_sent_again_and_other_content_is(s3: S3StandIn, store: S3Store) -> None:
    store.put(KEY, b"same", "image/webp")
    store.put(KEY, b"same", "image/webp")
    assert s3.methods() == ["HEAD", "PUT", "HEAD"]
    store.put(KEY, b"other", "image/webp")
    assert s3.objects[NAME].data == b"other"


def test_a_large_file_goes_in_parts_and_comes_back_in_ranges(s3: S3StandIn, store: S3Store, tmp_path: Path) -> None:
    video = tmp_path / "video.mp4"
    video.write_bytes(os.urandom(1024) * (17 * 1024))
    stored = store.put("accounts/7/videos/one.mp4", video, "video/mp4")
    assert s3.methods().count("PUT") == 3
    kept = s3.objects["prod/accounts/7/videos/one.mp4"]
    assert (len(kept.data), kept.media_type, kept.metadata["sha256"]) == (stored.size, "video/mp4", stored.sha256)
    with store.open_path(stored.key) as path:
        assert path.read_bytes() == video.read_bytes()
    assert store.put(stored.key, video, "video/mp4") == stored
    assert s3.methods().count("PUT") == 3


def test_a_signed_url_works_for_a_browser_until_it_expires(s3: S3StandIn, store: S3Store) -> None:
    store.put(KEY, b"picture", "image/webp")
    url = store.url(KEY, expires=timedelta(minutes=10))
    query = parse_qs(urlsplit(url).query)
    assert query["X-Amz-Expires"] == ["600"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    with urllib.request.urlopen(url) as answer:  # noqa: S310
        assert answer.read() == b"picture"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(url.replace("cover", "other"))  # noqa: S310
    s3.now = lambda: datetime.now(UTC) + timedelta(minutes=11)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(url)  # noqa: S310


@pytest.mark.parametrize("expires", [timedelta(days=7, seconds=1), timedelta(0)])
def test_a_lifetime_that_servers_refuse_is_refused_here(store: S3Store, expires: timedelta) -> None:
    with pytest.raises(MediaError, match="seven days"):
        store.url(KEY, expires=expires)


def test_a_public_address_replaces_signing(s3: S3StandIn) -> None:
    store = S3Store("media", "prod", s3.endpoint, REGION, "https://cdn.cremalane.example/")
    expected = "https://cdn.cremalane.example/accounts/7/crema-lane/images/caf%C3%A9%20cover.webp"
    assert store.url(KEY, timedelta(days=365)) == expected
    assert s3.seen == []


def test_a_missing_file_and_a_bad_key_are_named(s3: S3StandIn, store: S3Store) -> None:
    with pytest.raises(MediaMissingError, match=r"cover\.webp"):
        store.get(KEY)
    with pytest.raises(MediaMissingError), store.open_path(KEY):
        pass
    before = len(s3.seen)
    with pytest.raises(MediaKeyError):
        store.put("accounts/7/../8/x", b"", "text/plain")
    assert len(s3.seen) == before


def test_a_slow_down_and_a_lost_answer_are_tried_again(s3: S3StandIn, store: S3Store) -> None:
    s3.fail(503, "SlowDown", times=2)
    assert not store.exists(KEY)
    s3.fail(404, "NoSuchKey")
    s3.drop_after_write()
    store.put(KEY, b"picture", "image/webp")
    assert s3.objects[NAME].data == b"picture"
    assert s3.methods() == ["HEAD"] * 4 + ["PUT"] * 2


def test_wrong_settings_are_named(s3: S3StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    def problem_of(store: S3Store) -> str:
        with pytest.raises(MediaUnavailableError) as trouble:
            store.get(KEY)
        assert SECRET_KEY not in str(trouble.value)
        return str(trouble.value)

    assert "region" in problem_of(S3Store("media", "", s3.endpoint, "us-west-1", None))
    assert "Create the bucket" in problem_of(S3Store("typo", "", s3.endpoint, REGION, None))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    assert "Check AWS_ACCESS_KEY_ID" in problem_of(S3Store("media", "", s3.endpoint, REGION, None))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "set AWS_ACCESS_KEY_ID" in problem_of(S3Store("media", "", s3.endpoint, REGION, None))
