"""Texts for taxonomy terms that a person chose: the idea and the task of each, made at once.

Belongs here: terms named one by one. Does not belong here: which terms planning takes by itself (``making``).
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_assets.planner.clusters.naming import describe_cluster
from igny8_assets.planner.clusters.rows import facts_of
from igny8_assets.planner.ideas.task_making import queue_ideas
from igny8_assets.planner.ideas.term_ideas import Term, plan_term_idea, term_title
from igny8_resources.warehouse.tables.planner import Cluster, ClusterKeyword, ContentIdea, Keyword
from igny8_resources.warehouse.tables.taxonomies import TaxonomyTerm
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Task

WRITABLE = ("queued", "failed", "draft", "review")


class TermsNotReady(ValueError):
    """Terms whose pages cannot be written now, by id with the reason."""

    def __init__(self, reasons: Mapping[int, str]) -> None:
        super().__init__("; ".join(f"term {number} {reason}" for number, reason in reasons.items()))
        self.reasons = reasons


def tasks_of_terms(session: Session, site: Site, terms: Sequence[TaxonomyTerm], *, by: str) -> list[Task]:
    """The task of each term's page, made where there is none yet; all or none.

    Raises:
        TermsNotReady: a term stands for no live cluster, its page was rejected, competes, or is past writing.
    """
    reasons: dict[int, str] = {}
    tasks = []
    for term in terms:
        found = _task_of(session, site, term, by)
        if isinstance(found, str):
            reasons[term.id] = found
        else:
            tasks.append(found)
    if reasons:
        raise TermsNotReady(reasons)
    return tasks


def _task_of(session: Session, site: Site, term: TaxonomyTerm, by: str) -> Task | str:
    idea = session.scalar(
        select(ContentIdea)
        .where(ContentIdea.site_id == site.id, ContentIdea.taxonomy_term_id == term.id)
        .order_by(ContentIdea.id.desc())
        .limit(1)
    )
    if idea is None:
        made = _idea_of(session, site, term)
        if isinstance(made, str):
            return made
        idea = made
    if idea.status == "new":
        return queue_ideas(session, site, [idea], by=by)[0]
    task = session.scalar(select(Task).where(Task.site_id == site.id, Task.idea_id == idea.id))
    if task is None:
        return f"has the idea “{idea.title}”, which is {idea.status}"
    return task if task.status in WRITABLE else f"has a page that is {task.status}"


def _idea_of(session: Session, site: Site, term: TaxonomyTerm) -> ContentIdea | str:
    cluster = session.scalar(select(Cluster).where(Cluster.id == term.mapped_cluster_id, Cluster.status == "active"))
    if cluster is None or term.mapping_status != "mapped":
        return "stands for no cluster yet; map it first"
    keywords = session.scalars(
        select(Keyword)
        .join(ClusterKeyword, ClusterKeyword.keyword_id == Keyword.id)
        .where(ClusterKeyword.cluster_id == cluster.id)
        .order_by(ClusterKeyword.centrality.desc(), Keyword.normalized_text)
    ).all()
    known = Term(term.id, term.external_taxonomy, term.name, term.post_count)
    plan = plan_term_idea(known, describe_cluster(cluster.stable_id, [facts_of(keyword) for keyword in keywords]))
    taken = session.scalar(
        select(ContentIdea.title).where(
            ContentIdea.cluster_id == cluster.id, ContentIdea.target_keyword == plan.target_keyword
        )
    )
    if taken is not None:
        return f"would compete with the idea “{taken}” for {plan.target_keyword!r}"
    idea = ContentIdea(
        account_id=site.account_id,
        site_id=site.id,
        sector_id=cluster.sector_id,
        cluster_id=cluster.id,
        taxonomy_term_id=term.id,
        title=term_title(known),
        content_type=plan.content_type,
        content_structure=plan.content_structure,
        target_keyword=plan.target_keyword,
        secondary_keywords=[keyword.text for keyword in keywords if keyword.text != plan.target_keyword][:12],
        reasons=list(plan.reasons),
        idea_source="taxonomy_term",
        status="new",
    )
    session.add(idea)
    session.flush()
    return idea
