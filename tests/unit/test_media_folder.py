import hashlib
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from igny8_resources.media import (
    FolderStore,
    MediaAddressError,
    MediaFile,
    MediaKeyError,
    MediaMissingError,
    MediaUnavailableError,
    content_key,
)
from igny8_resources.media_address import media_store
from igny8_resources.media_s3 import S3Store

KEY = "accounts/7/crema-lane/images/cover.webp"


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "media", "https://cdn.cremalane.example/media/")


def test_bytes_go_in_and_come_out(store: FolderStore) -> None:
    stored = store.put(KEY, b"picture", "image/webp")
    assert stored == MediaFile(KEY, hashlib.sha256(b"picture").hexdigest(), 7, "image/webp")
    assert store.exists(KEY)
    assert store.get(KEY) == b"picture"
    with store.open_path(KEY) as path:
        assert path.read_bytes() == b"picture"
        assert path.suffix == ".webp"
    store.delete(KEY)
    store.delete(KEY)
    assert not store.exists(KEY)


def test_a_local_file_is_copied_and_stays(store: FolderStore, tmp_path: Path) -> None:
    video = tmp_path / "video.mp4"
    video.write_bytes(b"frames" * 400_000)
    stored = store.put("accounts/7/videos/one.mp4", video, "video/mp4")
    assert stored.size == video.stat().st_size
    assert store.get(stored.key) == video.read_bytes()


def test_identical_content_is_not_rewritten_and_other_content_is(store: FolderStore) -> None:
    store.put(KEY, b"same", "image/webp")
    before = (store.root / KEY).stat().st_ino
    store.put(KEY, b"same", "image/webp")
    assert (store.root / KEY).stat().st_ino == before
    store.put(KEY, b"diff", "image/webp")
    assert store.get(KEY) == b"diff"


def test_a_reader_sees_a_whole_file_while_it_is_replaced(store: FolderStore) -> None:
    versions = [bytes([letter]) * 300_000 for letter in b"ab"]
    store.put(KEY, versions[0], "image/webp")
    done = threading.Event()

    def write() -> None:
        for turn in range(40):
            store.put(KEY, versions[turn % 2], "image/webp")
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        assert store.get(KEY) in versions
    writer.join()
    assert not list((store.root / ".incoming").iterdir())


def test_a_write_that_fails_leaves_what_was_there(store: FolderStore, tmp_path: Path) -> None:
    store.put(KEY, b"good", "image/webp")
    with pytest.raises(MediaUnavailableError, match="could not be stored"):
        store.put(KEY, tmp_path / "absent.webp", "image/webp")
    with pytest.raises(MediaUnavailableError, match=r"cover\.webp/inside"):
        store.put(f"{KEY}/inside", b"x", "image/webp")
    assert store.get(KEY) == b"good"
    assert not list((store.root / ".incoming").iterdir())


def test_a_missing_file_is_named(store: FolderStore) -> None:
    with pytest.raises(MediaMissingError, match=r"cover\.webp"):
        store.get(KEY)
    with pytest.raises(MediaMissingError), store.open_path(KEY):
        pass


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("", "is empty"),
        ("/etc/passwd", "is absolute"),
        ("accounts/7/../8/secret.png", "begins with a dot"),
        ("accounts/./7", "begins with a dot"),
        (".incoming/x", "begins with a dot"),
        ("accounts//7", "empty segment"),
        ("accounts/7/", "empty segment"),
        ("accounts\\7\\a.png", "backslash"),
        ("accounts/7/a\n.png", "control character"),
        ("accounts/7/a\x00.png", "control character"),
        ("accounts/7/\u202egnp.exe", "control character"),
        ("accounts/7/" + "é" * 130, "over 255 bytes"),
        ("/".join(["accounts"] * 60), "the limit is 512"),
    ],
)
def test_a_key_that_could_leave_the_store_or_break_it_is_refused(store: FolderStore, key: str, problem: str) -> None:
    for attempt in (store.get, store.exists, store.delete, store.url, lambda key: store.put(key, b"", "text/plain")):
        with pytest.raises(MediaKeyError, match=problem):
            attempt(key)


def test_the_same_content_has_the_same_key(store: FolderStore) -> None:
    digest = hashlib.sha256(b"card").hexdigest()
    key = content_key("accounts/7/crema-lane/images/", b"card", ".webp")
    assert key == f"accounts/7/crema-lane/images/{digest[:2]}/{digest}.webp"
    assert content_key("accounts/7/crema-lane/images", b"card", "webp") == key


def test_urls_are_the_public_address_with_the_key_quoted(store: FolderStore) -> None:
    url = store.url("accounts/7/café & crema#1.webp", expires=timedelta(minutes=5))
    assert url == "https://cdn.cremalane.example/media/accounts/7/caf%C3%A9%20%26%20crema%231.webp"


def test_the_address_chooses_the_store(tmp_path: Path) -> None:
    for address in (str(tmp_path / "a b"), f"file://{tmp_path}/a%20b"):
        folder = media_store(address, "http://127.0.0.1:8000/media")
        assert isinstance(folder, FolderStore)
        assert folder.root == tmp_path / "a b"
    bucket = media_store("s3://media/prod/igny8/?endpoint=https://s3.example.com&region=eu-central-1", None)
    assert isinstance(bucket, S3Store)
    assert (bucket.bucket, bucket.prefix) == ("media", "prod/igny8")


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("", "is empty"),
        ("ftp://host/media", "not ftp://"),
        ("file://host/media", "three slashes"),
        ("s3:///prefix", "no bucket"),
        ("s3://media?endpont=http://x", "unknown option 'endpont'"),
        ("s3://AKIA:hunter2@media/x", "AWS_SECRET_ACCESS_KEY"),
    ],
)
def test_a_bad_address_says_what_was_expected(address: str, problem: str) -> None:
    with pytest.raises(MediaAddressError, match=problem) as refused:
        media_store(address, "http://127.0.0.1:8000/media")
    assert "hunter2" not in str(refused.value)
