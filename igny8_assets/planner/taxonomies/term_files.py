"""Taxonomy terms from a CSV file: the door until a publisher brings them from the CMS itself."""

import csv
import io
import json
from dataclasses import dataclass, field
from typing import Any

REQUIRED = ("taxonomy", "term_id", "name")
OPTIONAL = ("slug", "description", "parent", "count", "attributes")
ATTRIBUTE = "attr:"
# Longest texts that the warehouse takes.
MOST_CHARACTERS = {"taxonomy": 100, "term_id": 100, "name": 200, "slug": 200, "parent": 100}
LARGEST_FILE = 20 * 1024 * 1024


class TermFileRefused(ValueError):
    """A file that cannot be read as a list of terms; the message says what was expected."""


@dataclass(frozen=True)
class TermRow:
    """One term of a file; ``attributes`` maps names to lists of values."""

    taxonomy: str
    term_id: str
    name: str
    slug: str = ""
    description: str = ""
    parent: str = ""
    count: int = 0
    attributes: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class TermFile:
    """The good rows of a file, and a sentence for each row that cannot be used."""

    terms: list[TermRow]
    problems: list[str]


def read_terms(data: bytes, file_name: str) -> TermFile:
    """Read a CSV of terms: ``taxonomy, term_id, name, slug, description, parent, count`` and attributes.

    Attributes stand in a column ``attributes`` as JSON (``{"color": ["red"]}``) or in columns such as ``attr:color``,
    several values divided by ``|``. Of a term that stands twice the last row counts.

    Raises:
        TermFileRefused: it is no UTF-8 CSV, lacks a required column, or is larger than 20 MiB.
    """
    if len(data) > LARGEST_FILE:
        raise TermFileRefused(f"{file_name} has {len(data):,} bytes and at most {LARGEST_FILE:,} are read; split it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise TermFileRefused(f"{file_name} is not UTF-8 text: save it as “CSV UTF-8”") from wrong
    reader = csv.DictReader(io.StringIO(text.replace("\0", "")))
    try:
        columns = [(name or "").strip().casefold() for name in reader.fieldnames or ()]
        reader.fieldnames = columns
        rows = list(enumerate(reader, start=2))
    except csv.Error as wrong:
        raise TermFileRefused(f"{file_name} is no CSV that can be read: {wrong}") from wrong
    if missing := [name for name in REQUIRED if name not in columns]:
        seen = ", ".join(repr(name) for name in columns) or "none"
        raise TermFileRefused(
            f"{file_name} has no column {', '.join(missing)}. The columns seen are {seen}; "
            f"expected {', '.join((*REQUIRED, *OPTIONAL))} or {ATTRIBUTE}NAME"
        )
    terms: dict[tuple[str, str], TermRow] = {}
    problems = []
    for number, cells in rows:
        try:
            term = _term({key: (value or "").strip() for key, value in cells.items() if isinstance(key, str)})
        except ValueError as wrong:
            problems.append(f"row {number}: {wrong}")
            continue
        if (term.taxonomy, term.term_id) in terms:
            problems.append(
                f"row {number}: {term.taxonomy} {term.term_id} stands in an earlier row too; this one counts"
            )
        terms[term.taxonomy, term.term_id] = term
    return TermFile(list(terms.values()), problems)


def _term(cells: dict[str, str]) -> TermRow:
    for name in REQUIRED:
        if not cells[name]:
            raise ValueError(f"{name} is empty")
    for name, most in MOST_CHARACTERS.items():
        if len(cells.get(name, "")) > most:
            raise ValueError(f"{name} has {len(cells[name])} characters, at most {most} are kept")
    counted = cells.get("count") or "0"
    if not counted.isdecimal():
        raise ValueError(f"count {counted!r} is not a number")
    return TermRow(
        taxonomy=cells["taxonomy"],
        term_id=cells["term_id"],
        name=cells["name"],
        slug=cells.get("slug", ""),
        description=cells.get("description", ""),
        parent=cells.get("parent", ""),
        count=min(int(counted), 2**31 - 1),
        attributes=_attributes(cells),
    )


def _attributes(cells: dict[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if cells.get("attributes"):
        try:
            given: Any = json.loads(cells["attributes"])
        except json.JSONDecodeError as wrong:
            raise ValueError(f"attributes are not JSON: {wrong}") from wrong
        if not isinstance(given, dict):
            raise ValueError('attributes are not a JSON object such as {"color": ["red"]}')
        for name, values in given.items():
            listed = values if isinstance(values, list) else [values]
            found[name] = [str(value).strip() for value in listed if str(value).strip()]
    for column, cell in cells.items():
        if column.startswith(ATTRIBUTE) and cell:
            found[column.removeprefix(ATTRIBUTE)] = [value.strip() for value in cell.split("|") if value.strip()]
    return found
