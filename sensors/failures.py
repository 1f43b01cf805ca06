"""What a failed run leaves in the warehouse: the reason, in words, where a person will see it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_resources.events import append_event
from igny8_resources.requests import OPEN_ITEM, finish_items
from igny8_resources.warehouse.tables.ledgers import RequestItem
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.writer import Task
from jobs import names


def record_failure(session: Session, job: str, partition: str, reason: str, run_id: str = "") -> None:
    """Note a failure on whatever the run worked for, and end the requests that wait for it.

    ``partition`` of a bulk job is its request: every article that is still open there has failed with the run, so that it
    can be asked for again as any failed article.
    """
    if job == names.WRITE_ARTICLES:
        left = session.scalars(
            select(RequestItem.subject).where(
                RequestItem.request_id == partition,
                RequestItem.job == names.WRITE_ARTICLE,
                RequestItem.status.in_(OPEN_ITEM),
            )
        ).all()
        for article in left:
            record_failure(session, names.WRITE_ARTICLE, article, reason, run_id)
        return
    message = first_sentence(reason)
    task = session.scalar(select(Task).where(Task.partition_key == partition))
    video = session.scalar(select(VideoProject).where(VideoProject.partition_key == partition))
    if task is not None:
        task.error = message
        if job == names.WRITE_ARTICLE:
            task.status = "failed"
    if video is not None:
        video.error = message
        # A script that was asked for beside one that is there takes nothing away from the video, nor does a platform's refusal.
        keeps = job in {names.PUBLISH_VIDEO, names.LIST_VIDEO} or (
            job == names.WRITE_VIDEO_SCRIPT and bool(video.script)
        )
        if not keeps:
            video.status = "failed"
    owner = task or video
    if owner is not None:
        append_event(
            session,
            f"{job}.failed",
            partition,
            account_id=owner.account_id,
            site_id=owner.site_id,
            payload={"reason": message, "run_id": run_id},
        )
    finish_items(session, partition, job, failure=message)


def first_sentence(reason: str) -> str:
    """The message of an error without its class name and trace, at most 1,000 characters."""
    line = next((line.strip() for line in reason.splitlines() if line.strip()), "the run failed")
    head, separator, rest = line.partition(": ")
    is_class_name = bool(separator) and "." in head and " " not in head
    return (rest if is_class_name else line)[:1000]
