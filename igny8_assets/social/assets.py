"""Social post drafts: one article a partition, one post a platform."""

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.not_ready import NotReady
from igny8_assets.partitions import articles
from igny8_assets.shown import OWNERS, credits_shown
from igny8_resources.contracts.vocabulary import SOCIAL_PLATFORMS
from igny8_resources.resources import PlatformResource
from jobs.names import DRAFT_SOCIAL_POSTS


@dg.asset(
    partitions_def=articles,
    group_name="social",
    kinds={"ai", "table"},
    owners=OWNERS,
    code_version="1",
    deps=["published_article"],
)
def social_posts(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """Drafts of one post per platform that the site uses, each within its platform's limits and with its picture."""
    from igny8_assets.social.drafting import draft_post
    from igny8_resources.events import append_event
    from igny8_resources.requests import finish_items, report_progress
    from igny8_resources.warehouse.store import writer as store
    from igny8_resources.warehouse.store.sites import automation_of, require_module

    parts, partition = platform.platform, context.partition_key
    with explained():
        with parts.warehouse.write() as session:
            content, _, site = store.content_of(session, partition)
            require_module(session, site, "socializer")
            if content.status != "published":
                raise NotReady(f"“{content.title}” is {content.status}; posts are drafted once it is published")
            wanted = automation_of(session, site.id).social_platforms or list(SOCIAL_PLATFORMS)
            report_progress(session, partition, DRAFT_SOCIAL_POSTS, "AI_CALL", "drafting posts", context.run_id)
        posts = [draft_post(parts, partition, name) for name in wanted]
        with parts.warehouse.write() as session:
            _, task, site = store.content_of(session, partition)
            task.error = ""
            append_event(
                session,
                "social.drafted",
                partition,
                account_id=site.account_id,
                site_id=site.id,
                payload={"platforms": wanted},
            )
            finish_items(session, partition, DRAFT_SOCIAL_POSTS)
    return dg.MaterializeResult(
        metadata={
            "posts": len(posts),
            "preview": dg.MetadataValue.md(
                "\n\n---\n\n".join(
                    f"**{post.platform}** · {post.draft.post_type} · {post.composed.characters} characters\n\n"
                    f"{post.composed.text}"
                    for post in posts
                )
            ),
            **credits_shown(post.call for post in posts),
        }
    )
