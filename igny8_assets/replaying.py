"""Rebuilds an article from what the journal holds, without any provider, and compares it with what stands.

Belongs here: reading recorded answers in the order in which the writer asks for them, and the comparison. Does not belong here:
writing anything: nothing is saved, called or charged.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_assets.linker.injection import InternalLinkFact, remove_links
from igny8_assets.linker.linking import with_pictures
from igny8_assets.schema.structured_data import structured_data
from igny8_assets.writer.writing import draft_article
from igny8_resources.ai.answers import checked_payload
from igny8_resources.ai.calls import Answered
from igny8_resources.ai.router import TextResult
from igny8_resources.platform import Platform
from igny8_resources.tenant import Tenant
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store import writer as store
from igny8_resources.warehouse.store.sites import tenant_of
from igny8_resources.warehouse.tables.ledgers import AiCall
from igny8_resources.warehouse.tables.publishing import InternalLink
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Content

T = TypeVar("T", bound=BaseModel)


class NotInJournal(LookupError):
    """The journal has no answer to what the writer would ask; the message says what differs from what was asked then."""


@dataclass(frozen=True)
class Part:
    """One part of an article: what the journal gives for it, what stands, and whether they are the same, byte for byte."""

    name: str
    rebuilt: bytes
    standing: bytes

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return self.rebuilt == self.standing

    @property
    def digest(self) -> str:
        """sha256 of what the journal gives."""
        return hashlib.sha256(self.rebuilt).hexdigest()


@dataclass(frozen=True)
class Replayed:
    """A rebuilt article; ``notes`` say why a part may differ."""

    title: str
    parts: tuple[Part, ...]
    calls: tuple[Answered, ...]
    notes: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether every part is the same."""
        return all(part.same for part in self.parts)


class JournalReader:
    """Answers text calls from the journal alone, in place of a router.

    An answer belongs to a call when function, subject and inputs are the same: the prompt and the model are those of then.
    Of several (somebody asked for a fresh one) it is the last, or the one behind ``last_call`` where that is among them.
    """

    def __init__(self, warehouse: Warehouse, account_id: int, subject: str, last_call: int | None = None) -> None:
        self.notes: list[str] = []
        self.calls: list[Answered] = []
        self._last_call = last_call
        with warehouse.read() as session:
            self._recorded = session.scalars(
                select(AiCall)
                .where(
                    AiCall.account_id == account_id,
                    AiCall.subject == subject,
                    AiCall.kind == "text",
                    AiCall.status == "done",
                )
                .order_by(AiCall.id.desc())
            ).all()

    def text(self, tenant: Tenant, function: str, *, inputs: BaseModel, schema: type[T], **_: Any) -> TextResult[T]:
        """The recorded answer.

        Raises:
            NotInJournal: there is none.
        """
        del tenant
        asked = inputs.model_dump(mode="json")
        of_function = [call for call in self._recorded if call.function == function]
        matching = [call for call in of_function if call.inputs == asked]
        if not matching:
            raise NotInJournal(_what_differs(function, asked, of_function))
        call = next((call for call in matching if call.id == self._last_call), matching[0])
        answered = Answered(
            call_id=call.id,
            response=call.response,
            media_key=call.media_key,
            provider=call.provider,
            model=call.model,
            credits=call.credits,
            list_credits=call.list_credits,
            replayed=True,
            cost_usd=call.cost_usd,
        )
        self.calls.append(answered)
        return TextResult(checked_payload(schema, call.response, function), answered)


def _what_differs(function: str, asked: dict[str, Any], recorded: Sequence[AiCall]) -> str:
    if not recorded:
        return f"the journal has no call of {function} for this article"
    before = recorded[0].inputs
    fields = sorted(name for name in {*asked, *before} if asked.get(name) != before.get(name))
    return f"{function} was asked with other inputs than it would be now; what differs: {', '.join(fields)}"


def replay_article(parts: Platform, partition: str) -> Replayed:
    """Rebuild an article's draft, its HTML before links, and its structured data.

    Raises:
        UnknownArticle: there is no such partition.
        NothingWritten: it has no text yet.
        NotInJournal: the journal does not hold what the article came from.
    """
    with parts.warehouse.read() as session:
        content, task, site = store.content_of(session, partition)
        brief = store.brief_for(session, task, site)
    reader = JournalReader(parts.warehouse, task.account_id, partition, content.ai_call_id)
    reading = Platform(parts.settings)
    reading.ai = reader  # type: ignore[assignment]
    draft = draft_article(reading, tenant_of(site), partition, brief, task.sector_id).draft.model_dump(mode="json")
    notes = [] if content.draft == draft else [_why_another_text(content)]
    with parts.warehouse.read() as session:
        content, _, site = store.content_of(session, partition)
        rebuilt = [Part("draft", _plain(draft), _plain(content.draft)), *_from_rows(session, content, site, draft)]
    return Replayed(content.title, tuple(rebuilt), tuple(reader.calls), (*notes, *reader.notes))


def _from_rows(session: Session, content: Content, site: Site, draft: dict[str, Any]) -> list[Part]:
    standing_html, standing_graph = _without_links(session, content), content.schema_data
    if content.draft != draft:
        # A row that the session no longer knows: what is built from it is compared, and never saved.
        session.expunge(content)
        content.draft = draft
    parts = [Part("HTML without links", with_pictures(session, content).encode(), standing_html.encode())]
    if standing_graph:
        graph = structured_data(session, content, site).graph
        parts.append(Part("structured data", _plain(graph), _plain(standing_graph)))
    return parts


def _without_links(session: Session, content: Content) -> str:
    rows = session.scalars(select(InternalLink).where(InternalLink.source_content_id == content.id))
    links = [
        InternalLinkFact(
            link_id=row.link_id, target=row.target_path, anchor=row.anchor, position=row.position, section_id=""
        )
        for row in rows
    ]
    return remove_links(content.html, links)


def _why_another_text(content: Content) -> str:
    if content.provider:
        return f"the text that stands is version {content.version}, which {content.provider} wrote and the journal's differs"
    return f"the text that stands is version {content.version}, which a person wrote"


def _plain(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()
