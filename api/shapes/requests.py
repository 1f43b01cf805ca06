"""Work that was asked for, as the API shows it."""

from datetime import datetime

from pydantic import Field

from api.envelope import Shape


class Accepted(Shape):
    """The answer to a request for work."""

    task_id: str = Field(description="Names the request from here on.")
    progress_url: str = Field(description="Path to follow it at.")


class ProgressItem(Shape):
    """One piece of the work."""

    subject: str = Field(description="The partition that is worked on: a site, an article or a video.")
    job: str
    status: str = Field(description="waiting, queued, launched, running, done, failed or cancelled.")
    phase: str = Field(description="INIT, PREP, AI_CALL, PARSE, SAVE or DONE.")
    message: str
    run_id: str = Field(description="The run in Dagster, once there is one.")
    result_url: str | None = Field(description="Path of what came of it, once it is done.")


class ProgressEvent(Shape):
    """How far a request is, in short."""

    task_id: str
    kind: str = Field(description="import, plan, content, social or video.")
    status: str = Field(description="queued, launched (its run has not begun), running, done, failed or cancelled.")
    phase: str = Field(description="INIT, PREP, AI_CALL, PARSE, SAVE or DONE.")
    message: str
    percentage: int = Field(description="0 to 100; 100 only when everything is done.")
    total: int = Field(description="How many pieces of work there are.")
    done: int = Field(description="How many of them are done.")
    failed: int = Field(description="How many of them have failed.")
    phase_done: int = Field(description="How many steps of the present phase are done, rows of a file for instance.")
    phase_total: int = Field(description="How many steps the present phase has; 0 where they are not counted.")
    cancelled_by: str | None = Field(description="Who stopped it, if somebody did.")
    updated_at: datetime
    finished_at: datetime | None


class TaskProgress(ProgressEvent):
    """How far a request is."""

    items: list[ProgressItem]
    result_urls: list[str] = Field(description="Paths of what came of it; filled when the request has ended.")
    created_at: datetime


class RequestRow(Shape):
    """A request in a list."""

    task_id: str
    kind: str = Field(description="import, plan, content, social or video.")
    site: str | None = Field(description="The site's key.")
    status: str = Field(description="queued, launched (its run has not begun), running, done, failed or cancelled.")
    phase: str = Field(description="INIT, PREP, AI_CALL, PARSE, SAVE or DONE.")
    message: str
    total: int = Field(description="How many pieces of work there are.")
    done: int = Field(description="How many of them are done.")
    failed: int = Field(description="How many of them have failed.")
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
