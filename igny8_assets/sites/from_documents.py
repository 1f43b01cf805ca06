"""Published page documents and a site's rows become the values that the site builder and the schema graph work on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from igny8_assets.article_anchors import article_anchors
from igny8_assets.page_pictures import SitePicture
from igny8_assets.publishing.page_document import PageDocument
from igny8_assets.schema import page_facts as schema
from igny8_assets.schema.graph import build_graph
from igny8_assets.site_topics import topic_slug
from igny8_assets.sites.addresses import ABOUT, HOME, absolute, article_path, hub_path
from igny8_assets.sites.pages import (
    ArticlePage,
    AuthorFacts,
    HubPage,
    PageImage,
    SchemaGraph,
    SectorFacts,
    SiteFacts,
    TocEntry,
    VideoEmbed,
)
from igny8_assets.sites.planning import SitePlan, plan_pages
from igny8_resources.palettes import palette_for
from igny8_resources.warehouse.tables.tenancy import AuthorProfile, Sector, Site

WORDS_A_MINUTE = 230
OFFLINE_NOTE = "A brief-style draft, written by the offline provider from search data."


@dataclass(frozen=True)
class PublishedVideo:
    """A rendered video of an article, by media keys."""

    title: str
    description: str
    media_key: str
    captions_key: str
    poster_key: str
    seconds: float
    width: int
    height: int
    rendered_at: datetime


@dataclass(frozen=True)
class SitePages:
    """Everything a build needs; ``media`` maps paths inside the site to media keys."""

    site: SiteFacts
    articles: tuple[ArticlePage, ...]
    hubs: tuple[HubPage, ...]
    graphs: Mapping[str, SchemaGraph]
    media: Mapping[str, str]


def site_facts(site: Site, sectors: Sequence[Sector], author: AuthorProfile | None) -> SiteFacts:
    """A site's row as the builder knows it."""
    return SiteFacts(
        key=site.key,
        name=site.name,
        tagline=site.tagline,
        # What a person said when they added the site is better on its home page than nothing.
        description=site.description or (f"On {site.niche}." if site.niche else ""),
        base_url=site.base_url,
        language=site.language,
        author=AuthorFacts(author.name, author.bio) if author else None,
        palette=palette_for(site.key, site.accent),
        organization_name=site.name,
        logo_path=None,
        sectors=tuple(SectorFacts(sector.name, sector.slug, sector.description) for sector in sectors),
    )


def schema_site(site: SiteFacts) -> schema.SiteFacts:
    """The same site as the schema graph knows it."""
    return schema.SiteFacts(
        name=site.name,
        url=absolute(site.base_url, HOME),
        language=site.language,
        description=site.description or site.tagline,
        organization_name=site.organization_name,
    )


def article_facts(
    document: PageDocument, site: SiteFacts, video: PublishedVideo | None = None, *, published: bool = True
) -> schema.PageFacts:
    """The facts of a page's structured data; before publication it has no dates."""
    pictures = [picture.on_site(document.slug) for picture in document.pictures]
    url = absolute(site.base_url, article_path(document.slug))
    crumbs = [schema.Breadcrumb(name=site.name, url=absolute(site.base_url, HOME))]
    crumbs += [
        schema.Breadcrumb(name=document.cluster_name, url=absolute(site.base_url, hub_path(hub_slug(document)))),
        schema.Breadcrumb(name=document.title, url=url),
    ]
    author = None
    if document.author_name:
        bio = site.author.bio if site.author else ""
        author = schema.AuthorFacts(name=document.author_name, url=absolute(site.base_url, ABOUT), bio=bio)
    return schema.facts_from_draft(
        document.draft,
        site=schema_site(site),
        url=url,
        content_type=document.content_type,
        content_structure=document.content_structure,
        published_at=document.published_at if published else None,
        modified_at=document.modified_at if published else None,
        author=author,
        images=tuple(
            schema.ImageFacts(
                url=absolute(site.base_url, f"/{picture.largest.path}"),
                width=picture.largest.width,
                height=picture.largest.height,
                alt=picture.alt,
                caption=picture.caption,
            )
            for picture in pictures
        ),
        breadcrumbs=tuple(crumbs),
        section=document.cluster_name,
        keywords=document.keywords,
        videos=(_video_facts(video, document, site),) if video else (),
    )


def _video_facts(video: PublishedVideo, document: PageDocument, site: SiteFacts) -> schema.VideoFacts:
    return schema.VideoFacts(
        name=video.title,
        description=video.description or document.meta_description,
        thumbnail_url=absolute(site.base_url, f"/{_video_path(document, 'jpg')}"),
        content_url=absolute(site.base_url, f"/{_video_path(document, 'mp4')}"),
        uploaded_at=video.rendered_at,
        seconds=video.seconds,
    )


def _video_path(document: PageDocument, extension: str) -> str:
    return f"assets/video/{document.slug}.{extension}"


