"""An article's pictures: planned from its own words, made once, kept in every size the site needs."""

from dataclasses import dataclass
from typing import Any

from igny8_assets.page_pictures import site_picture
from igny8_assets.writer.image_texts import without_repeats
from igny8_resources.ai.calls import Answered
from igny8_resources.ai.providers import ImageCall
from igny8_resources.ai.router import TextResult
from igny8_resources.contracts.writer import ArticleDraft, ImagePlan, ImagePlanBrief
from igny8_resources.palettes import palette_for
from igny8_resources.platform import Platform
from igny8_resources.requests import report_progress
from igny8_resources.warehouse.store import writer as store
from igny8_resources.warehouse.store.sites import require_module, tenant_of, voice_of
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Content, Image
from jobs.names import WRITE_ARTICLE

# The largest size a page shows, at 16:9; smaller ones are made from it.
WIDTH, HEIGHT = 1600, 900


@dataclass(frozen=True)
class MadeImage:
    """A picture as it is now; ``path`` is its place inside the site, ``call`` is None when it had been made before."""

    alt_text: str
    path: str
    variants: list[Any]
    call: Answered | None


def plan_images(parts: Platform, partition: str) -> TextResult[ImagePlan]:
    """Ask for the image plan of an article and save it."""
    with parts.warehouse.write() as session:
        content, task, site = store.content_of(session, partition)
        require_module(session, site, "writer")
        draft = ArticleDraft.model_validate(content.draft)
        brief = ImagePlanBrief(
            voice=voice_of(session, site, task.author_id),
            title=draft.title,
            summary=draft.meta_description,
            headings=tuple(section.heading for section in draft.sections),
            key_takeaways=draft.key_takeaways,
            in_article_images=min(store.in_article_images(session, site), len(draft.sections)),
        )
        report_progress(session, partition, WRITE_ARTICLE, "AI_CALL", "planning the pictures")
    planned = parts.ai.text(
        tenant_of(site),
        "generate_image_prompts",
        subject=partition,
        inputs=brief,
        schema=ImagePlan,
        operation="image_prompts",
    )
    with parts.warehouse.write() as session:
        content, _, _ = store.content_of(session, partition, lock=True)
        store.save_image_plan(session, content, without_repeats(planned.value))
    return planned


def make_images(parts: Platform, partition: str) -> list[MadeImage]:
    """Make every planned picture of an article that is not there yet, in the order of their places.

    Raises:
        NothingWritten: the article has no text yet.
        ModuleDisabled: the site's writer is switched off.
        ProviderError: a picture could not be made; those made before it stay.
    """
    with parts.warehouse.read() as session:
        content, _, site = store.content_of(session, partition)
        require_module(session, site, "writer")
        wanted = store.images_of(session, content.id)
    return [make_image(parts, site, partition, content, image) for image in wanted]


def make_image(parts: Platform, site: Site, partition: str, content: Content, image: Image) -> MadeImage:
    """Make one picture and its sizes, unless it is there already."""
    if image.status == "ready":
        return _made(image, content.slug, None)
    from igny8_assets.writer.image_files import site_variants

    tenant = tenant_of(site)
    picture = parts.ai.picture(
        tenant,
        subject=partition,
        call=ImageCall(
            prompt=image.prompt,
            headline=image.headline,
            lines=tuple(image.lines),
            kicker=site.name,
            palette=palette_for(site.key, site.accent),
            width=WIDTH,
            height=HEIGHT,
            seed=content.task_id * 100 + image.position,
        ),
    )
    variants = []
    for variant in site_variants(parts.media.get(picture.media_key), WIDTH / HEIGHT):
        extension = variant.media_type.partition("/")[2].replace("jpeg", "jpg")
        key = f"{tenant.media_prefix}/images/{content.task_id}/{image.position}-{variant.width}.{extension}"
        stored = parts.media.put(key, variant.data, variant.media_type)
        variants.append(
            {
                "key": key,
                "media_type": variant.media_type,
                "width": variant.width,
                "height": variant.height,
                "bytes": stored.size,
            }
        )
    with parts.warehouse.write() as session:
        row = session.get_one(Image, image.id)
        row.media_key, row.media_type = picture.media_key, picture.media_type
        row.width, row.height, row.variants = picture.width, picture.height, variants
        row.provider, row.status = picture.call.provider, "ready"
        return _made(row, content.slug, picture.call)


def _made(image: Image, slug: str, call: Answered | None) -> MadeImage:
    picture = site_picture(slug, image.position, image.section_index, image.alt_text, image.caption, image.variants)
    return MadeImage(alt_text=image.alt_text, path=picture.fallback.path, variants=image.variants, call=call)
