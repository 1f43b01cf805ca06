"""The account itself, and the trail of who changed what."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from fastapi import Query, Request, Response
from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement, select

from api.access import Manager
from api.envelope import Asked, Envelope, Page, PlainText, refusals
from api.etags import IfMatch, require_match, show_tag
from api.listing import ListQuery, columns_of, list_page
from api.routing import Router
from api.shapes.people import AccountDetail, AuditItem
from igny8_resources.events import append_event
from igny8_resources.warehouse.tables.ledgers import Event
from igny8_resources.warehouse.tables.tenancy import Account

router = Router(prefix="/auth", tags=["auth"])

# What changes who may do what, and where people come in.
AUDITED = (
    "account.changed",
    "api_key.created",
    "api_key.revoked",
    "invitation.created",
    "invitation.revoked",
    "sector.changed",
    "sector.created",
    "sector.deleted",
    "site.archived",
    "site.changed",
    "site.created",
    "site.module_switched",
    "site.restored",
    "user.added",
    "user.changed",
    "user.guessed_at",
    "user.password_changed",
    "user.password_reset_link_made",
    "user.password_reset_requested",
    "user.signed_in",
    "user.signed_out",
    "user.signed_out_everywhere",
    "user.site_granted",
    "user.site_withdrawn",
)


class AccountChange(Asked):
    """What to change of the account."""

    name: Annotated[PlainText, StringConstraints(min_length=1, max_length=200)]


@router.get("/account/", summary="The account", responses=refusals(401, 403))
def read_account(access: Manager, response: Response) -> Envelope[AccountDetail]:
    """The account that one manages."""
    with access.read() as session:
        shown = AccountDetail.model_validate(session.get_one(Account, access.principal.account_id))
    show_tag(response, shown)
    return Envelope(data=shown)


@router.patch("/account/", summary="Change the account", responses=refusals(400, 401, 403, 409, 413, 428))
def change_account(
    access: Manager, response: Response, asked: AccountChange, match: IfMatch = None
) -> Envelope[AccountDetail]:
    """Change what the account is called."""
    with access.write() as session:
        account = session.scalars(
            select(Account).where(Account.id == access.principal.account_id).with_for_update()
        ).one()
        require_match(match, AccountDetail.model_validate(account))
        if account.name != asked.name:
            renamed = {"name": [account.name, asked.name]}
            account.name = asked.name
            append_event(
                session,
                "account.changed",
                account.slug,
                account_id=account.id,
                payload={"changed": renamed},
                actor=access.principal.actor,
            )
        shown = AccountDetail.model_validate(account)
    show_tag(response, shown)
    return Envelope(data=shown, message="Changed.")


class AuditQuery(ListQuery):
    """Filters of the trail."""

    entity: ClassVar = Event

    kind: Literal[AUDITED] | None = Field(None, description="Only this kind.")  # type: ignore[valid-type]
    actor: PlainText | None = Field(
        None, max_length=120, description="Only what this one did, such as `user:a@b.example`."
    )
    ordering: Literal["id", "-id"] = "-id"

    def where(self) -> Iterator[ColumnElement[bool]]:
        """Changes of access, and of these what was asked for."""
        yield Event.kind == self.kind if self.kind else Event.kind.in_(AUDITED)
        if self.actor is not None:
            yield Event.actor == self.actor


@router.get("/audit/", summary="Who changed what", responses=refusals(400, 401, 403, 404))
def list_audit(access: Manager, request: Request, query: Annotated[AuditQuery, Query()]) -> Page[AuditItem]:
    """Sign-ins, and every change to people, keys, sites and the account, the newest first."""
    return list_page(access, request, select(*columns_of(Event, AuditItem)), query, AuditItem)
