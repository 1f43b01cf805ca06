"""The journal read back: what a model was told and what it said, and which articles a prompt was used for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from igny8_resources.ai.prompt_templates import PromptFailed, render
from igny8_resources.warehouse.tables.ledgers import AiCall
from igny8_resources.warehouse.tables.models import PromptText
from igny8_resources.warehouse.tables.tenancy import Account, Site
from igny8_resources.warehouse.tables.writer import Content, Task

SHORTEST_DIGEST = 8


class UnknownCall(LookupError):
    """The journal has no such call."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the journal has no call {name!r}: give the number of a call, or an article's partition such as acme-blog-42"
        )


@dataclass(frozen=True)
class ExplainedCall:
    """One call with the instructions as the model saw them; ``prompt`` is empty where a call has none.

    ``note`` says why the instructions cannot be shown.
    """

    call: AiCall
    account: str
    site: str
    prompt: str
    note: str = ""


@dataclass(frozen=True)
class PromptUse:
    """An article that was written with a prompt; ``calls`` of its calls had it."""

    account: str
    site: str
    partition: str
    title: str
    status: str
    calls: int
    newest: datetime


def explained(session: Session, name: str) -> list[ExplainedCall]:
    """A call by its number, or all calls of an article in the order in which they were made.

    Raises:
        UnknownCall: there is no such call or article.
    """
    found = select(AiCall, Account.slug, Site.key).join(Account, Account.id == AiCall.account_id)
    found = found.outerjoin(Site, Site.id == AiCall.site_id).order_by(AiCall.id)
    is_number = name.isascii() and name.isdigit() and len(name) < 18
    rows = session.execute(
        found.where(AiCall.id == int(name)) if is_number else found.where(AiCall.subject == name)
    ).tuples()
    calls = [_explained(session, call, account, site or "") for call, account, site in rows]
    if not calls:
        raise UnknownCall(name)
    return calls


def _explained(session: Session, call: AiCall, account: str, site: str) -> ExplainedCall:
    if not call.prompt_digest:
        return ExplainedCall(call, account, site, "")
    kept = select(PromptText.text).where(
        PromptText.account_id == call.account_id, PromptText.digest == call.prompt_digest
    )
    template = session.scalar(kept)
    if template is None:
        return ExplainedCall(call, account, site, "", "the text of its prompt was not kept")
    try:
        return ExplainedCall(call, account, site, render(template, call.inputs))
    except PromptFailed as failed:
        return ExplainedCall(call, account, site, template, f"the template, because it does not render: {failed}")


def articles_with_prompt(
    session: Session, function: str, version: str, *, account_id: int | None = None
) -> Sequence[PromptUse]:
    """The articles that a prompt was used for.

    Args:
        session: Only read from.
        function: The AI function.
        version: A version as calls name it (``account-7``), or at least 8 characters of its template's digest.
        account_id: Of one account only; None is all of them.
    """
    is_digest = len(version) >= SHORTEST_DIGEST and set(version) <= set("0123456789abcdef")
    query = (
        select(
            Account.slug.label("account"),
            Site.key.label("site"),
            Task.partition_key.label("partition"),
            func.coalesce(Content.title, Task.title).label("title"),
            Task.status,
            func.count(AiCall.id).label("calls"),
            func.max(AiCall.created_at).label("newest"),
        )
        .select_from(AiCall)
        .join(Task, Task.partition_key == AiCall.subject)
        .join(Site, Site.id == Task.site_id)
        .join(Account, Account.id == AiCall.account_id)
        .outerjoin(Content, Content.task_id == Task.id)
        .where(AiCall.function == function, AiCall.status == "done", Task.account_id == AiCall.account_id)
        .where(AiCall.prompt_digest.startswith(version) if is_digest else AiCall.prompt_version == version)
        .group_by(Account.slug, Site.key, Task.id, Task.partition_key, Task.title, Task.status, Content.title)
        .order_by(Account.slug, Site.key, Task.id)
    )
    if account_id is not None:
        query = query.where(AiCall.account_id == account_id)
    return [PromptUse(**row._mapping) for row in session.execute(query)]
