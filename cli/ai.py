"""``igny8 ai …``: calls explained, articles found by their prompt, one picture to try a model, and voices."""

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from cli.replay import replay
from cli.terminal import SiteKey, console, platform_here, sentences
from cli.voices import choose_voice, voices
from igny8_resources.contracts.image_trials import LEAST_SIDE, MOST_SIDE, USUAL_SIDE

if TYPE_CHECKING:
    from igny8_resources.warehouse.store.calls import ExplainedCall


ai_app = typer.Typer(no_args_is_help=True, help="The journal of model calls; pictures and voices to try.")
ai_app.command("replay")(replay)
ai_app.command("voices")(voices)
ai_app.command("choose-voice")(choose_voice)


@ai_app.command("explain")
def explain(
    call: Annotated[str, typer.Argument(help="A call's number, or an article's partition for all of its calls.")],
) -> None:
    """What a model was told and what it said: prompt, versions, inputs, answer, tokens, credits, dollars."""
    from igny8_resources.warehouse.store.calls import explained

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            found = explained(session, call)
        for each in found:
            _print_call(each)
        if len(found) > 1:
            paid = sum((each.call.credits for each in found), Decimal(0))
            console.print(f"[bold]{len(found)} calls[/], {paid.normalize():f} credits together", highlight=False)


def _print_call(explained: "ExplainedCall") -> None:
    call = explained.call
    counted = " (estimated)" if call.tokens_estimated else ""
    dollars = f"${call.cost_usd:f}" if call.cost_usd is not None else "unknown"
    took = f"{call.latency_seconds:.2f} s" if call.latency_seconds is not None else ""
    facts = {
        "for": f"{call.subject} of {explained.site or explained.account}",
        "model": f"{call.provider}/{call.model}",
        "prompt": f"{call.prompt_version} {call.prompt_digest[:12]}".strip() or "none",
        "status": f"{call.status}, {call.attempts} attempts, {call.replays} replays from the journal",
        "tokens": f"{call.input_tokens:,} in, {call.output_tokens:,} out{counted}",
        "credits": f"{call.credits.normalize():f} (at list price {call.list_credits.normalize():f})",
        "cost": f"{dollars} {took}".strip(),
        "media": call.media_key,
        "error": call.error,
    }
    console.rule(f"call {call.id}: {escape(call.function)}, {call.created_at:%Y-%m-%d %H:%M:%S} UTC", align="left")
    for name, value in facts.items():
        if value:
            console.print(f"[dim]{name:>8}[/]  {escape(value)}", highlight=False, soft_wrap=True)
    if explained.prompt or explained.note:
        _print_text("prompt as the model saw it" + (f" ({explained.note})" if explained.note else ""), explained.prompt)
    _print_text("inputs", _readable(call.inputs))
    _print_text("answer", _readable(call.response))


def _print_text(title: str, text: str) -> None:
    console.print(f"\n[bold]{escape(title)}[/]", highlight=False)
    # Not through the console: it would break the lines of what somebody may want to compare.
    typer.echo(text)


def _readable(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


@ai_app.command("articles")
def articles(
    prompt: Annotated[
        str,
        typer.Option(
            metavar="FUNCTION:VERSION",
            help="Such as generate_content:account-7; for the version also 8 or more characters of its digest.",
        ),
    ],
    account: Annotated[str | None, typer.Option(help="Only this account's; its slug.")] = None,
) -> None:
    """Which articles a version of a prompt was used for."""
    from igny8_resources.warehouse.store.calls import articles_with_prompt
    from igny8_resources.warehouse.store.sites import account_by_slug

    with sentences():
        function, colon, version = prompt.partition(":")
        if not colon or not version:
            raise typer.BadParameter("expected FUNCTION:VERSION, such as generate_content:account-7")
        parts = platform_here()
        with parts.warehouse.read() as session:
            account_id = account_by_slug(session, account).id if account else None
            found = articles_with_prompt(session, function, version, account_id=account_id)
        if not found:
            console.print(f"No article was written with {escape(prompt)}.", highlight=False)
            return
        table = Table("account", "article", "title", "status", "calls", "newest")
        for use in found:
            cells = (use.account, use.partition, use.title, use.status, str(use.calls), f"{use.newest:%Y-%m-%d %H:%M}")
            table.add_row(*map(escape, cells))
        console.print(table)


@ai_app.command("image-test")
def image_test(
    prompt: Annotated[str, typer.Argument(help="What the picture shows.")],
    site: SiteKey,
    provider: Annotated[
        str | None, typer.Option(help="offline, openai, runware or comfyui; without, the site's first choice.")
    ] = None,
    width: Annotated[int, typer.Option(min=LEAST_SIDE, max=MOST_SIDE)] = USUAL_SIDE,
    height: Annotated[int, typer.Option(min=LEAST_SIDE, max=MOST_SIDE)] = USUAL_SIDE,
) -> None:
    """Make one picture, to try a prompt or a model; it belongs to no article."""
    from igny8_resources.ai.image_testing import try_picture
    from igny8_resources.warehouse.store.sites import require_module, site_by_key

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            row = site_by_key(session, site)
            require_module(session, row, "thinker")
        made = try_picture(parts, row, prompt, provider=provider, width=width, height=height)
        call = made.call
        console.print(f"{call.provider}/{call.model}: {made.width}×{made.height}, {call.credits.normalize():f} credits")
        console.print(escape(parts.media.url(made.media_key)), soft_wrap=True, highlight=False)
