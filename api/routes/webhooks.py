"""Webhooks: the addresses that hear of the account's events, and how each telling went."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from fastapi import Query, Request, Response
from pydantic import Field
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api.access import Access, Manager
from api.envelope import Asked, Envelope, Page, PlainText, RowId, refusals
from api.etags import IfMatch, require_match, show_tag
from api.filters import SiteQuery
from api.idempotency import Post, once
from api.listing import columns_of, list_page
from api.problems import Problem, not_found
from api.routing import Router
from api.shapes.deleted import DeletedRow
from api.shapes.webhooks import (
    DeliveryDetail,
    DeliveryItem,
    DeliveryStatus,
    EventKindItem,
    NewSecret,
    NewWebhookItem,
    PingResult,
    Replayed,
    WebhookItem,
    WebhookSettings,
)
from igny8_resources.vault import VaultError, open_vault
from igny8_resources.warehouse.tables.ledgers import Event
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.webhooks import WebhookDelivery, WebhookSubscription
from igny8_resources.webhooks import subscriptions
from igny8_resources.webhooks.catalogue import CATALOGUE, KINDS, message_of
from igny8_resources.webhooks.posting import LONGEST_URL, AddressRefused, Reach, check_address

router = Router(prefix="/webhooks", tags=["webhooks"])

Address = Annotated[
    PlainText, Field(min_length=1, max_length=LONGEST_URL, examples=["https://example.com/hooks/igny8"])
]
_COLUMNS = [column.key for column in columns_of(WebhookDelivery, DeliveryItem)]
Kinds = Annotated[list[Annotated[PlainText, Field(max_length=60)]], Field(max_length=len(KINDS))]


class WebhookQuery(SiteQuery):
    """Filters of the webhook list."""

    entity: ClassVar = WebhookSubscription
    searched: ClassVar = (WebhookSubscription.url, WebhookSubscription.description)

    is_active: bool | None = Field(None, description="Only those that are on, or only those that are off.")
    ordering: Literal["id", "-id", "created_at", "-created_at", "failures", "-failures"] = "id"


class NewWebhook(Asked):
    """A webhook to add."""

    url: Address = Field(description="Where messages are posted to: a public address, by HTTPS.")
    kinds: Kinds = Field(default=[], description="Kinds of events, as `kinds/` lists them; none means every kind.")
    site: PlainText | None = Field(None, max_length=60, description="Only this site's events; its key.")
    description: PlainText = Field("", max_length=200, description="What people call it.")


class WebhookChange(Asked):
    """What to change of a webhook; what is left out stays."""

    url: Address = Field("", description="Where messages are posted to: a public address, by HTTPS.")
    kinds: Kinds = Field(default=[], description="Kinds of events, as `kinds/` lists them; none means every kind.")
    description: PlainText = Field("", max_length=200, description="What people call it.")
    is_active: bool = Field(True, description="Whether messages are sent.")


class ReplayAsked(Asked):
    """Which dead deliveries to send once more."""

    subscription: RowId | None = Field(None, description="Only those of this webhook; its id.")


class DeliveryQuery(SiteQuery):
    """Filters of the delivery list."""

    entity: ClassVar = WebhookDelivery
    searched: ClassVar = (WebhookDelivery.error, Event.subject)

    status: DeliveryStatus | None = Field(None, description="Only those; `dead` are the dead letters.")
    subscription: RowId | None = Field(None, description="Only this webhook's; its id.")
    kind: PlainText | None = Field(None, max_length=60, description="Only this kind of event.")
    ordering: Literal["id", "-id", "created_at", "-created_at", "next_attempt_at", "-next_attempt_at"] = "-id"

    def where(self) -> Iterator[ColumnElement[bool]]:
        """The shared filters, and the event's kind."""
        yield from super().where()
        if self.kind is not None:
            yield Event.kind == self.kind


@router.get("/kinds/", summary="List the kinds of events", responses=refusals(401, 403))
def list_kinds(access: Manager) -> Envelope[list[EventKindItem]]:
    """What a webhook can hear of, and what its messages hold."""
    del access
    return Envelope(data=[EventKindItem.model_validate(each) for each in CATALOGUE])


@router.get("/deliveries/", summary="List deliveries", responses=refusals(400, 401, 403, 404))
def list_deliveries(access: Manager, request: Request, query: Annotated[DeliveryQuery, Query()]) -> Page[DeliveryItem]:
    """Every event that was, is or will be sent to a webhook, the newest first."""
    statement = select(*columns_of(WebhookDelivery, DeliveryItem), Event.kind, Event.subject)
    joined = statement.join(Event, Event.id == WebhookDelivery.event_id)
    return list_page(access, request, joined, query, DeliveryItem)


