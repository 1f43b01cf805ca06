"""The main job, end to end, as a person starts it: on the embedded defaults and on PostgreSQL."""

import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from igny8_assets.schema.validation import validate_graph
from igny8_assets.sites.site_check import check_site
from igny8_assets.video.presets import preset_named
from igny8_assets.video.probe import probe
from igny8_assets.video.review import sound_findings, stream_findings
from tests.e2e.homes import Home

POSTGRES = "postgresql+psycopg2://postgres@127.0.0.1:5432/postgres"
ARTICLES = 6


def _postgres_homes(folder: Path) -> Iterator[Home]:
    names = [f"igny8_{purpose}_{uuid.uuid4().hex[:8]}" for purpose in ("warehouse", "dagster")]
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            for name in names:
                connection.execute(text(f"CREATE DATABASE {name}"))
    except OperationalError as unreachable:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no PostgreSQL server at 127.0.0.1:5432 that lets postgres in: {unreachable.orig}")
    warehouse, dagster = (make_url(POSTGRES).set(database=name) for name in names)
    try:
        yield Home(
            folder,
            {
                "IGNY8_WAREHOUSE_URL": warehouse.render_as_string(hide_password=False),
                "IGNY8_DAGSTER_POSTGRES_URL": dagster.set(drivername="postgresql").render_as_string(
                    hide_password=False
                ),
            },
        )
    finally:
        with server.connect() as connection:
            for name in names:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home in which the demonstration has run once."""
    folder = tmp_path_factory.mktemp(request.param) / "home"
    homes = iter([Home(folder)]) if request.param == "sqlite" else _postgres_homes(folder)
    for made in homes:
        done = made.run("demo", "--articles", str(ARTICLES))
        assert done.returncode == 0, done.stdout + done.stderr
        made.first_output = done.stdout  # type: ignore[attr-defined]
        yield made


def _scalar(home: Home, query: str) -> object:
    with home.engine().connect() as connection:
        return connection.execute(text(query)).scalar()


def test_everything_was_made(home: Home) -> None:
    assert _scalar(home, "SELECT COUNT(*) FROM keywords") > 300
    assert _scalar(home, "SELECT COUNT(*) FROM content WHERE status = 'published' AND checks_passed") == ARTICLES
    assert _scalar(home, "SELECT COUNT(DISTINCT content_type) FROM content") >= 3
    assert _scalar(home, "SELECT COUNT(*) FROM content WHERE approved_by <> 'automation:auto_approve'") == 0
    assert _scalar(home, "SELECT COUNT(*) FROM images WHERE status = 'ready'") == ARTICLES * 3
    assert _scalar(home, "SELECT COUNT(*) FROM social_posts") == ARTICLES * 5
    assert _scalar(home, "SELECT COUNT(*) FROM video_renders WHERE status = 'complete'") == 1
    assert _scalar(home, "SELECT COUNT(*) FROM effects WHERE status <> 'confirmed'") == 0
    assert _scalar(home, "SELECT COUNT(*) FROM requests WHERE status <> 'done'") == 0


def test_one_row_leads_from_a_keyword_to_its_page_posts_and_video(home: Home) -> None:
    with home.engine().connect() as connection:
        rows = connection.execute(
            text(
                "SELECT url, social_posts, videos, cluster_name FROM mart_content_performance "
                "WHERE is_primary_keyword = 1 ORDER BY videos DESC, content_id"
            )
        ).all()
    assert len(rows) >= ARTICLES
    assert rows[0].url.startswith("https://cremalane.example/")
    assert (rows[0].social_posts, rows[0].videos) == (5, 1)


def test_the_site_is_sound(home: Home) -> None:
    folder = home.folder / "sites" / "crema-lane"
    assert check_site(folder, "https://cremalane.example") == []
    assert (folder / "sitemap.xml").exists()
    assert len(list(folder.glob("topics/*/index.html"))) >= 3


def test_every_graph_is_connected(home: Home) -> None:
    with home.engine().connect() as connection:
        stored = [row[0] for row in connection.execute(text("SELECT schema_data FROM content"))]
    graphs = [json.loads(graph) if isinstance(graph, str) else graph for graph in stored]
    assert len(graphs) == ARTICLES
    for graph in graphs:
        assert [finding for finding in validate_graph(graph) if finding.severity == "error"] == []


def test_the_video_is_what_its_preset_promises(home: Home) -> None:
    key = _scalar(home, "SELECT media_key FROM video_renders")
    facts = probe(home.folder / "media" / str(key))
    assert [*stream_findings(facts, preset_named("youtube_short")), *sound_findings(facts.loudness)] == []
    assert (facts.width, facts.height, facts.pix_fmt, facts.profile) == (1080, 1920, "yuv420p", "High")
    assert facts.moov_before_mdat
    assert (
        (home.folder / "media" / str(_scalar(home, "SELECT subtitle_key FROM video_renders")))
        .read_text()
        .startswith("1\n")
    )


def test_a_second_run_makes_and_spends_nothing(home: Home) -> None:
    before, calls = home.rows(), _scalar(home, "SELECT SUM(attempts) FROM ai_calls")
    done = home.run("demo", "--articles", str(ARTICLES))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing was made twice and nothing was spent" in done.stdout
    assert home.rows() == before
    assert _scalar(home, "SELECT SUM(attempts) FROM ai_calls") == calls


def test_the_command_says_what_to_look_at(home: Home) -> None:
    output: str = home.first_output  # type: ignore[attr-defined]
    assert "Published" in output
    assert str(home.folder / "sites" / "crema-lane" / "index.html") in output
    assert "make dev" in output
