"""``igny8 task sources …`` and ``igny8 article …``: what an article may cite, its versions, and people's work on it."""

import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.terminal import console, platform_here, sentences

if TYPE_CHECKING:
    from igny8_assets.writer.editing import Edited
    from igny8_resources.warehouse.tables.writer import TaskSource

task_app = typer.Typer(no_args_is_help=True, help="Articles that are to be written.")
sources_app = typer.Typer(no_args_is_help=True, help="Documents that an article may cite.")
task_app.add_typer(sources_app, name="sources")
article_app = typer.Typer(no_args_is_help=True, help="Versions of articles, edits and proposals.")

Partition = Annotated[str, typer.Argument(help="The article's partition, e.g. acme-blog-42.")]
Number = Annotated[int, typer.Argument(min=1, help="The version's number.")]


@sources_app.command("add")
def add(
    partition: Partition,
    source: Annotated[str, typer.Argument(help="The address of a public page, or a file: .txt, .md, .html.")],
    title: Annotated[str, typer.Option(help="What the article calls it; its own title when it is not given.")] = "",
) -> None:
    """Add a page or a file that the article may cite, and read it at once."""
    from igny8_assets.writer.sources import name_address, read_address, read_document
    from igny8_resources.warehouse.store.sites import tenant_of
    from igny8_resources.warehouse.store.sources import add_source
    from igny8_resources.warehouse.store.writer import task_of

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            _, site = task_of(session, partition)
        document = None
        if "://" not in source:
            path = Path(source)
            document = read_document(parts.media, tenant_of(site).media_prefix, path.name, path.read_bytes())
        with parts.warehouse.write() as session:
            task, _ = task_of(session, partition)
            if document is None:
                row = name_address(session, task, source, title=title)
            else:
                row = add_source(
                    session, task, title=title or document.title, text=document.text, media_key=document.media_key
                )
        if row.status != "ready":
            row = read_address(parts.warehouse, row.id)
        console.print(escape(_source_line(row)), soft_wrap=True)
        raise typer.Exit(0 if row.status == "ready" else 1)


@sources_app.command("list")
def list_sources(partition: Partition) -> None:
    """What the article may cite, and how much of it the newest brief carried."""
    from igny8_resources.warehouse.store.sources import sources_of
    from igny8_resources.warehouse.store.writer import task_of

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            task, _ = task_of(session, partition)
            rows = sources_of(session, task.id)
        for row in rows:
            console.print(escape(_source_line(row)), soft_wrap=True)
        if not rows:
            console.print(f"{partition} has no source. `igny8 task sources add {partition} URL` adds one.")


@sources_app.command("remove")
def remove(partition: Partition, key: Annotated[str, typer.Argument(help="The source's key, e.g. s2.")]) -> None:
    """Remove a source; what the article cites of it is reported by its next check."""
    from igny8_resources.warehouse.store.sources import remove_source
    from igny8_resources.warehouse.store.writer import task_of

    with sentences():
        parts = platform_here()
        with parts.warehouse.write() as session:
            task, _ = task_of(session, partition)
            remove_source(session, task, key)
        console.print(f"removed {key} of {partition}")


def _source_line(source: "TaskSource") -> str:
    from igny8_assets.writer.sources import share_used

    if source.status != "ready":
        return f"{source.key} {source.url}: {source.status}. {source.error}".rstrip()
    if source.passages:
        return share_used(source)
    return f"{source.key} “{source.title or source.url}”: {source.characters:,} characters, ready"


@article_app.command("versions")
def versions(partition: Partition) -> None:
    """What the article said at different times and what waits for a decision, the newest first."""
    from igny8_resources.warehouse.store.versions import versions_of
    from igny8_resources.warehouse.store.writer import content_of

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            content, _, _ = content_of(session, partition)
            rows = versions_of(session, content.id)
        table = Table("version", "status", "written by", "when", "title")
        for row in rows:
            when = f"{row.created_at:%Y-%m-%d %H:%M}"
            table.add_row(str(row.version), row.status, escape(row.written_by), when, escape(row.title))
        console.print(table)


@article_app.command("diff")
def diff(
    partition: Partition,
    newer: Annotated[int, typer.Option(min=0, help="The version to look at; the newest when it is not given.")] = 0,
    older: Annotated[
        int, typer.Option(min=0, help="What to compare it with; the article's own text when it is not given.")
    ] = 0,
) -> None:
    """What was added, removed and changed between two versions, block by block."""
    from igny8_assets.writer.version_diff import version_diff
    from igny8_resources.contracts.writer import ArticleDraft
    from igny8_resources.warehouse.store.versions import version_of, versions_of
    from igny8_resources.warehouse.store.writer import content_of

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            content, _, _ = content_of(session, partition)
            before, after = (
                version_of(session, content, number)
                for number in (older or content.version, newer or versions_of(session, content.id)[0].version)
            )
        changes = version_diff(ArticleDraft.model_validate(before.draft), ArticleDraft.model_validate(after.draft))
        console.print(f"version {before.version} ({before.status}) → {after.version} ({after.status})")
        for change in changes:
            inside = (
                f" · {change.heading}" if change.heading and change.heading not in {change.before, change.after} else ""
            )
            console.print(f"\n[bold]{change.kind}[/] {escape(change.where + inside)}", soft_wrap=True)
            for mark, colour, text in (("-", "red", change.before), ("+", "green", change.after)):
                if text:
                    console.print(f"[{colour}]{mark} {escape(text)}[/]", soft_wrap=True, highlight=False)
        if not changes:
            console.print("Both say the same.")