def hub_slug(document: PageDocument) -> str:
    """The address of the topic that an article belongs to."""
    return topic_slug(document.cluster_name, document.cluster_id)


def site_pages(site: SiteFacts, documents: Sequence[PageDocument], videos: Mapping[str, PublishedVideo]) -> SitePages:
    """Pages of a site from its published documents; ``videos`` by article slug."""
    media: dict[str, str] = {}
    pages = []
    for document in documents:
        video = videos.get(document.slug)
        pictures = [picture.on_site(document.slug) for picture in document.pictures]
        media |= {file.path: file.media_key for picture in pictures for file in picture.files}
        if video:
            media |= {
                _video_path(document, "mp4"): video.media_key,
                _video_path(document, "vtt"): video.captions_key,
                _video_path(document, "jpg"): video.poster_key,
            }
        pages.append(_article_page(document, site, pictures, video))
    hubs = _hubs(documents)
    plan = plan_pages(site, pages, hubs)
    return SitePages(site, tuple(pages), hubs, _graphs(site, plan), media)


def _article_page(
    document: PageDocument, site: SiteFacts, pictures: Sequence[SitePicture], video: PublishedVideo | None
) -> ArticlePage:
    featured = next((picture for picture in pictures if picture.section_index is None), None)
    anchors = article_anchors(document.draft)
    embed = None
    if video:
        embed = VideoEmbed(
            mp4=_video_path(document, "mp4"),
            poster=_video_path(document, "jpg"),
            captions=_video_path(document, "vtt"),
            title=video.title,
            duration_seconds=video.seconds,
            width=video.width,
            height=video.height,
        )
    return ArticlePage(
        slug=document.slug,
        title=document.title,
        meta_title=document.meta_title,
        meta_description=document.meta_description,
        html=document.html,
        schema_graph=build_graph(article_facts(document, site, video)),
        published_at=document.published_at,
        updated_at=document.modified_at,
        author_name=document.author_name,
        reading_minutes=max(1, round(document.word_count / WORDS_A_MINUTE)),
        hub_slug=hub_slug(document),
        hub_name=document.cluster_name,
        sector_slug=document.sector_slug or None,
        content_type=document.content_type,
        featured=page_image(featured) if featured else None,
        toc=tuple(
            TocEntry(anchor, section.heading)
            for anchor, section in zip(anchors.sections, document.draft.sections, strict=True)
        ),
        summary=document.meta_description,
        keywords=document.keywords,
        video=embed,
        provider_note=OFFLINE_NOTE if document.provider == "offline" else None,
    )


def page_image(picture: SitePicture) -> PageImage:
    """A picture as the builder knows it."""
    fallback = picture.fallback
    return PageImage(
        src=fallback.path,
        variants=tuple((file.path, file.width, file.media_type) for file in picture.files),
        width=fallback.width,
        height=fallback.height,
        alt=picture.alt,
        caption=picture.caption,
    )


def _hubs(documents: Sequence[PageDocument]) -> tuple[HubPage, ...]:
    by_hub: dict[str, list[PageDocument]] = {}
    for document in documents:
        by_hub.setdefault(hub_slug(document), []).append(document)
    return tuple(
        HubPage(
            slug=slug,
            name=own[0].cluster_name,
            description=_hub_description(own),
            article_slugs=tuple(document.slug for document in own),
            sector_slug=own[0].sector_slug or None,
        )
        for slug, own in sorted(by_hub.items())
    )


def _hub_description(documents: Sequence[PageDocument]) -> str:
    """What the topic holds, by its articles' own titles."""
    name, first = documents[0].cluster_name, documents[0].title
    if len(documents) == 1:
        return f"{name}: what to settle first, and how to check it for yourself. It begins with “{first}”."
    return f"{name} in {len(documents)} articles, from “{first}” to “{documents[-1].title}”."


def _graphs(site: SiteFacts, plan: SitePlan) -> dict[str, SchemaGraph]:
    graphs: dict[str, SchemaGraph] = {}
    titles = {article.slug: article.title for article in plan.articles}
    for page in plan.pages:
        if page.kind == "article":
            continue
        listed = tuple(
            schema.ListedPage(name=titles[slug], url=absolute(site.base_url, article_path(slug)))
            for slug in page.article_slugs
        )
        kind = {"home": "home", "hub": "cluster_hub", "archive": "cluster_hub", "about": "company_page"}[page.kind]
        graphs[page.path] = build_graph(
            schema.PageFacts(
                site=schema_site(site),
                content_class=kind,
                url=absolute(site.base_url, page.path),
                title=page.title,
                description=page.description,
                breadcrumbs=tuple(
                    schema.Breadcrumb(name=crumb.name, url=absolute(site.base_url, crumb.path))
                    for crumb in page.breadcrumbs
                )
                if len(page.breadcrumbs) > 1
                else (),
                listed=listed,
            )
        )
    return graphs
