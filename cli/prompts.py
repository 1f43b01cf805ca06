"""``igny8 prompts …``: the instructions that go to the models, an account's own versions of them, and how they read."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from cli.terminal import SiteKey, console, platform_here, sentences

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

prompts_app = typer.Typer(no_args_is_help=True, help="Instructions for the models: an account's own versions of them.")

PromptName = Annotated[
    str,
    typer.Argument(metavar="FUNCTION[/VARIANT]", help="Such as generate_content, or generate_content/product."),
]
AccountSlug = Annotated[str, typer.Option("--account", help="The account's slug.")]
_BY = "cli"


def _parts_of(name: str) -> tuple[str, str]:
    function, _, variant = name.partition("/")
    return function, variant


def _account_id(session: "Session", slug: str) -> int:
    from igny8_resources.warehouse.store.sites import account_by_slug

    return account_by_slug(session, slug).id


@prompts_app.command("list")
def list_prompts(
    account: AccountSlug = "main",
    function: Annotated[str | None, typer.Option(help="Only this function's.")] = None,
) -> None:
    """Every prompt, and whose text is in use for it."""
    from igny8_resources.warehouse.store import prompts as store

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            found = store.states(session, _account_id(session, account))
        table = Table("prompt", "in use", "own versions", "what it is for")
        for state in found:
            if function in {None, state.function}:
                name = f"{state.function}/{state.variant}" if state.variant else state.function
                shown = store.BUILT_IN if state.source == store.BUILT_IN else state.version
                table.add_row(name, shown, str(state.own_versions or ""), "" if state.variant else state.purpose)
        console.print(table)


@prompts_app.command("show")
def show(
    prompt: PromptName,
    account: AccountSlug = "main",
    version: Annotated[
        str, typer.Option(help="A version's number, built-in, or active for the one in use.")
    ] = "active",
    variables: Annotated[bool, typer.Option("--variables", help="List what it can speak of instead.")] = False,
) -> None:
    """A prompt's text, and the account's versions of it; or the variables that it can use."""
    from igny8_resources.ai.prompt_variables import variables_of
    from igny8_resources.warehouse.store import prompts as store

    with sentences():
        function, variant = _parts_of(prompt)
        parts = platform_here()
        with parts.warehouse.read() as session:
            account_id = _account_id(session, account)
            text = store.text_of_version(session, account_id, function, variant, version)
            versions = store.versions_of(session, account_id, function, variant)
        if variables:
            table = Table("variable", "kind", "what it is")
            for variable in variables_of(function).values():
                table.add_row(*map(escape, (variable.path, variable.kind, variable.description)))
            console.print(table)
            return
        for row in versions:
            mark = "[green]in use[/]" if row.is_active else "      "
            said = f"{mark} account-{row.version} {row.created_at:%Y-%m-%d} {escape(row.created_by)} {escape(row.note)}"
            console.print(said, highlight=False)
        typer.echo(text)


@prompts_app.command("set")
def set_prompt(
    prompt: PromptName,
    file: Annotated[Path, typer.Argument(help="The text; - reads it from standard input.", allow_dash=True)],
    account: AccountSlug = "main",
    note: Annotated[str, typer.Option(help="Why it was changed.")] = "",
    aside: Annotated[bool, typer.Option("--aside", help="Save it without using it.")] = False,
) -> None:
    """Save a text as a version of a prompt and use it from now on; a text that could fail is refused."""
    from igny8_resources.warehouse.store import prompts as store

    with sentences():
        function, variant = _parts_of(prompt)
        parts = platform_here()
        text = _text_of(file)
        with parts.warehouse.write() as session:
            account_id = _account_id(session, account)
            version = store.save_version(
                session, account_id, function, variant, text, note=note[:300], by=_BY, activate=not aside
            )
            number, used = version.version, version.is_active
        state = "used from now on" if used else "not in use"
        console.print(f"{escape(prompt)} of {escape(account)}: account-{number}, {state}.", highlight=False)


@prompts_app.command("activate")
def activate(
    function: Annotated[str, typer.Argument(help="The function, such as generate_content.")],
    version: Annotated[int, typer.Argument(min=1, help="The version's number.")],
    account: AccountSlug = "main",
) -> None:
    """Use an earlier version of a prompt again."""
    from igny8_resources.warehouse.store import prompts as store

    with sentences():
        parts = platform_here()
        with parts.warehouse.write() as session:
            row = store.activate_version(session, _account_id(session, account), function, version, by=_BY)
            name = f"{row.function}/{row.variant}" if row.variant else row.function
        console.print(f"{escape(name)} of {escape(account)}: account-{version} is used from now on.", highlight=False)


@prompts_app.command("diff")
def diff(
    prompt: PromptName,
    before: Annotated[str, typer.Argument(help="A version's number, built-in, or active.")] = "built-in",
    after: Annotated[str, typer.Argument(help="The same.")] = "active",
    account: AccountSlug = "main",
) -> None:
    """What is different between two versions; without any, what the account has made of the platform's own."""
    from igny8_resources.warehouse.store import prompts as store

    with sentences():
        function, variant = _parts_of(prompt)
        parts = platform_here()
        with parts.warehouse.read() as session:
            found = store.diff(session, _account_id(session, account), function, variant, before, after)
        if not found:
            console.print(f"{before} and {after} are the same.")
        elif console.is_terminal:
            console.print(Syntax(found, "diff", word_wrap=True))
        else:
            typer.echo(found)


