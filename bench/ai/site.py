"""A site with as many articles to write as a measurement wants."""

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from igny8_resources.platform import Platform

# fmt: off
SUBJECTS = (
    "espresso machine", "moka pot", "french press", "pour over", "cold brew", "aeropress", "burr grinder", "milk frother",
    "coffee scale", "gooseneck kettle", "coffee beans", "dark roast", "light roast", "decaf coffee", "espresso cup",
    "tamper", "portafilter", "descaler", "paper filter", "chemex", "v60 dripper", "siphon brewer", "percolator",
    "latte art", "flat white", "cappuccino", "cortado", "iced coffee", "nitro coffee", "coffee storage", "water filter",
    "coffee ratio", "brew time", "grind size", "crema", "pre infusion", "steam wand", "knock box", "drip tray",
    "coffee subscription",
)
# fmt: on
QUESTIONS = (
    "how to clean a {}",
    "how to choose a {}",
    "best {} for beginners",
    "{} maintenance",
    "{} mistakes",
    "{} for two people",
    "{} at the office",
    "{} checklist",
    "{} on a budget",
    "{} explained",
    "{} compared",
    "{} troubleshooting",
    "{} while travelling",
    "{} with hard water",
)


def set_up(parts: "Platform", articles: int) -> list[str]:
    """The demonstration's site with so many queued articles; their partitions.

    Raises:
        ValueError: more than there are subjects for.
    """
    from decimal import Decimal

    from sqlalchemy import select

    from cli import demo
    from igny8_resources.credits import move_credits
    from igny8_resources.warehouse.store.sites import create_account, create_site, site_by_key
    from igny8_resources.warehouse.tables.planner import Cluster, ClusterKeyword, ContentIdea, Keyword
    from igny8_resources.warehouse.tables.tenancy import Sector
    from igny8_resources.warehouse.tables.writer import Task

    wanted = list(itertools.islice(((subject, asked) for asked in QUESTIONS for subject in SUBJECTS), articles))
    if len(wanted) < articles:
        raise ValueError(f"{articles} articles are more than {len(wanted)}")
    with parts.warehouse.write() as session:
        account = create_account(session, demo.ACCOUNT_SLUG, "Bench", credits=Decimal(1000))
        create_site(session, account, demo.SITE)
        session.flush()
        move_credits(session, account.id, Decimal(1_000_000), kind="purchase", reference="bench:more")
        site = site_by_key(session, demo.SITE_KEY)
        sector = session.scalars(select(Sector.id).where(Sector.site_id == site.id).limit(1)).one()
        owned = {"account_id": account.id, "site_id": site.id}
        kinds = {"content_type": "post", "content_structure": "how_to"}
        clusters: dict[str, int] = {}
        partitions = []
        for subject, asked in wanted:
            keyword = asked.format(subject)
            if subject not in clusters:
                cluster = Cluster(
                    **owned, stable_id=f"c-{subject}", name=subject, head_keyword=subject, sector_id=sector
                )
                session.add(cluster)
                session.flush()
                clusters[subject] = cluster.id
            row = Keyword(**owned, text=keyword, normalized_text=keyword, volume=100)
            session.add(row)
            session.flush()
            session.add(ClusterKeyword(**owned, cluster_id=clusters[subject], keyword_id=row.id))
            title = keyword.capitalize()
            idea = ContentIdea(
                **owned, **kinds, cluster_id=clusters[subject], title=title, target_keyword=keyword, sector_id=sector
            )
            session.add(idea)
            session.flush()
            task = Task(
                **owned,
                **kinds,
                idea_id=idea.id,
                cluster_id=clusters[subject],
                title=title,
                primary_keyword=keyword,
                sector_id=sector,
                status="queued",
            )
            session.add(task)
            session.flush()
            task.partition_key = f"{site.key}-{task.id}"
            partitions.append(task.partition_key)
    return partitions


def request_articles(parts: "Platform", partitions: list[str], *, mode: str = "live") -> str:
    """Ask for articles as the API does; the request's id."""
    from cli.demo import SITE_KEY
    from igny8_resources.requests import Item, submit_request
    from igny8_resources.warehouse.store.sites import site_by_key
    from jobs.names import WRITE_ARTICLE

    with parts.warehouse.write() as session:
        site = site_by_key(session, SITE_KEY)
        request, _ = submit_request(
            session,
            account_id=site.account_id,
            site_id=site.id,
            kind="content",
            payload={"mode": mode},
            items=[Item(WRITE_ARTICLE, partition) for partition in partitions],
        )
        return request.id
