"""``Idempotency-Key`` for every POST that makes a row: a repeat is answered as before and makes nothing.

Belongs here: POSTs with a JSON body (or none) that are done when they are answered. Work that is only recorded keeps its
key on its request row (``api/submission.py``).

    def add_sector(access: Writer, asked: NewSector, post: Post) -> Envelope[SectorItem]:
        return once(access, post, Envelope[SectorItem], lambda session: ...)
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.access import Access
from api.envelope import Envelope
from api.problems import Problem
from api.submission import IdempotencyKey
from igny8_resources.warehouse.tables.access import AnsweredPost

E = TypeVar("E", bound=Envelope[Any])


@dataclass(frozen=True)
class SentPost:
    """What makes a POST the same one again: its key, and the sha256 of where it went and what it said."""

    key: str | None
    fingerprint: str


class _Claimed(Exception):
    """Somebody else recorded the same key first."""


async def _sent_post(request: Request, idempotency_key: IdempotencyKey = None) -> SentPost:
    said = hashlib.sha256()
    for part in (request.url.path.encode(), request.url.query.encode(), await request.body()):
        said.update(len(part).to_bytes(8, "big"))
        said.update(part)
    return SentPost(idempotency_key, said.hexdigest())


Post = Annotated[SentPost, Depends(_sent_post)]


def once(
    access: Access,
    post: SentPost,
    answer: type[E],
    work: Callable[[Session], E],
    *,
    status: int = 201,
    shown_once: Sequence[str] = (),
) -> E:
    """Do the work in one transaction with the record of its answer, or give the answer that it had before.

    Args:
        access: Who asks; a key is one person's, so that two people may choose the same one.
        post: The request's key and fingerprint. Without a key the work is simply done.
        answer: The type of the answer.
        work: Writes the rows and says the answer. What it refuses is not recorded: the same key may be tried again.
        status: What the route answers with.
        shown_once: Fields of ``data`` that hold a secret; they are not kept, and null in the answer to a repeat.

    Raises:
        Problem: 409, the key came with something else before; or whatever the work raises.
    """
    if post.key is None:
        with access.write() as session:
            return work(session)
    stored_key = f"{access.principal.user_id}:{post.key}"
    kept = _kept(access, stored_key)
    if kept is None:
        claim = AnsweredPost(
            account_id=access.principal.account_id,
            idempotency_key=stored_key,
            fingerprint=post.fingerprint,
            status=status,
        )
        try:
            with access.write() as session:
                # Claimed before the work: of two at once the second one waits here, before it has touched anything.
                _claim(session, claim)
                done = work(session)
                claim.answer = _without(done, shown_once)
                return done
        except _Claimed:
            kept = _kept(access, stored_key)
    if kept is None or kept.fingerprint != post.fingerprint:
        raise Problem(409, "This Idempotency-Key was used for a different request; choose a new one.")
    return answer.model_validate(kept.answer)


def once_answered(access: Access, post: SentPost, answer: type[E], work: Callable[[], E], *, status: int = 200) -> E:
    """As ``once``, for work that waits for a model or another server and so must not hold a transaction open.

    A repeat after the answer is answered as before. Two at the same moment both go through; what a model is asked is in the
    journal, so that it is paid once.

    Raises:
        Problem: 409, the key came with something else before; or whatever the work raises.
    """
    if post.key is None:
        return work()
    stored_key = f"{access.principal.user_id}:{post.key}"
    kept = _kept(access, stored_key)
    if kept is None:
        done = work()
        try:
            with access.write() as session:
                _claim(
                    session,
                    AnsweredPost(
                        account_id=access.principal.account_id,
                        idempotency_key=stored_key,
                        fingerprint=post.fingerprint,
                        status=status,
                        answer=_without(done, ()),
                    ),
                )
        except _Claimed:
            pass
        return done
    if kept.fingerprint != post.fingerprint:
        raise Problem(409, "This Idempotency-Key was used for a different request; choose a new one.")
    return answer.model_validate(kept.answer)


def _kept(access: Access, stored_key: str) -> AnsweredPost | None:
    with access.read() as session:
        return session.scalar(select(AnsweredPost).where(AnsweredPost.idempotency_key == stored_key))


def _claim(session: Session, claim: AnsweredPost) -> None:
    session.add(claim)
    try:
        session.flush()
    except IntegrityError as taken:
        raise _Claimed from taken


def _without(done: Envelope[Any], shown_once: Sequence[str]) -> dict[str, Any]:
    answer = done.model_dump(mode="json")
    for name in shown_once:
        answer["data"][name] = None
    return answer
