"""An account with one of everything the API shows, and the headers that its users send."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from fastapi import FastAPI

from igny8_resources.credits import move_credits
from igny8_resources.passwords import hash_password
from igny8_resources.settings import Settings
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.sites import SectorPlan, SitePlan, create_account, create_site
from igny8_resources.warehouse.tables.access import SignIn
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.connections import PlatformConnection
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditUsage
from igny8_resources.warehouse.tables.planner import Cluster, ClusterKeyword, ContentIdea, Keyword
from igny8_resources.warehouse.tables.publishing import InternalLink, PublishingRecord
from igny8_resources.warehouse.tables.social import SocialPost
from igny8_resources.warehouse.tables.tenancy import Account, Site, SiteAccess, User
from igny8_resources.warehouse.tables.video import VideoAsset, VideoProject, VideoRender
from igny8_resources.warehouse.tables.video_publishing import VideoMetrics, VideoPublication
from igny8_resources.warehouse.tables.video_scripts import VideoListing, VideoScriptVersion
from igny8_resources.warehouse.tables.writer import Content, ContentVersion, Image, Task

PASSWORD = "correct horse battery staple"
PASSWORD_HASH = hash_password(PASSWORD)
ARTICLES = ("queued", "review", "published")

# A script of a video, as the offline writer would have it of the drafts of these tenants.
SCRIPT = {
    "title": "Espresso ratio",
    "description": "What the ratio says.",
    "tags": ["espresso"],
    "sections": [
        {
            "type": kind,
            "narration": narration,
            "visual_cue": "text_card",
            "text_overlay": "Espresso ratio",
            "source": "introduction",
            "duration_estimate": 8.0,
            "claims": [],
            "code_block": None,
        }
        for kind, narration in (
            ("hook", "What is the right ratio?"),
            ("intro", "One number settles most of it."),
            ("point", "Weigh the dose and the yield."),
            ("cta", "Follow for the next one."),
        )
    ],
}


@dataclass
class Tenant:
    """One account: ids by what they are of, a token for each role, API keys by name, and the key of a media file."""

    account_id: int
    site_key: str
    slug: str
    app: FastAPI
    ids: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    sign_ins: dict[str, int] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    media_key: str = ""

    def as_role(self, role: str = "owner", *, lifetime: timedelta | None = None) -> dict[str, str]:
        """The headers of a signed-in user."""
        tokens = self.app.state.service.tokens
        now = utc_now() if lifetime is None else utc_now() - tokens.lifetime + lifetime
        token = tokens.issue(
            user_id=self.users[role],
            account_id=self.account_id,
            sign_in_id=self.sign_ins[role],
            role=role,
            now=now,
        )
        return {"Authorization": f"Bearer {token}"}

    def article(self, status: str) -> int:
        """The id of the article with this status."""
        return self.ids[f"content:{status}"]

    def task(self, status: str) -> int:
        """The id of the task with this status."""
        return self.ids[f"task:{status}"]


def make_tenant(
    warehouse: Warehouse, app: FastAPI, settings: Settings, slug: str, *, site_key: str, site_name: str
) -> Tenant:
    """Write an account with one site and one of everything."""
    with warehouse.write() as session:
        account = create_account(session, slug, slug.title(), credits=Decimal(1000))
        plan = SitePlan(
            key=site_key,
            name=site_name,
            base_url=f"https://{slug}.example",
            niche="home coffee brewing",
            sectors=(SectorPlan("Espresso", seed_terms=("espresso",)), SectorPlan("Filter coffee & beans")),
            author_name="Maya Lindqvist",
        )
        site = create_site(session, account, plan)
        session.flush()
        tenant = Tenant(account.id, site_key, slug, app)
        for role in ("owner", "editor", "viewer", "developer"):
            user = User(account_id=account.id, email=f"{role}@{slug}.example", role=role, password_hash=PASSWORD_HASH)
            session.add(user)
            session.flush()
            sign_in = SignIn(account_id=account.id, user_id=user.id, user_agent="tests")
            session.add(sign_in)
            session.flush()
            tenant.users[role], tenant.sign_ins[role] = user.id, sign_in.id
            if role in {"editor", "viewer"}:
                session.add(SiteAccess(account_id=account.id, site_id=site.id, user_id=user.id))
        _fill(session, tenant, account, site)
    tenant.media_key = f"accounts/{tenant.account_id}/{site_key}/images/cover.png"
    path = settings.home_path / "media" / tenant.media_key
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + slug.encode() * 100)
    return tenant


def _fill(session, tenant: Tenant, account: Account, site: Site) -> None:
    owned = {"account_id": account.id, "site_id": site.id}

    def add(name: str, row) -> int:
        session.add(row)
        session.flush()
        tenant.ids[name] = row.id
        return row.id

    cluster = add(
        "cluster", Cluster(**owned, stable_id="c1", name="Espresso ratio", head_keyword="espresso ratio", volume=900)
    )
    for number, (text, volume) in enumerate(
        [("espresso ratio", 720), ("espresso ratio calculator", 180), ("100% arabica espresso", None)]
    ):
        keyword = add(
            "keyword",
            Keyword(
                **owned,
                text=text,
                normalized_text=text,
                volume=volume,
                difficulty=20.0 + number,
                intents=["informational"] if number else ["informational", "commercial"],
                source="semrush",
            ),
        )
        if number < 2:
            session.add(ClusterKeyword(**owned, cluster_id=cluster, keyword_id=keyword))
    for number, status in enumerate(ARTICLES):
        kinds = {"content_type": "post", "content_structure": "how_to"}
        idea = add(
            "idea",
            ContentIdea(**owned, **kinds, cluster_id=cluster, title=f"Idea {number}", target_keyword=f"k{number}"),
        )
        task = Task(
            **owned, **kinds, idea_id=idea, cluster_id=cluster, title=f"Article {number}", primary_keyword="espresso"
        )
        task.status = status
        task_id = add(f"task:{status}", task)
        task.partition_key = f"{site.key}-{task_id}"
        if status == "queued":
            continue
        content = add(
            f"content:{status}",
            Content(
                **owned,
                **kinds,
                task_id=task_id,
                cluster_id=cluster,
                title=f"Article {number}",
                slug=f"article-{number}",
                html="<h2>Dose</h2><script>alert(1)</script>",
                word_count=900 + number,
                status=status,
                checks={"no_invented_figures": {"passed": True, "severity": "error", "message": ""}},
                checks_passed=True,
                schema_data={"@graph": []},
                credits_used=Decimal("45.5"),
            ),
        )
        session.add(ContentVersion(**owned, content_id=content, version=1, title="v1", written_by="offline"))
        call = AiCall(
            **owned, request_hash=f"h{number}", kind="text", function="generate_content", provider="x", model="y"
        )
        session.add(call)
        session.flush()
        session.add(
            CreditUsage(
                **owned,
                ai_call_id=call.id,
                operation="content",
                subject=task.partition_key,
                credits=Decimal("45.5"),
                list_credits=Decimal("45.5"),
                provider="x",
                model="y",
            )
        )
    review, published = tenant.article("review"), tenant.article("published")
    add(
        "image",
        Image(**owned, content_id=published, position=0, role="featured", status="ready", media_key="a/b c.webp"),
    )
    session.add(
        InternalLink(**owned, source_content_id=published, target_content_id=review, target_path="/a/", anchor="dose")
    )
    add(
        "record",
        PublishingRecord(**owned, content_id=published, destination="static", version=1, content_hash="0" * 64),
    )
    add(
        "post",
        SocialPost(
            **owned, content_id=published, platform="linkedin", post_type="announcement", text_content="<b>New</b>"
        ),
    )
    project = add(
        "project",
        VideoProject(
            **owned,
            content_id=published,
            video_type="short",
            render_preset="tiktok",
            title="Espresso ratio",
            partition_key=f"{site.key}-v1",
            status="rendered",
            script=SCRIPT,
            script_version=1,
            script_status="approved",
        ),
    )
    session.add(
        VideoScriptVersion(
            **owned, project_id=project, version=1, script=SCRIPT, written_by="offline:offline-1", status="approved"
        )
    )
    session.add(
        VideoScriptVersion(
            **owned,
            project_id=project,
            version=2,
            script=SCRIPT | {"title": "Proposed"},
            written_by="offline:offline-1",
            status="proposal",
        )
    )
    connection = add(
        "connection",
        PlatformConnection(**owned, platform="tiktok", external_id="open-id", name="crema", defaults={}, scopes=[]),
    )
    publication = VideoPublication(
        **owned, project_id=project, platform="youtube", privacy="private", status="failed",
        connection_id=connection,
    )  # fmt: skip
    session.add(publication)
    session.flush()
    session.add(
        VideoMetrics(**owned, publication_id=publication.id, period=datetime(2026, 11, 2, 12, tzinfo=UTC), views=120)
    )
    session.add(
        VideoListing(
            **owned, project_id=project, platform="tiktok", title="Espresso ratio", written_by="offline:offline-1"
        )
    )
    session.add(
        VideoAsset(**owned, project_id=project, asset_type="voiceover", section_index=0, media_key="accounts/v.wav")
    )
    session.add(
        VideoRender(
            **owned,
            project_id=project,
            render_preset="tiktok",
            media_key="accounts/v.mp4",
            subtitle_key="accounts/v.srt",
            width=1080,
            height=1920,
            duration_seconds=41.5,
            size_bytes=1234,
            loudness_lufs=-14.0,
        )
    )
    move_credits(session, account.id, Decimal("-45.5"), kind="deduction", reference="call", description="content")
