"""Accounts, sites, sectors, voices, module switches and automation: looked up and set up."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from igny8_resources.contracts.planner import SiteVoice
from igny8_resources.credits import move_credits
from igny8_resources.events import append_event
from igny8_resources.tenant import Tenant
from igny8_resources.warehouse.tables.automation import STAGES, AutomationConfig, AutomationStage
from igny8_resources.warehouse.tables.tenancy import (
    MODULES,
    Account,
    AuthorProfile,
    Sector,
    Site,
    SiteModule,
)
from igny8_resources.warehouse.upsert import upsert

# Under which every account has its first credits, whichever command makes it.
FIRST_CREDITS = "first-credits"
SITE_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MOST_SECTORS = 5
SITE_TEXTS = ("name", "base_url", "niche", "tagline", "language", "audience")


class UnknownSite(LookupError):
    """There is no site with this key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"there is no site {key!r}; `igny8 status` lists the sites, `igny8 site add` makes one")


class SiteRefused(ValueError):
    """A site or sector cannot be made as asked; the message says why and what would work, ``field`` of what it speaks."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class SiteConflict(SiteRefused):
    """What is asked for is sound, but not as things stand: a name is taken, a limit reached, something still in use."""


class ModuleDisabled(Exception):
    """A module is switched off for the site, so its work does nothing."""

    def __init__(self, module: str, site_key: str) -> None:
        super().__init__(f"the {module} module is switched off for {site_key}; switch it on in the site's modules")
        self.module = module


def site_by_key(session: Session, key: str) -> Site:
    """The site of a partition key.

    Raises:
        UnknownSite: there is none.
    """
    site = session.scalar(select(Site).where(Site.key == key))
    if site is None:
        raise UnknownSite(key)
    return site


def tenant_of(site: Site) -> Tenant:
    """Who pays for work on a site."""
    return Tenant(site.account_id, site.id, site.key)


def default_author(session: Session, site: Site) -> AuthorProfile | None:
    """The profile that the site writes as."""
    return session.scalar(
        select(AuthorProfile)
        .where(AuthorProfile.site_id == site.id)
        .order_by(AuthorProfile.is_default.desc(), AuthorProfile.id)
        .limit(1)
    )


def author_of(session: Session, site: Site, author_id: int | None) -> AuthorProfile | None:
    """The profile that a task names, else the one that the site writes as."""
    named = session.get(AuthorProfile, author_id) if author_id is not None else None
    return named if named is not None and named.site_id == site.id else default_author(session, site)


def voice_of(session: Session, site: Site, author_id: int | None = None) -> SiteVoice:
    """Who is speaking, for every brief; ``author_id`` is the profile that a task names.

    A profile that has a language of its own writes in that one, every other in the site's.
    """
    author = author_of(session, site, author_id)
    return SiteVoice(
        site_key=site.key,
        site_name=site.name,
        niche=site.niche,
        language=(author.language if author else "") or site.language,
        audience=site.audience,
        tone=author.tone if author else "",
        author_name=author.name if author else "",
        author_bio=author.bio if author else "",
    )


def module_enabled(session: Session, site_id: int, module: str) -> bool:
    """Whether a module is on; without a row it is."""
    if module not in MODULES:
        raise ValueError(f"{module!r} is not a module; modules are {', '.join(MODULES)}")
    enabled = session.scalar(
        select(SiteModule.enabled).where(SiteModule.site_id == site_id, SiteModule.module == module)
    )
    return enabled is not False


def require_module(session: Session, site: Site, module: str) -> None:
    """Refuse work of a module that is off.

    Raises:
        ModuleDisabled: it is.
    """
    if not module_enabled(session, site.id, module):
        raise ModuleDisabled(module, site.key)


def set_module(session: Session, site: Site, module: str, *, enabled: bool, by: str = "system") -> None:
    """Switch a module of a site."""
    module_enabled(session, site.id, module)
    row = session.scalar(select(SiteModule).where(SiteModule.site_id == site.id, SiteModule.module == module))
    if row is None:
        row = SiteModule(account_id=site.account_id, site_id=site.id, module=module)
        session.add(row)
    row.enabled = enabled
    append_event(
        session,
        "site.module_switched",
        site.key,
        account_id=site.account_id,
        site_id=site.id,
        payload={"module": module, "enabled": enabled},
        actor=by,
    )


def set_stage(session: Session, site: Site, stage: str, *, enabled: bool) -> None:
    """Switch an automation stage of a site.

    Raises:
        SiteRefused: there is no such stage.
    """
    row = session.scalar(
        select(AutomationStage).where(AutomationStage.site_id == site.id, AutomationStage.stage == stage)
    )
    if row is None:
        raise SiteRefused(f"{stage!r} is neither a module ({', '.join(MODULES)}) nor a stage ({', '.join(STAGES)})")
    row.enabled = enabled
    append_event(
        session,
        "site.stage_switched",
        site.key,
        account_id=site.account_id,
        site_id=site.id,
        payload={"stage": stage, "enabled": enabled},
    )


def automation_of(session: Session, site_id: int) -> AutomationConfig:
    """A site's automation choices."""
    return session.scalars(select(AutomationConfig).where(AutomationConfig.site_id == site_id)).one()


