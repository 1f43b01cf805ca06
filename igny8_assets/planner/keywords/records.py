"""The records of a delimited text, a block of lines at a time.

pandas reads a block whose every line is one record. A block that it refuses, or in which it finds another number of records
than lines, holds quotes that span lines or were never closed: that block is read record by record with the same rules,
and a record is never lost or made up.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

# About 40,000 rows of an export: large enough for pandas, small enough to keep memory flat.
BLOCK_CHARACTERS = 4 << 20
# No spreadsheet holds such a line; a quote that is never closed must not read the rest of the file into memory.
MOST_CHARACTERS_OF_A_RECORD = 16 << 20
MOST_CHARACTERS_LOOKED_AHEAD = 1 << 20


@dataclass(frozen=True)
class Block:
    """Consecutive records, column by column; cells that a record lacks are empty.

    ``first`` is the row number of the first record as a spreadsheet shows it. ``overlong`` has, by index, the records
    with more cells than columns, as they stand.
    """

    first: int
    columns: list[list[str]]
    overlong: dict[int, list[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.columns[0])


def block_of(records: list[list[str]], first: int, width: int) -> Block:
    """Records turned into columns."""
    overlong = {index: record for index, record in enumerate(records) if any(record[width:])}
    even = [record if len(record) == width else record[:width] + [""] * (width - len(record)) for record in records]
    return Block(first, [list(cells) for cells in zip(*even, strict=True)] or [[] for _ in range(width)], overlong)


def text_blocks(stream: io.TextIOBase) -> Iterator[str]:
    """The text in pieces that end with a line; a line beyond all measure is cut.

    The stream must not translate line ends.
    """
    held = ""
    while text := stream.read(BLOCK_CHARACTERS):
        if text.endswith("\r"):
            # The other half of a line end may follow.
            text += stream.read(1)
        text = held + text
        end = max(text.rfind("\n"), text.rfind("\r")) + 1
        if not end and len(text) > MOST_CHARACTERS_OF_A_RECORD:
            # Only the line's beginning is kept; the rest of it is read over.
            held = text[:MOST_CHARACTERS_OF_A_RECORD]
            continue
        if end:
            yield text[:end]
        held = text[end:]
    if held:
        yield held


class RecordReader:
    """Reads the records of a text.

    Args:
        texts: Pieces of the text that end with a line, as ``text_blocks`` gives them.
        delimiter: One character.
        width: How many delimiters a full row has; a line that is a full row shows that the quote before it was never
            closed.
    """

    def __init__(self, texts: Iterator[str], delimiter: str, width: int) -> None:
        self._texts = texts
        self._delimiter = delimiter
        self._width = width
        self._held = ""

    def first(self, count: int) -> list[list[str]]:
        """The next ``count`` records, or as many as there are."""
        records: list[list[str]] = []
        while len(records) < count and (text := self._next_text()):
            found, self._held = self._by_record(text, count - len(records))
            records += found
        return records

    def blocks(self, first: int, columns: int, *, with_pandas: bool = True) -> Iterator[Block]:
        """What follows, in blocks of so many columns; the first record has the row number ``first``."""
        while text := self._next_text():
            block = self._by_line(text, first, columns) if with_pandas else None
            if block is None:
                records, self._held = self._by_record(text)
                block = block_of(records, first, columns)
            first += len(block)
            yield block

    def _next_text(self) -> str:
        text, self._held = self._held, ""
        return text or next(self._texts, "")

    def _by_line(self, text: str, first: int, columns: int) -> Block | None:
        """The block as pandas reads it; None unless every line is a record."""
        import pandas as pd

        lines = text.count("\n") + text.count("\r") - text.count("\r\n") + (text[-1] not in "\r\n")
        # A first line of one cell more than the header: longer records are an error, one cell too many is seen.
        frame = io.StringIO(f"{self._delimiter * columns}\n{text}", newline="")
        try:
            table = pd.read_csv(
                frame,
                sep=self._delimiter,
                header=None,
                names=range(columns + 1),
                index_col=False,
                dtype=object,
                na_filter=False,
                skip_blank_lines=False,
                engine="c",
                low_memory=False,
            )
        except pd.errors.ParserError:
            return None
        if len(table) != lines + 1:
            return None
        *cells, beyond = (table[column].tolist()[1:] for column in range(columns + 1))
        overlong = (
            {index: [column[index] for column in cells] + [cell] for index, cell in enumerate(beyond) if cell}
            if any(beyond)
            else {}
        )
        return Block(first, cells, overlong)

    def _by_record(self, text: str, most: int | None = None) -> tuple[list[list[str]], str]:
        """The records of a text, and what is left of it after ``most`` of them.

        A quote that is never closed costs its own line, not the rest of the file. A record that goes on beyond the text
        takes the lines that it needs from the next one.
        """
        lines = _Lines(text, self._texts, self._delimiter, self._width)
        reader = csv.reader(lines, delimiter=self._delimiter)
        records: list[list[str]] = []
        limit = csv.field_size_limit(MOST_CHARACTERS_OF_A_RECORD * 2)
        try:
            while lines.ahead and not lines.went_on and (most is None or len(records) < most):
                record = next(reader)
                if lines.swallowed:
                    record = next(
                        csv.reader([lines.only_first()], delimiter=self._delimiter, quoting=csv.QUOTE_NONE), []
                    )
                records.append(record)
                lines.taken.clear()
        finally:
            csv.field_size_limit(limit)
        return records, "".join(lines.ahead)


class _Lines:
    """Hands lines to the csv reader, and stops it where a quote would swallow a row.

    ``taken`` are the lines of the record that is being read, ``ahead`` the ones after it.
    """

    def __init__(self, text: str, texts: Iterator[str], delimiter: str, width: int) -> None:
        self.ahead = deque(io.StringIO(text, newline=""))
        self.taken: list[str] = []
        self.swallowed = False
        self.went_on = False
        self._texts = texts
        self._delimiter = delimiter
        self._width = width
        self._is_sound = False
        self._characters = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if not self.taken:
            self.swallowed, self._is_sound, self._characters = False, False, 0
        else:
            if not self.ahead:
                self.went_on = True
                self.ahead.extend(io.StringIO(next(self._texts, ""), newline=""))
            if self.ahead and self._swallows(self.ahead[0]):
                self.swallowed = True
                raise StopIteration
        if not self.ahead:
            raise StopIteration
        line = self.ahead.popleft()
        self.taken.append(line)
        self._characters += len(line)
        return line

    def only_first(self) -> str:
        """The first line of the record; the others are read again."""
        self.ahead.extendleft(reversed(self.taken[1:]))
        return self.taken[0]

    def _swallows(self, line: str) -> bool:
        """Whether the record would take in a row that is not its own, or has no end."""
        if self._characters + len(line) > MOST_CHARACTERS_OF_A_RECORD:
            return True
        is_full_row = line.count(self._delimiter) >= self._width and line.count('"') % 2 == 0 and bool(line.strip())
        if not is_full_row or self._is_sound:
            return False
        self._is_sound = self._ends_soundly()
        return not self._is_sound

    def _ends_soundly(self) -> bool:
        """Whether the quotes are closed as they should be, and leave a full row: then the line is part of a cell."""
        reader = csv.reader(chain(self.taken, self._peek()), delimiter=self._delimiter, strict=True)
        try:
            return len(next(reader)) == self._width + 1
        except csv.Error:
            return False

    def _peek(self) -> Iterator[str]:
        """The lines ahead, as far as a cell can be expected to go on."""
        seen = characters = 0
        while characters < MOST_CHARACTERS_LOOKED_AHEAD:
            if seen == len(self.ahead):
                self.went_on = True
                self.ahead.extend(io.StringIO(next(self._texts, ""), newline=""))
            lines = list(islice(self.ahead, seen, seen + 100))
            if not lines:
                return
            for line in lines:
                characters += len(line)
                yield line
            seen += len(lines)
