"""A deployment to try things on: a home folder with its warehouse and media, a Dagster instance, both code locations."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import dagster as dg
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from igny8_assets.definitions import build_defs as content_defs
from igny8_assets.planner.keywords.importing import stage_file
from igny8_assets.video.definitions import build_defs as video_defs
from igny8_resources.platform import Platform
from igny8_resources.requests import Item, submit_request
from igny8_resources.resources import PlatformResource
from igny8_resources.settings import load_settings
from igny8_resources.warehouse.migrate import migrate
from igny8_resources.warehouse.store.sites import SectorPlan, SitePlan, create_account, create_site, site_by_key
from igny8_resources.warehouse.store.writer import content_of
from igny8_resources.warehouse.tables.columns import Table
from igny8_resources.warehouse.tables.ledgers import CreditTransaction
from igny8_resources.warehouse.tables.tenancy import Account
from igny8_resources.warehouse.tables.writer import Content, Task
from jobs import names

SITE = "crema-lane"
JOB_PARTITIONS = {
    names.LOAD_KEYWORDS: "sites",
    names.PLAN_SITE: "sites",
    names.BUILD_SITE: "sites",
    names.WRITE_VIDEO_SCRIPT: "videos",
    names.SPEAK_VIDEO: "videos",
    names.ILLUSTRATE_VIDEO: "videos",
    names.RENDER_VIDEO: "videos",
    names.LIST_VIDEO: "videos",
}
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
FIRST_CREDITS = Decimal(500)

PLAN = SitePlan(
    key=SITE,
    name="Crema Lane",
    base_url="https://cremalane.example",
    niche="home coffee brewing",
    audience="people who make coffee at home",
    sectors=(
        SectorPlan("Espresso", seed_terms=("espresso", "moka pot", "crema")),
        SectorPlan("Filter coffee & beans", seed_terms=("pour over", "french press", "cold brew", "coffee beans")),
    ),
    author_name="Maya Lindqvist",
    author_bio="Maya Lindqvist writes about making good coffee in ordinary kitchens.",
    author_tone="plain, warm, precise",
    social_platforms=("linkedin", "twitter"),
    enabled_stages=("planning", "writing", "publishing", "site", "social", "video"),
)

KEYWORDS = """\
Keyword,Intent,Volume,Keyword Difficulty
how to descale an espresso machine,Informational,5400,28
descale espresso machine,Informational,4400,31
descaling espresso machine with vinegar,Informational,1300,22
how often to descale espresso machine,Informational,720,19
best descaler for espresso machine,Commercial,880,33
espresso machine descaling solution,Transactional,1600,35
citric acid descale espresso machine,Informational,590,17
descale vs clean espresso machine,Informational,210,14
french press ratio,Informational,6600,34
french press coffee ratio,Informational,5400,33
french press coffee to water ratio,Informational,2900,29
how much coffee for french press,Informational,3600,27
french press ratio grams,Informational,880,21
french press ratio tablespoons,Informational,720,20
what is the best french press ratio,Informational,390,18
french press brew time,Informational,1900,24
how long to steep french press,Informational,1600,23
french press grind size,Informational,2400,26
pour over coffee ratio,Informational,4400,36
pour over ratio,Informational,3600,35
how to make pour over coffee,Informational,8100,44
pour over water temperature,Informational,590,18
pour over grind size,Informational,1300,24
pour over bloom time,Informational,320,15
pour over vs french press,Commercial,1900,30
pour over vs drip coffee,Commercial,1600,31
is pour over better than drip,Informational,480,17
moka pot vs espresso,Commercial,2900,29
moka pot vs espresso machine,Commercial,1900,33
is moka pot coffee espresso,Informational,720,21
moka pot ratio,Informational,1300,20
moka pot grind size,Informational,1600,22
how to use a moka pot,Informational,9900,41
how to clean a moka pot,Informational,2400,19
moka pot coffee strength,Informational,390,14
cold brew ratio,Informational,5400,37
cold brew coffee ratio,Informational,4400,36
how to make cold brew coffee,Informational,14800,52
how long to steep cold brew,Informational,2900,26
best coffee beans for cold brew,Commercial,3600,38
best coffee for cold brew,Commercial,2400,39
cold brew vs iced coffee,Commercial,5400,40
is cold brew stronger than coffee,Informational,1600,24
cold brew concentrate ratio,Informational,1900,25
best coffee beans for espresso,Commercial,6600,48
best espresso beans,Commercial,8100,51
espresso beans vs coffee beans,Commercial,4400,35
dark roast vs medium roast espresso,Commercial,480,20
how to store coffee beans,Informational,5400,38
how long do coffee beans last,Informational,6600,36
do coffee beans go bad,Informational,3600,29
can you freeze coffee beans,Informational,2900,27
espresso grind size,Informational,3600,34
how fine to grind for espresso,Informational,1300,24
espresso ratio,Informational,4400,36
espresso shot ratio,Informational,880,25
espresso extraction time,Informational,1900,28
why is my espresso sour,Informational,1300,19
why is my espresso bitter,Informational,880,18
espresso no crema,Informational,720,16
"""


@dataclass
class Deployment:
    """One home with everything that works in it."""

    home: Path
    instance: dg.DagsterInstance = field(default_factory=dg.DagsterInstance.ephemeral)
    settings: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def resource(self) -> PlatformResource:
        """What the assets receive."""
        return PlatformResource(home=str(self.home), **self.settings)

    @cached_property
    def parts(self) -> Platform:
        """The platform on the same home, for the test itself."""
        return Platform(load_settings(home=self.home))

    @cached_property
    def content(self) -> dg.Definitions:
        """The content location."""
        return content_defs({"platform": self.resource})

    @cached_property
    def video(self) -> dg.Definitions:
        """The video location."""
        return video_defs({"platform": self.resource})

    def job(self, name: str) -> dg.JobDefinition:
        """A job of either location."""
        location = self.video if name in names.VIDEO_JOBS else self.content
        return location.resolve_job_def(name)

    @property
    def articles(self) -> list[str]:
        """The article partitions in the order in which they were planned."""
        return [task.partition_key for task in self.rows(Task)]

    def run(
        self, job: str, partition: str, *, assets: Sequence[str] | None = None, request: str | None = None
    ) -> dg.ExecuteInProcessResult:
        """Materialise a job's assets, or some of them with their checks, for one partition."""
        self.instance.add_dynamic_partitions(JOB_PARTITIONS.get(job, "articles"), [partition])
        return self.job(job).execute_in_process(
            instance=self.instance,
            partition_key=partition,
            tags={names.REQUEST_TAG: request} if request else None,
            asset_selection=[dg.AssetKey(name) for name in assets] if assets else None,
            run_config=QUIET,
            raise_on_error=False,
        )

    def plan(self, articles: int, site: str = SITE) -> list[str]:
        """Ask for articles and plan them.

        Returns:
            Their partitions.
        """
        with self.parts.warehouse.write() as session:
            row = site_by_key(session, site)
            request, _ = submit_request(
                session,
                account_id=row.account_id,
                site_id=row.id,
                kind="plan",
                payload={"site_key": site, "articles": articles},
                items=[Item(names.PLAN_SITE, site)],
            )
        done = self.run(names.PLAN_SITE, site, request=request.id)
        assert done.success
        with self.parts.warehouse.read() as session:
            keys = session.scalars(select(Task.partition_key).where(Task.request_id == request.id).order_by(Task.id))
            return [key for key in keys if key]

    def write(self, partition: str) -> dg.ExecuteInProcessResult:
        """Run the article chain."""
        return self.run(names.WRITE_ARTICLE, partition)

    @contextmanager
    def article(self, partition: str) -> Iterator[tuple[Session, Content, Task]]:
        """An article's rows, to change."""
        with self.parts.warehouse.write() as session:
            content, task, _ = content_of(session, partition)
            yield session, content, task

    @contextmanager
    def article_task(self, partition: str) -> Iterator[Task]:
        """The task of an article that need not be written yet, to change."""
        with self.parts.warehouse.write() as session:
            yield session.scalars(select(Task).where(Task.partition_key == partition)).one()

    def content_row(self, partition: str) -> Content:
        """An article as it stands."""
        with self.parts.warehouse.read() as session:
            return content_of(session, partition)[0]

    def task(self, partition: str) -> Task:
        """An article's task as it stands."""
        with self.parts.warehouse.read() as session:
            return session.scalars(select(Task).where(Task.partition_key == partition)).one()

    def rows(self, model: type[Table], *where: Any) -> Sequence[Any]:
        """Rows of a table in the order in which they were made."""
        with self.parts.warehouse.read() as session:
            return session.scalars(select(model).where(*where).order_by(*model.__table__.primary_key.columns)).all()

    def counts(self) -> dict[str, int]:
        """How many rows every table has, but for the record of what was tried."""
        from igny8_resources.warehouse.tables.registry import METADATA

        with self.parts.warehouse.read() as session:
            return {
                table.name: session.scalar(select(func.count()).select_from(table)) or 0
                for table in METADATA.sorted_tables
            }

    def charge_for_offline_work(self, price: str) -> None:
        """Give the built-in providers a price."""
        with self.parts.warehouse.write() as session:
            session.execute(
                text("UPDATE credit_prices SET credits = :credits WHERE provider <> '*'"), {"credits": price}
            )

    def balance(self) -> Decimal:
        """What the account has; it is what its movements add up to."""
        with self.parts.warehouse.read() as session:
            balance = session.scalars(select(Account.credit_balance)).one()
            moved = sum(session.scalars(select(CreditTransaction.amount)), Decimal(0))
        assert moved == balance
        return balance

    def copied_to(self, home: Path) -> "Deployment":
        """The same deployment in another home, to do as one likes with."""
        self.parts.warehouse.dispose()
        shutil.copytree(self.home, home)
        copy = Deployment(home)
        for definition in ("sites", "articles", "videos"):
            copy.instance.add_dynamic_partitions(definition, list(self.instance.get_dynamic_partitions(definition)))
        return copy


def new_deployment(home: Path, plan: SitePlan = PLAN) -> Deployment:
    """A deployment with one site and its keyword file staged."""
    made = Deployment(home)
    migrate(made.parts.warehouse)
    with made.parts.warehouse.write() as session:
        account = create_account(session, "demo", "Crema Lane Media", credits=FIRST_CREDITS)
        create_site(session, account, plan)
    stage_file(made.parts, plan.key, KEYWORDS.encode(), "coffee.csv")
    made.instance.add_dynamic_partitions("sites", [plan.key])
    return made


def failure_of(result: dg.ExecuteInProcessResult) -> dg.Failure | Any:
    """The failure data of the step that failed: its description and whether it may be tried again."""
    [event] = [event for event in result.all_events if event.is_step_failure]
    return event.step_failure_data


def metadata_of(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, Any]:
    """What an asset shows in the UI."""
    [event] = result.asset_materializations_for_node(asset)
    return {name: value.value for name, value in event.metadata.items()}


def checks_of(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    """The checks that were evaluated, and whether they passed."""
    return {evaluation.check_name: evaluation.passed for evaluation in result.get_asset_check_evaluations()}
