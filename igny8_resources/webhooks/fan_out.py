"""From events to deliveries: one row for each subscription and event, however often the events are read.

The reader's cursor moves in the transaction that writes the rows, under the cursor's lock.
"""

import time
from collections import defaultdict

from sqlalchemy import select

from igny8_resources.events import EventPosition, newest_position, position_of, read_events
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.cursors import read_cursor, write_cursor
from igny8_resources.warehouse.tables.ledgers import Event, EventCursor
from igny8_resources.warehouse.tables.webhooks import WebhookDelivery, WebhookSubscription
from igny8_resources.warehouse.upsert import upsert
from igny8_resources.webhooks.catalogue import KINDS

READER = "webhooks"
EVENTS_AT_ONCE = 500


def fan_out(warehouse: Warehouse, *, seconds: float) -> int:
    """Write the deliveries of all new events, for about ``seconds`` at most; returns how many events were read."""
    until, total = time.monotonic() + seconds, 0
    while True:
        read = _one_pass(warehouse)
        total += read
        if read < EVENTS_AT_ONCE or time.monotonic() > until:
            return total


def _one_pass(warehouse: Warehouse) -> int:
    with warehouse.write() as session:
        # Makes the row where it is missing, so that there is one to lock.
        write_cursor(session, READER, EventPosition())
        session.get_one(EventCursor, READER, with_for_update=True, populate_existing=True)
        after = read_cursor(session, READER)
        # Taken before reading, so that events nobody can hear are not walked again.
        newest = newest_position(session)
        by_account: dict[int, list[WebhookSubscription]] = defaultdict(list)
        for subscription in session.scalars(select(WebhookSubscription).where(WebhookSubscription.is_active)):
            by_account[subscription.account_id].append(subscription)
        events = read_events(session, after, limit=EVENTS_AT_ONCE, kinds=tuple(KINDS)) if by_account else []
        rows = [
            {
                "account_id": event.account_id,
                "site_id": event.site_id,
                "subscription_id": subscription.id,
                "event_id": event.id,
            }
            for event in events
            for subscription in by_account.get(event.account_id, ())
            if hears(subscription, event)
        ]
        upsert(session, WebhookDelivery, rows, key=("subscription_id", "event_id"))
        last = position_of(events[-1]) if events else after
        write_cursor(session, READER, last if len(events) == EVENTS_AT_ONCE else max(last, newest))
        return len(events)


def hears(subscription: WebhookSubscription, event: Event) -> bool:
    """Whether a subscription is told of an event: of its kinds and its site, and not from before it was made."""
    return (
        (not subscription.kinds or event.kind in subscription.kinds)
        and subscription.site_id in {None, event.site_id}
        and event.created_at >= subscription.created_at
    )
