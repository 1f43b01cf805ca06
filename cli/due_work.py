"""What is due, done in this process or left to the daemon: what every command that causes work ends with."""

from dataclasses import dataclass

from cli.terminal import console
from igny8_resources.platform import Platform


@dataclass(frozen=True)
class Worked:
    """How the work that was due went; ``pieces`` None means that a daemon does it."""

    pieces: int | None
    succeeded: bool


def work(parts: Platform, *, only_asked: bool = False) -> Worked:
    """Run what is due, or leave it to the daemon that looks after this instance.

    ``only_asked`` stops after the open requests and leaves what follows from them to `igny8 run` or the daemon.
    """
    from cli.engine import Engine
    from cli.instance import dagster_instance
    from cli.show import live

    with dagster_instance(parts.settings) as instance:
        engine = Engine(parts, instance)
        if engine.daemon_is_alive():
            console.print("A Dagster daemon looks after this instance and does the work; `igny8 status` follows it.")
            return Worked(None, succeeded=True)
        with engine.exclusive():
            orphans = len(engine.orphans())
            if orphans:
                console.print(f"Taking up the work of {orphans} run{'s' if orphans > 1 else ''} that ended too early.")
            with live(console, parts) as (on_start, on_end):
                work = engine.run_requests if only_asked else engine.run_until_idle
                outcomes = work(on_start, on_end)
    return Worked(len(outcomes), not any(outcome.failure for outcome in outcomes))