@dataclass(frozen=True)
class StageRule:
    """One stage's switch and caps."""

    enabled: bool
    batch_size: int
    daily_cap: int | None


def stage_rule(session: Session, site_id: int, stage: str) -> StageRule:
    """A stage's rule; a stage without a row is off."""
    if stage not in STAGES:
        raise ValueError(f"{stage!r} is not a stage; stages are {', '.join(STAGES)}")
    row = session.scalar(
        select(AutomationStage).where(AutomationStage.site_id == site_id, AutomationStage.stage == stage)
    )
    return StageRule(row.enabled, row.batch_size, row.daily_cap) if row else StageRule(False, 0, 0)


class UnknownAccount(LookupError):
    """There is no account with this slug."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"there is no account {slug!r}")


def account_by_slug(session: Session, slug: str) -> Account:
    """The account with this slug.

    Raises:
        UnknownAccount: there is none.
    """
    account = session.scalar(select(Account).where(Account.slug == slug))
    if account is None:
        raise UnknownAccount(slug)
    return account


def create_account(session: Session, slug: str, name: str, *, credits: Decimal) -> Account:
    """The account of a slug, made with its first credits when it does not exist; nobody is given them twice."""
    row = {"slug": slug, "name": name, "monthly_credits": credits, "credit_balance": Decimal(0)}
    upsert(session, Account, [row], key=("slug",))
    account = session.scalars(select(Account).where(Account.slug == slug)).one()
    if credits > 0:
        move_credits(
            session, account.id, credits, kind="subscription", reference=FIRST_CREDITS, description="first credits"
        )
    return account


@dataclass(frozen=True)
class SectorPlan:
    """A sector to make: its name and the words that decide which keywords belong to it."""

    name: str
    description: str = ""
    seed_terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class SitePlan:
    """A site to make."""

    key: str
    name: str
    base_url: str
    niche: str = ""
    tagline: str = ""
    description: str = ""
    language: str = "en"
    audience: str = ""
    accent: str | None = None
    sectors: tuple[SectorPlan, ...] = ()
    author_name: str = ""
    author_bio: str = ""
    author_tone: str = ""
    auto_approve: bool = False
    social_platforms: tuple[str, ...] = ()
    video_daily_cap: int | None = None
    enabled_stages: tuple[str, ...] = ("planning", "writing", "publishing", "site")


def create_site(session: Session, account: Account, plan: SitePlan, *, by: str = "system") -> Site:
    """Make a site with its sectors, author and automation, in the caller's transaction.

    Raises:
        SiteRefused: the key is malformed or taken, the URL is not absolute, a text is too long, or there are too many
            sectors or two of the same name.
    """
    sectors = plan.sectors or (SectorPlan("General"),)
    refuse_unusable(plan, sectors)
    site = Site(
        account_id=account.id,
        key=plan.key,
        name=plan.name,
        base_url=plan.base_url.rstrip("/"),
        niche=plan.niche,
        tagline=plan.tagline,
        description=plan.description,
        language=plan.language,
        audience=plan.audience,
        accent=plan.accent,
    )
    try:
        with session.begin_nested():
            session.add(site)
    except IntegrityError as taken:
        raise SiteConflict(
            f"site key {plan.key!r} is taken; choose another, keys are unique in the whole deployment", "key"
        ) from taken
    owned = {"account_id": account.id, "site_id": site.id}
    for sector in sectors:
        session.add(
            Sector(
                **owned,
                slug=slug_of(sector.name),
                name=sector.name,
                description=sector.description,
                seed_terms=list(sector.seed_terms),
            )
        )
    if plan.author_name:
        session.add(AuthorProfile(**owned, name=plan.author_name, bio=plan.author_bio, tone=plan.author_tone))
    session.add(AutomationConfig(**owned, auto_approve=plan.auto_approve, social_platforms=list(plan.social_platforms)))
    for stage in STAGES:
        cap = plan.video_daily_cap if stage == "video" else None
        session.add(AutomationStage(**owned, stage=stage, enabled=stage in plan.enabled_stages, daily_cap=cap))
    append_event(session, "site.created", site.key, account_id=account.id, site_id=site.id, actor=by)
    return site


def refuse_unusable(plan: SitePlan, sectors: Sequence[SectorPlan]) -> None:
    """Refuse what cannot be a site.

    Raises:
        SiteRefused: the key is malformed, the URL is not absolute, a text is too long, or there are too many sectors or two
            of the same name.
    """
    if not SITE_KEY.fullmatch(plan.key) or len(plan.key) > 60:
        raise SiteRefused(f"site key {plan.key!r}: use up to 60 lower-case letters, digits and single dashes", "key")
    if not _is_absolute(plan.base_url):
        said = f"site URL {plan.base_url!r}: expected an absolute URL such as https://example.com"
        raise SiteRefused(said, "base_url")
    if len(sectors) > MOST_SECTORS:
        raise SiteRefused(f"{len(sectors)} sectors: a site has at most {MOST_SECTORS}", "sectors")
    by_slug: dict[str, str] = {}
    for sector in sectors:
        slug = slug_of(sector.name)
        if slug in by_slug:
            other = by_slug[slug]
            said = f"sectors {other!r} and {sector.name!r} would have the same address; rename one of them"
            raise SiteRefused(said, "sectors")
        by_slug[slug] = sector.name
    texts = [(f"site {name}", name, getattr(plan, name), getattr(Site, name)) for name in SITE_TEXTS]
    texts += [("sector name", "sectors", sector.name, Sector.name) for sector in sectors]
    texts += [
        ("author name", "author_name", plan.author_name, AuthorProfile.name),
        ("author tone", "author_tone", plan.author_tone, AuthorProfile.tone),
    ]
    for what, field, text, column in texts:
        # SQLite would take any length; PostgreSQL would refuse with an error that does not name the column.
        if len(text) > column.type.length:
            raise SiteRefused(f"{what}: at most {column.type.length} characters, this has {len(text)}", field)


def _is_absolute(url: str) -> bool:
    try:
        address = urlsplit(url)
        port_is_sound = address.port is None or address.port > 0
    except ValueError:  # brackets that do not close, a port that is none
        return False
    return address.scheme in {"http", "https"} and bool(address.hostname) and port_is_sound


def slug_of(name: str) -> str:
    """A name as it stands in addresses."""
    from slugify import slugify

    return slugify(name, max_length=80, word_boundary=True) or "general"


def active_sectors(session: Session, site_id: int) -> Sequence[Sector]:
    """A site's sectors in the order they were made."""
    return session.scalars(
        select(Sector).where(Sector.site_id == site_id, Sector.is_active.is_(True)).order_by(Sector.id)
    ).all()