@prompts_app.command("reset")
def reset(prompt: PromptName, account: AccountSlug = "main") -> None:
    """Use the platform's own prompt again; the account's versions stay."""
    from igny8_resources.warehouse.store import prompts as store

    with sentences():
        function, variant = _parts_of(prompt)
        parts = platform_here()
        with parts.warehouse.write() as session:
            was_own = store.reset_prompt(session, _account_id(session, account), function, variant, by=_BY)
        said = "the platform's own is used from now on" if was_own else "it had no version of its own in use"
        console.print(f"{escape(prompt)} of {escape(account)}: {said}.", highlight=False)


@prompts_app.command("preview")
def preview(
    prompt: PromptName,
    site: SiteKey,
    task: Annotated[int | None, typer.Option(help="The task that it is to be about; without, the newest one.")] = None,
    file: Annotated[
        Path | None, typer.Option(help="A text that is not saved yet; - reads standard input.", allow_dash=True)
    ] = None,
) -> None:
    """A prompt as a model would see it for a real article of a site."""
    from sqlalchemy import select

    from igny8_resources.ai.prompt_check import check_prompt, require_function
    from igny8_resources.ai.prompt_variables import variant_in
    from igny8_resources.ai.prompting import ChosenPrompt, choose_prompt
    from igny8_resources.warehouse.store import prompts as store
    from igny8_resources.warehouse.store.sites import site_by_key
    from igny8_resources.warehouse.tables.writer import Task

    with sentences():
        function, variant = _parts_of(prompt)
        require_function(function, variant)
        parts = platform_here()
        text = _text_of(file) if file is not None else None
        with parts.warehouse.read() as session:
            row = site_by_key(session, site)
            about = session.scalar(select(Task).where(Task.id == task, Task.site_id == row.id)) if task else None
            if task and about is None:
                raise store.NoRealInputs(f"{site} has no task {task}")
            inputs = store.real_inputs(session, row, function, about)
            variant = variant or variant_in(function, inputs)
            if text is not None:
                check_prompt(function, variant, text)
                chosen = ChosenPrompt(function, variant, "unsaved", text)
            else:
                chosen = choose_prompt(
                    session,
                    account_id=row.account_id,
                    site_id=row.id,
                    sector_id=about.sector_id if about else None,
                    function=function,
                    variant=variant,
                )
        shown = chosen.rendered_for(inputs)
        name = f"{function}/{variant}" if variant else function
        console.print(f"[dim]{escape(name)}, {shown.version}[/]", highlight=False)
        typer.echo(shown.text)


def _text_of(file: Path) -> str:
    if str(file) == "-":
        return sys.stdin.read()
    from cli.files import bytes_of

    return bytes_of(file).decode("utf-8", errors="strict")
