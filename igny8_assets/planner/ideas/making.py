"""Ideas for a site's most promising clusters and terms: chosen by rule, held against one another, worded by a model."""

from dataclasses import asdict, dataclass, field

from sqlalchemy.orm import Session

from igny8_assets.planner.clusters.naming import ClusterFacts
from igny8_assets.planner.clusters.rows import described_clusters, tasks_wanted
from igny8_assets.planner.ideas.cannibalisation import Conflict, Likeness, PageClaim
from igny8_assets.planner.ideas.composing import IdeaPlan, pillar_heads, plan_idea, rank_ideas, sector_heads
from igny8_assets.planner.ideas.links import Destination, link_targets
from igny8_assets.planner.ideas.page_claims import claim_of, gate_of, phrase_likeness, stop
from igny8_assets.planner.ideas.term_ideas import Term, most_useful, plan_term_idea, term_title
from igny8_assets.planner.keywords.text import topic_stems
from igny8_resources.ai.calls import Answered
from igny8_resources.contracts.planner import ClusterBrief, IdeaDraft
from igny8_resources.events import append_event
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import clusters as cluster_store
from igny8_resources.warehouse.store import ideas as idea_store
from igny8_resources.warehouse.store import planner as store
from igny8_resources.warehouse.store.sites import active_sectors, site_by_key, tenant_of, voice_of
from igny8_resources.warehouse.store.taxonomies import terms_to_write
from igny8_resources.warehouse.tables.planner import Cluster, ContentIdea
from igny8_resources.warehouse.tables.tenancy import Site

MOST_SECONDARY_KEYWORDS = 12
# Ideas are made for a few more clusters than articles are wanted, so that some can turn out to compete.
SPARE_IDEAS = 4
# So many candidates may turn out to compete before the search for free ones ends.
MOST_STOPPED = 30
# An idea whose cluster and type are decided and whose words are not written yet.
PLANNED = "planned"


@dataclass(frozen=True)
class PlannedIdeas:
    """Ideas that were made now, those that would compete with another page, and the calls that wrote them."""

    made: list[ContentIdea] = field(default_factory=list)
    conflicts: list[tuple[ContentIdea, Conflict]] = field(default_factory=list)
    calls: list[Answered] = field(default_factory=list)


@dataclass(frozen=True)
class _Planned:
    """A page to plan: its cluster, what it should be, and the term that it belongs to, if any."""

    cluster: ClusterFacts
    plan: IdeaPlan
    score: float
    term: Term | None


def find_ideas(parts: Platform, site_key: str, request_id: str | None) -> PlannedIdeas:
    """Make ideas for the most promising clusters that have none, as many as are wanted and a few to spare.

    Which clusters get one is decided and kept before any model is asked: a run that is repeated after a crash goes on with
    the same ideas instead of paying for others. An idea whose query is taken is stopped before it costs a call, and held
    against the others once more with the words that the model gave it.
    """
    result = PlannedIdeas()
    with parts.warehouse.read() as session:
        site = site_by_key(session, site_key)
        voice = voice_of(session, site)
        facts, rows = described_clusters(session, site)
        planned = _choose(session, site, facts, rows, request_id)
    likeness = phrase_likeness(parts, site)
    _keep(parts, site, rows, planned, likeness, result)
    by_row = {rows[key].id: facts[key] for key in facts}
    with parts.warehouse.read() as session:
        waiting = [idea for idea in store.ideas_of(session, site.id) if idea.status == PLANNED]
    for idea in sorted(waiting, key=lambda each: each.id):
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
        _save_draft(parts, site, idea.id, written.value, written.call, likeness, result)
    with parts.warehouse.write() as session:
        _link(session, site, {idea.id: idea for idea in result.made})
    return result


