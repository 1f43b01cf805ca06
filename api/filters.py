"""Filters that several lists share."""

from collections.abc import Iterator

from pydantic import Field
from sqlalchemy import ColumnElement, select

from api.envelope import PlainText
from api.listing import SearchQuery
from igny8_resources.warehouse.tables.tenancy import Site


class SiteQuery(SearchQuery):
    """A list of what belongs to sites."""

    site: PlainText | None = Field(None, max_length=60, description="Only this site; its key.")

    def where(self) -> Iterator[ColumnElement[bool]]:
        """The site's condition, then whatever the list adds."""
        if self.site is not None:
            yield self.entity.site_id == select(Site.id).where(Site.key == self.site).scalar_subquery()
        yield from self.equal()

    def equal(self) -> Iterator[ColumnElement[bool]]:
        """Conditions for the filters whose names are columns, plus ``sector``, ``cluster`` ... for ``sector_id`` ..."""
        known = set(SiteQuery.model_fields) | {"ordering"}
        columns = self.entity.__mapper__.columns
        for name in self.model_fields_set - known:
            column = name if name in columns else f"{name}_id"
            value = getattr(self, name)
            if column in columns and value is not None:
                yield getattr(self.entity, column) == value
