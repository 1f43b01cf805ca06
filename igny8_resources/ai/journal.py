"""The call journal: an identical call is answered from here, so that a crash or a repeat never pays twice.

One call goes through four moments, each its own short transaction: *claim* (look for the answer; else reserve credits and
mark the row as ours), *perform* (no transaction open), *settle* (store the answer, what it cost and the usage), or *fail*
(release the reservation). A process killed in between leaves a pending row; the next one that asks for the same thing takes
the row over together with its reservation. Whoever was believed dead and comes back all the same finds the row in other
hands: its answer is kept when there is none yet, and its failure is nobody's.
"""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from igny8_resources import credits
from igny8_resources.ai.errors import ProviderError
from igny8_resources.ai.journal_statements import CLAIM, SETTLE, USE
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
class CallSpec:
    """What makes one call itself, who pays for it and at which price.

    ``operation`` is a row of the price list, ``units`` how many of its units are reserved. ``salt`` asks for a fresh answer
    to an otherwise identical call.
    """

    account_id: int
    site_id: int | None
    kind: str
    function: str
    subject: str
    provider: str
    model: str
    operation: str
    units: Decimal
    inputs: dict[str, Any]
    prompt_version: str = ""
    prompt_digest: str = ""
    schema_digest: str = ""
    salt: str = ""
    user_id: int | None = None

    def request_hash(self) -> str:
        """sha256 over everything that could change the answer."""
        identity = {
            "kind": self.kind,
            "function": self.function,
            "provider": self.provider,
            "model": self.model,
            "prompt_version": f"{self.prompt_version}:{self.prompt_digest[:12]}"
            if self.prompt_digest
            else self.prompt_version,
            "schema": self.schema_digest,
            "inputs": self.inputs,
            "salt": self.salt,
        }
        return hashlib.sha256(json.dumps(identity, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Performed:
    """What a provider delivered: the response to keep, and how many units of the operation it turned out to be.

    ``cost_usd`` is what the provider takes for it; None where its price is unknown.
    """

    response: dict[str, Any]
    units: Decimal
    media_key: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    tokens_estimated: bool = False
    cost_usd: Decimal | None = None


@dataclass(frozen=True)
class Answered:
    """An answer with its journal row; ``replayed`` says that nothing was called and nothing was paid."""

    call_id: int
    response: dict[str, Any]
    media_key: str
    provider: str
    model: str
    credits: Decimal
    list_credits: Decimal
    replayed: bool
    cost_usd: Decimal | None = None


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
            self._fail(spec, claim, failure)
            raise

    def first_answered(self, specs: Sequence[CallSpec]) -> int | None:
        """Which of several calls, any of which would do, has its answer already: its place, None when none has."""
        hashes = [spec.request_hash() for spec in specs]
        with self.warehouse.read() as session:
            done = set(
                session.scalars(
                    select(AiCall.request_hash).where(
                        AiCall.account_id == specs[0].account_id,
                        AiCall.request_hash.in_(hashes),
                        AiCall.status == "done",
                    )
                )
            )
        return next((place for place, each in enumerate(hashes) if each in done), None)

    def _claim(self, spec: CallSpec) -> _Claim:
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        request_hash = spec.request_hash()
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

    def _try_claim(self, session: Session, spec: CallSpec, request_hash: str) -> _Claim | None:
        """A claim on the call, with its answer if it has one; None while somebody else is on it."""
        try:
            price: tuple[Decimal, Decimal] | None = self._prices.get(
                (spec.operation, spec.provider), lambda: credits.price_of(session, spec.operation, spec.provider)
            )
        except credits.PriceMissing:
            # An answer that is there already needs none.
            price = None
        if price is not None and (claim := _claim_new(session, spec, request_hash, price)) is not None:
            return claim
        call = session.scalar(
            select(AiCall)
            .where(AiCall.account_id == spec.account_id, AiCall.request_hash == request_hash)
            .with_for_update(key_share=True)
        )
        if call is not None and call.status == "done":
            call.replays += 1
            return _Claim(call.id, "", _answered(call, replayed=True))
        if call is not None and call.status == "pending":
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
        if price is None:
            price = credits.price_of(session, spec.operation, spec.provider)
        if call is None:
            # Taken away by whoever deletes an account's rows, between the two statements.
            return None
        for name, value in _facts_of(spec).items():
            setattr(call, name, value)
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
            charged, listed = credits.price_at_settlement(
                session, spec.operation, spec.provider, reserved=call.reserved, units=spec.units
            )
            # An answer never costs more than was reserved for it: the payer agreed to that much and no more.
            cost = min(credits.exact(charged * performed.units), call.reserved)
            list_cost = credits.exact(listed * performed.units)
            credits.settle(session, spec.account_id, call.reserved, cost, reference=_reservation(call))
            call.status, call.error = "done", ""
            call.response, call.media_key = performed.response, performed.media_key
            call.input_tokens, call.output_tokens = performed.input_tokens, performed.output_tokens
            call.tokens_estimated, call.cost_usd = performed.tokens_estimated, performed.cost_usd
            call.credits, call.list_credits, call.latency_seconds = cost, list_cost, round(seconds, 4)
            call.owner, call.lease_until, call.finished_at = "", None, utc_now()
            session.flush()
            _record_usage(session, spec, call.id, performed, cost, list_cost)
            return _answered(call, replayed=False)

    def _fail(self, spec: CallSpec, claim: _Claim, failure: BaseException) -> None:
        with self.warehouse.write() as session:
            call = session.get_one(AiCall, claim.call_id, with_for_update={"key_share": True})
            if call.status != "pending" or call.owner != claim.owner:
                return
            call.status, call.error = "failed", f"{type(failure).__name__}: {failure}"
            if isinstance(failure, ProviderError):
                call.input_tokens, call.output_tokens = failure.input_tokens, failure.output_tokens
                call.cost_usd = failure.cost_usd
            call.owner, call.lease_until, call.finished_at = "", None, utc_now()
            credits.release(session, spec.account_id, call.reserved, reference=_reservation(call))

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
    credits.release(session, call.account_id, call.reserved, reference=_reservation(call))


def _reservation(call: AiCall) -> str:
    """One reservation an attempt: a failed attempt's release must not swallow the next attempt's reservation."""
    return f"call:{call.id}:{call.attempts}"


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
        "user_id": spec.user_id or asked_by(spec.account_id, spec.subject),
    }


def _claim_new(session: Session, spec: CallSpec, request_hash: str, price: tuple[Decimal, Decimal]) -> _Claim | None:
    """Claim a call that nobody has made before, in as few statements as it takes; None when somebody has."""
    owner, reserved = new_claim(), credits.exact(price[0] * spec.units)
    values = {
        **_facts_of(spec),
        "account_id": spec.account_id,
        "request_hash": request_hash,
        "status": "pending",
        "owner": owner,
        "lease_until": lease_end(),
        "attempts": 1,
        "reserved": reserved,
    }
    del values["user_id"]
    call_id = session.scalar(CLAIM, {**values, "asked_by": spec.user_id})
    if call_id is None:
        return None
    credits.reserve(
        session,
        spec.account_id,
        reserved,
        reference=f"call:{call_id}:1",
        description=f"{spec.operation} for {spec.subject}",
    )
    return _Claim(call_id, owner, price=price, reserved=reserved)


def _settle_new(
    session: Session, spec: CallSpec, claim: _Claim, performed: Performed, seconds: float
) -> Answered | None:
    """Settle a call that has been ours since it was new; None when it is not, or not any more."""
    if claim.price is None:
        return None
    charged, listed = claim.price
    # An answer never costs more than was reserved for it: the payer agreed to that much and no more.
    cost = min(credits.exact(charged * performed.units), claim.reserved)
    list_cost = credits.exact(listed * performed.units)
    ours: Any = session.execute(
        SETTLE,
        {
            "claimed_id": claim.call_id,
            "claimed_by": claim.owner,
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
        },
    )
    if ours.rowcount != 1:
        return None
    # The row says done by now, so that its reservation holds nothing any more.
    credits.settle(session, spec.account_id, claim.reserved, cost, reference=f"call:{claim.call_id}:1", is_held=False)
    _record_usage(session, spec, claim.call_id, performed, cost, list_cost)
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


def _record_usage(
    session: Session, spec: CallSpec, call_id: int, performed: Performed, cost: Decimal, list_cost: Decimal
) -> None:
    """Write what a call cost, and for whom: its row knows."""
    session.execute(
        USE,
        {
            "account_id": spec.account_id,
            "site_id": spec.site_id,
            "ai_call_id": call_id,
            "used_by_call": call_id,
            "operation": spec.operation,
            "subject": spec.subject,
            "units": performed.units,
            "credits": cost,
            "list_credits": list_cost,
            "cost_usd": performed.cost_usd,
            "provider": spec.provider,
            "model": spec.model,
        },
    )


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
        reference=_reservation(call),
        description=f"{spec.operation} for {spec.subject}",
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
