"""When each part of Dagster's daemon was last heard of, read from Dagster's own storage without importing Dagster.

Belongs here: the one table of Dagster's that the API looks into. Does not belong here: anything that writes there.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import column, create_engine, select, table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from igny8_resources.settings import Settings

# Every part of the daemon writes its heartbeat each 30 seconds; Dagster's own page calls it dead after a little longer.
SECONDS_UNTIL_MISSED = 90
# Without these two, nothing that is asked for ever runs.
LAUNCHING = ("SENSOR", "QUEUED_RUN_COORDINATOR")

_HEARTBEATS = table("daemon_heartbeats", column("daemon_type"), column("timestamp"))


@dataclass(frozen=True)
class DaemonState:
    """What is known of the daemon: the last heartbeat of each of its parts, by Dagster's name of the part."""

    heartbeats: dict[str, datetime]

    def is_alive(self, now: datetime) -> bool:
        """Whether the parts that start what was asked for have been heard of lately."""
        return all(
            part in self.heartbeats and (now - self.heartbeats[part]).total_seconds() < SECONDS_UNTIL_MISSED
            for part in LAUNCHING
        )


def daemon_state(settings: Settings) -> DaemonState | None:
    """The daemon's heartbeats; None where Dagster's storage is not there or cannot be reached from here."""
    if settings.dagster_postgres_url is not None:
        url = settings.dagster_postgres_url.get_secret_value()
    else:
        path = settings.dagster_home / "history" / "runs.db"
        if not path.exists():
            return None
        url = f"sqlite:///{path}"
    # One small look now and then; a connection kept open for it would be one more for the database to hold.
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            rows = connection.execute(select(_HEARTBEATS)).tuples().all()
    except DBAPIError:
        return None
    return DaemonState({part: _moment(said) for part, said in rows})


def _moment(said: datetime | str) -> datetime:
    # SQLite keeps it as text; both without a zone, in UTC.
    moment = datetime.fromisoformat(said) if isinstance(said, str) else said
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
