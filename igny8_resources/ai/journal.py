"""The call journal: an identical call is answered from here, so that a crash or a repeat never pays twice.

One call goes through four moments, each its own short transaction: *claim* (look for the answer; else reserve credits and
mark the row as ours), *perform* (no transaction open), *settle* (store the answer, what it cost and the usage), or *fail*
(release the reservation). A process killed in between leaves a pending row; the next one that asks for the same thing takes
the row over together with its reservation. Whoever was believed dead and comes back all the same finds the row in other
hands: its answer is kept when there is none yet, and its failure is nobody's.

Where the database can (PostgreSQL), a call that nobody has made before is claimed in one statement and settled in another;
whatever is not that simple goes step by step, as everything does on SQLite.
"""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from igny8_resources import credits
from igny8_resources.ai.calls import Answered, CallSpec, Performed
from igny8_resources.ai.errors import ProviderError
from igny8_resources.ai.journal_statements import CLAIM, CLAIM_AT_ONCE, SETTLE, SETTLE_AT_ONCE, USE, parameters
from igny8_resources.ai.short_memory import ShortMemory
from igny8_resources.ownership import is_gone, kept_alive, lease_end, new_claim
from igny8_resources.requests import asked_by
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import AiCall

WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 900.0


# Calls that wait for a provider's batch are owned by it: ``batch:`` and the id of its row.
BATCH_OWNER = "batch:"


class CallHeld(Exception):
    """Another process has been working on the very same call for too long, or it waits for a provider's batch."""


class HandedOver(Exception):
    """``perform`` leaves its call to an owner that outlives this process; the reservation stays with the call.

    ``record`` notes whatever the new owner needs, in the transaction in which the call changes hands, and returns its token.
    """

    def __init__(self, record: Callable[[Session, AiCall], str]) -> None:
        super().__init__("the call waits for a provider's batch")
        self.record = record


@dataclass(frozen=True)
class _Claim:
    call_id: int
    owner: str
    answer: Answered | None = field(default=None)
    # Of a call that is new: what a unit is charged at and the list price, and how much was reserved for it.
    price: tuple[Decimal, Decimal] | None = field(default=None)
    reserved: Decimal = field(default=Decimal(0))


