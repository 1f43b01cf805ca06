"""Sets links into an article's HTML and takes them out again, leaving every other byte as it was.

A link wraps words that the article already has; where it has none for a page, the page joins a short list at the end.
Each link carries its id in ``data-link-id``: ``out-...`` those that the article itself was given, ``in-...`` those that
were added later on behalf of a new page.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from html import escape
from typing import Literal, NamedTuple

from igny8_assets.article_anchors import RELATED
from igny8_assets.linker.anchors import DETERMINERS, anchor_key
from igny8_assets.linker.candidates import LinkCandidate, LinkRules
from igny8_assets.linker.html_blocks import Block, Element, Link, Page, Run, read_page
from igny8_assets.word_forms import occurrences, sentences, words
from igny8_resources.contracts.values import Value

OUTBOUND, INBOUND = "out-", "in-"
_NAV_ID = "related"


class InternalLinkFact(Value):
    """A link as it stands: its mark in the HTML, where it leads, its words, and where it stands.

    ``position`` is ``body`` inside the text or ``related`` in the list at the end; ``section_id`` the id of the heading
    above it, empty above the first.
    """

    link_id: str
    target: str
    anchor: str
    position: Literal["body", "related"]
    section_id: str


class SkippedLink(NamedTuple):
    """A candidate that was not set, and why."""

    target: str
    reason: str


class InjectionResult(NamedTuple):
    """The HTML with its links, the links in the order of the candidates, and the candidates that were not set."""

    html: str
    links: tuple[InternalLinkFact, ...]
    skipped: tuple[SkippedLink, ...]


class _Spot(NamedTuple):
    block: Block
    run: Run
    start: int
    end: int


class _Edit(NamedTuple):
    at: int
    text: str


def inject_links(
    html: str,
    candidates: Sequence[LinkCandidate],
    rules: LinkRules | None = None,
    *,
    heading: str = "Related reading",
    site_url: str = "",
) -> InjectionResult:
    """Link to every candidate that fits, best first.

    Links that an earlier call set are replaced, so that injecting twice equals injecting once and a new list of
    candidates never leaves stale links behind. Links set by people or on behalf of new pages stay; their targets and
    anchor texts are respected. A paragraph takes at most ``rules.most_in_block`` links, a sentence one; headings,
    captions, quotations, takeaways and existing links are never touched.

    ``heading`` stands above the list at the end; ``site_url`` lets a full address in the HTML be known as a page of the
    site.
    """
    own = {link.link_id for link in read_page(html).links if link.link_id.startswith(OUTBOUND)}
    return add_links(_without(html, own) if own else html, candidates, rules, heading=heading, site_url=site_url)


def add_links(
    html: str,
    candidates: Sequence[LinkCandidate],
    rules: LinkRules | None = None,
    *,
    heading: str = "Related reading",
    site_url: str = "",
    prefix: str = OUTBOUND,
) -> InjectionResult:
    """As ``inject_links``, but every link that is there stays; ids of the new ones begin with ``prefix``."""
    limits, page = rules or LinkRules(), read_page(html)
    targets = {_page_of(link.href, site_url) for link in page.links}
    anchors = {anchor_key(link.text): _page_of(link.href, site_url) for link in page.links}
    edits, skipped = list[_Edit](), list[SkippedLink]()
    links, related = list[InternalLinkFact](), list[InternalLinkFact]()
    for candidate in candidates:
        if candidate.target in targets:
            skipped.append(SkippedLink(candidate.target, "the article links to it already"))
            continue
        link_id = _link_id(prefix, candidate.target)
        targets.add(candidate.target)
        spot = _find_spot(page, candidate, anchors, limits)
        if spot is not None:
            text = " ".join(spot.run.text[spot.start : spot.end].split())
            spot.block.linked.append(spot.run.at + spot.start)
            anchors[anchor_key(text)] = candidate.target
            edits.append(_Edit(spot.run.starts[spot.start], _open_tag(candidate.target, link_id)))
            edits.append(_Edit(spot.run.ends[spot.end - 1], "</a>"))
            links.append(_fact(link_id, candidate.target, text, "body", spot.block.section_id))
        elif len(related) < limits.most_related:
            related.append(_fact(link_id, candidate.target, candidate.title, "related", RELATED))
            links.append(related[-1])
        else:
            skipped.append(SkippedLink(candidate.target, "no natural anchor, and the list at the end is full"))
    if related:
        edits.append(_list_edit(html, page, related, heading, prefix))
    linked = _edited(html, edits)
    if remove_links(linked, links) != html:
        # Markup that is left open (a comment, a script, a tag) swallows what is put behind it.
        unset = [SkippedLink(link.target, "the HTML has a tag or a comment that is never closed") for link in links]
        return InjectionResult(html, (), (*skipped, *unset))
    return InjectionResult(linked, tuple(links), tuple(skipped))


def _edited(html: str, edits: Sequence[_Edit]) -> str:
    """The HTML with texts put in; those for the same place keep their order."""
    pieces, position = list[str](), 0
    for edit in sorted(edits, key=lambda edit: edit.at):
        pieces += (html[position : edit.at], edit.text)
        position = edit.at
    return "".join((*pieces, html[position:]))


def _page_of(href: str, site_url: str) -> str:
    """The path that a link leads to when it stays on the site; anything else as it is. Fragments do not matter."""
    address = href.split("#", maxsplit=1)[0]
    root = site_url.rstrip("/")
    return address.removeprefix(root) if root and address.startswith(f"{root}/") else address


def remove_links(html: str, links: Iterable[InternalLinkFact]) -> str:
    """Take links out again: their words stay, the rest is untouched, an emptied list at the end disappears.

    For links that ``inject_links`` or ``inbound_patch`` set, this restores the HTML from before, byte for byte. A link
    that a person has since removed is passed over.
    """
    return _without(html, {link.link_id for link in links})


def _find_spot(
    page: Page, candidate: LinkCandidate, anchors: dict[tuple[str, ...], str], rules: LinkRules
) -> _Spot | None:
    """The first natural place for a candidate: the longest phrase decides, then a block without links, then order."""
    longer = [anchor_key(phrase) for phrase in candidate.not_within]
    for phrase in candidate.anchors:
        key = anchor_key(phrase)
        if not key or anchors.get(key, candidate.target) != candidate.target:
            continue
        spots = [spot for block in page.blocks for spot in _spots(block, key, longer, rules)]
        if spots:
            return min(spots, key=lambda spot: bool(spot.block.linked))
    return None


def _spots(block: Block, key: tuple[str, ...], longer: Sequence[tuple[str, ...]], rules: LinkRules) -> Iterator[_Spot]:
    """Where a phrase stands whole: not inside a longer name or a longer word, and in a sentence without a link."""
    if len(block.linked) >= rules.most_in_block:
        return
    ends = _sentence_ends(block.text)
    taken = {bisect_right(ends, position) for position in block.linked}
    for run in block.runs:
        if run.linkable:
            found = words(run.text)
            names = [
                span
                for name in longer
                if len(name) > len(key)
                for span in occurrences(run.text, found, name, between=DETERMINERS)
            ]
            for start, end in occurrences(run.text, found, key, between=DETERMINERS):
                if any(first <= start and end <= last for first, last in names):
                    continue
                split = block.text[run.at + start - 1 : run.at + start].isalnum() and run.at + start > 0
                split = split or block.text[run.at + end : run.at + end + 1].isalnum()  # a tag inside a word
                if not split and bisect_right(ends, run.at + start) not in taken:
                    yield _Spot(block, run, start, end)


def _sentence_ends(text: str) -> list[int]:
    """Where each sentence of a block ends, as offsets into its text."""
    ends, position = [], 0
    for sentence in sentences(text):
        found = text.find(sentence, position)
        position = (found if found >= 0 else position) + len(sentence)
        ends.append(position)
    return ends


def _list_edit(html: str, page: Page, related: Sequence[InternalLinkFact], heading: str, prefix: str) -> _Edit:
    """The list of further pages: a new one at the end of the fragment, or more items for the one that is there.

    The article's own links stand before those added later, so that setting them anew changes nothing.
    """
    items = "".join(
        f"<li>{_open_tag(link.target, link.link_id)}{escape(link.anchor, quote=False)}</a></li>\n" for link in related
    )
    nav = own_list(page)
    if nav is None:
        tag = f'<nav class="related" data-link-id="{_NAV_ID}" aria-labelledby="{RELATED}">'
        title = f'<h2 id="{RELATED}">{escape(heading, quote=False)}</h2>'
        return _Edit(len(html), f"\n{tag}\n{title}\n<ul>\n{items}</ul>\n</nav>")
    inside = [link.item for link in page.links if link.item is not None and nav.holds(link)]
    if prefix == OUTBOUND and inside:
        return _Edit(inside[0].start, items)
    return _Edit(html.rindex("</ul>", nav.start, nav.close_start), items)


def own_list(page: Page) -> Element | None:
    """The list of further pages that the linker made, if the page has one."""
    return next((nav for nav in page.navs if nav.link_id == _NAV_ID and nav.close_start > 0), None)


def _without(html: str, link_ids: set[str]) -> str:
    page = read_page(html)
    nav = own_list(page)
    cuts: list[tuple[int, int]] = []
    kept_in_list = False
    for link in page.links:
        listed = nav is not None and nav.holds(link)
        if link.link_id in link_ids and link.link_id and link.close_start >= 0:
            cuts += _item_cut(html, link) if listed else _tag_cuts(link)
        else:
            kept_in_list = kept_in_list or listed
    if nav is not None and not kept_in_list and any(nav.start < start < nav.close_start for start, _ in cuts):
        cuts = [cut for cut in cuts if not nav.start < cut[0] < nav.end]
        cuts.append((nav.start - (html[nav.start - 1 : nav.start] == "\n"), nav.end))
    for start, end in sorted(cuts, reverse=True):
        html = html[:start] + html[end:]
    return html


def _tag_cuts(link: Link) -> list[tuple[int, int]]:
    return [(link.open_start, link.open_end), (link.close_start, link.close_end)]


def _item_cut(html: str, link: Link) -> list[tuple[int, int]]:
    if link.item is None or link.item.end < 0:
        return _tag_cuts(link)
    return [(link.item.start, link.item.end + (html[link.item.end : link.item.end + 1] == "\n"))]


def _fact(
    link_id: str, target: str, anchor: str, position: Literal["body", "related"], section_id: str
) -> InternalLinkFact:
    return InternalLinkFact(link_id=link_id, target=target, anchor=anchor, position=position, section_id=section_id)


def _link_id(prefix: str, target: str) -> str:
    return prefix + sha256(target.encode()).hexdigest()[:12]


def _open_tag(target: str, link_id: str) -> str:
    return f'<a href="{escape(target)}" data-link-id="{link_id}">'
