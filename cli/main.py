"""``igny8``: the same engines for a person at a terminal."""

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from igny8_resources.platform import Platform
from igny8_resources.settings import SettingsError, load_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="SEO content operations as data.")
site_app = typer.Typer(no_args_is_help=True, help="Sites of this deployment.")
app.add_typer(site_app, name="site")
console = Console()
errors = Console(stderr=True)

SiteKey = Annotated[str, typer.Option("--site", help="The site's key, e.g. acme-blog.")]


def _known_failures() -> tuple[type[Exception], ...]:
    """What a person can act on: its message is the whole answer."""
    from cli.engine import EngineBusy
    from igny8_assets.planner.importing import ImportRefused
    from igny8_assets.planner.keyword_exports import KeywordFileError
    from igny8_assets.review import NotApprovable
    from igny8_assets.video.failures import VideoError
    from igny8_resources.ai.errors import ProviderError
    from igny8_resources.media import MediaError
    from igny8_resources.warehouse.migrate import WarehouseNotReady
    from igny8_resources.warehouse.store.sites import ModuleDisabled, SiteRefused, UnknownSite

    return (
        EngineBusy,
        FileNotFoundError,
        ImportRefused,
        KeywordFileError,
        MediaError,
        ModuleDisabled,
        NotApprovable,
        ProviderError,
        SettingsError,
        SiteRefused,
        UnknownSite,
        VideoError,
        WarehouseNotReady,
    )


@contextmanager
def _sentences() -> Iterator[None]:
    """Known failures end the command with their sentence, not with a trace."""
    try:
        yield
    except Exception as failure:
        if not isinstance(failure, _known_failures()):
            raise
        errors.print(f"[red]{failure}[/]", soft_wrap=True)
        raise typer.Exit(1) from failure


def _platform(*, ready: bool = True) -> Platform:
    parts = Platform(load_settings())
    if ready:
        from igny8_resources.warehouse.migrate import require_schema

        require_schema(parts.warehouse)
    return parts


@dataclass(frozen=True)
class _Worked:
    """How the work that was due went; ``pieces`` None means that a daemon does it."""

    pieces: int | None
    succeeded: bool


def _work(parts: Platform) -> _Worked:
    """Run what is due, or leave it to the daemon that looks after this instance."""
    from cli.engine import Engine
    from cli.instance import dagster_instance
    from cli.show import live

    with dagster_instance(parts.settings) as instance:
        engine = Engine(parts, instance)
        if engine.daemon_is_alive():
            console.print("A Dagster daemon looks after this instance and does the work; `igny8 status` follows it.")
            return _Worked(None, succeeded=True)
        with engine.exclusive():
            orphans = len(engine.orphans())
            if orphans:
                console.print(f"Taking up the work of {orphans} run{'s' if orphans > 1 else ''} that ended too early.")
            with live(console, parts) as (on_start, on_end):
                outcomes = engine.run_until_idle(on_start, on_end)
    return _Worked(len(outcomes), not any(outcome.failure for outcome in outcomes))


@app.command()
def init() -> None:
    """Create the warehouse's schema and Dagster's folder under IGNY8_HOME, or bring them up to date."""
    from cli.instance import prepare

    with _sentences():
        parts = _platform(ready=False)
        prepare(parts)
        console.print(f"Ready: {parts.settings.home_path} (warehouse {parts.warehouse.url.render_as_string()})")