class Journal:
    """Answers calls from the journal, or performs them once and keeps the answer."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self._prices: ShortMemory[tuple[Decimal, Decimal]] = ShortMemory()

    def answer(self, spec: CallSpec, perform: Callable[[], Performed]) -> Answered:
        """The stored answer to this call, or the answer that ``perform`` gives now.

        Raises:
            InsufficientCredits: the account cannot pay; nothing was called.
            CallHeld: another process holds the same call and does not finish, or it waits for a provider's batch.
            HandedOver: ``perform`` raised it, and the call has its new owner.
            BaseException: whatever ``perform`` raised, interruptions included; its reservation was released.
        """
        claim = self._claim(spec)
        if claim.answer is not None:
            return claim.answer
        began = time.monotonic()
        try:
            with kept_alive(lambda: self._renew(claim)):
                performed = perform()
            return self._settle(spec, claim, performed, time.monotonic() - began)
        except HandedOver as handed:
            self._hand_over(claim, handed)
            raise
        except BaseException as failure:
            self._fail(claim, failure)
            raise

    def first_answered(self, specs: Sequence[CallSpec]) -> int | None:
        """Which of several calls, any of which would do, has its answer already: its place, None when none has."""
        hashes = [spec.request_hash() for spec in specs]
        done = self._done(specs[0].account_id, hashes)
        return next((place for place, each in enumerate(hashes) if each in done), None)

    def all_answered(self, specs: Sequence[CallSpec]) -> bool:
        """Whether every one of an account's calls has its answer already."""
        hashes = {spec.request_hash() for spec in specs}
        return not hashes or self._done(specs[0].account_id, hashes) == hashes

    def _done(self, account_id: int, hashes: Collection[str]) -> set[str]:
        with self.warehouse.read() as session:
            done = select(AiCall.request_hash).where(
                AiCall.account_id == account_id, AiCall.request_hash.in_(hashes), AiCall.status == "done"
            )
            return set(session.scalars(done))

    def _claim(self, spec: CallSpec) -> _Claim:
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        request_hash = spec.request_hash()
        if (new := self._claim_at_once(spec, request_hash)) is not None:
            return new
        while True:
            try:
                with self.warehouse.write() as session:
                    claim = self._try_claim(session, spec, request_hash)
            except IntegrityError:
                # Two processes asked for the same thing at the same instant and the other one was first.
                if not self._is_known(spec, request_hash):
                    raise
                continue
            except credits.InsufficientCredits as short:
                credits.note_refused(self.warehouse, spec.account_id, short, subject=spec.subject, site_id=spec.site_id)
                raise
            if claim is not None:
                return claim
            if time.monotonic() > deadline:
                raise CallHeld(f"{spec.function} for {spec.subject} has been under way elsewhere for 15 minutes")
            time.sleep(WAIT_SECONDS)

    def _is_known(self, spec: CallSpec, request_hash: str) -> bool:
        with self.warehouse.read() as session:
            known = select(AiCall.id).where(AiCall.account_id == spec.account_id, AiCall.request_hash == request_hash)
            return session.scalar(known) is not None

    def _claim_at_once(self, spec: CallSpec, request_hash: str) -> _Claim | None:
        """Claim a call that nobody has made before in one statement; None where that cannot be done, for whatever reason."""
        if self.warehouse.is_sqlite:
            return None
        try:
            price = self._price(spec)
        except credits.PriceMissing:
            # An answer that is there already needs none.
            return None
        new = _new_call(spec, request_hash, price)
        call_id = self._at_once(CLAIM_AT_ONCE, {**new, "description": _purpose(spec)})
        return None if call_id is None else _Claim(call_id, new["owner"], price=price, reserved=new["reserved"])

    def _at_once(self, statement: Select[tuple[int]], values: dict[str, Any]) -> int | None:
        """The call's id that a statement gives, which is a transaction of its own; None where it changed nothing."""
        try:
            with self.warehouse.at_once() as connection:
                return connection.scalar(statement, parameters(values))
        except IntegrityError:
            # Whichever rule it would have broken is told apart step by step.
            return None

    def _price(self, spec: CallSpec, session: Session | None = None) -> tuple[Decimal, Decimal]:
        def look() -> tuple[Decimal, Decimal]:
            if session is not None:
                return credits.price_of(session, spec.operation, spec.provider)
            with self.warehouse.read() as reading:
                return credits.price_of(reading, spec.operation, spec.provider)

        return self._prices.get((spec.operation, spec.provider), look)

    def _try_claim(self, session: Session, spec: CallSpec, request_hash: str) -> _Claim | None:
        """A claim on the call, with its answer if it has one; None while somebody else is on it."""
        call = session.scalar(
            select(AiCall)
            .where(AiCall.account_id == spec.account_id, AiCall.request_hash == request_hash)
            .with_for_update(key_share=True)
        )
        if call is None:
            return _claim_new(session, spec, request_hash, self._price(spec, session))
        if call.status == "done":
            call.replays += 1
            return _Claim(call.id, "", _answered(call, replayed=True))
        if call.status == "pending":
            if not is_gone(call.owner, call.lease_until):
                if call.owner.startswith(BATCH_OWNER):
                    number = call.owner.removeprefix(BATCH_OWNER)
                    raise CallHeld(
                        f"{spec.function} for {spec.subject} waits for batch {number}, which goes on by itself"
                    )
                return None
            # Its owner died: the call is ours now, with the reservation it had made.
            call.owner, call.lease_until = new_claim(), lease_end()
            return _Claim(call.id, call.owner)
        price = self._price(spec, session)
        for name, value in _facts_of(spec).items():
            setattr(call, name, value)
        call.user_id = spec.user_id or asked_by(spec.account_id, spec.subject)
        call.status, call.error = "pending", ""
        call.owner, call.lease_until = new_claim(), lease_end()
        _reserve(session, spec, call, price)
        return _Claim(call.id, call.owner)

    def _hand_over(self, claim: _Claim, handed: HandedOver) -> None:
        with self.warehouse.write() as session:
            call = session.get_one(AiCall, claim.call_id, with_for_update={"key_share": True})
            if call.status != "pending" or call.owner != claim.owner:
                raise CallHeld(f"{call.function} for {call.subject} was taken over by another process")
            call.owner, call.lease_until = handed.record(session, call), None

    def _renew(self, claim: _Claim) -> None:
        with self.warehouse.write() as session:
            session.execute(
                update(AiCall)
                .where(AiCall.id == claim.call_id, AiCall.owner == claim.owner, AiCall.status == "pending")
                .values(lease_until=lease_end())
            )

    def _settle(self, spec: CallSpec, claim: _Claim, performed: Performed, seconds: float) -> Answered:
        if (answered := self._settle_at_once(spec, claim, performed, seconds)) is not None:
            return answered
        with self.warehouse.write() as session:
            if (answered := _settle_new(session, spec, claim, performed, seconds)) is not None:
                return answered
            call = session.get_one(AiCall, claim.call_id, with_for_update={"key_share": True})
            if call.status == "done":
                # We were believed dead, and whoever took the call over was quicker.
                return _answered(call, replayed=True)
            if call.status == "failed":
                # The same, and the other one failed: its reservation is gone, so that this answer needs one of its own.
                _reserve(session, spec, call, credits.price_of(session, spec.operation, spec.provider))
            price = credits.price_at_settlement(
                session, spec.operation, spec.provider, reserved=call.reserved, units=spec.units
            )
            cost, list_cost = _costs(price, performed.units, call.reserved)
            credits.settle(
                session, spec.account_id, call.reserved, cost, reference=_reservation(call.id, call.attempts)
            )
            for name, value in _outcome(performed, cost, list_cost, seconds).items():
                setattr(call, name, value)
            session.flush()
            session.execute(USE, parameters({"used_by_call": call.id, **_usage(spec, performed, cost, list_cost)}))
            return _answered(call, replayed=False)

    def _settle_at_once(self, spec: CallSpec, claim: _Claim, performed: Performed, seconds: float) -> Answered | None:
        """Settle a call that has been ours since it was new in one statement; None where that cannot be done."""
        if claim.price is None or self.warehouse.is_sqlite:
            return None
        cost, list_cost = _costs(claim.price, performed.units, claim.reserved)
        values = {
            **_ours(claim),
            **_outcome(performed, cost, list_cost, seconds),
            **_usage(spec, performed, cost, list_cost),
            "released": claim.reserved - cost,
        }
        if self._at_once(SETTLE_AT_ONCE, values) is None:
            return None
        return _newly_answered(spec, claim, performed, cost, list_cost)

    def _fail(self, claim: _Claim, failure: BaseException) -> None:
        with self.warehouse.write() as session:
            call = session.get_one(AiCall, claim.call_id, with_for_update={"key_share": True})
            if call.status != "pending" or call.owner != claim.owner:
                return
            if isinstance(failure, ProviderError):
                call.input_tokens, call.output_tokens = failure.input_tokens, failure.output_tokens
                call.cost_usd = failure.cost_usd
            give_back(session, call, f"{type(failure).__name__}: {failure}")

    def release_abandoned(self, before: datetime) -> int:
        """Give back the reservations of calls whose process died and which nobody has taken up since.

        Args:
            before: Only calls begun earlier than this; a crashed run that is repeated takes its own calls up again.

        Returns:
            How many there were.
        """
        with self.warehouse.write() as session:
            pending = session.scalars(
                select(AiCall)
                .where(AiCall.status == "pending", AiCall.created_at < before)
                .order_by(AiCall.id)
                .with_for_update(key_share=True)
            )
            abandoned = [call for call in pending if is_gone(call.owner, call.lease_until)]
            for call in abandoned:
                give_back(session, call, "its process ended before the answer came")
        return len(abandoned)


