"""Credits and money, as the API shows them: amounts are decimal numbers written as text, exact to the last place kept."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from api.envelope import CreditAmount, Shape
from api.shapes.writer import OperationCost

UsdAmount = CreditAmount


class TransactionItem(Shape):
    """One movement of credits."""

    id: int
    kind: str = Field(description="purchase, subscription, refund, deduction or adjustment.")
    amount: CreditAmount
    balance_after: CreditAmount
    reference: str = Field(description="What it belongs to; the same reference moves credits once.")
    description: str
    actor: str = Field(description="Who moved it: system, or a person.")
    created_at: datetime


class Balance(Shape):
    """What the account has."""

    balance: CreditAmount = Field(description="What can be spent now.")
    reserved: CreditAmount = Field(description="Held by calls under way; what they do not use comes back.")
    monthly_credits: CreditAmount
    plan: str
    is_low: bool = Field(description="Balance and reservations together are below a tenth of the monthly grant.")
    low_below: CreditAmount = Field(description="A tenth of the monthly grant.")
    low_since: datetime | None = Field(description="When it fell below; null while it is above.")
    recent: list[TransactionItem] = Field(
        description="The ten newest movements; empty for roles that see single sites of the account."
    )


class UsageGroup(Shape):
    """What one group of calls cost together."""

    key: str = Field(description="The operation, site key, e-mail, model, provider or day that the calls share.")
    calls: int
    credits: CreditAmount = Field(description="What was charged.")
    list_credits: CreditAmount = Field(description="What the price list says for paid providers.")
    cost_usd: UsdAmount | None = Field(description="What the providers take; null when no call's cost is known.")
    calls_without_cost: int = Field(description="Calls whose cost in US dollars is unknown.")


class Usage(Shape):
    """What was spent on what."""

    date_from: date | None
    date_to: date | None
    site: str | None
    group_by: str
    calls: int
    credits: CreditAmount = Field(description="What was charged.")
    list_credits: CreditAmount = Field(description="What the price list says for paid providers.")
    cost_usd: UsdAmount | None = Field(description="What the providers take; null when no call's cost is known.")
    groups: list[UsageGroup] = Field(description="By what `group_by` names: days in order, else the dearest first.")
    operations: list[OperationCost] = Field(description="By operation, the dearest first.")


class CostLine(Shape):
    """What one operation of one provider and model cost."""

    operation: str
    provider: str
    model: str
    calls: int
    units: CreditAmount
    credits: CreditAmount
    list_credits: CreditAmount
    cost_usd: UsdAmount | None
    calls_without_cost: int
    input_tokens: int
    output_tokens: int


class ArticleAverage(Shape):
    """What one article cost on average: every call that was made for it."""

    articles: int
    credits: CreditAmount | None = Field(description="Null without an article.")
    list_credits: CreditAmount | None
    cost_usd: UsdAmount | None


class CostBreakdown(Shape):
    """Credits beside the providers' own prices."""

    date_from: date | None
    date_to: date | None
    site: str | None
    credits: CreditAmount
    list_credits: CreditAmount
    cost_usd: UsdAmount | None
    failed_cost_usd: UsdAmount = Field(description="What failed calls cost; they are charged no credits.")
    article: ArticleAverage
    lines: list[CostLine] = Field(description="By operation, provider and model, the dearest first.")


class PriceItem(Shape):
    """One row of the price list."""

    operation: str
    provider: str = Field(description="`*` is the list price; a provider's own row outranks it.")
    unit: str
    credits: CreditAmount


class Limits(Shape):
    """What one request may ask for. Nothing is capped by plan: credits are the only limit on how much is made."""

    plan: str
    monthly_credits: CreditAmount
    articles_per_request: int = Field(description="New articles that one request plans and writes.")
    tasks_per_request: int = Field(description="Tasks that one request has written.")
    bulk_above: int = Field(description="A request for more articles than this is worked through by one bulk run.")
    sectors_per_site: int
    rows_per_page: int
    import_max_bytes: int = Field(description="Largest keyword file.")


class MovementDone(Shape):
    """A movement that was recorded."""

    transaction: TransactionItem
    balance: CreditAmount


def total(amounts: list[Decimal | None]) -> Decimal | None:
    """A sum of what is known; None when nothing is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None
