"""One table of a keyword file to keyword rows, column by column."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from igny8_assets.planner.keywords.cells import (
    GOOGLE_BUCKETS,
    LONGEST_URL,
    CellError,
    is_unknown,
    read_competition,
    read_difficulty,
    read_intents,
    read_list,
    read_number,
    read_price,
    read_trend,
    read_urls,
    read_volume,
    scaled_months,
)
from igny8_assets.planner.keywords.exports import ColumnMapping
from igny8_assets.planner.keywords.markets import market_code
from igny8_assets.planner.keywords.records import Block
from igny8_assets.planner.keywords.rows import KeywordRow, RowProblem, VolumeKind
from igny8_resources.contracts.vocabulary import Intent
from igny8_resources.word_stems import display_text, normalise

# What the warehouse keeps of each.
MAX_KEYWORD_CHARACTERS = 200
MAX_MARKET_CHARACTERS = 20
MAX_CELL_CHARACTERS = 32_767  # no spreadsheet holds a longer one
MOST_CELLS_REMEMBERED = 100_000
_FORMULA = re.compile(r"^[=+\-@]\s*(?:[A-Z][A-Z0-9.]*\s*\(|'?[\w ]+'?!|cmd\s*\|)", re.IGNORECASE)
_FORCED_TEXT = re.compile(r'^="(.*)"$', re.DOTALL)
_ESCAPED = re.compile(r"^'(?=[=+\-@\t\r])")
_TRUE = frozenset({"true", "1", "yes", "y", "x"})
_STATED_KINDS: dict[str, VolumeKind] = {"exact": "exact", "bucket": "bucket", "impressions": "impressions"}
T = TypeVar("T")


@dataclass(frozen=True)
class KeywordChunk:
    """What consecutive records of a file hold: every record is a usable row, a refused one or a blank one."""

    rows: list[KeywordRow]
    problems: list[RowProblem]
    records: int
    refused: int
    blank: int


@dataclass
class TableReader:
    """Reads a table block by block and column by column: each distinct cell text is parsed once, which makes it fast.

    ``only_buckets`` says that every volume of the file is one of Google's round figures without months.
    """

    member: str
    mapping: ColumnMapping
    market: str | None
    only_buckets: bool = False
    _read_before: dict[str, dict[str, Any]] = field(default_factory=dict)

    def read(self, block: Block) -> KeywordChunk:
        """The block's usable rows and its problems, both in the file's order."""
        return _BlockReader(self, block).read()

    def holds_only_buckets(self, block: Block) -> bool:
        """Accounts with little spend get round figures and empty months instead of real ones."""
        column = self.mapping.columns.get("volume")
        if column is None:
            return False
        months = (cell for month in self.mapping.month_columns for cell in block.columns[month])
        return all(map(_is_bucket, set(block.columns[column]))) and all(map(is_unknown, months))

    def known_cells(self, name: str) -> dict[str, Any]:
        """The cells of a field that were read before; forgotten from time to time, so that memory stays flat."""
        known = self._read_before.setdefault(name, {})
        if len(known) > MOST_CELLS_REMEMBERED:
            known.clear()
        return known


class _BlockReader:
    """The reading of one block; ``numbers`` and ``cells`` leave blank and overlong records out."""

    def __init__(self, table: TableReader, block: Block) -> None:
        self.table = table
        self.mapping = table.mapping
        self.problems: dict[int, list[RowProblem]] = {}
        self.refused: set[int] = set()
        self.block = block
        width = len(self.mapping.headers)
        left_out = set()
        for index, record in block.overlong.items():
            if any(cell.strip() for cell in record[width:]):
                expected = f"{width} cells; a value that holds the delimiter needs quotes"
                self._report(block.first + index, "(row)", ",".join(record), expected)
                left_out.add(index)
        keywords = block.columns[self.mapping.columns["keyword"]]
        without = [
            index for index, cell in enumerate(keywords) if (not cell or cell.isspace()) and index not in left_out
        ]
        blank = {i for i in without if not any(column[i] and not column[i].isspace() for column in block.columns)}
        self.blank = len(blank)
        left_out |= blank
        kept = [index for index in range(len(block)) if index not in left_out] if left_out else range(len(block))
        self.numbers: Sequence[int] = [block.first + index for index in kept]
        self.cells = [[column[index] for index in kept] for column in block.columns] if left_out else block.columns

    def read(self) -> KeywordChunk:
        rows = self._rows()
        return KeywordChunk(
            rows=[row for row in rows if row.row not in self.refused] if self.refused else rows,
            problems=[problem for number in sorted(self.problems) for problem in self.problems[number]],
            records=len(self.block),
            refused=len(self.refused),
            blank=self.blank,
        )

    def _rows(self) -> list[KeywordRow]:
        count = len(self.numbers)
        texts, normals = self._keywords()
        volumes, kinds = self._volumes()
        prices = self._read("cpc", read_price)
        currencies = self._read("currency", _currency)
        named = self.mapping.cpc_currency
        market = self.table.market
        fields = (
            texts,
            normals,
            volumes,
            kinds,
            self._read("difficulty", read_difficulty, refuse=True),
            self._intents(),
            [price for price, _ in prices],
            [
                None if price is None else sign or own or named
                for (price, sign), own in zip(prices, currencies, strict=True)
            ],
            self._read("competition", read_competition),
            self._trends(),
            self._read("serp_features", read_list),
            [found or market for found in self._read("market", _market)],
            self._read("url", _url_or_none),
            self._read("position", _decimal_or_none),
            self._read("clicks", _whole_or_none),
            self._read("topic", _name_or_none),
            self._read("page", _name_or_none),
            self._read("traffic", _decimal_or_none),
            self._results(),
            [self.mapping.tool] * count,
            self.numbers,
        )
        return list(map(_MADE_ROW, zip(*fields, strict=True)))

    def _keywords(self) -> tuple[list[str], list[str]]:
        texts = self._column("keyword")
        # Most keywords are short, plain and in small letters: they are what they are, and only the others are looked at.
        unlike = [place for place, cell in enumerate(texts) if not _PLAIN(cell) or len(cell) > MAX_KEYWORD_CHARACTERS]
        if not unlike:
            return texts, texts
        texts = list(texts)
        for place in unlike:
            texts[place] = _keyword_text(texts[place])
        normals = list(texts)
        header = self._header("keyword")
        for place in unlike:
            text = texts[place]
            normals[place] = normal = normalise(text)
            if expected := keyword_trouble(text, normal):
                self._report(self.numbers[place], header, text, expected)
        return texts, normals

    def _volumes(self) -> tuple[list[int | None], list[VolumeKind]]:
        if self.mapping.tool == "google_search_console" and "volume" not in self.mapping.columns:
            seen = self._read("impressions", _whole_or_none)
            return seen, ["unknown" if number is None else "impressions" for number in seen]
        parsed = self._read("volume", read_volume, refuse=True)
        volumes, kinds = [volume for volume, _ in parsed], [kind for _, kind in parsed]
        stated = [cell.strip().casefold() for cell in self._column("volume_kind")]
        kinds = [
            _STATED_KINDS.get(word, kind) if volume is not None else "unknown"
            for volume, kind, word in zip(volumes, kinds, stated, strict=True)
        ]
        if self.table.only_buckets:
            kinds = ["bucket" if kind == "exact" else kind for kind in kinds]
        return volumes, kinds

    def _intents(self) -> list[tuple[Intent, ...]]:
        flags = self.mapping.intent_columns
        if "intent" in self.mapping.columns or not flags:
            return self._read("intent", read_intents)
        columns = [[cell.strip().casefold() in _TRUE for cell in self.cells[column]] for column in flags.values()]
        names: list[Intent] = list(flags)  # type: ignore[arg-type]
        return [
            tuple(name for name, set_ in zip(names, row, strict=True) if set_) for row in zip(*columns, strict=True)
        ]

    def _trends(self) -> list[tuple[float, ...]]:
        if "trend" in self.mapping.columns or not self.mapping.month_columns:
            return self._read("trend", read_trend)
        columns = [self.cells[column] for column in self.mapping.month_columns]
        return [_months(row) for row in zip(*columns, strict=True)]

    def _results(self) -> list[tuple[str, ...]]:
        if "serp_urls" in self.mapping.columns or not self.mapping.result_columns:
            return self._read("serp_urls", read_urls)
        columns = [self.cells[column] for column in self.mapping.result_columns]
        return [read_urls("\n".join(row)) for row in zip(*columns, strict=True)]

    def _column(self, name: str) -> list[str]:
        column = self.mapping.columns.get(name)
        return [""] * len(self.numbers) if column is None else self.cells[column]

    def _header(self, name: str) -> str:
        return self.mapping.headers[self.mapping.columns[name]]

    def _read(self, name: str, reader: Callable[[str], T], *, refuse: bool = False) -> list[T]:
        """A column's values; a cell that cannot be read is reported, and its row is left out when ``refuse``."""
        empty = reader("")
        if name not in self.mapping.columns:
            return [empty] * len(self.numbers)
        cells = self.cells[self.mapping.columns[name]]
        known: dict[str, T] = self.table.known_cells(name)
        trouble: dict[str, tuple[str, bool]] = {}
        for cell in set(cells) - known.keys():
            if len(cell) > MAX_CELL_CHARACTERS:
                expected = f"a cell of at most {MAX_CELL_CHARACTERS:,} characters (this one has {len(cell):,})"
                trouble[cell] = expected, True
                continue
            try:
                known[cell] = reader(cell)
            except CellError as error:
                trouble[cell] = str(error), refuse
        if not trouble:
            return list(map(known.__getitem__, cells))
        for number, cell in zip(self.numbers, cells, strict=True):
            if cell in trouble:
                expected, costs_row = trouble[cell]
                self._report(number, self._header(name), cell, expected, refuse=costs_row)
        return [empty if cell in trouble else known[cell] for cell in cells]

    def _report(self, number: int, column: str, value: str, expected: str, *, refuse: bool = True) -> None:
        shown = value if len(value) <= 80 else f"{value[:77]}…"
        problem = RowProblem(number, column, shown, expected, refuse, self.table.member)
        self.problems.setdefault(number, []).append(problem)
        if refuse:
            self.refused.add(number)


