"""Signing in and out, and who is signed in."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Request
from pydantic import Field, SecretStr, StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session as WarehouseSession

from api.access import Access, Anyone, Person, Reader
from api.envelope import Asked, Envelope, PlainText, RowId, Shape, refusals
from api.problems import not_found, signed_out
from api.routing import Router
from api.shapes.people import Done, SignedInUser
from api.signing_in import SignedInNow, by_new_password, by_password, by_refresh_token
from igny8_resources import sign_ins
from igny8_resources.warehouse.store.people import SHORTEST_PASSWORD
from igny8_resources.warehouse.tables.tenancy import Account, Site, User

router = Router(prefix="/auth", tags=["auth"])


def client_of(request: Request) -> str:
    """Where a request comes from, as far as the server knows."""
    return request.client.host if request.client else "unknown"


Client = Annotated[str, Depends(client_of)]
GivenPassword = Annotated[SecretStr, Field(min_length=1, max_length=1024, description="At most 1,024 characters.")]
NewPassword = Annotated[
    SecretStr,
    Field(
        min_length=SHORTEST_PASSWORD,
        max_length=1024,
        description=f"At least {SHORTEST_PASSWORD} characters, at most 1,024.",
    ),
]


class SignIn(Asked):
    """An email address and its password."""

    email: Annotated[PlainText, StringConstraints(min_length=3, max_length=254)] = Field(
        description="In any case.", examples=["maya@cremalane.example"]
    )
    password: GivenPassword


class Session(Shape):
    """An access token to send as ``Authorization: Bearer <access_token>``, and what brings the next one."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the scheme's name
    expires_in: int = Field(description="Seconds until the access token expires.")
    refresh_token: str = Field(
        description="Exchange it once at `/api/v1/auth/refresh/`. Sent a second time it ends the sign-in: it is in two hands."
    )
    refresh_expires_at: datetime
    sign_in_id: int
    user: SignedInUser


def session_of(now: SignedInNow) -> Session:
    """What the API says of a sign-in that goes on."""
    return Session(
        access_token=now.access_token,
        expires_in=now.expires_in,
        refresh_token=now.opened.refresh_token,
        refresh_expires_at=now.opened.expires_at,
        sign_in_id=now.opened.sign_in_id,
        user=SignedInUser.model_validate(now.opened.user),
    )


@router.post("/login/", summary="Sign in", responses=refusals(400, 401, 403, 413, 429))
def sign_in(service: Anyone, request: Request, client: Client, asked: SignIn) -> Envelope[Session]:
    """Exchange an email address and a password for an access token and a refresh token.

    After five wrong passwords in a row an address has to wait, 1 second at first and twice as long each time, up to 15
    minutes.
    """
    now = by_password(
        service,
        asked.email,
        asked.password.get_secret_value(),
        client=client,
        user_agent=request.headers.get("user-agent", ""),
    )
    return Envelope(data=session_of(now), message="Signed in.")


class Refresh(Asked):
    """The refresh token that came last."""

    refresh_token: SecretStr = Field(min_length=1, max_length=200)


@router.post("/refresh/", summary="Continue a sign-in", responses=refusals(400, 401, 403, 413, 429))
def refresh(service: Anyone, client: Client, asked: Refresh) -> Envelope[Session]:
    """Exchange a refresh token for new tokens. Each works once: send one at a time and keep what comes back."""
    return Envelope(data=session_of(by_refresh_token(service, asked.refresh_token.get_secret_value(), client=client)))


@router.post("/logout/", summary="Sign out here", responses=refusals(401, 403))
def sign_out(access: Person) -> Envelope[Done]:
    """End this sign-in; its access tokens and its refresh token are worth nothing from now on."""
    with access.write() as session:
        ended = sign_ins.end(session, _sign_in_id(access), _myself(access, session))
    return Envelope(data=Done(count=int(ended)), message="Signed out.")


@router.post("/logout-everywhere/", summary="Sign out everywhere", responses=refusals(401, 403))
def sign_out_everywhere(access: Person) -> Envelope[Done]:
    """End all of one's own sign-ins on every device. API keys go on; they are revoked one by one."""
    with access.write() as session:
        count = sign_ins.end_all(
            session, _myself(access, session), because="signed_out_everywhere", by=access.principal.actor
        )
    return Envelope(data=Done(count=count), message="Signed out everywhere.")


class SignInItem(Shape):
    """One device that one is signed in on."""

    id: int
    user_agent: str = Field(description="What the device called itself.")
    created_at: datetime
    last_used_at: datetime = Field(description="When its tokens were last renewed.")
    is_current: bool = Field(default=False, description="Whether this request came from there.")


@router.get("/sign-ins/", summary="Where one is signed in", responses=refusals(401, 403))
def list_sign_ins(access: Person) -> Envelope[list[SignInItem]]:
    """One's own sign-ins that are alive, the one used last first."""
    with access.read() as session:
        rows = sign_ins.living_sign_ins(session, access.principal.user_id)
        current = _sign_in_id(access)
        return Envelope(
            data=[SignInItem.model_validate(row).model_copy(update={"is_current": row.id == current}) for row in rows]
        )


@router.delete("/sign-ins/{id}/", summary="Sign a device out", responses=refusals(400, 401, 403, 404))
def end_sign_in(access: Person, id: RowId) -> Envelope[Done]:  # noqa: A002 - the path's own name
    """End one of one's own sign-ins, such as that of a device that was lost."""
    with access.write() as session:
        if not sign_ins.end(session, id, _myself(access, session)):
            raise not_found("sign-in")
    return Envelope(data=Done(count=1), message="Signed out there.")


class PasswordChange(Asked):
    """The present password and the one to have instead."""

    current_password: GivenPassword
    new_password: NewPassword


@router.post("/change-password/", summary="Change one's password", responses=refusals(400, 401, 403, 409, 413, 429))
def change_password(access: Person, request: Request, client: Client, asked: PasswordChange) -> Envelope[Session]:
    """Set a new password and end every sign-in, this one too: the answer begins the next one."""
    now = by_new_password(
        access.service,
        access.principal,
        asked.current_password.get_secret_value(),
        asked.new_password.get_secret_value(),
        client=client,
        user_agent=request.headers.get("user-agent", ""),
    )
    return Envelope(data=session_of(now), message="Changed. All other devices are signed out.")


class AccountSummary(Shape):
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

    account: AccountSummary
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
                account=AccountSummary.model_validate(account),
                may_write=access.principal.may_write,
                sites=[GrantedSite.model_validate(site) for site in sites],
            )
        )


def _sign_in_id(access: Access) -> int:
    sign_in_id = access.principal.sign_in_id
    if sign_in_id is None:
        raise signed_out("Sign in first.")
    return sign_in_id


def _myself(access: Access, session: WarehouseSession) -> User:
    return session.get_one(User, access.principal.user_id)
