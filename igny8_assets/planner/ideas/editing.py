"""Decisions of people on ideas: enter one, change it, approve it, turn it down, delete it.

Belongs here: ideas that nobody writes yet. Does not belong here: tasks (``task_making``).
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from igny8_assets.planner.ideas.page_claims import claim_of, gate_of, stop
from igny8_resources.contracts.outlines import contract_for
from igny8_resources.events import append_event
from igny8_resources.warehouse.tables.planner import Cluster, ContentIdea
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Task

BY_HAND = "by_hand"
# Ideas that nobody works on; the others belong to their task.
OPEN = ("new", "conflict", "refresh", "rejected")


class IdeaRefused(ValueError):
    """The decision cannot be carried out; the message says why and what would work."""


def enter_idea(session: Session, site: Site, cluster: Cluster, values: Mapping[str, Any], *, by: str) -> ContentIdea:
    """Add a page that a person wants; one that would compete with another is kept with the reason, as planning does.

    Args:
        session: An open write transaction.
        site: The site.
        cluster: The live cluster whose searchers the page is for.
        values: Columns of the idea: at least title, target keyword, content type and structure.
        by: Who wants it.

    Raises:
        IdeaRefused: the cluster is retired, or has an idea for this target keyword.
        UnsuitableStructure: the content type cannot have this structure.
    """
    if cluster.status != "active":
        raise IdeaRefused(f"cluster {cluster.name} is retired; its keywords are in other clusters now")
    contract_for(values["content_type"], values["content_structure"])
    _refuse_taken(session, cluster.id, values["target_keyword"])
    best = session.scalar(select(func.max(ContentIdea.priority)).where(ContentIdea.site_id == site.id)) or 0.0
    idea = ContentIdea(
        account_id=site.account_id,
        site_id=site.id,
        sector_id=cluster.sector_id,
        cluster_id=cluster.id,
        idea_source=BY_HAND,
        reasons=["a person asked for it"],
        # What a person wants comes before what rules suggest.
        priority=best,
        status="new",
        **values,
    )
    conflict = gate_of(session, site).conflict_of(claim_of(idea), None)
    if conflict:
        stop(idea, conflict)
    session.add(idea)
    session.flush()
    _tell(session, site, idea, "idea.created", by)
    return idea


def change_idea(session: Session, site: Site, idea: ContentIdea, values: Mapping[str, Any], *, by: str) -> None:
    """Change what an idea asks for.

    Raises:
        IdeaRefused: it has a task, or its cluster has an idea for the new target keyword.
        UnsuitableStructure: the content type cannot have this structure.
    """
    _require_open(idea)
    wanted = {"content_type": idea.content_type, "content_structure": idea.content_structure} | dict(values)
    contract_for(wanted["content_type"], wanted["content_structure"])
    target = values.get("target_keyword", idea.target_keyword)
    if target != idea.target_keyword:
        _refuse_taken(session, idea.cluster_id, target)
    for name, value in values.items():
        setattr(idea, name, value)
    session.flush()
    _tell(session, site, idea, "idea.changed", by)


def approve_idea(session: Session, site: Site, idea: ContentIdea, *, by: str) -> bool:
    """Let an idea be written although it was stopped or turned down.

    Returns:
        Whether anything changed: an idea that is new was free already.

    Raises:
        IdeaRefused: it has a task, or is not worded yet.
    """
    _require_open(idea)
    if idea.status == "new":
        return False
    idea.status, idea.conflict, idea.refresh_ref = "new", "", ""
    _tell(session, site, idea, "idea.approved", by)
    return True


def reject_idea(session: Session, site: Site, idea: ContentIdea, *, by: str, reason: str = "") -> bool:
    """Turn an idea down: it is not written, claims no search any more, and planning does not have it again.

    Returns:
        Whether anything changed.

    Raises:
        IdeaRefused: it has a task, or is not worded yet.
    """
    _require_open(idea)
    if idea.status == "rejected":
        return False
    idea.status, idea.conflict, idea.refresh_ref = "rejected", reason, ""
    _tell(session, site, idea, "idea.rejected", by)
    return True


def delete_idea(session: Session, site: Site, idea: ContentIdea, *, by: str) -> None:
    """Forget an idea; planning may have it again.

    Raises:
        IdeaRefused: it has a task, if only a cancelled one, or is not worded yet.
    """
    _require_open(idea)
    if session.scalar(select(Task.id).where(Task.site_id == site.id, Task.idea_id == idea.id)) is not None:
        raise IdeaRefused(f"“{idea.title}” had a task, whose partition refers to it; reject the idea instead")
    _tell(session, site, idea, "idea.deleted", by)
    session.delete(idea)


def _require_open(idea: ContentIdea) -> None:
    if idea.status not in OPEN:
        has = "is being worded" if idea.status == "planned" else "has a task; change the task instead"
        raise IdeaRefused(f"“{idea.title}” is {idea.status}: it {has}")


def _refuse_taken(session: Session, cluster_id: int, target_keyword: str) -> None:
    taken = session.scalar(
        select(ContentIdea.title).where(
            ContentIdea.cluster_id == cluster_id, ContentIdea.target_keyword == target_keyword
        )
    )
    if taken is not None:
        raise IdeaRefused(f"the idea “{taken}” of this cluster has the target keyword {target_keyword!r} already")


def _tell(session: Session, site: Site, idea: ContentIdea, kind: str, by: str) -> None:
    append_event(
        session,
        kind,
        str(idea.id),
        account_id=site.account_id,
        site_id=site.id,
        payload={"title": idea.title, "status": idea.status},
        actor=by,
    )
