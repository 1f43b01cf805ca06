"""Sites made and changed: their texts, sectors, module switches, and who may work with them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Path, Response
from pydantic import Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Manager, Reader
from api.envelope import Asked, Envelope, PlainText, RowId, refusals
from api.etags import IfMatch, require_match, show_tag
from api.idempotency import Post, once
from api.problems import Problem, not_found
from api.routing import Router
from api.shapes.people import Done
from api.shapes.sites import GrantItem, ModuleSwitches, SectorItem, SiteSettings
from igny8_resources.warehouse.store import people
from igny8_resources.warehouse.store import site_changes as store
from igny8_resources.warehouse.store.sites import (
    SITE_KEY,
    SectorPlan,
    SiteConflict,
    SitePlan,
    SiteRefused,
    create_site,
    set_module,
)
from igny8_resources.warehouse.tables.tenancy import MODULES, Account, Sector, Site, SiteAccess, SiteModule, User

router = Router(prefix="/sites", tags=["sites"])

Key = Annotated[PlainText, Path(max_length=60, description="The site's key.")]
Short = Annotated[PlainText, StringConstraints(max_length=200)]
Named = Annotated[PlainText, StringConstraints(min_length=1, max_length=200)]
Line = Annotated[PlainText, StringConstraints(max_length=300)]
Prose = Annotated[PlainText, StringConstraints(max_length=5_000)]
Language = Annotated[PlainText, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=20)]
Accent = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]
Terms = Annotated[list[Named], Field(max_length=200, description="Words that decide which keywords belong to it.")]


class NewSector(Asked):
    """A sector to add."""

    name: Named
    description: Prose = ""
    seed_terms: Terms = Field(default_factory=list)


class SectorChange(Asked):
    """What to change of a sector; what is left out stays."""

    name: Named = ""
    description: Prose = ""
    seed_terms: Terms = Field(default_factory=list)
    is_active: bool = Field(True, description="A site has one to five active sectors.")


class SiteChange(Asked):
    """What to change of a site; what is left out stays."""

    name: Named = ""
    base_url: Line = Field("", description="Where the site is published.", examples=["https://cremalane.example"])
    niche: Short = ""
    tagline: Line = ""
    description: Prose = ""
    language: Language = Field("en", description="BCP 47 tag.")
    audience: Line = ""
    accent: Accent | None = Field(None, description="Its colour; null: chosen by the site's theme.")


class NewSite(SiteChange):
    """A site to make."""

    key: Annotated[PlainText, StringConstraints(pattern=f"^{SITE_KEY.pattern}$", max_length=60)] = Field(
        description="Its name in addresses; unique in the deployment and never changed.", examples=["crema-lane"]
    )
    name: Named
    base_url: Line = Field(description="Where the site is published.", examples=["https://cremalane.example"])
    sectors: list[NewSector] = Field(
        default_factory=list, max_length=5, description="One to five; left out, one that is called General."
    )
    author_name: Short = Field("", description="The name that its pages carry.")
    author_bio: Prose = ""
    author_tone: Line = ""


@router.post("/", status_code=201, summary="Add a site", responses=refusals(400, 401, 403, 409, 413))
def add_site(access: Manager, asked: NewSite, post: Post) -> Envelope[SiteSettings]:
    """Add a website with its sectors and the voice it writes in. What it does by itself is set separately."""
    values = asked.model_dump(exclude={"sectors"})
    sectors = tuple(SectorPlan(one.name, one.description, tuple(one.seed_terms)) for one in asked.sectors)

    def work(session: Session) -> Envelope[SiteSettings]:
        account = session.get_one(Account, access.principal.account_id)
        with _refusing():
            site = create_site(session, account, SitePlan(**values, sectors=sectors), by=access.principal.actor)
        return Envelope(data=SiteSettings.model_validate(site), message="Added.")

    return once(access, post, Envelope[SiteSettings], work)


@router.patch("/{key}/", summary="Change a site", responses=refusals(400, 401, 403, 404, 409, 413, 428))
def change_site(
    access: Manager, response: Response, key: Key, asked: SiteChange, match: IfMatch = None
) -> Envelope[SiteSettings]:
    """Change what a site is called, where it is and whom it is for; what is written from now on follows."""
    with access.write() as session:
        site = _site(session, key, changing=True)
        require_match(match, SiteSettings.model_validate(site))
        with _refusing():
            store.change_site(session, site, asked.model_dump(exclude_unset=True), by=access.principal.actor)
        shown = SiteSettings.model_validate(site)
    show_tag(response, shown)
    return Envelope(data=shown, message="Changed.")


@router.post("/{key}/archive/", summary="Archive a site", responses=refusals(400, 401, 403, 404))
def archive_site(access: Manager, key: Key) -> Envelope[SiteSettings]:
    """Stop all work on a site; everything it has stays. What is under way comes to its end."""
    return _set_status(access, key, "archived", "Archived.")


@router.post("/{key}/restore/", summary="Take a site up again", responses=refusals(400, 401, 403, 404))
def restore_site(access: Manager, key: Key) -> Envelope[SiteSettings]:
    """Let work be started for an archived site again."""
    return _set_status(access, key, "active", "Active.")


@router.get("/{key}/sectors/", summary="List a site's sectors", responses=refusals(400, 401, 403, 404))
def list_sectors(access: Reader, key: Key) -> Envelope[list[SectorItem]]:
    """All sectors in the order they were made, those that are switched off too."""
    with access.read() as session:
        rows = session.scalars(select(Sector).where(Sector.site_id == _site(session, key).id).order_by(Sector.id))
        return Envelope(data=[SectorItem.model_validate(row) for row in rows])


@router.post(
    "/{key}/sectors/", status_code=201, summary="Add a sector", responses=refusals(400, 401, 403, 404, 409, 413)
)
def add_sector(access: Manager, key: Key, asked: NewSector, post: Post) -> Envelope[SectorItem]:
    """Add an active sector to a site; it can have five."""

    def work(session: Session) -> Envelope[SectorItem]:
        plan = SectorPlan(asked.name, asked.description, tuple(asked.seed_terms))
        with _refusing():
            sector = store.add_sector(session, _site(session, key), plan, by=access.principal.actor)
        return Envelope(data=SectorItem.model_validate(sector), message="Added.")

    return once(access, post, Envelope[SectorItem], work)


@router.get("/{key}/sectors/{id}/", summary="One sector", responses=refusals(400, 401, 403, 404))
def read_sector(access: Reader, response: Response, key: Key, id: RowId) -> Envelope[SectorItem]:  # noqa: A002 - the path's own name
    """One subject area of a site."""
    with access.read() as session:
        shown = SectorItem.model_validate(_sector(session, _site(session, key), id))
    show_tag(response, shown)
    return Envelope(data=shown)


@router.patch("/{key}/sectors/{id}/", summary="Change a sector", responses=refusals(400, 401, 403, 404, 409, 413, 428))
def change_sector(
    access: Manager,
    response: Response,
    key: Key,
    id: RowId,  # noqa: A002 - the path's own name
    asked: SectorChange,
    match: IfMatch = None,
) -> Envelope[SectorItem]:
    """Change a sector or switch it on or off. Its address stays."""
    with access.write() as session:
        site = _site(session, key, changing=True)
        sector = _sector(session, site, id)
        require_match(match, SectorItem.model_validate(sector))
        with _refusing():
            store.change_sector(session, site, sector, asked.model_dump(exclude_unset=True), by=access.principal.actor)
        shown = SectorItem.model_validate(sector)
    show_tag(response, shown)
    return Envelope(data=shown, message="Changed.")


@router.delete("/{key}/sectors/{id}/", summary="Delete a sector", responses=refusals(400, 401, 403, 404, 409))
def delete_sector(access: Manager, key: Key, id: RowId) -> Envelope[Done]:  # noqa: A002 - the path's own name
    """Delete a sector that nothing is in."""
    with access.write() as session:
        site = _site(session, key, changing=True)
        with _refusing():
            store.delete_sector(session, site, _sector(session, site, id), by=access.principal.actor)
    return Envelope(data=Done(count=1), message="Deleted.")


@router.get("/{key}/modules/", summary="A site's module switches", responses=refusals(400, 401, 403, 404))
def read_modules(access: Reader, response: Response, key: Key) -> Envelope[ModuleSwitches]:
    """Which modules are on; work of one that is off is refused with 403."""
    with access.read() as session:
        shown = _switches(session, _site(session, key))
    show_tag(response, shown)
    return Envelope(data=shown)


@router.put("/{key}/modules/", summary="Switch a site's modules", responses=refusals(400, 401, 403, 404, 409, 413, 428))
def switch_modules(
    access: Manager, response: Response, key: Key, asked: ModuleSwitches, match: IfMatch = None
) -> Envelope[ModuleSwitches]:
    """Switch the modules that are named; the others stay as they are."""
    if unknown := sorted(set(asked.modules) - set(MODULES)):
        said = f"Modules are {', '.join(MODULES)}."
        raise Problem(400, said, {f"modules.{name}"[:100]: ["There is no such module."] for name in unknown})
    with access.write() as session:
        site = _site(session, key, changing=True)
        before = _switches(session, site)
        require_match(match, before)
        for module, enabled in asked.modules.items():
            if before.modules[module] != enabled:
                set_module(session, site, module, enabled=enabled, by=access.principal.actor)
        session.flush()
        shown = _switches(session, site)
    show_tag(response, shown)
    return Envelope(data=shown, message="Switched.")


class NewGrant(Asked):
    """Whom to let work with the site."""

    user_id: RowId


@router.get("/{key}/access/", summary="Who was granted a site", responses=refusals(400, 401, 403, 404))
def list_grants(access: Manager, key: Key) -> Envelope[list[GrantItem]]:
    """Editors and viewers who may work with the site; owners and admins may without a grant."""
    with access.read() as session:
        site = _site(session, key)
        rows = session.execute(
            select(User.id.label("user_id"), User.email, User.name, User.role, SiteAccess.created_at)
            .join(SiteAccess, SiteAccess.user_id == User.id)
            .where(SiteAccess.site_id == site.id)
            .order_by(User.email)
        )
        return Envelope(data=[GrantItem.model_validate(row) for row in rows])


@router.post(
    "/{key}/access/", status_code=201, summary="Grant a site", responses=refusals(400, 401, 403, 404, 409, 413)
)
def grant_site(access: Manager, key: Key, asked: NewGrant, post: Post) -> Envelope[GrantItem]:
    """Let an editor or viewer work with a site. Granting twice grants once."""

    def work(session: Session) -> Envelope[GrantItem]:
        site, user = _site(session, key), _user(session, asked.user_id)
        try:
            grant = people.grant_site(session, user, site, by=access.principal.actor)
        except people.PeopleRefused as refused:
            raise Problem(409, f"{str(refused).capitalize()}.", refused.errors) from refused
        shown = GrantItem(
            user_id=user.id, email=user.email, name=user.name, role=user.role, created_at=grant.created_at
        )
        return Envelope(data=shown, message="Granted.")

    return once(access, post, Envelope[GrantItem], work)


@router.delete("/{key}/access/{user_id}/", summary="Withdraw a site", responses=refusals(400, 401, 403, 404))
def withdraw_site(access: Manager, key: Key, user_id: RowId) -> Envelope[Done]:
    """Take a site away from an editor or viewer, from their next request on."""
    with access.write() as session:
        site = _site(session, key)
        if not people.withdraw_site(session, _user(session, user_id), site, by=access.principal.actor):
            raise Problem(404, "This person was not granted this site.")
    return Envelope(data=Done(count=1), message="Withdrawn.")


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except SiteConflict as conflict:
        raise Problem(409, f"{_sentence(conflict)}.", _errors(conflict)) from conflict
    except SiteRefused as refused:
        raise Problem(400, f"{_sentence(refused)}.", _errors(refused)) from refused


def _errors(refused: SiteRefused) -> dict[str, list[str]]:
    return {refused.field: [str(refused)]} if refused.field else {}


def _sentence(refused: SiteRefused) -> str:
    said = str(refused)
    return said[0].upper() + said[1:]


def _set_status(access: Manager, key: str, status: store.SiteStatus, said: str) -> Envelope[SiteSettings]:
    with access.write() as session:
        site = _site(session, key, changing=True)
        changed = store.set_status(session, site, status, by=access.principal.actor)
        return Envelope(data=SiteSettings.model_validate(site), message=said if changed else "It was before.")


def _switches(session: Session, site: Site) -> ModuleSwitches:
    rows = session.execute(select(SiteModule.module, SiteModule.enabled).where(SiteModule.site_id == site.id))
    known = dict(rows.tuples().all())
    return ModuleSwitches(modules={module: known.get(module, True) for module in MODULES})


def _site(session: Session, key: str, *, changing: bool = False) -> Site:
    query = select(Site).where(Site.key == key)
    site = session.scalar(query.with_for_update() if changing else query)
    if site is None:
        raise Problem(404, f"There is no site {key!r}.")
    return site


def _sector(session: Session, site: Site, sector_id: int) -> Sector:
    sector = session.scalar(select(Sector).where(Sector.id == sector_id, Sector.site_id == site.id))
    if sector is None:
        raise not_found("sector")
    return sector


def _user(session: Session, user_id: int) -> User:
    user = session.scalar(select(User).where(User.id == user_id))
    if user is None:
        raise not_found("person")
    return user
