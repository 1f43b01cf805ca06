"""The effects ledger: an irreversible outside act is a row before it is an act.

``planned`` → ``sent`` → ``confirmed``, ``unknown`` or ``failed``. A process that dies between sending and confirming
leaves ``sent``; whoever comes next reads back from the target whether it happened, and never sends blindly again. Every
sending has a number, ``attempts``: what an earlier one has to say about its failure no longer counts once a later one began.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult

from igny8_resources.ownership import is_gone, kept_alive, lease_end, this_process
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import Effect
from igny8_resources.warehouse.upsert import upsert

# Of what was done in one act, so many steps are kept, the newest.
MOST_STEPS = 100


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
        act: does it and returns the target's id for it. Raises ``TimeoutError``, ``ConnectionError`` or another
            ``OSError`` when the outcome is unknown, any other exception when it certainly did not happen. Many HTTP
            libraries raise errors of their own when a connection breaks: a client turns those into ``OSError``.
        read_back: returns the id when the target shows the act as done, None when it certainly was not done. Raises when
            the target cannot be read.

    Raises:
        EffectInProgress: another process is doing it.
        EffectUnknown: whether it happened cannot be told now.
        Exception: whatever ``act`` raised.
    """
    effect = _planned(warehouse, plan)
    if effect.status == "confirmed":
        return Confirmed(effect.id, effect.external_id, acted_now=False)
    if effect.status == "sent" and not is_gone(effect.owner, effect.lease_until):
        raise EffectInProgress(f"{plan.kind} of {plan.subject} on {plan.target} is under way in {effect.owner}")
    if effect.status in {"sent", "unknown"}:
        found = _reconcile(warehouse, effect.id, effect.attempts, plan, read_back)
        if found is not None:
            return Confirmed(effect.id, found, acted_now=False)
    attempt = _claim(warehouse, effect, plan)
    try:
        with kept_alive(lambda: _renew(warehouse, effect.id, attempt)):
            external_id = act()
    except OSError as unclear:
        _end(warehouse, effect.id, attempt, "unknown", unclear)
        found = _reconcile(warehouse, effect.id, attempt, plan, read_back)
        if found is None:
            raise
        return Confirmed(effect.id, found, acted_now=True)
    except Exception as refused:
        _end(warehouse, effect.id, attempt, "failed", refused)
        raise
    except BaseException as interrupted:
        _end(warehouse, effect.id, attempt, "unknown", interrupted)
        raise
    _confirm(warehouse, effect.id, external_id)
    return Confirmed(effect.id, external_id, acted_now=True)


class EffectNotes:
    """What an act keeps on its ledger row for whoever continues it: values, and in words what was done when.

    ``seal`` and ``open_`` encrypt the values, because an upload's address is a key to it.
    """

    def __init__(
        self, warehouse: Warehouse, plan: EffectPlan, seal: Callable[[str], str], open_: Callable[[str], str]
    ) -> None:
        self._warehouse = warehouse
        self._key = {"target": plan.target, "subject": plan.subject, "content_hash": plan.content_hash}
        self._seal, self._open = seal, open_

    def get(self, name: str) -> str:
        """A kept value, empty when there is none."""
        with self._warehouse.read() as session:
            detail = session.scalar(select(Effect.detail).filter_by(**self._key)) or {}
        kept = detail.get("kept", {}).get(name)
        return self._open(kept) if kept else ""

    def keep(self, did: str, **values: str) -> None:
        """Note what was done together with values to keep, before the next thing is done; an empty value is forgotten."""
        with self._warehouse.write() as session:
            effect = session.scalars(select(Effect).filter_by(**self._key).with_for_update(key_share=True)).one()
            kept = {**effect.detail.get("kept", {})}
            for name, value in values.items():
                kept.pop(name, None)
                if value:
                    kept[name] = self._seal(value)
            steps = [*effect.detail.get("steps", []), {"at": utc_now().isoformat(timespec="seconds"), "did": did}]
            effect.detail = {**effect.detail, "kept": kept, "steps": steps[-MOST_STEPS:]}


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


def _claim(warehouse: Warehouse, effect: Effect, plan: EffectPlan) -> int:
    """Move the row to ``sent`` in our name, unless somebody moved it since we read it; returns the attempt's number."""
    with warehouse.write() as session:
        moved = session.execute(
            update(Effect)
            .where(Effect.id == effect.id, Effect.attempts == effect.attempts, Effect.status != "confirmed")
            .values(
                status="sent",
                owner=this_process(),
                lease_until=lease_end(),
                attempts=effect.attempts + 1,
                updated_at=utc_now(),
            )
        )
        if not isinstance(moved, CursorResult) or moved.rowcount != 1:
            raise EffectInProgress(f"{plan.kind} of {plan.subject} on {plan.target} was just taken by another process")
    return effect.attempts + 1


def _renew(warehouse: Warehouse, effect_id: int, attempt: int) -> None:
    with warehouse.write() as session:
        session.execute(
            update(Effect)
            .where(Effect.id == effect_id, Effect.attempts == attempt, Effect.status == "sent")
            .values(lease_until=lease_end())
        )


def _reconcile(
    warehouse: Warehouse, effect_id: int, attempt: int, plan: EffectPlan, read_back: Callable[[], str | None]
) -> str | None:
    try:
        found = read_back()
    except Exception as unreadable:
        _end(warehouse, effect_id, attempt, "unknown", unreadable)
        raise EffectUnknown(
            f"{plan.kind} of {plan.subject} on {plan.target} was sent and its outcome is unknown: {unreadable}. "
            "Look at the target, then run this step again."
        ) from unreadable
    if found is not None:
        _confirm(warehouse, effect_id, found)
    return found


def _confirm(warehouse: Warehouse, effect_id: int, external_id: str) -> None:
    """Note that the act is done, whoever did it; nothing that comes later takes this back."""
    with warehouse.write() as session:
        effect = session.get_one(Effect, effect_id, with_for_update={"key_share": True})
        effect.status, effect.external_id = "confirmed", external_id


def _end(warehouse: Warehouse, effect_id: int, attempt: int, status: str, reason: BaseException) -> None:
    """Note how an attempt ended, unless a later one has begun or the act turned out to be done."""
    with warehouse.write() as session:
        effect = session.get_one(Effect, effect_id, with_for_update={"key_share": True})
        if effect.attempts == attempt and effect.status != "confirmed":
            effect.status = status
            effect.detail = {**effect.detail, "error": str(reason) or type(reason).__name__}
