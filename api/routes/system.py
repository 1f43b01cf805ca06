"""The service itself: whether it is well, what it runs on, how much work waits."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import Field
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from api.access import Anyone, Reader
from api.envelope import CreditAmount, Envelope, Shape, refusals
from api.problems import Problem, database_trouble
from api.routing import Router
from api.version import VERSION
from igny8_resources.ai.routing import OFFLINE, Routing
from igny8_resources.ai.short_memory import ShortMemory
from igny8_resources.daemon_heartbeats import DaemonState, daemon_state
from igny8_resources.media_usage import MediaUsage, media_usage
from igny8_resources.requests import OPEN_REQUEST
from igny8_resources.warehouse.migrate import HEAD
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import Request, RequestItem
from igny8_resources.warehouse.tables.models import ProviderState
from igny8_resources.warehouse.tables.tenancy import Account

router = Router(prefix="/system", tags=["system"])

# Counting files is not free; whoever reloads a page does not count them again.
_media_memory: ShortMemory[MediaUsage] = ShortMemory()


class Health(Shape):
    """The service is well."""

    status: Literal["ok"] = "ok"
    version: str
    database: Literal["reachable"] = "reachable"
    schema_revision: str


@router.get("/health/", summary="Whether the service is well", responses=refusals())
def read_health(service: Anyone) -> Envelope[Health]:
    """200 when the warehouse answers and has this program's schema, 503 when not. Needs no sign-in."""
    trouble = database_trouble(service.warehouse)
    if trouble is not None:
        raise Problem(503, trouble)
    return Envelope(data=Health(version=VERSION, schema_revision=HEAD))


class DaemonPart(Shape):
    """One part of Dagster's daemon."""

    name: str = Field(description="SENSOR, SCHEDULER, QUEUED_RUN_COORDINATOR, MONITORING ...")
    last_heartbeat_at: datetime


class Daemon(Shape):
    """The process that starts what was asked for."""

    alive: bool | None = Field(
        description="Whether its parts that start runs were heard of in the last 90 seconds; null where Dagster's storage "
        "cannot be seen from here."
    )
    parts: list[DaemonPart]


class Media(Shape):
    """The media store."""

    store: Literal["folder", "s3"]
    reachable: bool
    files: int = Field(description="The account's files.")
    bytes: int = Field(description="What the account's files take.")
    complete: bool = Field(description="Whether all files were counted; a large store is counted for two seconds.")
    free_bytes: int | None = Field(description="What the folder's disk has left; null for a bucket.")


class ProviderNow(Shape):
    """A connection to models, as it is now."""

    connection: str
    state: Literal["ready", "waiting", "failing"] = Field(
        description="waiting: its limits have the next call wait; failing: it is left alone after several failures."
    )
    until: datetime | None = Field(description="When it is asked again.")
    failures: int = Field(description="Failures in a row.")


class Status(Shape):
    """How the service and the account's work are."""

    version: str
    database: str = Field(description="sqlite or postgresql.")
    schema_revision: str
    daemon: Daemon
    media: Media
    providers: list[ProviderNow] = Field(description="Connections that calls were made with.")
    text_models: list[str] = Field(description="Connections and models that write, the first choice first.")
    image_models: list[str] = Field(description="Connections and models that make pictures, the first choice first.")
    requests: dict[str, int] = Field(description="The account's requests by status.")
    items: dict[str, int] = Field(description="The pieces of the account's open requests by status: its queue.")
    oldest_queued_seconds: int | None = Field(
        description="How long the oldest queued request has waited; when it grows, the daemon is not running."
    )