@site_app.command("add")
def site_add(
    key: Annotated[str, typer.Argument(help="Unique key, lower-case letters, digits, dashes.")],
    name: Annotated[str, typer.Option(help="The site's name.")],
    url: Annotated[str, typer.Option(help="Its public address, e.g. https://example.com.")],
    account: Annotated[str, typer.Option(help="The account's slug; made when it does not exist.")] = "main",
    niche: Annotated[str, typer.Option(help="What the site is about, in a few words.")] = "",
    language: Annotated[str, typer.Option(help="BCP 47 language tag.")] = "en",
    sector: Annotated[list[str] | None, typer.Option(help="A sector; repeat for up to five.")] = None,
    author: Annotated[str, typer.Option(help="The author whose name the articles carry.")] = "",
    auto_approve: Annotated[
        bool, typer.Option(help="Publish articles that pass every check without a person.")
    ] = False,
    credits: Annotated[int, typer.Option(help="Credits to start with, for a new account.")] = 1000,
) -> None:
    """Add a site with its sectors, author and automation."""
    from cli.instance import dagster_instance
    from igny8_resources.warehouse.store.sites import SectorPlan, SitePlan, create_account, create_site

    with _sentences():
        parts = _platform()
        plan = SitePlan(
            key=key,
            name=name,
            base_url=url,
            niche=niche,
            language=language,
            sectors=tuple(SectorPlan(each) for each in sector or ()),
            author_name=author,
            auto_approve=auto_approve,
        )
        with parts.warehouse.write() as session:
            owner = create_account(session, account, account, credits=Decimal(credits), reference="first-credits")
            create_site(session, owner, plan)
        with dagster_instance(parts.settings) as instance:
            instance.add_dynamic_partitions("sites", [key])
        console.print(f"Site {key} is there. Next: igny8 import FILE --site {key}")


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="Keyword file: CSV, TSV, xlsx or zip of any SEO tool.")],
    site: SiteKey,
    sector: Annotated[str | None, typer.Option(help="Put every keyword into this sector.")] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="Name a column yourself: keyword=Suchbegriff. Repeat as needed.")
    ] = None,
) -> None:
    """Read a keyword file, say what is in it, and load its good rows."""
    from igny8_assets.planner.importing import stage_file
    from igny8_resources.requests import Item, submit_request
    from igny8_resources.warehouse.store.sites import site_by_key
    from jobs.names import PLAN_SITE

    with _sentences():
        parts = _platform()
        chosen = _pairs(column)
        staged = stage_file(parts, site, _bytes_of(file), file.name, sector_slug=sector, columns=chosen)
        seen = staged.preview
        console.print(
            f"{file.name}: {seen.tool_name}; {seen.good} rows good, {seen.duplicates} repeated, {seen.refused} refused"
        )
        for note in seen.notes:
            console.print(f"  {note}")
        for problem in seen.problems[:20]:
            console.print(f"  [yellow]{problem}[/]", soft_wrap=True)
        if len(seen.problems) > 20:
            console.print(f"  … and {len(seen.problems) - 20} more")
        if not staged.is_new and staged.status == "loaded":
            console.print("This very file is in already; nothing to do.")
            return
        with parts.warehouse.write() as session:
            row = site_by_key(session, site)
            submit_request(
                session,
                account_id=row.account_id,
                site_id=row.id,
                kind="plan",
                payload={"site_key": site, "articles": 0},
                items=[Item(PLAN_SITE, site)],
                idempotency_key=f"import:{staged.import_id}",
            )
        raise typer.Exit(0 if _work(parts).succeeded else 1)


def _ask_again(parts: Platform, site_key: str) -> None:
    from cli.retrying import ask_again

    again = ask_again(parts, site_key)
    if again:
        console.print(f"{again} piece{'s' if again > 1 else ''} of work had failed; trying again.")


def _pairs(given: list[str] | None) -> dict[str, str] | None:
    if not given:
        return None
    from igny8_assets.planner.importing import ImportRefused

    if bad := [pair for pair in given if "=" not in pair]:
        raise ImportRefused(f"--column {bad[0]}: expected field=header, for example keyword=Suchbegriff")
    return dict(pair.split("=", 1) for pair in given)


def _bytes_of(file: Path) -> bytes:
    if not file.is_file():
        raise FileNotFoundError(f"{file} is not a file")
    return file.read_bytes()


