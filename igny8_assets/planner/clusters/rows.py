"""Clusters as rules see them, read from a site's rows and written back, and how many articles are wanted of them."""

from typing import Any

from sqlalchemy.orm import Session

from igny8_assets.planner.clusters.naming import ClusterFacts, describe_cluster, word_casing
from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.warehouse.store import clusters
from igny8_resources.warehouse.store import planner as store
from igny8_resources.warehouse.store.sites import (
    stage_rule,
)
from igny8_resources.warehouse.tables.ledgers import Request
from igny8_resources.warehouse.tables.planner import Cluster, Keyword
from igny8_resources.warehouse.tables.tenancy import Site


def facts_of(row: Keyword) -> KeywordFacts:
    """A keyword's row as rules and briefs know it."""
    return KeywordFacts(
        text=row.text,
        volume=row.volume,
        difficulty=row.difficulty,
        intents=tuple(row.intents),
        serp_features=tuple(row.serp_features),
    )


def cluster_values(facts: ClusterFacts) -> dict[str, Any]:
    """What a cluster's row says of it, by column."""
    score = facts.opportunity
    return {
        "stable_id": facts.id,
        "name": facts.name,
        "head_keyword": facts.head_keyword,
        "keyword_count": len(facts.keywords),
        "volume": facts.total_volume or 0,
        "difficulty": facts.median_difficulty,
        "intent_mix": dict(facts.intent_mix),
        "opportunity": score.total,
        "opportunity_terms": {
            "demand": score.demand,
            "ease": score.ease,
            "value": score.value,
            "breadth": score.breadth,
        },
    }


def described_clusters(session: Session, site: Site) -> tuple[dict[str, ClusterFacts], dict[str, Cluster]]:
    """A site's live clusters by stable id: what rules know of each, and its row."""
    rows = {row.stable_id: row for row in clusters.active_clusters(session, site.id)}
    members = clusters.members_of(session, site.id)
    casing = word_casing([keyword.text for keywords in members.values() for keyword in keywords])
    facts = {
        key: describe_cluster(key, [facts_of(keyword) for keyword in members[row.id]], casing=casing)
        for key, row in rows.items()
        if members.get(row.id)
    }
    return facts, rows


def tasks_wanted(session: Session, site: Site, request_id: str | None) -> int:
    """How many articles are still to be started: those a request asks for, else the planning stage's batch."""
    if request_id is not None:
        asked = int(session.get_one(Request, request_id).payload.get("articles", 0))
        return max(0, asked - len(store.tasks_of_request(session, request_id)))
    rule = stage_rule(session, site.id, "planning")
    return rule.batch_size if rule.enabled and stage_rule(session, site.id, "writing").enabled else 0
