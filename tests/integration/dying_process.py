"""Processes that are killed at a chosen step: between any two statements that they send, and around the outside act.

A forked server starts them, so that one costs milliseconds. A step is every statement, every commit, and whatever the
process itself counts; ``die_at`` says before which one it is killed with SIGKILL.
"""

import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import event

from igny8_resources.ai.calls import Answered, CallSpec, Performed
from igny8_resources.ai.journal import Journal
from igny8_resources.credits import reserve
from igny8_resources.effects import Confirmed, EffectPlan, perform_once
from igny8_resources.warehouse.engine import Warehouse
from tests.at_once import at_once

_processes = multiprocessing.get_context("forkserver")
_preloaded = ["tests.integration.dying_process"]
_processes.set_forkserver_preload(_preloaded)

KILLED = -signal.SIGKILL
NEVER = -1


def preload(module: str) -> None:
    """Have the server that forks such processes load a module first; before the first of them is started."""
    _preloaded.append(module)
    _processes.set_forkserver_preload(_preloaded)


def start(target: Callable[..., None], *args: Any) -> Any:
    """A process of its own that does ``target(*args)``."""
    process = _processes.Process(target=target, args=args)
    process.start()
    return process


def run(target: Callable[..., None], *args: Any) -> int:
    """How such a process ended: 0, or KILLED."""
    process = start(target, *args)
    process.join(60)
    return int(process.exitcode)


def barrier(parties: int) -> Any:
    """Where so many threads of such processes wait for one another."""
    return _processes.Barrier(parties)


def event_of() -> Any:
    """What such processes can wait for."""
    return _processes.Event()


def queue() -> Any:
    """What such processes can say something in."""
    return _processes.Queue()


def _counting(url: str, die_at: int) -> tuple[Warehouse, Callable[[], None]]:
    warehouse, steps = Warehouse(url), iter(range(1_000_000))

    def step(*_: Any) -> None:
        if next(steps) == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(warehouse.engine, "before_cursor_execute", step)
    event.listen(warehouse.engine, "commit", step)
    return warehouse, step


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def note(path: Path, line: str) -> None:
    with path.open("a") as file:
        file.write(f"{line}\n")


# An effect: the outside place is a file that keeps a line for every post it ever received.


def plan_of(account_id: int, subject: str, content: str = "first") -> EffectPlan:
    return EffectPlan(account_id, None, "publish_post", "linkedin:crema-lane", subject, content, {"text": "New"})


def post_once(
    warehouse: Warehouse, account_id: int, subject: str, wall: Path, step: Callable[[], None] = lambda: None
) -> Confirmed:
    """Post a subject on the wall, through the effects ledger."""

    def act() -> str:
        step()
        note(wall, subject)
        step()
        return f"urn:{subject}"

    def read_back() -> str | None:
        return f"urn:{subject}" if subject in lines(wall) else None

    return perform_once(warehouse, plan_of(account_id, subject), act=act, read_back=read_back)


def post(url: str, account_id: int, subject: str, wall: Path, die_at: int) -> None:
    warehouse, step = _counting(url, die_at)
    post_once(warehouse, account_id, subject, wall, step)


# A model call: the provider is a file that keeps a line for every call it ever received.


def spec_of(account_id: int, subject: str, *, units: str = "9", **changes: Any) -> CallSpec:
    """An article of 900 words for 45 credits."""
    values: dict[str, Any] = {
        "account_id": account_id,
        "site_id": None,
        "kind": "text",
        "function": "generate_content",
        "subject": subject,
        "provider": "openai",
        "model": "gpt-test",
        "operation": "content",
        "units": Decimal(units),
        "inputs": {"title": subject},
    }
    return CallSpec(**{**values, **changes})


def ask(
    warehouse: Warehouse, account_id: int, subject: str, calls: Path, step: Callable[[], None] = lambda: None
) -> Answered:
    """Have an article written that turns out at 800 words, so 40 credits."""

    def perform() -> Performed:
        step()
        note(calls, subject)
        step()
        return Performed({"text": f"All about {subject}"}, units=Decimal(8))

    return Journal(warehouse).answer(spec_of(account_id, subject), perform)


def write(url: str, account_id: int, subject: str, calls: Path, die_at: int) -> None:
    warehouse, step = _counting(url, die_at)
    ask(warehouse, account_id, subject, calls, step)


def write_slowly(url: str, account_id: int, subject: str, calls: Path, report: Path) -> None:
    """The same with a slow model; says in ``report`` whether the answer came from the journal."""
    answered = ask(Warehouse(url), account_id, subject, calls, lambda: time.sleep(0.3))
    report.write_text(json.dumps({"replayed": answered.replayed, "response": answered.response}))


def reserve_five(url: str, account_id: int, worker: int, at_the_same_instant: Any, told: Any) -> None:
    """Reserve 70 credits on each of five threads; says in ``told`` how each of them fared."""
    warehouse = Warehouse(url)

    def take(number: int) -> None:
        at_the_same_instant.wait(60)
        with warehouse.write() as session:
            reserve(session, account_id, Decimal(70), reference=f"call:{worker}:{number}", description="content")

    outcomes = at_once(partial(take, number) for number in range(5))
    told.put([type(each).__name__ if each else "reserved" for each in outcomes])
