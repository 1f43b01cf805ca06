"""Lists: one query model a list (filters, search, order, page), one function that answers it."""

from collections.abc import Iterator
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlencode

from fastapi import Request
from pydantic import Field
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from api.access import Access
from api.envelope import AskedAsText, Page, PlainText, Shape
from api.problems import Problem
from igny8_resources.warehouse.tables.columns import Table

S = TypeVar("S", bound=Shape)
MOST_ROWS = 200
MOST_COUNTED = 10_000


class ListQuery(AskedAsText):
    """The query parameters of every list; a list adds its filters as fields and their conditions in ``where``."""

    entity: ClassVar[type[Any]]
    searched: ClassVar[tuple[InstrumentedAttribute[str], ...]] = ()

    page: int = Field(1, ge=1, le=1_000_000, description="Which page, counted from 1.")
    page_size: int = Field(50, ge=1, le=MOST_ROWS, description="Rows a page, at most 200.")

    def where(self) -> Iterator[ColumnElement[bool]]:
        """The conditions that the filters ask for."""
        yield from ()

    @property
    def order(self) -> str:
        """A column's name, with a minus sign for descending order."""
        return str(getattr(self, "ordering", "id"))

    @property
    def words(self) -> str:
        """What to search for."""
        return str(getattr(self, "search", ""))

    def narrowed(self, statement: Select[Any]) -> Select[Any]:
        """The statement with the conditions of the filters and of the search."""
        statement = statement.where(*self.where())
        if self.words:
            found = (column.icontains(self.words, autoescape=True) for column in self.searched)
            statement = statement.where(or_(*found))
        return statement


class SearchQuery(ListQuery):
    """A list that can be searched."""

    search: PlainText = Field("", max_length=200, description="Rows whose texts contain this, in any case.")


def columns_of(table: type[Table], shape: type[Shape]) -> list[InstrumentedAttribute[Any]]:
    """The columns of a table that a shape names: a list reads no more than it shows."""
    return [getattr(table, name) for name in shape.model_fields if name in table.__mapper__.columns]


def list_page(access: Access, request: Request, statement: Select[Any], query: ListQuery, shape: type[S]) -> Page[S]:
    """One page of what the principal may see of a statement.

    Raises:
        Problem: 404, the page lies beyond the last one.
    """
    entity = query.entity
    statement = query.narrowed(statement)
    start = (query.page - 1) * query.page_size
    with access.read() as session:
        # A list of a million rows would be read whole to be counted, for a number that nobody turns pages by.
        counted = statement.with_only_columns(entity.id, maintain_column_froms=True).order_by(None)
        count = session.scalar(select(func.count()).select_from(counted.limit(MOST_COUNTED + 1).subquery())) or 0
        if start and start >= count and count <= MOST_COUNTED:
            last = max(1, -(-count // query.page_size))
            raise Problem(404, f"Page {query.page} lies beyond the end: the last page is {last}.")
        # One row more says whether there is another page.
        ordered = statement.order_by(*_order(entity, query.order)).limit(query.page_size + 1).offset(start)
        rows = session.execute(ordered).all()
    if start and not rows:
        raise Problem(404, f"Page {query.page} lies beyond the end.")
    return Page[S](
        count=min(count, MOST_COUNTED),
        next=_page_url(access, request, query.page + 1) if len(rows) > query.page_size else None,
        previous=_page_url(access, request, query.page - 1) if query.page > 1 else None,
        results=[shape.model_validate(row) for row in rows[: query.page_size]],
    )


def _order(entity: type[Any], ordering: str) -> Iterator[ColumnElement[Any]]:
    column = getattr(entity, ordering.removeprefix("-"))
    directed = column.desc() if ordering.startswith("-") else column.asc()
    # Unknown values come last on both databases; the id makes the order of equals the same on every page.
    yield directed.nulls_last() if column.property.columns[0].nullable else directed
    yield entity.id.asc()


def _page_url(access: Access, request: Request, page: int) -> str:
    # The public address, never the Host header, which anybody can write.
    others = [(name, value) for name, value in request.query_params.multi_items() if name != "page"]
    return f"{access.service.settings.public_url}{request.url.path}?{urlencode([*others, ('page', page)])}"
