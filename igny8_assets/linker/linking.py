"""Links of one article on a site's rows: outward to what exists, inward from what is already there."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from igny8_assets.linker.candidates import LinkCandidate, LinkRules, SitePage, find_candidates, inbound_sources
from igny8_assets.linker.inbound import inbound_patch, most_listed
from igny8_assets.linker.injection import InternalLinkFact, inject_links
from igny8_assets.linker.site_reading import SiteArticles, linking_article, page_of
from igny8_assets.page_pictures import site_picture
from igny8_assets.sites.addresses import article_path, hub_path
from igny8_assets.writer.article_html import PlacedImage, render_article
from igny8_resources.contracts.writer import ArticleDraft
from igny8_resources.events import append_event
from igny8_resources.warehouse.store import writer as store
from igny8_resources.warehouse.store.sources import citable_sources
from igny8_resources.warehouse.tables.planner import Cluster
from igny8_resources.warehouse.tables.publishing import InternalLink
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Content, Task

# Two ways in are enough for a new page not to be an orphan; more would rewrite old articles for every new one.
INBOUND_LINKS = 2
INBOUND = "inbound"
OUTBOUND = "outbound"


@dataclass(frozen=True)
class LinkedArticle:
    """What was linked: out of the article, into it, and the candidates that found no place."""

    outbound: tuple[InternalLinkFact, ...]
    inbound: tuple[tuple[str, InternalLinkFact], ...]
    skipped: tuple[tuple[str, str], ...]


def set_links(session: Session, content: Content, site: Site) -> LinkedArticle:
    """Render an article with its pictures and links, and give it links from older articles.

    Doing it again gives the same links; links that others put into this article stay.
    """
    others = SiteArticles(session, site.id, without=content.id)
    session.refresh(content)
    hub = _hub_of(session, content)
    candidates = find_candidates(linking_article(content, content.draft), [*others.pages.values(), hub])
    result = inject_links(with_pictures(session, content), _reachable(candidates, others))
    html, inbound_here = _reapplied(session, content, result.html, result.links, others.pages)
    if content.html != html:
        content.html = html
    _save_links(session, content, result.links, OUTBOUND, {page.path: id_ for id_, page in others.pages.items()})
    _drop_superseded(session, content, {link.target for link in result.links}, inbound_here)
    inward = _link_from_others(session, site, content, others)
    return LinkedArticle(result.links, inward, tuple((skip.target, skip.reason) for skip in result.skipped))


def _hub_of(session: Session, content: Content) -> SitePage:
    from igny8_assets.site_topics import topic_slug

    cluster = session.get_one(Cluster, content.cluster_id)
    return SitePage(
        path=hub_path(topic_slug(cluster.name, cluster.stable_id)),
        title=cluster.name,
        primary_keyword=cluster.head_keyword,
        cluster_id=cluster.id,
        is_hub=True,
    )


def _reachable(candidates: Sequence[LinkCandidate], others: SiteArticles) -> list[LinkCandidate]:
    """Leave out articles that failed their checks: they may never go live."""
    blocked = {article_path(other.slug) for other in others if other.status == "draft"}
    return [candidate for candidate in candidates if candidate.target not in blocked]


def with_pictures(session: Session, content: Content) -> str:
    """An article's HTML with its pictures, as links are put into it."""
    placed = []
    for image in store.images_of(session, content.id):
        if image.section_index is None or image.status != "ready":
            continue
        picture = site_picture(
            content.slug, image.position, image.section_index, image.alt_text, image.caption, image.variants
        )
        placed.append(
            PlacedImage(
                section_index=image.section_index,
                src=f"/{picture.fallback.path}",
                srcset=picture.srcset,
                alt=image.alt_text,
                caption=image.caption,
                width=picture.fallback.width,
                height=picture.fallback.height,
            )
        )
    draft = ArticleDraft.model_validate(content.draft)
    return render_article(draft, placed, sources=citable_sources(session, content.task_id))


def _reapplied(
    session: Session, content: Content, html: str, own: Sequence[InternalLinkFact], pages: dict[int, SitePage]
) -> tuple[str, set[str]]:
    """Put the links back that others had set in this article; rendering it anew has lost them."""
    kept: set[str] = set()
    targets = {link.target for link in own}
    rows = session.scalars(
        select(InternalLink)
        .where(
            InternalLink.source_content_id == content.id,
            InternalLink.link_type == INBOUND,
            InternalLink.status == "applied",
        )
        .order_by(InternalLink.id)
    )
    for row in rows:
        page = pages.get(row.target_content_id or 0)
        if page is None or row.target_path in targets:
            continue
        patch = inbound_patch(html, page_of(content), page)
        if patch is not None:
            html = patch.html
            kept.add(row.target_path)
    return html, kept


def _drop_superseded(session: Session, content: Content, own: set[str], inbound_here: set[str]) -> None:
    rows = session.scalars(select(InternalLink).where(InternalLink.source_content_id == content.id))
    for row in rows:
        wanted = inbound_here if row.link_type == INBOUND else own
        if row.target_path not in wanted:
            session.delete(row)
    session.flush()


def _save_links(
    session: Session, source: Content, links: Sequence[InternalLinkFact], link_type: str, targets: dict[str, int]
) -> None:
    known = {
        row.target_path: row
        for row in session.scalars(select(InternalLink).where(InternalLink.source_content_id == source.id))
    }
    for link in links:
        row = known.get(link.target)
        if row is None:
            row = InternalLink(
                account_id=source.account_id,
                site_id=source.site_id,
                source_content_id=source.id,
                target_path=link.target,
            )
            session.add(row)
        row.target_content_id = targets.get(link.target)
        row.anchor, row.position, row.link_id = link.anchor, link.position, link.link_id
        row.link_type, row.status = link_type, "applied"
    session.flush()


def _link_from_others(
    session: Session, site: Site, content: Content, others: SiteArticles
) -> tuple[tuple[str, InternalLinkFact], ...]:
    """Give the article links from older ones, so that no page goes live as an orphan."""
    path = article_path(content.slug)
    already = session.scalars(
        select(InternalLink.id).where(InternalLink.site_id == site.id, InternalLink.target_path == path)
    ).all()
    wanted = INBOUND_LINKS - len(already)
    made: list[tuple[str, InternalLinkFact]] = []
    if wanted <= 0:
        return ()
    # Pages that fit many others have full lists soon: they are passed over without being read.
    listed = (
        select(InternalLink.source_content_id, func.count())
        .join(Content, Content.id == InternalLink.source_content_id)
        .where(Content.site_id == site.id, InternalLink.position == "related")
    )
    counts = dict(session.execute(listed.group_by(InternalLink.source_content_id)).tuples().all())
    linkable = {
        article_path(other.slug): other
        for other in others
        if other.has_text and other.status != "draft" and counts.get(other.id, 0) < most_listed(LinkRules())
    }
    for source in inbound_sources(page_of(content), others.read(list(linkable.values()))):
        if len(made) >= wanted:
            break
        other = session.get_one(Content, linkable[source.path].id, populate_existing=True)
        patch = inbound_patch(other.html, page_of(other), page_of(content))
        if patch is None:
            continue
        other.html = patch.html
        _save_links(session, other, [patch.link], INBOUND, {path: content.id})
        made.append((source.path, patch.link))
        if other.status == "published":
            partition = session.scalar(select(Task.partition_key).where(Task.id == other.task_id))
            append_event(
                session,
                "article.relinked",
                partition or "",
                account_id=site.account_id,
                site_id=site.id,
                payload={"content_id": other.id, "to": path},
            )
    return tuple(made)
