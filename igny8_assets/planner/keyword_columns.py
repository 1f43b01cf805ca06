"""One table of a keyword file to keyword rows, column by column."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from igny8_assets.planner.keyword_cells import (
    GOOGLE_BUCKETS,
    CellError,
    is_unknown,
    read_competition,
    read_difficulty,
    read_intents,
    read_list,
    read_number,
    read_price,
    read_trend,
    read_volume,
    scaled_months,
)
from igny8_assets.planner.keyword_exports import ColumnMapping
from igny8_assets.planner.keyword_rows import KeywordRow, RowProblem, VolumeKind
from igny8_assets.planner.keyword_tables import Table
from igny8_resources.contracts.vocabulary import Intent
from igny8_resources.word_stems import display_text, normalise

MAX_KEYWORD_CHARACTERS = 200
_FORMULA = re.compile(r"^[=+\-@]\s*(?:[A-Z][A-Z0-9.]*\s*\(|'?[\w ]+'?!|cmd\s*\|)", re.IGNORECASE)
_FORCED_TEXT = re.compile(r'^="(.*)"$', re.DOTALL)
_ESCAPED = re.compile(r"^'(?=[=+\-@\t\r])")
_TRUE = frozenset({"true", "1", "yes", "y", "x"})
_STATED_KINDS: dict[str, VolumeKind] = {"exact": "exact", "bucket": "bucket", "impressions": "impressions"}
T = TypeVar("T")


@dataclass
class TableReader:
    """Reads one table column by column: each distinct cell text is parsed once, which is what makes long files fast."""

    table: Table
    header: int
    mapping: ColumnMapping
    market: str | None
    problems: dict[int, list[RowProblem]] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)

    def read(self, rows: list[KeywordRow], problems: list[RowProblem]) -> None:
        """Append the table's usable rows and its problems, both in the file's order."""
        width = len(self.mapping.headers)
        records, numbers = [], []
        for number, record in enumerate(self.table.rows[self.header + 1 :], self.header + 2):
            if not any(cell and not cell.isspace() for cell in record):
                continue
            if len(record) > width and any(cell.strip() for cell in record[width:]):
                expected = f"{width} cells; a value that holds the delimiter needs quotes"
                self._report(number, "(row)", ",".join(record), expected)
                continue
            records.append(record)
            numbers.append(number)
        self.numbers = numbers
        self.cells = [[record[column] if column < len(record) else "" for record in records] for column in range(width)]
        rows.extend(self._rows())
        problems.extend(problem for number in sorted(self.problems) for problem in self.problems[number])

    def _rows(self) -> Iterator[KeywordRow]:
        count = len(self.numbers)
        texts = [_keyword_text(cell) for cell in self._column("keyword")]
        normals = [normalise(text) for text in texts]
        for index, (text, normal) in enumerate(zip(texts, normals, strict=True)):
            if expected := _keyword_trouble(text, normal):
                self._report(self.numbers[index], self._header("keyword"), text, expected)
        volumes, kinds = self._volumes()
        prices = self._read("cpc", read_price)
        currencies = self._read("currency", _currency)
        named = self.mapping.cpc_currency
        markets = self._read("market", _market)
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
            [found or self.market for found in markets],
            self._read("url", _text_or_none),
            self._read("position", _decimal_or_none),
            self._read("clicks", _whole_or_none),
            self._read("topic", _text_or_none),
            self._read("page", _text_or_none),
            [self.mapping.tool] * count,
            self.numbers,
        )
        for row in map(KeywordRow._make, zip(*fields, strict=True)):
            if row.row not in self.refused:
                yield row

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
        if self.mapping.tool == "google_keyword_planner" and self._only_buckets(volumes):
            kinds = ["bucket" if kind == "exact" else kind for kind in kinds]
        return volumes, kinds

    def _only_buckets(self, volumes: Sequence[int | None]) -> bool:
        """Accounts with little spend get round figures and empty months instead of real ones."""
        months = (cell for column in self.mapping.month_columns for cell in self.cells[column])
        return all(volume is None or volume in GOOGLE_BUCKETS for volume in volumes) and all(map(is_unknown, months))

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
        known: dict[str, T] = {}
        trouble: dict[str, str] = {}
        for cell in set(cells):
            try:
                known[cell] = reader(cell)
            except CellError as error:
                known[cell], trouble[cell] = empty, str(error)
        if trouble:
            for number, cell in zip(self.numbers, cells, strict=True):
                if cell in trouble:
                    self._report(number, self._header(name), cell, trouble[cell], refuse=refuse)
        return [known[cell] for cell in cells]

    def _report(self, number: int, column: str, value: str, expected: str, *, refuse: bool = True) -> None:
        shown = value if len(value) <= 80 else f"{value[:77]}…"
        problem = RowProblem(number, column, shown, expected, refuse, self.table.member)
        self.problems.setdefault(number, []).append(problem)
        if refuse:
            self.refused.add(number)


def _keyword_text(cell: str) -> str:
    forced = _FORCED_TEXT.match(cell.strip())
    return display_text(_ESCAPED.sub("", forced[1].replace('""', '"') if forced else cell))


def _keyword_trouble(text: str, normal: str) -> str | None:
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
    found = " ".join(cell.split())
    return (found.casefold() if len(found) <= 3 else found) or None


def _text_or_none(cell: str) -> str | None:
    text = display_text(_ESCAPED.sub("", cell))
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
