"""Which tool wrote a keyword file, and which of its columns means what: recognised from the header alone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from igny8_resources.contracts.vocabulary import INTENTS

Tool = Literal[
    "semrush_keyword_magic",
    "semrush_strategy_builder",
    "semrush_api",
    "semrush_positions",
    "ahrefs_keywords_explorer",
    "ahrefs_site_explorer",
    "google_keyword_planner",
    "google_search_console",
    "by_hand",
]

TOOL_NAMES: dict[Tool, str] = {
    "semrush_keyword_magic": "Semrush Keyword Magic",
    "semrush_strategy_builder": "Semrush Keyword Strategy Builder",
    "semrush_api": "Semrush API",
    "semrush_positions": "Semrush organic positions",
    "ahrefs_keywords_explorer": "Ahrefs Keywords Explorer",
    "ahrefs_site_explorer": "Ahrefs Site Explorer",
    "google_keyword_planner": "Google Keyword Planner",
    "google_search_console": "Google Search Console",
    "by_hand": "a list made by hand",
}

# The first tool of which a file shows enough telling headers has written it, so the most particular stand first.
_TELLS: tuple[tuple[Tool, int, frozenset[str]], ...] = (
    ("google_keyword_planner", 1, frozenset({"avg. monthly searches", "top of page bid (high range)"})),
    ("google_search_console", 1, frozenset({"top queries", "ctr"})),
    ("semrush_strategy_builder", 2, frozenset({"seed keyword", "page type", "topic", "tags"})),
    ("semrush_positions", 1, frozenset({"previous position", "keyword intents", "traffic (%)", "position type"})),
    ("ahrefs_site_explorer", 1, frozenset({"current position", "current url", "branded", "current traffic"})),
    (
        "ahrefs_keywords_explorer",
        1,
        frozenset({"parent keyword", "parent topic", "global volume", "traffic potential", "cps"}),
    ),
    ("semrush_api", 1, frozenset({"keyword difficulty index"})),
    ("semrush_keyword_magic", 1, frozenset({"competitive density", "number of results"})),
    ("semrush_keyword_magic", 2, frozenset({"keyword difficulty", "intent", "trend", "serp features", "cpc (usd)"})),
)

# The preferred header of a field stands first.
_HEADERS: dict[str, tuple[str, ...]] = {
    "keyword": (
        "keyword", "keywords", "top queries", "query", "queries", "search query", "search term", "search terms",
        "keyphrase", "key phrase", "phrase", "search phrase",
    ),
    "volume": (
        "volume", "search volume", "avg. monthly searches", "avg monthly searches", "average monthly searches",
        "monthly searches", "monthly search volume", "monthly volume", "searches", "search vol", "vol", "msv", "sv",
    ),
    "difficulty": (
        "keyword difficulty", "difficulty", "kd", "kd %", "kd%", "keyword difficulty index", "keyword difficulty %",
        "keyword difficulty (kd)", "seo difficulty",
    ),
    "intent": ("intent", "intents", "keyword intents", "keyword intent", "search intent"),
    "cpc": ("cpc", "cost per click", "top of page bid (high range)", "avg. cpc", "average cpc"),
    "currency": ("currency",),
    "competition": ("competition (indexed value)", "competitive density", "competition", "com."),
    "trend": ("trend", "trends", "sv trend"),
    "serp_features": ("serp features", "serp features by keyword"),
    "market": ("country", "database", "market"),
    "url": ("url", "current url", "landing page", "ranking url"),
    "position": ("position", "current position", "average position", "avg. position"),
    "clicks": ("clicks",),
    "traffic": ("traffic", "current traffic", "organic traffic"),
    "impressions": ("impressions",),
    "topic": ("topic", "parent keyword", "parent topic", "cluster", "group", "ad group"),
    "page": ("page",),
    "volume_kind": ("volume kind",),
    "serp_urls": ("serp urls", "top 10 urls", "top urls", "top 10 results", "serp results", "serp"),
}  # fmt: skip
FIELD_OF_HEADER = {header: name for name, headers in _HEADERS.items() for header in headers}
_IN_BRACKETS = re.compile(r"^(cpc|volume|search volume|sv trend)\s*\(([^)]*)\)$")
_RESULT = re.compile(r"^(?:top |serp |result )?(?:url|result)\s*#?\s*(\d{1,2})$")
_MONTH = re.compile(r"^searches:\s*([a-z]{3})[a-z]*\s+(\d{4})$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MUST_BE_CLEAR = ("volume", "difficulty")


class KeywordFileError(Exception):
    """A keyword file that cannot be read at all; the message says what was found and what to do."""


@dataclass(frozen=True)
class ColumnMapping:
    """Where each field stands. Numbers are column indexes, ``headers`` the file's own names.

    ``month_columns`` are Google's monthly searches, oldest first; ``intent_columns`` true/false columns by intent;
    ``result_columns`` the URLs of a results page, one column a place, best first.
    """

    tool: Tool
    headers: tuple[str, ...]
    columns: dict[str, int]
    month_columns: tuple[int, ...] = ()
    intent_columns: dict[str, int] = field(default_factory=dict)
    result_columns: tuple[int, ...] = ()
    cpc_currency: str | None = None
    notes: tuple[str, ...] = ()

    def named(self) -> dict[str, str]:
        """The file's header by field."""
        return {name: self.headers[column] for name, column in self.columns.items()}

    def unmapped(self) -> tuple[str, ...]:
        """The headers that mean nothing to the importer."""
        used = {*self.columns.values(), *self.month_columns, *self.intent_columns.values(), *self.result_columns}
        return tuple(header for column, header in enumerate(self.headers) if column not in used and header)


