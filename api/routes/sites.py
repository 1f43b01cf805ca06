"""Sites: what they are and what belongs to them."""

from typing import Annotated, Any, ClassVar, Literal

from fastapi import Path, Query, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.access import Reader
from api.envelope import Envelope, Page, PlainText, refusals
from api.etags import show_tag
from api.links import preview_path
from api.listing import SearchQuery, columns_of, list_page
from api.previews import is_built
from api.problems import Problem
from api.routing import Router
from api.shapes.sites import (
    AuthorItem,
    AutomationItem,
    SectorItem,
    SiteCounts,
    SiteDetail,
    SiteItem,
    SiteSettings,
    StageItem,
)
from igny8_resources.warehouse.tables.automation import STAGES, AutomationConfig, AutomationStage
from igny8_resources.warehouse.tables.planner import Cluster, ContentIdea, Keyword
from igny8_resources.warehouse.tables.social import SocialPost
from igny8_resources.warehouse.tables.tenancy import MODULES, AuthorProfile, Sector, Site, SiteModule
from igny8_resources.warehouse.tables.video import VideoProject
from igny8_resources.warehouse.tables.writer import Content, Task

router = Router(prefix="/sites", tags=["sites"])


class SitesQuery(SearchQuery):
    """Order and search of the site list."""

    entity: ClassVar = Site
    searched: ClassVar = (Site.name, Site.key, Site.niche)

    ordering: Literal["id", "-id", "name", "-name", "key", "-key", "created_at", "-created_at"] = "name"


@router.get("/", summary="List sites", responses=refusals(400, 401, 403, 404))
def list_sites(access: Reader, request: Request, query: Annotated[SitesQuery, Query()]) -> Page[SiteItem]:
    """The sites that the user may work with."""
    return list_page(access, request, select(*columns_of(Site, SiteItem)), query, SiteItem)


@router.get("/{key}/", summary="One site", responses=refusals(400, 401, 403, 404))
def read_site(
    access: Reader, response: Response, key: Annotated[PlainText, Path(max_length=60)]
) -> Envelope[SiteDetail]:
    """One site with its sectors, authors, module switches, automation and how much there is of everything.

    Its `ETag` is of what people set: the counts may change under it.
    """
    with access.read() as session:
        site = session.scalar(select(Site).where(Site.key == key))
        if site is None:
            raise Problem(404, f"There is no site {key!r}.")
        show_tag(response, SiteSettings.model_validate(site))
        return Envelope(data=_detail(access, session, site))


def _detail(access: Reader, session: Session, site: Site) -> SiteDetail:
    sectors = session.scalars(select(Sector).where(Sector.site_id == site.id).order_by(Sector.id))
    authors = session.scalars(select(AuthorProfile).where(AuthorProfile.site_id == site.id).order_by(AuthorProfile.id))
    switches = dict(
        session.execute(select(SiteModule.module, SiteModule.enabled).where(SiteModule.site_id == site.id))
        .tuples()
        .all()
    )
    config = session.scalar(select(AutomationConfig).where(AutomationConfig.site_id == site.id))
    stages = session.scalars(select(AutomationStage).where(AutomationStage.site_id == site.id)).all()
    automation = None
    if config is not None:
        ordered = sorted(stages, key=lambda stage: STAGES.index(stage.stage))
        automation = AutomationItem.model_validate(config).model_copy(
            update={"stages": [StageItem.model_validate(stage) for stage in ordered]}
        )
    return SiteDetail(
        **SiteItem.model_validate(site).model_dump(),
        description=site.description,
        audience=site.audience,
        sectors=[SectorItem.model_validate(sector) for sector in sectors],
        authors=[AuthorItem.model_validate(author) for author in authors],
        modules={module: switches.get(module, True) for module in MODULES},
        automation=automation,
        counts=_counts(session, site.id),
        preview_url=preview_path(site.key) if is_built(access.service.settings.sites_folder, site.key) else None,
    )


def _counts(session: Session, site_id: int) -> SiteCounts:
    def count(entity: Any) -> int:
        return session.scalar(select(func.count(entity.id)).where(entity.site_id == site_id)) or 0

    def by(status: InstrumentedAttribute[str], entity: Any) -> dict[str, int]:
        rows = session.execute(
            select(status, func.count(entity.id)).where(entity.site_id == site_id).group_by(status).order_by(status)
        )
        return dict(rows.tuples().all())

    return SiteCounts(
        keywords=count(Keyword),
        clusters=count(Cluster),
        ideas=count(ContentIdea),
        tasks=by(Task.status, Task),
        content=by(Content.status, Content),
        social_posts=count(SocialPost),
        video_projects=count(VideoProject),
    )
