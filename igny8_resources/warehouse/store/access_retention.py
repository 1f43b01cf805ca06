"""What of people's and programs' ways in is forgotten: whatever opens nothing and stops nothing any more."""

from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, exists
from sqlalchemy.orm import Session

from igny8_resources.sign_in_delays import FORGOTTEN_AFTER
from igny8_resources.warehouse.tables.access import AnsweredPost, PasswordReset, RefreshToken, SignIn, SignInFailure

ANSWERS_KEPT = timedelta(days=7)
DEAD_SIGN_INS_KEPT = timedelta(days=1)


def forget_old_access(session: Session, now: datetime) -> dict[str, int]:
    """Delete what is over, in the caller's transaction: rows by table.

    Answers to an ``Idempotency-Key`` after a week, wrong passwords that do not count any more, links and refresh tokens that
    have expired, and sign-ins that no refresh token can continue. The events keep who came in when.
    """
    no_token_left = ~exists().where(RefreshToken.sign_in_id == SignIn.id)
    # Tokens before the sign-ins that they belong to.
    gone = {
        AnsweredPost: AnsweredPost.created_at < now - ANSWERS_KEPT,
        SignInFailure: SignInFailure.updated_at < now - FORGOTTEN_AFTER,
        PasswordReset: PasswordReset.expires_at < now,
        RefreshToken: RefreshToken.expires_at < now,
        SignIn: (SignIn.last_used_at < now - DEAD_SIGN_INS_KEPT) & no_token_left,
    }
    counts = {}
    for table, is_over in gone.items():
        done = session.execute(delete(table).where(is_over).execution_options(synchronize_session=False))
        counts[table.__tablename__] = done.rowcount if isinstance(done, CursorResult) else 0
    return counts