def give_back(session: Session, call: AiCall, reason: str) -> None:
    """End a pending call without an answer and release its reservation; the row must be locked."""
    call.status, call.error = "failed", reason
    call.owner, call.lease_until, call.finished_at = "", None, utc_now()
    credits.release(session, call.account_id, call.reserved, reference=_reservation(call.id, call.attempts))


def _reservation(call_id: int, attempt: int) -> str:
    """One reservation an attempt: a failed attempt's release must not swallow the next attempt's reservation."""
    return f"call:{call_id}:{attempt}"


def _purpose(spec: CallSpec) -> str:
    """What credits are reserved for, as the ledger says it."""
    return f"{spec.operation} for {spec.subject}"


def _facts_of(spec: CallSpec) -> dict[str, Any]:
    """The columns that say what a call is."""
    return {
        "site_id": spec.site_id,
        "kind": spec.kind,
        "function": spec.function,
        "subject": spec.subject,
        "provider": spec.provider,
        "model": spec.model,
        "prompt_version": spec.prompt_version,
        "prompt_digest": spec.prompt_digest,
        "schema_digest": spec.schema_digest,
        "salt": spec.salt,
        "inputs": spec.inputs,
        "operation": spec.operation,
    }


def _new_call(spec: CallSpec, request_hash: str, price: tuple[Decimal, Decimal]) -> dict[str, Any]:
    """What ``CLAIM`` writes of a call that begins: under way, in our hands, with its reservation."""
    return {
        **_facts_of(spec),
        "account_id": spec.account_id,
        "request_hash": request_hash,
        "status": "pending",
        "owner": new_claim(),
        "lease_until": lease_end(),
        "attempts": 1,
        "reserved": credits.exact(price[0] * spec.units),
        "created_at": utc_now(),
        "asked_by": spec.user_id,
    }


