"""Who owns what: accounts, users, sites, sectors, grants, module switches and author profiles."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from igny8_resources.warehouse.tables.columns import (
    BigId,
    Credits,
    Id,
    Json,
    LongText,
    Moment,
    OfAccount,
    OfSite,
    Table,
    UtcDateTime,
)

ROLES = ("developer", "owner", "admin", "editor", "viewer", "system_bot")
MODULES = (
    "planner",
    "writer",
    "thinker",
    "automation",
    "linker",
    "optimizer",
    "gsc",
    "schema",
    "socializer",
    "video",
    "site_builder",
    "publisher",
)


class Account(Table):
    """One paying customer; ``credit_balance`` repeats the newest transaction's ``balance_after`` and is its lock.

    ``low_credits_since`` is when the balance fell below a tenth of the monthly grant, None while it is above;
    ``exhausted_at`` is when it was last told that work was refused for want of credits.
    """

    __tablename__ = "accounts"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    plan: Mapped[str] = mapped_column(String(40), default="free")
    monthly_credits: Mapped[Credits]
    credit_balance: Mapped[Credits]
    low_credits_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    exhausted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(20), default="active")
    created_at: Mapped[Moment]


class User(OfAccount, Table):
    """One person who signs in; ``role`` is one of ROLES.

    Access tokens from before ``tokens_valid_from`` are refused: a new password and signing out everywhere move it on.
    """

    __tablename__ = "users"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    password_hash: Mapped[str] = mapped_column(String(300))
    role: Mapped[str] = mapped_column(String(20), default="owner")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Moment]
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tokens_valid_from: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Site(OfAccount, Table):
    """One website; ``key`` is its Dagster partition and never changes."""

    __tablename__ = "sites"
    # What rows that name both refer to, so that their account is their site's.
    __table_args__ = (UniqueConstraint("id", "account_id"),)

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    base_url: Mapped[str] = mapped_column(String(300))
    niche: Mapped[str] = mapped_column(String(200), default="")
    tagline: Mapped[str] = mapped_column(String(300), default="")
    description: Mapped[LongText] = mapped_column(default="")
    language: Mapped[str] = mapped_column(String(20), default="en")
    audience: Mapped[str] = mapped_column(String(300), default="")
    accent: Mapped[str | None] = mapped_column(String(7))
    status: Mapped[str] = mapped_column(String(20), default="active")
    created_at: Mapped[Moment]


class Sector(OfSite, Table):
    """One to five subject areas of a site; ``seed_terms`` decide which keywords belong to it."""

    __tablename__ = "sectors"
    __table_args__ = (UniqueConstraint("site_id", "slug"),)

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[LongText] = mapped_column(default="")
    seed_terms: Mapped[list[Any]] = mapped_column(Json, default=list)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Moment]


class SiteAccess(OfSite, Table):
    """Grants an editor or viewer one site."""

    __tablename__ = "site_access"
    __table_args__ = (UniqueConstraint("site_id", "user_id"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id"), index=True)
    created_at: Mapped[Moment]


class SiteModule(OfSite, Table):
    """A module switch of a site; a module without a row is on."""

    __tablename__ = "site_modules"
    __table_args__ = (UniqueConstraint("site_id", "module"),)

    id: Mapped[Id]
    module: Mapped[str] = mapped_column(String(30))
    enabled: Mapped[bool] = mapped_column(default=True)


class AuthorProfile(OfSite, Table):
    """The voice that a site writes in, and the person whom its pages name as author."""

    __tablename__ = "author_profiles"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(200))
    bio: Mapped[LongText] = mapped_column(default="")
    tone: Mapped[str] = mapped_column(String(300), default="")
    language: Mapped[str] = mapped_column(String(20), default="")
    is_default: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Moment]
