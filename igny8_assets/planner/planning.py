"""The planner's steps on a site's rows: cluster the keywords, find ideas, turn the best into tasks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from igny8_assets.planner.cluster_naming import ClusterFacts, describe_cluster, word_casing
from igny8_assets.planner.ideas import (
    Conflict,
    IdeaPlan,
    PageClaim,
    RankedIdea,
    find_conflict,
    plan_idea,
    rank_ideas,
    sector_heads,
)
from igny8_assets.planner.sectors import Sector as SectorSeeds
from igny8_assets.planner.sectors import sector_of_cluster
from igny8_resources.ai.journal import Answered
from igny8_resources.ai.router import digest_of
from igny8_resources.contracts.planner import ClusterBrief, IdeaDraft, KeywordFacts
from igny8_resources.events import append_event
from igny8_resources.platform import Platform
from igny8_resources.requests import Item, add_waiting_items
from igny8_resources.warehouse.store import planner as store
from igny8_resources.warehouse.store.sites import (
    active_sectors,
    require_module,
    site_by_key,
    stage_rule,
    tenant_of,
    voice_of,
)
from igny8_resources.warehouse.tables.ledgers import Request
from igny8_resources.warehouse.tables.planner import Cluster, ContentIdea, Keyword
from igny8_resources.warehouse.tables.tenancy import Sector, Site
from igny8_resources.warehouse.tables.writer import Task
from jobs.names import WRITE_ARTICLE

if TYPE_CHECKING:
    from igny8_assets.planner.cluster_identity import ClusterChanges

TARGET_WORDS = {
    "cluster_hub": 1500,
    "guide_tutorial": 1400,
    "comparison": 1300,
    "top_listicle": 1300,
    "how_to": 1200,
    "review": 1200,
    "question": 1000,
    "product_collection": 900,
    "service_area": 900,
    "service_single": 900,
}
OTHER_TARGET_WORDS = 1000
MOST_SECONDARY_KEYWORDS = 12
# Ideas are made for a few more clusters than articles are wanted, so that some can turn out to compete.
SPARE_IDEAS = 4


@dataclass(frozen=True)
class Clustered:
    """A site's clustering: every cluster, what changed since the last one, and what it was charged as."""

    clusters: list[ClusterFacts]
    changes: "ClusterChanges"
    call: Answered


def cluster_site(parts: Platform, site_key: str) -> Clustered:
    """Cluster all keywords of a site and save the result; ids persist where most of a cluster does.

    Raises:
        LookupError: the site has no keywords.
    """
    from igny8_assets.planner.clustering import cluster_keywords

    with parts.warehouse.read() as session:
        site = site_by_key(session, site_key)
        require_module(session, site, "planner")
        rows = store.keywords_of(session, site.id)
        sectors = active_sectors(session, site.id)
        previous = store.cluster_ids_by_keyword(session, site.id)
    if not rows:
        raise LookupError(f"{site_key} has no keywords yet; import a file: `igny8 import FILE --site {site_key}`")
    texts = [row.text for row in rows]
    clustering = cluster_keywords(
        texts,
        parts.ai.embed(texts),
        intents=[row.intents for row in rows],
        volumes=[row.volume for row in rows],
        previous=previous,
    )
    call = parts.ai.charge(
        tenant_of(site),
        "clustering",
        subject=site_key,
        provider=parts.ai.embedding_provider.name,
        inputs={"keywords": digest_of([(row.market, row.normalized_text) for row in rows])},
    )
    casing = word_casing(texts)
    described: list[ClusterFacts] = []
    values, members = [], {}
    for cluster in clustering.clusters:
        central = sorted(zip(cluster.members, cluster.centrality, strict=True), key=lambda pair: -pair[1])
        facts = describe_cluster(cluster.id, [facts_of(rows[index]) for index, _ in central], casing=casing)
        described.append(facts)
        values.append(_cluster_values(facts, sectors))
        members[cluster.id] = [rows[index].id for index in cluster.members]
    with parts.warehouse.write() as session:
        store.save_clusters(session, site.account_id, site.id, values, members)
        append_event(
            session,
            "clusters.built",
            site_key,
            account_id=site.account_id,
            site_id=site.id,
            payload={"clusters": len(described), "keywords": len(rows)},
        )
    described.sort(key=lambda facts: (-facts.opportunity.total, facts.id))
    return Clustered(described, clustering.changes, call)


