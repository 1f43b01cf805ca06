"""Keywords and positions by the ten thousand: looked up, added and changed in a few statements a chunk.

PostgreSQL takes rows by COPY, SQLite by one prepared statement that is executed for each; the callers see no difference.
Belongs here: getting rows in and out. Does not belong here: which of two claims about a keyword stands.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    MetaData,
    RowMapping,
    String,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from igny8_resources.warehouse.tables.opportunities import KeywordPosition
from igny8_resources.warehouse.tables.planner import Keyword
from igny8_resources.warehouse.tables.tenancy import Site

Values = Mapping[str, Any]
ROWS_FETCHED_AT_ONCE = 5_000
ROWS_COPIED_AT_ONCE = 500

_KEYWORDS: Table = Keyword.__table__  # type: ignore[assignment]
_POSITIONS: Table = KeywordPosition.__table__  # type: ignore[assignment]
# The keys of one lookup; gone with its transaction.
_LOOKUP = Table(
    "keyword_lookup",
    MetaData(),
    Column("market", String(20), nullable=False),
    Column("normalized_text", String(200), nullable=False),
    prefixes=["TEMPORARY"],
)
_WANTED = [
    column
    for column in _KEYWORDS.columns
    if column.key not in {"account_id", "site_id", "created_at", "updated_at", "status"}
]


def lock_keywords(session: Session, site_id: int) -> None:
    """Let no other transaction load keywords of the site until this one ends; readers and other writers go on."""
    session.execute(select(Site.id).where(Site.id == site_id).with_for_update(key_share=True))


def stored_keywords(
    session: Session, site_id: int, keys: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], RowMapping]:
    """What the site has of these keywords, by market and normalised text; every column that a load may change, and ids."""
    if not keys:
        return {}
    _empty_temporary(session, _LOOKUP)
    _insert(session, _LOOKUP, [{"market": market, "normalized_text": text} for market, text in keys])
    found = session.execute(
        select(*_WANTED).join(
            _LOOKUP,
            and_(
                _KEYWORDS.c.site_id == site_id,
                _KEYWORDS.c.market == _LOOKUP.c.market,
                _KEYWORDS.c.normalized_text == _LOOKUP.c.normalized_text,
            ),
        )
    ).mappings()
    return {(row["market"], row["normalized_text"]): row for row in found}


def has_keywords(session: Session, site_id: int) -> bool:
    """Whether the site has any keyword."""
    return session.scalar(select(_KEYWORDS.c.id).where(_KEYWORDS.c.site_id == site_id).limit(1)) is not None


def every_keyword(session: Session, site_id: int) -> Iterator[RowMapping]:
    """All keywords of a site by text, read a few thousand at a time."""
    query = (
        select(*_WANTED)
        .where(_KEYWORDS.c.site_id == site_id)
        .order_by(_KEYWORDS.c.normalized_text, _KEYWORDS.c.market)
        .execution_options(yield_per=ROWS_FETCHED_AT_ONCE)
    )
    yield from session.execute(query).mappings()


def add_keywords(session: Session, rows: Sequence[Values]) -> None:
    """Insert keywords that the site does not have; all rows name the same columns.

    Raises:
        IntegrityError: one of them is there already; callers hold ``lock_keywords`` and have looked.
    """
    _insert(session, _KEYWORDS, rows)


def change_keywords(session: Session, rows: Sequence[Values]) -> None:
    """Set columns of keywords by ``id``; all rows name the same columns, ``id`` among them."""
    if not rows:
        return
    columns = [name for name in rows[0] if name != "id"]
    if _is_sqlite(session):
        statement = update(_KEYWORDS).where(_KEYWORDS.c.id == bindparam("wanted_id"))
        session.connection().execute(
            statement, [{"wanted_id": row["id"], **{name: row[name] for name in columns}} for row in rows]
        )
        return
    changes = _copy_of(_KEYWORDS, "keyword_changes", ["id", *columns])
    _empty_temporary(session, changes)
    _insert(session, changes, rows)
    session.execute(
        update(_KEYWORDS).where(_KEYWORDS.c.id == changes.c.id).values({name: changes.c[name] for name in columns})
    )


def save_positions(session: Session, rows: Sequence[Values]) -> None:
    """Insert or replace where domains rank, one row a (site, market, text, domain): the newest file's best position.

    A row of the same import stands unless the new position is better, so that a file may be saved in any number of pieces.
    """
    if not rows:
        return
    key = ["site_id", "market", "normalized_text", "domain"]
    rows = list(
        {tuple(row[name] for name in key): row for row in sorted(rows, key=lambda row: -row["position"])}.values()
    )
    dialect = sqlite if _is_sqlite(session) else postgresql
    statement: Any = dialect.insert(_POSITIONS)
    if not _is_sqlite(session):
        arrivals = _copy_of(_POSITIONS, "position_arrivals", list(rows[0]))
        _empty_temporary(session, arrivals)
        _insert(session, arrivals, rows)
        statement = statement.from_select(list(rows[0]), select(*arrivals.c))
    statement = statement.on_conflict_do_update(
        index_elements=key,
        set_={name: statement.excluded[name] for name in rows[0] if name not in key},
        where=or_(
            _POSITIONS.c.import_id.is_distinct_from(statement.excluded.import_id),
            _POSITIONS.c.position > statement.excluded.position,
        ),
    )
    if _is_sqlite(session):
        session.connection().execute(statement, [dict(row) for row in rows])
    else:
        session.execute(statement)


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _copy_of(table: Table, name: str, columns: Iterable[str]) -> Table:
    """A temporary table with some of a table's columns."""
    return Table(
        name,
        MetaData(),
        *(Column(key, table.c[key].type, nullable=table.c[key].nullable) for key in columns),
        prefixes=["TEMPORARY"],
    )


