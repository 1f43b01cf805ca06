"""Renders an article's typed blocks as a clean HTML fragment: the body below the page's title.

Belongs here: markup. Does not belong here: wording of the article, links between articles, the page around it.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from igny8_assets import article_anchors as ids
from igny8_assets.article_anchors import ArticleAnchors, article_anchors
from igny8_assets.article_passages import plain_text, word_count
from igny8_assets.writer.article_references import References
from igny8_resources.contracts.sources import CitableSource
from igny8_resources.contracts.values import Value
from igny8_resources.contracts.writer import ArticleDraft, ProsCons, Section, Table

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = [
    "ArticleLabels", "Heading", "ImageMisplacedError", "PlacedImage", "headings", "plain_text", "render_article",
    "sanitise", "word_count",
]  # fmt: skip

# Sections on the subject are the text itself; every other part is marked, so that pages can set it apart.
_PLAIN_PARTS = frozenset({"", "topic", "subtopic"})
_TABLES = frozenset({"comparison_table", "specifications", "criteria", "roundup", "related_items"})
_SIZES = "(min-width: 48rem) 44rem, 100vw"
_TAGS = {
    "a", "aside", "blockquote", "br", "caption", "code", "div", "em", "figcaption", "figure", "h2", "h3", "h4", "img",
    "li", "nav", "ol", "p", "section", "strong", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"class", "id", "lang", "dir", "aria-label", "aria-labelledby"},
    "a": {"href", "hreflang", "rel", "data-link-id"},
    "li": {"data-link-id"},
    "nav": {"data-link-id"},
    "ol": {"start"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height", "loading", "decoding", "fetchpriority"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}


class ImageMisplacedError(ValueError):
    """A picture names a section that the draft does not have."""


class PlacedImage(Value):
    """A finished picture and where it stands: under section ``section_index``, or above the introduction when None.

    ``width`` and ``height`` are the pixels of ``src``; ``srcset`` may be empty.
    """

    section_index: int | None
    src: str
    srcset: str = ""
    alt: str
    caption: str = ""
    width: int
    height: int


class ArticleLabels(Value):
    """The few words that the renderer itself adds; pass a translation for sites that are not in English."""

    takeaways: str = "Key takeaways"
    pros_cons: str = "Pros and cons"
    pros: str = "Pros"
    cons: str = "Cons"
    faq: str = "Frequently asked questions"
    conclusion: str = "In short"
    sources: str = "Sources"


class Heading(NamedTuple):
    """A heading of the rendered body: its level, its words and the id it carries."""

    level: Literal[2, 3]
    text: str
    id: str


def render_article(
    draft: ArticleDraft,
    images: Sequence[PlacedImage] = (),
    labels: ArticleLabels | None = None,
    sources: Sequence[CitableSource] = (),
) -> str:
    """The article's body as a safe HTML fragment: no H1, every text escaped, every heading with an id of its own.

    A section that fulfils a part of the outline contract is a ``section`` with that part's name as its class; what the
    writer asks of the editor (``to_supply``) is left out.
    Passages that cite one of ``sources`` carry its number, which leads to the list of sources at the end.
    Pictures stand after the first paragraph of their section and load lazily; one without a section stands first and
    loads at once, as it is what a reader sees first.

    Raises:
        ImageMisplacedError: an image's ``section_index`` is not one of the draft's sections.
    """
    anchors, said, refs = article_anchors(draft), labels or ArticleLabels(), References(draft, sources)
    for image in images:
        if image.section_index is not None and not 0 <= image.section_index < len(draft.sections):
            raise ImageMisplacedError(
                f"image {image.src!r} is placed under section {image.section_index}, but the article has sections "
                f"0 to {len(draft.sections) - 1}: make the image plan again from this draft"
            )
    parts: list[Markup] = [_figure(image, first=True) for image in images if image.section_index is None]
    parts += _paragraphs(_marked(refs, draft.introduction, "introduction"))
    if any(draft.key_takeaways):
        parts.append(
            _tag(
                "aside",
                *_titled(said.takeaways, ids.TAKEAWAYS),
                _list("ul", _marked(refs, draft.key_takeaways, "takeaways")),
                class_="takeaways",
            )
        )
    for index, section in enumerate(draft.sections):
        figures = [_figure(image) for image in images if image.section_index == index]
        parts += _section(section, index, anchors, figures, refs)
    if draft.pros_cons:
        parts.append(_pros_cons(draft.pros_cons, anchors, said))
    if draft.faq:
        questions = [
            _lines(*_titled(pair.question, anchor, 3), *_answer(refs, pair.answer, f"faq:{number}"))
            for number, (pair, anchor) in enumerate(zip(draft.faq, anchors.questions, strict=True))
        ]
        parts.append(_tag("section", *_titled(said.faq, ids.FAQ), *questions, class_="faq"))
    if any(draft.conclusion):
        parts.append(
            _tag(
                "section",
                *_titled(said.conclusion, ids.CONCLUSION),
                *_paragraphs(_marked(refs, draft.conclusion, "conclusion")),
                class_="conclusion",
            )
        )
    if draft.call_to_action.strip():
        parts.append(_tag("p", draft.call_to_action, class_="cta"))
    if refs.sources:
        listed = _tag("ol", *refs.entries())
        parts.append(_tag("section", *_titled(said.sources, ids.SOURCES), listed, class_="sources"))
    return sanitise(str(_lines(*parts)))


def sanitise(fragment: str) -> str:
    """Keep what an article may contain and drop everything else: scripts, styles, event handlers, foreign schemes."""
    import nh3

    return nh3.clean(
        fragment, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto"}, link_rel=None
    )


def headings(draft: ArticleDraft, labels: ArticleLabels | None = None) -> list[Heading]:
    """The headings of the rendered body that a table of contents may point at, in order (no H4)."""
    anchors, said = article_anchors(draft), labels or ArticleLabels()
    found = [
        Heading(2, section.heading, anchor)
        for section, anchor in zip(draft.sections, anchors.sections, strict=True)
        if section.heading.strip()
    ]
    if draft.pros_cons:
        found.append(Heading(2, said.pros_cons, ids.PROS_CONS))
        found += [
            Heading(3, entry.subject, anchor)
            for entry, anchor in zip(draft.pros_cons, anchors.subjects, strict=True)
            if entry.subject.strip()
        ]
    if draft.faq:
        found.append(Heading(2, said.faq, ids.FAQ))
        found += [
            Heading(3, pair.question, anchor)
            for pair, anchor in zip(draft.faq, anchors.questions, strict=True)
            if pair.question.strip()
        ]
    if any(draft.conclusion):
        found.append(Heading(2, said.conclusion, ids.CONCLUSION))
    return found


def _section(
    section: Section, index: int, anchors: ArticleAnchors, figures: "Sequence[Markup]", refs: References
) -> "list[Markup]":
    anchor, where = anchors.sections[index], f"section:{index}"
    paragraphs = _paragraphs(_marked(refs, section.paragraphs, f"{where}/paragraph"))
    if refs.marked("·", where) != "·" and paragraphs:
        # A citation that names the section alone is for what it opens with.
        paragraphs[0] = _tag("p", refs.marked(section.paragraphs[0], where))
    parts = [*_titled(section.heading, anchor), *paragraphs[:1], *figures, *paragraphs[1:]]
    kind = section.part or ""
    if any(section.bullets):
        parts.append(_list("ul", _marked(refs, section.bullets, f"{where}/bullet")))
    if section.steps:
        items = [
            _tag(
                "li",
                _tag("strong", _closed(step.name)),
                " ",
                refs.marked(step.text, f"{where}/step:{number}"),
                id=anchors.step(index, number),
                join="",
            )
            for number, step in enumerate(section.steps)
        ]
        parts.append(_tag("ol", *items, class_="steps"))
    if section.table is not None:
        parts.append(_table(section.table, kind if kind in _TABLES else "", refs, where))
    if kind in _PLAIN_PARTS or not parts:
        return parts
    named = {"aria-labelledby": anchor} if section.heading.strip() else {}
    return [_tag("section", *parts, class_=f"part {kind.replace('_', '-')}", **named)]


def _closed(name: str) -> str:
    """A step's name as a sentence, since its text follows on the same line."""
    return f"{name.strip()}." if name.strip()[-1:].isalnum() else name


