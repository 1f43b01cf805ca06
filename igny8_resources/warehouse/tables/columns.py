"""Column types and mixins that every table shares: UTC times, exact amounts, JSON, tenancy."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, DateTime, Float, ForeignKey, Integer, MetaData, Numeric, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine

CENTIMILLI = Decimal("0.0001")


def utc_now() -> datetime:
    """The present moment as an aware UTC datetime."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime on both databases; SQLite has no time zones, so it stores UTC without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: a time without a zone is a bug that shows up months later."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; the warehouse stores aware UTC times only")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give aware UTC times back."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Amount(TypeDecorator[Decimal]):
    """Credits, exact to four decimals; ``Amount(8)`` is money, to a millionth of a cent.

    SQLite has no decimal type: a double holds four decimals exactly up to 10^11 and eight up to 10^7, and every value is
    quantised on its way in and out, so that equality and the ``>= 0`` constraint hold there as on PostgreSQL.
    """

    impl = Numeric
    cache_ok = True

    def __init__(self, places: int = 4) -> None:
        super().__init__(12 + places, places)
        self.places = places

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """A double on SQLite, NUMERIC elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Float())
        return dialect.type_descriptor(Numeric(12 + self.places, self.places))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Quantise on the way in."""
        if value is None:
            return None
        exact = Decimal(value).quantize(Decimal(1).scaleb(-self.places))
        return float(exact) if dialect.name == "sqlite" else exact

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Quantise on the way out."""
        del dialect
        return None if value is None else Decimal(str(value)).quantize(Decimal(1).scaleb(-self.places))


Json = JSON().with_variant(JSONB(), "postgresql")
BigId = BigInteger().with_variant(Integer(), "sqlite")

Id = Annotated[int, mapped_column(BigId, primary_key=True, autoincrement=True)]
Moment = Annotated[datetime, mapped_column(UtcDateTime, default=utc_now)]
Credits = Annotated[Decimal, mapped_column(Amount, default=Decimal(0))]
Usd = Annotated[Decimal | None, mapped_column(Amount(8))]
LongText = Annotated[str, mapped_column(Text)]

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(DeclarativeBase):
    """The root of every table; constraint names are fixed so that migrations can name them on both databases."""

    metadata = MetaData(naming_convention=NAMING)


class OfAccount:
    """A row that belongs to one account; every query that serves a user is scoped by it."""

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("accounts.id"), index=True)


class OfSite(OfAccount):
    """A row that belongs to one site of one account."""

    site_id: Mapped[int] = mapped_column(BigId, ForeignKey("sites.id"))
