"""A publishing process that is killed with SIGKILL, wherever: what comes after it publishes once.

It is killed at each commit to the warehouse, and at each request to the platform, before the platform has done what it was
asked and after, with the answer lost. In between nothing changes that anybody could find.
"""

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from igny8_resources.warehouse.engine import Warehouse
from tests.integration.dying_process import KILLED, NEVER, preload, start
from tests.integration.video_accounts import STAND_INS, Desk, connect, make_file, online, outgoing
from tests.stand_ins.platform_http import Kill

preload("tests.integration.test_killed_publisher")

SECONDS = 60


def publish(url: str, desk: Desk, path: Path, die_at_commit: int, may_begin: Any) -> None:
    """Publish, in a process of its own, and die at a commit."""
    may_begin.wait()
    warehouse, commits = Warehouse(url), iter(range(1_000_000))

    def step(*_: Any) -> None:
        if next(commits) == die_at_commit:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(warehouse.engine, "commit", step)
    replace(desk, warehouse=warehouse).publish(outgoing(path, desk.platform, description=desk.plan.subject))


def killed(server: Any, url: str, desk: Desk, path: Path, commit: int, kill: Kill | None) -> bool:
    """Whether the process was killed where it was told to be; it may end before that."""
    from tests.integration.dying_process import event_of

    may_begin = event_of()
    process = start(publish, url, replace(desk, warehouse=None), path, commit, may_begin)  # type: ignore[arg-type]
    if kill is not None:
        server.kill = replace(kill, pid=process.pid)
    may_begin.set()
    process.join(SECONDS)
    server.kill = None
    assert process.exitcode in {0, KILLED}
    return bool(process.exitcode == KILLED)


@pytest.mark.parametrize("platform", ["youtube", "instagram", "tiktok"])
@pytest.mark.parametrize("where", ["at a commit", "before a request is worked on", "after a request was worked on"])
def test_wherever_it_is_killed_the_video_is_there_once(
    platform: str, where: str, warehouse: Warehouse, warehouse_url: str, tmp_path: Path
) -> None:
    if not warehouse.is_sqlite and where != "at a commit":
        pytest.skip("requests are the same on every database")
    path = make_file(tmp_path)
    with STAND_INS[platform]() as server:
        desk = connect(warehouse, tmp_path, platform, server)
        kills, was_there = 0, set()
        while True:
            this = replace(desk, plan=replace(desk.plan, subject=f"crema-lane-v{kills + 1}"))
            kill = None if where == "at a commit" else Kill(0, kills + 1, where.startswith("after"))
            if not killed(server, warehouse_url, this, path, kills if kill is None else NEVER, kill):
                break
            was_there.add(len(online(server)) > kills)
            this.publish(outgoing(path, platform, description=this.plan.subject))
            kills += 1
            assert len(online(server)) == kills, f"killed {where}, number {kills}"
            assert this.effect.status == "confirmed"
        assert len(online(server)) == kills + 1
        assert kills >= 5
        assert was_there == {True, False} or where == "before a request is worked on"
