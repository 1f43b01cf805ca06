"""The model catalogue: what a model costs its provider's customers, how much it reads, and how long it will be there.

Prices and dates are rows that an administrator changes; what is seeded here are the end dates that are known. A price that
is unknown stays unknown: costs in money are then unknown too, never zero.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_resources.warehouse.tables.models import AiModel
from igny8_resources.warehouse.upsert import upsert

KINDS = ("text", "image", "speech", "transcription", "embedding")
# So long before a model's end people are told.
WARNED_AHEAD = timedelta(days=31)
_TOKENS_PRICED = Decimal(1_000_000)

# Announced shutdowns of OpenAI's models: (kind, name, last day, successor).
_KNOWN_ENDS: tuple[tuple[str, str, date, str], ...] = (
    ("image", "gpt-image-1-mini", date(2026, 12, 1), "gpt-image-2.5-flare"),
    ("image", "gpt-image-1.5", date(2026, 12, 1), "gpt-image-2.5-sunburst"),
    ("image", "chatgpt-image-latest", date(2026, 12, 1), "gpt-image-2.5-sunburst"),
    ("text", "gpt-5", date(2026, 12, 11), "gpt-6-luna"),
    ("text", "gpt-5-mini", date(2026, 12, 11), "gpt-6-luna"),
    ("text", "gpt-5-nano", date(2026, 12, 11), "gpt-6-luna"),
    ("text", "o3", date(2026, 12, 11), "gpt-6-luna"),
    ("text", "gpt-4o", date(2027, 1, 14), "gpt-6-luna"),
    ("text", "gpt-4o-mini", date(2027, 1, 14), "gpt-6-luna"),
    ("text", "gpt-4.1", date(2027, 1, 14), "gpt-6-luna"),
    ("text", "gpt-4.1-mini", date(2027, 1, 14), "gpt-6-luna"),
    ("speech", "tts-1", date(2027, 1, 6), ""),
    ("speech", "tts-1-hd", date(2027, 1, 6), ""),
    ("speech", "gpt-4o-mini-tts", date(2027, 1, 6), ""),
)
# OpenAI's Batch API takes half the price.
BATCH_DISCOUNT = Decimal("0.5")


@dataclass(frozen=True)
class ModelFacts:
    """One row of the catalogue as a value; of a model without a row everything is unknown."""

    provider: str
    kind: str
    name: str
    input_usd: Decimal | None = None
    output_usd: Decimal | None = None
    unit_usd: Decimal | None = None
    batch_discount: Decimal = Decimal(0)
    context_tokens: int | None = None
    sunset_on: date | None = None
    successor: str = ""
    is_active: bool = True

    @property
    def called(self) -> str:
        """Provider and model, as people read it."""
        return f"{self.provider}/{self.name}"

    def cost_usd(
        self, input_tokens: int, output_tokens: int, *, units: int | Decimal = 0, batched: bool = False
    ) -> Decimal | None:
        """What the provider takes for a call with this usage, in US dollars; None where a price that it needs is unknown.

        ``units`` are pictures, or minutes of speech; for speech ``input_tokens`` are characters.
        """
        cost = Decimal(0)
        for used, price in ((input_tokens, self.input_usd), (output_tokens, self.output_usd)):
            if used and price is None and self.unit_usd is None:
                return None
            cost += Decimal(used) * (price or Decimal(0)) / _TOKENS_PRICED
        if units:
            if self.unit_usd is None and self.input_usd is None and self.output_usd is None:
                return None
            cost += units * (self.unit_usd or Decimal(0))
        return cost * (1 - self.batch_discount) if batched else cost

    def why_unusable(self, today: date) -> str:
        """Why the model may not be used, empty when it may."""
        if not self.is_active:
            return "it is switched off in the model catalogue"
        if self.sunset_on and today > self.sunset_on:
            return f"it ended on {self.sunset_on}{self._instead()}"
        return ""

    def warning(self, today: date) -> str:
        """What to know about the model's end a month ahead; empty otherwise."""
        if self.sunset_on is None or not today <= self.sunset_on <= today + WARNED_AHEAD:
            return ""
        days = (self.sunset_on - today).days
        return f"{self.called} ends on {self.sunset_on}, in {days} days{self._instead()}"

    def _instead(self) -> str:
        return f": use {self.successor} instead" if self.successor else ": choose another model"


def seed_models(session: Session) -> None:
    """Write the models whose end is announced where they are missing; rows that are there stay as they are."""
    upsert(
        session,
        AiModel,
        [
            {
                "provider": "openai",
                "kind": kind,
                "name": name,
                "sunset_on": end,
                "successor": successor,
                "batch_discount": BATCH_DISCOUNT if kind == "text" else Decimal(0),
            }
            for kind, name, end, successor in _KNOWN_ENDS
        ],
        key=("provider", "kind", "name"),
    )


def facts_of(session: Session, provider: str, kind: str, name: str) -> ModelFacts:
    """What the catalogue knows of a model."""
    row = session.scalar(
        select(AiModel).where(AiModel.provider == provider, AiModel.kind == kind, AiModel.name == name)
    )
    if row is not None:
        return facts_from(row)
    discount = BATCH_DISCOUNT if provider == "openai" and kind == "text" else Decimal(0)
    return ModelFacts(provider, kind, name, batch_discount=discount)


def facts_from(row: AiModel) -> ModelFacts:
    """A row of the catalogue as a value."""
    return ModelFacts(
        provider=row.provider,
        kind=row.kind,
        name=row.name,
        input_usd=row.input_usd,
        output_usd=row.output_usd,
        unit_usd=row.unit_usd,
        batch_discount=row.batch_discount,
        context_tokens=row.context_tokens,
        sunset_on=row.sunset_on,
        successor=row.successor,
        is_active=row.is_active,
    )
