"""Signing in, and who is signed in."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field, SecretStr, StringConstraints
from sqlalchemy import func, select

from api.access import Anyone, Reader
from api.envelope import Asked, Envelope, PlainText, Shape, refusals
from api.problems import Problem, signed_out
from igny8_resources.passwords import hash_password, needs_rehash, verify_password
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.tenancy import Account, Site, User

router = APIRouter(prefix="/auth", tags=["auth"])


class SignIn(Asked):
    """An email address and its password."""

    email: Annotated[PlainText, StringConstraints(min_length=3, max_length=254)] = Field(
        description="In any case.", examples=["maya@cremalane.example"]
    )
    password: SecretStr = Field(min_length=1, max_length=1024, description="At most 1,024 characters.")


class SignedInUser(Shape):
    """The signed-in person."""

    id: int
    email: str
    name: str
    role: str
    account_id: int


class Session(Shape):
    """An access token. Send it as ``Authorization: Bearer <access_token>``."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the scheme's name
    expires_in: int = Field(description="Seconds until it expires.")
    user: SignedInUser


@router.post("/login/", summary="Sign in", responses=refusals(400, 401, 403, 413))
def sign_in(service: Anyone, asked: SignIn) -> Envelope[Session]:
    """Exchange an email address and a password for an access token."""
    password = asked.password.get_secret_value()
    with service.warehouse.read() as session:
        row = session.execute(
            select(User, Account.status)
            .join(Account, Account.id == User.account_id)
            .where(func.lower(User.email) == asked.email.lower(), User.is_active.is_(True))
            .order_by(User.id)
            .limit(1)
        ).one_or_none()
    user, account_status = row if row else (None, "")
    # Checked for a user who does not exist as well: the answer takes as long and says the same.
    if not verify_password(user.password_hash if user else None, password) or user is None:
        raise signed_out("The email address or the password is wrong.")
    if account_status != "active":
        raise Problem(403, f"This account is {account_status}.")
    if needs_rehash(user.password_hash):
        stronger = hash_password(password)
        with service.warehouse.write() as session:
            session.get_one(User, user.id).password_hash = stronger
    token = service.tokens.issue(user_id=user.id, account_id=user.account_id, role=user.role, now=utc_now())
    lifetime = int(service.tokens.lifetime.total_seconds())
    return Envelope(
        data=Session(access_token=token, expires_in=lifetime, user=SignedInUser.model_validate(user)),
        message="Signed in.",
    )


class AccountItem(Shape):
    """The account that the user belongs to."""

    id: int
    slug: str
    name: str
    plan: str
    status: str


class GrantedSite(Shape):
    """A site that the user may work with."""

    id: int
    key: str
    name: str


class Me(SignedInUser):
    """The signed-in person, their account and their sites."""

    account: AccountItem
    may_write: bool = Field(description="Whether this role may ask for work and change things.")
    sites: list[GrantedSite]


@router.get("/me/", summary="Who is signed in", responses=refusals(401, 403))
def read_me(access: Reader) -> Envelope[Me]:
    """The signed-in person with their account and the sites they may work with."""
    with access.read() as session:
        user = session.get_one(User, access.principal.user_id)
        account = session.get_one(Account, user.account_id)
        sites = session.execute(select(Site.id, Site.key, Site.name).order_by(Site.name, Site.id))
        return Envelope(
            data=Me(
                **SignedInUser.model_validate(user).model_dump(),
                account=AccountItem.model_validate(account),
                may_write=access.principal.may_write,
                sites=[GrantedSite.model_validate(site) for site in sites],
            )
        )
