"""Who holds a piece of work, and whether that process is still there."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from igny8_resources import ownership
from igny8_resources.ownership import is_gone, kept_alive, lease_end, new_claim, this_process
from igny8_resources.warehouse.tables.columns import utc_now

HOST = socket.gethostname()


def token(pid: int, start: str | None = None) -> str:
    return f"{HOST}/{pid}/{ownership._state_and_start(pid)[1] if start is None else start}"


@pytest.fixture
def child():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_the_running_process_is_here():
    assert this_process() == token(os.getpid())
    assert not is_gone(this_process(), lease_end())
    assert not is_gone(this_process(), None)


def test_every_claim_is_told_from_every_other_and_lives_as_long_as_its_process():
    first, second = new_claim(), new_claim()
    assert first != second
    assert not is_gone(first, lease_end())
    assert not is_gone(second, None)


def test_a_killed_process_is_gone_before_anybody_collects_it(child):
    owner = token(child.pid)
    assert not is_gone(owner, lease_end())
    child.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    os.kill(child.pid, 0)  # It is still listed.
    assert is_gone(owner, lease_end())
    child.wait()
    assert is_gone(owner, lease_end())


def test_another_process_with_the_same_number_is_another_process(child):
    assert is_gone(token(child.pid, start="1"), lease_end())


def test_on_another_host_the_lease_decides():
    assert not is_gone("elsewhere/1/1/1", lease_end())
    assert is_gone("elsewhere/1/1/1", utc_now() - timedelta(seconds=1))


def test_a_lease_that_nobody_renewed_is_over_even_here():
    assert is_gone(this_process(), utc_now() - timedelta(seconds=1))


def test_nobody_is_gone():
    assert is_gone("", None)
    assert is_gone("", lease_end())


def test_a_lease_is_renewed_while_the_work_goes_on_and_no_longer(monkeypatch):
    monkeypatch.setattr(ownership, "LEASE", timedelta(seconds=0.03))

    renewed = threading.Semaphore(0)
    with kept_alive(renewed.release):
        assert all(renewed.acquire(timeout=10) for _ in range(3))
    while renewed.acquire(blocking=False):
        pass
    assert not renewed.acquire(timeout=0.1)


def test_a_database_that_is_away_for_a_moment_does_not_end_the_renewing(monkeypatch):
    monkeypatch.setattr(ownership, "LEASE", timedelta(seconds=0.03))

    renewed, times = threading.Event(), iter(range(100))

    def renew() -> None:
        if next(times) < 2:
            raise OperationalError("UPDATE", {}, Exception("the connection was lost"))
        renewed.set()

    with kept_alive(renew):
        assert renewed.wait(10)


def test_work_that_fails_ends_its_renewing():
    with pytest.raises(RuntimeError), kept_alive(lambda: None):
        raise RuntimeError


def test_leases_side_by_side_are_each_renewed_though_one_of_them_cannot_be(monkeypatch):
    monkeypatch.setattr(ownership, "LEASE", timedelta(seconds=0.03))

    def broken() -> None:
        raise RuntimeError("a mistake of whoever holds this lease")

    one, other = threading.Semaphore(0), threading.Semaphore(0)
    with kept_alive(one.release), kept_alive(broken), kept_alive(other.release):
        assert all(one.acquire(timeout=10) and other.acquire(timeout=10) for _ in range(3))


def test_a_lease_that_ends_while_it_is_renewed_waits_for_that(monkeypatch):
    """Whoever settles next does not meet a renewal of its own."""
    monkeypatch.setattr(ownership, "LEASE", timedelta(seconds=0.03))
    began, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def renew() -> None:
        began.set()
        may_end.wait(10)
        ended.set()

    with kept_alive(renew):
        assert began.wait(10)
        threading.Timer(0.05, may_end.set).start()
    assert ended.is_set()


def test_many_leases_take_one_thread():
    with contextlib.ExitStack() as open_leases:
        for _ in range(20):
            open_leases.enter_context(kept_alive(lambda: None))
        assert [thread.name for thread in threading.enumerate()].count("leases") == 1


def test_a_forked_process_renews_its_own_leases_and_none_of_its_parents(monkeypatch):
    monkeypatch.setattr(ownership, "LEASE", timedelta(seconds=0.03))
    told, tells = os.pipe()
    renewed = threading.Event()

    def renew() -> None:
        renewed.set()
        os.write(tells, b"%d " % os.getpid())

    with kept_alive(renew):
        assert renewed.wait(10)
        child = os.fork()
        if child == 0:
            own = threading.Event()
            with kept_alive(own.set):
                os._exit(0 if own.wait(10) else 1)
        _, status = os.waitpid(child, 0)
    os.close(tells)
    with os.fdopen(told) as said:
        assert {int(pid) for pid in said.read().split()} == {os.getpid()}
    assert os.waitstatus_to_exitcode(status) == 0
