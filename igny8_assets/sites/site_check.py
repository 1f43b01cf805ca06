"""Checks a built site from its files alone, the way a crawler and a reader would meet it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree

from igny8_assets.sites.addresses import HOME, absolute, inside
from igny8_assets.sites.graph_check import graph_problems
from igny8_assets.sites.page_reading import ReadPage, read_pages
from igny8_assets.sites.pages import SiteProblem

_SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_ATOM = "{http://www.w3.org/2005/Atom}"
_ENTRY_PARTS = ("id", "title", "updated", "link")


def check_site(folder: Path, base_url: str) -> list[SiteProblem]:
    """Everything wrong with the site in ``folder``, by page; empty means that nothing was found.

    Kinds: ``broken_link``, ``broken_asset``, ``broken_anchor``, ``orphan_page``, ``duplicate_title``,
    ``duplicate_description``, ``duplicate_canonical``, ``duplicate_id``, ``missing_title``, ``missing_description``,
    ``missing_canonical``, ``wrong_canonical``, ``missing_alt``, ``h1_count``, ``heading_jump``, ``script``,
    ``missing_json_ld``, ``json_ld_invalid``, ``json_ld_dangling``, ``json_ld_disconnected``, ``sitemap``, ``feed``,
    ``robots`` and ``missing_home``.
    """
    pages = read_pages(folder)
    if HOME not in pages:
        return [SiteProblem(HOME, "missing_home", "there is no index.html: build the site first")]
    found = [problem for page in pages.values() for problem in _page_problems(page, base_url)]
    found += [problem for page in pages.values() for problem in _address_problems(page, pages, folder, base_url)]
    found += _duplicates(pages)
    found += _orphans(pages, base_url)
    found += _sitemap_problems(folder, base_url, pages)
    found += _feed_problems(folder, base_url, pages)
    found += _robots_problems(folder, base_url)
    return sorted(found, key=lambda one: (one.page, one.kind, one.detail))


def _page_problems(page: ReadPage, base_url: str) -> Iterator[SiteProblem]:
    def problem(kind: str, detail: str) -> SiteProblem:
        return SiteProblem(page.path, kind, detail)

    first = sum(level == 1 for level, _ in page.headings)
    if first != 1:
        yield problem("h1_count", f"{first} h1 headings; a page has exactly one")
    for (above, _), (level, words) in zip(page.headings, page.headings[1:], strict=False):
        if level > above + 1:
            yield problem("heading_jump", f"h{level} {words!r} follows an h{above}")
    for src in page.pictures_without_alt:
        yield problem("missing_alt", f"the picture {src} has no alt attribute")
    for name, times in Counter(page.ids).items():
        if times > 1:
            yield problem("duplicate_id", f"{times} elements have the id {name!r}")
    if page.scripts:
        yield problem("script", f"{page.scripts} scripts or event handlers; the site needs none")
    yield from (problem(kind, detail) for kind, detail in [*_head_problems(page, base_url), *_graph_problems(page)])


def _head_problems(page: ReadPage, base_url: str) -> Iterator[tuple[str, str]]:
    if not page.title:
        yield "missing_title", "the page has no title"
    if page.indexable and not page.description:
        yield "missing_description", "the page has no meta description"
    if page.indexable and not page.canonical:
        yield "missing_canonical", "the page has no canonical URL"
    elif page.indexable and page.canonical != absolute(base_url, page.path):
        yield "wrong_canonical", f"{page.canonical} should be {absolute(base_url, page.path)}"


def _graph_problems(page: ReadPage) -> Iterator[tuple[str, str]]:
    if page.json_error:
        yield "json_ld_invalid", page.json_error
    if page.json_ld is not None:
        yield from graph_problems(page.json_ld)
    elif page.indexable and not page.json_error:
        yield "missing_json_ld", "the page has no JSON-LD"


def _target(page: ReadPage, address: str, base_url: str) -> tuple[str, str] | None:
    """The path inside the site and the fragment that an address on a page leads to; None when it leads elsewhere."""
    full = urljoin(absolute(base_url, page.path), address)
    path = inside(base_url, full)
    return None if path is None else (unquote(path), unquote(urlsplit(full).fragment))


def _address_problems(
    page: ReadPage, pages: Mapping[str, ReadPage], folder: Path, base_url: str
) -> Iterator[SiteProblem]:
    root = absolute(base_url, HOME)
    for kind, addresses in (("broken_link", page.links), ("broken_asset", page.files)):
        for address in dict.fromkeys(addresses):
            if address.startswith("/"):
                yield SiteProblem(page.path, kind, f"{address} is not relative: it breaks below a folder")
                continue
            target = _target(page, address, base_url)
            if target is None:
                escaped = not urlsplit(address).scheme and not urljoin(root + page.path[1:], address).startswith(root)
                if escaped:
                    yield SiteProblem(page.path, kind, f"{address} leads out of the site's folder")
                continue
            path, fragment = target
            there = pages.get(path)
            if there is None and not (folder / path.lstrip("/")).is_file():
                yield SiteProblem(page.path, kind, f"{address} leads to {path}, which does not exist")
            elif there is not None and fragment and fragment not in there.ids:
                yield SiteProblem(page.path, "broken_anchor", f"{address}: {path} has no element with that id")


def _duplicates(pages: Mapping[str, ReadPage]) -> Iterator[SiteProblem]:
    for name in ("title", "description", "canonical"):
        same: dict[str, list[str]] = defaultdict(list)
        for page in pages.values():
            if page.indexable and getattr(page, name):
                same[getattr(page, name)].append(page.path)
        for value, paths in same.items():
            for path in paths[1:]:
                yield SiteProblem(path, f"duplicate_{name}", f"{paths[0]} has the same {name}: {value!r}")


def _orphans(pages: Mapping[str, ReadPage], base_url: str) -> Iterator[SiteProblem]:
    reached, frontier = {HOME}, [HOME]
    while frontier:
        page = pages[frontier.pop()]
        targets = (_target(page, address, base_url) for address in page.links)
        fresh = {target[0] for target in targets if target and target[0] in pages} - reached
        reached |= fresh
        frontier += fresh
    for page in pages.values():
        if page.indexable and page.path not in reached:
            yield SiteProblem(page.path, "orphan_page", "no chain of links leads here from the home page")


def _xml(file: Path, kind: str) -> tuple["etree._Element | None", list[SiteProblem]]:
    if not file.is_file():
        return None, [SiteProblem(f"/{file.name}", kind, "the file is missing")]
    try:
        return etree.fromstring(file.read_bytes(), etree.XMLParser(resolve_entities=False)), []
    except etree.XMLSyntaxError as error:
        return None, [SiteProblem(f"/{file.name}", kind, f"not well-formed XML: {error}")]


def _sitemap_problems(folder: Path, base_url: str, pages: Mapping[str, ReadPage]) -> Iterator[SiteProblem]:
    root, trouble = _xml(folder / "sitemap.xml", "sitemap")
    yield from trouble
    if root is None:
        return
    listed: list[str] = []
    if root.tag == f"{_SITEMAP}sitemapindex":
        for part in _texts(root, f"{_SITEMAP}sitemap/{_SITEMAP}loc"):
            inner, trouble = _xml(folder / (inside(base_url, part) or part).lstrip("/"), "sitemap")
            yield from trouble
            listed += [] if inner is None else _texts(inner, f"{_SITEMAP}url/{_SITEMAP}loc")
    elif root.tag == f"{_SITEMAP}urlset":
        listed = _texts(root, f"{_SITEMAP}url/{_SITEMAP}loc")
    else:
        yield SiteProblem("/sitemap.xml", "sitemap", f"its root is {root.tag}, not urlset of sitemaps.org 0.9")
        return
    canonical = {page.canonical: page for page in pages.values() if page.indexable}
    for url, times in Counter(listed).items():
        if url not in canonical:
            yield SiteProblem("/sitemap.xml", "sitemap", f"{url} is not the canonical URL of an indexable page")
        if times > 1:
            yield SiteProblem("/sitemap.xml", "sitemap", f"{url} is listed {times} times")
    for url in sorted(canonical.keys() - set(listed)):
        yield SiteProblem("/sitemap.xml", "sitemap", f"{canonical[url].path} is missing")


def _feed_problems(folder: Path, base_url: str, pages: Mapping[str, ReadPage]) -> Iterator[SiteProblem]:
    root, trouble = _xml(folder / "feed.xml", "feed")
    yield from trouble
    if root is None:
        return
    for name in ("id", "title", "updated"):
        if not root.findtext(f"{_ATOM}{name}"):
            yield SiteProblem("/feed.xml", "feed", f"the feed has no {name}")
    for entry in root.iter(f"{_ATOM}entry"):
        name = entry.findtext(f"{_ATOM}id") or "an entry"
        for part in _ENTRY_PARTS:
            if entry.find(f"{_ATOM}{part}") is None:
                yield SiteProblem("/feed.xml", "feed", f"{name} has no {part}")
        for link in entry.findall(f"{_ATOM}link"):
            if inside(base_url, link.get("href", "")) not in pages:
                yield SiteProblem("/feed.xml", "feed", f"{name} links to {link.get('href')}, which does not exist")


def _robots_problems(folder: Path, base_url: str) -> Iterator[SiteProblem]:
    file = folder / "robots.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    if f"Sitemap: {absolute(base_url, 'sitemap.xml')}" not in lines:
        yield SiteProblem("/robots.txt", "robots", "it does not point to the sitemap")
    if "Disallow: /" in lines:
        yield SiteProblem("/robots.txt", "robots", "it keeps every crawler out")


def _texts(root: "etree._Element", path: str) -> list[str]:
    return [(found.text or "").strip() for found in root.findall(path)]
