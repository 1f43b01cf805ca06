"""People of the account, and invitations to it."""

from typing import Annotated, ClassVar, Literal

from fastapi import BackgroundTasks, Query, Request, Response
from pydantic import Field, SecretStr, StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session as WarehouseSession

from api.access import Anyone, Manager
from api.envelope import Asked, Envelope, Page, PlainText, RowId, refusals
from api.etags import IfMatch, require_match, show_tag
from api.idempotency import Post, once
from api.listing import SearchQuery, columns_of, list_page
from api.problems import Problem, not_found
from api.routes.auth import Client, NewPassword, Session, session_of
from api.routing import Router
from api.shapes.people import InvitationItem, InvitationMade, InvitationPreview, UserDetail, UserItem
from api.signing_in import by_invitation, invitation_of, require_patience, send_letter
from igny8_resources import invitations, mail
from igny8_resources.warehouse.store import people
from igny8_resources.warehouse.tables.access import Invitation
from igny8_resources.warehouse.tables.tenancy import Account, Site, SiteAccess, User

router = Router(prefix="/auth", tags=["auth"])

GivenRole = Literal["viewer", "editor", "admin", "owner"]
Name = Annotated[PlainText, StringConstraints(max_length=200)]
SiteKey = Annotated[PlainText, StringConstraints(min_length=1, max_length=60)]


class UsersQuery(SearchQuery):
    """Filters of the people list."""

    entity: ClassVar = User
    searched: ClassVar = (User.email, User.name)

    ordering: Literal["id", "-id", "email", "-email", "name", "-name", "role", "-role"] = "email"


@router.get("/users/", summary="List people", responses=refusals(400, 401, 403, 404))
def list_users(access: Manager, request: Request, query: Annotated[UsersQuery, Query()]) -> Page[UserItem]:
    """The people of the account, those who were switched off too."""
    return list_page(access, request, select(*columns_of(User, UserItem)), query, UserItem)


@router.get("/users/{id}/", summary="One person", responses=refusals(400, 401, 403, 404))
def read_user(access: Manager, response: Response, id: RowId) -> Envelope[UserDetail]:  # noqa: A002 - the path's own name
    """One person of the account with the sites they were granted."""
    with access.read() as session:
        shown = _shown(session, _user(session, id))
    show_tag(response, _edited(shown))
    return Envelope(data=shown)


class UserChange(Asked):
    """What to change of a person; what is left out stays."""

    name: Name = ""
    role: GivenRole = Field("viewer", description="Not above one's own.")
    is_active: bool = Field(True, description="False: the person is out at once, on every device, with their API keys.")


@router.patch("/users/{id}/", summary="Change a person", responses=refusals(400, 401, 403, 404, 409, 413, 428))
def change_user(
    access: Manager,
    response: Response,
    id: RowId,  # noqa: A002 - the path's own name
    asked: UserChange,
    match: IfMatch = None,
) -> Envelope[UserDetail]:
    """Give a person another name or role, or switch them off. An account keeps at least one owner."""
    principal = access.principal
    with access.write() as session:
        user = _user(session, id, changing=True)
        require_match(match, _edited(_shown(session, user)))
        try:
            people.change_user(
                session,
                user,
                asked.model_dump(exclude_unset=True),
                own_id=principal.user_id,
                own_role=principal.role,
                by=principal.actor,
            )
        except people.NotAbove as refused:
            raise Problem(403, f"{str(refused).capitalize()}.") from refused
        except people.PeopleRefused as refused:
            raise Problem(409, f"{str(refused).capitalize()}.", refused.errors) from refused
        session.flush()
        shown = _shown(session, user)
    show_tag(response, _edited(shown))
    return Envelope(data=shown, message="Changed.")


class NewInvitation(Asked):
    """Whom to invite, as what."""

    email: Annotated[PlainText, StringConstraints(min_length=3, max_length=254)]
    role: GivenRole = Field("editor", description="Not above one's own.")
    sites: list[SiteKey] = Field(
        default_factory=list, max_length=200, description="Keys of the sites that an editor or viewer is granted."
    )


@router.get("/invitations/", summary="List invitations", responses=refusals(401, 403))
def list_invitations(access: Manager) -> Envelope[list[InvitationItem]]:
    """The account's invitations, the newest first: open ones, and what became of the others."""
    with access.read() as session:
        rows = session.scalars(select(Invitation).order_by(Invitation.id.desc()).limit(500))
        return Envelope(data=[InvitationItem.model_validate(row) for row in rows])


