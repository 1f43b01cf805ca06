"""Subscriptions as people change them: made, pointed elsewhere, given a new secret, tried out; deliveries sent once more.

Every function works in the caller's transaction and sees what that session may see.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from igny8_resources.events import append_event
from igny8_resources.vault import Vault
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.webhooks import WebhookDelivery, WebhookSubscription
from igny8_resources.webhooks.catalogue import KINDS, ping_message
from igny8_resources.webhooks.posting import Attempt, Reach, host_of, posting
from igny8_resources.webhooks.signing import SigningSecrets, new_secret, sealed, unsealed

MOST_SUBSCRIPTIONS = 50


class SubscriptionRefused(Exception):
    """A subscription cannot be so; ``field`` says which part of it, the message why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class NothingToReplay(Exception):
    """A delivery cannot be sent once more now; the message says why."""


@dataclass(frozen=True)
class Made:
    """A new subscription and its secret, which is not shown again."""

    subscription: WebhookSubscription
    secret: str


def create_subscription(
    session: Session,
    vault: Vault,
    *,
    account_id: int,
    site_id: int | None,
    url: str,
    kinds: Sequence[str],
    description: str,
    by: str,
) -> Made:
    """Add a subscription; its address was checked before (``posting.check_address``).

    Raises:
        SubscriptionRefused: a kind is not known, or the account has as many as it may have.
    """
    count = session.scalar(
        select(func.count(WebhookSubscription.id)).where(WebhookSubscription.account_id == account_id)
    )
    if (count or 0) >= MOST_SUBSCRIPTIONS:
        raise SubscriptionRefused("url", f"an account has at most {MOST_SUBSCRIPTIONS} webhooks; delete one first")
    secret = new_secret()
    row = WebhookSubscription(
        account_id=account_id,
        site_id=site_id,
        url=url,
        description=description,
        secret=sealed(vault, SigningSecrets(secret)),
        kinds=known_kinds(kinds),
    )
    session.add(row)
    session.flush()
    _tell(session, row, "webhook.created", by)
    return Made(row, secret)


def known_kinds(kinds: Sequence[str]) -> list[str]:
    """The kinds without repeats, in the catalogue's order.

    Raises:
        SubscriptionRefused: one of them is not in the catalogue.
    """
    if unknown := sorted(set(kinds) - set(KINDS)):
        raise SubscriptionRefused("kinds", f"there is no kind {unknown[0]!r}; GET webhooks/kinds/ lists them")
    return [kind for kind in KINDS if kind in kinds]


def change_subscription(
    session: Session, subscription: WebhookSubscription, values: Mapping[str, Any], *, by: str
) -> None:
    """Change what is named: ``url`` (checked before), ``description``, ``kinds``, ``is_active``.

    Switched on again, it begins anew: what waits is sent, and what made it stop is forgotten.

    Raises:
        SubscriptionRefused: a kind is not known.
    """
    for name, value in values.items():
        setattr(subscription, name, known_kinds(value) if name == "kinds" else value)
    if values.get("is_active"):
        subscription.disabled_because, subscription.failures = "", 0
    session.flush()
    _tell(session, subscription, "webhook.changed", by)


def delete_subscription(session: Session, subscription: WebhookSubscription, *, by: str) -> None:
    """Delete a subscription and its deliveries."""
    _tell(session, subscription, "webhook.deleted", by)
    session.delete(subscription)
    session.flush()


def _tell(session: Session, subscription: WebhookSubscription, kind: str, by: str) -> None:
    append_event(
        session,
        kind,
        str(subscription.id),
        account_id=subscription.account_id,
        site_id=subscription.site_id,
        # The whole address may hold what only the receiver should know.
        payload={"host": host_of(subscription.url)},
        actor=by,
    )


def rotate_secret(session: Session, vault: Vault, subscription: WebhookSubscription, *, by: str) -> str:
    """Give a subscription a new secret, and say it; the present one signs along for a day.

    Raises:
        VaultTokenError: the present secret cannot be read.
    """
    rotated = unsealed(vault, subscription.secret).rotated(utc_now())
    subscription.secret = sealed(vault, rotated)
    session.flush()
    _tell(session, subscription, "webhook.secret_rotated", by)
    return rotated.current


def send_ping(vault: Vault, reach: Reach, subscription: WebhookSubscription) -> Attempt:
    """Send a message that says nothing but that messages arrive, now and once; nothing is recorded of it.

    Raises:
        VaultTokenError: the secret cannot be read.
    """
    now = utc_now()
    message = ping_message(secrets.token_hex(8), now.isoformat(), subscription.id)
    headers = unsealed(vault, subscription.secret).headers(message, now)

    async def ping() -> Attempt:
        async with posting(reach) as poster:
            return await poster.post(subscription.url, message.body, headers)

    return asyncio.run(ping())


def replay(session: Session, delivery_id: int) -> None:
    """Make one delivery due now, with all its attempts before it again.

    Raises:
        NothingToReplay: it is being sent, or its subscription is switched off.
    """
    if _due_again(session, WebhookDelivery.id == delivery_id, WebhookDelivery.status != "sending") == 0:
        raise NothingToReplay("it is being sent at this moment, or its webhook is switched off; switch that on first")


def replay_dead(session: Session, subscription_id: int | None = None) -> int:
    """Make all dead deliveries due now, or those of one subscription; returns how many. What is switched off stays dead."""
    conditions = [WebhookDelivery.status == "dead"]
    if subscription_id is not None:
        conditions.append(WebhookDelivery.subscription_id == subscription_id)
    return _due_again(session, *conditions)


def forget_finished(session: Session, before: datetime) -> int:
    """Delete the deliveries from before a moment that are delivered or dead; returns how many."""
    gone = session.execute(
        delete(WebhookDelivery)
        .where(WebhookDelivery.created_at < before, WebhookDelivery.status.in_(("delivered", "dead")))
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", gone).rowcount


def _due_again(session: Session, *conditions: Any) -> int:
    active = select(WebhookSubscription.id).where(WebhookSubscription.is_active)
    changed = session.execute(
        update(WebhookDelivery)
        .where(*conditions, WebhookDelivery.subscription_id.in_(active))
        .values(status="waiting", attempts=0, next_attempt_at=utc_now(), error="", delivered_at=None)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", changed).rowcount
