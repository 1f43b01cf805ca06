"""People, keys and invitations, as the API shows them."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.envelope import CreditAmount, Shape


class SignedInUser(Shape):
    """The signed-in person."""

    id: int
    email: str
    name: str
    role: str
    account_id: int


class Done(Shape):
    """How much a request changed."""

    count: int = Field(description="How many rows were changed; 0 when nothing was left to do.")


class UserItem(Shape):
    """One person of the account."""

    id: int
    email: str
    name: str
    role: str = Field(description="viewer, editor, admin or owner; developer and system_bot are the platform's own.")
    is_active: bool = Field(description="Whether the person may sign in.")
    created_at: datetime
    last_sign_in_at: datetime | None


class UserDetail(UserItem):
    """One person with the sites that they were granted."""

    sites: list[str] = Field(
        description="Keys of the granted sites; an owner or admin sees every site without a grant."
    )


class InvitationItem(Shape):
    """One invitation that the account made."""

    id: int
    email: str
    role: str
    invited_by: int
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    revoked_at: datetime | None


class InvitationMade(InvitationItem):
    """An invitation with its link."""

    link: str | None = Field(
        description="What the person invited opens. Shown once, and only where no mail server sends it: null otherwise."
    )
    sent: bool = Field(description="Whether it goes to the address by letter.")


class InvitationPreview(Shape):
    """What somebody who holds an invitation is told before they accept."""

    email: str
    role: str
    account: str = Field(description="The account's name.")
    expires_at: datetime


class ApiKeyItem(Shape):
    """One API key, without the key."""

    id: int
    name: str
    prefix: str = Field(description="How the key begins.")
    scopes: list[str]
    created_by: int
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = Field(description="To a minute.")
    revoked_at: datetime | None


class ApiKeyMade(ApiKeyItem):
    """A key that was made."""

    key: str | None = Field(description="The key. Shown this once; null in the answer to a repeated request.")


class AccountDetail(Shape):
    """The account, as those who manage it see it."""

    id: int
    slug: str
    name: str
    plan: str
    status: str
    monthly_credits: CreditAmount
    created_at: datetime


class AuditItem(Shape):
    """One change that matters for who may do what."""

    id: int
    kind: str
    subject: str
    actor: str = Field(description="Who did it.")
    site_id: int | None
    payload: dict[str, Any] = Field(description="What exactly; never a password, a token or a key.")
    created_at: datetime
