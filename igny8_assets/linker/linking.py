"""Links of one article on a site's rows: outward to what exists, inward from what is already there."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from igny8_assets.linker.candidates import (
    LinkCandidate,
    LinkingArticle,
    LinkRules,
    SectionText,
    SitePage,
    find_candidates,
    inbound_sources,
    sections_of,
)
from igny8_assets.linker.inbound import inbound_patch, most_listed
from igny8_assets.linker.injection import InternalLinkFact, inject_links
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


_READ_AT_ONCE = 200
_MOST_READ = 4096  # articles, some 30 kB each


class ArticleFacts(NamedTuple):
    """An article without its text; ``updated_at`` (UTC) tells whether the text may be another than before."""

    id: int
    slug: str
    title: str
    primary_keyword: str
    secondary_keywords: list[str]
    cluster_id: int
    content_type: str
    status: str
    version: int
    created_at: datetime
    updated_at: datetime
    has_text: bool


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
    # All of them, in one order and this article among them: two articles linked at the same time must not wait for each other.
    # Of the others no text is read here: it would be all texts of the site for each of its articles.
    locked = session.execute(
        select(*(getattr(Content, name) for name in ArticleFacts._fields[:-1]), (Content.html != "").label("has_text"))
        .where(Content.site_id == site.id)
        .order_by(Content.id)
        .with_for_update(key_share=True)
    )
    others = [ArticleFacts(*row) for row in locked if row.id != content.id]
    session.refresh(content)
    pages = {other.id: _page(other) for other in others}
    hub = _hub_of(session, content)
    candidates = find_candidates(_linking(content, content.draft), [*pages.values(), hub])
    result = inject_links(with_pictures(session, content), _reachable(candidates, others, content))
    html, inbound_here = _reapplied(session, content, result.html, result.links, pages)
    if content.html != html:
        content.html = html
    _save_links(session, content, result.links, OUTBOUND, {page.path: id_ for id_, page in pages.items()})
    _drop_superseded(session, content, {link.target for link in result.links}, inbound_here)
    inward = _link_from_others(session, site, content, others)
    return LinkedArticle(result.links, inward, tuple((skip.target, skip.reason) for skip in result.skipped))


def _page(content: Content | ArticleFacts) -> SitePage:
    return SitePage(
        path=article_path(content.slug),
        title=content.title,
        primary_keyword=content.primary_keyword,
        secondary_keywords=tuple(content.secondary_keywords),
        cluster_id=content.cluster_id,
        is_hub=content.content_type == "cluster_hub",
        live=content.status == "published",
    )


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


def _linking(content: Content | ArticleFacts, draft: dict[str, Any]) -> LinkingArticle:
    return LinkingArticle(
        path=article_path(content.slug),
        title=content.title,
        keywords=(content.primary_keyword, *content.secondary_keywords),
        cluster_id=content.cluster_id,
        is_hub=content.content_type == "cluster_hub",
        sections=_sections(json.dumps(draft, ensure_ascii=False)),
    )


_read: dict[int, tuple[ArticleFacts, LinkingArticle]] = {}


def _reading(session: Session, articles: Sequence[ArticleFacts]) -> list[LinkingArticle]:
    """The texts of articles. Each new article is weighed against all of its site: those that did not change are read once."""
    read = {each.id: known[1] for each in articles if (known := _read.get(each.id)) is not None and known[0] == each}
    changed = {each.id: each for each in articles if each.id not in read}
    wanted = list(changed)
    for start in range(0, len(wanted), _READ_AT_ONCE):
        ids = wanted[start : start + _READ_AT_ONCE]
        for id_, draft in session.execute(select(Content.id, Content.draft).where(Content.id.in_(ids))):
            read[id_] = _linking(changed[id_], draft)
    if len(_read) + len(changed) > _MOST_READ:
        # Those of other sites go; of a site with more articles than this, the first ones stay known.
        for id_ in _read.keys() - read.keys():
            _read.pop(id_, None)
    for id_, facts in changed.items():
        if id_ in _read or len(_read) < _MOST_READ:
            _read[id_] = facts, read[id_]
    return [read[each.id] for each in articles]


# A link from another article changes that row and not its text.
@lru_cache(maxsize=256)
def _sections(draft: str) -> tuple[SectionText, ...]:
    return sections_of(ArticleDraft.model_validate_json(draft))


def _reachable(
    candidates: Sequence[LinkCandidate], others: Sequence[ArticleFacts], content: Content
) -> list[LinkCandidate]:
    """Leave out articles that failed their checks: they may never go live."""
    blocked = {article_path(other.slug) for other in others if other.status == "draft" and other.id != content.id}
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
        patch = inbound_patch(html, _page(content), page)
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
    session: Session, site: Site, content: Content, others: Sequence[ArticleFacts]
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
    for source in inbound_sources(_page(content), _reading(session, list(linkable.values()))):
        if len(made) >= wanted:
            break
        other = session.get_one(Content, linkable[source.path].id, populate_existing=True)
        patch = inbound_patch(other.html, _page(other), _page(content))
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