@article_app.command("draft")
def draft(
    partition: Partition,
    file: Annotated[Path | None, typer.Argument(help="Where to write it; printed when it is not given.")] = None,
) -> None:
    """The article's typed blocks as JSON, to edit and hand back with `igny8 article edit`."""
    from igny8_resources.warehouse.store.writer import content_of

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            content, _, _ = content_of(session, partition)
        written = json.dumps(content.draft, indent=2, ensure_ascii=False)
        if file is None:
            typer.echo(written)
            return
        file.write_text(f"{written}\n", encoding="utf-8")
        console.print(f"{file}: version {content.version}. Edit it, then: ", end="")
        console.print(f"igny8 article edit {partition} {file} --version {content.version}", soft_wrap=True)


@article_app.command("edit")
def edit(
    partition: Partition,
    file: Annotated[Path, typer.Argument(help="The edited draft as JSON.")],
    version: Annotated[int, typer.Option(min=1, help="The version that was edited; a newer one by now is refused.")],
) -> None:
    """Save a person's text as a new version; nothing but a person replaces it from then on."""
    from pydantic import ValidationError

    from igny8_assets.not_ready import NotReady
    from igny8_assets.writer.editing import edit_article
    from igny8_resources.contracts.writer import ArticleDraft
    from igny8_resources.warehouse.store.writer import content_of

    with sentences():
        parts = platform_here()
        try:
            edited_draft = ArticleDraft.model_validate_json(file.read_bytes())
        except ValidationError as invalid:
            places = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in invalid.errors()[:5])
            raise NotReady(f"{file} is no draft of an article: {places}") from invalid
        with parts.warehouse.write() as session:
            content, task, site = content_of(session, partition, lock=True)
            edited = edit_article(session, content, task, site, edited_draft, by=_person(), base_version=version)
        _print_edited(partition, edited)


@article_app.command("accept")
def accept(partition: Partition, number: Number) -> None:
    """Make a proposal the article's text."""
    from igny8_assets.writer.editing import accept_proposal
    from igny8_resources.warehouse.store.writer import content_of

    with sentences():
        parts = platform_here()
        with parts.warehouse.write() as session:
            content, task, site = content_of(session, partition, lock=True)
            accepted = accept_proposal(session, content, task, site, number, by=_person())
        _print_edited(partition, accepted)


@article_app.command("reject")
def reject(partition: Partition, number: Number) -> None:
    """Turn a proposal down; it stays on record."""
    from igny8_assets.writer.editing import reject_proposal
    from igny8_resources.warehouse.store.writer import content_of

    with sentences():
        parts = platform_here()
        with parts.warehouse.write() as session:
            content, task, _ = content_of(session, partition, lock=True)
            reject_proposal(session, content, task, number, by=_person())
        console.print(f"rejected version {number} of {partition}")


@article_app.command("rewrite")
def rewrite(
    partition: Partition,
    section: Annotated[int, typer.Argument(min=0, help="The section's number, from 0.")],
    wish: Annotated[str, typer.Option(help="What is to be different.")] = "",
) -> None:
    """Have one section written anew; beside a person's text the result is a proposal."""
    from igny8_assets.writer.editing import rewrite_section

    with sentences():
        parts = platform_here()
        done = rewrite_section(parts, partition, section, wish=wish)
        where = (
            f"version {done.version} is the article's text" if done.stands else f"version {done.version} is a proposal"
        )
        console.print(
            f"“{escape(done.section.heading)}”: {where}, {done.call.credits.normalize():f} credits"
            if done.version is not None
            else f"“{escape(done.section.heading)}”: the model gave the text that is there already",
            soft_wrap=True,
        )


def _person() -> str:
    """How a version names who wrote it at this terminal."""
    return f"user:{getpass.getuser()}"


def _print_edited(partition: str, edited: "Edited") -> None:
    if not edited.changed:
        console.print(f"{partition}: nothing was different")
        return
    console.print(
        f"{partition} is at version {edited.content.version} now, a draft: run its chain and approve it again"
    )
    for finding in edited.findings:
        colour = "red" if finding.severity == "error" else "yellow"
        console.print(
            f"[{colour}]{finding.severity}[/] {escape(finding.passage)}: {escape(finding.message)}", soft_wrap=True
        )
