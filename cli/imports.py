"""Keywords in and out: ``igny8 import``, ``igny8 seeds`` and ``igny8 export``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.column_choice import chosen_columns
from cli.due_work import work
from cli.terminal import SiteKey, console, platform_here, sentences

if TYPE_CHECKING:
    from igny8_assets.planner.keywords.files import FilePreview
    from igny8_assets.planner.keywords.importing import SitePreview, StagedFile
    from igny8_resources.platform import Platform

MOST_PROBLEMS_SHOWN = 20

Market = Annotated[str | None, typer.Option(help="The market of rows that name none, e.g. us.")]

seeds_app = typer.Typer(invoke_without_command=True, help="The seed library: keywords to begin with, by industry.")
export_app = typer.Typer(no_args_is_help=True, help="A site's data as files.")


def import_file(
    file: Annotated[Path, typer.Argument(help="Keyword file: CSV, TSV, xlsx or zip of any SEO tool.")],
    site: SiteKey,
    sector: Annotated[str | None, typer.Option(help="Put every keyword into this sector.")] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="Name a column yourself: keyword=Suchbegriff. Repeat as needed.")
    ] = None,
    *,
    market: Market = None,
    competitor: Annotated[
        bool, typer.Option("--competitor", help="Another domain's positions: no keyword becomes the site's.")
    ] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only say what the file holds and would do; store nothing.")
    ] = False,
) -> None:
    """Read a keyword file, say what is in it, and load its good rows."""
    from igny8_assets.planner.keywords.importing import preview_file, stage_file

    with sentences():
        if not file.is_file():
            raise FileNotFoundError(f"{file} is not a file")
        parts = platform_here()
        chosen = chosen_columns(column)
        if preview:
            with console.status(f"Reading {escape(file.name)}"):
                found = preview_file(parts, site, file, file.name, columns=chosen, market=market)
            _print_preview(found)
            return
        with console.status(f"Reading {escape(file.name)}"):
            staged = stage_file(
                parts,
                site,
                file,
                file.name,
                sector_slug=sector,
                columns=chosen,
                market=market,
                purpose="competitor" if competitor else "keywords",
            )
        _print_read(staged.preview)
        _load(parts, site, staged, competitor=competitor)


@seeds_app.callback()
def list_seeds(context: typer.Context) -> None:
    """List the industries of the seed library."""
    if context.invoked_subcommand is not None:
        return
    from igny8_assets.planner.keywords.seeds import industries

    shown = Table("industry", "name", "seeds")
    for industry in industries():
        shown.add_row(industry.slug, industry.name, str(industry.seeds))
    console.print(shown)
    console.print("`igny8 seeds add INDUSTRY --site KEY` takes one of them into a site.")


@seeds_app.command("add")
def add_seeds(
    industry: Annotated[str, typer.Argument(help="An industry of the library.")], site: SiteKey, market: Market = None
) -> None:
    """Take an industry's seeds into a site; their volumes are unknown."""
    from igny8_assets.planner.keywords.seeds import stage_seeds

    with sentences():
        parts = platform_here()
        staged = stage_seeds(parts, site, industry, market=market)
        _print_read(staged.preview)
        _load(parts, site, staged)


@export_app.command("keywords")
def export_site_keywords(
    out: Annotated[Path, typer.Argument(help="A .csv or .xlsx to write; safe to open in a spreadsheet.")], site: SiteKey
) -> None:
    """Write a site's keywords to a file that `igny8 import` reads back."""
    from igny8_assets.planner.keywords.exporting import write_keywords
    from igny8_assets.planner.keywords.loading import row_of
    from igny8_resources.warehouse.store.keyword_loading import every_keyword
    from igny8_resources.warehouse.store.sites import site_by_key

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            row = site_by_key(session, site)
            count = write_keywords(map(row_of, every_keyword(session, row.id)), out)
        console.print(f"{count} keywords: {escape(str(out))}", soft_wrap=True)


def _load(parts: "Platform", site_key: str, staged: "StagedFile", *, competitor: bool = False) -> None:
    from igny8_resources.requests import Item, submit_request
    from igny8_resources.warehouse.store.sites import site_by_key
    from jobs.names import LOAD_KEYWORDS

    if not staged.is_new and staged.status == "loaded":
        console.print("This very file is in already; nothing to do.")
        return
    with parts.warehouse.write() as session:
        row = site_by_key(session, site_key)
        submit_request(
            session,
            account_id=row.account_id,
            site_id=row.id,
            kind="import",
            payload={"site_key": site_key, "import_id": staged.import_id},
            items=[Item(LOAD_KEYWORDS, site_key)],
            idempotency_key=f"import:{staged.import_id}",
        )
    worked = work(parts, only_asked=True)
    if worked.succeeded and worked.pieces:
        console.print(
            f"The positions are in. Next: igny8 opportunities list --site {site_key}"
            if competitor
            else f"The keywords are in. Next: igny8 run --site {site_key} --articles 3"
        )
    raise typer.Exit(0 if worked.succeeded else 1)


def _print_read(seen: "FilePreview") -> None:
    console.print(
        f"{escape(seen.name)}: {seen.tool_name}; {seen.good - seen.duplicates} keywords, "
        f"{seen.duplicates} rows repeated, {seen.refused} refused"
    )
    for note in seen.notes:
        console.print(f"  {escape(str(note))}", soft_wrap=True)
    for problem in seen.problems[:MOST_PROBLEMS_SHOWN]:
        console.print(f"  [yellow]{escape(str(problem))}[/]", soft_wrap=True)
    if len(seen.problems) > MOST_PROBLEMS_SHOWN:
        console.print(f"  … and {len(seen.problems) - MOST_PROBLEMS_SHOWN} more")


def _print_preview(found: "SitePreview") -> None:
    seen = found.file
    _print_read(seen)
    columns = Table("field", "column", title="Columns")
    for name, header in seen.columns.items():
        columns.add_row(name, escape(header))
    for header in seen.unmapped:
        columns.add_row("[dim]not used[/]", escape(header))
    console.print(columns)
    sample = Table("keyword", "market", "volume", "known as", "difficulty", "intents", title="First rows")
    for row in seen.sample:
        figures = ["" if value is None else f"{value:g}" for value in (row.volume, row.difficulty)]
        sample.add_row(
            escape(row.text), row.market or "", figures[0], row.volume_kind, figures[1], ", ".join(row.intents)
        )
    console.print(sample)
    console.print(
        f"For the site: {found.new} new, {found.updates} updated, {found.unchanged} unchanged. Nothing was stored."
    )
