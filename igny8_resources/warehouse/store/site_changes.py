"""Changes to sites and their sectors after they were made, by the rules that they were made by (``store.sites``)."""

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from igny8_resources.events import append_event
from igny8_resources.warehouse.store.sites import (
    MOST_SECTORS,
    SITE_TEXTS,
    SectorPlan,
    SiteConflict,
    SitePlan,
    SiteRefused,
    refuse_unusable,
    slug_of,
)
from igny8_resources.warehouse.tables.tenancy import Sector, Site

SiteStatus = Literal["active", "archived"]
SITE_FIELDS = (*SITE_TEXTS, "description", "accent")
SECTOR_FIELDS = ("name", "description", "seed_terms", "is_active")


def change_site(session: Session, site: Site, changes: Mapping[str, Any], *, by: str) -> None:
    """Change some of a site's texts and its accent; its key stays for ever.

    Raises:
        SiteRefused: a value cannot be used.
    """
    values = {name: changes.get(name, getattr(site, name)) for name in SITE_FIELDS}
    refuse_unusable(SitePlan(key=site.key, **values), ())
    values["base_url"] = values["base_url"].rstrip("/")
    changed = sorted(name for name, value in values.items() if getattr(site, name) != value)
    for name in changed:
        setattr(site, name, values[name])
    if changed:
        _tell(session, "site.changed", site, by, {"changed": changed})


def set_status(session: Session, site: Site, status: SiteStatus, *, by: str) -> bool:
    """Archive a site or take it up again; whether that changed anything. Nothing is started for an archived site."""
    if site.status == status:
        return False
    site.status = status
    _tell(session, "site.archived" if status == "archived" else "site.restored", site, by, {})
    return True


def add_sector(session: Session, site: Site, plan: SectorPlan, *, by: str) -> Sector:
    """Add an active sector; its address follows from its name and stays.

    Raises:
        SiteRefused: a value cannot be used, the site has as many as it can have, or one of this name.
    """
    _lock(session, site)
    _refuse_sector(site, plan)
    _refuse_one_more(session, site)
    sector = Sector(
        account_id=site.account_id,
        site_id=site.id,
        slug=slug_of(plan.name),
        name=plan.name,
        description=plan.description,
        seed_terms=list(plan.seed_terms),
    )
    try:
        with session.begin_nested():
            session.add(sector)
    except IntegrityError as taken:
        raise SiteConflict(
            f"a sector of {site.key} has the address {sector.slug!r} already; choose another name", "name"
        ) from taken
    _tell(session, "sector.created", site, by, {"sector_id": sector.id, "slug": sector.slug})
    return sector


def change_sector(session: Session, site: Site, sector: Sector, changes: Mapping[str, Any], *, by: str) -> None:
    """Change some of a sector's values, or switch it on or off. Its address stays.

    Raises:
        SiteRefused: a value cannot be used, or the site would have no active sector or too many.
    """
    _lock(session, site)
    session.refresh(sector)
    values = {name: changes.get(name, getattr(sector, name)) for name in SECTOR_FIELDS}
    _refuse_sector(site, SectorPlan(values["name"], values["description"], tuple(values["seed_terms"])))
    if values["is_active"] and not sector.is_active:
        _refuse_one_more(session, site)
    if sector.is_active and not values["is_active"] and _active(session, site) <= 1:
        raise SiteConflict("a site has at least one active sector: make another one active first")
    changed = sorted(name for name, value in values.items() if getattr(sector, name) != value)
    for name in changed:
        setattr(sector, name, values[name])
    if changed:
        _tell(session, "sector.changed", site, by, {"sector_id": sector.id, "changed": changed})


def delete_sector(session: Session, site: Site, sector: Sector, *, by: str) -> None:
    """Delete a sector that nothing names any more.

    Raises:
        SiteConflict: keywords, clusters or strategies are in it, or it is the last active one.
    """
    _lock(session, site)
    session.refresh(sector)
    if sector.is_active and _active(session, site) <= 1:
        raise SiteConflict("a site has at least one active sector: make another one active first")
    try:
        with session.begin_nested():
            session.delete(sector)
    except IntegrityError as used:
        raise SiteConflict(f"the sector {sector.name!r} is still in use: switch it off instead") from used
    _tell(session, "sector.deleted", site, by, {"sector_id": sector.id, "slug": sector.slug})


def _refuse_sector(site: Site, plan: SectorPlan) -> None:
    if not plan.name:
        raise SiteRefused("sector name: a sector needs a name", "name")
    as_it_is = {name: getattr(site, name) for name in SITE_FIELDS}
    refuse_unusable(SitePlan(key=site.key, **as_it_is), (plan,))


def _refuse_one_more(session: Session, site: Site) -> None:
    if _active(session, site) >= MOST_SECTORS:
        raise SiteConflict(f"a site has at most {MOST_SECTORS} active sectors: switch one off first")


def _active(session: Session, site: Site) -> int:
    active = select(func.count(Sector.id)).where(Sector.site_id == site.id, Sector.is_active.is_(True))
    return session.scalar(active) or 0


def _lock(session: Session, site: Site) -> None:
    """One change of a site's sectors at a time: two at once would each count four."""
    session.execute(select(Site.id).where(Site.id == site.id).with_for_update())


def _tell(session: Session, kind: str, site: Site, by: str, payload: dict[str, Any]) -> None:
    append_event(session, kind, site.key, account_id=site.account_id, site_id=site.id, payload=payload, actor=by)
