"""The queries that a site's pages and ideas want to win, read from its rows, and the gate that they make."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from igny8_assets.planner.ideas.cannibalisation import (
    Conflict,
    Likeness,
    PageClaim,
    PhraseLikeness,
    QueryOwner,
    find_conflict,
)
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import ideas as idea_store
from igny8_resources.warehouse.store import planner as store
from igny8_resources.warehouse.store.sites import tenant_of
from igny8_resources.warehouse.tables.planner import ContentIdea
from igny8_resources.warehouse.tables.tenancy import Site

# Ideas of these kinds claim nothing: not worded yet, stopped at the gate, or turned down by a person.
NO_CLAIM = frozenset({"planned", "conflict", "refresh", "rejected"})


@dataclass(frozen=True)
class Gate:
    """All claims of a site at one moment; ``owner_of`` are its pages that rank, by normalised query."""

    claims: list[PageClaim]
    owner_of: dict[str, QueryOwner]

    def conflict_of(self, idea: PageClaim, likeness: Likeness | None) -> Conflict | None:
        """What an idea would compete with; None when it is free."""
        return find_conflict(idea, self.claims, likeness=likeness, owner_of=self.owner_of)


def gate_of(session: Session, site: Site, *, but: int | None = None) -> Gate:
    """The claims of everything that a site has published or means to write, but for one idea."""
    pages = idea_store.live_pages(session, site.id)
    claims = [
        PageClaim(page.ref, "page", page.primary_keyword, page.secondary_keywords)
        for page in pages
        if page.idea_id != but
    ]
    published = {page.idea_id for page in pages}
    claims += [
        claim_of(other)
        for other in store.ideas_of(session, site.id)
        if other.id != but and other.id not in published and other.status not in NO_CLAIM
    ]
    owner_of: dict[str, QueryOwner] = {}
    for row in idea_store.own_positions(session, site.id):
        owner_of.setdefault(row.normalized_text, QueryOwner(row.url or row.domain, row.position))
    return Gate(claims, owner_of)


def claim_of(idea: ContentIdea) -> PageClaim:
    """What an idea wants to win."""
    return PageClaim(f"“{idea.title}”", "idea", idea.target_keyword, tuple(idea.secondary_keywords))


def phrase_likeness(parts: Platform, site: Site) -> PhraseLikeness | None:
    """Meaning of phrases as the site's embeddings have it; None where vectors of two calls cannot be compared.

    To be asked outside a write transaction: vectors are kept in the warehouse.
    """
    if not parts.ai.embedding_provider.space:
        return None
    tenant = tenant_of(site)
    return PhraseLikeness(lambda texts: parts.ai.embed(texts, tenant))


def stop(idea: ContentIdea, conflict: Conflict) -> None:
    """Write down that an idea competes: a page is to be refreshed instead, another idea takes its keywords."""
    if conflict.claim.kind == "page":
        idea.status, idea.refresh_ref = "refresh", conflict.claim.ref[:500]
    else:
        idea.status = "conflict"
    idea.conflict = f"{conflict.reason}; {conflict.advice}"[:500]
