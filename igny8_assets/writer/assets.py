"""Article text, image prompts and images: one article a partition."""

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.partitions import across, articles
from igny8_assets.shown import OWNERS, credits_shown, markdown_table, preview
from igny8_resources.resources import PlatformResource


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
    from igny8_assets.writer.previews import article_markdown
    from igny8_assets.writer.writing import write_article

    parts, partition = platform.platform, context.partition_key
    with explained():
        written = write_article(parts, partition, context.run_id)
    content, standing = written.content, written.standing
    return dg.MaterializeResult(
        metadata={
            "title": content.title,
            "content_type": f"{content.content_type} / {content.content_structure}",
            "words": content.word_count,
            "version": content.version,
            "new_draft": "stands" if written.stands else "kept as a proposal beside the text a person edited",
            "primary_keyword": content.primary_keyword,
            "sources": "; ".join(written.sources_used) or "none",
            "left_out": "; ".join(written.left_out) or "nothing",
            "preview": preview(article_markdown(standing)),
            # Built when the last step of the chain is done; the address is known from the start.
            "page": dg.MetadataValue.url(f"{parts.settings.draft_url(partition)}{content.slug}/"),
            **credits_shown(written.calls),
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
    from igny8_assets.writer.pictures import make_images

    parts, partition = platform.platform, context.partition_key
    with explained():
        made = make_images(parts, partition)
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
