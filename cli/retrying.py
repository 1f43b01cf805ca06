"""Work that failed is asked for again: a person who runs a command again means it."""

from sqlalchemy import select

from igny8_resources.platform import Platform
from igny8_resources.requests import Item, submit_request
from igny8_resources.warehouse.store.sites import site_by_key
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.writer import Task
from jobs.names import RENDER_VIDEO, WRITE_ARTICLE


def ask_again(parts: Platform, site_key: str) -> int:
    """Request every failed article and video of a site anew.

    Returns:
        How many there are.
    """
    with parts.warehouse.write() as session:
        site = site_by_key(session, site_key)
        tasks = session.scalars(select(Task).where(Task.site_id == site.id, Task.status == "failed").order_by(Task.id))
        videos = session.scalars(
            select(VideoProject)
            .where(VideoProject.site_id == site.id, VideoProject.status == "failed")
            .order_by(VideoProject.id)
        )
        items = [Item(WRITE_ARTICLE, task.partition_key or "") for task in tasks]
        items += [Item(RENDER_VIDEO, video.partition_key or "") for video in videos]
        if items:
            submit_request(
                session,
                account_id=site.account_id,
                site_id=site.id,
                kind="content",
                payload={"again": [item.partition for item in items]},
                items=items,
            )
        return len(items)