@router.get("/status/", summary="State of the service and of the account's work", responses=refusals(401, 403))
def read_status(access: Reader) -> Envelope[Status]:
    """What the service runs on, whether work is started, and how much of the account's is where."""
    service, now = access.service, utc_now()
    with access.read() as session:
        requests = _by_status(session, select(Request.status, func.count(Request.id)).group_by(Request.status))
        items = _by_status(
            session,
            select(RequestItem.status, func.count(RequestItem.id))
            .join(Request, Request.id == RequestItem.request_id)
            .where(Request.status.in_(OPEN_REQUEST))
            .group_by(RequestItem.status),
        )
        oldest = session.scalar(select(func.min(Request.created_at)).where(Request.status == "queued"))
        providers = [
            _provider(state, now.timestamp())
            for state in session.scalars(select(ProviderState).order_by(ProviderState.provider, ProviderState.endpoint))
        ]
    routing = Routing(service.settings, service.warehouse)
    usage = _media_memory.get(
        (service.settings.media, access.principal.account_id),
        lambda: media_usage(service.media, access.principal.account_id),
    )
    return Envelope(
        data=Status(
            version=VERSION,
            database="sqlite" if service.warehouse.is_sqlite else "postgresql",
            schema_revision=HEAD,
            daemon=_daemon(daemon_state(service.settings), now),
            media=Media(
                store="s3" if service.settings.media.startswith("s3://") else "folder",
                reachable=usage.is_reachable,
                files=usage.files,
                bytes=usage.size,
                complete=usage.is_whole,
                free_bytes=usage.free,
            ),
            providers=providers,
            text_models=_chain(routing, "text"),
            image_models=_chain(routing, "image"),
            requests=requests,
            items=items,
            oldest_queued_seconds=None if oldest is None else max(0, int((now - oldest).total_seconds())),
        )
    )


def _by_status(session: Session, counting: Select[tuple[str, int]]) -> dict[str, int]:
    return dict(session.execute(counting).tuples().all())


def _daemon(state: DaemonState | None, now: datetime) -> Daemon:
    if state is None:
        return Daemon(alive=None, parts=[])
    parts = [DaemonPart(name=name, last_heartbeat_at=at) for name, at in sorted(state.heartbeats.items())]
    return Daemon(alive=state.is_alive(now), parts=parts)


def _provider(state: ProviderState, now: float) -> ProviderNow:
    """What may be shown to every account: that a connection waits or fails; never what it said, or at which address."""
    waits_until = max(state.next_request_at, state.next_token_at, state.closed_until)
    if state.open_until > now:
        said, until = "failing", state.open_until
    elif waits_until > now:
        said, until = "waiting", waits_until
    else:
        said, until = "ready", 0.0
    return ProviderNow(
        connection=state.provider,
        state=said,
        until=datetime.fromtimestamp(until, UTC) if until else None,
        failures=state.failures,
    )


def _chain(routing: Routing, kind: str) -> list[str]:
    return [f"{connection}/{model}" for connection, model in routing.configured(kind)] or [OFFLINE]


class AccountSettings(Shape):
    """What holds for the whole account."""

    slug: str
    name: str
    plan: str
    status: str
    monthly_credits: CreditAmount = Field(description="Credits that the plan brings each month.")
    access_token_minutes: int = Field(description="How long an access token is valid.")
    import_max_bytes: int = Field(description="The largest keyword file that is taken.")
    bulk_above: int = Field(description="A request for more articles than this is worked through in one run.")
    created_at: datetime


@router.get("/settings/", summary="Settings of the account", responses=refusals(401, 403))
def read_settings(access: Reader) -> Envelope[AccountSettings]:
    """The account's plan, and the deployment's limits as they hold for it."""
    settings = access.service.settings
    with access.read() as session:
        account = session.scalars(select(Account)).one()
    return Envelope(
        data=AccountSettings(
            slug=account.slug,
            name=account.name,
            plan=account.plan,
            status=account.status,
            monthly_credits=account.monthly_credits,
            access_token_minutes=settings.access_token_minutes,
            import_max_bytes=settings.import_max_bytes,
            bulk_above=settings.bulk_above,
            created_at=account.created_at,
        )
    )
