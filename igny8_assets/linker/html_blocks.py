"""Reads an HTML fragment as blocks of text without losing a byte: where links stand and where one could be set.

The source is never re-serialised. Offsets point into it, so that a link can be put in and taken out again and leave the
rest as it was, whichever editor wrote it.
"""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

_BLOCKS = frozenset({"p", "li"})
_CLOSED = frozenset({
    "a", "blockquote", "button", "caption", "code", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "label", "nav",
    "pre", "q", "script", "select", "style", "summary", "textarea",
})  # fmt: skip
_CLOSED_CLASSES = frozenset({"takeaways", "cta", "related", "sources", "toc"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
})  # fmt: skip
# A start tag of one of these ends a paragraph that was left open.
_ENDS_PARAGRAPH = _HEADINGS | {
    "address", "article", "aside", "blockquote", "details", "div", "dl", "fieldset", "figure", "footer", "form",
    "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul",
}  # fmt: skip
_REFERENCE = re.compile(r"&#?\w+;?")


@dataclass
class Run:
    """A stretch of text between two tags: ``text`` as a reader sees it, ``starts``/``ends`` of each character's source.

    ``at`` is where the run begins in its block's text; ``linkable`` says whether a link may be set inside it.
    """

    at: int
    linkable: bool
    text: str = ""
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)


@dataclass
class Link:
    """A link in the source: the offsets of its tags, its words, and the list item and list that hold it, if any."""

    href: str
    link_id: str
    open_start: int
    open_end: int
    text: str = ""
    close_start: int = -1
    close_end: int = -1
    item: "Element | None" = None


@dataclass
class Element:
    """An open or closed element: its tag, where its start tag begins and ends, and where its end tag ends."""

    tag: str
    start: int
    open_end: int
    classes: frozenset[str] = frozenset()
    link_id: str = ""
    close_start: int = -1
    end: int = -1
    block: "Block | None" = None
    link: Link | None = None

    def holds(self, link: Link) -> bool:
        """Whether a link stands inside this element, which has been closed."""
        return self.start < link.open_start < self.close_start


@dataclass
class Block:
    """A paragraph or a list item: its text, its runs, and where in its text the links stand."""

    section_id: str
    text: str = ""
    runs: list[Run] = field(default_factory=list)
    linked: list[int] = field(default_factory=list)


@dataclass
class Page:
    """A fragment as read: its blocks in order, its links, and its ``nav`` elements."""

    blocks: list[Block]
    links: list[Link]
    navs: list[Element]


def read_page(html: str) -> Page:
    """Read a fragment. Broken markup is read as far as it goes; nothing is raised."""
    reader = _Reader(html)
    reader.feed(html)
    reader.close()
    return Page(reader.blocks, reader.links, reader.navs)


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.html = html
        self.line_starts = [0, *(found.end() for found in re.finditer("\n", html))]
        self.stack: list[Element] = []
        self.blocks: list[Block] = []
        self.links: list[Link] = []
        self.navs: list[Element] = []
        self.section_id = ""
        self.run: Run | None = None

    def place(self) -> int:
        line, column = self.getpos()
        return self.line_starts[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.run = None
        values = {name: value or "" for name, value in attrs}
        start = self.place()
        end = start + len(self.get_starttag_text() or "")
        if tag in _VOID:
            if tag == "br":
                self._text("\n", start, end)
                self.run = None
            return
        if tag in _ENDS_PARAGRAPH:
            self._close_open("p", start, within=frozenset({"li", "div", "section", "aside", "td", "blockquote"}))
        if tag == "li":
            self._close_open("li", start, within=frozenset({"ul", "ol"}))
        element = Element(tag, start, end, frozenset(values.get("class", "").split()), values.get("data-link-id", ""))
        if tag in _HEADINGS and values.get("id"):
            self.section_id = values["id"]
        if tag in _BLOCKS:
            element.block = Block(self.section_id)
            self.blocks.append(element.block)
        if tag == "nav":
            self.navs.append(element)
        if tag == "a" and not values.get("href", "").startswith("#"):
            item = next((outer for outer in reversed(self.stack) if outer.tag == "li"), None)
            element.link = Link(values.get("href", ""), element.link_id, start, end, item=item)
            self.links.append(element.link)
            if block := self._block():
                block.linked.append(len(block.text))
        self.stack.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.run = None
        if tag in _VOID:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.run = None
        start = self.place()
        close = self.html.find(">", start)
        end = close + 1 if close >= 0 else len(self.html)
        if any(element.tag == tag for element in self.stack):
            while self.stack:
                element = self.stack.pop()
                matched = element.tag == tag
                self._closed(element, start, end if matched else start)
                if matched:
                    break

    def handle_comment(self, data: str) -> None:  # noqa: ARG002 the parser's signature
        self.run = None

    def handle_data(self, data: str) -> None:
        self._text(data, self.place(), None)

    def handle_entityref(self, name: str) -> None:  # noqa: ARG002 read from the source
        self._reference()

    def handle_charref(self, name: str) -> None:  # noqa: ARG002 read from the source
        self._reference()

    def _reference(self) -> None:
        start = self.place()
        found = _REFERENCE.match(self.html, start)
        raw = found.group() if found else self.html[start : start + 1]
        self._text(unescape(raw), start, start + len(raw))

    def _text(self, text: str, start: int, end: int | None) -> None:
        """Add characters to the current run; with ``end``, all of them stand for one stretch of the source."""
        for element in self.stack:
            if element.link is not None:
                element.link.text += text
        block = self._block()
        if block is None:
            return
        if self.run is None:
            self.run = Run(len(block.text), self._linkable())
            block.runs.append(self.run)
        self.run.text += text
        block.text += text
        if end is None:
            self.run.starts.extend(range(start, start + len(text)))
            self.run.ends.extend(range(start + 1, start + len(text) + 1))
        else:
            self.run.starts.extend([start] * len(text))
            self.run.ends.extend([end] * len(text))

    def _block(self) -> Block | None:
        return next((element.block for element in reversed(self.stack) if element.block is not None), None)

    def _linkable(self) -> bool:
        return all(element.tag not in _CLOSED and not element.classes & _CLOSED_CLASSES for element in self.stack)

    def _close_open(self, tag: str, at: int, within: frozenset[str]) -> None:
        """Close an element that HTML allows to be left open, if nothing of ``within`` was opened inside it."""
        for depth in range(len(self.stack) - 1, -1, -1):
            if self.stack[depth].tag == tag:
                while len(self.stack) > depth:
                    self._closed(self.stack.pop(), at, at)
                return
            if self.stack[depth].tag in within:
                return

    def _closed(self, element: Element, start: int, end: int) -> None:
        element.close_start, element.end = start, end
        if element.link is not None:
            element.link.close_start, element.link.close_end = start, end
