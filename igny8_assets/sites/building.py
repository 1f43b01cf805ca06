"""Builds a site's folder from what is published, with the media that its pages show."""

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_assets.publishing.static_site import document_key, read_document
from igny8_assets.sites.builder import build_site
from igny8_assets.sites.from_documents import PublishedVideo, SitePages, site_facts, site_pages
from igny8_assets.sites.pages import BuildReport, SiteProblem
from igny8_assets.sites.site_check import check_site
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store.sites import active_sectors, default_author, site_by_key
from igny8_resources.warehouse.tables.publishing import SiteBuild
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.video import VideoProject, VideoRender
from igny8_resources.warehouse.tables.writer import Content


@dataclass(frozen=True)
class BuiltSite:
    """A build: where it is, what the builder reported, what the check of the built pages found, and its content's digest."""

    folder: Path
    report: BuildReport
    problems: tuple[SiteProblem, ...]
    digest: str


def published_pages(parts: Platform, site_key: str) -> SitePages:
    """Everything that is live on a site, read from its published documents."""
    with parts.warehouse.read() as session:
        site = site_by_key(session, site_key)
        facts = site_facts(site, active_sectors(session, site.id), default_author(session, site))
        published = session.scalars(
            select(Content)
            .where(Content.site_id == site.id, Content.published_at.is_not(None))
            .order_by(Content.published_at, Content.id)
        ).all()
        videos = _videos(session, site)
    documents = [
        document
        for content in published
        if (document := read_document(parts.media, document_key(site, content.slug))) is not None
    ]
    return site_pages(facts, documents, videos)


def _videos(session: Session, site: Site) -> dict[str, PublishedVideo]:
    rows = session.execute(
        select(Content.slug, VideoProject, VideoRender)
        .join(VideoProject, VideoProject.content_id == Content.id)
        .join(VideoRender, VideoRender.project_id == VideoProject.id)
        .where(Content.site_id == site.id, VideoRender.status == "complete")
        .order_by(VideoRender.id)
    ).tuples()
    return {
        slug: PublishedVideo(
            title=project.title,
            description=str(project.script.get("description", "")),
            media_key=render.media_key,
            captions_key=render.captions_key,
            poster_key=render.poster_key,
            seconds=render.duration_seconds,
            width=render.width,
            height=render.height,
            rendered_at=render.rendered_at,
        )
        for slug, project, render in rows
    }


def build(parts: Platform, site_key: str) -> BuiltSite:
    """Build a site into its folder in one step and check every built page."""
    pages = published_pages(parts, site_key)
    folder = parts.settings.sites_folder / site_key
    folder.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened:
        assets: dict[str, bytes | Path] = {
            path: opened.enter_context(parts.media.open_path(key)) for path, key in pages.media.items()
        }
        report = build_site(pages.site, pages.articles, pages.hubs, assets, folder, graphs=pages.graphs)
    problems = tuple(check_site(folder, pages.site.base_url))
    return BuiltSite(folder, report, problems, _digest(folder))


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def record_build(session: Session, site: Site, built: BuiltSite) -> bool:
    """Keep a build that differs from every one before it.

    Returns:
        Whether it is new.
    """
    known = session.scalar(select(SiteBuild).where(SiteBuild.site_id == site.id, SiteBuild.digest == built.digest))
    if known is not None:
        return False
    session.add(
        SiteBuild(
            account_id=site.account_id,
            site_id=site.id,
            digest=built.digest,
            pages=len(built.report.pages),
            files=built.report.files,
            size_bytes=built.report.bytes,
            problems=[f"{problem.page}: {problem.kind}: {problem.detail}" for problem in built.problems],
        )
    )
    return True
