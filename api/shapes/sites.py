"""Sites, their sectors, switches and automation, as the API shows them."""

from datetime import datetime

from pydantic import Field

from api.envelope import Asked, Shape


class SiteItem(Shape):
    """One website of the account."""

    id: int
    key: str = Field(description="The site's name in addresses and in Dagster's partitions; never changes.")
    name: str
    base_url: str = Field(description="Where the site is published.")
    niche: str
    tagline: str
    language: str
    status: str
    created_at: datetime


class SectorItem(Shape):
    """One subject area of a site."""

    id: int
    slug: str
    name: str
    description: str
    seed_terms: list[str] = Field(description="Words that decide which keywords belong to the sector.")
    is_active: bool


class AuthorItem(Shape):
    """A voice that the site writes in."""

    id: int
    name: str
    bio: str
    tone: str
    is_default: bool


class StageItem(Shape):
    """One stage of the site's automation."""

    stage: str
    enabled: bool
    batch_size: int
    daily_cap: int | None = Field(description="Null: no cap.")


class AutomationItem(Shape):
    """What runs by itself on the site."""

    auto_approve: bool = Field(description="Whether articles that pass every check are approved without a person.")
    auto_approve_scripts: bool = Field(description="Whether scripts of videos that pass their check are approved so.")
    social_platforms: list[str]
    video_type: str
    video_preset: str
    in_article_images: int
    stages: list[StageItem] = Field(default_factory=list)


class SiteCounts(Shape):
    """How much there is of everything."""

    keywords: int
    clusters: int
    ideas: int
    tasks: dict[str, int] = Field(description="Tasks by status.")
    content: dict[str, int] = Field(description="Articles by status.")
    social_posts: int
    video_projects: int


class SiteDetail(SiteItem):
    """One website with what belongs to it."""

    description: str
    audience: str
    sectors: list[SectorItem]
    authors: list[AuthorItem]
    modules: dict[str, bool] = Field(description="Module switches; work of a module that is off is refused with 403.")
    automation: AutomationItem | None
    counts: SiteCounts
    preview_url: str | None = Field(description="The built site on this host; null until it is built.")


class SiteSettings(SiteItem):
    """What people set of a site; its `ETag` is of this."""

    description: str
    audience: str
    accent: str | None


class ModuleSwitches(Asked):
    """Module switches by module."""

    modules: dict[str, bool] = Field(max_length=100, examples=[{"video": False}])


class GrantItem(Shape):
    """One person who was granted a site."""

    user_id: int
    email: str
    name: str
    role: str
    created_at: datetime
