"""The job that takes a site's files out of the inbox; the ``inbox`` sensor asks for it."""

import dagster as dg

from igny8_assets.explained import explained
from igny8_resources.resources import PlatformResource
from jobs.names import COLLECT_INBOX, COLLECT_INBOX_OP


@dg.op(
    name=COLLECT_INBOX_OP,
    config_schema={"site_key": str, "names": [str]},
    description="Stage files of a site's inbox; refused ones get their reason beside them.",
)
def collect(context: dg.OpExecutionContext, platform: PlatformResource) -> None:
    """Stage and file away; what is staged starts the loading by its event."""
    from igny8_assets.planner.keywords.inbox import collect_files
    from igny8_resources.inbox import open_inbox

    asked = context.op_config
    with explained():
        done = collect_files(
            platform.platform, open_inbox(platform.platform.settings), asked["site_key"], asked["names"]
        )
    context.log.info("staged %s; in before %s; gone %s", done.staged, done.known, done.gone)
    for name, reason in done.refused.items():
        context.log.warning("%s was refused: %s", name, reason)


@dg.job(name=COLLECT_INBOX, description="Take keyword files out of a site's inbox.")
def collect_inbox() -> None:
    """One site's files."""
    collect()
