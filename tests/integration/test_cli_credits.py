"""``igny8 credits …``: what a person at a terminal sees and moves."""

from decimal import Decimal
from pathlib import Path

import pytest
from cli_terminal import Terminal
from sqlalchemy import delete

from igny8_resources.ai.calls import Performed
from igny8_resources.ai.journal import Journal
from igny8_resources.warehouse.tables.ledgers import CreditPrice, CreditTransaction
from igny8_resources.warehouse.tables.tenancy import Account
from tests.integration.dying_process import spec_of


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "home").ready()


def balance(terminal: Terminal) -> Decimal:
    [account] = terminal.rows(Account)
    return account.credit_balance


def test_credits_are_granted_sold_and_corrected_with_a_reason(terminal: Terminal) -> None:
    assert "main has 1,250.5 credits now." in terminal.done(
        "credits", "grant", "250.5", "--reason", "invoice 7", "--kind", "purchase", "--reference", "invoice-7"
    )
    again = ("credits", "grant", "250.5", "--reason", "invoice 7", "--kind", "purchase", "--reference", "invoice-7")
    assert "invoice-7 was recorded before; nothing was moved." in terminal.done(*again)
    assert "main has 1,200 credits now." in terminal.done("credits", "adjust", "-50.5", "--reason", "sold twice")
    shown = terminal.done("credits", "balance")
    assert shown.startswith("main has 1,200 credits; 1,000 a month")
    assert "sold twice" in shown
    assert [row.actor for row in terminal.rows(CreditTransaction)] == ["system", "cli", "cli"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("grant", "-5", "--reason", "x"), "a grant of -5 credits is refused: it can only add credits"),
        (("grant", "many", "--reason", "x"), "'many' is not a number of credits"),
        (("grant", "5", "--reason", "x", "--kind", "gift"), "--kind gift: choose one of grant, purchase, refund"),
        (("adjust", "-1000.5", "--reason", "x"), "would overdraw the account: it has 1000; take at most that"),
        (("adjust", "5", "--reason", " "), "an adjustment needs a reason"),
        (("grant", "5", "--reason", "x", "--account", "nobody"), "there is no account 'nobody'"),
        (("balance", "--account", "nobody"), "there is no account 'nobody'"),
        (("usage", "--by", "moon"), "--by moon: choose one of operation, site, user, model, provider, day"),
        (("renew", "--month", "2999-01"), "2999-01 has not begun; its credits are granted when it has"),
        (("prices", "--set", "content=-1"), "a price of -1 credits for 'content' is refused"),
        (("prices", "--set", "content"), "--set content: expected operation=credits, e.g. content=6"),
        (
            ("prices", "--set", "palmistry=5"),
            "'palmistry' is a new operation: name its unit too, such as --unit article",
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence(terminal: Terminal, arguments: tuple[str, ...], said: str) -> None:
    assert said in terminal.refused("credits", *arguments)
    assert balance(terminal) == 1000


def test_a_month_is_renewed_once(terminal: Terminal) -> None:
    # The first credits were this month's; an account of an earlier month gets its own.
    assert "Every account has its credits of" in terminal.done("credits", "renew")
    with terminal.parts.warehouse.write() as session:
        [account] = session.query(Account).all()
        account.created_at = account.created_at.replace(year=2025)
    assert "main: 1,000 credits" in terminal.done("credits", "renew", "--month", "2026-01")
    assert "Every account has its credits of 2026-01." in terminal.done("credits", "renew", "--month", "2026-01")
    assert balance(terminal) == 2000


def test_prices_are_shown_changed_and_put_back(terminal: Terminal) -> None:
    assert "content costs 6 credits per 100 words" in terminal.done("credits", "prices", "--set", "content=6")
    own = terminal.done("credits", "prices", "--set", "image=0", "--provider", "comfyui")
    assert "image costs 0 credits per image for comfyui" in own
    with terminal.parts.warehouse.write() as session:
        session.execute(delete(CreditPrice).where(CreditPrice.operation == "image", CreditPrice.provider == "*"))
    assert "operation 'image' has no row in credit_prices: `igny8 credits prices --restore`" in terminal.done(
        "credits", "prices"
    )
    assert "1 prices were put back." in terminal.done("credits", "prices", "--restore")
    shown = terminal.done("credits", "prices")
    assert "no row" not in shown
    prices = {(row.operation, row.provider): row.credits for row in terminal.rows(CreditPrice)}
    assert prices["content", "*"] == 6, "what was changed stays"
    assert (prices["image", "*"], prices["image", "comfyui"]) == (5, 0)


def test_usage_says_what_was_spent_on_what(terminal: Terminal) -> None:
    [account] = terminal.rows(Account)
    answered = Performed({}, units=Decimal(8), cost_usd=Decimal("0.0125"))
    Journal(terminal.parts.warehouse).answer(spec_of(account.id, "dose"), lambda: answered)
    for grouping, key in (("operation", "content"), ("model", "gpt-test"), ("site", "no site"), ("user", "automation")):
        line = next(line for line in terminal.done("credits", "usage", "--by", grouping).splitlines() if key in line)
        assert "40" in line
        assert "0.012500" in line
    assert "main spent nothing." in terminal.done("credits", "usage", "--until", "2026-01-01")
