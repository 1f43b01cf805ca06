"""Checks of drafted posts."""

import dagster as dg

from igny8_assets.partitions import articles
from igny8_resources.resources import PlatformResource


@dg.asset_check(asset="social_posts", partitions_def=articles, blocking=True)
def posts_fit_their_platforms(
    context: dg.AssetCheckExecutionContext, platform: PlatformResource
) -> dg.AssetCheckResult:
    """Every post and every part of a thread is within its platform's character and hashtag limits."""
    from sqlalchemy import select

    from igny8_assets.social.composing import PLATFORM_RULES, count_characters
    from igny8_resources.warehouse.store import writer as store
    from igny8_resources.warehouse.tables.social import SocialPost

    with platform.platform.warehouse.read() as session:
        content, _, _ = store.content_of(session, context.partition_key)
        posts = list(session.scalars(select(SocialPost).where(SocialPost.content_id == content.id)))
    too_long = []
    for post in posts:
        rules = PLATFORM_RULES[post.platform]
        lengths = [count_characters(post.platform, text) for text in (post.text_content, *post.thread)]
        if max(lengths) > rules.max_characters or len(post.hashtags) > rules.max_hashtags:
            too_long.append(f"{post.platform}: {max(lengths)} characters, {len(post.hashtags)} hashtags")
    return dg.AssetCheckResult(
        passed=bool(posts) and not too_long,
        description="; ".join(too_long) or f"{len(posts)} posts fit",
        metadata={"posts": len(posts)},
    )
