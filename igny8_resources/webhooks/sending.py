"""Deliveries that are due are sent, many at once, each by one sender at a time.

A sender takes a row by naming itself on it, for as long as a lease. One that was killed leaves ``sending`` behind: on its own
host that is seen at once, on another when the lease has run out, and the row is sent again. So a message arrives at least
once, always under the same ``webhook-id``.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from igny8_resources.events import append_event
from igny8_resources.ownership import is_gone, new_claim
from igny8_resources.vault import Vault, VaultTokenError
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import Event
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.webhooks import WebhookDelivery, WebhookSubscription
from igny8_resources.webhooks.catalogue import DISABLED, Message, message_of
from igny8_resources.webhooks.posting import Attempt, Poster, Reach, host_of, posting
from igny8_resources.webhooks.signing import unsealed

if TYPE_CHECKING:
    import ssl

# Seconds until the next attempt, by how many have failed; after the last one a delivery is dead. About two days in all.
BACK_OFF = (5, 30, 300, 1800, 7200, 21600, 43200, 86400)
MOST_ATTEMPTS = len(BACK_OFF) + 1
# So much later than planned, at most, that receivers do not get everything back in the same second.
JITTER = 0.2
LONGEST_WAIT = timedelta(days=1)
AT_ONCE = 16
# One slow receiver leaves room for the others.
AT_ONCE_EACH = 4
# Several times as long as an attempt may take.
LEASE = timedelta(seconds=60)
_LOOKED_AT = 200
GONE = 410


@dataclass
class Told:
    """What one round of sending came to."""

    delivered: int = 0
    to_retry: int = 0
    dead: int = 0
    switched_off: list[str] = field(default_factory=list)

    @property
    def attempts(self) -> int:
        """How many messages were sent."""
        return self.delivered + self.to_retry + self.dead


@dataclass(frozen=True)
class _Claimed:
    """One delivery that is ours for now."""

    delivery_id: int
    subscription_id: int
    owner: str
    attempt: int
    created_at: datetime
    url: str
    secret: str
    message: Message


def send_due(
    warehouse: Warehouse,
    vault: Vault,
    reach: Reach,
    *,
    seconds: float,
    most: int = 500,
    verify: "ssl.SSLContext | bool" = True,
) -> Told:
    """Send what is due: nothing new is begun after ``seconds``, nor after ``most`` messages; what is begun is finished."""
    return asyncio.run(_send_due(warehouse, vault, reach, seconds, most, verify))


async def _send_due(
    warehouse: Warehouse, vault: Vault, reach: Reach, seconds: float, most: int, verify: "ssl.SSLContext | bool"
) -> Told:
    until, left, told = time.monotonic() + seconds, most, Told()
    # The database waits in other threads: an attempt must not run into its time limit because this one waits for a lock.
    await asyncio.to_thread(_take_back, warehouse)
    running: dict[asyncio.Task[Attempt], _Claimed] = {}
    async with posting(reach, verify) as poster:
        while True:
            room = min(AT_ONCE - len(running), left)
            if room and time.monotonic() < until:
                busy = Counter(claimed.subscription_id for claimed in running.values())
                for claimed in await asyncio.to_thread(_claim, warehouse, room, busy):
                    running[asyncio.create_task(_attempt(poster, vault, claimed))] = claimed
                    left -= 1
            if not running:
                return told
            ended, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            results = [(running.pop(task), task.result()) for task in ended]
            await asyncio.to_thread(_record, warehouse, results, told)


async def _attempt(poster: Poster, vault: Vault, claimed: _Claimed) -> Attempt:
    try:
        headers = unsealed(vault, claimed.secret).headers(claimed.message, utc_now())
    except VaultTokenError as unreadable:
        return Attempt(None, str(unreadable), 0.0)
    return await poster.post(claimed.url, claimed.message.body, headers)


def _take_back(warehouse: Warehouse) -> None:
    """Make due again what senders hold that are gone."""
    with warehouse.read() as session:
        held = session.execute(
            select(WebhookDelivery.id, WebhookDelivery.owner, WebhookDelivery.lease_until).where(
                WebhookDelivery.status == "sending"
            )
        ).tuples()
        lost = sorted((row_id, owner) for row_id, owner, lease_until in held if is_gone(owner, lease_until))
    if not lost:
        return
    with warehouse.write() as session:
        for row_id, owner in lost:
            session.execute(
                update(WebhookDelivery)
                .where(
                    WebhookDelivery.id == row_id,
                    WebhookDelivery.owner == owner,
                    WebhookDelivery.status == "sending",
                )
                .values(status="waiting", owner="", lease_until=None, next_attempt_at=utc_now())
            )


def _claim(warehouse: Warehouse, room: int, busy: "Counter[int]") -> list[_Claimed]:
    """Take up to ``room`` due deliveries, no more than a subscription may have under way; ``busy`` counts those of ours."""
    while wanted := _look(warehouse, room, busy):
        # Where other senders were quicker with all of them, there may be more.
        if taken := _take(warehouse, wanted):
            return taken
    return []


def _look(warehouse: Warehouse, room: int, busy: "Counter[int]") -> list[int]:
    """The ids of due deliveries that fit. A look takes no lock; most ticks find nothing."""
    saturated = [subscription_id for subscription_id, count in busy.items() if count >= AT_ONCE_EACH]
    due = (
        select(WebhookDelivery.id, WebhookDelivery.subscription_id)
        .join(WebhookSubscription, WebhookSubscription.id == WebhookDelivery.subscription_id)
        .where(
            WebhookDelivery.status == "waiting",
            WebhookDelivery.next_attempt_at <= utc_now(),
            WebhookDelivery.subscription_id.not_in(saturated),
            WebhookSubscription.is_active,
        )
        .order_by(WebhookDelivery.next_attempt_at, WebhookDelivery.id)
        .limit(_LOOKED_AT)
    )
    under_way = Counter(busy)
    wanted: list[int] = []
    with warehouse.read() as session:
        for row_id, subscription_id in session.execute(due).tuples():
            if under_way[subscription_id] < AT_ONCE_EACH and len(wanted) < room:
                under_way[subscription_id] += 1
                wanted.append(row_id)
    return wanted


def _take(warehouse: Warehouse, wanted: Sequence[int]) -> list[_Claimed]:
    """Put our name on deliveries; those that another sender took meanwhile are not among the answer."""
    now, owner = utc_now(), new_claim()
    with warehouse.write() as session:
        # Whoever came first has changed the status by the time this statement gets to the row.
        ours = session.scalars(
            update(WebhookDelivery)
            .where(
                WebhookDelivery.id.in_(wanted),
                WebhookDelivery.status == "waiting",
                WebhookDelivery.next_attempt_at <= now,
            )
            .values(status="sending", owner=owner, lease_until=now + LEASE, attempts=WebhookDelivery.attempts + 1)
            .returning(WebhookDelivery.id)
            .execution_options(synchronize_session=False)
        ).all()
        rows = session.execute(
            select(WebhookDelivery, WebhookSubscription, Event, Site.key)
            .join(WebhookSubscription, WebhookSubscription.id == WebhookDelivery.subscription_id)
            .join(Event, Event.id == WebhookDelivery.event_id)
            .outerjoin(Site, Site.id == Event.site_id)
            .where(WebhookDelivery.id.in_(ours))
            .order_by(WebhookDelivery.id)
        ).tuples()
        return [
            _Claimed(
                delivery.id,
                subscription.id,
                owner,
                delivery.attempts,
                delivery.created_at,
                subscription.url,
                subscription.secret,
                message_of(event, site_key),
            )
            for delivery, subscription, event, site_key in rows
        ]


def _record(warehouse: Warehouse, results: Sequence[tuple[_Claimed, Attempt]], told: Told) -> None:
    """Note how attempts went; one that was taken over by another sender meanwhile is the other's to note."""
    with warehouse.write() as session:
        # Subscriptions first and in order, as everybody locks them; a row that was deleted meanwhile is not there.
        wanted = sorted({claimed.subscription_id for claimed, _ in results})
        subscriptions = {
            row.id: row
            for row in session.scalars(
                select(WebhookSubscription)
                .where(WebhookSubscription.id.in_(wanted))
                .order_by(WebhookSubscription.id)
                .with_for_update(key_share=True)
            )
        }
        for claimed, attempt in sorted(results, key=lambda result: result[0].delivery_id):
            subscription = subscriptions.get(claimed.subscription_id)
            if subscription is None:
                continue
            values = _outcome(claimed, attempt)
            ours = session.scalar(
                update(WebhookDelivery)
                .where(
                    WebhookDelivery.id == claimed.delivery_id,
                    WebhookDelivery.owner == claimed.owner,
                    WebhookDelivery.status == "sending",
                )
                .values(owner="", lease_until=None, answer_status=attempt.status, error=attempt.error, **values)
                .returning(WebhookDelivery.id)
                .execution_options(synchronize_session=False)
            )
            if ours is None:
                continue
            subscription.failures = 0 if attempt.delivered else subscription.failures + 1
            told.delivered += values["status"] == "delivered"
            told.to_retry += values["status"] == "waiting"
            told.dead += values["status"] == "dead"
            reason = _reason_to_stop(session, claimed, attempt, str(values["status"]))
            if reason and subscription.is_active:
                _switch_off(session, subscription, reason)
                told.switched_off.append(f"webhook {subscription.id}: {reason}")


