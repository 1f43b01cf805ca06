"""The demonstration: one believable site, from a keyword file to a live site, posts and a video."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sqlalchemy import func, select

from igny8_assets.planner.keywords.importing import StagedFile, stage_file
from igny8_resources.platform import Platform
from igny8_resources.requests import Item, submit_request
from igny8_resources.warehouse.store.people import NewUser, add_user
from igny8_resources.warehouse.store.sites import (
    SectorPlan,
    SitePlan,
    create_account,
    create_site,
    site_by_key,
)
from igny8_resources.warehouse.tables.tenancy import Site, User
from igny8_resources.warehouse.tables.writer import Task
from jobs.names import PLAN_SITE

ACCOUNT_SLUG = "demo"
SITE_KEY = "crema-lane"
EMAIL = "demo@cremalane.example"
PASSWORD = "crema-lane-demo"  # noqa: S105 - the demonstration's own, printed on purpose
KEYWORD_FILE = Path(__file__).parent / "data" / "crema-lane-keywords.csv"
FIRST_CREDITS = Decimal(1000)

SITE = SitePlan(
    key=SITE_KEY,
    name="Crema Lane",
    base_url="https://cremalane.example",
    niche="home coffee brewing",
    tagline="Better coffee at home, one variable at a time",
    description="Guides, comparisons and honest checklists for people who make coffee at home.",
    audience="people who make coffee at home and want it to taste better",
    sectors=(
        SectorPlan(
            "Espresso",
            "Machines, grinders, milk and everything around the shot",
            (
                "espresso",
                "espresso machine",
                "coffee grinder",
                "grinder",
                "portafilter",
                "milk steaming",
                "milk frother",
                "latte",
                "cappuccino",
                "tamper",
                "descale",
                "crema",
                "moka pot",
            ),
        ),
        SectorPlan(
            "Filter coffee & beans",
            "Pour over, immersion, cold brew, and the beans that go in",
            (
                "pour over",
                "v60",
                "chemex",
                "kalita",
                "french press",
                "aeropress",
                "cold brew",
                "coffee beans",
                "roast",
                "decaf",
                "coffee subscription",
                "kettle",
                "coffee scale",
                "filter coffee",
                "drip coffee",
            ),
        ),
    ),
    accent="#b8502a",
    author_name="Maya Lindqvist",
    author_bio=(
        "Maya Lindqvist ran the bar of a small roastery for nine years and now writes about making good coffee in ordinary "
        "kitchens. She tests one change at a time and keeps notes."
    ),
    author_tone="plain, warm, precise; explains why before how",
    auto_approve=True,
    social_platforms=("linkedin", "twitter", "facebook", "instagram", "tiktok"),
    video_daily_cap=1,
    enabled_stages=("planning", "writing", "publishing", "site", "social", "video"),
)


@dataclass(frozen=True)
class DemoSetUp:
    """What was set up, and whether this call made it."""

    site: Site
    is_new: bool
    staged: StagedFile


def set_up(parts: Platform, articles: int) -> DemoSetUp:
    """Create account, person and site, stage the keyword file, ask for articles. Repeating it changes nothing."""
    with parts.warehouse.write() as session:
        account = create_account(session, ACCOUNT_SLUG, "Crema Lane Media", credits=FIRST_CREDITS)
        known = session.scalar(select(Site).where(Site.key == SITE_KEY))
        site = known or create_site(session, account, SITE)
        if session.scalar(select(User.id).where(User.email == EMAIL)) is None:
            add_user(session, NewUser(EMAIL, PASSWORD, ACCOUNT_SLUG, name="Maya Lindqvist"))
    staged = stage_file(parts, SITE_KEY, KEYWORD_FILE.read_bytes(), KEYWORD_FILE.name)
    with parts.warehouse.write() as session:
        site = site_by_key(session, SITE_KEY)
        present = session.scalar(select(func.count()).select_from(Task).where(Task.site_id == site.id)) or 0
        wanted = max(0, articles - present)
        if wanted or staged.status == "staged":
            submit_request(
                session,
                account_id=site.account_id,
                site_id=site.id,
                kind="plan",
                payload={"site_key": SITE_KEY, "articles": wanted},
                items=[Item(PLAN_SITE, SITE_KEY)],
                idempotency_key=f"demo:{articles}",
            )
    return DemoSetUp(site, known is None, staged)
