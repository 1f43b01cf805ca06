"""Writes one article: its brief to a model, its draft to a version, and what the next stages wait for.

Belongs here: what an asset and a bulk job do alike for one article. Does not belong here: Dagster, wording, checks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from igny8_assets.writer.article_html import render_article, word_count
from igny8_assets.writer.long_articles import Drafted, is_long, write_in_steps
from igny8_assets.writer.sources import prepare_sources, share_used
from igny8_resources.ai.calls import Answered
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft
from igny8_resources.events import append_event
from igny8_resources.platform import Platform
from igny8_resources.requests import report_progress
from igny8_resources.tenant import Tenant
from igny8_resources.warehouse.store import writer as store
from igny8_resources.warehouse.store.sites import require_module, tenant_of
from igny8_resources.warehouse.store.sources import citable_sources
from igny8_resources.warehouse.tables.writer import Content
from jobs.names import WRITE_ARTICLE


@dataclass(frozen=True)
class WrittenArticle:
    """An article after its draft was saved.

    ``content`` is its row as it stands, ``standing`` the text that it shows, ``draft`` what was written now; the two differ
    where a person's text stands and the draft was kept beside it. ``calls`` are the model calls behind the draft,
    ``sources_used`` says of each source how much the brief carried, ``left_out`` what of the answers could not be used.
    """

    content: Content
    standing: ArticleDraft
    draft: ArticleDraft
    calls: tuple[Answered, ...]
    sources_used: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether the draft that was written is the article's text now."""
        return self.standing == self.draft


def write_article(parts: Platform, partition: str, run_id: str = "") -> WrittenArticle:
    """Write the article of a partition and save it as a version; ``run_id`` is shown to whoever waits for it.

    Raises:
        UnknownArticle: there is no such partition.
        ModuleDisabled: the site's writer is switched off.
        NotReady: a source of the task cannot be read.
        ProviderError: no model gave a usable draft.
        InsufficientCredits: the account cannot pay.
    """
    with parts.warehouse.write() as session:
        task, site = store.task_of(session, partition)
        require_module(session, site, "writer")
        report_progress(session, partition, WRITE_ARTICLE, "PREP", f"preparing “{task.title}”", run_id)
    sources = prepare_sources(parts, partition)
    with parts.warehouse.write() as session:
        task, site = store.task_of(session, partition)
        brief = store.brief_for(session, task, site)
        report_progress(session, partition, WRITE_ARTICLE, "AI_CALL", f"writing “{task.title}”", run_id)
    drafted = draft_article(parts, tenant_of(site), partition, brief, task.sector_id)
    draft = drafted.draft
    with parts.warehouse.write() as session:
        task, site = store.task_of(session, partition)
        html, words = render_article(draft, sources=citable_sources(session, task.id)), word_count(draft)
        content, changed = store.save_article(session, task, site, draft, html, words, _writer(drafted.calls))
        if changed:
            content.credits_used = sum((call.credits for call in drafted.calls), Decimal(0))
            task.status, task.error = "draft", ""
            append_event(
                session,
                "article.drafted",
                partition,
                account_id=site.account_id,
                site_id=site.id,
                payload={"content_id": content.id, "version": content.version, "words": words},
            )
        report_progress(session, partition, WRITE_ARTICLE, "SAVE", f"{words} words saved")
    return WrittenArticle(
        content=content,
        standing=ArticleDraft.model_validate(content.draft),
        draft=draft,
        calls=drafted.calls,
        sources_used=tuple(share_used(source) for source in sources),
        left_out=drafted.left_out,
    )


def draft_article(
    parts: Platform, tenant: Tenant, partition: str, brief: ArticleBrief, sector_id: int | None
) -> Drafted:
    """The draft: by one call, or in steps where the article is long."""

    def say(message: str) -> None:
        with parts.warehouse.write() as session:
            report_progress(session, partition, WRITE_ARTICLE, "AI_CALL", message)

    if is_long(brief):
        return write_in_steps(parts, tenant, partition, brief, sector_id=sector_id, say=say)
    written = parts.ai.text(
        tenant,
        "generate_content",
        subject=partition,
        inputs=brief,
        schema=ArticleDraft,
        operation="content",
        expected_words=brief.target_words,
        sector_id=sector_id,
    )
    return Drafted(written.value, (written.call,))


def _writer(calls: Sequence[Answered]) -> store.WrittenBy:
    """Who wrote a draft: the model of its last call, which had the whole of it before it."""
    last = calls[-1]
    return store.WrittenBy(f"{last.provider}:{last.model}", last.provider, last.model, last.call_id)
