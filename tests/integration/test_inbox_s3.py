"""An inbox under an S3 prefix, over real HTTP: listed page by page, read, and filed away."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from igny8_resources.inbox import Inbox, InboxFileGone, open_inbox, unchanged_files
from igny8_resources.settings import Settings, SettingsError
from tests.stand_ins.s3_server import REGION, S3StandIn, StoredObject, use_credentials

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[S3StandIn]:
    use_credentials(monkeypatch, tmp_path)
    with S3StandIn("drops") as server:
        yield server


@pytest.fixture
def inbox(s3: S3StandIn) -> Inbox:
    return open_inbox(Settings(inbox=f"s3://drops/keywords?endpoint={s3.endpoint}&region={REGION}"))


def drop(s3: S3StandIn, name: str, content: bytes = b"keyword\nmoka pot\n") -> None:
    s3.objects[name] = StoredObject(content, "text/csv", {})


def test_a_sites_objects_are_listed_whatever_their_number_and_nothing_else(s3: S3StandIn, inbox: Inbox) -> None:
    for name in ("a.csv", "b & c.csv", "d.xlsx", "e.csv", "f.csv", ".hidden", "half.csv.part", "done/old.csv"):
        drop(s3, f"keywords/crema-lane/{name}")
    drop(s3, "keywords/other-site/theirs.csv")
    names = [file.name for file in inbox.waiting("crema-lane")]
    assert names == ["a.csv", "b & c.csv", "d.xlsx", "e.csv", "f.csv"]
    assert inbox.waiting("nobody") == []


def test_an_object_is_there_whole_and_is_taken_at_the_first_look(s3: S3StandIn, inbox: Inbox) -> None:
    drop(s3, "keywords/crema-lane/a.csv")
    ready, _ = unchanged_files(inbox.waiting("crema-lane"), None)
    assert [file.name for file in ready] == ["a.csv"]


def test_an_object_is_read_then_filed_away(s3: S3StandIn, inbox: Inbox) -> None:
    drop(s3, "keywords/crema-lane/a.csv", b"keyword\nmoka pot\n")
    [file] = inbox.waiting("crema-lane")
    with inbox.open_path(file) as path:
        assert path.read_bytes() == b"keyword\nmoka pot\n"
    inbox.take(file, NOW)
    assert set(s3.objects) == {"keywords/crema-lane/done/2026-05-04-123000-a.csv"}
    assert inbox.waiting("crema-lane") == []
    inbox.take(file, NOW)
    with pytest.raises(InboxFileGone), inbox.open_path(file):
        pass


def test_a_refused_object_has_its_reason_beside_it(s3: S3StandIn, inbox: Inbox) -> None:
    drop(s3, "keywords/crema-lane/a.pdf", b"%PDF")
    [file] = inbox.waiting("crema-lane")
    inbox.refuse(file, NOW, "a.pdf is a PDF document, not a keyword list")
    kept = "keywords/crema-lane/refused/2026-05-04-123000-a.pdf"
    assert set(s3.objects) == {kept, f"{kept}.txt"}
    assert s3.objects[f"{kept}.txt"].data == b"a.pdf is a PDF document, not a keyword list\n"


@pytest.mark.parametrize("address", ["s3://", "s3://key:secret@drops/x", "s3://drops/x?colour=red", "ftp://drops/x"])
def test_an_address_that_cannot_be_used_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="IGNY8_INBOX: expected"):
        open_inbox(Settings(inbox=address))
