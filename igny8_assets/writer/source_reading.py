"""What a document says: its title and its plain text, from HTML, Markdown or plain text.

Belongs here: bytes to text. Does not belong here: fetching (``web_pages``), or which passages matter (``source_passages``).
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MOST_CHARACTERS = 2_000_000
"""About 800 pages. A longer document is refused and not cut: nobody could say what is missing."""
FEWEST_CHARACTERS = 40

_HTML_SUFFIXES = (".html", ".htm", ".xhtml")
_TEXT_SUFFIXES = (".txt", ".text", ".md", ".markdown")
_OTHERS = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive (Word, OpenDocument and EPUB files are such)",
    b"\xd0\xcf\x11\xe0": "an old Office file",
    b"{\\rtf": "an RTF file",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SILENT = (
    "script", "style", "noscript", "template", "svg", "math", "nav", "footer", "aside", "form", "button", "select",
    "iframe", "object", "head",
)  # fmt: skip
_BLOCK = (
    "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "figcaption", "figure", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot",
    "th", "thead", "tr", "ul",
)  # fmt: skip


class SourceRefused(ValueError):
    """A document cannot serve as a source; the message says why and what would work."""


@dataclass(frozen=True)
class ReadSource:
    """A document's title (may be empty) and its text, paragraphs parted by an empty line."""

    title: str
    text: str


def read_source(data: bytes, *, name: str, media_type: str = "", charset: str = "") -> ReadSource:
    """The text of a document.

    Args:
        data: The file.
        name: Its file name or address, for its suffix and for messages.
        media_type: What a server said that it is; empty for a file.
        charset: What a server said its encoding is; UTF-8 is tried first otherwise.

    Raises:
        SourceRefused: it is empty, of a kind that is not read, not text, or too long.
    """
    for mark, kind in _OTHERS.items():
        if data.startswith(mark):
            raise SourceRefused(
                f"{name} is {kind}, which is not read: save its text as .txt, .md or .html and add that"
            )
    suffix = re.search(r"\.[a-z]+$", name.casefold().partition("?")[0])
    is_html = "html" in media_type or (suffix is not None and suffix[0] in _HTML_SUFFIXES)
    is_html = is_html or (not media_type and data.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")))
    is_text = media_type.startswith("text/") or (suffix is not None and suffix[0] in _TEXT_SUFFIXES)
    if not is_html and not is_text and media_type not in {"", "application/octet-stream"}:
        raise SourceRefused(f"{name} is of the type {media_type}, which is not read; HTML, Markdown and plain text are")
    read = _from_html(data, charset) if is_html else _from_text(_decoded(data, charset, name), suffix)
    if len(read.text) < FEWEST_CHARACTERS:
        raise SourceRefused(f"{name} holds no text to cite; pages that are put together by scripts do not either")
    if len(read.text) > MOST_CHARACTERS:
        raise SourceRefused(
            f"{name} has {len(read.text):,} characters, at most {MOST_CHARACTERS:,} are read; hand in the part that matters"
        )
    return read


def _decoded(data: bytes, charset: str, name: str) -> str:
    for encoding in (charset, "utf-8-sig", "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ""):
        if encoding:
            try:
                return data.decode(encoding)
            except (UnicodeDecodeError, LookupError):
                continue
    text = data.decode("cp1252", errors="replace")
    if "\x00" in text or text.count("\ufffd") > len(text) / 100:
        raise SourceRefused(f"{name} is no text file; save it as UTF-8 text, Markdown or HTML")
    return text


def _from_text(text: str, suffix: "re.Match[str] | None") -> ReadSource:
    plain = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    title = ""
    if suffix is not None and suffix[0] in {".md", ".markdown"}:
        plain = re.sub(r"\A---\n.*?\n---\n", "", plain, flags=re.DOTALL)
        heading = re.search(r"^#\s+(.+?)\s*#*$", plain, re.MULTILINE)
        title = heading[1] if heading else ""
        plain = re.sub(r"!\[([^\]]*)\]\([^)]*\)", r"\1", plain)
        plain = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", plain)
        plain = re.sub(r"^\s{0,3}(?:#{1,6}\s+|>\s?|[-*+]\s+)", "", plain, flags=re.MULTILINE)
        plain = re.sub(r"(\*\*|__|`)(?=\S)(.+?)(?<=\S)\1", r"\2", plain)
    return ReadSource(title.strip()[:300], _paragraphs(plain))


def _from_html(data: bytes, charset: str) -> ReadSource:
    from lxml import etree, html

    # The size of a page is bounded already; without huge_tree a long one would be refused half-way.
    parser = html.HTMLParser(encoding=charset or _said_charset(data), huge_tree=True, remove_comments=True)
    try:
        root = html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, LookupError, ValueError) as unreadable:
        raise SourceRefused(f"the page cannot be read as HTML: {unreadable}") from unreadable
    titles = root.xpath("string((//meta[@property='og:title']/@content | //title)[1])")
    title = " ".join(_CONTROL.sub("", str(titles)).split())
    for element in list(root.iter(*_SILENT)):
        element.drop_tree()
    body = _main_part(root)
    for element in body.iter(*_BLOCK):
        element.text = f"\n\n{element.text or ''}"
        element.tail = f"\n\n{element.tail or ''}"
    text = "\n".join(" ".join(line.split()) for line in _CONTROL.sub("", str(body.text_content())).split("\n"))
    return ReadSource(title[:300], _paragraphs(text))


def _said_charset(data: bytes) -> str:
    found = re.search(rb"<meta[^>]+charset=[\"']?([\w-]+)", data[:2048], re.IGNORECASE)
    return found[1].decode("ascii") if found else "utf-8"


def _main_part(root: "HtmlElement") -> "HtmlElement":
    """The part that holds the document where a page says so and it is not just a teaser, else all of it."""
    whole = len(root.text_content())
    candidates = [element for element in root.iter("main", "article") if len(element.text_content()) * 2 > whole]
    return candidates[0] if candidates else root


def _paragraphs(text: str) -> str:
    lines = [line.strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
