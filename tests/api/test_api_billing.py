"""Billing through the API: what is there, what it was spent on and what that cost, and who may move credits."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from api_tenants import Tenant
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditTransaction, CreditUsage, Event
from igny8_resources.warehouse.tables.tenancy import Account

BILLING = "/api/v1/billing"


def data(client: TestClient, path: str, headers: dict[str, str]) -> Any:
    answer = client.get(f"{BILLING}{path}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


@pytest.fixture
def spent(warehouse: Warehouse, ours: Tenant) -> None:
    """Of our two calls the first was made yesterday for the editor by openai at 12 cents; nobody knows what the second cost."""
    with warehouse.write() as session:
        first, second = session.scalars(
            select(CreditUsage).where(CreditUsage.account_id == ours.account_id).order_by(CreditUsage.id)
        ).all()
        first.provider, first.model, first.cost_usd = "openai", "gpt-6-luna", Decimal("0.12")
        first.created_at, first.user_id = utc_now() - timedelta(days=1), ours.users["editor"]
        second.operation = "linking"
        call = session.get_one(AiCall, first.ai_call_id)
        call.input_tokens, call.output_tokens = 900, 1_200
        failed = AiCall(
            account_id=ours.account_id,
            site_id=first.site_id,
            request_hash="failed",
            kind="text",
            function="generate_content",
            provider="openai",
            model="gpt-6-luna",
            status="failed",
            finished_at=utc_now(),
            cost_usd=Decimal("0.03"),
        )
        session.add(failed)


@pytest.mark.usefixtures("spent")
def test_spending_is_grouped_by_what_one_asks_for(client: TestClient, ours: Tenant):
    def groups(grouping: str) -> list[tuple[str, int, str, str | None]]:
        usage = data(client, f"/usage/?group_by={grouping}", ours.as_role())
        assert (usage["calls"], usage["credits"], usage["cost_usd"]) == (2, "91", "0.12")
        return [(each["key"], each["calls"], each["credits"], each["cost_usd"]) for each in usage["groups"]]

    today = utc_now().date()
    assert groups("operation") == [("content", 1, "45.5", "0.12"), ("linking", 1, "45.5", None)]
    assert groups("site") == [("crema-lane", 2, "91", "0.12")]
    assert sorted(groups("user")) == [("automation", 1, "45.5", None), ("editor@crema.example", 1, "45.5", "0.12")]
    assert sorted(groups("model")) == [("gpt-6-luna", 1, "45.5", "0.12"), ("y", 1, "45.5", None)]
    assert sorted(groups("provider")) == [("openai", 1, "45.5", "0.12"), ("x", 1, "45.5", None)]
    assert groups("day") == [
        (str(today - timedelta(days=1)), 1, "45.5", "0.12"),
        (str(today), 1, "45.5", None),
    ]
    only_today = data(client, f"/usage/?group_by=user&date_from={today}", ours.as_role())
    assert [each["key"] for each in only_today["groups"]] == ["automation"]
    refused = client.get(f"{BILLING}/usage/?group_by=moon", headers=ours.as_role())
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["group_by"])


@pytest.mark.usefixtures("spent")
def test_credits_stand_beside_what_the_providers_took(client: TestClient, ours: Tenant):
    costs = data(client, "/cost-breakdown/", ours.as_role())
    assert (costs["credits"], costs["cost_usd"], costs["failed_cost_usd"]) == ("91", "0.12", "0.03")
    assert costs["article"] == {"articles": 2, "credits": "45.5", "list_credits": "45.5", "cost_usd": "0.06"}
    assert costs["lines"][0] == {
        "operation": "content",
        "provider": "openai",
        "model": "gpt-6-luna",
        "calls": 1,
        "units": "1",
        "credits": "45.5",
        "list_credits": "45.5",
        "cost_usd": "0.12",
        "calls_without_cost": 0,
        "input_tokens": 900,
        "output_tokens": 1200,
    }
    nothing = data(client, "/cost-breakdown/?date_to=2001-01-01", ours.as_role())
    assert nothing["article"] == {"articles": 0, "credits": None, "list_credits": None, "cost_usd": None}


def test_movements_are_listed_filtered_and_paged(client: TestClient, ours: Tenant):
    def listed(query: str = "") -> dict[str, Any]:
        answer = client.get(f"{BILLING}/transactions/{query}", headers=ours.as_role())
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert [(row["kind"], row["amount"], row["actor"]) for row in listed()["results"]] == [
        ("deduction", "-45.5", "system"),
        ("subscription", "1000", "system"),
    ]
    assert [row["reference"] for row in listed("?kind=subscription")["results"]] == ["first-credits"]
    assert listed("?search=FIRST%20credits")["count"] == 1
    assert [row["amount"] for row in listed("?ordering=amount&page_size=1")["results"]] == ["-45.5"]
    assert listed(f"?date_from={utc_now().date()}")["count"] == 2
    assert listed("?date_to=2001-01-01")["count"] == 0
    (newest, _) = listed()["results"]
    assert data(client, f"/transactions/{newest['id']}/", ours.as_role()) == newest
    assert client.get(f"{BILLING}/transactions/?kind=gift", headers=ours.as_role()).status_code == 400


def test_who_sees_single_sites_does_not_see_the_accounts_movements(client: TestClient, ours: Tenant):
    for role in ("editor", "viewer"):
        refused = client.get(f"{BILLING}/transactions/", headers=ours.as_role(role))
        assert refused.status_code == 403
        assert refused.json()["error"] == f"The role {role} sees single sites; this is about the whole account."
        assert data(client, "/balance/", ours.as_role(role))["recent"] == []


def test_the_balance_says_what_is_held_and_when_it_is_low(client: TestClient, ours: Tenant, warehouse: Warehouse):
    with warehouse.write() as session:
        session.execute(update(Account).where(Account.id == ours.account_id).values(credit_balance=Decimal(60)))
        held = AiCall(
            account_id=ours.account_id, request_hash="held", kind="text", function="f", provider="x", model="y"
        )
        held.reserved = Decimal("30.5")
        session.add(held)
    balance = data(client, "/balance/", ours.as_role())
    assert (balance["balance"], balance["reserved"], balance["low_below"], balance["is_low"]) == (
        "60",
        "30.5",
        "100",
        True,
    )
    with warehouse.write() as session:
        session.execute(update(AiCall).where(AiCall.request_hash == "held").values(reserved=Decimal(40)))
    assert data(client, "/balance/", ours.as_role())["is_low"] is False


def test_prices_and_limits_are_there_to_read(client: TestClient, ours: Tenant):
    prices = data(client, "/prices/", ours.as_role("viewer"))
    assert {"operation": "content", "provider": "*", "unit": "100 words", "credits": "5"} in prices
    limits = data(client, "/limits/", ours.as_role("viewer"))
    assert (limits["articles_per_request"], limits["bulk_above"], limits["sectors_per_site"]) == (50, 20, 5)


@pytest.mark.parametrize("role", ["owner", "editor", "viewer"])
def test_who_pays_for_credits_cannot_make_them(client: TestClient, ours: Tenant, warehouse: Warehouse, role: str):
    for path in ("/grants/", "/adjustments/"):
        body = {"amount": "100", "reason": "because I say so"}
        refused = client.post(f"{BILLING}{path}", json=body, headers=ours.as_role(role))
        assert (refused.status_code, refused.json()["error"]) == (
            403,
            f"The role {role} may not grant or adjust credits.",
        )
    with warehouse.read() as session:
        assert session.get_one(Account, ours.account_id).credit_balance == Decimal("954.5")


def test_an_idempotency_key_moves_credits_once(client: TestClient, ours: Tenant, theirs: Tenant, warehouse: Warehouse):
    def bought(amount: str, tenant: Tenant = ours, key: str = "invoice-7") -> Any:
        body = {"kind": "purchase", "amount": amount, "reason": "invoice 7"}
        headers = {**tenant.as_role("developer"), "Idempotency-Key": key}
        return client.post(f"{BILLING}/grants/", json=body, headers=headers)

    first = bought("500.5").json()
    assert (first["data"]["balance"], first["message"]) == ("1455", "Recorded.")
    assert first["data"]["transaction"]["actor"] == "user:developer@crema.example"
    again = bought("500.5").json()
    assert (again["data"], again["message"]) == (first["data"], "This movement was recorded before.")
    other = bought("900")
    assert other.status_code == 409
    assert "Idempotency-Key was used for a different movement" in other.json()["error"]
    assert bought("1", theirs).json()["data"]["balance"] == "955.5", "another account's key is another key"
    with warehouse.read() as session:
        assert session.get_one(Account, ours.account_id).credit_balance == 1455
        said = session.scalars(select(Event).where(Event.kind == "credits.purchased")).all()
    assert len(said) == 2


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("/grants/", {"amount": "-5", "reason": "x"}, 400, "amount"),
        ("/grants/", {"amount": "0", "reason": "x"}, 400, "amount"),
        ("/grants/", {"amount": "NaN", "reason": "x"}, 400, "amount"),
        ("/grants/", {"amount": "1.00001", "reason": "x"}, 400, "amount"),
        ("/grants/", {"amount": "5"}, 400, "reason"),
        ("/grants/", {"amount": "5", "reason": "  "}, 400, "reason"),
        ("/grants/", {"amount": "5", "reason": "x", "kind": "adjustment"}, 400, "kind"),
        ("/adjustments/", {"amount": "0", "reason": "x"}, 400, "amount"),
        ("/adjustments/", {"amount": "-955", "reason": "x"}, 409, "would overdraw the account: it has 954.5"),
    ],
)
def test_what_cannot_be_moved_is_refused(
    client: TestClient, ours: Tenant, warehouse: Warehouse, path, body, status, said
):
    refused = client.post(f"{BILLING}{path}", json=body, headers=ours.as_role("developer"))
    assert refused.status_code == status
    assert said in refused.json()["error"] or said in refused.json()["errors"]
    with warehouse.read() as session:
        assert len(session.scalars(select(CreditTransaction.id)).all()) == 2


def test_a_correction_takes_credits_away(client: TestClient, ours: Tenant):
    body = {"amount": -54.5, "reason": "granted twice by mistake"}
    done = client.post(f"{BILLING}/adjustments/", json=body, headers=ours.as_role("developer"))
    assert done.json()["data"]["balance"] == "900"
    assert done.json()["data"]["transaction"]["description"] == "granted twice by mistake"
