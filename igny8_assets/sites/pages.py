"""The values that a site is built from, and what a build reports.

Belongs here: shapes. Paths inside a site have no leading slash (``assets/images/x-960.webp``); page paths have both
slashes (``/how-to-dial-in/``). Every instant is timezone-aware UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from igny8_resources.ai.providers import Palette

PageKind = Literal["home", "hub", "article", "about", "archive"]
SchemaGraph = Mapping[str, object]


class SiteInputError(Exception):
    """A site cannot be built from what was given; the message names the page and the field, and nothing was written."""


@dataclass(frozen=True)
class PageImage:
    """A picture on a page.

    ``src`` is the fallback file, ``variants`` further files as ``(path, width in pixels, media type)``; ``width`` and
    ``height`` are those of ``src`` in pixels, so that a browser can leave room before the picture arrives.
    """

    src: str
    variants: tuple[tuple[str, int, str], ...]
    width: int
    height: int
    alt: str
    caption: str = ""


@dataclass(frozen=True)
class VideoEmbed:
    """A video with its poster and WebVTT captions, all inside the site; ``width`` and ``height`` in pixels."""

    mp4: str
    poster: str
    captions: str
    title: str
    duration_seconds: float
    width: int = 1080
    height: int = 1920


@dataclass(frozen=True)
class TocEntry:
    """One line of a table of contents: the id of a heading in the article, and its words."""

    id: str
    text: str


@dataclass(frozen=True)
class AuthorFacts:
    """Who writes the site. ``bio`` is plain text, paragraphs parted by an empty line; ``profiles`` are URLs."""

    name: str
    bio: str
    role: str = ""
    profiles: tuple[str, ...] = ()
    portrait: PageImage | None = None


@dataclass(frozen=True)
class SectorFacts:
    """A part of the site's subject: it groups hubs on the home page and in the navigation."""

    name: str
    slug: str
    description: str = ""


@dataclass(frozen=True)
class SiteFacts:
    """What is the same on every page.

    ``base_url`` is the public address without a trailing slash, ``language`` a BCP 47 tag, ``logo_path`` a path inside
    the site whose file is among the assets.
    """

    key: str
    name: str
    tagline: str
    description: str
    base_url: str
    language: str
    author: AuthorFacts | None
    palette: Palette
    organization_name: str
    logo_path: str | None
    sectors: tuple[SectorFacts, ...]


@dataclass(frozen=True)
class ArticlePage:
    """One published article.

    ``html`` is the body fragment, starting below the title: no H1, links to other pages as ``/slug/`` and
    ``/topics/slug/``, files as ``/assets/...``. ``toc`` names ids of its headings. ``summary`` is the standfirst.
    ``provider_note`` is shown as it is, such as "Draft written by the offline provider".
    """

    slug: str
    title: str
    meta_title: str
    meta_description: str
    html: str
    schema_graph: SchemaGraph
    published_at: datetime
    updated_at: datetime
    author_name: str
    reading_minutes: int
    hub_slug: str | None
    hub_name: str
    sector_slug: str | None
    content_type: str
    featured: PageImage | None
    toc: tuple[TocEntry, ...]
    summary: str
    keywords: tuple[str, ...]
    video: VideoEmbed | None = None
    provider_note: str | None = None


@dataclass(frozen=True)
class HubPage:
    """A topic: the page that gathers its articles, in the order of ``article_slugs``. ``intro_html`` may be empty."""

    slug: str
    name: str
    description: str
    article_slugs: tuple[str, ...]
    sector_slug: str | None
    intro_html: str = ""


@dataclass(frozen=True)
class Crumb:
    """One step of a breadcrumb trail."""

    name: str
    path: str


@dataclass(frozen=True)
class PlannedPage:
    """A page that a build will write: its address, words for its head, and its trail (the page itself last).

    ``breadcrumbs`` is empty on the home page. ``modified_at`` is None when nothing dated stands on the page.
    """

    path: str
    kind: PageKind
    title: str
    description: str
    breadcrumbs: tuple[Crumb, ...]
    modified_at: datetime | None
    article_slugs: tuple[str, ...] = ()


@dataclass(frozen=True)
class SiteProblem:
    """Something a reader or a crawler would stumble over: the page's path, a kind to filter by, and a sentence."""

    page: str
    kind: str
    detail: str


@dataclass(frozen=True)
class BuildReport:
    """What a build wrote.

    ``pages`` are the page paths, home first; ``files`` and ``bytes`` count the whole site; ``changed`` are files that
    are new or differ from the build before, ``removed`` those that are gone; ``problems`` are what the builder mended.
    """

    pages: tuple[str, ...]
    files: int
    bytes: int
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    problems: tuple[SiteProblem, ...] = field(default=())
