"""Finding a site's opportunities in its rows, keeping them, and acting on a person's decision."""

from dataclasses import asdict, dataclass, field

from sqlalchemy.orm import Session

from igny8_assets.planner.ideas.cannibalisation import PageClaim
from igny8_assets.planner.ideas.page_claims import phrase_likeness
from igny8_assets.planner.opportunities.finding import Finding, Ranking, cannibalising, gaps, orphans, quick_wins
from igny8_assets.sites.addresses import article_path
from igny8_resources.events import append_event
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import opportunities as store
from igny8_resources.warehouse.store.ideas import live_pages
from igny8_resources.warehouse.store.sites import require_module, site_by_key
from igny8_resources.warehouse.tables.opportunities import Opportunity
from igny8_resources.warehouse.tables.tenancy import Site

NO_METRICS = "decaying pages need search metrics over time, which are not imported yet"


class DecisionRefused(Exception):
    """An opportunity cannot be decided on as asked; the message says why."""


@dataclass(frozen=True)
class FoundOpportunities:
    """What was found now, what became of what was known, and what could not be looked for and why."""

    findings: list[Finding]
    counts: dict[str, int]
    skipped: list[str] = field(default_factory=list)


def find_opportunities(parts: Platform, site_key: str) -> FoundOpportunities:
    """Look for gaps, quick wins, cannibalisation and orphans, and keep what is found.

    A kind whose facts are missing is left as it is: no positions, no link graph.

    Raises:
        UnknownSite: there is none of this key.
        ModuleDisabled: the site's planner is switched off.
    """
    with parts.warehouse.read() as session:
        site = site_by_key(session, site_key)
        require_module(session, site, "planner")
        rankings = [
            Ranking(
                query=row.text,
                domain=row.domain,
                position=row.position or 0.0,
                is_own=row.is_own,
                url=row.url,
                market=row.market,
                volume=row.volume,
                difficulty=row.difficulty,
            )
            for row in store.positions_of(session, site.id)
        ]
        covered = store.clusters_by_query(session, site.id)
        pages = live_pages(session, site.id)
        linked = store.linked_paths(session, site.id)
    likeness = phrase_likeness(parts, site)
    claims = [PageClaim(page.ref, "page", page.primary_keyword, page.secondary_keywords) for page in pages]
    if likeness:
        likeness.learn([claim.target_keyword for claim in claims])
    kinds, findings, skipped = ["cannibalisation"], cannibalising(claims, likeness), [NO_METRICS]
    if any(not row.is_own for row in rankings):
        kinds.append("gap")
        findings += gaps(rankings, covered)
    else:
        skipped.append("gaps need a competitor's position export: `igny8 import FILE --competitor`")
    if any(row.is_own for row in rankings):
        kinds.append("quick_win")
        findings += quick_wins(rankings)
    else:
        skipped.append("quick wins need the site's own positions: import them from a rank tracker or Search Console")
    if linked is not None:
        kinds.append("orphan")
        findings += orphans([(page.ref, article_path(page.slug), page.title) for page in pages], linked)
    elif pages:
        skipped.append("orphans need the link graph: build the site first")
    with parts.warehouse.write() as session:
        counts = store.save_opportunities(
            session, site.account_id, site.id, kinds, [_values(finding) for finding in findings]
        )
        append_event(
            session,
            "opportunities.found",
            site_key,
            account_id=site.account_id,
            site_id=site.id,
            payload=counts,
        )
    return FoundOpportunities(findings, counts, skipped)


def _values(finding: Finding) -> dict[str, object]:
    return {**asdict(finding), "subject": finding.subject[:500], "title": finding.title[:500]}


def accept(session: Session, site: Site, number: int, *, by: str) -> tuple[Opportunity, str]:
    """Accept an opportunity; a gap's query becomes a keyword of the site.

    Returns:
        The opportunity and what follows from it, for the person who decided.

    Raises:
        UnknownOpportunity: the site has none of this number.
        DecisionRefused: it was accepted before.
    """
    row = store.opportunity_by_id(session, site.id, number)
    if row.status == "accepted":
        raise DecisionRefused(f"opportunity {number} is accepted already")
    row.status = "accepted"
    follows = row.advice
    if row.kind == "gap":
        position = next(
            each
            for each in store.positions_of(session, site.id)
            if not each.is_own and row.subject in {each.normalized_text, f"{each.market}: {each.normalized_text}"}
        )
        if store.add_keyword(session, position, source="opportunity"):
            follows = f"{position.text!r} is a keyword of the site now; the next planning puts it into a cluster"
        else:
            follows = f"{position.text!r} is a keyword of the site already"
    _told(session, site, row, by)
    return row, follows


def dismiss(session: Session, site: Site, number: int, *, by: str) -> Opportunity:
    """Put an opportunity aside; it is not shown again, however often it is found.

    Raises:
        UnknownOpportunity: the site has none of this number.
    """
    row = store.opportunity_by_id(session, site.id, number)
    row.status = "dismissed"
    _told(session, site, row, by)
    return row


def _told(session: Session, site: Site, row: Opportunity, by: str) -> None:
    append_event(
        session,
        "opportunity.decided",
        str(row.id),
        account_id=site.account_id,
        site_id=site.id,
        payload={"kind": row.kind, "title": row.title, "status": row.status, "by": by},
    )