@app.command()
def run(
    site: SiteKey,
    articles: Annotated[int, typer.Option(min=0, max=1000, help="How many new articles to make.")] = 0,
) -> None:
    """Do a site's work: everything that is due, and as many new articles as asked for."""
    from igny8_resources.requests import Item, submit_request
    from igny8_resources.warehouse.store.sites import require_module, site_by_key
    from jobs.names import PLAN_SITE

    with _sentences():
        parts = _platform()
        with parts.warehouse.write() as session:
            row = site_by_key(session, site)
            if articles:
                require_module(session, row, "planner")
                require_module(session, row, "writer")
                submit_request(
                    session,
                    account_id=row.account_id,
                    site_id=row.id,
                    kind="plan",
                    payload={"site_key": site, "articles": articles},
                    items=[Item(PLAN_SITE, site)],
                )
        _ask_again(parts, site)
        worked = _work(parts)
        _print_made(parts, site)
        raise typer.Exit(0 if worked.succeeded else 1)


@app.command()
def approve(
    site: SiteKey,
    partition: Annotated[list[str] | None, typer.Argument(help="Article partitions; none means all in review.")] = None,
) -> None:
    """Approve articles in review for publication."""
    from sqlalchemy import select

    from igny8_assets.review import approve as approve_article
    from igny8_resources.warehouse.store.sites import site_by_key
    from igny8_resources.warehouse.store.writer import content_of
    from igny8_resources.warehouse.tables.writer import Task

    with _sentences():
        parts = _platform()
        with parts.warehouse.write() as session:
            row = site_by_key(session, site)
            waiting = session.scalars(
                select(Task.partition_key).where(Task.site_id == row.id, Task.status == "review").order_by(Task.id)
            ).all()
            for key in partition or [key for key in waiting if key]:
                content, task, owner = content_of(session, key)
                approve_article(session, content, task, owner, by="cli")
                console.print(f"approved {key}: {content.title}")
        raise typer.Exit(0 if _work(parts).succeeded else 1)


@app.command()
def status() -> None:
    """Sites, what they hold, and what is under way."""
    from sqlalchemy import select

    from igny8_resources.warehouse.tables.ledgers import Request
    from igny8_resources.warehouse.tables.tenancy import Site
    from igny8_resources.warehouse.tables.writer import Task

    with _sentences():
        parts = _platform()
        with parts.warehouse.read() as session:
            keys = session.scalars(select(Site.key).order_by(Site.key)).all()
            failed = session.scalars(select(Task).where(Task.status == "failed").order_by(Task.id)).all()
            open_requests = session.scalars(
                select(Request).where(Request.status.in_(("queued", "running"))).order_by(Request.created_at)
            ).all()
        if not keys:
            console.print("No site yet. `igny8 demo` makes one, `igny8 site add` makes yours.")
        for key in keys:
            _print_made(parts, key)
        for request in open_requests:
            console.print(f"request {request.id}: {request.kind}, {request.status}, {request.phase} {request.message}")
        for task in failed:
            console.print(f"[red]{task.partition_key} failed[/]: {task.error}")


def _print_made(parts: Platform, site_key: str) -> None:
    from cli.show import made_table

    console.print(made_table(parts, site_key))


@app.command()
def demo(
    articles: Annotated[int, typer.Option(min=1, max=40, help="How many articles to make.")] = 6,
) -> None:
    """From the bundled keyword file to a live site, social posts and a video; a second run does nothing twice."""
    from cli import demo as demonstration
    from cli.instance import dagster_instance, prepare

    began = time.monotonic()
    with _sentences():
        parts = _platform(ready=False)
        prepare(parts)
        setup = demonstration.set_up(parts, articles)
        with dagster_instance(parts.settings) as instance:
            instance.add_dynamic_partitions("sites", [demonstration.SITE_KEY])
        if setup.is_new:
            seen = setup.staged.preview
            console.print(
                f"[bold]Crema Lane[/], a site about home coffee brewing. {seen.tool_name}: {seen.good} keywords good, "
                f"{seen.duplicates} repeated, {seen.refused} refused."
            )
        _ask_again(parts, demonstration.SITE_KEY)
        worked = _work(parts)
        _print_made(parts, demonstration.SITE_KEY)
        if worked.pieces == 0:
            console.print("Everything was there already: nothing was made twice and nothing was spent.")
        _print_where(parts, demonstration.SITE_KEY, time.monotonic() - began)
        raise typer.Exit(0 if worked.succeeded else 1)


