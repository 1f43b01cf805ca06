"""What a person at a terminal sees: work under way, and what was made."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from cli.engine import OnEnd, OnStart, Outcome
from igny8_resources.platform import Platform
from igny8_resources.progress import watching
from igny8_resources.warehouse.store.sites import site_by_key
from igny8_resources.warehouse.tables.columns import OfSite
from igny8_resources.warehouse.tables.ledgers import CreditUsage
from igny8_resources.warehouse.tables.planner import Cluster, ContentIdea, Keyword
from igny8_resources.warehouse.tables.publishing import SiteBuild
from igny8_resources.warehouse.tables.social import SocialPost
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.video import VideoProject, VideoRender
from igny8_resources.warehouse.tables.writer import Content, Image, Task
from jobs import names
from sensors.dispatch import Work

SAYS = {
    names.LOAD_KEYWORDS: "Loading keywords",
    names.PLAN_SITE: "Planning: keywords → clusters → ideas → tasks",
    names.WRITE_ARTICLE: "Writing",
    names.WRITE_ARTICLES: "Writing articles",
    names.PUBLISH_ARTICLE: "Publishing",
    names.BUILD_SITE: "Building the site",
    names.DRAFT_SOCIAL_POSTS: "Drafting posts",
    names.CREATE_VIDEO_PROJECT: "Opening the video project",
    names.WRITE_VIDEO_SCRIPT: "Writing the script",
    names.SPEAK_VIDEO: "Speaking the script",
    names.ILLUSTRATE_VIDEO: "Choosing the pictures",
    names.RENDER_VIDEO: "Making the video",
    names.LIST_VIDEO: "Listing the video",
}


def title_of(parts: Platform, work: Work) -> str:
    """What a piece of work is about, in words."""
    with parts.warehouse.read() as session:
        title = session.scalar(select(Task.title).where(Task.partition_key == work.partition))
        title = title or session.scalar(select(VideoProject.title).where(VideoProject.partition_key == work.partition))
    return f"{SAYS[work.job]}: {escape(title)}" if title else SAYS[work.job]


@contextmanager
def live(console: Console, parts: Platform) -> Iterator[tuple[OnStart, OnEnd]]:
    """A live display; gives the two callbacks that the engine wants."""
    progress = Progress(
        SpinnerColumn(finished_text=" "),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console,
        transient=False,
    )
    shown: dict[str, tuple[TaskID, str]] = {}

    def on_start(work: Work) -> None:
        words = title_of(parts, work)
        shown[work.partition] = (progress.add_task(words, total=1), words)

    def on_progress(partition: str, message: str) -> None:
        if partition in shown:
            task, words = shown[partition]
            progress.update(task, description=f"{words} [dim]{escape(message)}[/]")

    def on_end(outcome: Outcome) -> None:
        task, _ = shown.pop(outcome.work.partition)
        words = f"[green]✓[/] {title_of(parts, outcome.work)}"
        if outcome.failure:
            words = f"[red]✗ {title_of(parts, outcome.work)}[/]\n  [red]{escape(outcome.failure)}[/]"
        progress.update(task, description=words, completed=1)

    with progress, watching(on_progress):
        yield on_start, on_end


def made_table(parts: Platform, site_key: str) -> Table:
    """What a site holds and what it cost."""
    with parts.warehouse.read() as session:
        site = site_by_key(session, site_key)

        def count(model: type[OfSite], *where: ColumnElement[bool]) -> int:
            query = select(func.count()).select_from(model).where(model.site_id == site.id, *where)
            return session.scalar(query) or 0

        words = session.scalar(select(func.sum(Content.word_count)).where(Content.site_id == site.id)) or 0
        videos = session.scalar(select(func.sum(VideoRender.duration_seconds)).where(VideoRender.site_id == site.id))
        pages = session.scalar(
            select(SiteBuild.pages).where(SiteBuild.site_id == site.id).order_by(SiteBuild.id.desc())
        )
        by_operation = _spend(session, site.id)
        rows = [
            ("Keywords", count(Keyword), "", ()),
            ("Clusters", count(Cluster, Cluster.status == "active"), "", ("clustering",)),
            ("Ideas", count(ContentIdea), "", ("ideas",)),
            ("Articles", count(Content), f"{words:,} words", ("content", "schema", "linking")),
            ("Published", count(Content, Content.status == "published"), "", ()),
            ("Images", count(Image, Image.status == "ready"), "", ("image_prompts", "image")),
            ("Site pages", pages or 0, "", ()),
            ("Social posts", count(SocialPost), "drafts", ("social_post", "social_image")),
            (
                "Videos",
                count(VideoRender),
                f"{videos or 0:.0f} s",
                ("video_script", "voiceover", "scene_image", "video_composition"),
            ),
        ]
    table = Table(title=f"{site.name} ({site_key})", title_justify="left")
    for name, justify in (
        ("", "left"),
        ("made", "right"),
        ("", "left"),
        ("credits", "right"),
        ("at list price", "right"),
    ):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    total = [Decimal(0), Decimal(0)]
    for label, made, note, operations in rows:
        paid = sum((by_operation.get(name, (Decimal(0), Decimal(0)))[0] for name in operations), Decimal(0))
        listed = sum((by_operation.get(name, (Decimal(0), Decimal(0)))[1] for name in operations), Decimal(0))
        total = [total[0] + paid, total[1] + listed]
        table.add_row(
            label, f"{made:,}", note, _amount(paid) if operations else "", _amount(listed) if operations else ""
        )
    table.add_section()
    table.add_row("Together", "", "", _amount(total[0]), _amount(total[1]))
    return table


def waiting_for_approval(parts: Platform, site_key: str) -> list[tuple[str, str, str]]:
    """Partition, title and draft page of every article that a person is to approve."""
    with parts.warehouse.read() as session:
        rows = session.execute(
            select(Task.partition_key, Content.title, Content.slug)
            .join(Content, Content.task_id == Task.id)
            .join(Site, Site.id == Content.site_id)
            .where(Site.key == site_key, Content.status == "review")
            .order_by(Task.id)
        ).tuples()
        return [(key or "", title, f"{parts.settings.draft_url(key or '')}{slug}/") for key, title, slug in rows]


def _spend(session: Session, site_id: int) -> dict[str, tuple[Decimal, Decimal]]:
    rows = session.execute(
        select(CreditUsage.operation, func.sum(CreditUsage.credits), func.sum(CreditUsage.list_credits))
        .where(CreditUsage.site_id == site_id)
        .group_by(CreditUsage.operation)
    ).tuples()
    return {operation: (Decimal(str(paid or 0)), Decimal(str(listed or 0))) for operation, paid, listed in rows}


def _amount(value: Decimal) -> str:
    return f"{value:,.1f}"
