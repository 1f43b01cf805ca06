"""Commands that work on files alone and need no warehouse: ``igny8 cluster`` and ``igny8 render``."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from cli.terminal import console, sentences


def bytes_of(file: Path) -> bytes:
    """A file's content.

    Raises:
        FileNotFoundError: it is not a file.
    """
    if not file.is_file():
        raise FileNotFoundError(f"{file} is not a file")
    return file.read_bytes()


def cluster(
    source: Annotated[Path, typer.Argument(help="Keyword file of any tool.")],
    out: Annotated[Path, typer.Argument(help="CSV to write: keyword, cluster_id, cluster_name, …")],
    resolution: Annotated[
        float | None, typer.Option(min=0.01, max=100, help="Higher gives smaller, tighter clusters.")
    ] = None,
) -> None:
    """Cluster a keyword file; needs no warehouse."""
    from igny8_assets.planner.cluster_file import cluster_file

    with sentences():
        bytes_of(source)
        given: dict[str, Any] = {} if resolution is None else {"resolution": resolution}
        report = cluster_file(source, out, **given)
        for problem in report.source.problems[:20]:
            console.print(f"  [yellow]{escape(str(problem))}[/]", soft_wrap=True)
        console.print(
            f"{report.keywords} keywords in {len(report.clusters)} clusters ({report.singletons} of one keyword), "
            f"{report.source.refused} rows refused: {escape(str(report.out_path))}",
            soft_wrap=True,
        )


def render(
    script: Annotated[Path, typer.Argument(help="Script file (JSON).")],
    out: Annotated[Path, typer.Argument(help="MP4 to write; subtitles are written beside it.")],
) -> None:
    """Render a video from a script file; needs no warehouse."""
    from rich.progress import Progress

    from igny8_assets.video.render_script import load_script
    from igny8_assets.video.render_script import render as render_script
    from igny8_assets.video.rendering import RenderProgress
    from igny8_resources.ai.espeak_speech import EspeakSpeechProvider

    with sentences():
        read = load_script(script)
        with Progress(console=console) as progress:
            bar = progress.add_task("Rendering", total=None)

            def on_progress(now: RenderProgress) -> None:
                progress.update(bar, total=now.frames, completed=now.frame)

            made = render_script(read, out, speech=EspeakSpeechProvider(), progress=on_progress)
        console.print(
            f"{escape(str(made.video))}: {made.duration:.1f} s, {made.facts.size / 1e6:.1f} MB; {escape(made.srt.name)}, "
            f"{escape(made.vtt.name)}",
            soft_wrap=True,
        )
