"""Daily allowances of the deployment's application at Google: counted here, because the API does not say what is left.

Since 2026-06 uploads have a bucket of their own (100 a day and project) beside the 10,000 units of everything else; both
are full again at midnight Pacific. A call is counted before it is made: one that fails costs as much.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from igny8_resources.video_platforms.failures import LimitReached
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.connections import PlatformQuota
from igny8_resources.warehouse.upsert import upsert

PACIFIC = ZoneInfo("America/Los_Angeles")
# Clocks differ; what is scheduled right at midnight may still be refused.
AFTER_MIDNIGHT = timedelta(minutes=5)

UPLOADS = "videos.insert"
UNITS = "units"


def pacific_day(moment: datetime) -> date:
    """The day whose allowance a call at this moment counts against."""
    return moment.astimezone(PACIFIC).date()


def next_allowance(moment: datetime) -> datetime:
    """When the allowances are full again, a little after midnight Pacific; UTC."""
    midnight = datetime.combine(pacific_day(moment) + timedelta(days=1), time(), tzinfo=PACIFIC)
    return midnight.astimezone(UTC) + AFTER_MIDNIGHT


class DailyQuota:
    """What one application used of its allowances today. ``limits`` maps each bucket to what a day has."""

    def __init__(self, warehouse: Warehouse, application: str, limits: dict[str, int]) -> None:
        self._warehouse, self._application, self._limits = warehouse, application, limits

    def take(self, bucket: str, cost: int = 1) -> None:
        """Count a call before it is made.

        Raises:
            LimitReached: the day's allowance does not hold it; nothing was counted.
        """
        now = utc_now()
        key = {"application": self._application, "bucket": bucket, "day": pacific_day(now)}
        with self._warehouse.write() as session:
            upsert(session, PlatformQuota, [{**key, "used": 0, "refused": False}], key=tuple(key))
            row = session.scalars(select(PlatformQuota).filter_by(**key).with_for_update()).one()
            if row.refused or row.used + cost > self._limits[bucket]:
                raise self._reached(bucket, row.used, now)
            row.used += cost

    def refused(self, bucket: str) -> LimitReached:
        """Note that the platform itself said that a bucket is empty; the failure to raise."""
        now = utc_now()
        with self._warehouse.write() as session:
            session.execute(
                update(PlatformQuota)
                .where(
                    PlatformQuota.application == self._application,
                    PlatformQuota.bucket == bucket,
                    PlatformQuota.day == pacific_day(now),
                )
                .values(refused=True)
            )
        return self._reached(bucket, None, now)

    def _reached(self, bucket: str, used: int | None, now: datetime) -> LimitReached:
        until = next_allowance(now)
        what = "uploads" if bucket == UPLOADS else "quota units"
        counted = "YouTube says that" if used is None else f"{used} of {self._limits[bucket]} are used:"
        return LimitReached(
            f"{counted} today's {what} of this deployment's Google project are used up; it goes on after midnight Pacific, "
            f"{until:%Y-%m-%d %H:%M} UTC. A larger quota is asked for in the Google Cloud console.",
            until,
        )