def facts_of(row: Keyword) -> KeywordFacts:
    """A keyword's row as rules and briefs know it."""
    return KeywordFacts(text=row.text, volume=row.volume, difficulty=row.difficulty, intents=tuple(row.intents))


def _cluster_values(facts: ClusterFacts, sectors: Sequence[Sector]) -> dict[str, Any]:
    seeds = [SectorSeeds(sector.name, tuple(sector.seed_terms)) for sector in sectors]
    ids = {sector.name: sector.id for sector in sectors}
    return {
        "stable_id": facts.id,
        "sector_id": ids.get(sector_of_cluster(facts.keywords, seeds)) if seeds else None,
        "name": facts.name,
        "head_keyword": facts.head_keyword,
        "keyword_count": len(facts.keywords),
        "volume": facts.total_volume or 0,
        "difficulty": facts.median_difficulty,
        "intent_mix": dict(facts.intent_mix),
        "opportunity": facts.opportunity.total,
    }


@dataclass(frozen=True)
class PlannedIdeas:
    """Ideas that were made now, those that would compete with another page, and the calls that wrote them."""

    made: list[ContentIdea] = field(default_factory=list)
    conflicts: list[tuple[ContentIdea, Conflict]] = field(default_factory=list)
    calls: list[Answered] = field(default_factory=list)


def find_ideas(parts: Platform, site_key: str, request_id: str | None) -> PlannedIdeas:
    """Make ideas for the most promising clusters that have none, as many as are wanted and a few to spare."""
    with parts.warehouse.read() as session:
        site = site_by_key(session, site_key)
        require_module(session, site, "planner")
        voice = voice_of(session, site)
        facts, rows = _described(session, site)
        taken = {idea.cluster_id for idea in store.ideas_of(session, site.id)}
        free = len([idea for idea in store.ideas_of(session, site.id) if idea.status == "new"])
        wanted = _tasks_wanted(session, site, request_id) + SPARE_IDEAS - free
    heads = sector_heads(list(facts.values()), {key: str(rows[key].sector_id) for key in facts})
    open_clusters = [
        (facts[key], plan_idea(facts[key], sector_head=key in heads)) for key in facts if rows[key].id not in taken
    ]
    result = PlannedIdeas()
    for ranked in rank_ideas(open_clusters, limit=max(0, wanted)):
        cluster = ranked.cluster
        written = parts.ai.text(
            tenant_of(site),
            "generate_ideas",
            subject=site_key,
            inputs=ClusterBrief(
                voice=voice,
                cluster_name=cluster.name,
                head_keyword=ranked.plan.target_keyword,
                keywords=cluster.keywords,
                questions=cluster.questions,
                content_type=ranked.plan.content_type,
                content_structure=ranked.plan.content_structure,
            ),
            schema=IdeaDraft,
            operation="ideas",
        )
        result.calls.append(written.call)
        with parts.warehouse.write() as session:
            idea, conflict = _save_idea(session, site, rows[cluster.id], ranked, written.value, written.call)
        result.made.append(idea)
        if conflict:
            result.conflicts.append((idea, conflict))
    return result


def _described(session: Session, site: Site) -> tuple[dict[str, ClusterFacts], dict[str, Cluster]]:
    rows = {row.stable_id: row for row in store.active_clusters(session, site.id)}
    members = store.members_of(session, site.id)
    casing = word_casing([keyword.text for keywords in members.values() for keyword in keywords])
    facts = {
        key: describe_cluster(key, [facts_of(keyword) for keyword in members[row.id]], casing=casing)
        for key, row in rows.items()
        if members.get(row.id)
    }
    return facts, rows


