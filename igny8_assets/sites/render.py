"""Turns planned pages into HTML: the templates' environment, and what each template is given.

Templates hold markup only; every address, date and choice is made here, so that a template can be read by a designer.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from igny8_assets.sites.addresses import ABOUT, ARCHIVE, HOME, absolute, article_path, hub_path, relative
from igny8_assets.sites.feeds import instant
from igny8_assets.sites.fragment import Fragment
from igny8_assets.sites.motif import motif
from igny8_assets.sites.pages import (
    ArticlePage,
    HubPage,
    PageImage,
    PlannedPage,
    SchemaGraph,
    SectorFacts,
    SiteFacts,
)
from igny8_assets.sites.planning import SitePlan
from igny8_assets.sites.wording import direction_of, wording_for

NAVIGATION_HUBS = 5
HUB_CARDS = 24
NEXT_READS = 3
_TEMPLATES = Path(__file__).parent / "templates"
_SHAREABLE = ("image/jpeg", "image/png", "image/webp")


class _Compiled(BytecodeCache):
    """Templates compiled once a process: every draft page is a site with a renderer of its own."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take a template that was compiled before."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


@dataclass(frozen=True)
class Topic:
    """A hub with its articles, as templates show it."""

    hub: HubPage
    articles: tuple[ArticlePage, ...]


@dataclass(frozen=True)
class TopicGroup:
    """A sector and its topics; ``sector`` is None for topics that belong to none."""

    sector: SectorFacts | None
    topics: tuple[Topic, ...]


class PageRenderer:
    """Renders the pages of one planned site.

    ``fragments`` maps an article's slug to its prepared body, ``intros`` a hub's slug to its prepared introduction;
    ``stylesheet`` and ``font`` are paths inside the site, ``version`` changes when the stylesheet does, ``colours``
    holds the paper of the light and the dark scheme.
    """

    def __init__(
        self,
        site: SiteFacts,
        plan: SitePlan,
        *,
        fragments: Mapping[str, Fragment],
        intros: Mapping[str, Fragment],
        graphs: Mapping[str, SchemaGraph],
        stylesheet: str,
        version: str,
        font: str,
        colours: tuple[str, str],
    ) -> None:
        self._site = site
        self._plan = plan
        self._fragments = fragments
        self._intros = intros
        self._graphs = graphs
        self._by_slug = {article.slug: article for article in plan.articles}
        self._topics = tuple(Topic(hub, tuple(self._by_slug[slug] for slug in hub.article_slugs)) for hub in plan.hubs)
        self._groups = tuple(self._grouped())
        self._templates = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            bytecode_cache=_COMPILED,
        )
        self._templates.globals.update(
            site=site,
            words=wording_for(site.language),
            direction=direction_of(site.language),
            stylesheet=stylesheet,
            version=version,
            font=font,
            colours=colours,
            has_archive=plan.has_archive,
            year=str(plan.articles[0].published_at.year) if plan.articles else "",
            groups=self._groups,
            topics=self._topics,
            paths={"home": HOME, "about": ABOUT, "archive": ARCHIVE},
            article_path=article_path,
            hub_path=hub_path,
            motif=lambda seed, columns, rows: Markup(motif(seed, columns, rows)),  # noqa: S704 - own SVG
            initials=_initials,
            instant=instant,
            clock=_clock,
            navigation=self._navigation(),
        )

    def page(self, page: PlannedPage) -> bytes:
        """The HTML of one planned page."""
        contents: dict[str, object] = {
            "home": self._home,
            "hub": self._hub,
            "article": self._article,
            "about": self._about,
            "archive": self._archive,
        }[page.kind](page)
        graph = self._graphs.get(page.path)
        return self._render(
            f"{page.kind}.html.j2",
            page=page,
            canonical=absolute(self._site.base_url, page.path),
            json_ld=script_text(graph) if graph else None,
            link=lambda target: relative(page.path, target),
            **contents,
        )

    def not_found(self, css: str) -> bytes:
        """The page for addresses that do not exist.

        A server shows it at any depth, so it carries its stylesheet and its links are absolute.
        """
        return self._render(
            "not_found.html.j2",
            page=None,
            canonical=None,
            json_ld=None,
            share=None,
            css=Markup(css),  # noqa: S704 - own stylesheet
            link=lambda target: absolute(self._site.base_url, target),
            latest=self._plan.articles[:NEXT_READS],
        )

    def _render(self, template: str, *, link: Callable[[str], str], **context: object) -> bytes:
        def picture(image: PageImage) -> dict[str, object]:
            return picture_sources(image, link)

        def share_url(image: PageImage) -> str:
            return absolute(self._site.base_url, shareable(image))

        html = self._templates.get_template(template).render(link=link, picture=picture, share_url=share_url, **context)
        return html.encode()

    def _home(self, page: PlannedPage) -> dict[str, object]:
        articles = [self._by_slug[slug] for slug in page.article_slugs]
        return {"articles": articles, "share": _first_picture(articles)}

    def _hub(self, page: PlannedPage) -> dict[str, object]:
        topic = next(one for one in self._topics if hub_path(one.hub.slug) == page.path)
        sector = next((one for one in self._site.sectors if one.slug == topic.hub.sector_slug), None)
        others = [one for one in self._topics if one is not topic and one.hub.sector_slug == topic.hub.sector_slug]
        intro = self._intros.get(topic.hub.slug)
        return {
            "topic": topic,
            "sector": sector,
            "cards": topic.articles[:HUB_CARDS],
            "rest": topic.articles[HUB_CARDS:],
            "others": others[:6],
            "intro": Markup(intro.html) if intro and intro.html else None,  # noqa: S704 - cleaned by nh3
            "share": _first_picture(topic.articles),
        }

    def _article(self, page: PlannedPage) -> dict[str, object]:
        article = self._by_slug[page.article_slugs[0]]
        fragment = self._fragments[article.slug]
        topic = next((one for one in self._topics if one.hub.slug == article.hub_slug), None)
        return {
            "article": article,
            "topic": topic,
            "body": Markup(fragment.html),  # noqa: S704 - cleaned by nh3
            "toc": [entry for entry in article.toc if entry.id in fragment.ids],
            "next_reads": self._next_reads(article, topic, fragment),
            "share": article.featured,
            "writer_is_author": self._site.author is not None and self._site.author.name == article.author_name,
            "revised": article.updated_at.date() > article.published_at.date(),
        }

    def _about(self, _page: PlannedPage) -> dict[str, object]:
        author = self._site.author
        paragraphs = [part.strip() for part in author.bio.split("\n\n") if part.strip()] if author else []
        own = [one for one in self._plan.articles if author and one.author_name == author.name]
        return {"paragraphs": paragraphs, "articles": own[:6], "share": author.portrait if author else None}

    def _archive(self, page: PlannedPage) -> dict[str, object]:
        pages = [one for one in self._plan.pages if one.kind == "archive"]
        at = pages.index(page)
        years: dict[int, list[ArticlePage]] = {}
        for slug in page.article_slugs:
            years.setdefault(self._by_slug[slug].published_at.year, []).append(self._by_slug[slug])
        return {
            "years": years,
            "newer": pages[at - 1] if at else None,
            "older": pages[at + 1] if at + 1 < len(pages) else None,
            "share": None,
        }

    def _next_reads(self, article: ArticlePage, topic: Topic | None, fragment: Fragment) -> list[ArticlePage]:
        """The same topic first, then the newest; never what the text links to already."""
        candidates = [*(topic.articles if topic else ()), *self._plan.articles]
        fresh = dict.fromkeys(
            one.slug for one in candidates if one is not article and article_path(one.slug) not in fragment.linked
        )
        return [self._by_slug[slug] for slug in list(fresh)[:NEXT_READS]]

    def _grouped(self) -> list[TopicGroup]:
        known = {sector.slug for sector in self._site.sectors}
        groups = [
            TopicGroup(sector, tuple(one for one in self._topics if one.hub.sector_slug == sector.slug))
            for sector in self._site.sectors
        ]
        groups.append(TopicGroup(None, tuple(one for one in self._topics if one.hub.sector_slug not in known)))
        return [group for group in groups if group.topics]

    def _navigation(self) -> list[tuple[str, str, str]]:
        """``(words, page path, fragment)``: the sectors when there are several, else the first topics."""
        sectors = [group.sector for group in self._groups if group.sector]
        if len(sectors) > 1:
            return [(sector.name, HOME, f"#sector-{sector.slug}") for sector in sectors]
        return [(one.hub.name, hub_path(one.hub.slug), "") for one in self._topics[:NAVIGATION_HUBS]]