@router.post(
    "/deliveries/replay/",
    summary="Send all dead deliveries once more",
    responses=refusals(400, 401, 403, 404, 409, 413),
)
def replay_dead(access: Manager, asked: ReplayAsked, post: Post) -> Envelope[Replayed]:
    """Dead letters of webhooks that are on are sent again, with all their attempts before them."""

    def work(session: Session) -> Envelope[Replayed]:
        if asked.subscription is not None:
            _subscription(session, asked.subscription)
        count = subscriptions.replay_dead(session, asked.subscription)
        return Envelope(data=Replayed(deliveries=count), message=f"{count} deliveries are sent once more.")

    return once(access, post, Envelope[Replayed], work, status=200)


@router.get("/deliveries/{id}/", summary="One delivery", responses=refusals(400, 401, 403, 404))
def read_delivery(access: Manager, id: RowId) -> Envelope[DeliveryDetail]:  # noqa: A002 - the path's own name
    """One delivery with the message that is sent."""
    with access.read() as session:
        return Envelope(data=_shown_delivery(session, id))


@router.post(
    "/deliveries/{id}/replay/", summary="Send a delivery once more", responses=refusals(400, 401, 403, 404, 409)
)
def replay_delivery(
    access: Manager,
    id: RowId,  # noqa: A002 - the path's own name
    post: Post,
) -> Envelope[DeliveryDetail]:
    """Make a delivery due now, with all its attempts before it. The `webhook-id` stays the same."""

    def work(session: Session) -> Envelope[DeliveryDetail]:
        _shown_delivery(session, id)
        try:
            subscriptions.replay(session, id)
        except subscriptions.NothingToReplay as refused:
            raise Problem(409, f"The delivery cannot be sent once more: {refused}.") from refused
        return Envelope(data=_shown_delivery(session, id), message="It is sent once more.")

    return once(access, post, Envelope[DeliveryDetail], work, status=200)


@router.get("/", summary="List webhooks", responses=refusals(400, 401, 403, 404))
def list_webhooks(access: Manager, request: Request, query: Annotated[WebhookQuery, Query()]) -> Page[WebhookItem]:
    """The addresses that hear of the account's events."""
    statement = select(*columns_of(WebhookSubscription, WebhookItem), Site.key.label("site"))
    joined = statement.outerjoin(Site, Site.id == WebhookSubscription.site_id)
    return list_page(access, request, joined, query, WebhookItem)


@router.post("/", status_code=201, summary="Add a webhook", responses=refusals(400, 401, 403, 404, 409, 413))
def add_webhook(access: Manager, asked: NewWebhook, post: Post) -> Envelope[NewWebhookItem]:
    """Send events to an address from now on. The answer holds the secret that signs them, this once."""
    vault = open_vault(access.service.settings)

    def work(session: Session) -> Envelope[NewWebhookItem]:
        site = None
        if asked.site is not None:
            site = session.scalar(select(Site).where(Site.key == asked.site))
            if site is None:
                raise not_found("site")
        try:
            made = subscriptions.create_subscription(
                session,
                vault,
                account_id=access.principal.account_id,
                site_id=site.id if site else None,
                url=asked.url,
                kinds=asked.kinds,
                description=asked.description,
                by=access.principal.actor,
            )
        except subscriptions.SubscriptionRefused as refused:
            raise _refused(refused) from refused
        shown = _shown(session, made.subscription)
        return Envelope(data=NewWebhookItem(**shown.model_dump(), secret=made.secret), message="Added.")

    _check(access, asked.url)
    return once(access, post, Envelope[NewWebhookItem], work, shown_once=("secret",))


@router.get("/{id}/", summary="One webhook", responses=refusals(400, 401, 403, 404))
def read_webhook(access: Manager, response: Response, id: RowId) -> Envelope[WebhookItem]:  # noqa: A002 - the path's own name
    """One webhook."""
    with access.read() as session:
        shown = _shown(session, _subscription(session, id))
    show_tag(response, _settings_of(shown))
    return Envelope(data=shown)


@router.patch("/{id}/", summary="Change a webhook", responses=refusals(400, 401, 403, 404, 409, 413, 428))
def change_webhook(
    access: Manager,
    response: Response,
    id: RowId,  # noqa: A002 - the path's own name
    asked: WebhookChange,
    if_match: IfMatch = None,
) -> Envelope[WebhookItem]:
    """Change what is sent. Switched on again, a webhook gets what has waited for it."""
    values = asked.model_dump(exclude_unset=True)
    with access.read() as session:
        _subscription(session, id)
    if "url" in values:
        _check(access, asked.url)
    with access.write() as session:
        row = _subscription(session, id, changing=True)
        require_match(if_match, _settings_of(_shown(session, row)))
        try:
            subscriptions.change_subscription(session, row, values, by=access.principal.actor)
        except subscriptions.SubscriptionRefused as refused:
            raise _refused(refused) from refused
        shown = _shown(session, row)
    show_tag(response, _settings_of(shown))
    return Envelope(data=shown, message="Changed.")


