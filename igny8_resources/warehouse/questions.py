"""Questions: queries that come with every request, made into SQL once and sent in one round trip each. For PostgreSQL.

SQLAlchemy takes several times as long to send a short query as the database to answer it: it looks its statement up, begins
and ends a transaction and makes objects of the answer. A question keeps its SQL and the readers of its columns; a line is a
pooled connection on which every message is a transaction of its own that names its account in its first words, so that
row-level security holds and nothing is left behind. Whatever is asked rarely, or writes, takes a session
(``engine.Warehouse``).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Dialect, Engine, Select
from sqlalchemy.exc import DBAPIError

from igny8_resources.warehouse.engine import ACCOUNT_SETTING

Answer = list[dict[str, Any]]
_NAMED_ACCOUNT = "named_account"
# True: for the transaction only, which is this message.
_NAME_ACCOUNT = f"SELECT set_config('{ACCOUNT_SETTING}', %({_NAMED_ACCOUNT})s, true)"


class Question:
    """A query whose ``bindparam``s are given each time that it is asked, as integers, texts or lists of them."""

    def __init__(self, query: Select[Any]) -> None:
        self.query = query
        self._made: _Made | None = None

    def made_for(self, dialect: Dialect) -> "_Made":
        """Its SQL; two threads that ask for it first make it twice, which is the same.

        Raises:
            ValueError: it has a list whose length is part of its SQL; compare with ``any_`` instead.
        """
        if self._made is None:
            self._made = _Made(self.query, dialect)
        return self._made


class _Made:
    def __init__(self, query: Select[Any], dialect: Dialect) -> None:
        compiled = query.compile(dialect=dialect)
        if "POSTCOMPILE" in compiled.string:
            raise ValueError(f"the SQL of a question cannot depend on what is asked: {compiled.string}")
        self.sql = f"{_NAME_ACCOUNT}; {compiled.string}"
        self.constants = {name: value for name, value in compiled.params.items() if value is not None}
        self.names: Sequence[str] = [column["name"] for column in query.column_descriptions]
        self._types = [column["type"].dialect_impl(dialect) for column in query.column_descriptions]
        self._dialect = dialect
        self._readers: Sequence[tuple[str, Callable[[Any], Any]]] | None = None

    def rows(self, cursor: Any) -> Answer:
        names = self.names
        answer = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        readers = self._readers
        if readers is None:
            # How a number is read depends on the type that the driver got it as.
            codes = (column.type_code for column in cursor.description)
            made = (kind.result_processor(self._dialect, code) for kind, code in zip(self._types, codes, strict=True))
            readers = self._readers = [(name, read) for name, read in zip(names, made, strict=True) if read]
        for row in answer:
            for name, read in readers:
                row[name] = read(row[name])
        return answer


class Line:
    """A connection of the pool, for questions alone, until it is closed.

    Raises:
        DBAPIError: there is no connection to be had.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        connection: Any = None
        try:
            connection = engine.raw_connection()
            # The driver's own switch: SQLAlchemy's asks the server to go back.
            connection.dbapi_connection.autocommit = True
            self._cursor = connection.cursor()
        except engine.dialect.loaded_dbapi.Error as failure:
            raise _failed(engine, failure, connection=connection) from failure
        self._connection = connection

    def ask(self, question: Question, account_id: int, parameters: Mapping[str, Any]) -> Answer:
        """The rows that answer a question, by the names of their columns.

        Args:
            question: What is asked.
            account_id: Whose rows are there at all, where row-level security holds.
            parameters: The values of the question's own ``bindparam``s.

        Raises:
            DBAPIError: the database does not answer, or refuses.
        """
        made = question.made_for(self._engine.dialect)
        given = {**made.constants, **parameters, _NAMED_ACCOUNT: str(account_id)}
        # What listens to the engine's statements hears of these as well.
        for listener in self._engine.dispatch.before_cursor_execute:
            listener(None, self._cursor, made.sql, given, None, False)
        try:
            self._cursor.execute(made.sql, given)
            return made.rows(self._cursor)
        except self._engine.dialect.loaded_dbapi.Error as failure:
            raise _failed(self._engine, failure, made.sql, self._connection) from failure

    def close(self) -> None:
        """Give the connection back as it was."""
        connection, failures = self._connection, self._engine.dialect.loaded_dbapi.Error
        # One that broke has been taken out of the pool, and has no switch any more.
        if connection.dbapi_connection is not None:
            try:
                connection.dbapi_connection.autocommit = False
            except failures as broken:
                connection.invalidate(broken)
        with suppress(failures):
            connection.close()


@contextmanager
def on_the_line(engine: Engine) -> Iterator[Line]:
    """A line while the block runs.

    Raises:
        DBAPIError: there is no connection to be had.
    """
    line = Line(engine)
    try:
        yield line
    finally:
        line.close()


def _failed(engine: Engine, failure: BaseException, sql: str | None = None, connection: Any = None) -> DBAPIError:
    """A failure of the driver as SQLAlchemy would tell it; a connection that is gone leaves the pool."""
    dialect = engine.dialect
    gone = connection is not None and dialect.is_disconnect(failure, connection, None)  # type: ignore[arg-type]
    if gone:
        connection.invalidate(failure)
    told = DBAPIError.instance(
        sql, None, failure, dialect.loaded_dbapi.Error, connection_invalidated=gone, dialect=dialect
    )
    if not isinstance(told, DBAPIError):
        raise failure
    return told
