"""Keyword files, as the API takes and shows them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from api.envelope import AskedAsText, PlainText, Shape
from api.shapes.planner_editing import SiteKey

ColumnName = Annotated[PlainText, Field(max_length=300)]


class PreviewForm(AskedAsText):
    """What to say of a keyword file besides the file."""

    site: SiteKey
    market: PlainText | None = Field(None, max_length=60, description="The market of rows that name none, such as us.")
    columns: dict[ColumnName, ColumnName] | None = Field(
        None,
        max_length=50,
        description='Columns that you name yourself, as JSON: the file\'s header by field, {"keyword": "Suchbegriff"}.',
    )


class ImportForm(PreviewForm):
    """How a keyword file is to be imported."""

    sector: PlainText | None = Field(None, max_length=100, description="Put every keyword into this sector; its slug.")
    purpose: Literal["keywords", "competitor"] = Field(
        "keywords", description="`competitor` keeps where other domains rank; no row becomes a keyword of the site."
    )


class SampleRow(Shape):
    """One of the first rows, as it was understood."""

    text: str
    market: str | None
    volume: int | None
    volume_kind: str
    difficulty: float | None
    intents: list[str]


class FilePreviewItem(Shape):
    """What a keyword file holds."""

    name: str
    tool: str = Field(description="The tool that wrote it; `by_hand` where no tool was recognised.")
    tool_name: str
    encoding: str | None
    delimiter: str | None
    members: list[str] = Field(description="The files that were read of an archive.")
    columns: dict[str, str] = Field(description="Which of its headers was taken for which field.")
    unmapped: list[str] = Field(description="Headers that mean nothing here.")
    good: int = Field(description="Rows that can be used.")
    duplicates: int = Field(description="Of those, rows that repeat a keyword of the same market.")
    refused: int = Field(description="Rows that are left out.")
    problems: list[str] = Field(description="Values that cannot be used: where, what, and what was expected.")
    notes: list[str]
    sample: list[SampleRow]


class ImportPreview(FilePreviewItem):
    """What importing a file would bring to a site; nothing was stored."""

    new: int = Field(description="Keywords that the site does not have.")
    updates: int = Field(description="Keywords of the site that would change.")
    unchanged: int


class ImportStarted(Shape):
    """A file that was taken, and the request that loads it."""

    import_id: int
    is_new: bool = Field(description="False when this very file was handed in before.")
    status: str = Field(description="staged, or loaded when its rows are in already.")
    task_id: str = Field(description="Names the request that loads the rows.")
    progress_url: str = Field(description="Path to follow it at.")
    file: FilePreviewItem


class ImportItem(Shape):
    """One keyword file that was handed in."""

    id: int
    site_id: int
    sector_id: int | None
    file_name: str
    tool: str
    market: str
    purpose: str = Field(description="keywords or competitor.")
    origin: str = Field(description="cli, api, inbox or seed_library.")
    status: str = Field(description="staged until its rows are in, then loaded.")
    rows_good: int
    rows_duplicate: int
    rows_refused: int
    created_at: datetime
    loaded_at: datetime | None


class ImportDetail(ImportItem):
    """One keyword file with what could not be used of it."""

    columns: dict[str, Any] = Field(description="Columns that a person named, header by field.")
    problems: list[Any] = Field(description="The first 200 values that could not be used, refused rows among them.")