@router.post(
    "/invitations/", status_code=201, summary="Invite somebody", responses=refusals(400, 401, 403, 404, 409, 413)
)
def invite(access: Manager, asked: NewInvitation, post: Post, later: BackgroundTasks) -> Envelope[InvitationMade]:
    """Invite somebody into the account. An invitation holds for a week; another one for the same address replaces it."""
    principal, settings = access.principal, access.service.settings
    by_letter = mail.can_send(settings)

    def work(session: WarehouseSession) -> Envelope[InvitationMade]:
        sites = [_site(session, key) for key in dict.fromkeys(asked.sites)]
        try:
            made = invitations.invite(
                session,
                principal.account_id,
                asked.email,
                role=asked.role,
                sites=sites,
                own_id=principal.user_id,
                own_role=principal.role,
                by=principal.actor,
            )
        except people.NotAbove as refused:
            raise Problem(403, f"{str(refused).capitalize()}.") from refused
        except people.PeopleRefused as refused:
            raise Problem(400, f"{str(refused).capitalize()}.", refused.errors) from refused
        link = invitations.link_to(settings.public_url, made.token)
        if by_letter:
            account = session.get_one(Account, principal.account_id)
            # On one line, so that a name cannot pass for the letter's own words.
            name = " ".join(account.name.split())
            letter = invitations.LETTER.format(inviter=principal.email, account=name, link=link)
            later.add_task(send_letter, access.service, made.row.email, "You are invited to IGNY8", letter)
        shown = InvitationItem.model_validate(made.row).model_dump()
        said = "The invitation is on its way." if by_letter else "Hand the link on: it is not shown again."
        return Envelope(data=InvitationMade(**shown, link=None if by_letter else link, sent=by_letter), message=said)

    return once(access, post, Envelope[InvitationMade], work, shown_once=("link",))


@router.delete("/invitations/{id}/", summary="Take an invitation back", responses=refusals(400, 401, 403, 404, 409))
def revoke_invitation(access: Manager, id: RowId) -> Envelope[InvitationItem]:  # noqa: A002 - the path's own name
    """End an open invitation; its link is worth nothing from now on."""
    with access.write() as session:
        row = session.scalar(select(Invitation).where(Invitation.id == id))
        if row is None:
            raise not_found("invitation")
        if not invitations.revoke(session, row, by=access.principal.actor):
            raise Problem(409, "This invitation is not open any more.")
        return Envelope(data=InvitationItem.model_validate(row), message="Taken back.")


class InvitationToken(Asked):
    """What came with an invitation."""

    token: SecretStr = Field(min_length=1, max_length=200, description="What stands behind the # of the link.")


class Acceptance(InvitationToken):
    """Who accepts an invitation."""

    name: Annotated[PlainText, StringConstraints(min_length=1, max_length=200)]
    password: NewPassword


@router.post("/invitations/preview/", summary="Look at an invitation", responses=refusals(400, 404, 413, 429))
def preview_invitation(service: Anyone, client: Client, asked: InvitationToken) -> Envelope[InvitationPreview]:
    """What an invitation is to. A POST, because addresses are logged and tokens are not."""
    require_patience(service, client)
    row, account = invitation_of(service, asked.token.get_secret_value())
    shown = InvitationPreview(email=row.email, role=row.role, account=account, expires_at=row.expires_at)
    return Envelope(data=shown)


@router.post(
    "/invitations/accept/",
    status_code=201,
    summary="Accept an invitation",
    responses=refusals(400, 404, 409, 413, 429),
)
def accept_invitation(service: Anyone, request: Request, client: Client, asked: Acceptance) -> Envelope[Session]:
    """Join the account with a name and a password of one's own; the answer signs in. An invitation is accepted once."""
    now = by_invitation(
        service,
        asked.token.get_secret_value(),
        name=asked.name,
        password=asked.password.get_secret_value(),
        client=client,
        user_agent=request.headers.get("user-agent", ""),
    )
    return Envelope(data=session_of(now), message="Welcome.")


def _user(session: WarehouseSession, user_id: int, *, changing: bool = False) -> User:
    query = select(User).where(User.id == user_id)
    if changing:
        # The account first, as everybody who changes its people takes it: two in other orders would wait for each other.
        session.execute(select(Account.id).with_for_update())
        query = query.with_for_update()
    user = session.scalar(query)
    if user is None:
        raise not_found("person")
    return user


def _shown(session: WarehouseSession, user: User) -> UserDetail:
    granted = select(Site.key).join(SiteAccess, SiteAccess.site_id == Site.id).where(SiteAccess.user_id == user.id)
    return UserDetail(
        **UserItem.model_validate(user).model_dump(), sites=list(session.scalars(granted.order_by(Site.key)))
    )


def _edited(shown: UserDetail) -> UserDetail:
    """What an edit is about: a person who signs in meanwhile is in nobody's way."""
    return shown.model_copy(update={"last_sign_in_at": None})


def _site(session: WarehouseSession, key: str) -> Site:
    site = session.scalar(select(Site).where(Site.key == key))
    if site is None:
        raise Problem(404, f"There is no site {key!r}.", {"sites": ["there is no such site"]})
    return site
