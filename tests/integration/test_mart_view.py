"""What analysts read: the view's figures against rows made by hand, and the document against the schema."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import delete, inspect, text, update

from igny8_resources.ai.calls import Performed
from igny8_resources.ai.errors import AnswerInvalid
from igny8_resources.ai.journal import Journal
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditUsage
from igny8_resources.warehouse.tables.planner import Keyword
from igny8_resources.warehouse.tables.registry import METADATA
from igny8_resources.warehouse.tables.social import SocialPost
from igny8_resources.warehouse.tables.tenancy import User
from igny8_resources.warehouse.tables.video import VideoProject, VideoRender
from igny8_resources.warehouse.views import VIEWS
from tests.integration.dying_process import spec_of
from tests.warehouse_samples import Place, add_article, add_cluster, make_place

DOCUMENT = Path(__file__).parents[2] / "docs" / "warehouse.md"


@pytest.fixture
def place(warehouse) -> Place:
    return make_place(warehouse)


def performance(warehouse: Warehouse, where: str = "1 = 1") -> list[dict]:
    query = f"SELECT * FROM mart_content_performance WHERE {where} ORDER BY keyword, content_id"  # noqa: S608
    with warehouse.read() as session:
        return [dict(row) for row in session.execute(text(query)).mappings()]


def pay(warehouse: Warehouse, place: Place, subject: str, words: int, provider: str = "openai") -> None:
    """One call of a text of so many words: 5 credits for 100."""
    spec = spec_of(place.account_id, subject, provider=provider, salt=f"{subject}/{words}/{provider}", units="10")
    Journal(warehouse).answer(spec, lambda: Performed({}, units=Decimal(words) / 100))


def draft_posts(session, place: Place, content_id: int, *platforms: str) -> None:
    for platform in platforms:
        post = SocialPost(**place.owned, content_id=content_id, platform=platform, post_type="highlight")
        post.text_content = "New"
        session.add(post)


def add_video(session, place: Place, content_id: int, preset: str, seconds: float | None) -> str:
    """A project with its render; without one when it has no length."""
    project = VideoProject(**place.owned, content_id=content_id, video_type="short", render_preset=preset)
    session.add(project)
    session.flush()
    project.partition_key = f"{place.key}-v{project.id}"
    if seconds is not None:
        facts = {"media_key": "v.mp4", "width": 1080, "height": 1920, "size_bytes": 1, "duration_seconds": seconds}
        session.add(VideoRender(**place.owned, project_id=project.id, render_preset=preset, **facts))
    return project.partition_key


@pytest.fixture
def cluster(warehouse, place) -> tuple[str, str, str]:
    """Three keywords, two articles; the first has two posts, two videos of which one is rendered, and three calls."""
    with warehouse.write() as session:
        cluster_id = add_cluster(session, place, "Espresso ratio", ["Espresso ratio", "ristretto ratio", "lungo ratio"])
        first, first_id = add_article(session, place, "published", cluster_id=cluster_id, keyword="Espresso ratio")
        second, _ = add_article(session, place, "review", cluster_id=cluster_id, keyword="lungo ratio")
        draft_posts(session, place, first_id, "linkedin", "twitter")
        video = add_video(session, place, first_id, "tiktok", 41.5)
        add_video(session, place, first_id, "youtube_short", None)
    pay(warehouse, place, first, 800)
    pay(warehouse, place, first, 300, provider="offline")
    pay(warehouse, place, video, 100)
    pay(warehouse, place, second, 500)
    pay(warehouse, place, place.key, 700)
    return first, second, video


def test_a_row_says_what_came_of_a_keyword(warehouse, place, cluster):
    rows = performance(warehouse, f"article_partition = '{cluster[0]}'")
    assert [row["keyword"] for row in rows] == ["Espresso ratio", "lungo ratio", "ristretto ratio"]
    row = rows[0]
    assert (row["account_id"], row["site_key"], row["keyword_volume"]) == (place.account_id, "crema-lane", 100)
    assert (row["cluster_id"], row["cluster_name"], row["cluster_keywords"]) == (
        "c-Espresso ratio",
        "Espresso ratio",
        3,
    )
    assert (row["article_title"], row["article_status"], row["word_count"]) == ("Espresso Ratio", "published", 900)
    assert row["url"].startswith("https://cremalane.example/")
    assert (row["social_posts"], row["videos"], row["video_seconds"]) == (2, 1, 41.5)
    assert row["ai_calls"] == 3
    assert (row["article_credits"], row["article_list_credits"]) == (45, 60)
    assert [row["is_primary_keyword"] for row in rows] == [1, 0, 0]


def test_there_is_one_row_for_each_keyword_and_article(warehouse, cluster):
    rows = performance(warehouse)
    assert len(rows) == 6
    assert {(row["keyword"], row["article_partition"]) for row in rows} == {
        (keyword, partition)
        for keyword in ("Espresso ratio", "ristretto ratio", "lungo ratio")
        for partition in cluster[:2]
    }


def test_the_shares_of_a_cluster_add_up_to_what_its_articles_cost(warehouse, cluster):
    rows = performance(warehouse)
    assert float(sum(row["credits_share"] for row in rows)) == pytest.approx(45 + 25, abs=1e-9)
    for partition, cost in zip(cluster[:2], (45, 25), strict=True):
        shares = [row["credits_share"] for row in rows if row["article_partition"] == partition]
        assert float(sum(shares)) == pytest.approx(cost, abs=1e-9)
        assert max(shares) == min(shares)


def test_a_cluster_whose_count_was_not_kept_divides_by_what_is_there(warehouse, place, cluster):
    """The count is written by clustering; a view that every analyst reads must not fail over it."""
    with warehouse.write() as session:
        session.execute(text("UPDATE clusters SET keyword_count = 0"))
    assert float(sum(row["credits_share"] for row in performance(warehouse))) == pytest.approx(70, abs=1e-9)
    assert {row["cluster_keywords"] for row in performance(warehouse)} == {3}


def test_a_keyword_without_cluster_or_article_has_its_row(warehouse, place):
    with warehouse.write() as session:
        add_cluster(session, place, "Moka pot", ["moka pot"])
        session.add(Keyword(**place.owned, text="100% arabica", normalized_text="100% arabica"))
    alone, planned = performance(warehouse)
    assert (alone["keyword"], alone["cluster_id"], alone["content_id"], alone["keyword_volume"]) == (
        "100% arabica",
        None,
        None,
        None,
    )
    assert (planned["cluster_name"], planned["content_id"], planned["article_credits"]) == ("Moka pot", None, 0)
    assert [row["social_posts"] for row in (alone, planned)] == [0, 0]


@pytest.mark.parametrize("keyword", ["espresso ratio", "Espresso Ratio", "Größe der Mühle", "ÉTÉ"])
def test_the_primary_keyword_is_found_however_it_is_written(warehouse, place, keyword):
    """SQLite lowers ASCII letters alone."""
    with warehouse.write() as session:
        add_article(session, place, "review", keyword=keyword)
    assert [row["is_primary_keyword"] for row in performance(warehouse)] == [1]


def test_another_account_is_not_counted_in(warehouse, place, cluster):
    """Two deployments merged into one may hold the same subject twice; usage is matched by account too."""
    other = make_place(warehouse, slug="other", key="other")
    pay(warehouse, other, cluster[0], 900)
    (row,) = performance(warehouse, f"article_partition = '{cluster[0]}' AND is_primary_keyword = 1")
    assert row["article_credits"] == 45


def called(
    warehouse: Warehouse, place: Place, subject: str, *, words: int, cost: str | None, day: datetime, **changes
) -> None:
    """One settled call of a day, by ``changes`` of its spec; its cost in US dollars as the provider reported it."""
    spec = spec_of(
        place.account_id, subject, units="20", salt=f"{subject}{words}{day}", site_id=place.site_id, **changes
    )
    usd = None if cost is None else Decimal(cost)
    answered = Journal(warehouse).answer(spec, lambda: Performed({}, units=Decimal(words) / 100, cost_usd=usd))
    with warehouse.write() as session:
        session.execute(update(CreditUsage).where(CreditUsage.ai_call_id == answered.call_id).values(created_at=day))


@pytest.fixture
def november(warehouse, place, cluster) -> Place:
    """Four calls for two articles on two days around midnight, of which one has no known cost, and one that failed."""
    last_second = datetime(2026, 11, 3, 23, 59, 59, 999999, tzinfo=UTC)
    with warehouse.write() as session:
        session.execute(delete(CreditUsage))
        maya = User(account_id=place.account_id, email="maya@cremalane.example", password_hash="-")
        session.add(maya)
        session.flush()
        user_id = maya.id
    called(warehouse, place, cluster[0], words=800, cost="0.012", day=last_second, user_id=user_id)
    called(warehouse, place, cluster[0], words=200, cost="0.003", day=last_second, user_id=user_id)
    called(warehouse, place, cluster[1], words=1000, cost="0.02", day=last_second + timedelta(microseconds=1))
    called(warehouse, place, cluster[1], words=400, cost=None, day=last_second + timedelta(hours=23), model="gpt-other")

    def unusable() -> Performed:
        raise AnswerInvalid("the answer does not fit its schema")

    spec = spec_of(place.account_id, cluster[1], salt="fails", site_id=place.site_id)
    with pytest.raises(AnswerInvalid):
        Journal(warehouse).answer(spec, unusable)
    with warehouse.write() as session:
        paid_for_nothing = {"cost_usd": Decimal("0.005"), "finished_at": last_second + timedelta(hours=1)}
        session.execute(update(AiCall).where(AiCall.status == "failed").values(**paid_for_nothing))
    return place


def test_spending_has_one_row_a_day_site_operation_provider_model_and_person(warehouse, november):
    query = "SELECT * FROM mart_spend WHERE account_id = :account ORDER BY day, model"
    with warehouse.read() as session:
        rows = [dict(row) for row in session.execute(text(query), {"account": november.account_id}).mappings()]
    assert {(row["site_key"], row["operation"], row["provider"]) for row in rows if row["calls"]} == {
        ("crema-lane", "content", "openai")
    }
    figures = [
        (str(row["day"]), row["model"], row["user_email"], row["calls"], row["failed_calls"], row["credits"])
        for row in rows
    ]
    assert figures == [
        ("2026-11-03", "gpt-test", "maya@cremalane.example", 2, 0, 50),
        ("2026-11-04", "gpt-other", None, 1, 0, 20),
        ("2026-11-04", "gpt-test", None, 1, 1, 50),
    ]
    costs = [None if row["cost_usd"] is None else round(Decimal(str(row["cost_usd"])), 6) for row in rows]
    assert costs == [Decimal("0.015"), None, Decimal("0.025")]
    assert [row["calls_without_cost"] for row in rows] == [0, 1, 0]


def test_a_day_is_utc_whatever_the_time_zone_of_the_session(postgres_warehouse):
    place = make_place(postgres_warehouse)
    moment = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)
    called(postgres_warehouse, place, "crema-lane-1", words=100, cost=None, day=moment)
    with postgres_warehouse.read() as session:
        session.execute(text("SET LOCAL TIME ZONE 'Pacific/Auckland'"))
        assert str(session.scalar(text("SELECT day FROM mart_spend"))) == "2026-11-03"


def test_articles_show_what_they_cost_in_dollars(warehouse, november, cluster):
    rows = performance(warehouse)
    for partition, cost, unknown in ((cluster[0], "0.015", 0), (cluster[1], "0.02", 1)):
        of_article = [row for row in rows if row["article_partition"] == partition]
        assert float(of_article[0]["article_cost_usd"]) == pytest.approx(float(cost))
        assert float(sum(row["cost_usd_share"] for row in of_article)) == pytest.approx(float(cost))
        assert {row["ai_calls_without_cost"] for row in of_article} == {unknown}


CREDITS_PAGE = Path(__file__).parents[2] / "docs" / "credits.md"


def test_the_queries_for_margin_and_cost_per_article_run(warehouse, november):
    queries = re.findall(r"```sql\n(.+?)```", CREDITS_PAGE.read_text(), re.DOTALL)
    answers = []
    with warehouse.read() as session:
        for query in queries:
            ours = query.replace("account_id = 1", f"account_id = {november.account_id}").rstrip().rstrip(";")
            answers.append([tuple(str(cell) for cell in row) for row in session.execute(text(ours))])
    margin, per_article, by_person = answers
    assert [float(cell) for cell in margin[0][1:]] == pytest.approx([120, 1.2, 0.04, 1.16, 1])
    assert margin[0][0] == "2026-11"
    assert sorted((float(row[2]), float(row[3])) for row in per_article) == [(50, 0.015), (70, 0.02)]
    assert {(row[0], float(row[1])) for row in by_person} == {("maya@cremalane.example", 50), ("automation", 70)}


def documented() -> dict[str, list[str]]:
    """Columns by the view or table that the document describes."""
    columns: dict[str, list[str]] = {}
    described = ""
    for line in DOCUMENT.read_text().splitlines():
        if heading := re.fullmatch(r"#{3,4} `(\w+)`", line):
            described = heading[1]
            assert described not in columns, f"{described} is described twice"
            columns[described] = []
        elif line.startswith("#"):
            described = ""
        elif described and (row := re.fullmatch(r"\| `(\w+)` \| (.+) \|", line)):
            assert row[2].endswith("."), f"{described}.{row[1]} is not described by a sentence"
            columns[described].append(row[1])
    return columns


def test_the_document_describes_every_column_and_no_other(warehouse):
    inspector = inspect(warehouse.engine)
    described = documented()
    assert set(described) == {*METADATA.tables, *VIEWS}
    for name, columns in described.items():
        assert columns == [column["name"] for column in inspector.get_columns(name)], name


def test_the_documents_query_runs(warehouse, place, cluster):
    (query,) = re.findall(r"```sql\n(-- What did each cluster cost.+?)```", DOCUMENT.read_text(), re.DOTALL)
    with warehouse.read() as session:
        rows = session.execute(text(query.replace("account_id = 1", f"account_id = {place.account_id}"))).all()
    assert [tuple(row) for row in rows] == [("crema-lane", "Espresso ratio", 3, 2, 70)]
