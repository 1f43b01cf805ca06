"""Commands that work on files alone and need no warehouse: ``igny8 cluster`` and ``igny8 render``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.terminal import console, sentences
from igny8_resources.contracts.vocabulary import RenderBackend, RenderPreset, RenderSpeed

if TYPE_CHECKING:
    from igny8_assets.planner.clusters.listed_file import ClusterFileReport
    from igny8_resources.ai.providers import EmbeddingProvider

MOST_CLUSTERS_PRINTED = 40


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
    out: Annotated[Path, typer.Argument(help="CSV to write: keyword, market, pillar, cluster, …")],
    resolution: Annotated[
        float | None, typer.Option(min=0.01, max=10, help="Higher gives smaller, tighter clusters.")
    ] = None,
    similarity_floor: Annotated[
        float | None, typer.Option(min=0.01, max=1, help="Least cosine at which two keywords are linked.")
    ] = None,
    mix_intents: Annotated[bool, typer.Option("--mix-intents", help="Let intents share a cluster.")] = False,
    mix_markets: Annotated[bool, typer.Option("--mix-markets", help="Let markets share a cluster.")] = False,
    previous: Annotated[
        Path | None, typer.Option(help="An earlier output: its cluster ids are kept, and what changed is told.")
    ] = None,
    map_file: Annotated[Path | None, typer.Option("--map", help="Draw the map of the clusters here (PNG).")] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="Name a column yourself: keyword=Suchbegriff. Repeat as needed.")
    ] = None,
    embeddings: Annotated[str | None, typer.Option(help="The model of the vectors, as in IGNY8_EMBEDDINGS.")] = None,
) -> None:
    """Cluster a keyword file; needs no warehouse."""
    from rich.markdown import Markdown

    from cli.column_choice import chosen_columns
    from igny8_assets.planner.clusters.change_report import changes_told
    from igny8_assets.planner.clusters.listed_file import cluster_file

    with sentences():
        if not source.is_file():
            raise FileNotFoundError(f"{source} is not a file")
        with console.status("Reading, embedding, clustering"):
            report = cluster_file(
                source,
                out,
                _embeddings(embeddings),
                resolution=resolution,
                similarity_floor=similarity_floor,
                mix_intents=mix_intents,
                mix_markets=mix_markets,
                previous=previous,
                columns=chosen_columns(column),
                map_path=map_file,
            )
        for problem in report.source.problems[:20]:
            console.print(f"  [yellow]{escape(str(problem))}[/]", soft_wrap=True)
        console.print(_clusters_table(report))
        if previous is not None:
            console.print(Markdown(changes_told(report.changes, report.names)))
        console.print(
            f"{report.keywords} keywords in {len(report.clusters)} clusters ({report.singletons} of one keyword) and "
            f"{len(report.pillars)} pillars, {report.source.refused} rows refused: {escape(str(report.out_path))}",
            soft_wrap=True,
        )
        if report.notice:
            console.print(f"[yellow]{escape(report.notice)}[/]", soft_wrap=True)
        if report.map_path is not None:
            console.print(f"The map: {escape(str(report.map_path))}", soft_wrap=True)


def _embeddings(name: str | None) -> "EmbeddingProvider":
    from igny8_resources.ai.embedding_choice import embedding_provider
    from igny8_resources.settings import load_settings

    settings = load_settings()
    return embedding_provider(settings if name is None else settings.model_copy(update={"embeddings": name}))


def _clusters_table(report: "ClusterFileReport") -> Table:
    pillar_of = {cluster.id: pillar.name for pillar in report.pillars for cluster in pillar.clusters}
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Cluster", "Pillar"):
        table.add_column(name, overflow="fold")
    for name in ("Keywords", "Volume", "Difficulty"):
        table.add_column(name, justify="right")
    table.add_column("Intent")
    table.add_column("Opportunity", justify="right")
    for cluster in report.clusters[:MOST_CLUSTERS_PRINTED]:
        table.add_row(
            escape(cluster.name),
            escape(pillar_of[cluster.id]),
            f"{len(cluster.keywords):,}",
            "–" if cluster.total_volume is None else f"{cluster.total_volume:,}",
            "–" if cluster.median_difficulty is None else f"{cluster.median_difficulty:g}",
            ", ".join(f"{name} {share:.0%}" for name, share in list(cluster.intent_mix.items())[:2]),
            f"{cluster.opportunity.total:g}",
        )
    if len(report.clusters) > MOST_CLUSTERS_PRINTED:
        table.add_row(f"… and {len(report.clusters) - MOST_CLUSTERS_PRINTED} more, all in the file")
    return table


def render(
    script: Annotated[Path, typer.Argument(help="Script file (JSON).")],
    out: Annotated[Path, typer.Argument(help="MP4 to write; subtitles are written beside it.")],
    preset: Annotated[RenderPreset | None, typer.Option(help="Render for this preset instead of the script's.")] = None,
    backend: Annotated[
        RenderBackend | None, typer.Option(help="What draws frames. Default: IGNY8_RENDER_BACKEND.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=0, max=64, help="Segments rendered at once; 0 is one per core. Default: IGNY8_RENDER_WORKERS."
        ),
    ] = None,
    speed: Annotated[
        RenderSpeed | None, typer.Option(help="The encoder's preset. Default: IGNY8_RENDER_SPEED.")
    ] = None,
) -> None:
    """Render a video from a script file; needs no warehouse. Started again after a failure, it goes on where it stopped."""
    from rich.progress import BarColumn, Progress, TextColumn

    from igny8_assets.video.presets import preset_named
    from igny8_assets.video.render_script import load_script
    from igny8_assets.video.render_script import render as render_script
    from igny8_assets.video.rendering import RenderOptions
    from igny8_assets.video.segment_rendering import RenderProgress
    from igny8_resources.ai.espeak_speech import EspeakSpeechProvider
    from igny8_resources.settings import load_settings

    with sentences():
        settings = load_settings()
        options = RenderOptions(
            backend or settings.render_backend,
            settings.render_workers if workers is None else workers,
            speed or settings.render_speed,
        )
        chosen = preset_named(preset) if preset else None
        read = load_script(script)
        bar_of = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"))
        with Progress(*bar_of, console=console) as progress:
            bar = progress.add_task("Rendering", total=None, said="")

            def on_progress(now: RenderProgress) -> None:
                left = f", {now.seconds_left:.0f} s left" if now.seconds_left is not None else ""
                said = f"frame {now.frame} of {now.frames}{left}"
                progress.update(bar, total=now.frames, completed=now.frame, said=said)

            made = render_script(
                read, out, speech=EspeakSpeechProvider(), progress=on_progress, preset=chosen, options=options
            )
        console.print(
            f"{escape(str(made.video))}: {made.duration:.1f} s, {made.facts.size / 1e6:.1f} MB; {escape(made.srt.name)}, "
            f"{escape(made.vtt.name)}",
            soft_wrap=True,
        )