def script_text(graph: SchemaGraph) -> Markup:
    """JSON-LD for a ``<script>``: no character in it can end the script or open a comment."""
    text = json.dumps(graph, ensure_ascii=False, separators=(",", ":"), default=_refuse)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - < > & are escaped above


def picture_sources(image: PageImage, link: Callable[[str], str]) -> dict[str, object]:
    """What ``<picture>`` needs: one ``srcset`` per better media type, and that of the fallback's own type."""
    own = guess_type(image.src)[0]
    by_type: dict[str, list[tuple[str, int]]] = {}
    for path, width, media_type in image.variants:
        by_type.setdefault(media_type, []).append((path, width))
    candidates = {
        media_type: ", ".join(f"{link(path)} {width}w" for path, width in sorted(files, key=lambda one: one[1]))
        for media_type, files in by_type.items()
    }
    order = sorted((kind for kind in candidates if kind != own), key=lambda kind: (kind != "image/avif", kind))
    return {
        "image": image,
        "src": link(image.src),
        "srcset": candidates.get(own or "", ""),
        "sources": [(kind, candidates[kind]) for kind in order],
    }


def shareable(image: PageImage) -> str:
    """The file that social networks should show: the largest JPEG or PNG if there is one, else ``src``."""
    files = [(path, width, kind) for path, width, kind in image.variants if kind in _SHAREABLE[:2]]
    if guess_type(image.src)[0] in _SHAREABLE[:2] or not files:
        return image.src
    return max(files, key=lambda one: one[1])[0]


def _refuse(value: object) -> str:
    raise TypeError(f"a schema graph holds text, numbers, lists and mappings, not {type(value).__name__}")


def _first_picture(articles: Sequence[ArticlePage]) -> PageImage | None:
    return next((article.featured for article in articles if article.featured), None)


def _initials(name: str) -> str:
    words = [word for word in name.split() if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


def _clock(seconds: float) -> str:
    return f"{round(seconds) // 60}:{round(seconds) % 60:02d}"
