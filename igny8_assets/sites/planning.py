"""Decides which pages a site has, what stands on each, and refuses what could not become a site.

Every article is reachable from the home page: through the latest articles there, through its topic, or through the
archive, which exists as soon as the home page cannot show them all.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

from igny8_assets.sites.addresses import ABOUT, HOME, RESERVED_SLUGS, archive_path, article_path, hub_path
from igny8_assets.sites.pages import ArticlePage, Crumb, HubPage, PlannedPage, SiteFacts, SiteInputError, SiteProblem
from igny8_assets.sites.wording import Wording, wording_for

HOME_ARTICLES = 13
ARCHIVE_PAGE = 100
_SLUG = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class SitePlan:
    """What a site consists of: its pages, its articles newest first, and the topics that have articles."""

    pages: tuple[PlannedPage, ...]
    articles: tuple[ArticlePage, ...]
    hubs: tuple[HubPage, ...]
    problems: tuple[SiteProblem, ...]

    @property
    def has_archive(self) -> bool:
        """Whether there are more articles than the home page shows."""
        return len(self.articles) > HOME_ARTICLES


def plan_pages(site: SiteFacts, articles: Sequence[ArticlePage], hubs: Sequence[HubPage]) -> SitePlan:
    """Plan a site: home first, then hubs, articles newest first, the archive, the author's page.

    A topic without a published article gets no page: an empty page helps no reader and no ranking.

    Raises:
        SiteInputError: a slug, colour, date or address that no site can be built from; the message names it.
    """
    refused = [*_site_refusals(site), *_slug_refusals(articles, hubs), *_date_refusals(articles)]
    if refused:
        raise SiteInputError(f"site {site.key}: " + "; ".join(refused))
    newest = tuple(sorted(articles, key=lambda one: (-one.published_at.timestamp(), one.slug)))
    filled, problems = _filled_hubs(newest, hubs)
    wording = wording_for(site.language)
    pages = (
        _home(site, newest),
        *(_hub(site, wording, hub, newest) for hub in filled),
        *(_article(wording, article, filled) for article in newest),
        *_archive(site, wording, newest),
        *_about(site, wording),
    )
    return SitePlan(pages=pages, articles=newest, hubs=filled, problems=tuple(problems))


def _site_refusals(site: SiteFacts) -> Iterator[str]:
    parts = urlsplit(site.base_url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        yield f"base_url {site.base_url!r} must be an address such as https://example.com"
    for name in ("paper", "ink", "accent", "on_accent", "soft"):
        value = getattr(site.palette, name)
        if not _COLOUR.fullmatch(value):
            yield f"palette.{name} {value!r} must be a colour such as #1f2a33"
    if not site.name.strip():
        yield "name is empty: give the site a name"


def _slug_refusals(articles: Sequence[ArticlePage], hubs: Sequence[HubPage]) -> Iterator[str]:
    for kind, slugs in (("article", [a.slug for a in articles]), ("topic", [h.slug for h in hubs])):
        for slug, times in sorted(Counter(slugs).items()):
            if not _SLUG.fullmatch(slug):
                yield f"{kind} slug {slug!r} must be lower-case letters and digits joined by hyphens"
            if times > 1:
                yield f"{times} {kind}s share the slug {slug!r}: give each its own"
            if kind == "article" and slug in RESERVED_SLUGS:
                yield f"article slug {slug!r} is kept for a page of the site itself: choose another"


def _date_refusals(articles: Sequence[ArticlePage]) -> Iterator[str]:
    for article in articles:
        for name in ("published_at", "updated_at"):
            if getattr(article, name).utcoffset() != timedelta(0):
                yield f"article {article.slug}: {name} must be an aware datetime in UTC"


def _filled_hubs(
    articles: Sequence[ArticlePage], hubs: Sequence[HubPage]
) -> tuple[tuple[HubPage, ...], list[SiteProblem]]:
    """The topics that have articles, each with those that name it added to its own list; and what did not fit."""
    known = {article.slug for article in articles}
    problems: list[SiteProblem] = []
    filled = []
    for hub in hubs:
        problems += [
            SiteProblem(hub_path(hub.slug), "unknown_article", f"{slug!r} is listed but not published: left out")
            for slug in hub.article_slugs
            if slug not in known
        ]
        own = [slug for slug in dict.fromkeys(hub.article_slugs) if slug in known]
        own += [article.slug for article in articles if article.hub_slug == hub.slug and article.slug not in own]
        if own:
            filled.append(replace(hub, article_slugs=tuple(own)))
        else:
            problems.append(
                SiteProblem(hub_path(hub.slug), "empty_hub", "no published article: the topic gets no page")
            )
    slugs = {hub.slug for hub in filled}
    problems += [
        SiteProblem(article_path(article.slug), "unknown_hub", f"its topic {article.hub_slug!r} is not on this site")
        for article in articles
        if article.hub_slug and article.hub_slug not in slugs
    ]
    return tuple(filled), problems


def _home(site: SiteFacts, articles: Sequence[ArticlePage]) -> PlannedPage:
    return PlannedPage(
        path=HOME,
        kind="home",
        title=f"{site.name}: {site.tagline}" if site.tagline else site.name,
        description=site.description or site.tagline or site.name,
        breadcrumbs=(),
        modified_at=max((article.updated_at for article in articles), default=None),
        article_slugs=tuple(article.slug for article in articles[:HOME_ARTICLES]),
    )


def _hub(site: SiteFacts, wording: Wording, hub: HubPage, articles: Sequence[ArticlePage]) -> PlannedPage:
    by_slug = {article.slug: article for article in articles}
    own = [by_slug[slug] for slug in hub.article_slugs]
    titles = ", ".join(article.title for article in own[:3])
    path = hub_path(hub.slug)
    return PlannedPage(
        path=path,
        kind="hub",
        title=f"{hub.name} | {site.name}",
        description=hub.description or f"{hub.name}, {site.name}: {titles}",
        breadcrumbs=(Crumb(wording.home, HOME), Crumb(hub.name, path)),
        modified_at=max(article.updated_at for article in own),
        article_slugs=hub.article_slugs,
    )


def _article(wording: Wording, article: ArticlePage, hubs: Sequence[HubPage]) -> PlannedPage:
    path = article_path(article.slug)
    topic = [Crumb(hub.name, hub_path(hub.slug)) for hub in hubs if hub.slug == article.hub_slug]
    return PlannedPage(
        path=path,
        kind="article",
        title=article.meta_title or article.title,
        description=article.meta_description or article.summary,
        breadcrumbs=(Crumb(wording.home, HOME), *topic, Crumb(article.title, path)),
        modified_at=article.updated_at,
        article_slugs=(article.slug,),
    )


def _archive(site: SiteFacts, wording: Wording, articles: Sequence[ArticlePage]) -> Iterator[PlannedPage]:
    if len(articles) <= HOME_ARTICLES:
        return
    for number, start in enumerate(range(0, len(articles), ARCHIVE_PAGE), start=1):
        own = articles[start : start + ARCHIVE_PAGE]
        name = wording.all_articles if number == 1 else f"{wording.all_articles}, {wording.page.format(number)}"
        path = archive_path(number)
        yield PlannedPage(
            path=path,
            kind="archive",
            title=f"{name} | {site.name}",
            description=f"{name}, {site.name}. {site.description or site.tagline}".strip(),
            breadcrumbs=(Crumb(wording.home, HOME), Crumb(name, path)),
            modified_at=max(article.updated_at for article in own),
            article_slugs=tuple(article.slug for article in own),
        )


def _about(site: SiteFacts, wording: Wording) -> Iterator[PlannedPage]:
    if site.author is None:
        return
    first = site.author.bio.strip().split("\n\n")[0]
    words = " ".join(first.split())
    short = words if len(words) <= 155 else words[:154].rsplit(" ", 1)[0] + "…"
    yield PlannedPage(
        path=ABOUT,
        kind="about",
        title=f"{site.author.name} | {site.name}",
        description=short or f"{site.author.name}, {site.name}",
        breadcrumbs=(Crumb(wording.home, HOME), Crumb(site.author.name, ABOUT)),
        modified_at=None,
    )
