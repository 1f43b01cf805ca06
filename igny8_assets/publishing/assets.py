"""Publication of approved articles: one article a partition."""

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.not_ready import NotReady
from igny8_assets.partitions import articles
from igny8_assets.shown import OWNERS
from igny8_resources.resources import PlatformResource
from jobs.names import PUBLISH_ARTICLE


@dg.asset(
    partitions_def=articles,
    group_name="publishing",
    kinds={"web"},
    owners=OWNERS,
    code_version="1",
    deps=["internal_links", "images", "article_schema"],
)
def published_article(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """One article at its public address, placed there exactly once per content and recorded in the effects ledger."""
    from sqlalchemy import select

    from igny8_assets.publishing.static_site import DESTINATION, document_key, page_document, publish, read_document
    from igny8_resources.events import append_event
    from igny8_resources.requests import finish_items, report_progress
    from igny8_resources.warehouse.store import writer as store
    from igny8_resources.warehouse.store.sites import require_module
    from igny8_resources.warehouse.tables.columns import utc_now
    from igny8_resources.warehouse.tables.publishing import PublishingRecord

    parts, partition = platform.platform, context.partition_key
    with explained():
        with parts.warehouse.write() as session:
            content, _, site = store.content_of(session, partition)
            require_module(session, site, "publisher")
            if content.status not in {"approved", "published"}:
                raise NotReady(f"“{content.title}” is {content.status}; approve it before it can be published")
            if not content.checks_passed:
                failing = ", ".join(name for name, check in content.checks.items() if not check["passed"])
                raise NotReady(f"“{content.title}” has failing checks ({failing}); mend them and run its checks again")
            report_progress(session, partition, PUBLISH_ARTICLE, "SAVE", "publishing", context.run_id)
            document = page_document(session, content, site, now=utc_now())
        confirmed = publish(parts, site, partition, document)
        live = read_document(parts.media, document_key(site, document.slug)) or document
        with parts.warehouse.write() as session:
            content, task, site = store.content_of(session, partition, lock=True)
            record = session.scalar(
                select(PublishingRecord).where(
                    PublishingRecord.content_id == content.id,
                    PublishingRecord.destination == DESTINATION,
                    PublishingRecord.version == content.version,
                    PublishingRecord.content_hash == document.content_hash(),
                )
            )
            url = f"{site.base_url}/{content.slug}/"
            if record is None:
                session.add(
                    PublishingRecord(
                        account_id=site.account_id,
                        site_id=site.id,
                        content_id=content.id,
                        destination=DESTINATION,
                        version=content.version,
                        content_hash=document.content_hash(),
                        external_id=confirmed.external_id,
                        url=url,
                        effect_id=confirmed.effect_id,
                        published_at=utc_now(),
                    )
                )
                content.published_at = content.published_at or live.published_at
                content.url, content.status, task.status = url, "published", "published"
                append_event(
                    session,
                    "article.published",
                    partition,
                    account_id=site.account_id,
                    site_id=site.id,
                    payload={"content_id": content.id, "url": url},
                )
            task.error = ""
            finish_items(session, partition, PUBLISH_ARTICLE)
    return dg.MaterializeResult(
        metadata={
            "title": content.title,
            "url": dg.MetadataValue.url(content.url),
            "local_preview": dg.MetadataValue.url(f"{parts.settings.public_url}/sites/{site.key}/{content.slug}/"),
            "published_now": confirmed.acted_now,
            "approved_by": content.approved_by,
        }
    )