def _outcome(claimed: _Claimed, attempt: Attempt) -> dict[str, object]:
    now = utc_now()
    if attempt.delivered:
        return {"status": "delivered", "delivered_at": now}
    if attempt.status == GONE or claimed.attempt >= MOST_ATTEMPTS:
        return {"status": "dead"}
    return {"status": "waiting", "next_attempt_at": now + wait_after(claimed.attempt, attempt.retry_after)}


def wait_after(failed_attempts: int, retry_after: float | None = None) -> timedelta:
    """How long to wait after so many attempts failed; ``retry_after`` are the seconds that the receiver asked for."""
    planned = BACK_OFF[failed_attempts - 1] * (1 + random.random() * JITTER)
    return min(LONGEST_WAIT * (1 + JITTER), timedelta(seconds=max(planned, retry_after or 0.0)))


def _reason_to_stop(session: Session, claimed: _Claimed, attempt: Attempt, status: str) -> str:
    """Why a subscription is of no use any more; empty when it is."""
    if attempt.status == GONE:
        return "The receiver answered 410 Gone."
    if status != "dead":
        return ""
    # This one was tried for days. Where others arrived meanwhile, it is this message that the receiver does not like.
    arrived = select(WebhookDelivery.id).where(
        WebhookDelivery.subscription_id == claimed.subscription_id,
        WebhookDelivery.delivered_at >= claimed.created_at,
    )
    if session.scalar(arrived.limit(1)) is not None:
        return ""
    return f"Nothing has arrived since {claimed.created_at:%Y-%m-%d %H:%M} UTC. The last attempt: {attempt.error}"[:300]


def _switch_off(session: Session, subscription: WebhookSubscription, reason: str) -> None:
    subscription.is_active, subscription.disabled_because = False, reason
    append_event(
        session,
        DISABLED,
        str(subscription.id),
        account_id=subscription.account_id,
        site_id=subscription.site_id,
        payload={"host": host_of(subscription.url), "reason": reason},
    )
