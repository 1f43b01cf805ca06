"""Completes one article: links to and from the site's other pages, the verdict on all of it, the draft page for reviewers.

Belongs here: what an asset and a bulk job do alike. Does not belong here: where links go (``linking``), what checks say.
"""

from dataclasses import dataclass

from igny8_assets.linker.linking import LinkedArticle, set_links
from igny8_assets.review import Verdict, settle_review, verdict_on
from igny8_assets.sites.draft_page import DraftPage, build_draft_page
from igny8_resources.ai.calls import Answered
from igny8_resources.events import append_event
from igny8_resources.platform import Platform
from igny8_resources.requests import finish_items
from igny8_resources.warehouse.store import writer as store
from igny8_resources.warehouse.store.sites import module_enabled, tenant_of
from igny8_resources.warehouse.tables.writer import Content
from jobs.names import WRITE_ARTICLE


@dataclass(frozen=True)
class CompletedArticle:
    """An article at the end of its chain: its row, its links, the checks' verdict and its draft page."""

    content: Content
    linked: LinkedArticle
    verdict: Verdict
    page: DraftPage
    calls: tuple[Answered, ...]


def link_article(parts: Platform, partition: str) -> CompletedArticle:
    """Link an article, settle its review, end the requests that wait for it and build its draft page.

    A site whose linker is off gets no links; the rest happens all the same.

    Raises:
        NothingWritten: the article has no text yet.
        InsufficientCredits: the account cannot pay.
    """
    linked, calls = LinkedArticle((), (), ()), []
    with parts.warehouse.read() as session:
        content, _, site = store.content_of(session, partition)
        links_wanted = module_enabled(session, site.id, "linker")
    if links_wanted:
        calls.append(
            parts.ai.charge(
                tenant_of(site),
                "linking",
                subject=partition,
                provider=content.provider,
                inputs={"version": content.version},
            )
        )
    with parts.warehouse.write() as session:
        content, task, site = store.content_of(session, partition, lock=not links_wanted)
        if links_wanted:
            linked = set_links(session, content, site)
        verdict = verdict_on(session, content, store.brief_for(session, task, site))
        settle_review(session, content, task, site, verdict)
        task.error = ""
        append_event(
            session,
            "article.linked",
            partition,
            account_id=site.account_id,
            site_id=site.id,
            payload={"outbound": len(linked.outbound), "inbound": len(linked.inbound)},
        )
        finish_items(session, partition, WRITE_ARTICLE)
    page = build_draft_page(parts, partition)
    return CompletedArticle(content, linked, verdict, page, tuple(calls))
