"""What the overview and a site's board show: articles by stage."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from api.problems import Problem
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Content, Task

STAGES = ("queued", "draft", "review", "approved", "published")
STAGE_TITLES = {
    "queued": "Queued",
    "draft": "Draft",
    "review": "Review",
    "approved": "Approved",
    "published": "Published",
    "failed": "Failed",
}
_NOTHING = {
    "queued": "Nothing waits to be written. Ask for articles above.",
    "draft": "No draft is being worked on.",
    "review": "Nothing waits for you.",
    "approved": "Nothing waits to be published.",
    "published": "Nothing is live yet. Approve an article and it will be.",
    "failed": "Nothing failed.",
}
CARDS = 25
PAGE = 100
WAITING = 12


@dataclass(frozen=True)
class Card:
    """One article on the board; ``content_id`` is None until it is written."""

    task_id: int
    content_id: int | None
    title: str
    keyword: str
    status: str
    words: int
    checks_passed: bool
    error: str
    version: int
    moved_at: datetime
    kind: str


@dataclass(frozen=True)
class Column:
    """One stage: its newest cards and how many there are."""

    stage: str
    title: str
    count: int
    cards: list[Card]
    nothing: str

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.cards)


@dataclass(frozen=True)
class Board:
    """A site's articles by stage; ``current`` is the stage that a phone shows."""

    site: Site
    columns: list[Column]
    current: str
    search: str

    @property
    def is_empty(self) -> bool:
        """Whether the site has no article at all, in any stage."""
        return not self.search and all(column.count == 0 for column in self.columns)


@dataclass(frozen=True)
class SiteLine:
    """A site on the overview."""

    key: str
    name: str
    niche: str
    domain: str
    counts: dict[str, int]


@dataclass(frozen=True)
class WaitingLine:
    """An article that waits for a decision, on the overview."""

    content_id: int
    title: str
    site: str
    words: int
    since: datetime


@dataclass(frozen=True)
class Overview:
    """Every site, and what waits longest for a person; ``unlisted`` is how much more waits."""

    sites: list[SiteLine]
    waiting: list[WaitingLine]
    unlisted: int


def site_named(session: Session, key: str) -> Site:
    """The site with this key, as far as the session may see.

    Raises:
        Problem: 404, there is none.
    """
    site = session.scalar(select(Site).where(Site.key == key))
    if site is None:
        raise Problem(404, "There is no such site.")
    return site


def overview(session: Session) -> Overview:
    """Every site with how many articles are in which stage, and those that wait for a person: three queries."""
    sites = session.scalars(select(Site).order_by(Site.name, Site.id)).all()
    counted = session.execute(
        select(Task.site_id, Task.status, func.count(Task.id)).group_by(Task.site_id, Task.status)
    )
    counts: dict[int, dict[str, int]] = {}
    for site_id, status, count in counted.tuples():
        counts.setdefault(site_id, {})[status] = count
    lines = [
        SiteLine(site.key, site.name, site.niche, site.base_url.split("://")[-1].rstrip("/"), counts.get(site.id, {}))
        for site in sites
    ]
    waits = session.execute(
        select(Content.id, Content.title, Site.name, Content.word_count, Content.updated_at)
        .join(Task, Task.id == Content.task_id)
        .join(Site, Site.id == Task.site_id)
        .where(Task.status == "review")
        .order_by(Content.updated_at, Content.id)
        .limit(WAITING)
    ).tuples()
    waiting = [WaitingLine(*row) for row in waits]
    return Overview(lines, waiting, sum(line.counts.get("review", 0) for line in lines) - len(waiting))


def board_of(session: Session, site: Site, *, stage: str = "", search: str = "") -> Board:
    """The board: as many queries as there are stages, however many articles; ``stage`` is the one that a phone shows."""
    matching = _matching(site, search)
    counts = dict(
        session.execute(select(Task.status, func.count(Task.id)).where(*matching).group_by(Task.status)).tuples().all()
    )
    stages = [each for each in (*STAGES, "failed") if each in STAGES or counts.get(each)]
    current = stage if stage in stages else _first_to_do(counts, stages)
    columns = [
        Column(
            each,
            STAGE_TITLES[each],
            counts.get(each, 0),
            _cards(session, matching, each, CARDS, 0) if counts.get(each) else [],
            "Nothing here matches." if search else _NOTHING[each],
        )
        for each in stages
    ]
    return Board(site, columns, current, search)


def stage_page(session: Session, site: Site, stage: str, *, search: str, page: int) -> Column:
    """One stage on its own, a hundred cards a page.

    Raises:
        Problem: 404, there is no such stage.
    """
    if stage not in STAGE_TITLES:
        raise Problem(404, "There is no such stage.")
    matching = _matching(site, search)
    count = session.scalar(select(func.count(Task.id)).where(*matching, Task.status == stage)) or 0
    cards = _cards(session, matching, stage, PAGE, (page - 1) * PAGE)
    return Column(stage, STAGE_TITLES[stage], count, cards, "Nothing here matches." if search else _NOTHING[stage])


def _first_to_do(counts: dict[str, int], stages: list[str]) -> str:
    order = ("review", "failed", "draft", "approved", "queued", "published")
    return next((stage for stage in order if counts.get(stage) and stage in stages), "review")


def _matching(site: Site, search: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Task.site_id == site.id]
    if search:
        conditions.append(or_(Task.title.icontains(search, autoescape=True), _keyword_has(search)))
    return conditions


def _keyword_has(search: str) -> ColumnElement[bool]:
    return Task.primary_keyword.icontains(search, autoescape=True)


def _cards(session: Session, matching: list[ColumnElement[bool]], stage: str, limit: int, offset: int) -> list[Card]:
    columns: list[Any] = [
        Task.id,
        Content.id,
        func.coalesce(Content.title, Task.title),
        Task.primary_keyword,
        Task.status,
        func.coalesce(Content.word_count, 0),
        func.coalesce(Content.checks_passed, False),
        Task.error,
        func.coalesce(Content.version, 0),
        Content.updated_at,
        Task.created_at,
        Task.content_structure,
    ]
    rows = session.execute(
        select(*columns)
        .select_from(Task)
        .outerjoin(Content, Content.task_id == Task.id)
        .where(*matching, Task.status == stage)
        .order_by(Task.id.desc())
        .limit(limit)
        .offset(offset)
    ).tuples()
    return [
        Card(task_id, content_id, title, keyword, status, count, bool(passed), error, version, updated or created, kind)
        for task_id, content_id, title, keyword, status, count, passed, error, version, updated, created, kind in rows
    ]
