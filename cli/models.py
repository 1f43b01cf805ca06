"""``igny8 models …``: which models there are, what they cost, which one answers what, and how their providers are."""

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.terminal import console, platform_here, sentences
from igny8_resources.ai.catalogue import ModelFacts

models_app = typer.Typer(
    no_args_is_help=True, help="Which models answer, what they cost, when they end, and how their providers are."
)

ModelName = Annotated[str, typer.Argument(metavar="PROVIDER/MODEL", help="Such as openai/gpt-6-luna.")]
Kind = Annotated[str, typer.Option(help="text, image, speech, transcription or embedding.")]


@models_app.command("list")
def list_models() -> None:
    """The catalogue, the chains that the settings make, and what is known of each provider's limits."""
    from igny8_resources.ai.routing import Routing
    from igny8_resources.warehouse.store.models import models, provider_states

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            known, states = models(session), provider_states(session)
        table = Table("kind", "model", "in / out, $ per 1M", "$ a unit", "context", "ends")
        for facts in known:
            table.add_row(
                facts.kind,
                escape(facts.called) + ("" if facts.is_active else " (off)"),
                f"{_shown(facts.input_usd)} / {_shown(facts.output_usd)}",
                _shown(facts.unit_usd),
                f"{facts.context_tokens:,}" if facts.context_tokens else "",
                _end(facts),
            )
        console.print(table)
        routing = Routing(parts.settings, parts.warehouse)
        for kind, built_in in (("text", "offline"), ("image", "offline"), ("speech", "espeak-ng")):
            chain = (
                " → ".join(f"{name}/{model}" for name, model in routing.configured(kind)) or f"{built_in} (built in)"
            )
            console.print(f"{kind}: {escape(chain)}", highlight=False)
        if states:
            limits = Table("provider", "requests a minute", "tokens a minute", "failures in a row", "last error")
            for state in states:
                limits.add_row(
                    escape(state.endpoint),
                    _shown(state.requests_per_minute),
                    _shown(state.tokens_per_minute),
                    str(state.failures),
                    escape(state.last_error[:80]),
                )
            console.print(limits)


@models_app.command("set")
def set_one(
    model: ModelName,
    kind: Kind = "text",
    input_usd: Annotated[
        str | None,
        typer.Option("--input", help="US dollars per million tokens read; for speech, per million characters."),
    ] = None,
    output_usd: Annotated[str | None, typer.Option("--output", help="US dollars per million tokens written.")] = None,
    unit_usd: Annotated[str | None, typer.Option("--unit", help="US dollars per picture or minute.")] = None,
    batch_discount: Annotated[str | None, typer.Option(help="Share that its batch mode saves, such as 0.5.")] = None,
    context: Annotated[int | None, typer.Option(min=1, help="Tokens that it reads at most.")] = None,
    ends: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Its last day; it is not asked after it.")
    ] = None,
    successor: Annotated[str | None, typer.Option(help="What to use instead then.")] = None,
    active: Annotated[bool | None, typer.Option("--on/--off", help="Whether it may be used at all.")] = None,
) -> None:
    """Add a model to the catalogue or change what it says; what is not given stays."""
    from igny8_resources.ai.catalogue import facts_of
    from igny8_resources.warehouse.store.models import changed, set_model

    with sentences():
        provider, name = _split(model)
        parts = platform_here()
        with parts.warehouse.write() as session:
            facts = changed(
                facts_of(session, provider, kind, name),
                input_usd=_money(input_usd, "--input"),
                output_usd=_money(output_usd, "--output"),
                unit_usd=_money(unit_usd, "--unit"),
                batch_discount=_money(batch_discount, "--batch-discount"),
                context_tokens=context,
                sunset_on=ends.date() if ends else None,
                successor=successor,
                is_active=active,
            )
            set_model(session, facts)
        console.print(f"{escape(facts.called)} is in the catalogue.", highlight=False)


@models_app.command("choose")
def choose(
    function: Annotated[
        str, typer.Argument(help="A function such as generate_content, or text, image or speech for all of that kind.")
    ],
    chain: Annotated[
        list[str] | None,
        typer.Argument(metavar="PROVIDER/MODEL…", help="The first choice first; none gives the decision back."),
    ] = None,
    site: Annotated[str | None, typer.Option(help="Only for this site; its key.")] = None,
    account: Annotated[str, typer.Option(help="For which account, where no site is named; its slug.")] = "main",
) -> None:
    """Decide which models answer a function, for a site or for a whole account."""
    from igny8_resources.warehouse.store.models import choose_models
    from igny8_resources.warehouse.store.sites import account_by_slug, site_by_key

    with sentences():
        parts = platform_here()
        wanted = [_split(model) for model in chain or []]
        with parts.warehouse.write() as session:
            of_site = site_by_key(session, site) if site else None
            account_id = of_site.account_id if of_site else account_by_slug(session, account).id
            choose_models(session, account_id=account_id, site=of_site, function=function, chain=wanted)
        whom = site or account
        if wanted:
            asked = " → ".join(f"{provider}/{name}" for provider, name in wanted)
            console.print(f"{escape(function)} of {escape(whom)}: {escape(asked)}", highlight=False)
        else:
            console.print(f"{escape(function)} of {escape(whom)} is decided elsewhere again.", highlight=False)


def _split(model: str) -> tuple[str, str]:
    from igny8_resources.warehouse.store.models import ModelRefused

    provider, _, name = model.partition("/")
    if not name:
        raise ModelRefused(f"{model!r}: expected PROVIDER/MODEL, such as openai/gpt-6-luna")
    return provider, name


def _money(text: str | None, option: str) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        raise typer.BadParameter(f"{text!r} is no number", param_hint=option) from None


def _shown(value: Decimal | float | None) -> str:
    return "" if value is None else f"{value:,f}".rstrip("0").rstrip(".")


def _end(facts: ModelFacts) -> str:
    if facts.sunset_on is None:
        return ""
    today: date = datetime.now(UTC).date()
    text = str(facts.sunset_on)
    if facts.why_unusable(today):
        return f"[red]{text}[/]"
    return f"[yellow]{text}[/]" if facts.warning(today) else text
