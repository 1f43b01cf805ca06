"""Killing the demonstration again and again changes nothing about what comes out of it."""

import random
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.e2e.homes import Home

KILLS = 10
ARTICLES = "2"


def _with_paid_offline_work(home: Home) -> Home:
    """Give the offline providers a price, so that credits really move."""
    home.folder.mkdir(parents=True)
    done = home.run("init")
    assert done.returncode == 0, done.stderr
    with home.engine().begin() as connection:
        connection.execute(text("UPDATE credit_prices SET credits = 1.5 WHERE provider <> '*'"))
    return home


@pytest.mark.slow
def test_ten_kills_leave_the_same_rows_as_none(tmp_path: Path) -> None:
    undisturbed = _with_paid_offline_work(Home(tmp_path / "undisturbed"))
    done = undisturbed.run("demo", "--articles", ARTICLES)
    assert done.returncode == 0, done.stdout + done.stderr

    killed = _with_paid_offline_work(Home(tmp_path / "killed"))
    moments = random.Random(20261121)
    kills = 0
    while kills < KILLS:
        assert killed.run_and_kill(moments.randint(1, 9), moments.uniform(0.0, 0.4), "demo", "--articles", ARTICLES), (
            f"the demonstration ended after {kills} kills; it was to be killed {KILLS} times"
        )
        kills += 1
    done = killed.run("demo", "--articles", ARTICLES)
    assert done.returncode == 0, done.stdout + done.stderr

    expected, found = undisturbed.rows(), killed.rows()
    for table, rows in expected.items():
        assert found[table] == rows, f"{table} differs after {kills} kills"

    with killed.engine().connect() as connection:
        replays = connection.execute(text("SELECT SUM(replays) FROM ai_calls")).scalar()
        effects = connection.execute(text("SELECT COUNT(*), COUNT(DISTINCT subject) FROM effects")).one()
        overdrawn = connection.execute(
            text("SELECT COUNT(*) FROM credit_transactions WHERE balance_after < 0")
        ).scalar()
        moved = connection.execute(text("SELECT SUM(amount) FROM credit_transactions")).scalar()
        balance = connection.execute(text("SELECT credit_balance FROM accounts")).scalar()
    assert replays, "the journal answered no repeated call"
    assert effects[0] == effects[1]
    assert overdrawn == 0
    assert abs(moved - balance) < 0.0001
