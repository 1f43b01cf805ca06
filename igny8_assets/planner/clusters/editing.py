"""Decisions of people on clusters: make, move, merge, split, rename, lock, empty. The next clustering keeps every one of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from igny8_assets.planner.clusters.identity import founder_text, mint_id
from igny8_assets.planner.clusters.naming import describe_cluster
from igny8_assets.planner.clusters.rows import cluster_values, facts_of
from igny8_resources.contracts.vocabulary import PLANNED_KEYWORDS
from igny8_resources.events import append_event
from igny8_resources.warehouse.tables.planner import Cluster, ClusterKeyword, ContentIdea, Keyword, Pillar
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.word_stems import normalise

# Ideas that nobody works on yet follow their keywords into another cluster.
_IDLE_IDEAS = ("planned", "new", "conflict", "refresh")


class EditRefused(ValueError):
    """The decision cannot be carried out; the message says why and what would work."""


@dataclass(frozen=True)
class Edited:
    """What a decision changed: the cluster that it is about now, and how many keywords moved."""

    cluster: Cluster
    moved: int = 0


def move_keywords(session: Session, site: Site, texts: Sequence[str], target: str, *, by: str) -> Edited:
    """Put keywords into a cluster and pin them there.

    A keyword that the site has in several markets moves in the target's market, or in all of them when the target has
    none.

    Raises:
        EditRefused: no such cluster, or no such keyword.
    """
    cluster = cluster_by_id(session, site, target)
    return take_keywords(session, site, _keywords(session, site, texts, market=cluster.market), cluster, by=by)


def take_keywords(session: Session, site: Site, keywords: Sequence[Keyword], cluster: Cluster, *, by: str) -> Edited:
    """Put these keywords of a site into a live cluster and pin them there."""
    _refuse_set_aside(keywords)
    moved = _pin(session, site, [keyword.id for keyword in keywords], cluster)
    _record(session, site, cluster, "moved", by, {"keywords": [keyword.text for keyword in keywords]})
    return Edited(cluster, moved)


def release_keywords(session: Session, site: Site, keywords: Sequence[Keyword], cluster: Cluster, *, by: str) -> Edited:
    """Take keywords out of a cluster; they are in none until the next clustering finds them a place.

    Raises:
        EditRefused: a keyword is not in the cluster.
    """
    ids = [keyword.id for keyword in keywords]
    links = session.scalars(
        select(ClusterKeyword).where(ClusterKeyword.cluster_id == cluster.id, ClusterKeyword.keyword_id.in_(ids))
    ).all()
    if missing := set(ids) - {link.keyword_id for link in links}:
        texts = [keyword.text for keyword in keywords if keyword.id in missing]
        raise EditRefused(f"{cluster.name} does not hold {', '.join(map(repr, texts))}")
    for link in links:
        session.delete(link)
    session.flush()
    measure_clusters(session, [cluster.id])
    _record(session, site, cluster, "released", by, {"keywords": [keyword.text for keyword in keywords]})
    return Edited(cluster, len(links))


def create_cluster(session: Session, site: Site, keywords: Sequence[Keyword], *, name: str, by: str) -> Edited:
    """A cluster of its own for these keywords, wherever they are now; ``name`` may be empty for its head keyword's.

    Raises:
        EditRefused: no keyword, one that is set aside, or a name longer than 200 characters.
    """
    if not keywords:
        raise EditRefused("a cluster needs at least one keyword")
    _refuse_set_aside(keywords)
    new = _founded(session, site, keywords, sector_id=keywords[0].sector_id, pillar_id=None)
    moved = _pin(session, site, [keyword.id for keyword in keywords], new)
    if name:
        rename_cluster(session, site, new.stable_id, name, by=by)
    _record(session, site, new, "created", by, {"keywords": [keyword.text for keyword in keywords]})
    return Edited(new, moved)


def dissolve_cluster(session: Session, site: Site, stable_id: str, *, by: str) -> Edited:
    """Retire a cluster: its keywords are in none until the next clustering, and ideas that nobody works on are rejected.

    Raises:
        EditRefused: no such cluster, or it is locked.
    """
    cluster = cluster_by_id(session, site, stable_id)
    if cluster.locked:
        raise EditRefused(f"{cluster.name} is locked; unlock it first")
    links = session.scalars(select(ClusterKeyword).where(ClusterKeyword.cluster_id == cluster.id)).all()
    for link in links:
        session.delete(link)
    session.flush()
    measure_clusters(session, [cluster.id])
    session.execute(
        update(ContentIdea)
        .where(ContentIdea.cluster_id == cluster.id, ContentIdea.status.in_(_IDLE_IDEAS))
        .values(status="rejected", conflict="its cluster was deleted")
    )
    _record(session, site, cluster, "dissolved", by, {"keywords": len(links)})
    return Edited(cluster, len(links))


def merge_clusters(session: Session, site: Site, source: str, target: str, *, by: str) -> Edited:
    """Empty one cluster into another; the emptied one is retired and its idle ideas follow.

    Raises:
        EditRefused: no such cluster, or one cluster named twice.
    """
    if source == target:
        raise EditRefused(f"{source} cannot be merged with itself; name two clusters")
    emptied, kept = cluster_by_id(session, site, source), cluster_by_id(session, site, target)
    members = _member_ids(session, emptied)
    moved = _pin(session, site, members, kept)
    taken = set(session.scalars(select(ContentIdea.target_keyword).where(ContentIdea.cluster_id == kept.id)))
    for idea in session.scalars(
        select(ContentIdea).where(ContentIdea.cluster_id == emptied.id, ContentIdea.status.in_(_IDLE_IDEAS))
    ):
        if idea.target_keyword not in taken:
            idea.cluster_id = kept.id
    _record(session, site, kept, "merged", by, {"source": source})
    return Edited(kept, moved)


def split_cluster(session: Session, site: Site, source: str, texts: Sequence[str], *, by: str) -> Edited:
    """Give some keywords of a cluster one of their own; what stays behind is pinned too, so that they do not reunite.

    Raises:
        EditRefused: no such cluster, a keyword that is not in it, or nothing would be left of it.
    """
    old = cluster_by_id(session, site, source)
    members = _member_ids(session, old)
    keywords = [keyword for keyword in _keywords(session, site, texts, market=old.market) if keyword.id in members]
    if missing := {normalise(text) for text in texts} - {keyword.normalized_text for keyword in keywords}:
        raise EditRefused(f"{old.name} ({source}) does not hold {', '.join(map(repr, sorted(missing)))}")
    return split_off(session, site, keywords, old, by=by)


def split_off(session: Session, site: Site, keywords: Sequence[Keyword], old: Cluster, *, by: str) -> Edited:
    """Give these keywords of a live cluster one of their own; see ``split_cluster``.

    Raises:
        EditRefused: a keyword that is not in it, or nothing would be left of it.
    """
    members = _member_ids(session, old)
    chosen = {keyword.id for keyword in keywords}
    if strangers := [keyword.text for keyword in keywords if keyword.id not in members]:
        raise EditRefused(f"{old.name} ({old.stable_id}) does not hold {', '.join(map(repr, strangers))}")
    if not keywords:
        raise EditRefused("name at least one keyword")
    if len(chosen) == len(members):
        raise EditRefused(f"nothing would be left of {old.name} ({old.stable_id}); rename it instead")
    new = _founded(session, site, keywords, sector_id=old.sector_id, pillar_id=old.pillar_id, market=old.market)
    moved = _pin(session, site, sorted(chosen), new)
    _pin(session, site, [member for member in members if member not in chosen], old)
    _record(session, site, new, "split", by, {"source": old.stable_id})
    return Edited(new, moved)


def _founded(
    session: Session,
    site: Site,
    keywords: Sequence[Keyword],
    *,
    sector_id: int | None,
    pillar_id: int | None,
    market: str | None = None,
) -> Cluster:
    """A new cluster, named after the most searched of the keywords that it will have."""
    taken = set(session.scalars(select(Cluster.stable_id).where(Cluster.site_id == site.id)))
    head = max(keywords, key=lambda keyword: (keyword.volume or 0, keyword.normalized_text))
    new = Cluster(
        account_id=site.account_id,
        site_id=site.id,
        sector_id=sector_id,
        pillar_id=pillar_id,
        market=head.market if market is None else market,
        stable_id=mint_id(founder_text((head.market, head.normalized_text)), taken),
        name=head.text[:200],
        head_keyword=head.text,
        status="active",
    )
    session.add(new)
    session.flush()
    return new


def _refuse_set_aside(keywords: Sequence[Keyword]) -> None:
    if aside := [keyword.text for keyword in keywords if keyword.status not in PLANNED_KEYWORDS]:
        raise EditRefused(f"{', '.join(map(repr, aside))}: set aside; a cluster holds new and active keywords only")


def rename_cluster(session: Session, site: Site, stable_id: str, name: str, *, by: str) -> Edited:
    """Give a cluster a name that no clustering changes.

    Raises:
        EditRefused: no such cluster, or a name that is empty or longer than 200 characters.
    """
    cluster = cluster_by_id(session, site, stable_id)
    plain = " ".join(name.split())
    if not 0 < len(plain) <= 200:
        raise EditRefused(f"a name has 1 to 200 characters, this one has {len(plain)}")
    before, cluster.name, cluster.renamed = cluster.name, plain, True
    _record(session, site, cluster, "renamed", by, {"before": before})
    return Edited(cluster)


def lock_cluster(session: Session, site: Site, stable_id: str, *, locked: bool, by: str) -> Edited:
    """Keep a cluster exactly as it is, or let clustering have it back; unlocking releases its pinned keywords too.

    Raises:
        EditRefused: no such cluster.
    """
    cluster = cluster_by_id(session, site, stable_id)
    cluster.locked = locked
    if not locked:
        session.execute(
            update(ClusterKeyword)
            .where(ClusterKeyword.cluster_id == cluster.id, ClusterKeyword.site_id == site.id)
            .values(pinned=False)
        )
    _record(session, site, cluster, "locked" if locked else "unlocked", by, {})
    return Edited(cluster)


def cluster_by_id(session: Session, site: Site, stable_id: str) -> Cluster:
    """A live cluster of a site.

    Raises:
        EditRefused: the site has no such cluster, or it is retired.
    """
    cluster = session.scalar(select(Cluster).where(Cluster.site_id == site.id, Cluster.stable_id == stable_id))
    if cluster is None:
        raise EditRefused(
            f"{site.key} has no cluster {stable_id!r}; `igny8 clusters list --site {site.key}` names them"
        )
    if cluster.status != "active":
        raise EditRefused(f"cluster {stable_id} ({cluster.name}) is retired: its keywords are in other clusters now")
    return cluster


def _keywords(session: Session, site: Site, texts: Sequence[str], *, market: str) -> list[Keyword]:
    wanted = {normalise(text): text for text in texts}
    if not wanted:
        raise EditRefused("name at least one keyword")
    found = list(
        session.scalars(
            select(Keyword)
            .where(Keyword.site_id == site.id, Keyword.normalized_text.in_(wanted))
            .order_by(Keyword.normalized_text, Keyword.market)
        )
    )
    if market:
        found = [keyword for keyword in found if keyword.market == market] or found
    if missing := wanted.keys() - {keyword.normalized_text for keyword in found}:
        raise EditRefused(f"{site.key} has no keyword {', '.join(repr(wanted[text]) for text in sorted(missing))}")
    return found


def _member_ids(session: Session, cluster: Cluster) -> list[int]:
    return list(
        session.scalars(
            select(ClusterKeyword.keyword_id)
            .where(ClusterKeyword.cluster_id == cluster.id)
            .order_by(ClusterKeyword.keyword_id)
        )
    )


def _pin(session: Session, site: Site, keyword_ids: Sequence[int], target: Cluster) -> int:
    """Put keywords into ``target`` for good; clusters that gave or took are measured anew. Returns how many moved."""
    rows = list(
        session.scalars(
            select(ClusterKeyword).where(
                ClusterKeyword.site_id == site.id, ClusterKeyword.keyword_id.in_(list(keyword_ids))
            )
        )
    )
    loose = set(keyword_ids) - {row.keyword_id for row in rows}
    touched = {row.cluster_id for row in rows} | {target.id}
    moved = len(loose) + sum(row.cluster_id != target.id for row in rows)
    for row in rows:
        row.cluster_id, row.pinned = target.id, True
    session.add_all(
        ClusterKeyword(
            account_id=site.account_id, site_id=site.id, cluster_id=target.id, keyword_id=keyword_id, pinned=True
        )
        for keyword_id in sorted(loose)
    )
    session.flush()
    measure_clusters(session, touched)
    return moved


def measure_clusters(session: Session, cluster_ids: Iterable[int]) -> None:
    """Bring the figures of clusters up to date; one without a keyword is retired, and so is a pillar without a cluster."""
    pillars: set[int] = set()
    for cluster_id in sorted(cluster_ids):
        cluster = session.get_one(Cluster, cluster_id)
        keywords = session.scalars(
            select(Keyword)
            .join(ClusterKeyword, ClusterKeyword.keyword_id == Keyword.id)
            .where(ClusterKeyword.cluster_id == cluster_id)
            .order_by(ClusterKeyword.centrality.desc(), Keyword.normalized_text)
        ).all()
        if cluster.pillar_id is not None:
            pillars.add(cluster.pillar_id)
        if not keywords:
            cluster.status, cluster.keyword_count, cluster.locked, cluster.pillar_id = "retired", 0, False, None
            continue
        values = cluster_values(describe_cluster(cluster.stable_id, [facts_of(keyword) for keyword in keywords]))
        for name, value in values.items():
            if name != "name" or not cluster.renamed:
                setattr(cluster, name, value)
    session.flush()
    for pillar_id in sorted(pillars):
        pillar = session.get_one(Pillar, pillar_id)
        own = session.scalars(select(Cluster).where(Cluster.pillar_id == pillar_id, Cluster.status == "active")).all()
        pillar.cluster_count = len(own)
        pillar.keyword_count = sum(cluster.keyword_count for cluster in own)
        pillar.volume = sum(cluster.volume for cluster in own)
        if not own:
            pillar.status = "retired"


def _record(session: Session, site: Site, cluster: Cluster, what: str, by: str, facts: dict[str, object]) -> None:
    append_event(
        session,
        f"cluster.{what}",
        cluster.stable_id,
        account_id=site.account_id,
        site_id=site.id,
        payload={"cluster": cluster.stable_id, "name": cluster.name, **facts},
        actor=by,
    )
