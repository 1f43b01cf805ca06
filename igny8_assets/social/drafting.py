"""Drafts of social posts: one platform at a time, with its picture."""

from dataclasses import dataclass

from sqlalchemy import select

from igny8_assets.social.composing import PLATFORM_RULES, ComposedPost, compose
from igny8_resources.ai.calls import Answered
from igny8_resources.ai.providers import ImageCall
from igny8_resources.contracts.social import SocialBrief, SocialDraft
from igny8_resources.contracts.vocabulary import SocialPlatform
from igny8_resources.contracts.writer import ArticleDraft
from igny8_resources.palettes import palette_for
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import writer as store
from igny8_resources.warehouse.store.sites import tenant_of, voice_of
from igny8_resources.warehouse.tables.social import SocialPost
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Content, Image


@dataclass(frozen=True)
class DraftedPost:
    """One post as it was saved, with the call that wrote it."""

    platform: str
    composed: ComposedPost
    draft: SocialDraft
    call: Answered


def draft_post(parts: Platform, partition: str, platform: SocialPlatform) -> DraftedPost:
    """Write one platform's post for a published article and save it; a post that was edited or sent is left alone."""
    with parts.warehouse.read() as session:
        content, _, site = store.content_of(session, partition)
        pictures = store.images_of(session, content.id)
        draft = ArticleDraft.model_validate(content.draft)
        rules = PLATFORM_RULES[platform]
        brief = SocialBrief(
            voice=voice_of(session, site),
            platform=platform,
            title=content.title,
            url=content.url,
            summary=content.meta_description,
            key_takeaways=draft.key_takeaways,
            faq=draft.faq,
            keywords=(content.primary_keyword, *content.secondary_keywords),
            max_characters=rules.max_characters - 40 if rules.link_in_text else rules.max_characters,
            max_hashtags=rules.max_hashtags,
        )
    written = parts.ai.text(
        tenant_of(site),
        "adapt_for_social",
        subject=partition,
        inputs=brief,
        schema=SocialDraft,
        operation="social_post",
    )
    composed = compose(platform, written.value, content.url)
    image_key = _picture(parts, site, partition, content, platform, pictures[0] if pictures else None)
    _save(parts, content, platform, DraftedPost(platform, composed, written.value, written.call), image_key)
    return DraftedPost(platform, composed, written.value, written.call)


def _picture(
    parts: Platform, site: Site, partition: str, content: Content, platform: SocialPlatform, featured: Image | None
) -> str:
    """The post's picture in the platform's format, made from the article's featured one."""
    if featured is None or featured.status != "ready":
        return ""
    from igny8_assets.social.images import SOCIAL_IMAGE_SIZES, fit_for_platform

    size, palette, original = SOCIAL_IMAGE_SIZES[platform], palette_for(site.key, site.accent), featured.media_key
    if size.height >= size.width and parts.ai.draws_cards(tenant_of(site)):
        # A card is designed for its format: a wide one fitted into a square or upright frame would waste half of it.
        original = parts.ai.picture(
            tenant_of(site),
            subject=partition,
            call=ImageCall(
                prompt=featured.prompt,
                headline=featured.headline,
                lines=tuple(featured.lines),
                kicker=site.name,
                palette=palette,
                width=size.width,
                height=size.height,
                seed=content.task_id * 100,
            ),
            operation="social_image",
        ).media_key
    key = f"{tenant_of(site).media_prefix}/social/{content.task_id}/{platform}.jpg"
    parts.media.put(key, fit_for_platform(parts.media.get(original), platform, palette), "image/jpeg")
    return key


def _save(parts: Platform, content: Content, platform: str, post: DraftedPost, image_key: str) -> None:
    with parts.warehouse.write() as session:
        row = session.scalar(
            select(SocialPost).where(SocialPost.content_id == content.id, SocialPost.platform == platform)
        )
        if row is not None and (row.status != "draft" or row.ai_call_id == post.call.call_id):
            return
        if row is None:
            row = SocialPost(
                account_id=content.account_id, site_id=content.site_id, content_id=content.id, platform=platform
            )
            session.add(row)
        row.post_type, row.text_content = post.draft.post_type, post.composed.text
        row.hashtags, row.thread = list(post.composed.hashtags), list(post.composed.thread)
        row.call_to_action, row.link_url = post.draft.call_to_action, content.url
        row.characters, row.image_key = post.composed.characters, image_key
        row.provider, row.ai_call_id, row.credits_used = post.call.provider, post.call.call_id, post.call.credits
