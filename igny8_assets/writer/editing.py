"""People's work on an article: an edit, a proposal accepted or rejected, one section asked for anew.

What a person wrote or chose is never overwritten: whatever a model writes after that waits beside it as a proposal. A text
that changed has to pass the checks and be approved again, whoever changed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from igny8_assets.article_passages import word_count
from igny8_assets.findings import Finding
from igny8_assets.not_ready import NotReady
from igny8_assets.review import article_findings
from igny8_assets.word_forms import count_words
from igny8_assets.writer.article_html import render_article
from igny8_assets.writer.long_articles import outline_of, write_one_section
from igny8_assets.writer.sources import prepare_sources
from igny8_resources.ai.journal import Answered
from igny8_resources.contracts.long_articles import SectionBrief
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft, Citation, Section
from igny8_resources.events import append_event
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import writer as store
from igny8_resources.warehouse.store.sites import require_module, tenant_of
from igny8_resources.warehouse.store.sources import citable_sources
from igny8_resources.warehouse.store.versions import VersionConflict, proposal_of, versions_of
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Content, ContentVersion, Task


@dataclass(frozen=True)
class Edited:
    """An article after a person's change: its row, whether anything changed, and what the checks say of the new text."""

    content: Content
    changed: bool
    findings: tuple[Finding, ...]


def edit_article(
    session: Session, content: Content, task: Task, site: Site, draft: ArticleDraft, *, by: str, base_version: int
) -> Edited:
    """Save a person's text as a new version; ``base_version`` is the version that the person had before them.

    Raises:
        VersionConflict: the article has another version by now; nothing was saved.
    """
    _require_version(content, base_version)
    html = render_article(draft, sources=citable_sources(session, task.id))
    writer = store.WrittenBy(_person(by), content.provider, content.model, None)
    content, changed = store.save_article(session, task, site, draft, html, word_count(draft), writer)
    if changed:
        _tell(session, "article.edited", content, task, by)
    return Edited(content, changed, _findings(session, content, task, site))


def accept_proposal(
    session: Session, content: Content, task: Task, site: Site, number: int, *, by: str, base_version: int | None = None
) -> Edited:
    """Make a proposal the article's text.

    Raises:
        UnknownVersion: there is no such version.
        NotAProposal: it is not a proposal.
        VersionConflict: ``base_version`` is given and the article has another version by now.
    """
    if base_version is not None:
        _require_version(content, base_version)
    version = proposal_of(session, content, number)
    draft = ArticleDraft.model_validate(version.draft)
    html = render_article(draft, sources=citable_sources(session, task.id))
    store.let_stand(session, content, task, version, draft, html, word_count(draft))
    content.ai_call_id = version.ai_call_id
    _tell(session, "article.proposal_accepted", content, task, by)
    return Edited(content, True, _findings(session, content, task, site))


def reject_proposal(session: Session, content: Content, task: Task, number: int, *, by: str) -> ContentVersion:
    """Turn a proposal down; it stays on record, and the same draft is not proposed again.

    Raises:
        UnknownVersion: there is no such version.
        NotAProposal: it is not a proposal.
    """
    version = proposal_of(session, content, number)
    version.status = "rejected"
    _tell(session, "article.proposal_rejected", content, task, by, version=number)
    return version


@dataclass(frozen=True)
class RewrittenSection:
    """A section after it was asked for anew.

    ``version`` is the version that holds it: the article's text where ``stands``, else a proposal; None when the model gave
    the text that is there already.
    """

    section: Section
    version: int | None
    stands: bool
    call: Answered


def rewrite_section(parts: Platform, partition: str, index: int, *, wish: str = "") -> RewrittenSection:
    """Have one section of an article written anew, and nothing else; ``wish`` says what is to be different.

    Raises:
        NotReady: the article has no such section.
        NothingWritten: the article has no text yet.
        VersionConflict: somebody changed the article while the model wrote.
        ProviderError: there is no usable answer.
        InsufficientCredits: the account cannot pay.
    """
    prepare_sources(parts, partition)
    with parts.warehouse.read() as session:
        content, task, site = store.content_of(session, partition)
        require_module(session, site, "writer")
        brief = store.brief_for(session, task, site)
        newest = versions_of(session, content.id)
        draft = ArticleDraft.model_validate(content.draft)
    if not 0 <= index < len(draft.sections):
        raise NotReady(f"“{content.title}” has sections 0 to {len(draft.sections) - 1}, and no section {index}")
    answered = write_one_section(
        parts,
        tenant_of(site),
        partition,
        _section_brief(brief, draft, index, wish),
        sector_id=task.sector_id,
        # The same until there is another version: a repeat after a crash is answered from the journal.
        salt=f"rewrite:{newest[0].version if newest else 0}",
    )
    changed = with_section(draft, index, answered.value.section, answered.value.citations)
    call = answered.call
    with parts.warehouse.write() as session:
        now, task, site = store.content_of(session, partition, lock=True)
        if now.version != content.version:
            raise VersionConflict(now, content.version)
        html = render_article(changed, sources=citable_sources(session, task.id))
        writer = store.WrittenBy(f"{call.provider}:{call.model}", call.provider, call.model, call.call_id)
        now, stands = store.save_article(session, task, site, changed, html, word_count(changed), writer)
        saved = versions_of(session, now.id)[0]
        if stands:
            now.credits_used += call.credits
            _tell(session, "article.section_rewritten", now, task, writer.name)
        is_new = not newest or saved.version > newest[0].version
    return RewrittenSection(changed.sections[index], saved.version if is_new else None, stands, call)


def with_section(draft: ArticleDraft, index: int, section: Section, citations: Sequence[Citation] = ()) -> ArticleDraft:
    """The draft with one section replaced under its heading, and that section's citations with it."""
    here = f"section:{index}"
    kept = [each for each in draft.citations if each.where != here and not each.where.startswith(f"{here}/")]
    own = [each.model_copy(update={"where": f"{here}/{each.where.removeprefix(f'{here}/')}"}) for each in citations]
    sections = list(draft.sections)
    old = sections[index]
    sections[index] = section.model_copy(update={"heading": old.heading, "part": old.part})
    return draft.model_copy(update={"sections": tuple(sections), "citations": (*kept, *own)})


def _section_brief(brief: ArticleBrief, draft: ArticleDraft, index: int, wish: str) -> SectionBrief:
    lengths = [
        count_words(" ".join((*s.paragraphs, *s.bullets, *(step.text for step in s.steps)))) for s in draft.sections
    ]
    shared = brief.model_copy(
        update={"sources": (), "outline": tuple(section.heading for section in draft.sections), "title": draft.title}
    )
    return SectionBrief(
        article=shared,
        outline=outline_of(draft, brief, lengths),
        index=index,
        sources=brief.sources,
        current=draft.sections[index],
        wish=wish,
    )


def _findings(session: Session, content: Content, task: Task, site: Site) -> tuple[Finding, ...]:
    return tuple(article_findings(session, content, store.brief_for(session, task, site)))


def _require_version(content: Content, expected: int) -> None:
    if content.version != expected:
        raise VersionConflict(content, expected)


def _person(by: str) -> str:
    return by if by.startswith(store.HUMAN) else f"{store.HUMAN}{by}"


def _tell(session: Session, kind: str, content: Content, task: Task, by: str, version: int | None = None) -> None:
    append_event(
        session,
        kind,
        task.partition_key or "",
        account_id=content.account_id,
        site_id=content.site_id,
        payload={"content_id": content.id, "version": content.version if version is None else version, "by": by},
        actor=by,
    )
