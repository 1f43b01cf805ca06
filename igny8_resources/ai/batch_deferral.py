"""Calls that wait for a provider's batch: recorded instead of made, and answered from the batch when it has come back.

A deferred call keeps its reservation and belongs to its batch; nobody else makes it meanwhile. When the batch's answers are
there, the same work is done again: each call then meets its answer and is checked, paid and journalled exactly as one that
was made at once. A call that needs its answer mended is deferred once more, with the mending request.
"""

import json
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from igny8_resources.ai.answers import checked_answer, count_words
from igny8_resources.ai.calls import Answered, CallSpec, Performed
from igny8_resources.ai.errors import ProviderError, ProviderRejected
from igny8_resources.ai.journal import BATCH_OWNER, HandedOver, Journal
from igny8_resources.ai.openai_batch import MOST_BYTES, MOST_LINES, OPENAI, request_line
from igny8_resources.ai.openai_completion import answer_of, read_completion
from igny8_resources.ai.providers import TextAnswer, TextCall, TextProvider
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditPrice
from igny8_resources.warehouse.tables.models import AiBatch, AiBatchItem

if TYPE_CHECKING:
    from igny8_resources.ai.routing import Route

MOST_ATTEMPTS = 3
LONGEST_ID = 64
# The unit of credit_prices whose number is known only from the answer.
BY_WORDS = "100 words"


class CallDeferred(Exception):
    """The call is part of a batch now and will be answered with it."""

    def __init__(self, batch_id: int) -> None:
        super().__init__(f"the call waits for batch {batch_id}")
        self.batch_id = batch_id


@dataclass
class _Filling:
    """The batch that calls to one model are added to."""

    batch_id: int
    lines: int = 0
    size: int = 0

    def has_room_for(self, size: int) -> bool:
        return self.lines < MOST_LINES and self.size + size <= MOST_BYTES


