"""What deleting answers with."""

from api.envelope import Shape


class DeletedRow(Shape):
    """The row that is gone."""

    id: int


class DeletedRows(Shape):
    """The rows that are gone."""

    ids: list[int]
