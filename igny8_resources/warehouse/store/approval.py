"""Approval: what lets an article be published, whoever gives it."""

from sqlalchemy.orm import Session

from igny8_resources.events import append_event
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Content, Task


class NotApprovable(Exception):
    """The article cannot be approved as it is; the message says why."""


def approve(session: Session, content: Content, task: Task, site: Site, *, by: str) -> None:
    """Approve an article for publication and say who did.

    Raises:
        NotApprovable: it is not in review, or a check fails.
    """
    if content.status != "review":
        raise NotApprovable(f"“{content.title}” is {content.status}; only an article in review can be approved")
    if not content.checks_passed:
        raise NotApprovable(f"“{content.title}” has failing checks; mend them first")
    content.status = task.status = "approved"
    content.approved_at, content.approved_by = utc_now(), by
    append_event(
        session,
        "article.approved",
        task.partition_key or "",
        account_id=site.account_id,
        site_id=site.id,
        payload={"content_id": content.id},
        actor=by,
    )
