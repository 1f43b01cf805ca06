"""Author profiles: the voices that a site writes in, of which one is the default.

Belongs here: keeping them. Which profile a text is written in is the brief's business (``store.sites.voice_of``).
"""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from igny8_resources.events import append_event
from igny8_resources.warehouse.tables.tenancy import AuthorProfile, Site
from igny8_resources.warehouse.tables.writer import Content, Task

TEXTS = ("name", "bio", "tone", "language")
MOST_CHARACTERS = {"name": 200, "bio": 5_000, "tone": 300, "language": 20}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


class ProfileRefused(ValueError):
    """A profile cannot be as asked; ``errors`` has the messages by field, none where no field is at fault."""

    def __init__(self, message: str, errors: Mapping[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.errors = dict(errors or {})


def create_profile(session: Session, site: Site, values: Mapping[str, Any], *, by: str) -> AuthorProfile:
    """Add a profile; the first one of a site is its default.

    Args:
        session: In the caller's transaction.
        site: Whose voice it is.
        values: ``name``, and of ``bio``, ``tone``, ``language`` and ``is_default`` what there is.
        by: Who asks.

    Raises:
        ProfileRefused: a value cannot be used, or the site has a profile of this name.
    """
    _lock(session, site)
    is_first = session.scalar(select(AuthorProfile.id).where(AuthorProfile.site_id == site.id).limit(1)) is None
    profile = AuthorProfile(account_id=site.account_id, site_id=site.id, is_default=False)
    _set(profile, {"name": "", "bio": "", "tone": "", "language": "", **values})
    _save(session, profile)
    if is_first or values.get("is_default"):
        _make_default(session, profile)
    _tell(session, "author_profile.created", profile, by)
    return profile


def change_profile(
    session: Session, site: Site, profile: AuthorProfile, values: Mapping[str, Any], *, by: str
) -> AuthorProfile:
    """Change some of a profile's values; what is written from now on follows them.

    Raises:
        ProfileRefused: a value cannot be used, the site has another profile of this name, or the default profile is to be
            none without another one taking its place.
    """
    _lock(session, site)
    if values.get("is_default") is False and profile.is_default:
        message = "a site has one default profile: make another one the default instead"
        raise ProfileRefused(message, {"is_default": [message]})
    _set(profile, values)
    _save(session, profile)
    if values.get("is_default"):
        _make_default(session, profile)
    _tell(session, "author_profile.changed", profile, by)
    return profile


def delete_profile(session: Session, site: Site, profile: AuthorProfile, *, by: str) -> None:
    """Remove a profile that nothing is written in; the oldest one left becomes the default where it was.

    Raises:
        ProfileRefused: tasks or articles name it as their author; the message says how many.
    """
    _lock(session, site)
    used = {
        word: session.scalar(select(func.count(table.id)).where(table.author_id == profile.id)) or 0
        for word, table in (("task", Task), ("article", Content))
    }
    if any(used.values()):
        counted = " and ".join(f"{count} {word}{'s' if count > 1 else ''}" for word, count in used.items() if count)
        raise ProfileRefused(f"{profile.name} cannot be deleted: it is the author of {counted}")
    was_default = profile.is_default
    _tell(session, "author_profile.deleted", profile, by)
    session.delete(profile)
    session.flush()
    if was_default:
        oldest = select(AuthorProfile).where(AuthorProfile.site_id == site.id).order_by(AuthorProfile.id).limit(1)
        left = session.scalar(oldest)
        if left is not None:
            left.is_default = True
            session.flush()


def _set(profile: AuthorProfile, values: Mapping[str, Any]) -> None:
    errors: dict[str, list[str]] = {}
    texts = {field: str(values[field]).strip() for field in TEXTS if field in values}
    for field, text in texts.items():
        if len(text) > MOST_CHARACTERS[field]:
            errors[field] = [f"at most {MOST_CHARACTERS[field]:,} characters"]
    if "name" in texts and not texts["name"]:
        errors["name"] = ["a profile needs a name"]
    if texts.get("language") and not _LANGUAGE.fullmatch(texts["language"]):
        errors["language"] = [
            "use a BCP 47 language tag such as en, de or pt-BR, or leave it empty for the site's language"
        ]
    if errors:
        lines = "; ".join(f"{field}: {message}" for field, messages in errors.items() for message in messages)
        raise ProfileRefused(f"the profile cannot be saved: {lines}", errors)
    for field, text in texts.items():
        setattr(profile, field, text)


def _save(session: Session, profile: AuthorProfile) -> None:
    # Nothing can be read of a row that failed to be written.
    name = profile.name
    try:
        with session.begin_nested():
            session.add(profile)
    except IntegrityError as taken:
        message = f"the site has a profile {name!r} already"
        raise ProfileRefused(message, {"name": [message]}) from taken


def _make_default(session: Session, profile: AuthorProfile) -> None:
    others = select(AuthorProfile).where(
        AuthorProfile.site_id == profile.site_id, AuthorProfile.id != profile.id, AuthorProfile.is_default.is_(True)
    )
    for other in session.scalars(others.execution_options(populate_existing=True)):
        other.is_default = False
    profile.is_default = True
    session.flush()


def _lock(session: Session, site: Site) -> None:
    # The one default is decided from what is there: two people who choose one at once go one after the other.
    session.execute(select(Site.id).where(Site.id == site.id).with_for_update(key_share=True))


def _tell(session: Session, kind: str, profile: AuthorProfile, by: str) -> None:
    append_event(
        session,
        kind,
        profile.name,
        account_id=profile.account_id,
        site_id=profile.site_id,
        payload={"author_profile_id": profile.id},
        actor=by,
    )
