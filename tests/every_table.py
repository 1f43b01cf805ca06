"""One row in every table for each of some accounts, made from the tables' own description."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Connection, Date, LargeBinary, String, Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import TypeEngine

from igny8_resources.warehouse.tables.columns import Amount, UtcDateTime
from igny8_resources.warehouse.tables.registry import METADATA

_MOMENT = datetime(2026, 1, 2, tzinfo=UTC)


def fill_every_table(connection: Connection, *, accounts: Sequence[int]) -> None:
    """Fill the tables on PostgreSQL; every id of an account's row is the account's number, and so is what refers to it."""
    for table in METADATA.sorted_tables:
        for account in accounts:
            # The price list is there already.
            connection.execute(insert(table).on_conflict_do_nothing(), _row(table, account))


def _row(table: Table, account: int) -> dict[str, Any]:
    return {column.name: _value(column, account) for column in table.columns if _is_needed(column)}


def _is_needed(column: Column[Any]) -> bool:
    return column.primary_key or not column.nullable


def _value(column: Column[Any], account: int) -> Any:
    for key in column.foreign_keys:
        return _value(key.column, account)
    by_type: dict[type[TypeEngine[Any]], Any] = {
        JSON: {},
        Boolean: False,
        UtcDateTime: _MOMENT,
        Date: _MOMENT.date(),
        Amount: Decimal(account),
        LargeBinary: bytes([account]),
        String: f"{account}{column.name}"[: getattr(column.type, "length", None)],
    }
    return next((value for kind, value in by_type.items() if isinstance(column.type, kind)), account)