def plain_header(cell: str) -> str:
    """A header for comparison: lower case, single spaces, no quotes or byte order mark."""
    return " ".join(cell.replace("\ufeff", "").strip().strip("\"'").casefold().split())


def _field_of(header: str) -> str | None:
    known = FIELD_OF_HEADER.get(header)
    if known is None and (bracketed := _IN_BRACKETS.match(header)):
        known = FIELD_OF_HEADER[bracketed[1]]
    return known


def header_strength(cells: Sequence[str], chosen: Mapping[str, str] | None = None) -> int:
    """How many cells are headers the importer knows; 0 unless one of them is the keyword column."""
    plain = [plain_header(cell) for cell in cells]
    wanted = {plain_header(header) for header in (chosen or {}).values()}
    fields = [_field_of(header) for header in plain]
    has_keyword = "keyword" in fields or bool((chosen or {}).get("keyword") and wanted & set(plain))
    known = sum(name is not None or header in wanted for name, header in zip(fields, plain, strict=True))
    return known if has_keyword else 0


def recognise_tool(headers: Sequence[str], delimiter: str | None = None) -> Tool:
    """The tool that writes such a header; *by_hand* when none stands out."""
    plain = {plain_header(header) for header in headers}
    for tool, least, tells in _TELLS:
        if len(tells & plain) >= least:
            return tool
    return "semrush_api" if delimiter == ";" and {"database", "search volume"} <= plain else "by_hand"


def map_columns(
    headers: Sequence[str], *, name: str, delimiter: str | None = None, chosen: Mapping[str, str] | None = None
) -> ColumnMapping:
    """Say which column holds which field.

    Args:
        headers: The header row as it stands.
        name: The file's name, for messages.
        delimiter: The delimiter of a text file.
        chosen: The user's own choice, header by field; it wins over recognition.

    Raises:
        KeywordFileError: no keyword column, an unknown choice, or two columns that could both be the volume or the
            difficulty.
    """
    plain = [plain_header(header) for header in headers]
    tool = recognise_tool(headers, delimiter)
    claims: dict[str, list[int]] = {}
    for column, header in enumerate(plain):
        known = _field_of(header)
        if known is not None:
            claims.setdefault(known, []).append(column)
    for wanted, header in (chosen or {}).items():
        if wanted not in _HEADERS or plain_header(header) not in plain:
            raise KeywordFileError(
                f"{name}: cannot take column {header!r} as {wanted!r}. Fields are {', '.join(_HEADERS)}; "
                f"the file's columns are {_listed(headers)}."
            )
        claims[wanted] = [plain.index(plain_header(header))]
    if "keyword" not in claims:
        raise no_keyword_column(name, headers)
    notes, columns = [], {}
    for wanted, found in claims.items():
        preference = _HEADERS[wanted]
        found.sort(key=lambda column: preference.index(plain[column]) if plain[column] in preference else 99)
        columns[wanted] = found[0]
        if len(found) > 1 and wanted in _MUST_BE_CLEAR:
            raise KeywordFileError(
                f"{name}: columns {_listed([headers[column] for column in found])} could all be the {wanted}. "
                f"Rename all but one of them, or name the one to use for {wanted!r}."
            )
        if len(found) > 1:
            rest = _listed([headers[column] for column in found[1:]])
            notes.append(f"{headers[found[0]]!r} was taken as {wanted}; {rest} was left aside")
    if tool == "google_search_console" and "page" in columns:
        columns.setdefault("url", columns["page"])
        del columns["page"]
    bracketed = _IN_BRACKETS.match(plain[columns["cpc"]]) if "cpc" in columns else None
    return ColumnMapping(
        tool=tool,
        headers=tuple(header.replace("\ufeff", "").strip() for header in headers),
        columns=columns,
        month_columns=_month_columns(plain),
        intent_columns={header: column for column, header in enumerate(plain) if header in INTENTS},
        result_columns=_result_columns(plain),
        cpc_currency=bracketed[2].upper() if bracketed else None,
        notes=tuple(notes),
    )


def no_keyword_column(name: str, headers: Sequence[str]) -> KeywordFileError:
    """The error for a file without a recognisable keyword column: what was seen and how to say which one it is."""
    return KeywordFileError(
        f"{name}: found no keyword column. The columns seen are {_listed(headers)}. Rename the column that holds the "
        "searches to 'keyword' (the first row must be the header), or name that column as 'keyword' when importing."
    )


def _month_columns(plain: Sequence[str]) -> tuple[int, ...]:
    dated = []
    for column, header in enumerate(plain):
        month = _MONTH.match(header)
        if month and month[1] in _MONTHS:
            dated.append((int(month[2]), _MONTHS.index(month[1]), column))
    return tuple(column for _, _, column in sorted(dated)[-12:])


def _result_columns(plain: Sequence[str]) -> tuple[int, ...]:
    """The columns of a results page by place."""
    places = [(int(found[1]), column) for column, header in enumerate(plain) if (found := _RESULT.match(header))]
    return tuple(column for place, column in sorted(places) if 1 <= place <= 10)


def _listed(headers: Sequence[str]) -> str:
    shown = [repr(header.strip()[:40]) for header in headers if header.strip()][:20]
    return ", ".join(shown) + (" …" if len(headers) > 20 else "") if shown else "none"
