"""Article text, image prompts and images: one article a partition."""

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.partitions import across, articles
from igny8_assets.shown import OWNERS, credits_shown, markdown_table, preview
from igny8_resources.resources import PlatformResource
from jobs.names import WRITE_ARTICLE


@dg.asset(
    partitions_def=articles,
    group_name="writer",
    kinds={"ai", "table"},
    owners=OWNERS,
    code_version="1",
    deps=[across("tasks")],
)
def article(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """One article: its typed blocks, the HTML they render to, and the version they became."""
    from igny8_assets.writer.article_html import render_article, word_count
    from igny8_assets.writer.previews import article_markdown
    from igny8_resources.contracts.writer import ArticleDraft
    from igny8_resources.events import append_event
    from igny8_resources.requests import report_progress
    from igny8_resources.warehouse.store import writer as store
    from igny8_resources.warehouse.store.sites import require_module, tenant_of

    parts, partition = platform.platform, context.partition_key
    with explained():
        with parts.warehouse.write() as session:
            task, site = store.task_of(session, partition)
            require_module(session, site, "writer")
            brief = store.brief_for(session, task, site)
            report_progress(session, partition, WRITE_ARTICLE, "AI_CALL", f"writing “{task.title}”", context.run_id)
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
    standing = ArticleDraft.model_validate(content.draft)
    return dg.MaterializeResult(
        metadata={
            "title": content.title,
            "content_type": f"{content.content_type} / {content.content_structure}",
            "words": content.word_count,
            "version": content.version,
            "new_draft": "stands" if standing == draft else "kept as a further version beside the text a person edited",
            "primary_keyword": content.primary_keyword,
            "preview": preview(article_markdown(standing)),
            # Built when the last step of the chain is done; the address is known from the start.
            "page": dg.MetadataValue.url(f"{parts.settings.draft_url(partition)}{content.slug}/"),
            **credits_shown([call]),
        }
    )


@dg.asset(
    partitions_def=articles,
    group_name="writer",
    kinds={"ai", "table"},
    owners=OWNERS,
    code_version="1",
    deps=["article"],
)
def image_prompts(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """The pictures of one article before they are made: where each stands, its prompt, alt text and caption."""
    from igny8_assets.writer.pictures import plan_images

    parts, partition = platform.platform, context.partition_key
    with explained():
        planned = plan_images(parts, partition)
    return dg.MaterializeResult(
        metadata={
            "images": len(planned.value.images),
            "plan": dg.MetadataValue.md(
                markdown_table(
                    ["role", "headline", "alt text", "prompt"],
                    [(p.role, p.headline, p.alt_text, p.prompt) for p in planned.value.images],
                )
            ),
            **credits_shown([planned.call]),
        }
    )


@dg.asset(
    partitions_def=articles,
    group_name="writer",
    kinds={"ai", "image"},
    owners=OWNERS,
    code_version="1",
    deps=["image_prompts"],
)
def images(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """The picture files of one article, each in the sizes that its site needs."""
    from igny8_assets.writer.pictures import make_image
    from igny8_resources.warehouse.store import writer as store
    from igny8_resources.warehouse.store.sites import require_module

    parts, partition = platform.platform, context.partition_key
    with explained():
        with parts.warehouse.read() as session:
            content, _, site = store.content_of(session, partition)
            require_module(session, site, "writer")
            wanted = store.images_of(session, content.id)
        made = [make_image(parts, site, partition, content, image) for image in wanted]
    # The draft page's own files: they are there once the chain has come to its end.
    shown = [(picture.alt_text, f"{parts.settings.draft_url(partition)}{picture.path}") for picture in made]
    return dg.MaterializeResult(
        metadata={
            "images": len(made),
            "files": sum(len(picture.variants) for picture in made),
            "gallery": dg.MetadataValue.md("\n\n".join(f"![{alt}]({url})\n\n[{alt}]({url})" for alt, url in shown)),
            **credits_shown(picture.call for picture in made if picture.call is not None),
        }
    )
