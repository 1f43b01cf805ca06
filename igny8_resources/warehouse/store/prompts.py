"""An account's own prompts: versions that are only ever added, of which at most one is active.

Belongs here: saving, activating, putting back and comparing them. Does not belong here: which prompt a call gets
(``ai.prompting``), or whether a text can be used (``ai.prompt_check``).
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from igny8_resources.ai.prompt_check import check_prompt, require_function
from igny8_resources.ai.prompt_variables import FUNCTIONS
from igny8_resources.ai.prompting import active_version
from igny8_resources.ai.prompts import VARIANTS, builtin_prompt
from igny8_resources.contracts.writer import ArticleBrief
from igny8_resources.events import append_event
from igny8_resources.warehouse.store.writer import brief_for
from igny8_resources.warehouse.tables.ledgers import AiCall
from igny8_resources.warehouse.tables.models import PromptVersion
from igny8_resources.warehouse.tables.tenancy import Account, Site
from igny8_resources.warehouse.tables.writer import Task

BUILT_IN = "built-in"
ACTIVE = "active"


class UnknownPromptVersion(LookupError):
    """The account has no such version of a prompt."""

    def __init__(self, function: str, version: str) -> None:
        super().__init__(
            f"{function} has no version {version!r}; `igny8 prompts show {function}` lists the versions, "
            f"`{BUILT_IN}` is the platform's own and `{ACTIVE}` the one in use"
        )


class NoRealInputs(LookupError):
    """There is nothing yet that a prompt could be shown with."""


@dataclass(frozen=True)
class PromptState:
    """One prompt of an account: of a function, or of one of its variants.

    ``source`` says whose text is used: ``built-in`` or ``account``. ``own_versions`` counts the account's versions of it;
    ``has_builtin`` says whether the platform has a text for this variant itself.
    """

    function: str
    variant: str
    purpose: str
    source: str
    version: str
    text: str
    own_versions: int
    has_builtin: bool


def states(session: Session, account_id: int) -> list[PromptState]:
    """Every prompt that an account could change, with what it is now."""
    rows = session.execute(
        select(PromptVersion.function, PromptVersion.variant, func.count(PromptVersion.id))
        .where(PromptVersion.account_id == account_id)
        .group_by(PromptVersion.function, PromptVersion.variant)
    ).tuples()
    counts = {(function, variant): count for function, variant, count in rows}
    active = {
        (row.function, row.variant): row
        for row in session.scalars(
            select(PromptVersion).where(PromptVersion.account_id == account_id, PromptVersion.is_active.is_(True))
        )
    }
    return [
        _state(name, variant, active.get((name, variant)) or active.get((name, "")), counts.get((name, variant), 0))
        for name, function in FUNCTIONS.items()
        for variant in ("", *function.variants)
    ]


def state_of(session: Session, account_id: int, function: str, variant: str) -> PromptState:
    """One of them.

    Raises:
        PromptInvalid: there is no such function or variant.
    """
    require_function(function, variant)
    own = len(versions_of(session, account_id, function, variant))
    return _state(function, variant, active_version(session, account_id, function, variant), own)


def _state(function: str, variant: str, active: PromptVersion | None, own: int) -> PromptState:
    builtin = builtin_prompt(function, variant)
    return PromptState(
        function=function,
        variant=variant,
        purpose=FUNCTIONS[function].purpose,
        source="account" if active else BUILT_IN,
        version=f"account-{active.version}" if active else builtin.version,
        text=active.text if active else builtin.text,
        own_versions=own,
        has_builtin=not variant or (function, variant) in VARIANTS,
    )


def versions_of(session: Session, account_id: int, function: str, variant: str) -> Sequence[PromptVersion]:
    """The account's versions of a prompt, the newest first."""
    return session.scalars(
        select(PromptVersion)
        .where(
            PromptVersion.account_id == account_id,
            PromptVersion.function == function,
            PromptVersion.variant == variant,
        )
        .order_by(PromptVersion.version.desc())
    ).all()


def save_version(
    session: Session,
    account_id: int,
    function: str,
    variant: str,
    text: str,
    *,
    note: str = "",
    by: str,
    activate: bool = True,
) -> PromptVersion:
    """Add a version of a prompt, in use from now on unless ``activate`` is False; the text in use again adds nothing.

    Versions of a function are numbered through, whatever their variant, so that ``account-7`` is one text.

    Raises:
        PromptInvalid: the text cannot be used; its findings say where and why.
    """
    check_prompt(function, variant, text)
    _lock(session, account_id)
    newest = next(iter(versions_of(session, account_id, function, variant)), None)
    if newest is not None and newest.text == text:
        if activate and not newest.is_active:
            _activate(session, newest, by)
        return newest
    number = session.scalar(
        select(func.max(PromptVersion.version)).where(
            PromptVersion.account_id == account_id, PromptVersion.function == function
        )
    )
    version = PromptVersion(
        account_id=account_id,
        function=function,
        variant=variant,
        version=(number or 0) + 1,
        text=text,
        note=note,
        is_active=False,
        created_by=by,
    )
    session.add(version)
    session.flush()
    _tell(session, "prompt.saved", version, by)
    if activate:
        _activate(session, version, by)
    return version