def _claim_new(session: Session, spec: CallSpec, request_hash: str, price: tuple[Decimal, Decimal]) -> _Claim | None:
    """Claim a call that nobody has made before; None when somebody has."""
    new = _new_call(spec, request_hash, price)
    call_id = session.scalar(CLAIM, parameters(new))
    if call_id is None:
        return None
    credits.reserve(
        session, spec.account_id, new["reserved"], reference=_reservation(call_id, 1), description=_purpose(spec)
    )
    return _Claim(call_id, new["owner"], price=price, reserved=new["reserved"])


def _settle_new(
    session: Session, spec: CallSpec, claim: _Claim, performed: Performed, seconds: float
) -> Answered | None:
    """Settle a call that has been ours since it was new; None when it is not, or not any more."""
    if claim.price is None:
        return None
    cost, list_cost = _costs(claim.price, performed.units, claim.reserved)
    if session.scalar(SETTLE, parameters({**_ours(claim), **_outcome(performed, cost, list_cost, seconds)})) is None:
        return None
    # The row says done by now, so that its reservation holds nothing any more.
    reference = _reservation(claim.call_id, 1)
    credits.settle(session, spec.account_id, claim.reserved, cost, reference=reference, is_held=False)
    session.execute(USE, parameters({"used_by_call": claim.call_id, **_usage(spec, performed, cost, list_cost)}))
    return _newly_answered(spec, claim, performed, cost, list_cost)


def _ours(claim: _Claim) -> dict[str, Any]:
    """How ``SETTLE`` finds the call while it is in our hands."""
    return {"claimed_id": claim.call_id, "claimed_by": claim.owner}


def _costs(price: tuple[Decimal, Decimal], units: Decimal, reserved: Decimal) -> tuple[Decimal, Decimal]:
    """What an answer costs the account, and what it costs by the price list; in credits."""
    charged, listed = price
    # An answer never costs more than was reserved for it: the payer agreed to that much and no more.
    return min(credits.exact(charged * units), reserved), credits.exact(listed * units)


def _outcome(performed: Performed, cost: Decimal, list_cost: Decimal, seconds: float) -> dict[str, Any]:
    """The columns of a call that has its answer."""
    return {
        "status": "done",
        "error": "",
        "response": performed.response,
        "media_key": performed.media_key,
        "input_tokens": performed.input_tokens,
        "output_tokens": performed.output_tokens,
        "tokens_estimated": performed.tokens_estimated,
        "cost_usd": performed.cost_usd,
        "credits": cost,
        "list_credits": list_cost,
        "latency_seconds": round(seconds, 4),
        "owner": "",
        "lease_until": None,
        "finished_at": utc_now(),
    }


def _usage(spec: CallSpec, performed: Performed, cost: Decimal, list_cost: Decimal) -> dict[str, Any]:
    """What ``USE`` writes of what a call cost."""
    return {
        "site_id": spec.site_id,
        "operation": spec.operation,
        "subject": spec.subject,
        "units": performed.units,
        "credits": cost,
        "list_credits": list_cost,
        "cost_usd": performed.cost_usd,
        "provider": spec.provider,
        "model": spec.model,
        "created_at": utc_now(),
    }


def _reserve(session: Session, spec: CallSpec, call: AiCall, price: tuple[Decimal, Decimal]) -> None:
    """Begin an attempt: take what the call may cost at most."""
    call.attempts += 1
    call.reserved = credits.exact(price[0] * spec.units)
    session.add(call)
    session.flush()
    credits.reserve(
        session,
        spec.account_id,
        call.reserved,
        reference=_reservation(call.id, call.attempts),
        description=_purpose(spec),
    )


def _newly_answered(spec: CallSpec, claim: _Claim, performed: Performed, cost: Decimal, list_cost: Decimal) -> Answered:
    return Answered(
        call_id=claim.call_id,
        response=performed.response,
        media_key=performed.media_key,
        provider=spec.provider,
        model=spec.model,
        credits=cost,
        list_credits=list_cost,
        replayed=False,
        cost_usd=performed.cost_usd,
    )


def _answered(call: AiCall, *, replayed: bool) -> Answered:
    return Answered(
        call_id=call.id,
        response=call.response,
        media_key=call.media_key,
        provider=call.provider,
        model=call.model,
        credits=call.credits,
        list_credits=call.list_credits,
        replayed=replayed,
        cost_usd=call.cost_usd,
    )
