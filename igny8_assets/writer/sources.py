"""The sources of a task: added as a file or an address, read, and the passages for its brief chosen.

Belongs here: rows and the network put together. Does not belong here: how a document is read (``source_reading``), which
passages matter (``source_passages``).
"""

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy.orm import Session

from igny8_assets.not_ready import NotReady
from igny8_assets.writer.source_passages import BUDGET, choose_passages, questions_of
from igny8_assets.writer.source_reading import SourceRefused, read_source
from igny8_resources.media import MediaStore, content_key
from igny8_resources.platform import Platform
from igny8_resources.public_addresses import MayReach, is_public
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store import sources as store
from igny8_resources.warehouse.store.sites import tenant_of
from igny8_resources.warehouse.store.writer import brief_for, task_of
from igny8_resources.warehouse.tables.writer import Task, TaskSource
from igny8_resources.web_pages import PageUnreadable, checked_address, fetch_page

MOST_ADDRESS = 2000
MOST_FILE_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class SourceDocument:
    """A file as it was handed in, and what it says."""

    name: str
    title: str
    text: str
    media_key: str


def read_document(media: MediaStore, media_prefix: str, name: str, data: bytes) -> SourceDocument:
    """Read a file that somebody handed in and keep it in the media store.

    Raises:
        SourceRefused: it cannot serve as a source.
    """
    if len(data) > MOST_FILE_BYTES:
        raise SourceRefused(
            f"{name} is larger than {MOST_FILE_BYTES // (1024 * 1024)} MB; hand in the part that matters"
        )
    read = read_source(data, name=name)
    # Kept as plain text whatever it was: a page that somebody handed in must never be shown as one of ours.
    stored = media.put(content_key(f"{media_prefix}/sources", data, "txt"), data, "text/plain")
    return SourceDocument(name, read.title or name, read.text, stored.key)


def name_address(session: Session, task: Task, url: str, *, title: str = "") -> TaskSource:
    """Add an address to a task; it waits to be read.

    Raises:
        PageUnreadable: it is no address of a page.
        TooManySources: the task has its fill.
    """
    if len(url) > MOST_ADDRESS:
        raise PageUnreadable(f"an address has at most {MOST_ADDRESS} characters, this one {len(url)}")
    return store.add_source(session, task, url=checked_address(url), title=title)


def read_address(warehouse: Warehouse, source_id: int, *, may_reach: MayReach = is_public) -> TaskSource:
    """Read a source that waits, or failed before, from its address, and record what came of it.

    No transaction is open while the page is fetched.
    """
    with warehouse.read() as session:
        url = session.get_one(TaskSource, source_id).url
    try:
        page = fetch_page(url, may_reach=may_reach)
        read = read_source(page.data, name=url, media_type=page.media_type, charset=page.charset)
        error = ""
    except (PageUnreadable, SourceRefused) as refused:
        read, error = None, str(refused)
    with warehouse.write() as session:
        source = session.get_one(TaskSource, source_id)
        if read is None:
            source.status, source.error = "failed", error
        else:
            store.fill_source(source, title=read.title, text=read.text)
        return source


def prepare_sources(parts: Platform, partition: str, *, may_reach: MayReach = is_public) -> list[TaskSource]:
    """Read what waits and choose the passages for the brief, unless they were chosen for this very brief already.

    Raises:
        NotReady: a source cannot be read: an article that silently leaves out what an editor asked for is no use.
    """
    with parts.warehouse.read() as session:
        task, site = task_of(session, partition)
        named = store.sources_of(session, task.id)
    if not named:
        return []
    unread = [source.id for source in named if source.status != "ready"]
    read = [read_address(parts.warehouse, source_id, may_reach=may_reach) for source_id in unread]
    if failed := [f"{source.key}: {source.error}" for source in read if source.status != "ready"]:
        raise NotReady(
            f"sources of {partition} cannot be read. {'; '.join(failed)}. Mend them, or remove them with "
            f"`igny8 task sources remove {partition} KEY`"
        )
    with parts.warehouse.read() as session:
        texts = store.citable_sources(session, task.id, with_text=True)
        wanted = questions_of(brief_for(session, task, site))
        chosen_for = {source.chosen_for for source in store.sources_of(session, task.id)}
    digest = hashlib.sha256(
        json.dumps(
            [wanted, BUDGET, [[text.id, hashlib.sha256(text.text.encode()).hexdigest()] for text in texts]]
        ).encode()
    ).hexdigest()
    if chosen_for != {digest}:
        tenant = tenant_of(site)
        chosen = choose_passages([text.text for text in texts], wanted, lambda given: parts.ai.embed(given, tenant))
        with parts.warehouse.write() as session:
            for text, choice in zip(texts, chosen, strict=True):
                source = store.source_of(session, task, text.id)
                source.passages, source.chosen_for = list(choice.passages), digest
                # White space between passages counts for nothing.
                source.characters = choice.of_characters
    with parts.warehouse.read() as session:
        return list(store.sources_of(session, task.id))


def share_used(source: TaskSource) -> str:
    """How much of a source the brief carries, for people: ``s1 “Title”: 12,000 of 480,000 characters (3 %)``."""
    used = sum(len(passage) for passage in source.passages)
    share = f"{used / source.characters:.0%}" if source.characters else "nothing"
    return f"{source.key} “{source.title or source.url}”: {used:,} of {source.characters:,} characters ({share})"
