"""Lists: one query model a list (filters, search, order, page), one function that answers it."""

from collections.abc import Iterator
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlencode

from fastapi import Request
from pydantic import Field
from sqlalchemy import ColumnElement, Select, func, or_
from sqlalchemy.orm import InstrumentedAttribute

from api.access import Access
from api.envelope import Asked, Page, PlainText, Shape
from api.problems import Problem
from igny8_resources.warehouse.tables.columns import Table

S = TypeVar("S", bound=Shape)
MOST_ROWS = 200


class ListQuery(Asked):
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
    statement = statement.where(*query.where())
    if query.words:
        statement = statement.where(or_(*(column.icontains(query.words, autoescape=True) for column in query.searched)))
    start = (query.page - 1) * query.page_size
    with access.read() as session:
        counting = statement.with_only_columns(func.count(entity.id), maintain_column_froms=True)
        count = session.scalar(counting.order_by(None)) or 0
        if start and start >= count:
            last = max(1, -(-count // query.page_size))
            raise Problem(404, f"Page {query.page} lies beyond the end: the last page is {last}.")
        ordered = statement.order_by(*_order(entity, query.order)).limit(query.page_size).offset(start)
        results = [shape.model_validate(row) for row in session.execute(ordered)]
    return Page[S](
        count=count,
        next=_page_url(access, request, query.page + 1) if start + query.page_size < count else None,
        previous=_page_url(access, request, query.page - 1) if query.page > 1 else None,
        results=results,
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
