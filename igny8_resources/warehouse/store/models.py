"""The model catalogue and who chose what: looked up and changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from igny8_resources.ai.catalogue import KINDS, ModelFacts, facts_from
from igny8_resources.ai.prompts import PROMPTS
from igny8_resources.events import append_alert
from igny8_resources.settings import IMAGE_CONNECTIONS, SPEECH_CONNECTIONS, TEXT_CONNECTIONS
from igny8_resources.warehouse.tables.models import AiModel, ModelChoice, ProviderState
from igny8_resources.warehouse.tables.tenancy import Account, Site
from igny8_resources.warehouse.upsert import upsert

CONNECTIONS = {
    "text": (*TEXT_CONNECTIONS, "offline"),
    "image": (*IMAGE_CONNECTIONS, "offline"),
    "speech": (*SPEECH_CONNECTIONS, "espeak-ng"),
    "transcription": ("transcription",),
    "embedding": ("openai",),
}


_KIND_OF = {
    "text": "text",
    "image": "image",
    "generate_image": "image",
    "speech": "speech",
    "generate_voiceover": "speech",
}


class ModelRefused(Exception):
    """A model or a choice cannot be recorded as asked; the message says what was expected."""


def models(session: Session) -> list[ModelFacts]:
    """The catalogue, by kind, provider and name."""
    rows = session.scalars(select(AiModel).order_by(AiModel.kind, AiModel.provider, AiModel.name))
    return [facts_from(row) for row in rows]


def set_model(session: Session, facts: ModelFacts) -> None:
    """Write one row of the catalogue, whether it is there or not.

    Raises:
        ModelRefused: kind, provider, name or a price cannot be right.
    """
    if facts.kind not in KINDS:
        raise ModelRefused(f"kind {facts.kind!r}: expected one of {', '.join(KINDS)}")
    if facts.provider not in CONNECTIONS[facts.kind]:
        raise ModelRefused(
            f"provider {facts.provider!r} has no {facts.kind} models; expected one of {', '.join(CONNECTIONS[facts.kind])}"
        )
    if not facts.name.strip():
        raise ModelRefused("a model needs the name by which its provider knows it")
    for name, price in (("input", facts.input_usd), ("output", facts.output_usd), ("unit", facts.unit_usd)):
        if price is not None and not 0 <= price < Decimal(10_000):
            raise ModelRefused(f"the {name} price {price} cannot be right: expected US dollars, 0 to 10,000")
    if not 0 <= facts.batch_discount < 1:
        raise ModelRefused(f"the batch discount {facts.batch_discount} cannot be right: expected a share such as 0.5")
    values = {
        "input_usd": facts.input_usd,
        "output_usd": facts.output_usd,
        "unit_usd": facts.unit_usd,
        "batch_discount": facts.batch_discount,
        "context_tokens": facts.context_tokens,
        "sunset_on": facts.sunset_on,
        "successor": facts.successor,
        "is_active": facts.is_active,
    }
    upsert(
        session,
        AiModel,
        [{"provider": facts.provider, "kind": facts.kind, "name": facts.name, **values}],
        key=("provider", "kind", "name"),
        update=tuple(values),
    )


@dataclass(frozen=True)
class Choice:
    """Which models answer a function, the first choice first; ``site_id`` None is the whole account."""

    site_id: int | None
    function: str
    chain: tuple[ModelFacts, ...]


def choices(session: Session, account_id: int) -> list[Choice]:
    """What an account has chosen, for itself and for its sites."""
    rows = session.execute(
        select(ModelChoice, AiModel)
        .join(AiModel, AiModel.id == ModelChoice.ai_model_id)
        .where(ModelChoice.account_id == account_id)
        .order_by(ModelChoice.site_id, ModelChoice.function, ModelChoice.rank, ModelChoice.id)
    ).tuples()
    found: dict[tuple[int | None, str], list[ModelFacts]] = {}
    for choice, model in rows:
        found.setdefault((choice.site_id, choice.function), []).append(facts_from(model))
    return [Choice(site_id, function, tuple(chain)) for (site_id, function), chain in found.items()]


def choose_models(
    session: Session, *, account_id: int, site: Site | None, function: str, chain: Sequence[tuple[str, str]]
) -> None:
    """Decide which models answer a function; an empty chain gives the decision back to the account or the settings.

    Args:
        session: A write transaction.
        account_id: Whose choice it is.
        site: The site that it is for, None for all sites of the account.
        function: An AI function, or ``text``, ``image`` or ``speech`` for every function of that kind.
        chain: (provider, model) in the order in which they are asked; a model that the catalogue lacks is added to it.

    Raises:
        ModelRefused: there is no such function, or a provider has no models of its kind.
    """
    kind = _KIND_OF.get(function, "text")
    if function not in {*_KIND_OF, *PROMPTS}:
        raise ModelRefused(
            f"there is no function {function!r}; expected {', '.join(_KIND_OF)}, {', '.join(sorted(PROMPTS))}"
        )
    # The account's row serialises two people who choose at once.
    session.scalars(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True)).one()
    site_id = site.id if site else None
    session.execute(
        delete(ModelChoice).where(
            ModelChoice.account_id == account_id, ModelChoice.site_id == site_id, ModelChoice.function == function
        )
    )
    for rank, (provider, name) in enumerate(chain):
        wanted = (AiModel.provider == provider, AiModel.kind == kind, AiModel.name == name)
        row = session.scalar(select(AiModel).where(*wanted))
        if row is None:
            set_model(session, ModelFacts(provider, kind, name))
            row = session.scalars(select(AiModel).where(*wanted)).one()
        session.add(
            ModelChoice(account_id=account_id, site_id=site_id, function=function, ai_model_id=row.id, rank=rank)
        )


def provider_states(session: Session) -> list[ProviderState]:
    """What is known of each provider's limits and health."""
    return list(session.scalars(select(ProviderState).order_by(ProviderState.endpoint)))


def warn_of_ends(session: Session, configured: Sequence[tuple[str, str, str]], today: date) -> list[str]:
    """Record an event for each account that uses a model which ends within a month; once a week a model and account.

    Args:
        session: A write transaction.
        configured: (kind, provider, model) that the settings name; every account without a choice of its own uses these.
        today: The present day, UTC.

    Returns:
        The warnings, each model once.
    """
    known = {(facts.kind, facts.provider, facts.name): facts for facts in models(session)}
    ending = {key: facts for key, facts in known.items() if facts.warning(today)}
    if not ending:
        return []
    warned: dict[str, str] = {}
    for account_id in session.scalars(select(Account.id).where(Account.status == "active").order_by(Account.id)):
        used = set(configured)
        for choice in choices(session, account_id):
            used |= {(facts.kind, facts.provider, facts.name) for facts in choice.chain}
        for key in sorted(used & ending.keys()):
            facts = ending[key]
            warned[facts.called] = facts.warning(today)
            append_alert(
                session,
                "ai.model_ends",
                facts.called,
                account_id=account_id,
                payload={"message": facts.warning(today), "sunset_on": str(facts.sunset_on)},
                quiet=timedelta(days=7),
            )
    return list(warned.values())


def changed(facts: ModelFacts, **values: object) -> ModelFacts:
    """A row of the catalogue with some of its fields changed; those given as None stay as they are."""
    return replace(facts, **{name: value for name, value in values.items() if value is not None})  # type: ignore[arg-type]
