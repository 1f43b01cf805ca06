"""How people and programs get in: sign-ins, API keys, invitations, password resets, and what slows guessing down."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from igny8_resources.warehouse.tables.columns import BigId, Id, Json, Moment, OfAccount, Table, UtcDateTime


class SignIn(OfAccount, Table):
    """One sign-in on one device, kept alive by its refresh tokens until it is revoked.

    ``revoked_because``: signed_out, signed_out_everywhere, password_changed, token_reused, deactivated; empty while it lives.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (Index("ix_sign_ins_user", "user_id", "id"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id"))
    user_agent: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[Moment]
    last_used_at: Mapped[Moment]
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_because: Mapped[str] = mapped_column(String(30), default="")


class RefreshToken(OfAccount, Table):
    """One refresh token by its sha256; used once, and its use brings the next one.

    A token that comes back after its use is in two hands: its sign-in is revoked whole.
    """

    __tablename__ = "refresh_tokens"
    __table_args__ = (UniqueConstraint("token_hash"), Index("ix_refresh_tokens_sign_in", "sign_in_id", "id"))

    id: Mapped[Id]
    sign_in_id: Mapped[int] = mapped_column(BigId, ForeignKey("sign_ins.id"))
    token_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiKey(OfAccount, Table):
    """A program's key by its sha256; ``prefix`` is its readable beginning, ``scopes`` what it may do."""

    __tablename__ = "api_keys"
    __table_args__ = (UniqueConstraint("key_hash"),)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(120))
    prefix: Mapped[str] = mapped_column(String(20))
    key_hash: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[Any]] = mapped_column(Json, default=list)
    created_by: Mapped[int] = mapped_column(BigId, ForeignKey("users.id"))
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Invitation(OfAccount, Table):
    """Somebody asked to join an account; the token that was handed out is kept as its sha256."""

    __tablename__ = "invitations"
    __table_args__ = (UniqueConstraint("token_hash"), Index("ix_invitations_email", "account_id", "email"))

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(20))
    site_ids: Mapped[list[Any]] = mapped_column(Json, default=list)
    token_hash: Mapped[str] = mapped_column(String(64))
    invited_by: Mapped[int] = mapped_column(BigId, ForeignKey("users.id"))
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PasswordReset(OfAccount, Table):
    """A way to set a new password once, by the sha256 of its token."""

    __tablename__ = "password_resets"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id"))
    token_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInFailure(Table):
    """Wrong passwords for one address in a row, whether or not somebody has it; ``subject`` is its sha256."""

    __tablename__ = "sign_in_failures"

    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[Moment]


class AnsweredPost(OfAccount, Table):
    """What a POST with an ``Idempotency-Key`` was answered, so that a repeat is answered the same and done once.

    ``fingerprint`` is the sha256 of who sent it, where to and what it said.
    """

    __tablename__ = "answered_posts"
    __table_args__ = (UniqueConstraint("account_id", "idempotency_key"),)

    id: Mapped[Id]
    idempotency_key: Mapped[str] = mapped_column(String(120))
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    answer: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[Moment]


class RequestMetric(Table):
    """How the API answered one route in one minute; ``seconds`` is the sum over all answers."""

    __tablename__ = "request_metrics"
    __table_args__ = (UniqueConstraint("minute", "method", "route", "status"),)

    id: Mapped[Id]
    minute: Mapped[datetime] = mapped_column(UtcDateTime)
    method: Mapped[str] = mapped_column(String(8))
    route: Mapped[str] = mapped_column(String(160))
    status: Mapped[int]
    count: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)
    slowest_seconds: Mapped[float] = mapped_column(default=0.0)
