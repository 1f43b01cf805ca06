"""Which partitions are finished long enough to be retired; plain queries, no Dagster."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_resources.warehouse.tables.writer import Content, Task


def finished_article_partitions(session: Session, published_before: datetime) -> Sequence[str]:
    """Partition keys of articles that were published before a moment."""
    keys = session.scalars(
        select(Task.partition_key)
        .join(Content, Content.task_id == Task.id)
        .where(Content.status == "published", Content.published_at < published_before)
    )
    return [key for key in keys if key]