def _print_where(parts: Platform, site_key: str, seconds: float) -> None:
    from sqlalchemy import select

    from cli import demo as demonstration
    from igny8_resources.warehouse.store.sites import site_by_key
    from igny8_resources.warehouse.tables.video import VideoRender

    folder = parts.settings.sites_folder / site_key
    with parts.warehouse.read() as session:
        site = site_by_key(session, site_key)
        video = session.scalar(select(VideoRender.media_key).where(VideoRender.site_id == site.id).limit(1))
    console.print(f"\nDone in {seconds:.0f} s. Look at it:")
    console.print(f"  site    {folder / 'index.html'}", soft_wrap=True)
    if video:
        console.print(f"  video   {Path(parts.settings.media) / video}", soft_wrap=True)
    console.print("  [bold]make dev[/] starts Dagster's UI and the API; then open")
    console.print(f"  site    {parts.settings.public_url}/sites/{site_key}/")
    console.print("  Dagster http://127.0.0.1:3000")
    console.print(
        f"  API     {parts.settings.public_url}/api/v1/docs  (sign in: {demonstration.EMAIL} / {demonstration.PASSWORD})"
    )


@app.command()
def cluster(
    source: Annotated[Path, typer.Argument(help="Keyword file of any tool.")],
    out: Annotated[Path, typer.Argument(help="CSV to write: keyword, cluster_id, cluster_name, …")],
    resolution: Annotated[float | None, typer.Option(help="Higher gives smaller, tighter clusters.")] = None,
) -> None:
    """Cluster a keyword file; needs no warehouse."""
    from igny8_assets.planner.cluster_file import cluster_file

    with _sentences():
        _bytes_of(source)
        given: dict[str, Any] = {} if resolution is None else {"resolution": resolution}
        report = cluster_file(source, out, **given)
        console.print(report)


@app.command()
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

    with _sentences(), Progress(console=console) as progress:
        bar = progress.add_task("Rendering", total=None)

        def on_progress(now: RenderProgress) -> None:
            progress.update(bar, total=now.frames, completed=now.frame)

        made = render_script(load_script(script), out, speech=EspeakSpeechProvider(), progress=on_progress)
    console.print(
        f"{made.video}: {made.duration:.1f} s, {made.facts.size / 1e6:.1f} MB; {made.srt.name}, {made.vtt.name}"
    )


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
) -> None:
    """Serve the REST API, the built sites and the start page."""
    import uvicorn

    with _sentences():
        _platform()
        uvicorn.run("api.app:create_app", factory=True, host=host, port=port, log_level="info")


@app.command()
def dev(
    api_port: Annotated[int, typer.Option(help="Port of the API.")] = 8000,
    dagster_port: Annotated[int, typer.Option(help="Port of Dagster's UI.")] = 3000,
) -> None:
    """Start Dagster (UI, daemon, both code locations) and the API together; Ctrl-C ends both."""
    from cli.instance import prepare
    from cli.processes import Command, run_together

    with _sentences():
        parts = _platform(ready=False)
        prepare(parts)
        raise typer.Exit(
            run_together(
                [
                    Command("dagster", _dagster_dev(dagster_port)),
                    Command("api", [sys.executable, "-m", "cli.main", "serve", "--port", str(api_port)]),
                ]
            )
        )


def _dagster_dev(port: int) -> list[str]:
    from cli.instance import WORKSPACE, deployment_file

    beside = Path(sys.executable).with_name("dagster")
    program = str(beside) if beside.exists() else shutil.which("dagster") or "dagster"
    return [program, "dev", "-w", str(deployment_file(WORKSPACE)), "-h", "127.0.0.1", "-p", str(port)]


def main() -> None:
    """Entry point of the ``igny8`` command."""
    app()


if __name__ == "__main__":
    main()
