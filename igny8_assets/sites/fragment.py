"""Makes an article's HTML fragment fit for its page: safe, linked relatively, and kind to small screens.

The fragment may have been edited by people, so it is cleaned against an allowlist (nh3), and every element, script and
link that this takes away is reported. A link to a page that is not on the site keeps its words and loses its anchor.
"""

from collections.abc import Callable, Collection, Iterator
from copy import deepcopy
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import nh3
from lxml import etree, html

from igny8_assets.sites.addresses import absolute, inside, relative
from igny8_assets.sites.pages import SiteInputError, SiteProblem

_TAGS = set(nh3.ALLOWED_TAGS) | {
    "aside", "audio", "caption", "col", "colgroup", "figcaption", "figure", "mark", "nav", "picture", "section",
    "source", "time", "track", "video",
}  # fmt: skip
_ATTRIBUTES = {
    **{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    "*": {"class", "id", "lang", "dir", "title", "role", "aria-label", "aria-labelledby"},
    "a": {"href", "hreflang", "rel"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height", "loading", "decoding"},
    "audio": {"src", "controls", "preload"},
    "video": {"src", "controls", "preload", "poster", "width", "height"},
    "source": {"src", "srcset", "sizes", "type", "media"},
    "track": {"src", "kind", "srclang", "label", "default"},
    "time": {"datetime"},
    "ol": {"start", "reversed"},
    "li": {"value"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}
_ADDRESSES = ("src", "poster")


@dataclass(frozen=True)
class Fragment:
    """A fragment ready for its page.

    ``html`` has relative links, ``feed_html`` absolute ones; ``ids`` are the ids found in it, ``linked`` the page paths
    it links to.
    """

    html: str
    feed_html: str
    ids: frozenset[str]
    linked: frozenset[str]
    problems: tuple[SiteProblem, ...]


def prepare_fragment(
    source: str, *, page: str, base_url: str, pages: Collection[str], files: Collection[str]
) -> Fragment:
    """Clean a fragment and point its links at ``pages`` (page paths) and ``files`` (paths inside the site).

    Raises:
        SiteInputError: the fragment holds characters that HTML cannot carry.
    """
    problems: list[SiteProblem] = []
    root = _parsed(source, page)
    problems += _refused(root, page)
    root = _parsed(nh3.clean(source, tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None), page)
    problems += _without_first_headings(root, page)
    for element in list(root.iter("a")):
        problems += _settle_link(element, page=page, base_url=base_url, pages=pages, files=files)
    problems += _missing_files(root, page, base_url, files)
    _framed_tables(root)
    _patient_images(root)
    feed_html = _rewritten(root, base_url, lambda target: absolute(base_url, target))
    return Fragment(
        html=_rewritten(root, base_url, lambda target: relative(page, target)),
        feed_html=feed_html,
        ids=frozenset(str(found) for found in root.xpath(".//@id")),
        linked=frozenset(str(href).partition("#")[0] for href in root.xpath(".//a/@href")) & frozenset(pages),
        problems=tuple(problems),
    )


def _parsed(source: str, page: str) -> "html.HtmlElement":
    try:
        return html.fragment_fromstring(source, create_parent="div")
    except (ValueError, etree.ParserError) as error:
        raise SiteInputError(f"{page}: its html cannot be read ({error}): remove the control characters") from error


def _refused(root: "html.HtmlElement", page: str) -> Iterator[SiteProblem]:
    for element in root.iter(etree.Element):
        if element.tag not in _TAGS and element is not root:
            yield SiteProblem(page, "removed_element", f"<{element.tag}> is not allowed in an article: left out")
        for name in element.attrib:
            if name.startswith("on"):
                yield SiteProblem(page, "removed_script", f"{name} on <{element.tag}> is a script: left out")


def _without_first_headings(root: "html.HtmlElement", page: str) -> Iterator[SiteProblem]:
    for heading in list(root.iter("h1")):
        heading.tag = "h2"
        words = heading.text_content().strip()
        yield SiteProblem(page, "second_h1", f"the article's html has an <h1> {words!r}: shown as <h2>")


def _settle_link(
    element: "html.HtmlElement", *, page: str, base_url: str, pages: Collection[str], files: Collection[str]
) -> Iterator[SiteProblem]:
    """Give an internal link its one true form, ``/slug/#id``; drop the anchor of one that leads nowhere."""
    href = element.get("href", "")
    path = inside(base_url, href)
    if path is None:
        return
    name = unquote(path)
    target = name if name.endswith("/") or name.lstrip("/") in files else f"{name}/"
    if target not in pages and target.lstrip("/") not in files:
        yield SiteProblem(page, "dropped_link", f"{href} is not a page of this site: its words stay, the link is gone")
        element.drop_tag()
        return
    fragment = urlsplit(href).fragment
    element.set("href", f"{target}#{fragment}" if fragment else target)


def _missing_files(root: "html.HtmlElement", page: str, base_url: str, files: Collection[str]) -> Iterator[SiteProblem]:
    for element, name, address in _file_addresses(root):
        path = inside(base_url, address)
        if path is not None and unquote(path).lstrip("/") not in files:
            yield SiteProblem(page, "missing_file", f"<{element.tag} {name}={address!r}> is not among the site's files")


def _file_addresses(root: "html.HtmlElement") -> Iterator[tuple["html.HtmlElement", str, str]]:
    for element in root.iter(etree.Element):
        for name in _ADDRESSES:
            if element.get(name):
                yield element, name, element.get(name, "")
        for candidate in element.get("srcset", "").split(","):
            if candidate.strip():
                yield element, "srcset", candidate.split()[0]


def _framed_tables(root: "html.HtmlElement") -> None:
    """Let wide tables scroll by themselves, reachable by keyboard, so that a phone's page never scrolls sideways."""
    for table in list(root.iter("table")):
        caption = table.find("caption")
        frame = html.Element("div", {"class": "table-scroll", "tabindex": "0"})
        if caption is not None:
            frame.set("role", "region")
            frame.set("aria-label", caption.text_content().strip())
        frame.tail, table.tail = table.tail, None
        table.getparent().replace(table, frame)
        frame.append(table)


def _patient_images(root: "html.HtmlElement") -> None:
    for image in root.iter("img"):
        image.set("loading", "lazy")
        image.set("decoding", "async")


def _rewritten(root: "html.HtmlElement", base_url: str, address: Callable[[str], str]) -> str:
    copy = deepcopy(root)

    def pointed(url: str) -> str:
        path = inside(base_url, url)
        if path is None:
            return url
        fragment = urlsplit(url).fragment
        return address(unquote(path)) + (f"#{fragment}" if fragment else "")

    for element in copy.iter(etree.Element):
        for name in ("href", *_ADDRESSES):
            if element.get(name):
                element.set(name, pointed(element.get(name, "")))
        if element.get("srcset"):
            candidates = [part.split() for part in element.get("srcset", "").split(",") if part.strip()]
            element.set("srcset", ", ".join(" ".join([pointed(first), *rest]) for first, *rest in candidates))
    inner: str = html.tostring(copy, encoding="unicode", method="html")
    return inner.removeprefix("<div>").removesuffix("</div>").strip()