def _table(table: Table, kind: str, refs: References, where: str) -> "Markup":
    head = _tag("tr", *(_tag("th", name, scope="col") for name in table.columns))
    rows = []
    for number, row in enumerate(table.rows):
        # What a row rests on stands behind its last cell.
        cells = [*row[:-1], *(refs.marked(cell, f"{where}/row:{number}") for cell in row[-1:])]
        rows.append(
            _tag(
                "tr",
                *(_tag("td", cell) if place else _tag("th", cell, scope="row") for place, cell in enumerate(cells)),
            )
        )
    caption = [_tag("caption", table.caption)] if table.caption.strip() else []
    named = {"class_": kind.replace("_", "-")} if kind else {}
    return _tag("table", *caption, _tag("thead", head), _tag("tbody", *rows), **named)


def _pros_cons(entries: Sequence[ProsCons], anchors: ArticleAnchors, said: ArticleLabels) -> "Markup":
    parts = _titled(said.pros_cons, ids.PROS_CONS)
    for entry, anchor in zip(entries, anchors.subjects, strict=True):
        parts += _titled(entry.subject, anchor, 3)
        parts += [
            _tag("div", _tag("h4", label), _list("ul", statements), class_=name)
            for name, label, statements in (("pros", said.pros, entry.pros), ("cons", said.cons, entry.cons))
            if any(statements)
        ]
    return _tag("section", *parts, class_="pros-cons")