def _choose(
    session: Session, site: Site, facts: dict[str, ClusterFacts], rows: dict[str, Cluster], request_id: str | None
) -> tuple[int, list[_Planned]]:
    """How many ideas are wanted, and the candidates for them, best first."""
    live = {rows[key].id for key in facts}
    existing = [idea for idea in store.ideas_of(session, site.id) if idea.status != PLANNED or idea.cluster_id in live]
    free = sum(idea.status in {PLANNED, "new"} for idea in existing)
    wanted = max(0, tasks_wanted(session, site, request_id) + SPARE_IDEAS - free)
    if not wanted:
        return 0, []
    key_of = {rows[key].id: key for key in facts}
    terms = {
        row.id: (key_of[row.mapped_cluster_id or 0], Term(row.id, row.external_taxonomy, row.name, row.post_count))
        for row in terms_to_write(session, site.id)
        if row.mapped_cluster_id in key_of
    }
    hubs = _hubs(session, site, facts, rows)
    had = {(idea.cluster_id, idea.target_keyword) for idea in existing}
    candidates: list[tuple[ClusterFacts, IdeaPlan]] = []
    term_of: dict[tuple[str, str], Term] = {}
    for term in most_useful([term for _, term in terms.values()]):
        key = terms[term.id][0]
        plan = plan_term_idea(term, facts[key])
        if (rows[key].id, plan.target_keyword) not in had and (key, plan.target_keyword) not in term_of:
            term_of[key, plan.target_keyword] = term
            candidates.append((facts[key], plan))
    taken = {idea.cluster_id for idea in existing} | {rows[key].id for key, _ in term_of}
    candidates += [
        (facts[key], plan_idea(facts[key], hub_of=hubs.get(key, ""))) for key in facts if rows[key].id not in taken
    ]
    ranked = rank_ideas(candidates, limit=wanted + MOST_STOPPED)
    return wanted, [
        _Planned(each.cluster, each.plan, each.score, term_of.get((each.cluster.id, each.plan.target_keyword)))
        for each in ranked
    ]


def _hubs(session: Session, site: Site, facts: dict[str, ClusterFacts], rows: dict[str, Cluster]) -> dict[str, str]:
    """What each cluster that deserves a hub is the head of; by sector where the site has no pillars."""
    listed = list(facts.values())
    pillars = {pillar.id: f"pillar {pillar.name}" for pillar in cluster_store.pillars_of(session, site.id)}
    group_of = {key: pillars[rows[key].pillar_id or 0] for key in facts if rows[key].pillar_id in pillars}
    if group_of:
        return {key: group_of[key] for key in pillar_heads(listed, group_of)}
    return dict.fromkeys(sector_heads(listed, {key: str(rows[key].sector_id) for key in facts}), "its sector")


def _keep(
    parts: Platform,
    site: Site,
    rows: dict[str, Cluster],
    planned: tuple[int, list[_Planned]],
    likeness: Likeness | None,
    result: PlannedIdeas,
) -> None:
    """Keep a row for each page to be worded now and for each that is stopped on the way there.

    A planned idea whose cluster is gone is dropped.
    """
    wanted, candidates = planned
    with parts.warehouse.read() as session:
        gate = gate_of(session, site)
        waiting = [claim_of(idea) for idea in store.ideas_of(session, site.id) if idea.status == PLANNED]
    gate.claims.extend(waiting)
    judged: list[tuple[_Planned, Conflict | None]] = []
    free = 0
    for each in candidates:
        if free >= wanted:
            break
        claim = PageClaim(f"“{each.cluster.name}”", "idea", each.plan.target_keyword)
        conflict = gate.conflict_of(claim, likeness)
        judged.append((each, conflict))
        if conflict is None:
            free += 1
            gate.claims.append(claim)
    live = {row.id for row in rows.values()}
    with parts.warehouse.write() as session:
        for idea in store.ideas_of(session, site.id):
            if idea.status == PLANNED and idea.cluster_id not in live:
                session.delete(idea)
        for each, conflict in judged:
            idea = _row_of(site, rows[each.cluster.id], each)
            session.add(idea)
            if conflict:
                stop(idea, conflict)
                session.flush()
                _told(session, site, idea)
                result.made.append(idea)
                result.conflicts.append((idea, conflict))


