"""A site with as many keywords and articles as a measurement asks for, made by PostgreSQL itself.

Figures are spread as in real lists: most keywords are searched little, half of them are in a cluster of ten. The rows' ids
count from 1, so that a measurement knows them.
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, cast, func, insert, literal, select, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Connection

    from igny8_resources.warehouse.engine import Warehouse
    from igny8_resources.warehouse.tables.columns import Table

EMAIL, PASSWORD = "owner@bench.example", "long enough to be one"
SITE = "bench-site"
KEYWORDS_A_CLUSTER = 10
PARAGRAPHS = 40
REQUESTS = 100
PIECES_A_REQUEST = 20


def set_up(warehouse: "Warehouse") -> None:
    """One account with its owner and a site, and requests for work at every stage."""
    from igny8_resources.requests import Item, report_progress, submit_request
    from igny8_resources.warehouse.store.people import NewUser, add_user
    from igny8_resources.warehouse.store.sites import SectorPlan, SitePlan, create_account, create_site
    from jobs.names import WRITE_ARTICLE

    with warehouse.write() as session:
        account = create_account(session, "bench", "Bench", credits=Decimal(0))
        plan = SitePlan(SITE, "Bench", "https://bench.example", "everything", sectors=(SectorPlan("All of it"),))
        site = create_site(session, account, plan)
        session.flush()
        add_user(session, NewUser(EMAIL, PASSWORD, "bench"))
        for number in range(REQUESTS):
            pieces = [Item(WRITE_ARTICLE, f"{SITE}-{number}-{piece}") for piece in range(PIECES_A_REQUEST)]
            submit_request(
                session, account_id=account.id, site_id=site.id, kind="content", payload={"task_ids": []}, items=pieces
            )
            for piece in pieces[: number % PIECES_A_REQUEST]:
                report_progress(session, piece.partition, WRITE_ARTICLE, "AI_CALL", "writing the article")


def request_ids(warehouse: "Warehouse") -> list[str]:
    """The requests that ``set_up`` made."""
    from igny8_resources.warehouse.tables.ledgers import Request

    with warehouse.read() as session:
        return list(session.scalars(select(Request.id).order_by(Request.id)))


def grow(warehouse: "Warehouse", *, keywords: tuple[int, int], articles: tuple[int, int]) -> None:
    """Add keywords and articles: from how many there are to how many there shall be."""
    with warehouse.engine.begin() as connection:
        # What is made here refers to what is there; a check a reference for millions of them takes minutes.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        _add_keywords(connection, *keywords)
        _add_articles(connection, *articles)
    with warehouse.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _numbers(have: int, want: int) -> "ColumnElement[int]":
    return func.generate_series(have + 1, want).column_valued("number")


def _spread(number: "ColumnElement[int]", kinds: int) -> "ColumnElement[int]":
    """One of so many, in no order that follows the number."""
    return func.abs(func.hashtext(cast(number, String)) % kinds)


def _add(connection: "Connection", table: type["Table"], columns: "Mapping[str, Any]") -> None:
    values = {"account_id": literal(1), "site_id": literal(1), **columns}
    connection.execute(insert(table).from_select(list(values), select(*values.values())))


def _add_keywords(connection: "Connection", have: int, want: int) -> None:
    from igny8_resources.warehouse.tables.planner import Cluster, ClusterKeyword, Keyword

    number = _numbers(have, want)
    words = func.concat("keyword ", number, " ", func.substr(func.md5(cast(number, String)), 1, 8))
    keywords = {
        "id": number,
        "sector_id": literal(1),
        "text": words,
        "normalized_text": words,
        # 10 to 200,000; one in a thousand is unknown.
        "volume": func.nullif(func.floor(10 * func.power(1.01, _spread(number, 1000))), 10),
        "volume_kind": literal("exact"),
        "difficulty": _spread(number, 100),
        "status": func.split_part("new,active,active,active,inactive", ",", _spread(number, 5) + 1),
        "source": literal("bench"),
    }
    _add(connection, Keyword, keywords)
    size = 2 * KEYWORDS_A_CLUSTER
    number = _numbers(have // size, want // size)
    name = func.concat("cluster ", number)
    clusters = {
        "id": number,
        "stable_id": name,
        "name": name,
        "head_keyword": name,
        "opportunity": _spread(number, 100),
    }
    _add(connection, Cluster, clusters)
    number = _numbers(have // 2, want // 2)
    members = {"id": number, "cluster_id": (number - 1) // KEYWORDS_A_CLUSTER + 1, "keyword_id": number * 2}
    _add(connection, ClusterKeyword, members)


def _add_articles(connection: "Connection", have: int, want: int) -> None:
    from igny8_resources.warehouse.tables.planner import ContentIdea
    from igny8_resources.warehouse.tables.writer import Content, Task

    number = _numbers(have, want)
    title = func.concat("Article ", number)
    kinds = {"content_type": literal("post"), "content_structure": literal("how_to")}
    common = {"id": number, "cluster_id": literal(1), "title": title, **kinds}
    _add(
        connection,
        ContentIdea,
        {**common, "target_keyword": title, "status": literal("queued"), "priority": _spread(number, 1000)},
    )
    status = func.split_part("draft,review,review,published,published,published", ",", _spread(number, 6) + 1)
    task = {"idea_id": number, "primary_keyword": title, "partition_key": func.concat(f"{SITE}-", number)}
    _add(connection, Task, {**common, **task, "status": status})
    article = {
        "task_id": number,
        "slug": func.concat("article-", number),
        "html": func.repeat("<p>Grind finer when the shot runs fast.</p>", PARAGRAPHS),
        "word_count": _spread(number, 2000),
        "checks_passed": _spread(number, 2) == 0,
        "updated_at": func.now() - number * text("interval '1 second'"),
    }
    _add(connection, Content, {**common, **article, "status": status})
