"""A hundred kills while articles are written: every credit is accounted for, no answer that is kept is asked for again."""

import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from igny8_resources.ai.journal import Journal
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditTransaction, CreditUsage
from igny8_resources.warehouse.tables.tenancy import Account
from igny8_resources.warehouse.tables.writer import Content, Task
from tests.integration.dying_process import KILLED, preload, start
from tests.integration.killed_writer import (
    ANSWER_LOST,
    BOUNDARIES,
    CREDITS_AN_ARTICLE,
    OPERATIONS,
    PROVIDER_WORKS,
    work,
)
from tests.stand_ins.openai_server import StandIn
from tests.warehouse_samples import add_article, add_cluster, make_place

KILLS = 100
ARTICLES = 90
CREDITS = Decimal(10_000)

preload("tests.integration.killed_writer")


class Provider:
    """The stand-in server, which counts what it was paid for and can kill who asks while it is answering."""

    def __init__(self) -> None:
        self.paid: Counter[tuple[str, str]] = Counter()
        self._victim: Any = None
        self._started = threading.Event()
        self._asked_until_death = 0
        self.server = StandIn(self._answer)

    def _answer(self, function: str, brief: dict[str, Any]) -> dict[str, Any]:
        self.paid[function, brief["title"]] += 1
        self._started.wait(30)
        self._asked_until_death -= 1
        if self._asked_until_death == 0:
            os.kill(self._victim.pid, signal.SIGKILL)
        return {"text": f"{function} of {brief['title']}"}

    def run(self, *arguments: Any, boundary: str = "", occurrence: int = 0) -> int:
        """Let a process work; how it ended."""
        self._started.clear()
        self._asked_until_death = occurrence if boundary == PROVIDER_WORKS else 0
        url, account_id = arguments
        self._victim = start(work, url, self.server.base_url, account_id, boundary, occurrence)
        self._started.set()
        self._victim.join(60)
        return int(self._victim.exitcode)


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    with provider.server:
        yield provider


@pytest.fixture
def account_id(warehouse) -> int:
    """An account whose site has ninety articles to write."""
    place = make_place(warehouse, credits=CREDITS)
    with warehouse.write() as session:
        cluster_id = add_cluster(session, place, "espresso", ["espresso"])
        for number in range(ARTICLES):
            add_article(session, place, "queued", cluster_id=cluster_id, keyword=f"question {number}")
    return place.account_id


def settled(warehouse: Warehouse, account_id: int) -> Decimal:
    """What settled calls were charged, after checking every row of the ledger against it."""
    with warehouse.read() as session:
        total = Decimal(0)
        rows = select(CreditTransaction).where(CreditTransaction.account_id == account_id)
        for row in session.scalars(rows.order_by(CreditTransaction.id)):
            total += row.amount
            assert row.balance_after == total >= 0
        assert session.get_one(Account, account_id).credit_balance == total
        held = sum(session.scalars(select(AiCall.reserved).where(AiCall.status == "pending")), Decimal(0))
        used = sum(session.scalars(select(CreditUsage.credits)), Decimal(0))
        assert total == CREDITS - used - held
    return used


def kept_answers(warehouse: Warehouse) -> set[tuple[str, str]]:
    """The calls whose answer is in the journal, as function and title."""
    with warehouse.read() as session:
        rows = session.execute(select(AiCall.function, AiCall.inputs).where(AiCall.status == "done")).tuples()
        return {(function, inputs["title"]) for function, inputs in rows}


@pytest.mark.slow
def test_a_hundred_kills_lose_no_credit_no_answer_and_no_article(warehouse, warehouse_url, account_id, provider):
    chance = random.Random(20261121)
    kills: Counter[str] = Counter()
    paid_when_kept: dict[tuple[str, str], int] = {}
    while kills.total() < KILLS:
        boundary = chance.choice(BOUNDARIES)
        occurrence = 1 if "save" in boundary else chance.randint(1, 3)
        ended = provider.run(warehouse_url, account_id, boundary=boundary, occurrence=occurrence)
        assert ended == KILLED, f"ended with {ended} after {kills.total()} kills: {ARTICLES} articles are too few"
        kills[boundary] += 1
        settled(warehouse, account_id)
        for call in kept_answers(warehouse):
            paid_when_kept.setdefault(call, provider.paid[call])
    assert set(kills) == set(BOUNDARIES), "every boundary was met"

    assert provider.run(warehouse_url, account_id) == 0

    # Credits: each article was charged its price once, and nothing is held any more.
    assert settled(warehouse, account_id) == ARTICLES * CREDITS_AN_ARTICLE
    with warehouse.read() as session:
        assert session.get_one(Account, account_id).credit_balance == CREDITS - ARTICLES * CREDITS_AN_ARTICLE
        assert set(session.scalars(select(AiCall.status))) == {"done"}
        calls = session.scalars(select(CreditUsage.ai_call_id)).all()
        assert len(calls) == len(set(calls)) == ARTICLES * len(OPERATIONS)
        # Articles: all of them, once, with their own texts.
        assert set(session.scalars(select(Task.status))) == {"review"}
        written = session.scalars(select(Content).order_by(Content.task_id)).all()
        assert len(written) == ARTICLES
        for article in written:
            assert article.html == "\n".join(f"{function} of {article.title}" for function, _, _ in OPERATIONS)
            assert article.credits_used == CREDITS_AN_ARTICLE
    # The provider: whose answer the journal had was never asked for again; the others once more for each kill between
    # its answer and the journal's commit, which is one call of the process that died.
    assert {call: provider.paid[call] for call in paid_when_kept} == paid_when_kept
    lost = sum(kills[boundary] for boundary in ANSWER_LOST)
    assert provider.paid.total() == ARTICLES * len(OPERATIONS) + lost


def test_what_killed_processes_held_comes_back_when_nobody_goes_on(warehouse, warehouse_url, account_id, provider):
    for boundary in ("after reserve", PROVIDER_WORKS, "before settle commits"):
        assert provider.run(warehouse_url, account_id, boundary=boundary, occurrence=2) == KILLED
    used = settled(warehouse, account_id)
    with warehouse.read() as session:
        held = sum(session.scalars(select(AiCall.reserved).where(AiCall.status == "pending")), Decimal(0))
        assert held > 0
    assert Journal(warehouse).release_abandoned(utc_now() + timedelta(seconds=1)) == 1
    assert settled(warehouse, account_id) == used
    with warehouse.read() as session:
        assert session.get_one(Account, account_id).credit_balance == CREDITS - used
