"""Times of cron lines, UTC. Plain values alone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

# How many times are counted; a rule of every minute that was not looked at for longer says that there were at least so many.
MOST_TIMES = 10_000


class BadSchedule(ValueError):
    """The text is not a cron line; the message says what one looks like."""


def check_schedule(line: str) -> None:
    """Refuse what is no cron line of five fields, or one that never comes.

    Raises:
        BadSchedule: it is not.
    """
    from cronsim import CronSim, CronSimError

    example = "such as `0 9 * * 1-5` for 09:00 UTC on weekdays"
    if len(line.split()) != 5:
        raise BadSchedule(f"{line!r} is not a cron line: five fields are expected, {example}")
    try:
        next(CronSim(line, datetime(2024, 1, 1, tzinfo=UTC)))
    except CronSimError as wrong:
        raise BadSchedule(f"{line!r} is not a cron line ({str(wrong).lower()}), {example}") from wrong
    except StopIteration as never:
        raise BadSchedule(f"{line!r} never comes, {example}") from never


def times_between(line: str, after: datetime, until: datetime) -> Iterator[datetime]:
    """The times of a cron line after one moment and up to another, the last one included; at most ``MOST_TIMES``."""
    from cronsim import CronSim

    for number, moment in enumerate(CronSim(line, after)):
        if moment > until or number == MOST_TIMES:
            return
        yield moment


def latest_time(line: str, after: datetime, until: datetime) -> tuple[datetime, int] | None:
    """The last time of a cron line in a span and how many there were, None when there was none."""
    from cronsim import CronSim

    # The line says whole minutes, and going backwards begins before the moment it is given.
    last = next(CronSim(line, until + timedelta(seconds=1), reverse=True))
    if last <= after:
        return None
    return last, sum(1 for _ in times_between(line, after, until))
