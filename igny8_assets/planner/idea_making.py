"""Ideas for a site's most promising clusters: chosen by rule, worded by a model, held against one another."""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from igny8_assets.planner.cluster_naming import ClusterFacts
from igny8_assets.planner.cluster_rows import described_clusters, tasks_wanted
from igny8_assets.planner.ideas import (
    Conflict,
    PageClaim,
    find_conflict,
    plan_idea,
    rank_ideas,
    sector_heads,
)
from igny8_resources.ai.journal import Answered
from igny8_resources.contracts.planner import ClusterBrief, IdeaDraft
from igny8_resources.events import append_event
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import planner as store
from igny8_resources.warehouse.store.sites import (
    site_by_key,
    tenant_of,
    voice_of,
)
from igny8_resources.warehouse.tables.planner import Cluster, ContentIdea
from igny8_resources.warehouse.tables.tenancy import Site

MOST_SECONDARY_KEYWORDS = 12
# Ideas are made for a few more clusters than articles are wanted, so that some can turn out to compete.
SPARE_IDEAS = 4
# An idea whose cluster and type are decided and whose words are not written yet.
PLANNED = "planned"


@dataclass(frozen=True)
class PlannedIdeas:
    """Ideas that were made now, those that would compete with another page, and the calls that wrote them."""

    made: list[ContentIdea] = field(default_factory=list)
    conflicts: list[tuple[ContentIdea, Conflict]] = field(default_factory=list)
    calls: list[Answered] = field(default_factory=list)


def find_ideas(parts: Platform, site_key: str, request_id: str | None) -> PlannedIdeas:
    """Make ideas for the most promising clusters that have none, as many as are wanted and a few to spare.

    Which clusters get one is decided and kept before any model is asked: a run that is repeated after a crash goes on with
    the same ideas instead of paying for others.
    """
    with parts.warehouse.write() as session:
        site = site_by_key(session, site_key)
        voice = voice_of(session, site)
        facts, rows = described_clusters(session, site)
        _plan_ideas(session, site, facts, rows, request_id)
        planned = [idea for idea in store.ideas_of(session, site.id) if idea.status == PLANNED]
    by_row = {rows[key].id: facts[key] for key in facts}
    result = PlannedIdeas()
    for idea in sorted(planned, key=lambda each: each.id):
        cluster = by_row[idea.cluster_id]
        written = parts.ai.text(
            tenant_of(site),
            "generate_ideas",
            subject=site_key,
            inputs=ClusterBrief(
                voice=voice,
                cluster_name=cluster.name,
                head_keyword=idea.target_keyword,
                keywords=cluster.keywords,
                questions=cluster.questions,
                content_type=idea.content_type,
                content_structure=idea.content_structure,
            ),
            schema=IdeaDraft,
            operation="ideas",
        )
        result.calls.append(written.call)
        with parts.warehouse.write() as session:
            saved, conflict = _save_idea(session, site, idea.id, written.value, written.call)
        result.made.append(saved)
        if conflict:
            result.conflicts.append((saved, conflict))
    return result


def _plan_ideas(
    session: Session, site: Site, facts: dict[str, ClusterFacts], rows: dict[str, Cluster], request_id: str | None
) -> None:
    """Keep a row for each cluster that is to get an idea now; a planned idea whose cluster is gone is dropped."""
    live = {rows[key].id for key in facts}
    existing = []
    for idea in store.ideas_of(session, site.id):
        if idea.status == PLANNED and idea.cluster_id not in live:
            session.delete(idea)
        else:
            existing.append(idea)
    free = sum(idea.status in {PLANNED, "new"} for idea in existing)
    wanted = tasks_wanted(session, site, request_id) + SPARE_IDEAS - free
    taken = {idea.cluster_id for idea in existing}
    heads = sector_heads(list(facts.values()), {key: str(rows[key].sector_id) for key in facts})
    candidates = [
        (facts[key], plan_idea(facts[key], sector_head=key in heads)) for key in facts if rows[key].id not in taken
    ]
    for ranked in rank_ideas(candidates, limit=max(0, wanted)):
        cluster = rows[ranked.cluster.id]
        session.add(
            ContentIdea(
                account_id=site.account_id,
                site_id=site.id,
                sector_id=cluster.sector_id,
                cluster_id=cluster.id,
                title=cluster.name,
                content_type=ranked.plan.content_type,
                content_structure=ranked.plan.content_structure,
                target_keyword=ranked.plan.target_keyword,
                reasons=list(ranked.plan.reasons),
                priority=ranked.score,
                status=PLANNED,
            )
        )
    session.flush()


def _save_idea(
    session: Session, site: Site, idea_id: int, draft: IdeaDraft, call: Answered
) -> tuple[ContentIdea, Conflict | None]:
    idea = session.get_one(ContentIdea, idea_id)
    claims = [
        PageClaim(f"“{other.title}”", "idea", other.target_keyword, tuple(other.secondary_keywords))
        for other in store.ideas_of(session, site.id)
        if other.status not in {PLANNED, "conflict"} and other.cluster_id != idea.cluster_id
    ]
    secondary = tuple(draft.secondary_keywords[:MOST_SECONDARY_KEYWORDS])
    conflict = find_conflict(PageClaim(draft.title, "idea", draft.target_keyword, secondary), claims)
    idea.title, idea.angle, idea.target_keyword = draft.title, draft.angle, draft.target_keyword
    idea.secondary_keywords, idea.questions, idea.outline = list(secondary), list(draft.questions), list(draft.outline)
    idea.provider = call.provider
    idea.status = "conflict" if conflict else "new"
    idea.conflict = f"{conflict.reason}; {conflict.advice}"[:500] if conflict else ""
    append_event(
        session,
        "idea.created",
        str(idea.id),
        account_id=site.account_id,
        site_id=site.id,
        payload={"title": idea.title, "status": idea.status},
    )
    return idea, conflict
