"""The statements that every model call goes through: claim, settle, record the usage.

They are made once, with parameters: making a statement anew takes longer than the database takes to execute it. PostgreSQL
can change several tables in one statement, and waiting for its answers is most of what a call costs there; so claiming with
the reservation is one statement, and settling with the movement and the usage another, each a transaction of its own. Both do
the usual and nothing else: where anything is in the way they change nothing, and the journal goes step by step.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Insert,
    Select,
    String,
    Table,
    Update,
    bindparam,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from igny8_resources.billing.levels import nothing_to_tell
from igny8_resources.credits import recording_a_reservation, recording_a_settlement
from igny8_resources.requests import asked_by
from igny8_resources.warehouse.tables.columns import BigId
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditUsage
from igny8_resources.warehouse.tables.tenancy import Account

_CALLS: Table = AiCall.__table__  # type: ignore[assignment]
_USAGE: Table = CreditUsage.__table__  # type: ignore[assignment]
_CLAIMED = (
    *("account_id", "site_id", "request_hash", "kind", "function", "subject", "provider", "model", "prompt_version"),
    *("prompt_digest", "schema_digest", "salt", "operation", "inputs", "status", "owner", "lease_until", "attempts"),
    *("reserved", "created_at"),
)
_OUTCOME = (
    *("status", "error", "response", "media_key", "input_tokens", "output_tokens", "tokens_estimated", "cost_usd"),
    *("credits", "list_credits", "latency_seconds", "owner", "lease_until", "finished_at"),
)
_USED = (
    *("site_id", "operation", "subject", "units", "credits", "list_credits", "cost_usd", "provider", "model"),
    "created_at",
)


def parameters(values: dict[str, Any]) -> dict[str, Any]:
    """The values for a statement of this module, by the names that its parameters have.

    Not the columns' names: SQLAlchemy would set whichever column of a table in the statement has the name of a parameter.
    """
    return {f"given_{name}": value for name, value in values.items()}


def _given(name: str, of_type: Any) -> BindParameter[Any]:
    return bindparam(f"given_{name}", type_=of_type)


def _all_given(table: Table, names: Sequence[str]) -> dict[str, BindParameter[Any]]:
    return {name: _given(name, table.c[name].type) for name in names}


def _claiming(*conditions: ColumnElement[bool]) -> Insert:
    """Insert a call that is not there; gives its id, or no row. ``ON CONFLICT`` would be compiled anew for every call."""
    given = _all_given(_CALLS, _CLAIMED)
    requester = func.coalesce(_given("asked_by", BigId), asked_by(given["account_id"], given["subject"]), type_=BigId)
    is_there = exists().where(
        _CALLS.c.account_id == given["account_id"], _CALLS.c.request_hash == given["request_hash"]
    )
    values = {**given, "user_id": requester.label("user_id"), **_begun_with(_CALLS, given)}
    row = select(*values.values()).where(~is_there, *conditions)
    return (
        insert(_CALLS)
        .from_select(list(values), row, include_defaults=False)
        .returning(_CALLS.c.id, _CALLS.c.account_id)
    )


def _begun_with(table: Table, given: dict[str, Any]) -> dict[str, ColumnElement[Any]]:
    """The defaults of the columns that are not given: inside a larger statement SQLAlchemy does not fill them in."""
    defaults: dict[str, ColumnElement[Any]] = {}
    for column in table.c:
        default: Any = column.default
        if default is not None and column.name not in given:
            value = default.arg(None) if default.is_callable else default.arg
            defaults[column.name] = literal(value, column.type)
    return defaults


def _settling(*conditions: ColumnElement[bool]) -> Update:
    """Write down the answer to a call that is still ours."""
    return (
        update(_CALLS)
        .where(
            _CALLS.c.id == _given("claimed_id", BigId),
            _CALLS.c.status == "pending",
            _CALLS.c.owner == _given("claimed_by", String()),
            *conditions,
        )
        .values(_all_given(_CALLS, _OUTCOME))
        .returning(_CALLS.c.id, _CALLS.c.account_id, _CALLS.c.user_id)
    )


def _using(calls: FromClause, *conditions: ColumnElement[bool]) -> Insert:
    """Write what a call cost, and for whom: its row knows."""
    values = {
        "ai_call_id": calls.c.id,
        "account_id": calls.c.account_id,
        "user_id": calls.c.user_id,
        **_all_given(_USAGE, _USED),
    }
    row = select(*values.values()).where(*conditions)
    return insert(_USAGE).from_select(list(values), row, include_defaults=False)


def _now() -> BindParameter[Any]:
    return _given("created_at", _CALLS.c.created_at.type)


def _first_reservation(call_id: ColumnElement[int]) -> ColumnElement[str]:
    """The name of the reservation that a call's first attempt makes, as the journal forms it."""
    return literal("call:") + cast(call_id, String) + literal(":1")


def _claiming_at_once() -> Select[tuple[int]]:
    """Claim a new call and reserve for it; gives its id, or no row where it is not new or the balance is too low.

    The call is inserted first: two that claim the same wait for each other there, with no lock on the account.
    """
    reserved = _given("reserved", _CALLS.c.reserved.type)
    can_pay = or_(
        reserved <= 0,
        exists().where(Account.id == _given("account_id", BigId), Account.credit_balance >= reserved),
    )
    called = _claiming(can_pay).cte("called")
    description = _given("description", String())
    recorded = recording_a_reservation(called, reserved, _first_reservation(called.c.id), description, _now())
    return select(called.c.id).add_cte(recorded)


def _settling_at_once() -> Select[tuple[int]]:
    """Settle a new call; gives its id, or no row where it is not ours any more or the account may have become low."""
    released = _given("released", _CALLS.c.reserved.type)
    tells_nothing = or_(
        _given("credits", _CALLS.c.credits.type) <= 0,
        exists().where(Account.id == _CALLS.c.account_id, nothing_to_tell(released)),
    )
    done = _settling(tells_nothing).cte("done")
    recorded = recording_a_settlement(done, released, _first_reservation(done.c.id), _now())
    used = _using(done).cte("used")
    return select(done.c.id).add_cte(recorded, used)


CLAIM = _claiming()
SETTLE = _settling()
USE = _using(_CALLS, _CALLS.c.id == _given("used_by_call", BigId))
CLAIM_AT_ONCE = _claiming_at_once()
SETTLE_AT_ONCE = _settling_at_once()