def activate_version(session: Session, account_id: int, function: str, version: int, *, by: str) -> PromptVersion:
    """Use a version again, in the place of the one in use.

    Raises:
        UnknownPromptVersion: the account has no such version.
        PromptInvalid: the function's inputs have changed since, so that the text cannot be used any more.
    """
    _lock(session, account_id)
    row = _version(session, account_id, function, version)
    check_prompt(row.function, row.variant, row.text)
    if not row.is_active:
        _activate(session, row, by)
    return row


def reset_prompt(session: Session, account_id: int, function: str, variant: str, *, by: str) -> bool:
    """Go back to the platform's own prompt; the account's versions stay.

    Returns:
        Whether the account had one of its own in use.

    Raises:
        PromptInvalid: there is no such function or variant.
    """
    require_function(function, variant)
    _lock(session, account_id)
    active = [row for row in versions_of(session, account_id, function, variant) if row.is_active]
    for row in active:
        row.is_active = False
        _tell(session, "prompt.reset", row, by)
    session.flush()
    return bool(active)


def text_of_version(session: Session, account_id: int, function: str, variant: str, version: str) -> str:
    """The text of a version: a number (``7`` or ``account-7``), ``built-in`` or ``active``.

    Raises:
        UnknownPromptVersion: there is no such version.
        PromptInvalid: there is no such function or variant.
    """
    require_function(function, variant)
    if version == BUILT_IN:
        return builtin_prompt(function, variant).text
    if version == ACTIVE:
        return state_of(session, account_id, function, variant).text
    number = version.removeprefix("account-")
    if not number.isdecimal() or len(number) > 9:
        raise UnknownPromptVersion(function, version)
    return _version(session, account_id, function, int(number)).text


def diff(
    session: Session, account_id: int, function: str, variant: str, before: str = BUILT_IN, after: str = ACTIVE
) -> str:
    """What is different between two versions, as a unified diff; empty when nothing is.

    Raises:
        UnknownPromptVersion: one of them does not exist.
        PromptInvalid: there is no such function or variant.
    """
    old, new = (text_of_version(session, account_id, function, variant, name).splitlines() for name in (before, after))
    return "\n".join(difflib.unified_diff(old, new, fromfile=before, tofile=after, lineterm=""))


def real_inputs(session: Session, site: Site, function: str, task: Task | None = None) -> dict[str, Any]:
    """Inputs of a real call, in plain JSON: an article's brief as it is now, else those of the newest call in the journal.

    Args:
        session: Only read from.
        site: Whose.
        function: The AI function that they are for.
        task: The article that they are to be about; None takes the site's newest.

    Raises:
        NoRealInputs: the site has nothing to show; the message says what would give it something.
    """
    if FUNCTIONS[function].inputs is ArticleBrief:
        newest = select(Task).where(Task.site_id == site.id).order_by(Task.id.desc()).limit(1)
        task = task or session.scalar(newest)
        if task is None:
            raise NoRealInputs(f"{site.key} has no task yet; plan an article, then preview the prompt with its brief")
        return brief_for(session, task, site).model_dump(mode="json")
    calls = select(AiCall.inputs).where(AiCall.site_id == site.id, AiCall.function == function)
    if task is not None:
        calls = calls.where(AiCall.subject == task.partition_key)
    inputs: dict[str, Any] | None = session.scalar(calls.order_by(AiCall.id.desc()).limit(1))
    if inputs is None:
        about = f"task {task.id}" if task is not None else site.key
        raise NoRealInputs(
            f"no call of {function} was made for {about} yet, so that there are no inputs to show it with"
        )
    return inputs


def _version(session: Session, account_id: int, function: str, version: int) -> PromptVersion:
    row = session.scalar(
        select(PromptVersion).where(
            PromptVersion.account_id == account_id,
            PromptVersion.function == function,
            PromptVersion.version == version,
        )
    )
    if row is None:
        raise UnknownPromptVersion(function, str(version))
    return row


def _lock(session: Session, account_id: int) -> None:
    # Numbers and the one active version are decided from what is there: two people who save at once go one by one.
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))


def _activate(session: Session, version: PromptVersion, by: str) -> None:
    session.execute(
        update(PromptVersion)
        .where(
            PromptVersion.account_id == version.account_id,
            PromptVersion.function == version.function,
            PromptVersion.variant == version.variant,
            PromptVersion.id != version.id,
        )
        .values(is_active=False)
    )
    version.is_active = True
    session.flush()
    _tell(session, "prompt.activated", version, by)


def _tell(session: Session, kind: str, version: PromptVersion, by: str) -> None:
    name = f"{version.function}/{version.variant}" if version.variant else version.function
    append_event(
        session,
        kind,
        name,
        account_id=version.account_id,
        payload={"version": f"account-{version.version}"},
        actor=by,
    )