class BatchDeferral:
    """Answers text calls of one request: from its batches where they have come back, else by adding them to a new one.

    Only calls to OpenAI can wait; a model of another provider is asked at once. Each object fills batches of its own: one that
    an earlier process left may have been handed in already.
    """

    def __init__(self, journal: Journal, account_id: int, request_id: str) -> None:
        self._journal = journal
        self._account_id = account_id
        self._request_id = request_id
        self._lock = threading.Lock()
        self._filling: dict[str, _Filling] = {}

    def answer(self, spec: CallSpec, route: "Route[TextProvider]", call: TextCall) -> Answered:
        """The answer, if it has come.

        Raises:
            CallDeferred: it has not; the call is part of a batch now.
            ProviderError: the batch brought a refusal, no answer after several attempts, or one that cannot be used.
            InsufficientCredits: the account cannot pay.
        """
        waits = route.facts.provider == OPENAI
        recorded = self._recorded(spec) if waits else []
        provider: TextProvider = _Recorded(route.provider, list(recorded)) if waits else route.provider

        def perform() -> Performed:
            try:
                checked, input_tokens, output_tokens, estimated = checked_answer(provider, call)
            except _BodyWanted as wanted:
                batch_id, body = self._room_for(spec, wanted.body), wanted.body
                raise _Deferring(lambda session, row: _add(session, row, batch_id, body), batch_id) from None
            return Performed(
                response=checked.model_dump(mode="json"),
                units=Decimal(count_words(checked)) / 100 if self._is_by_words(spec) else spec.units,
                input_tokens=input_tokens,
                output_tokens=output_tokens,
                tokens_estimated=estimated,
                cost_usd=route.facts.cost_usd(input_tokens, output_tokens, batched=waits),
            )

        try:
            answered = self._journal.answer(spec, perform)
        except _Deferring as deferring:
            raise CallDeferred(deferring.batch_id) from None
        except ProviderError:
            if recorded:
                self._mark(spec, "failed")
            raise
        if recorded:
            self._mark(spec, "settled")
        return answered

    def _recorded(self, spec: CallSpec) -> list[dict[str, Any]]:
        """The batch's answers to this call so far, in their order; takes the call over where they are all there.

        Raises:
            CallDeferred: one is still to come.
            ProviderRejected: the batch brought none, and asking again is of no use.
        """
        with self._journal.warehouse.write() as session:
            call = session.scalar(_call_of(spec).with_for_update(key_share=True))
            if call is None or call.status == "done":
                return []
            items = session.scalars(
                select(AiBatchItem).where(AiBatchItem.ai_call_id == call.id).order_by(AiBatchItem.id)
            ).all()
            if call.status == "pending" and call.owner.startswith(BATCH_OWNER):
                if any(item.status == "waiting" for item in items):
                    raise CallDeferred(int(call.owner.removeprefix(BATCH_OWNER)))
                # Free for the claim that follows, which takes the reservation over.
                call.owner = ""
            problem = self._problem(session, call, items)
            recorded = [item.answer for item in items if item.status == "answered"]
        if problem:
            raise ProviderRejected(problem)
        return recorded

    def _problem(self, session: Session, call: AiCall, items: Sequence[AiBatchItem]) -> str:
        """Why a call that failed in a batch is not put into another one; said once."""
        if call.status != "failed" or not items:
            return ""
        last = items[-1]
        if last.status == "refused":
            last.status = "failed"
            return f"the batch did not answer {call.function}: {last.error}"
        tried = session.scalar(
            select(func.count())
            .select_from(AiBatchItem)
            .join(AiBatch, AiBatch.id == AiBatchItem.batch_id)
            .where(
                AiBatchItem.ai_call_id == call.id,
                AiBatchItem.status == "failed",
                AiBatch.request_id == self._request_id,
            )
        )
        if (tried or 0) >= MOST_ATTEMPTS:
            return f"{tried} batches brought no answer to {call.function}; the last one: {last.error}"
        return ""

    def _room_for(self, spec: CallSpec, body: dict[str, Any]) -> int:
        """The batch that the next request to this model goes into; made in a transaction of its own, for others to use."""
        size = len(request_line("", body)) + LONGEST_ID
        with self._lock:
            filling = self._filling.get(spec.model)
            if filling is None or not filling.has_room_for(size):
                with self._journal.warehouse.write() as session:
                    batch = AiBatch(
                        account_id=self._account_id, request_id=self._request_id, provider=OPENAI, model=spec.model
                    )
                    session.add(batch)
                    session.flush()
                    filling = self._filling[spec.model] = _Filling(batch.id)
            filling.lines += 1
            filling.size += size
            return filling.batch_id

    def _mark(self, spec: CallSpec, status: str) -> None:
        """Note what became of the batch's answers; what the journal has need not be kept twice."""
        values: dict[str, Any] = {"status": status}
        if status == "settled":
            values |= {"body": {}, "answer": {}}
        with self._journal.warehouse.write() as session:
            call_id = session.scalar(_call_of(spec).with_only_columns(AiCall.id))
            session.execute(
                update(AiBatchItem)
                .where(AiBatchItem.ai_call_id == call_id, AiBatchItem.status == "answered")
                .values(**values)
            )

    def _is_by_words(self, spec: CallSpec) -> bool:
        """Whether the operation is priced by the length of the answer."""
        with self._journal.warehouse.read() as session:
            units = select(CreditPrice.unit).where(CreditPrice.operation == spec.operation, CreditPrice.provider == "*")
            return session.scalar(units) == BY_WORDS


class _Deferring(HandedOver):
    """The call goes to the batch with this id."""

    def __init__(self, record: Callable[[Session, AiCall], str], batch_id: int) -> None:
        super().__init__(record)
        self.batch_id = batch_id


class _BodyWanted(Exception):
    """The request that would be sent now."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__("the request is to be put into a batch")
        self.body = body


class _Recorded:
    """A text provider that gives a batch's answers, in their order; the next request after them is what it wants sent."""

    def __init__(self, provider: TextProvider, answers: list[dict[str, Any]]) -> None:
        self.name = provider.name
        self.model = provider.model
        self._answers = answers

    def complete(self, call: TextCall) -> TextAnswer:
        """The next recorded answer to a call."""
        from igny8_resources.ai.openai_text import chat_request

        body = chat_request(call, self.model)
        if not self._answers:
            raise _BodyWanted(body)
        completion = read_completion(json.dumps(self._answers.pop(0)).encode(), "the batch")
        return answer_of(completion, call, asked=body["messages"])


def _call_of(spec: CallSpec) -> Select[tuple[AiCall]]:
    return select(AiCall).where(AiCall.account_id == spec.account_id, AiCall.request_hash == spec.request_hash())


def _add(session: Session, call: AiCall, batch_id: int, body: dict[str, Any]) -> str:
    """Put a call's request into a batch; the call's new owner."""
    item = AiBatchItem(
        account_id=call.account_id,
        batch_id=batch_id,
        ai_call_id=call.id,
        custom_id=f"igny8-{call.id}-{secrets.token_hex(8)}",
        body=body,
    )
    session.add(item)
    return f"{BATCH_OWNER}{batch_id}"
