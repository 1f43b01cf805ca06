"""Rows to begin with: an account with credits, its site, clusters with keywords, articles."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.sites import SectorPlan, SitePlan, create_account, create_site
from igny8_resources.warehouse.tables.automation import STAGES
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.planner import Cluster, ClusterKeyword, ContentIdea, Keyword
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Content, Task

FIRST_CREDITS = Decimal(1000)


@dataclass(frozen=True)
class Place:
    """A site by its ids; what most functions want to know."""

    account_id: int
    site_id: int
    key: str

    @property
    def owned(self) -> dict[str, Any]:
        return {"account_id": self.account_id, "site_id": self.site_id}


def site_plan(**changes: Any) -> SitePlan:
    """Crema Lane, with every stage switched on."""
    plan: dict[str, Any] = {
        "key": "crema-lane",
        "name": "Crema Lane",
        "base_url": "https://cremalane.example",
        "niche": "home coffee brewing",
        "sectors": (SectorPlan("Espresso"), SectorPlan("Filter coffee & beans")),
        "author_name": "Maya Lindqvist",
        "enabled_stages": STAGES,
    }
    return SitePlan(**{**plan, **changes})


def make_place(warehouse: Warehouse, *, credits: Decimal = FIRST_CREDITS, slug: str = "crema", **changes: Any) -> Place:
    """An account that holds 1,000 credits, and its site."""
    with warehouse.write() as session:
        account = create_account(session, slug, slug.title(), credits=credits)
        site = create_site(session, account, site_plan(**changes))
        session.flush()
        return Place(account.id, site.id, site.key)


def add_cluster(session: Session, place: Place, name: str, keywords: list[str]) -> int:
    """A cluster of keywords; each is searched 100 times a month."""
    cluster = Cluster(**place.owned, stable_id=f"c-{name}", name=name, head_keyword=keywords[0])
    cluster.keyword_count = len(keywords)
    session.add(cluster)
    session.flush()
    for text in keywords:
        keyword = Keyword(**place.owned, text=text, normalized_text=text.lower(), volume=100)
        session.add(keyword)
        session.flush()
        session.add(ClusterKeyword(**place.owned, cluster_id=cluster.id, keyword_id=keyword.id))
    return cluster.id


def add_article(
    session: Session, place: Place, status: str, *, cluster_id: int | None = None, keyword: str = "espresso ratio"
) -> tuple[str, int]:
    """A task and, unless it is queued, its article; returns the partition key and the content's id (0: not written)."""
    kinds = {"content_type": "post", "content_structure": "how_to"}
    if cluster_id is None:
        cluster_id = add_cluster(session, place, keyword, [keyword])
    idea = ContentIdea(**place.owned, **kinds, cluster_id=cluster_id, title=keyword.title(), target_keyword=keyword)
    session.add(idea)
    session.flush()
    task = Task(
        **place.owned, **kinds, idea_id=idea.id, cluster_id=cluster_id, title=idea.title, primary_keyword=keyword
    )
    task.status = status
    session.add(task)
    session.flush()
    task.partition_key = f"{place.key}-{task.id}"
    if status == "queued":
        return task.partition_key, 0
    content = Content(
        **place.owned,
        **kinds,
        task_id=task.id,
        cluster_id=cluster_id,
        title=task.title,
        slug=f"article-{task.id}",
        primary_keyword=keyword,
        word_count=900,
        status=status,
    )
    if status == "published":
        content.published_at, content.url = utc_now(), f"https://cremalane.example/article-{task.id}/"
    session.add(content)
    session.flush()
    return task.partition_key, content.id


def site_of(session: Session, place: Place) -> Site:
    return session.get_one(Site, place.site_id)
