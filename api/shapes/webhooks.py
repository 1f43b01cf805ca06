"""Webhooks and their deliveries, as the API shows them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from api.envelope import Shape

DeliveryStatus = Literal["waiting", "sending", "delivered", "dead"]


class WebhookSettings(Shape):
    """What people decide of a webhook; its `ETag` stands for this part."""

    id: int
    site: str | None = Field(description="The key of the only site whose events are sent; null: all of the account.")
    url: str
    description: str
    kinds: list[str] = Field(description="Kinds of events; empty: every kind there is.")
    is_active: bool
    disabled_because: str = Field(description="Why it was switched off by itself; empty when it was not.")
    created_at: datetime


class WebhookItem(WebhookSettings):
    """An address that hears of events."""

    failures: int = Field(description="How many attempts in a row have failed.")
    updated_at: datetime


class NewWebhookItem(WebhookItem):
    """A webhook that was just made."""

    secret: str | None = Field(
        description="What signs its messages. Shown now and never again; null in the answer to a repeated request."
    )


class NewSecret(Shape):
    """A webhook's new secret."""

    id: int
    secret: str | None = Field(
        description="Shown now and never again; null in the answer to a repeated request. The old one signs along for a day."
    )


class PingResult(Shape):
    """How a message was taken."""

    delivered: bool
    status: int | None = Field(description="HTTP status of the receiver's answer; null when there was none.")
    error: str = Field(description="Why it was not taken; empty when it was.")
    seconds: float


class EventKindItem(Shape):
    """A kind of event that a webhook can hear."""

    kind: str
    meaning: str
    data: list[str] = Field(description="What `data` of its messages holds.")


class DeliveryItem(Shape):
    """One event on its way to one webhook."""

    id: int
    subscription_id: int = Field(description="The webhook.")
    event_id: int
    kind: str
    subject: str = Field(description="What the event is about, such as an article's partition.")
    status: DeliveryStatus = Field(description="`dead`: all attempts failed; it is sent no more unless it is replayed.")
    attempts: int
    next_attempt_at: datetime = Field(description="When it is sent again at the earliest, while it waits.")
    answer_status: int | None = Field(description="HTTP status of the last answer; null when there was none.")
    error: str = Field(description="Why the last attempt failed.")
    created_at: datetime
    delivered_at: datetime | None


class DeliveryDetail(DeliveryItem):
    """One delivery with what is sent."""

    message: dict[str, Any] = Field(description="The body of the message.")


class Replayed(Shape):
    """How many deliveries are sent once more."""

    deliveries: int
