"""What every table of a keyword file looks like to its reader, whatever file it came from, and the bounds of all of them."""

from collections.abc import Iterator
from typing import Protocol

from igny8_assets.planner.keywords.records import Block

# A file that unpacks to more than so many times its size is a bomb.
MAX_EXPANSION = 200
HEADER_SEARCH_ROWS = 15


class Table(Protocol):
    """The cells of one text file, sheet or archive member.

    ``head`` has the first records, among which the header is; ``member`` is the sheet or archive member, empty for a
    plain text file; ``encoding`` and ``delimiter`` are None for a sheet. ``notes`` are complete once the blocks are read.
    """

    head: list[list[str]]
    member: str
    encoding: str | None
    delimiter: str | None

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about how the table was read."""
        ...

    def blocks(self, header: int, columns: int) -> Iterator[Block]:
        """The records after the record ``header`` (an index), in blocks of so many columns; can be asked again."""
        ...
