"""An article's page as it will look, for the people who review it before it is published."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from igny8_assets.publishing.static_site import page_document
from igny8_assets.sites.addresses import article_path
from igny8_assets.sites.builder import build_site
from igny8_assets.sites.from_documents import site_facts, site_pages
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import writer as store
from igny8_resources.warehouse.store.sites import active_sectors, default_author
from igny8_resources.warehouse.tables.columns import utc_now


@dataclass(frozen=True)
class DraftPage:
    """Where a draft's page and its pictures are shown."""

    url: str
    pictures: tuple[tuple[str, str], ...]


def build_draft_page(parts: Platform, partition: str) -> DraftPage:
    """Build the page of one article as a small site of its own."""
    with parts.warehouse.read() as session:
        content, _, site = store.content_of(session, partition)
        facts = site_facts(site, active_sectors(session, site.id), default_author(session, site))
        document = page_document(session, content, site, now=utc_now())
    pages = site_pages(facts, [document], {})
    folder = parts.settings.drafts_folder / parts.settings.draft_token(partition)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened:
        assets: dict[str, bytes | Path] = {
            path: opened.enter_context(parts.media.open_path(key)) for path, key in pages.media.items()
        }
        build_site(pages.site, pages.articles, pages.hubs, assets, folder, graphs=pages.graphs)
    base = parts.settings.draft_url(partition).rstrip("/")
    pictures = [picture.on_site(document.slug) for picture in document.pictures]
    return DraftPage(
        url=f"{base}{article_path(document.slug)}",
        pictures=tuple((picture.alt, f"{base}/{picture.fallback.path}") for picture in pictures),
    )
