"""``igny8 video …``: a video's script read, edited and approved, one section of it told anew, and what it is found by."""

import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.music import choose_music
from cli.terminal import console, platform_here, sentences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from igny8_assets.findings import Finding

video_app = typer.Typer(no_args_is_help=True, help="Scripts of videos: versions, edits, approval; their music.")
video_app.command("choose-music")(choose_music)

Partition = Annotated[str, typer.Argument(help="The video's partition, e.g. acme-blog-v7.")]
Number = Annotated[int, typer.Argument(min=1, help="The version's number.")]


@video_app.command("list")
def list_videos(site: Annotated[str, typer.Argument(help="The site's key.")]) -> None:
    """A site's videos and how far each is."""
    from sqlalchemy import select

    from igny8_resources.warehouse.store.sites import site_by_key
    from igny8_resources.warehouse.tables.video import VideoProject

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            found = site_by_key(session, site)
            rows = session.scalars(
                select(VideoProject).where(VideoProject.site_id == found.id).order_by(VideoProject.id.desc())
            ).all()
        table = Table("video", "type", "preset", "status", "script", "title")
        for row in rows:
            script = f"{row.script_version} {row.script_status}" if row.script else "none"
            table.add_row(
                row.partition_key or "", row.video_type, row.render_preset, row.status, script, escape(row.title)
            )
        console.print(table)


@video_app.command("versions")
def versions(partition: Partition) -> None:
    """What the script said at different times and what waits for a decision, the newest first."""
    from igny8_resources.warehouse.store import video_scripts as scripts
    from igny8_resources.warehouse.store.video import project_of

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            project, _, _ = project_of(session, partition)
            rows = scripts.versions_of(session, project.id)
        table = Table("version", "status", "written by", "approved by", "when")
        for row in rows:
            when = f"{row.created_at:%Y-%m-%d %H:%M}"
            table.add_row(str(row.version), row.status, escape(row.written_by), escape(row.approved_by), when)
        console.print(table)


@video_app.command("script")
def script(
    partition: Partition,
    file: Annotated[Path | None, typer.Argument(help="Where to write it as JSON; shown when it is not given.")] = None,
) -> None:
    """The script as it stands; as a file to edit and hand back with `igny8 video edit`."""
    from igny8_assets.video.script_check import clock
    from igny8_resources.contracts.video import VideoScript
    from igny8_resources.warehouse.store.video import project_of

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            project, _, _ = project_of(session, partition)
        if file is not None:
            written = json.dumps(project.script, indent=2, ensure_ascii=False)
            file.write_text(f"{written}\n", encoding="utf-8")
            console.print(f"{file}: version {project.script_version}. Edit it, then: ", end="")
            console.print(f"igny8 video edit {partition} {file} --version {project.script_version}", soft_wrap=True)
            return
        if not project.script:
            console.print(f"{partition} has no script yet.")
            return
        shown = VideoScript.model_validate(project.script)
        seconds = sum(section.duration_estimate for section in shown.sections)
        console.print(
            f"[bold]{escape(shown.title)}[/]: version {project.script_version}, {project.script_status}, "
            f"about {clock(seconds)}",
            soft_wrap=True,
        )
        for number, section in enumerate(shown.sections, start=1):
            console.print(f"\n[bold]{number} {section.type}[/] {escape(section.text_overlay)}", soft_wrap=True)
            console.print(escape(section.narration), soft_wrap=True, highlight=False)


@video_app.command("edit")
def edit(
    partition: Partition,
    file: Annotated[Path, typer.Argument(help="The edited script as JSON.")],
    version: Annotated[int, typer.Option(min=0, help="The version that was edited; a newer one by now is refused.")],
) -> None:
    """Save a person's script as a new version; nothing but a person replaces it from then on."""
    from pydantic import ValidationError

    from igny8_assets.not_ready import NotReady
    from igny8_assets.video.script_editing import edit_script
    from igny8_resources.contracts.video import VideoScript
    from igny8_resources.warehouse.store.video import project_of

    with sentences():
        parts = platform_here()
        try:
            edited_script = VideoScript.model_validate_json(file.read_bytes())
        except ValidationError as invalid:
            places = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in invalid.errors()[:5])
            raise NotReady(f"{file} is no script of a video: {places}") from invalid
        with parts.warehouse.write() as session:
            project, content, site = project_of(session, partition, lock=True)
            edited = edit_script(
                session,
                project,
                content,
                site,
                edited_script,
                by=_person(),
                base_version=version,
                usual_pace=parts.settings.speech_words_per_minute,
            )
        said = f"is at version {edited.project.script_version} now; approve it to have it rendered"
        console.print(
            f"{partition} {said}" if edited.changed else f"{partition}: nothing was different", soft_wrap=True
        )
        _print_findings(edited.findings)


@video_app.command("approve")
def approve(partition: Partition) -> None:
    """Approve the script as it stands; the video is made with `igny8 run`, or by the daemon."""
    from igny8_assets.video.script_editing import approve_script
    from igny8_resources.warehouse.store.video import project_of

    with sentences():
        parts = platform_here()
        with parts.warehouse.write() as session:
            project, _, _ = project_of(session, partition, lock=True)
            version = approve_script(session, project, by=_person())
        console.print(f"{partition}: version {version.version} of the script is approved; `igny8 run` makes the video")


@video_app.command("accept")
def accept(partition: Partition, number: Number) -> None:
    """Make a proposal the video's script."""
    from igny8_assets.video.script_editing import accept_proposal
    from igny8_resources.warehouse.store.video import project_of

    with sentences():
        parts = platform_here()
        with parts.warehouse.write() as session:
            project, content, _ = project_of(session, partition, lock=True)
            accepted = accept_proposal(session, project, content, number, by=_person())
        console.print(f"version {number} is the script of {partition} now; approve it to have it rendered")
        _print_findings(accepted.findings)


@video_app.command("reject")
def reject(partition: Partition, number: Number) -> None:
    """Turn a proposal down; it stays on record."""
    from igny8_assets.video.script_editing import reject_proposal
    from igny8_resources.warehouse.store.video import project_of

    with sentences():
        parts = platform_here()
        with parts.warehouse.write() as session:
            project, _, _ = project_of(session, partition, lock=True)
            reject_proposal(session, project, number, by=_person())
        console.print(f"rejected version {number} of the script of {partition}")


@video_app.command("rewrite")
def rewrite(
    partition: Partition,
    section: Annotated[int, typer.Argument(min=1, help="The section's number, from 1.")],
    wish: Annotated[str, typer.Option(help="What is to be different.")] = "",
) -> None:
    """Have one section told anew; beside a person's script the result is a proposal."""
    from igny8_assets.video.script_editing import rewrite_section

    with sentences():
        parts = platform_here()
        done = rewrite_section(parts, partition, section, wish=wish)
        where = f"version {done.version} is the script" if done.stands else f"version {done.version} is a proposal"
        console.print(
            f"section {section}: {where}, {done.call.credits.normalize():f} credits\n{escape(done.section.narration)}"
            if done.version is not None
            else f"section {section}: the model gave what is there already",
            soft_wrap=True,
        )
        _print_findings(done.findings)


def _person() -> str:
    """How a version names who wrote it at this terminal."""
    return f"user:{getpass.getuser()}"


def _print_findings(findings: "Iterable[Finding]") -> None:
    for finding in findings:
        colour = "red" if finding.severity == "error" else "yellow"
        said = f"[{colour}]{finding.severity}[/] {escape(finding.passage)}: {escape(finding.message)}"
        console.print(said, soft_wrap=True)