def _row_of(site: Site, cluster: Cluster, planned: _Planned) -> ContentIdea:
    return ContentIdea(
        account_id=site.account_id,
        site_id=site.id,
        sector_id=cluster.sector_id,
        cluster_id=cluster.id,
        taxonomy_term_id=planned.term.id if planned.term else None,
        title=term_title(planned.term) if planned.term else cluster.name,
        content_type=planned.plan.content_type,
        content_structure=planned.plan.content_structure,
        target_keyword=planned.plan.target_keyword,
        reasons=list(planned.plan.reasons),
        priority=planned.score,
        status=PLANNED,
    )


def _save_draft(
    parts: Platform,
    site: Site,
    idea_id: int,
    draft: IdeaDraft,
    call: Answered,
    likeness: Likeness | None,
    result: PlannedIdeas,
) -> None:
    secondary = tuple(draft.secondary_keywords[:MOST_SECONDARY_KEYWORDS])
    with parts.warehouse.read() as session:
        gate = gate_of(session, site, but=idea_id)
    conflict = gate.conflict_of(PageClaim(draft.title, "idea", draft.target_keyword, secondary), likeness)
    with parts.warehouse.write() as session:
        idea = session.get_one(ContentIdea, idea_id)
        if idea.taxonomy_term_id is None:
            idea.title = draft.title
        if not store.has_idea(session, site.id, idea.cluster_id, draft.target_keyword):
            idea.target_keyword = draft.target_keyword
        idea.angle = draft.angle
        idea.secondary_keywords, idea.questions = list(secondary), list(draft.questions)
        idea.outline, idea.provider, idea.status = list(draft.outline), call.provider, "new"
        if conflict:
            stop(idea, conflict)
            result.conflicts.append((idea, conflict))
        _told(session, site, idea)
    result.made.append(idea)


def _told(session: Session, site: Site, idea: ContentIdea) -> None:
    append_event(
        session,
        "idea.created",
        str(idea.id),
        account_id=site.account_id,
        site_id=site.id,
        payload={"title": idea.title, "status": idea.status},
    )


def _link(session: Session, site: Site, made: dict[int, ContentIdea]) -> None:
    """Plan the internal links of every idea that has no task yet; ideas made later become targets of earlier ones.

    A run that made nothing links only what has no links yet: repeating it leaves the others as they are.
    """
    pages = {page.idea_id: page for page in idea_store.live_pages(session, site.id)}
    partitions = idea_store.task_partitions(session, site.id)
    ideas = [idea for idea in store.ideas_of(session, site.id) if idea.status in {"new", "queued"}]
    places = {}
    for idea in ideas:
        page = pages.get(idea.id)
        ref = page.ref if page else partitions.get(idea.id, f"idea:{idea.id}")
        is_hub = idea.content_type == "cluster_hub"
        about = topic_stems(idea.target_keyword)
        places[idea.id] = Destination(ref, idea.title, idea.cluster_id, is_hub, page is not None, idea.priority, about)
    group_of = _groups(session, site)
    shared = idea_store.cluster_links(session, site.id)
    for idea in ideas:
        if idea.status != "new" or (idea.link_targets and not made):
            continue
        found = link_targets(places[idea.id], list(places.values()), group_of, shared.get(idea.cluster_id, {}))
        targets = [asdict(target) for target in found]
        if idea.link_targets != targets:
            idea.link_targets = targets
        if idea.id in made:
            made[idea.id].link_targets = targets


def _groups(session: Session, site: Site) -> dict[int, str]:
    """The name of the pillar of each cluster, or of its sector where it has no pillar."""
    pillars = {pillar.id: pillar.name for pillar in cluster_store.pillars_of(session, site.id)}
    sectors = {sector.id: sector.name for sector in active_sectors(session, site.id)}
    groups = {}
    for cluster in cluster_store.active_clusters(session, site.id):
        name = pillars.get(cluster.pillar_id or 0) or sectors.get(cluster.sector_id or 0)
        if name:
            groups[cluster.id] = name
    return groups
