"""Writes one article: its brief to a model, its draft to a version, and what the next stages wait for.

Belongs here: what an asset and a bulk job do alike for one article. Does not belong here: Dagster, wording, checks.
"""

from dataclasses import dataclass

from igny8_assets.writer.article_html import render_article, word_count
from igny8_resources.ai.journal import Answered
from igny8_resources.contracts.writer import ArticleDraft
from igny8_resources.events import append_event
from igny8_resources.platform import Platform
from igny8_resources.requests import report_progress
from igny8_resources.warehouse.store import writer as store
from igny8_resources.warehouse.store.sites import require_module, tenant_of
from igny8_resources.warehouse.tables.writer import Content
from jobs.names import WRITE_ARTICLE


@dataclass(frozen=True)
class WrittenArticle:
    """An article after its draft was saved.

    ``content`` is its row as it stands, ``standing`` the text that it shows, ``draft`` what was written now; the two differ
    where a person's text stands and the draft was kept beside it. ``calls`` are the model calls behind the draft.
    """

    content: Content
    standing: ArticleDraft
    draft: ArticleDraft
    calls: tuple[Answered, ...]

    @property
    def stands(self) -> bool:
        """Whether the draft that was written is the article's text now."""
        return self.standing == self.draft


def write_article(parts: Platform, partition: str, run_id: str = "") -> WrittenArticle:
    """Write the article of a partition and save it as a version; ``run_id`` is shown to whoever waits for it.

    Raises:
        UnknownArticle: there is no such partition.
        ModuleDisabled: the site's writer is switched off.
        ProviderError: no model gave a usable draft.
        InsufficientCredits: the account cannot pay.
    """
    with parts.warehouse.write() as session:
        task, site = store.task_of(session, partition)
        require_module(session, site, "writer")
        brief = store.brief_for(session, task, site)
        report_progress(session, partition, WRITE_ARTICLE, "AI_CALL", f"writing “{task.title}”", run_id)
    written = parts.ai.text(
        tenant_of(site),
        "generate_content",
        subject=partition,
        inputs=brief,
        schema=ArticleDraft,
        operation="content",
        expected_words=brief.target_words,
    )
    draft, call = written.value, written.call
    html, words = render_article(draft), word_count(draft)
    with parts.warehouse.write() as session:
        task, site = store.task_of(session, partition)
        writer = store.WrittenBy(f"{call.provider}:{call.model}", call.provider, call.model, call.call_id)
        content, changed = store.save_article(session, task, site, draft, html, words, writer)
        if changed:
            content.credits_used = call.credits
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
    return WrittenArticle(content, ArticleDraft.model_validate(content.draft), draft, (call,))
