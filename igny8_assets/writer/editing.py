"""People's work on an article: an edit, a proposal accepted or rejected, one section asked for anew.

What a person wrote or chose is never overwritten: whatever a model writes after that waits beside it as a proposal. A text
that changed has to pass the checks and be approved again, whoever changed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_assets.article_passages import word_count
from igny8_assets.findings import Finding
from igny8_assets.not_ready import NotReady
from igny8_assets.review import article_findings
from igny8_assets.word_forms import count_words
from igny8_assets.writer.article_html import render_article
from igny8_assets.writer.long_articles import outline_of, write_one_section
from igny8_assets.writer.sources import prepare_sources
from igny8_resources.ai.calls import Answered
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


class FieldsRefused(ValueError):
    """Fields of an article cannot be set as asked; ``field`` names the first at fault."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


@dataclass(frozen=True)
class ArticleFields:
    """What an article is found by; None leaves a field as it is."""

    title: str | None = None
    slug: str | None = None
    meta_title: str | None = None
    meta_description: str | None = None
    primary_keyword: str | None = None
    secondary_keywords: tuple[str, ...] | None = None


def edit_fields(
    session: Session, content: Content, task: Task, site: Site, fields: ArticleFields, *, by: str, base_version: int
) -> Edited:
    """Set an article's title, address, meta texts or keywords as a person's new version; its text stays.

    The article has to pass the checks and be approved again: both look at these fields.

    Raises:
        VersionConflict: the article has another version by now; nothing was saved.
        FieldsRefused: another article has the slug, or the page is public under the one that it has.
    """
    _require_version(content, base_version)
    draft = ArticleDraft.model_validate(content.draft)
    if fields.slug is not None and fields.slug != content.slug:
        _move(session, content, fields.slug)
    texts = {
        "title": fields.title,
        "slug": fields.slug,
        "meta_title": fields.meta_title,
        "meta_description": fields.meta_description,
    }
    changed = draft.model_copy(update={name: text for name, text in texts.items() if text is not None})
    keywords = (
        content.primary_keyword if fields.primary_keyword is None else fields.primary_keyword,
        content.secondary_keywords if fields.secondary_keywords is None else list(fields.secondary_keywords),
    )
    if changed == draft and keywords == (content.primary_keyword, content.secondary_keywords):
        return Edited(content, False, _findings(session, content, task, site))
    # The brief that checks and later writers read is the task's.
    content.primary_keyword, content.secondary_keywords = keywords
    task.primary_keyword, task.secondary_keywords = keywords
    html = render_article(changed, sources=citable_sources(session, task.id))
    store.add_standing(session, content, task, changed, html, word_count(changed), _person(by))
    _tell(session, "article.edited", content, task, by)
    return Edited(content, True, _findings(session, content, task, site))


def _move(session: Session, content: Content, slug: str) -> None:
    if content.published_at is not None:
        raise FieldsRefused("slug", f"the page is public at {content.slug!r}, and links lead there")
    taken = select(Content.title).where(
        Content.site_id == content.site_id, Content.slug == slug, Content.id != content.id
    )
    if (title := session.scalar(taken)) is not None:
        raise FieldsRefused("slug", f"“{title}” has this slug already")
    content.slug = slug


def send_back(session: Session, content: Content, task: Task, *, by: str, reason: str) -> None:
    """Turn an article down that is in review or approved: a draft again, with the reason on record.

    Raises:
        NotReady: it is neither in review nor approved.
    """
    if content.status not in {"review", "approved"}:
        raise NotReady(f"“{content.title}” is {content.status}; only one in review or approved can be sent back")
    content.status = task.status = "draft"
    content.approved_at, content.approved_by = None, ""
    task.error = f"Sent back by {by.removeprefix('user:')}: {reason}"
    append_event(
        session,
        "article.rejected",
        task.partition_key or "",
        account_id=content.account_id,
        site_id=content.site_id,
        payload={"content_id": content.id, "version": content.version, "by": by, "reason": reason},
        actor=by,
    )


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
