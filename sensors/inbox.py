"""The sensor that watches the inbox: it lists files and asks for the job that takes them, and reads none itself."""

import hashlib
import time
from typing import TYPE_CHECKING

import dagster as dg

from igny8_resources.resources import PlatformResource
from jobs import names

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SECONDS_BETWEEN_LOOKS = 30
# A job that could not take its files, because a database or bucket was away, is asked for again after this time.
SECONDS_BEFORE_ANOTHER_TRY = 600


def planning_sites(session: "Session") -> dict[str, int]:
    """The account by the key of each active site whose planner is on; other sites' files wait where they are."""
    from sqlalchemy import and_, select

    from igny8_resources.warehouse.tables.tenancy import Site, SiteModule

    off = and_(SiteModule.site_id == Site.id, SiteModule.module == "planner", SiteModule.enabled.is_(False))
    rows = session.execute(
        select(Site.key, Site.account_id)
        .outerjoin(SiteModule, off)
        .where(Site.status == "active", SiteModule.id.is_(None))
        .order_by(Site.id)
    ).tuples()
    return dict(rows.all())


def inbox_sensor() -> dg.SensorDefinition:
    """Ask for the files that have stopped growing, one run a site."""

    @dg.sensor(
        name="inbox",
        job_name=names.COLLECT_INBOX,
        minimum_interval_seconds=SECONDS_BETWEEN_LOOKS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Looks for keyword files that were dropped into a site's inbox and has them staged.",
    )
    def watch_inbox(context: dg.SensorEvaluationContext, platform: PlatformResource) -> dg.SensorResult:
        from igny8_resources.inbox import open_inbox, unchanged_files

        inbox = open_inbox(platform.platform.settings)
        with platform.platform.warehouse.read() as session:
            sites = planning_sites(session)
        ready, cursor = unchanged_files([file for key in sites for file in inbox.waiting(key)], context.cursor)
        requests = []
        for key, account_id in sites.items():
            files = [file for file in ready if file.site_key == key]
            if not files:
                continue
            told = "\n".join(f"{file.name} {file.size} {file.stamp}" for file in files)
            attempt = int(time.time()) // SECONDS_BEFORE_ANOTHER_TRY
            requests.append(
                dg.RunRequest(
                    run_key=f"inbox/{key}/{hashlib.sha256(told.encode()).hexdigest()[:16]}/{attempt}",
                    run_config={
                        "ops": {
                            names.COLLECT_INBOX_OP: {
                                "config": {"site_key": key, "names": [file.name for file in files]}
                            }
                        }
                    },
                    tags={names.SITE_TAG: key, names.ACCOUNT_TAG: str(account_id)},
                )
            )
        skipped = None if requests else "no file has come to rest in an inbox"
        return dg.SensorResult(run_requests=requests, skip_reason=skipped, cursor=cursor)

    return watch_inbox
