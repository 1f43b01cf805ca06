"""Publication on the built-in static site: a page document placed in the media store, exactly once per content."""

import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_assets.publishing.page_document import PageDocument, PageLink, PagePicture, PageVariant
from igny8_resources.contracts.writer import ArticleDraft
from igny8_resources.effects import Confirmed, EffectPlan, perform_once
from igny8_resources.media import MediaStore
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import writer as store
from igny8_resources.warehouse.store.sites import author_of, tenant_of
from igny8_resources.warehouse.tables.planner import Cluster
from igny8_resources.warehouse.tables.publishing import InternalLink
from igny8_resources.warehouse.tables.tenancy import Sector, Site
from igny8_resources.warehouse.tables.writer import Content

DESTINATION = "static"


def document_key(site: Site, slug: str) -> str:
    """Where a page's document lives in the media store."""
    return f"{tenant_of(site).media_prefix}/pages/{slug}.json"


def page_document(session: Session, content: Content, site: Site, *, now: datetime) -> PageDocument:
    """An article's rows as the document to publish."""
    cluster = session.get_one(Cluster, content.cluster_id)
    sector = session.get(Sector, content.sector_id) if content.sector_id else None
    author = author_of(session, site, content.author_id)
    links = session.scalars(
        select(InternalLink)
        .where(InternalLink.source_content_id == content.id, InternalLink.status == "applied")
        .order_by(InternalLink.target_path)
    )
    return PageDocument(
        slug=content.slug,
        title=content.title,
        meta_title=content.meta_title,
        meta_description=content.meta_description,
        html=content.html,
        draft=ArticleDraft.model_validate(content.draft),
        content_type=content.content_type,
        content_structure=content.content_structure,
        primary_keyword=content.primary_keyword,
        keywords=(content.primary_keyword, *content.secondary_keywords),
        word_count=content.word_count,
        language=(author.language if author else "") or site.language,
        author_name=author.name if author else "",
        sector_slug=sector.slug if sector else "",
        cluster_id=cluster.stable_id,
        cluster_name=cluster.name,
        provider=content.provider,
        pictures=tuple(
            PagePicture(
                position=image.position,
                section_index=image.section_index,
                alt=image.alt_text,
                caption=image.caption,
                variants=tuple(
                    PageVariant(
                        key=variant["key"],
                        width=variant["width"],
                        height=variant["height"],
                        media_type=variant["media_type"],
                    )
                    for variant in image.variants
                ),
            )
            for image in store.images_of(session, content.id)
            if image.status == "ready"
        ),
        links=tuple(PageLink(link_id=row.link_id, target_path=row.target_path, anchor=row.anchor) for row in links),
        version=content.version,
        published_at=content.published_at or now,
        modified_at=now,
    )


def publish(parts: Platform, site: Site, partition: str, document: PageDocument) -> Confirmed:
    """Place the document; whatever happens in between, it is placed once per content and never lost."""
    key, digest = document_key(site, document.slug), document.content_hash()

    def act() -> str:
        parts.media.put(key, document.to_bytes(), "application/json")
        return document.slug

    def read_back() -> str | None:
        live = read_document(parts.media, key)
        return live.slug if live is not None and live.content_hash() == digest else None

    plan = EffectPlan(
        account_id=site.account_id,
        site_id=site.id,
        kind="publish_page",
        target=f"{DESTINATION}:{site.key}",
        # Versioned, so that going back to an earlier text is a publication of its own.
        subject=f"{partition}@v{document.version}",
        content_hash=digest,
        detail={"media_key": key, "slug": document.slug},
    )
    return perform_once(parts.warehouse, plan, act=act, read_back=read_back)


def read_document(media: MediaStore, key: str) -> PageDocument | None:
    """A placed document, None when there is none."""
    if not media.exists(key):
        return None
    return PageDocument.model_validate(json.loads(media.get(key)))