@router.post("/{id}/test/", summary="Send a ping now", responses=refusals(400, 401, 403, 404, 409))
def ping_webhook(access: Manager, id: RowId) -> Envelope[PingResult]:  # noqa: A002 - the path's own name
    """Send a message of the kind `webhook.ping` at once, and tell how it was taken. It is not tried again."""
    with access.read() as session:
        row = _subscription(session, id)
    settings = access.service.settings
    try:
        attempt = subscriptions.send_ping(open_vault(settings), Reach.of(settings), row)
    except VaultError as unreadable:
        raise Problem(409, "The secret of this webhook cannot be read; delete it and make another.") from unreadable
    return Envelope(
        data=PingResult(
            delivered=attempt.delivered, status=attempt.status, error=attempt.error, seconds=round(attempt.seconds, 3)
        ),
        message="The receiver took it." if attempt.delivered else "The receiver did not take it.",
    )


@router.post("/{id}/rotate-secret/", summary="Make a new secret", responses=refusals(400, 401, 403, 404, 409))
def rotate_secret(access: Manager, id: RowId, post: Post) -> Envelope[NewSecret]:  # noqa: A002 - the path's own name
    """Make a new secret and show it, this once. For a day messages carry a signature of the old one too."""
    vault = open_vault(access.service.settings)

    def work(session: Session) -> Envelope[NewSecret]:
        row = _subscription(session, id, changing=True)
        try:
            secret = subscriptions.rotate_secret(session, vault, row, by=access.principal.actor)
        except VaultError as unreadable:
            raise Problem(
                409, "The present secret cannot be read; delete the webhook and make another."
            ) from unreadable
        return Envelope(data=NewSecret(id=id, secret=secret), message="The old secret signs along for a day.")

    return once(access, post, Envelope[NewSecret], work, status=200, shown_once=("secret",))


@router.delete("/{id}/", summary="Delete a webhook", responses=refusals(400, 401, 403, 404))
def delete_webhook(access: Manager, id: RowId) -> Envelope[DeletedRow]:  # noqa: A002 - the path's own name
    """Send nothing there any more, and forget what was sent."""
    with access.write() as session:
        row = _subscription(session, id, changing=True)
        subscriptions.delete_subscription(session, row, by=access.principal.actor)
    return Envelope(data=DeletedRow(id=id), message="Deleted.")


def _subscription(session: Session, row_id: int, *, changing: bool = False) -> WebhookSubscription:
    query = select(WebhookSubscription).where(WebhookSubscription.id == row_id)
    row = session.scalar(query.with_for_update(key_share=True) if changing else query)
    if row is None:
        raise not_found("webhook")
    return row


def _shown(session: Session, row: WebhookSubscription) -> WebhookItem:
    values: dict[str, Any] = {name: getattr(row, name) for name in WebhookItem.model_fields if name != "site"}
    site = session.scalar(select(Site.key).where(Site.id == row.site_id)) if row.site_id else None
    return WebhookItem(site=site, **values)


def _settings_of(shown: WebhookItem) -> WebhookSettings:
    """The part that the tag stands for: a failed delivery in between is no reason to refuse an edit."""
    return WebhookSettings(**shown.model_dump(include=set(WebhookSettings.model_fields)))


def _shown_delivery(session: Session, row_id: int) -> DeliveryDetail:
    found = session.execute(
        select(WebhookDelivery, Event, Site.key)
        .join(Event, Event.id == WebhookDelivery.event_id)
        .outerjoin(Site, Site.id == Event.site_id)
        .where(WebhookDelivery.id == row_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise not_found("delivery")
    row, event, site_key = found
    values = {name: getattr(row, name) for name in _COLUMNS}
    message = message_of(event, site_key).told
    return DeliveryDetail(kind=event.kind, subject=event.subject, message=message, **values)


def _check(access: Access, url: str) -> None:
    try:
        check_address(url, Reach.of(access.service.settings))
    except AddressRefused as refused:
        raise Problem(400, "Nothing can be sent to this address.", {"url": [str(refused)]}) from refused


def _refused(refused: subscriptions.SubscriptionRefused) -> Problem:
    return Problem(400, "This webhook cannot be so.", {refused.field: [str(refused)]})
