"""The statements that every model call goes through: claim, settle, record the usage.

They are made once, with parameters: making a statement anew takes longer than the database takes to execute it.
"""

from sqlalchemy import Insert, Table, bindparam, exists, func, insert, select, update

from igny8_resources.requests import asked_by
from igny8_resources.warehouse.tables.columns import BigId
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditUsage

_CALLS: Table = AiCall.__table__  # type: ignore[assignment]
_USAGE: Table = CreditUsage.__table__  # type: ignore[assignment]
_CLAIMED = (
    *("account_id", "site_id", "request_hash", "kind", "function", "subject", "provider", "model", "prompt_version"),
    *("prompt_digest", "schema_digest", "salt", "operation", "inputs", "status", "owner", "lease_until", "attempts"),
    "reserved",
)


def _claiming() -> Insert:
    """Insert a call that is not there; gives its id, or no row. ``ON CONFLICT`` would be compiled anew for every call."""
    given = {name: bindparam(name, type_=_CALLS.c[name].type) for name in _CLAIMED}
    requester = func.coalesce(
        bindparam("asked_by", type_=BigId), asked_by(given["account_id"], given["subject"]), type_=BigId
    )
    is_there = exists().where(
        _CALLS.c.account_id == given["account_id"], _CALLS.c.request_hash == given["request_hash"]
    )
    row = select(*given.values(), requester.label("user_id")).where(~is_there)
    return insert(_CALLS).from_select([*_CLAIMED, "user_id"], row).returning(_CALLS.c.id)


CLAIM = _claiming()
SETTLE = update(_CALLS).where(
    _CALLS.c.id == bindparam("claimed_id"), _CALLS.c.status == "pending", _CALLS.c.owner == bindparam("claimed_by")
)
USE = insert(_USAGE).values(
    user_id=select(_CALLS.c.user_id).where(_CALLS.c.id == bindparam("used_by_call")).scalar_subquery()
)
