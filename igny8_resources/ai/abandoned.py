"""Calls that nobody will answer any more: their reservations go back to the account."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_resources.ai.journal import give_back
from igny8_resources.ownership import is_gone
from igny8_resources.warehouse.tables.ledgers import AiCall


def release_calls_of(session: Session, account_id: int, subject: str, reason: str) -> int:
    """Give back the reservations of a subject's calls whose process has ended.

    Args:
        session: The transaction.
        account_id: Whose calls.
        subject: What they were made for, an article or a video by its partition.
        reason: What the calls are told to have failed of.

    Returns:
        How many there were.
    """
    pending = session.scalars(
        select(AiCall)
        .where(AiCall.account_id == account_id, AiCall.subject == subject, AiCall.status == "pending")
        .order_by(AiCall.id)
        .with_for_update(key_share=True)
    )
    abandoned = [call for call in pending if is_gone(call.owner, call.lease_until)]
    for call in abandoned:
        give_back(session, call, reason)
    return len(abandoned)
