"""Video: the accounts on platforms that a site publishes by, connected by a person who agrees there."""

from typing import Annotated, ClassVar

from fastapi import Query, Request, Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Manager, Reader
from api.connecting import finished_connection, sentence, shown_connection
from api.envelope import Asked, Envelope, Page, PlainText, RowId, refusals
from api.etags import IfMatch, require_match, show_tag
from api.filters import SiteQuery
from api.idempotency import Post, once_answered
from api.listing import columns_of, list_page
from api.planning_sites import site_for_planning
from api.problems import Problem, not_found
from api.routing import Router
from api.shapes.deleted import DeletedRow
from api.shapes.video_publishing import ConnectionBegun, ConnectionItem, ConnectionSettings
from igny8_resources.contracts.vocabulary import VideoPlatform
from igny8_resources.vault import open_vault
from igny8_resources.video_platforms import connecting
from igny8_resources.video_platforms.applications import application_on
from igny8_resources.video_platforms.connections import disconnect
from igny8_resources.video_platforms.failures import NotConnected
from igny8_resources.video_platforms.video import PRIVACY
from igny8_resources.warehouse.tables.connections import PlatformConnection

router = Router(prefix="/video/connections", tags=["video"])


class ConnectionQuery(SiteQuery):
    """Filters of the connection list."""

    entity: ClassVar = PlatformConnection
    searched: ClassVar = (PlatformConnection.name,)

    platform: VideoPlatform | None = None


class Connect(Asked):
    """Which site is to publish where."""

    site: PlainText = Field(max_length=60, description="The site's key.")
    platform: VideoPlatform


class FinishConnecting(Asked):
    """What the platform sent the person back with."""

    code: PlainText = Field(min_length=1, max_length=4000)
    state: PlainText = Field(min_length=1, max_length=4000)


class ConnectionDefaults(Asked):
    """How the account's videos are published unless somebody says otherwise."""

    privacy: PlainText | None = Field(None, max_length=40, description="In the platform's own word.")
    made_for_kids: bool | None = None
    synthetic_media: bool | None = None
    notify_subscribers: bool | None = None
    disable_comment: bool | None = Field(None, description="TikTok.")
    disable_duet: bool | None = Field(None, description="TikTok.")
    disable_stitch: bool | None = Field(None, description="TikTok.")
    share_to_feed: bool | None = Field(None, description="Instagram: whether the reel is in the feed too.")


@router.get("/", summary="List connected accounts", responses=refusals(400, 401, 403, 404))
def list_connections(
    access: Reader, request: Request, query: Annotated[ConnectionQuery, Query()]
) -> Page[ConnectionItem]:
    """The accounts that the sites' videos are published by."""
    return list_page(access, request, select(*columns_of(PlatformConnection, ConnectionItem)), query, ConnectionItem)


@router.post("/", summary="Begin to connect an account", responses=refusals(400, 401, 403, 404, 409, 413))
def begin_connecting(access: Manager, asked: Connect) -> Envelope[ConnectionBegun]:
    """Where to send the person who agrees; nothing is kept before they come back with a code."""
    with access.read() as session:
        site = site_for_planning(session, asked.site, "video")
    settings, who = access.service.settings, access.principal
    try:
        address, state = connecting.begin(
            settings,
            open_vault(settings),
            user_id=who.user_id,
            account_id=who.account_id,
            site_id=site.id,
            platform=asked.platform,
        )
        redirect = application_on(settings, asked.platform).redirect_url
    except NotConnected as missing:
        raise Problem(409, sentence(missing)) from missing
    return Envelope(data=ConnectionBegun(authorize_url=address, state=state, redirect_url=redirect))


@router.post(
    "/finish/", summary="Finish connecting an account", responses=refusals(400, 401, 403, 404, 409, 413, 502, 503)
)
def finish_connecting(access: Manager, asked: FinishConnecting, post: Post) -> Envelope[ConnectionItem]:
    """Turn the code into a connection. It is finished by the person who began it, and no other."""

    def work() -> Envelope[ConnectionItem]:
        shown = finished_connection(access, asked.code, asked.state)
        return Envelope(data=shown, message=f"{shown.name} is connected.")

    return once_answered(access, post, Envelope[ConnectionItem], work)


@router.get("/{id}/", summary="One connected account", responses=refusals(400, 401, 403, 404))
def read_connection(access: Reader, response: Response, id: RowId) -> Envelope[ConnectionItem]:  # noqa: A002 - the path's own name
    """One account, and whether it has to be connected again."""
    with access.read() as session:
        shown = shown_connection(session, id)
    show_tag(response, ConnectionSettings.model_validate(shown.model_dump()))
    return Envelope(data=shown)


@router.patch("/{id}/", summary="Change an account's defaults", responses=refusals(400, 401, 403, 404, 409, 413, 428))
def change_connection(
    access: Manager,
    response: Response,
    id: RowId,  # noqa: A002 - the path's own name
    asked: ConnectionDefaults,
    if_match: IfMatch = None,
) -> Envelope[ConnectionItem]:
    """Change how the account's videos are published unless somebody says otherwise; null forgets a choice."""
    values = asked.model_dump(exclude_unset=True)
    with access.write() as session:
        row = _row(session, id)
        require_match(if_match, ConnectionSettings.model_validate(shown_connection(session, id).model_dump()))
        privacy = values.get("privacy")
        if privacy is not None and privacy not in PRIVACY[row.platform]:
            known = f"{row.platform} knows {', '.join(PRIVACY[row.platform])}"
            raise Problem(400, f"Who may see a video: {known}.", {"privacy": [known]})
        changed = {**row.defaults, **values}
        row.defaults = {name: value for name, value in changed.items() if value is not None}
        session.flush()
        shown = shown_connection(session, id)
    show_tag(response, ConnectionSettings.model_validate(shown.model_dump()))
    return Envelope(data=shown, message="Changed.")


@router.delete("/{id}/", summary="Disconnect an account", responses=refusals(400, 401, 403, 404))
def delete_connection(access: Manager, id: RowId) -> Envelope[DeletedRow]:  # noqa: A002 - the path's own name
    """Forget an account's tokens. What was published stays where it is, and is measured no longer."""
    with access.write() as session:
        disconnect(_row(session, id))
    return Envelope(data=DeletedRow(id=id), message="Disconnected.")


def _row(session: Session, connection_id: int) -> PlatformConnection:
    row = session.scalar(select(PlatformConnection).where(PlatformConnection.id == connection_id).with_for_update())
    if row is None:
        raise not_found("connection")
    return row