def _save_idea(
    session: Session, site: Site, cluster: Cluster, ranked: RankedIdea, draft: IdeaDraft, call: Answered
) -> tuple[ContentIdea, Conflict | None]:
    existing = store.ideas_of(session, site.id)
    claims = [
        PageClaim(f"“{idea.title}”", "idea", idea.target_keyword, tuple(idea.secondary_keywords))
        for idea in existing
        if idea.status != "conflict" and idea.cluster_id != cluster.id
    ]
    secondary = tuple(draft.secondary_keywords[:MOST_SECONDARY_KEYWORDS])
    conflict = find_conflict(PageClaim(draft.title, "idea", draft.target_keyword, secondary), claims)
    idea = ContentIdea(
        account_id=site.account_id,
        site_id=site.id,
        sector_id=cluster.sector_id,
        cluster_id=cluster.id,
        title=draft.title,
        angle=draft.angle,
        content_type=ranked.plan.content_type,
        content_structure=ranked.plan.content_structure,
        target_keyword=draft.target_keyword,
        secondary_keywords=list(secondary),
        questions=list(draft.questions),
        outline=list(draft.outline),
        reasons=list(ranked.plan.reasons),
        priority=ranked.score,
        provider=call.provider,
        status="conflict" if conflict else "new",
        conflict=f"{conflict.reason}; {conflict.advice}"[:500] if conflict else "",
    )
    session.add(idea)
    session.flush()
    append_event(
        session,
        "idea.created",
        str(idea.id),
        account_id=site.account_id,
        site_id=site.id,
        payload={"title": idea.title, "status": idea.status},
    )
    return idea, conflict


def _tasks_wanted(session: Session, site: Site, request_id: str | None) -> int:
    if request_id is not None:
        asked = int(session.get_one(Request, request_id).payload.get("articles", 0))
        return max(0, asked - len(store.tasks_of_request(session, request_id)))
    rule = stage_rule(session, site.id, "planning")
    return rule.batch_size if rule.enabled and stage_rule(session, site.id, "writing").enabled else 0


def create_tasks(session: Session, site: Site, request_id: str | None) -> list[Task]:
    """Turn the best ideas into tasks, each with the article partition that it mints.

    Returns:
        The tasks made now; a repeat of the same request makes none.
    """
    require_module(session, site, "planner")
    wanted = _tasks_wanted(session, site, request_id)
    facts, rows = _described(session, site)
    by_row = {row.id: key for key, row in rows.items()}
    ideas = {
        (by_row[idea.cluster_id], idea.target_keyword): idea
        for idea in store.ideas_of(session, site.id)
        if idea.status == "new" and idea.cluster_id in by_row
    }
    candidates = [
        (
            facts[key],
            IdeaPlan(idea.content_type, idea.content_structure, target, tuple(idea.reasons)),  # type: ignore[arg-type]
        )
        for (key, target), idea in ideas.items()
        if key in facts
    ]
    tasks = []
    for ranked in rank_ideas(candidates, limit=wanted):
        idea = ideas[ranked.cluster.id, ranked.plan.target_keyword]
        tasks.append(_task_from(session, site, idea, request_id))
        idea.status = "queued"
    if request_id is not None:
        add_waiting_items(session, request_id, [Item(WRITE_ARTICLE, task.partition_key or "") for task in tasks])
    return tasks


def _task_from(session: Session, site: Site, idea: ContentIdea, request_id: str | None) -> Task:
    task = Task(
        account_id=site.account_id,
        site_id=site.id,
        sector_id=idea.sector_id,
        idea_id=idea.id,
        cluster_id=idea.cluster_id,
        request_id=request_id,
        title=idea.title,
        content_type=idea.content_type,
        content_structure=idea.content_structure,
        primary_keyword=idea.target_keyword,
        secondary_keywords=idea.secondary_keywords,
        questions=idea.questions,
        outline=idea.outline,
        target_words=TARGET_WORDS.get(idea.content_structure, OTHER_TARGET_WORDS),
    )
    session.add(task)
    session.flush()
    task.partition_key = f"{site.key}-{task.id}"
    append_event(
        session,
        "task.created",
        task.partition_key,
        account_id=site.account_id,
        site_id=site.id,
        payload={"task_id": task.id, "title": task.title},
    )
    return task