# What ``_make`` does, without a call of Python's own for each row.
_MADE_ROW: Callable[[Iterable[Any]], KeywordRow] = partial(tuple.__new__, KeywordRow)
_PLAIN = re.compile(r"[a-z0-9]+(?: [a-z0-9]+)*").fullmatch


def _keyword_text(cell: str) -> str:
    if cell.isascii() and cell[:1].isalnum():
        return display_text(cell)
    forced = _FORCED_TEXT.match(cell.strip())
    return display_text(_ESCAPED.sub("", forced[1].replace('""', '"') if forced else cell))


def _is_bucket(cell: str) -> bool:
    try:
        volume, _ = read_volume(cell)
    except CellError:
        return True
    return volume is None or volume in GOOGLE_BUCKETS


def keyword_trouble(text: str, normal: str) -> str | None:
    """What was expected in the place of a text that is no keyword; None for one that is. ``normal`` is its normal form."""
    if not normal:
        return "a keyword"
    if len(text) > MAX_KEYWORD_CHARACTERS:
        return f"a keyword of at most {MAX_KEYWORD_CHARACTERS} characters (this one has {len(text)})"
    if "\ufffd" in text:
        return "readable text: save the file as UTF-8"
    if text[0] in "=+-@" and _FORMULA.match(text):
        return "a keyword, not a spreadsheet formula"
    if normal.isascii() and not any(map(str.isalnum, normal)):
        return "a keyword with at least one letter or digit"
    return None


