"""What slows guessing down: wrong passwords in a row make an address wait, longer each time.

The same holds for addresses that nobody has, so that waiting tells nobody who has an account. An address is kept as its
sha256: a list of typing errors is nobody's business.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from igny8_resources.sign_ins import digest
from igny8_resources.warehouse.tables.access import SignInFailure
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.upsert import upsert

FREE_FAILURES = 5
LONGEST_DELAY = timedelta(minutes=15)
# After so long without a wrong password the counting starts anew.
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Failed:
    """How many wrong passwords in a row there were, and how long the next attempt has to wait."""

    failures: int
    delay: timedelta


def delay_after(failures: int) -> timedelta:
    """None for the first four; 1 s after the fifth wrong password, doubling up to 15 minutes."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    # Bounded before it is raised: a million failures is no number of seconds.
    doubled = timedelta(seconds=2 ** min(failures - FREE_FAILURES, 20))
    return min(doubled, LONGEST_DELAY)


def seconds_to_wait(session: Session, email: str, now: datetime | None = None) -> float:
    """How long an address has to wait before its next attempt; 0 when it may try."""
    until = session.scalar(select(SignInFailure.locked_until).where(SignInFailure.subject == _subject(email)))
    return max(0.0, (until - (now or utc_now())).total_seconds()) if until is not None else 0.0


def count_failure(session: Session, email: str, now: datetime | None = None) -> Failed:
    """Record a wrong password in the caller's transaction; attempts at the same time are all counted."""
    now = now or utc_now()
    subject = _subject(email)
    upsert(session, SignInFailure, [{"subject": subject, "failures": 0, "updated_at": now}], key=("subject",))
    row = session.scalars(
        select(SignInFailure)
        .where(SignInFailure.subject == subject)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    row.failures = 1 if row.updated_at < now - FORGOTTEN_AFTER else row.failures + 1
    row.updated_at = now
    delay = delay_after(row.failures)
    row.locked_until = now + delay if delay else None
    return Failed(row.failures, delay)


def forgive(session: Session, email: str) -> None:
    """Forget an address's wrong passwords: its owner has shown that it is theirs."""
    session.execute(delete(SignInFailure).where(SignInFailure.subject == _subject(email)))


def _subject(email: str) -> str:
    return digest(email.strip().lower())
