"""A published page as a document: everything that its destination renders, frozen when it was approved.

The site is built from these documents, not from the working rows, so that an edit under way is never live by accident.
"""

import hashlib
import json
from datetime import datetime

from igny8_assets.page_pictures import SitePicture, site_picture
from igny8_resources.contracts.values import Value
from igny8_resources.contracts.vocabulary import ContentStructure, ContentType
from igny8_resources.contracts.writer import ArticleDraft


class PageVariant(Value):
    """One size of a picture: its media key, size in pixels and media type."""

    key: str
    width: int
    height: int
    media_type: str


class PagePicture(Value):
    """One picture of a page; ``section_index`` None is the featured one, ``position`` 0."""

    position: int
    section_index: int | None
    alt: str
    caption: str
    variants: tuple[PageVariant, ...]

    def on_site(self, slug: str) -> SitePicture:
        """The picture with its paths inside the site."""
        variants = [variant.model_dump() for variant in self.variants]
        return site_picture(slug, self.position, self.section_index, self.alt, self.caption, variants)


class PageLink(Value):
    """One internal link of a page: the mark in its HTML, where it leads and its anchor text."""

    link_id: str
    target_path: str
    anchor: str


class PageDocument(Value):
    """One page. Times are aware UTC; ``html`` is the body fragment with its internal links as root-absolute paths."""

    slug: str
    title: str
    meta_title: str
    meta_description: str
    html: str
    draft: ArticleDraft
    content_type: ContentType
    content_structure: ContentStructure
    primary_keyword: str
    keywords: tuple[str, ...]
    word_count: int
    language: str
    author_name: str
    sector_slug: str
    cluster_id: str
    cluster_name: str
    provider: str
    pictures: tuple[PagePicture, ...]
    links: tuple[PageLink, ...]
    version: int
    published_at: datetime
    modified_at: datetime

    def content_hash(self) -> str:
        """sha256 of what readers see; when it was published does not count."""
        content = self.model_dump(mode="json", exclude={"published_at", "modified_at", "version"})
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def to_bytes(self) -> bytes:
        """The document as JSON."""
        return self.model_dump_json(indent=1).encode()