def _figure(image: PlacedImage, *, first: bool = False) -> "Markup":
    from markupsafe import Markup, escape

    attributes = {"src": image.src, "srcset": image.srcset, "sizes": _SIZES if image.srcset else ""}
    written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items() if value)
    loading = ' fetchpriority="high"' if first else ' loading="lazy"'
    size = f' width="{image.width}" height="{image.height}"'
    picture = Markup(f'<img{written} alt="{escape(image.alt)}"{size}{loading} decoding="async">')  # noqa: S704 escaped above
    caption = [_tag("figcaption", image.caption)] if image.caption.strip() else []
    return _tag("figure", picture, *caption)


def _titled(text: str, anchor: str, level: Literal[2, 3] = 2) -> "list[Markup]":
    """The heading, or nothing where the text is empty: an empty heading would be read out as one."""
    return [_tag(f"h{level}", text, id=anchor)] if text.strip() else []


def _marked(refs: References, texts: Sequence[str], where: str) -> "list[str | Markup]":
    """Texts that findings know as ``where:0``, ``where:1`` …, with the numbers of what they cite."""
    return [refs.marked(text, f"{where}:{number}") for number, text in enumerate(texts)]


def _answer(refs: References, answer: str, where: str) -> "list[Markup]":
    paragraphs = [text for text in answer.split("\n") if text.strip()]
    return _paragraphs([*paragraphs[:-1], *(refs.marked(text, where) for text in paragraphs[-1:])])


def _paragraphs(texts: "Iterable[str | Markup]") -> "list[Markup]":
    return [_tag("p", text) for text in texts if text.strip()]


def _list(name: str, items: "Iterable[str | Markup]") -> "Markup":
    return _tag(name, *(_tag("li", item) for item in items if item.strip()))


def _tag(name: str, *content: "str | Markup", join: str | None = None, **attributes: str) -> "Markup":
    """An element around its content, which is escaped unless it is markup; ``class_`` stands for ``class``."""
    from markupsafe import Markup, escape

    written = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items())
    glue = join if join is not None else ("\n" if len(content) > 1 else "")
    inner = Markup(glue).join(item if isinstance(item, Markup) else escape(item.strip() or item) for item in content)  # noqa: S704 a constant
    edge = "\n" if glue else ""
    return Markup(f"<{name}{written}>{edge}{inner}{edge}</{name}>")  # noqa: S704 names are ours, values are escaped


def _lines(*parts: "Markup") -> "Markup":
    from markupsafe import Markup

    return Markup("\n").join(parts)
