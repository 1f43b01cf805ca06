"""What machines read: the sitemap (sitemaps.org 0.9, Google's image and video extensions), an Atom feed, robots.txt."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from lxml import etree

from igny8_assets.sites.addresses import HOME, absolute, article_path
from igny8_assets.sites.pages import ArticlePage, PlannedPage, SiteFacts

FEED_ENTRIES = 30
SITEMAP_LIMIT = 50_000  # entries in one file, sitemaps.org
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_IMAGE = "http://www.google.com/schemas/sitemap-image/1.1"
_VIDEO = "http://www.google.com/schemas/sitemap-video/1.1"
_ATOM = "http://www.w3.org/2005/Atom"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def instant(moment: datetime) -> str:
    """A UTC instant as RFC 3339 to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def sitemap_files(
    site: SiteFacts, pages: Sequence[PlannedPage], articles: Mapping[str, ArticlePage]
) -> dict[str, bytes]:
    """``sitemap.xml`` with every page; above 50,000 pages it becomes an index of ``sitemap-1.xml`` and so on."""
    parts = [pages[start : start + SITEMAP_LIMIT] for start in range(0, len(pages), SITEMAP_LIMIT)]
    if len(parts) == 1:
        return {"sitemap.xml": _urlset(site, parts[0], articles)}
    files = {f"sitemap-{number}.xml": _urlset(site, part, articles) for number, part in enumerate(parts, start=1)}
    index = etree.Element(f"{{{_SITEMAP}}}sitemapindex", nsmap={None: _SITEMAP})
    for name in files:
        _text(etree.SubElement(index, f"{{{_SITEMAP}}}sitemap"), f"{{{_SITEMAP}}}loc", absolute(site.base_url, name))
    return {"sitemap.xml": _document(index), **files}


def feed_file(site: SiteFacts, articles: Sequence[ArticlePage], bodies: Mapping[str, str]) -> bytes:
    """The Atom feed of the newest articles, whole; ``bodies`` maps a slug to its HTML with absolute links."""
    newest = articles[:FEED_ENTRIES]
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    feed.set(_XML_LANG, site.language)
    home = absolute(site.base_url, HOME)
    _atom(feed, "id", home)
    _atom(feed, "title", site.name)
    if site.tagline:
        _atom(feed, "subtitle", site.tagline)
    # A feed without entries still needs an instant; the epoch says "never" and stays the same in every build.
    _atom(feed, "updated", instant(max(one.updated_at for one in newest)) if newest else "1970-01-01T00:00:00Z")
    _atom(feed, "link", rel="alternate", type="text/html", href=home)
    _atom(feed, "link", rel="self", type="application/atom+xml", href=absolute(site.base_url, "feed.xml"))
    _atom(feed, "icon", absolute(site.base_url, "favicon.svg"))
    _author(feed, site.author.name if site.author else site.organization_name or site.name)
    for article in newest:
        _entry(feed, site, article, bodies[article.slug])
    return _document(feed)


def robots_file(site: SiteFacts) -> bytes:
    """``robots.txt``: everything may be read; where the sitemap is."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {absolute(site.base_url, 'sitemap.xml')}\n".encode()


def _urlset(site: SiteFacts, pages: Sequence[PlannedPage], articles: Mapping[str, ArticlePage]) -> bytes:
    urlset = etree.Element(f"{{{_SITEMAP}}}urlset", nsmap={None: _SITEMAP, "image": _IMAGE, "video": _VIDEO})
    for page in pages:
        entry = etree.SubElement(urlset, f"{{{_SITEMAP}}}url")
        _text(entry, f"{{{_SITEMAP}}}loc", absolute(site.base_url, page.path))
        if page.modified_at is not None:
            _text(entry, f"{{{_SITEMAP}}}lastmod", instant(page.modified_at))
        article = articles.get(page.article_slugs[0]) if page.kind == "article" else None
        if article and article.featured:
            picture = etree.SubElement(entry, f"{{{_IMAGE}}}image")
            _text(picture, f"{{{_IMAGE}}}loc", absolute(site.base_url, article.featured.src))
        if article and article.video:
            video = etree.SubElement(entry, f"{{{_VIDEO}}}video")
            _text(video, f"{{{_VIDEO}}}thumbnail_loc", absolute(site.base_url, article.video.poster))
            _text(video, f"{{{_VIDEO}}}title", article.video.title)
            _text(video, f"{{{_VIDEO}}}description", article.summary or article.meta_description)
            _text(video, f"{{{_VIDEO}}}content_loc", absolute(site.base_url, article.video.mp4))
            _text(video, f"{{{_VIDEO}}}duration", str(round(article.video.duration_seconds)))
    return _document(urlset)


def _entry(feed: "etree._Element", site: SiteFacts, article: ArticlePage, body: str) -> None:
    entry = etree.SubElement(feed, f"{{{_ATOM}}}entry")
    address = absolute(site.base_url, article_path(article.slug))
    _atom(entry, "id", address)
    _atom(entry, "title", article.title)
    _atom(entry, "link", rel="alternate", type="text/html", href=address)
    _atom(entry, "published", instant(article.published_at))
    _atom(entry, "updated", instant(article.updated_at))
    _author(entry, article.author_name or site.organization_name or site.name)
    if article.hub_name:
        _atom(entry, "category", term=_clean(article.hub_name))
    _atom(entry, "summary", article.summary or article.meta_description, type="text")
    _atom(entry, "content", body, type="html")


def _author(parent: "etree._Element", name: str) -> None:
    _atom(etree.SubElement(parent, f"{{{_ATOM}}}author"), "name", name)


def _atom(parent: "etree._Element", tag: str, text: str = "", **attributes: str) -> None:
    _text(parent, f"{{{_ATOM}}}{tag}", text).attrib.update(attributes)


def _text(parent: "etree._Element", tag: str, text: str) -> "etree._Element":
    child = etree.SubElement(parent, tag)
    child.text = _clean(text) or None
    return child


def _clean(text: str) -> str:
    """XML 1.0 has no way to carry these characters, not even escaped."""
    return _CONTROL.sub("", text)


def _document(root: "etree._Element") -> bytes:
    etree.indent(root)
    document: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"
