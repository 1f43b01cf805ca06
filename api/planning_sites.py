"""Which site a planner's or writer's edit is for, and that it may be changed."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.problems import Problem
from igny8_resources.warehouse.store.sites import require_module
from igny8_resources.warehouse.tables.columns import OfSite
from igny8_resources.warehouse.tables.tenancy import Site

R = TypeVar("R", bound=OfSite)


def site_for_planning(session: Session, key: str, module: str = "planner") -> Site:
    """The site of a key, with its module on.

    Raises:
        Problem: 404, there is none.
        ModuleDisabled: the module is off.
    """
    site = session.scalar(select(Site).where(Site.key == key))
    if site is None:
        raise Problem(404, f"There is no site {key!r}.", {"site": ["there is no such site"]})
    require_module(session, site, module)
    return site


def site_of(session: Session, site_id: int, module: str = "planner") -> Site:
    """The site of a row that was found, with its module on.

    Raises:
        ModuleDisabled: the module is off.
    """
    site = session.scalars(select(Site).where(Site.id == site_id)).one()
    require_module(session, site, module)
    return site


def several_sites(
    session: Session, what: str, wanted: Sequence[int], rows: Sequence[R], module: str = "planner"
) -> list[tuple[Site, list[R]]]:
    """Rows by their sites, all of them there.

    Args:
        session: The session that found the rows.
        what: What a row is called.
        wanted: The ids that were asked for.
        rows: The rows that were found.
        module: The module that must be on.

    Raises:
        Problem: 404, some ids are nothing that the user may see.
        ModuleDisabled: the module of a site is off.
    """
    found = {row.id for row in rows}  # type: ignore[attr-defined]
    if missing := [f"there is no {what} {number}" for number in wanted if number not in found]:
        raise Problem(404, f"Some of these {what}s do not exist.", {"ids": missing})
    by_site: dict[int, list[R]] = {}
    for row in rows:
        by_site.setdefault(row.site_id, []).append(row)
    return [(site_of(session, site_id, module), listed) for site_id, listed in by_site.items()]