def _currency(cell: str) -> str | None:
    return cell.strip().upper()[:3] or None


def _market(cell: str) -> str | None:
    code = market_code(display_text(cell))
    if len(code) > MAX_MARKET_CHARACTERS:
        raise CellError(f"a market such as us or United States, at most {MAX_MARKET_CHARACTERS} characters")
    return code or None


def _name_or_none(cell: str) -> str | None:
    text = display_text(_ESCAPED.sub("", cell))
    if len(text) > MAX_KEYWORD_CHARACTERS:
        raise CellError(f"at most {MAX_KEYWORD_CHARACTERS} characters (this one has {len(text)})")
    return None if is_unknown(text) else text


def _url_or_none(cell: str) -> str | None:
    text = display_text(_ESCAPED.sub("", cell))
    if len(text) > LONGEST_URL:
        raise CellError(f"a URL of at most {LONGEST_URL:,} characters (this one has {len(text):,})")
    return None if is_unknown(text) else text


def _decimal_or_none(cell: str) -> float | None:
    if is_unknown(cell):
        return None
    try:
        return read_number(cell)
    except ValueError:
        raise CellError("a number (empty if unknown)") from None


def _whole_or_none(cell: str) -> int | None:
    if is_unknown(cell):
        return None
    try:
        return round(read_number(cell, whole=True))
    except ValueError:
        raise CellError("a whole number (empty if unknown)") from None


def _months(cells: Sequence[str]) -> tuple[float, ...]:
    if all(map(is_unknown, cells)):
        return ()
    try:
        return scaled_months([0.0 if is_unknown(cell) else read_number(cell, whole=True) for cell in cells])
    except ValueError:
        return ()
