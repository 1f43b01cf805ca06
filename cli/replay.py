"""``igny8 ai replay``: an article rebuilt from the journal of model calls."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.terminal import console, errors, platform_here, sentences


def replay(
    article: Annotated[str, typer.Argument(help="The article's partition, such as crema-lane-7.")],
    out: Annotated[
        Path | None, typer.Option(help="A folder to write the rebuilt draft, HTML and structured data into.")
    ] = None,
) -> None:
    """Rebuild an article from the journal, without a provider and for no credits; ends with status 1 where it differs."""
    from igny8_assets.replaying import NotInJournal, replay_article
    from igny8_resources.warehouse.store.writer import NothingWritten, UnknownArticle

    with sentences():
        parts = platform_here()
        try:
            replayed = replay_article(parts, article)
        except (NotInJournal, NothingWritten, UnknownArticle) as missing:
            errors.print(f"[red]{escape(str(missing))}[/]", soft_wrap=True, highlight=False)
            raise typer.Exit(1) from missing
    table = Table(
        title=f"{escape(replayed.title)}: from {len(replayed.calls)} recorded calls, 0 credits", title_justify="left"
    )
    for column in ("part", "bytes", "sha256", "as it stands"):
        table.add_column(column)
    for part in replayed.parts:
        table.add_row(
            part.name,
            f"{len(part.rebuilt):,}",
            part.digest[:16],
            "[green]the same[/]" if part.same else "[red]differs[/]",
        )
    console.print(table)
    for note in replayed.notes:
        console.print(escape(note), soft_wrap=True)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for part, name in zip(replayed.parts, ("draft.json", "article.html", "schema.json"), strict=False):
            (out / name).write_bytes(part.rebuilt)
        console.print(f"Written to {out}", soft_wrap=True)
    if not replayed.same:
        raise typer.Exit(1)
