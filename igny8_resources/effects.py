"""The effects ledger: an irreversible outside act is a row before it is an act.

``planned`` → ``sent`` → ``confirmed``, ``unknown`` or ``failed``. A process that dies between sending and confirming
leaves ``sent``; whoever comes next reads back from the target whether it happened, and never sends blindly again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult

from igny8_resources.ownership import LEASE, is_gone, this_process
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import Effect
from igny8_resources.warehouse.upsert import upsert


class EffectInProgress(Exception):
    """Another process is doing this very act now; it was left to that process."""


class EffectUnknown(Exception):
    """An act was sent, its outcome is not known, and the target could not be read back: a person must look."""


@dataclass(frozen=True)
class EffectPlan:
    """What is about to be done: ``target`` names the outside place, ``subject`` the thing, ``content_hash`` its content."""

    account_id: int
    site_id: int | None
    kind: str
    target: str
    subject: str
    content_hash: str
    detail: dict[str, Any]


@dataclass(frozen=True)
class Confirmed:
    """The act is done: its ledger row, the id the target gave it, and whether this call did it."""

    effect_id: int
    external_id: str
    acted_now: bool


def perform_once(
    warehouse: Warehouse,
    plan: EffectPlan,
    *,
    act: Callable[[], str],
    read_back: Callable[[], str | None],
) -> Confirmed:
    """Do an irreversible act at most once.

    Args:
        warehouse: where the ledger is.
        plan: what is to be done.
        act: does it and returns the target's id for it. Raises ``TimeoutError`` or ``ConnectionError`` when the outcome is
            unknown, any other exception when it certainly did not happen.
        read_back: returns the id when the target shows the act as done, None when it certainly was not done. Raises when
            the target cannot be read.

    Raises:
        EffectInProgress: another process is doing it.
        EffectUnknown: whether it happened cannot be told now.
        Exception: whatever ``act`` raised for an act that did not happen.
    """
    effect = _planned(warehouse, plan)
    if effect.status == "confirmed":
        return Confirmed(effect.id, effect.external_id, acted_now=False)
    if effect.status == "sent" and not is_gone(effect.owner, effect.lease_until):
        raise EffectInProgress(f"{plan.kind} of {plan.subject} on {plan.target} is under way in {effect.owner}")
    if effect.status in {"sent", "unknown"}:
        found = _reconcile(warehouse, effect.id, plan, read_back)
        if found is not None:
            return Confirmed(effect.id, found, acted_now=False)
    _claim(warehouse, effect, plan)
    try:
        external_id = act()
    except (TimeoutError, ConnectionError) as unclear:
        _set(warehouse, effect.id, "unknown", detail={"error": str(unclear)})
        found = _reconcile(warehouse, effect.id, plan, read_back)
        if found is None:
            raise
        return Confirmed(effect.id, found, acted_now=True)
    except Exception as refused:
        _set(warehouse, effect.id, "failed", detail={"error": str(refused)})
        raise
    _set(warehouse, effect.id, "confirmed", external_id=external_id)
    return Confirmed(effect.id, external_id, acted_now=True)


def _planned(warehouse: Warehouse, plan: EffectPlan) -> Effect:
    key = {"target": plan.target, "subject": plan.subject, "content_hash": plan.content_hash}
    row = {
        **key,
        "account_id": plan.account_id,
        "site_id": plan.site_id,
        "kind": plan.kind,
        "detail": plan.detail,
        "status": "planned",
        "owner": "",
        "attempts": 0,
        "external_id": "",
    }
    with warehouse.write() as session:
        upsert(session, Effect, [row], key=tuple(key))
        return session.scalars(select(Effect).filter_by(**key)).one()


def _claim(warehouse: Warehouse, effect: Effect, plan: EffectPlan) -> None:
    """Move the row to ``sent`` in our name, unless somebody moved it since we read it."""
    with warehouse.write() as session:
        moved = session.execute(
            update(Effect)
            .where(Effect.id == effect.id, Effect.attempts == effect.attempts, Effect.status != "confirmed")
            .values(
                status="sent",
                owner=this_process(),
                lease_until=utc_now() + LEASE,
                attempts=effect.attempts + 1,
                updated_at=utc_now(),
            )
        )
        if not isinstance(moved, CursorResult) or moved.rowcount != 1:
            raise EffectInProgress(f"{plan.kind} of {plan.subject} on {plan.target} was just taken by another process")


def _reconcile(
    warehouse: Warehouse, effect_id: int, plan: EffectPlan, read_back: Callable[[], str | None]
) -> str | None:
    try:
        found = read_back()
    except Exception as unreadable:
        _set(warehouse, effect_id, "unknown", detail={"error": str(unreadable)})
        raise EffectUnknown(
            f"{plan.kind} of {plan.subject} on {plan.target} was sent and its outcome is unknown: {unreadable}. "
            "Look at the target, then run this step again."
        ) from unreadable
    if found is not None:
        _set(warehouse, effect_id, "confirmed", external_id=found)
    return found


def _set(
    warehouse: Warehouse,
    effect_id: int,
    status: str,
    *,
    external_id: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    with warehouse.write() as session:
        effect = session.get_one(Effect, effect_id)
        effect.status = status
        if external_id is not None:
            effect.external_id = external_id
        if detail is not None:
            effect.detail = {**effect.detail, **detail}
