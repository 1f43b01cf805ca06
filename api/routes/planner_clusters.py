"""Planner: clusters made, changed, merged and split by people, and planning asked for."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from fastapi import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Writer
from api.envelope import Envelope, RowId, refusals
from api.etags import IfMatch, require_match, show_tag
from api.idempotency import Post, once
from api.planning_sites import site_for_planning, site_of
from api.problems import Problem, not_found
from api.routes.planner import cluster_detail
from api.routing import Router
from api.shapes.deleted import DeletedRows
from api.shapes.planner import ClusterDetail
from api.shapes.planner_editing import (
    AutoCluster,
    ClusterChange,
    ClusterKeywordIds,
    MergeCluster,
    NewCluster,
)
from api.shapes.requests import Accepted
from api.submission import IdempotencyKey, Work, require_working, submit
from igny8_resources.requests import Item
from igny8_resources.warehouse.tables.planner import Cluster, Keyword
from igny8_resources.warehouse.tables.tenancy import Site
from jobs.names import PLAN_SITE

router = Router(prefix="/planner", tags=["planner"])


@router.post(
    "/clusters/auto_cluster/",
    status_code=202,
    summary="Ask for planning",
    responses=refusals(400, 401, 403, 404, 409, 413),
)
def plan_site(access: Writer, asked: AutoCluster, key: IdempotencyKey = None) -> Envelope[Accepted]:
    """Load what was handed in, cluster all keywords of the site, map its terms, and look for ideas and opportunities.

    What people decided about clusters stays. No article is begun; up to four ideas are worded for the best clusters.
    """

    def gates(session: Session) -> Work:
        site = site_for_planning(session, asked.site)
        require_working(session, site, "planner")
        if session.scalar(select(Keyword.id).where(Keyword.site_id == site.id).limit(1)) is None:
            raise Problem(409, f"The site {site.key} has no keywords yet; add or import some first.")
        return Work(site, [Item(PLAN_SITE, site.key)])

    return submit(access, key, "plan", {"site_key": asked.site, "articles": 0}, gates)


@router.post("/clusters/", status_code=201, summary="Make a cluster", responses=refusals(400, 401, 403, 404, 409, 413))
def make_cluster(access: Writer, asked: NewCluster, post: Post) -> Envelope[ClusterDetail]:
    """Put keywords into a cluster of their own, wherever they are now, and pin them there."""
    from igny8_assets.planner.clusters.editing import create_cluster

    def make(session: Session) -> Envelope[ClusterDetail]:
        site = site_for_planning(session, asked.site)
        keywords = _keywords(session, site, asked.keyword_ids)
        with _refusing():
            made = create_cluster(session, site, keywords, name=asked.name, by=access.principal.actor)
        session.flush()
        return Envelope(data=cluster_detail(session, made.cluster.id), message="Made.")

    return once(access, post, Envelope[ClusterDetail], make)


@router.patch("/clusters/{id}/", summary="Change a cluster", responses=refusals(400, 401, 403, 404, 409, 413, 428))
def change_cluster(
    access: Writer,
    response: Response,
    id: RowId,  # noqa: A002 - the path's own name
    asked: ClusterChange,
    match: IfMatch = None,
) -> Envelope[ClusterDetail]:
    """Rename a cluster, lock it or open it again; clustering keeps both decisions. Opening it releases pinned keywords."""
    from igny8_assets.planner.clusters.editing import lock_cluster, rename_cluster

    with access.write() as session, _refusing():
        cluster, site = _locked(session, id)
        require_match(match, cluster_detail(session, id))
        sent, by = asked.model_fields_set, access.principal.actor
        if "name" in sent:
            rename_cluster(session, site, cluster.stable_id, asked.name, by=by)
        if "locked" in sent and asked.locked != cluster.locked:
            lock_cluster(session, site, cluster.stable_id, locked=asked.locked, by=by)
        session.flush()
        shown = cluster_detail(session, id)
        show_tag(response, shown)
        return Envelope(data=shown, message="Changed.")


@router.post(
    "/clusters/{id}/add-keywords/",
    summary="Move keywords into a cluster",
    responses=refusals(400, 401, 403, 404, 409, 413),
)
def add_to_cluster(access: Writer, id: RowId, asked: ClusterKeywordIds) -> Envelope[ClusterDetail]:  # noqa: A002 - the path's own name
    """Put keywords into this cluster, wherever they are now, and pin them there."""
    from igny8_assets.planner.clusters.editing import take_keywords

    with access.write() as session, _refusing():
        cluster, site = _locked(session, id)
        keywords = _keywords(session, site, asked.keyword_ids)
        moved = take_keywords(session, site, keywords, cluster, by=access.principal.actor).moved
        return Envelope(data=cluster_detail(session, id), message=f"{moved} moved.")


@router.post(
    "/clusters/{id}/remove-keywords/",
    summary="Take keywords out of a cluster",
    responses=refusals(400, 401, 403, 404, 409, 413),
)
def remove_from_cluster(access: Writer, id: RowId, asked: ClusterKeywordIds) -> Envelope[ClusterDetail]:  # noqa: A002 - the path's own name
    """Take keywords out; the next clustering finds them a place. A cluster that is left empty is retired."""
    from igny8_assets.planner.clusters.editing import release_keywords

    with access.write() as session, _refusing():
        cluster, site = _locked(session, id)
        keywords = _keywords(session, site, asked.keyword_ids)
        release_keywords(session, site, keywords, cluster, by=access.principal.actor)
        return Envelope(data=cluster_detail(session, id), message=f"{len(keywords)} taken out.")


@router.post(
    "/clusters/{id}/split/",
    status_code=201,
    summary="Split a cluster",
    responses=refusals(400, 401, 403, 404, 409, 413),
)
def split_cluster(
    access: Writer,
    id: RowId,  # noqa: A002 - the path's own name
    asked: ClusterKeywordIds,
    post: Post,
) -> Envelope[ClusterDetail]:
    """Give some of its keywords a cluster of their own, which is the answer; those that stay are pinned too."""
    from igny8_assets.planner.clusters.editing import split_off

    def split(session: Session) -> Envelope[ClusterDetail]:
        with _refusing():
            cluster, site = _locked(session, id)
            keywords = _keywords(session, site, asked.keyword_ids)
            made = split_off(session, site, keywords, cluster, by=access.principal.actor)
        session.flush()
        return Envelope(data=cluster_detail(session, made.cluster.id), message="Split.")

    return once(access, post, Envelope[ClusterDetail], split)


@router.post(
    "/clusters/{id}/merge/", summary="Merge a cluster into another", responses=refusals(400, 401, 403, 404, 409, 413)
)
def merge_cluster(access: Writer, id: RowId, asked: MergeCluster) -> Envelope[ClusterDetail]:  # noqa: A002 - the path's own name
    """Empty this cluster into another one, which is the answer; idle ideas follow, and the emptied one is retired."""
    from igny8_assets.planner.clusters.editing import merge_clusters

    with access.write() as session, _refusing():
        source, site = _locked(session, id)
        target, other = _locked(session, asked.into)
        if other.id != site.id:
            raise Problem(409, "These clusters belong to two sites; merge clusters of one.")
        merge_clusters(session, site, source.stable_id, target.stable_id, by=access.principal.actor)
        session.flush()
        return Envelope(data=cluster_detail(session, target.id), message="Merged.")


@router.delete("/clusters/{id}/", summary="Delete a cluster", responses=refusals(400, 401, 403, 404, 409))
def delete_cluster(access: Writer, id: RowId) -> Envelope[DeletedRows]:  # noqa: A002 - the path's own name
    """Retire a cluster: its keywords are in none until the next clustering; ideas that nobody works on are rejected.

    Its row stays, with the status `retired`, because articles refer to it.
    """
    from igny8_assets.planner.clusters.editing import dissolve_cluster

    with access.write() as session, _refusing():
        cluster, site = _locked(session, id)
        dissolve_cluster(session, site, cluster.stable_id, by=access.principal.actor)
    return Envelope(data=DeletedRows(ids=[id]), message="Deleted.")


@contextmanager
def _refusing() -> Iterator[None]:
    """Answer what people may not decide as things stand with 409 and the reason."""
    from igny8_assets.planner.clusters.editing import EditRefused

    try:
        yield
    except EditRefused as refused:
        raise Problem(409, f"{refused}.") from refused


def _locked(session: Session, cluster_id: int) -> tuple[Cluster, Site]:
    cluster = session.scalar(select(Cluster).where(Cluster.id == cluster_id).with_for_update())
    if cluster is None:
        raise not_found("cluster")
    site = site_of(session, cluster.site_id)
    if cluster.status != "active":
        raise Problem(409, f"The cluster {cluster.name} is retired: its keywords are in other clusters now.")
    return cluster, site


def _keywords(session: Session, site: Site, ids: Sequence[int]) -> list[Keyword]:
    wanted = sorted(set(ids))
    found = session.scalars(
        select(Keyword).where(Keyword.site_id == site.id, Keyword.id.in_(wanted)).order_by(Keyword.id)
    ).all()
    there = {keyword.id for keyword in found}
    if missing := [f"{site.key} has no keyword {number}" for number in wanted if number not in there]:
        raise Problem(404, "Some of these keywords do not exist.", {"keyword_ids": missing})
    return list(found)
