"""Reads the pages of a built site back from disk, as a crawler would: addresses, headings, links and head fields."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from lxml import html


@dataclass(frozen=True)
class ReadPage:
    """What one HTML file says.

    ``path`` is its page path (``/about/``, ``/404.html``); ``links`` are the addresses of its ``<a>``, ``files`` those
    of everything it loads; ``headings`` are ``(level, words)`` in reading order. ``json_ld`` is None where there is
    none; ``json_error`` says why it could not be read.
    """

    path: str
    title: str
    description: str
    canonical: str
    indexable: bool
    ids: tuple[str, ...]
    links: tuple[str, ...]
    files: tuple[str, ...]
    headings: tuple[tuple[int, str], ...]
    pictures_without_alt: tuple[str, ...]
    scripts: int
    json_ld: object = field(default=None)
    json_error: str = field(default="")


def read_pages(folder: Path) -> dict[str, ReadPage]:
    """Every HTML file below ``folder`` by its page path, in the order of paths."""
    found = {}
    for file in sorted(folder.rglob("*.html")):
        name = file.relative_to(folder).as_posix()
        path = "/" + name.removesuffix("index.html")
        found[path] = _read(path, file)
    return dict(sorted(found.items()))


def _read(path: str, file: Path) -> ReadPage:
    root = html.document_fromstring(file.read_bytes(), parser=html.HTMLParser(encoding="utf-8"))
    data, error = _json_ld(root)
    return ReadPage(
        path=path,
        title=_first(root, "//head/title/text()"),
        description=_first(root, "//head/meta[@name='description']/@content"),
        canonical=_first(root, "//head/link[@rel='canonical']/@href"),
        indexable="noindex" not in _first(root, "//head/meta[@name='robots']/@content"),
        ids=_all(root, "//@id"),
        links=_all(root, "//a/@href"),
        files=(
            *_all(root, "//@src | //@poster | //head/link[not(@rel='canonical')]/@href"),
            *(part.split()[0] for value in _all(root, "//@srcset") for part in value.split(",") if part.strip()),
            *_all(root, "//head/meta[@property='og:image']/@content"),
        ),
        headings=tuple(
            (int(heading.tag[1]), heading.text_content().strip())
            for heading in root.xpath("//h1 | //h2 | //h3 | //h4 | //h5 | //h6")
        ),
        pictures_without_alt=_all(root, "//img[not(@alt)]/@src"),
        scripts=len(root.xpath("//script[not(@type='application/ld+json')] | //@*[starts-with(name(), 'on')]")),
        json_ld=data,
        json_error=error,
    )


def _json_ld(root: "html.HtmlElement") -> tuple[object, str]:
    blocks = root.xpath("//script[@type='application/ld+json']/text()")
    if len(blocks) > 1:
        return None, f"{len(blocks)} JSON-LD scripts; a page has one"
    if not blocks:
        return None, ""
    try:
        return json.loads(blocks[0]), ""
    except ValueError as error:
        return None, f"the JSON-LD cannot be read: {error}"


def _first(root: "html.HtmlElement", query: str) -> str:
    return " ".join(str(next(iter(root.xpath(query)), "")).split())


def _all(root: "html.HtmlElement", query: str) -> tuple[str, ...]:
    return tuple(str(value).strip() for value in root.xpath(query))
