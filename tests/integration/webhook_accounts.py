"""An account with webhooks and events, for the tests of their delivery."""

import time
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from igny8_resources.events import all_readable, append_event
from igny8_resources.public_addresses import is_any
from igny8_resources.vault import Vault
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.sites import create_account
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.webhooks import WebhookDelivery, WebhookSubscription
from igny8_resources.webhooks.fan_out import fan_out
from igny8_resources.webhooks.posting import Reach
from igny8_resources.webhooks.subscriptions import create_subscription

VAULT = Vault(["kYbW3zUGVHkCmvl1X2tK9dQn7m5sJpR0aTfE8oLcZ6g="])
LOCAL = Reach(is_any, allow_http=True)


class Hooked:
    """One account whose events are sent somewhere."""

    def __init__(self, warehouse: Warehouse, slug: str = "crema") -> None:
        self.warehouse = warehouse
        with warehouse.write() as session:
            self.account_id = create_account(session, slug, slug.title(), credits=0).id

    def subscribe(self, url: str, *kinds: str) -> tuple[int, str]:
        """The subscription's id and its secret."""
        with self.warehouse.write() as session:
            made = create_subscription(
                session,
                VAULT,
                account_id=self.account_id,
                site_id=None,
                url=url,
                kinds=kinds,
                description="",
                by="system",
            )
            return made.subscription.id, made.secret

    def happen(self, kind: str, subject: str = "crema-lane-1", **payload: Any) -> int:
        """Record an event; its id."""
        with self.warehouse.write() as session:
            event = append_event(session, kind, subject, account_id=self.account_id, payload=payload)
            session.flush()
            return event.id

    def subscription(self, subscription_id: int) -> WebhookSubscription:
        with self.warehouse.read() as session:
            return session.get_one(WebhookSubscription, subscription_id)

    def deliveries(self) -> list[WebhookDelivery]:
        with self.warehouse.read() as session:
            return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))

    def read_events(self) -> int:
        """Make the deliveries of all events; a transaction that is open elsewhere on the server holds some back at first."""
        while True:
            with self.warehouse.read() as session:
                is_all = all_readable(session)
            read = fan_out(self.warehouse, seconds=30)
            if is_all:
                return read
            time.sleep(0.05)

    def time_passes(self) -> None:
        """Everything that waits for its next attempt is due."""
        with self.warehouse.write() as session:
            session.execute(
                update(WebhookDelivery)
                .where(WebhookDelivery.status == "waiting")
                .values(next_attempt_at=utc_now() - timedelta(seconds=1))
            )
