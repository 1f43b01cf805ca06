"""A file dropped into a site's inbox is staged exactly once, by the sensor and the job that it asks for."""

import json
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
from deployments import SITE, Deployment, new_deployment

from igny8_assets.planner.keywords.inbox import collect_files
from igny8_resources.inbox import FolderInbox, InboxFile, open_inbox, unchanged_files
from igny8_resources.warehouse.store.sites import set_module, site_by_key
from igny8_resources.warehouse.tables.ledgers import Event
from igny8_resources.warehouse.tables.planner import KeywordImport
from jobs import names

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    return new_deployment(tmp_path / "home")


@pytest.fixture
def folder(deployment: Deployment) -> Path:
    """The site's inbox."""
    path = Path(deployment.parts.settings.inbox_address) / SITE
    path.mkdir(parents=True)
    return path


def look(deployment: Deployment, cursor: str | None = None) -> dg.SensorResult:
    context = dg.build_sensor_context(
        instance=deployment.instance, cursor=cursor, resources={"platform": deployment.resource}
    )
    result = deployment.content.get_repository_def().get_sensor_def("inbox")(context)
    assert isinstance(result, dg.SensorResult)
    return result


def imports_from_inbox(deployment: Deployment) -> list[KeywordImport]:
    return deployment.rows(KeywordImport, KeywordImport.origin == "inbox")


def test_a_file_at_rest_is_taken_and_filed_away(deployment: Deployment, folder: Path) -> None:
    (folder / "moka.csv").write_text("keyword,volume\nmoka pot size,90\n")
    (folder / "broken.csv").write_text("Zeile,Menge\nfoo,1\n")
    (folder / "half.csv.part").write_text("keyword\n")
    (folder / ".hidden.csv").write_text("keyword\nnothing\n")
    first = look(deployment)
    assert first.run_requests == []
    [request] = look(deployment, first.cursor).run_requests or []
    assert request.tags[names.SITE_TAG] == SITE

    job = deployment.content.resolve_job_def(names.COLLECT_INBOX)
    done = job.execute_in_process(run_config=request.run_config, instance=deployment.instance)
    assert done.success
    [staged] = imports_from_inbox(deployment)
    assert (staged.file_name, staged.status, staged.rows_good) == ("moka.csv", "staged", 1)
    assert deployment.rows(Event, Event.kind == "keywords.staged")[-1].payload["import_id"] == staged.id

    [kept] = (folder / "done").iterdir()
    assert kept.name.endswith("-moka.csv")
    reason, refused = sorted((folder / "refused").iterdir(), key=lambda path: path.suffix, reverse=True)
    assert refused.name.endswith("-broken.csv")
    assert "found no keyword column" in reason.read_text()
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == [".hidden.csv", "half.csv.part"]
    assert look(deployment, first.cursor).run_requests == []


def test_a_file_that_still_grows_is_left_alone(deployment: Deployment, folder: Path) -> None:
    (folder / "moka.csv").write_text("keyword\n")
    cursor = look(deployment).cursor
    (folder / "moka.csv").write_text("keyword\nmoka pot size\n")
    result = look(deployment, cursor)
    assert result.run_requests == []
    assert look(deployment, result.cursor).run_requests


def test_looking_twice_before_the_run_asks_with_the_same_key(deployment: Deployment, folder: Path) -> None:
    (folder / "moka.csv").write_text("keyword\nmoka pot size\n")
    cursor = look(deployment).cursor
    keys = {request.run_key for _ in range(2) for request in look(deployment, cursor).run_requests or []}
    # Two, should ten minutes end between the looks.
    assert len(keys) <= 2
    assert {key.rsplit("/", 1)[0] for key in keys if key} == {next(iter(keys)).rsplit("/", 1)[0]}  # type: ignore[union-attr]


def test_a_file_staged_by_a_process_that_died_before_it_moved_it(deployment: Deployment, folder: Path) -> None:
    inbox = open_inbox(deployment.parts.settings)
    (folder / "moka.csv").write_text("keyword\nmoka pot size\n")
    content = (folder / "moka.csv").read_bytes()
    assert collect_files(deployment.parts, inbox, SITE, ["moka.csv"]).staged == ["moka.csv"]
    (folder / "moka.csv").write_bytes(content)
    again = collect_files(deployment.parts, inbox, SITE, ["moka.csv", "taken by another.csv"])
    assert (again.staged, again.known, again.gone) == ([], ["moka.csv"], ["taken by another.csv"])
    assert len(imports_from_inbox(deployment)) == 1
    assert not (folder / "moka.csv").exists()


def test_the_files_of_a_site_without_a_planner_wait(deployment: Deployment, folder: Path) -> None:
    (folder / "moka.csv").write_text("keyword\nmoka pot size\n")
    with deployment.parts.warehouse.write() as session:
        set_module(session, site_by_key(session, SITE), "planner", enabled=False)
    assert look(deployment, look(deployment).cursor).run_requests == []
    assert (folder / "moka.csv").exists()


def test_a_link_out_of_the_inbox_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("keyword\nsecret\n")
    (tmp_path / "inbox" / "site").mkdir(parents=True)
    (tmp_path / "inbox" / "site" / "link.csv").symlink_to(tmp_path / "secret.csv")
    assert FolderInbox(tmp_path / "inbox").waiting("site") == []


def test_an_object_is_whole_at_first_sight() -> None:
    ready, cursor = unchanged_files([InboxFile("site", "a.csv", 9, '"etag"', settled=True)], None)
    assert [file.name for file in ready] == ["a.csv"]
    assert json.loads(cursor) == {"site/a.csv": '9 "etag"'}
