"""Credits, as the API shows them: amounts are decimal numbers written as text, exact to four places."""

from datetime import date, datetime

from pydantic import Field

from api.envelope import CreditAmount, Shape
from api.shapes.writer import OperationCost


class TransactionItem(Shape):
    """One movement of credits."""

    id: int
    kind: str = Field(description="purchase, subscription, refund, deduction or adjustment.")
    amount: CreditAmount
    balance_after: CreditAmount
    description: str
    created_at: datetime


class Balance(Shape):
    """What the account has."""

    balance: CreditAmount
    monthly_credits: CreditAmount
    plan: str
    is_low: bool = Field(description="Below a tenth of the monthly grant.")
    recent: list[TransactionItem] = Field(description="The ten newest movements.")


class Usage(Shape):
    """What was spent on what."""

    date_from: date | None
    date_to: date | None
    site: str | None
    calls: int
    credits: CreditAmount = Field(description="What was charged.")
    list_credits: CreditAmount = Field(description="What the price list says for paid providers.")
    operations: list[OperationCost] = Field(description="By operation, the dearest first.")