def _empty_temporary(session: Session, table: Table) -> None:
    """Make the temporary table where it is missing, and leave nothing in it."""
    dialect = session.get_bind().dialect
    columns = ", ".join(f"{column.name} {column.type.compile(dialect)}" for column in table.columns)
    with_transaction = "" if _is_sqlite(session) else " ON COMMIT DROP"
    session.connection().exec_driver_sql(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {table.name} ({columns}){with_transaction}"
    )
    session.execute(delete(table))


def _insert(session: Session, table: Table, rows: Sequence[Values]) -> None:
    """Rows into a table, all of which name the same columns, two or more."""
    if not rows:
        return
    if _is_sqlite(session):
        session.connection().execute(insert(table), [dict(row) for row in rows])
        return
    copied = _CopiedRows(table, rows)
    # An empty cell is NULL where a column may be NULL, else an empty text.
    texts = ", ".join(name for name in copied.names if not table.c[name].nullable)
    options = f"FORMAT csv{f', FORCE_NOT_NULL ({texts})' if texts else ''}"
    statement = f"COPY {table.name} ({', '.join(copied.names)}) FROM STDIN ({options})"
    connection = session.connection()
    cursor: Any = connection.connection.cursor()
    try:
        cursor.copy_expert(statement, copied)
    except connection.dialect.loaded_dbapi.IntegrityError as taken:
        raise IntegrityError(statement, None, taken) from taken
    finally:
        cursor.close()


class _CopiedRows:
    """Rows as the file that COPY reads, written piece by piece: the server stores one while the next is written.

    Columns that hold one value in all rows come last (``names`` has the order), so that they are written once and end every
    line: half the columns of an import are of that kind, and writing takes longer than anything else on this side.
    """

    def __init__(self, table: Table, rows: Sequence[Values]) -> None:
        columns = zip(*map(itemgetter(*rows[0]), rows), strict=True)
        cells = {name: _as_copied(table.c[name], values) for name, values in zip(rows[0], columns, strict=True)}
        # Two stay in the lines, since a line of one empty cell would be quoted and no longer be NULL.
        alike = [name for name in list(cells)[2:] if cells[name].count(cells[name][0]) == len(rows)]
        varying = [name for name in cells if name not in alike]
        self.names = [*varying, *alike]
        self._lines = zip(*(cells[name] for name in varying), strict=True)
        ending = io.StringIO()
        csv.writer(ending, lineterminator="\n").writerow([cells[name][0] for name in alike])
        self._ending = f",{ending.getvalue()}" if alike else "\n"

    def read(self, _size: int = -1) -> str:
        """The next rows as CSV, empty after the last."""
        sheet = io.StringIO()
        csv.writer(sheet, lineterminator=self._ending).writerows(islice(self._lines, ROWS_COPIED_AT_ONCE))
        return sheet.getvalue()


def _as_copied(column: Column[Any], values: Sequence[Any]) -> Sequence[Any]:
    """Values as COPY reads them: lists as JSON, each distinct one written once."""
    if not isinstance(column.type, JSON):
        return values
    keys = list(map(tuple, values))
    written = {key: json.dumps(key) for key in set(keys)}
    return [written[key] for key in keys]
