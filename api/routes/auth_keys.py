"""API keys of the account."""

from typing import Annotated

from pydantic import Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Manager, ManagingPerson
from api.envelope import Asked, Envelope, GivenMoment, PlainText, RowId, refusals
from api.idempotency import Post, once
from api.problems import Problem, not_found
from api.routing import Router
from api.shapes.people import ApiKeyItem, ApiKeyMade
from igny8_resources import api_keys
from igny8_resources.warehouse.tables.access import ApiKey

router = Router(prefix="/auth/api-keys", tags=["auth"])


class NewApiKey(Asked):
    """A key to make."""

    name: Annotated[PlainText, StringConstraints(min_length=1, max_length=120)] = Field(
        description="What uses it.", examples=["nightly export"]
    )
    scopes: list[api_keys.Scope] = Field(
        min_length=1,
        max_length=4,
        description=(
            "`read`: what the site's work says; `write`: that, and to change it and ask for work; `billing`: credits and "
            "what they were spent on; `admin`: everything of `write`, and people, sites and the account."
        ),
    )
    expires_at: GivenMoment | None = Field(None, description="When it ends by itself; null: when it is revoked.")


@router.get("/", summary="List API keys", responses=refusals(401, 403))
def list_keys(access: Manager) -> Envelope[list[ApiKeyItem]]:
    """The account's keys, those that were revoked too, the newest first."""
    with access.read() as session:
        rows = session.scalars(select(ApiKey).order_by(ApiKey.id.desc()).limit(500))
        return Envelope(data=[ApiKeyItem.model_validate(row) for row in rows])


@router.post("/", status_code=201, summary="Make an API key", responses=refusals(400, 401, 403, 409, 413))
def make_key(access: ManagingPerson, asked: NewApiKey, post: Post) -> Envelope[ApiKeyMade]:
    """Make a key for a program. It acts for whoever made it: with their present role, within its scopes.

    Only a person makes keys; a key cannot make another one.
    """

    def work(session: Session) -> Envelope[ApiKeyMade]:
        try:
            made = api_keys.create_key(
                session,
                account_id=access.principal.account_id,
                user_id=access.principal.user_id,
                name=asked.name,
                scopes=asked.scopes,
                expires_at=asked.expires_at,
                by=access.principal.actor,
            )
        except api_keys.KeyRefused as refused:
            raise Problem(400, f"{str(refused).capitalize()}.") from refused
        shown = ApiKeyItem.model_validate(made.row).model_dump()
        return Envelope(data=ApiKeyMade(**shown, key=made.key), message="Keep the key now: it is not shown again.")

    return once(access, post, Envelope[ApiKeyMade], work, shown_once=("key",))


@router.delete("/{id}/", summary="Revoke an API key", responses=refusals(400, 401, 403, 404))
def revoke_key(access: Manager, id: RowId) -> Envelope[ApiKeyItem]:  # noqa: A002 - the path's own name
    """End a key at once; it stays in the list."""
    with access.write() as session:
        row = session.scalar(select(ApiKey).where(ApiKey.id == id).with_for_update())
        if row is None:
            raise not_found("API key")
        revoked = api_keys.revoke_key(session, row, by=access.principal.actor)
        return Envelope(
            data=ApiKeyItem.model_validate(row), message="Revoked." if revoked else "It was revoked before."
        )
