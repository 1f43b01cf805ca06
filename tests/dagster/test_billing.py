"""Credits by the calendar: granted once a month by a schedule that can come late, a day's spending to look at."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import dagster as dg
import pytest
from deployments import QUIET, Deployment, metadata_of
from sqlalchemy import update

from igny8_assets.billing.spend_report import spend_told, totals_of
from igny8_resources.billing.usage import DayOfSpending
from igny8_resources.warehouse.tables.ledgers import CreditTransaction, CreditUsage
from igny8_resources.warehouse.tables.tenancy import Account

THIS_MONTH = f"{datetime.now(UTC):%Y-%m}"


@pytest.fixture
def older(to_write: Deployment) -> Deployment:
    """The planned site, its account made last year."""
    with to_write.parts.warehouse.write() as session:
        session.execute(update(Account).values(created_at=datetime(2025, 12, 1, tzinfo=UTC)))
    return to_write


def materialised(deployment: Deployment, job: str, partition: str) -> dg.ExecuteInProcessResult:
    return deployment.job(job).execute_in_process(
        instance=deployment.instance, partition_key=partition, run_config=QUIET, raise_on_error=False
    )


def tick(deployment: Deployment, schedule: str, moment: datetime) -> Any:
    definition = deployment.content.resolve_schedule_def(schedule)
    context = dg.build_schedule_context(
        instance=deployment.instance,
        scheduled_execution_time=moment,
        resources={"platform": deployment.resource},
        repository_def=deployment.content.get_repository_def(),
    )
    return definition.evaluate_tick(context)


def test_a_month_is_granted_once_however_often_it_is_materialised(older: Deployment) -> None:
    before = older.balance()
    first = materialised(older, "renew_credits", THIS_MONTH)
    assert first.success
    shown = metadata_of(first, "credit_renewals")
    assert (shown["granted_now"], shown["credits"]) == (1, 500.0)
    assert "| demo | 500 |" in shown["accounts"]
    again = metadata_of(materialised(older, "renew_credits", THIS_MONTH), "credit_renewals")
    assert (again["granted_now"], again["accounts"]) == (0, "Every account had its grant.")
    assert older.balance() == before + 500
    [grant] = older.rows(CreditTransaction, CreditTransaction.reference == f"grant:{THIS_MONTH}")
    assert (grant.kind, grant.description) == ("subscription", f"monthly credits of {THIS_MONTH}")


def test_the_schedule_asks_on_any_day_until_everybody_has_their_credits(older: Deployment) -> None:
    missed_the_first_days = datetime.now(UTC).replace(day=17, hour=0, minute=10)
    asked = tick(older, "credit_renewals_schedule", missed_the_first_days)
    assert [request.partition_key for request in asked.run_requests] == [THIS_MONTH]
    assert materialised(older, "renew_credits", THIS_MONTH).success
    asked = tick(older, "credit_renewals_schedule", missed_the_first_days + timedelta(days=1))
    assert (asked.run_requests, asked.skip_message) == ([], f"every account has its credits of {THIS_MONTH}")


def test_spending_of_a_day_is_asked_for_when_it_is_over(to_write: Deployment) -> None:
    [schedule] = [each for each in to_write.content.schedules or [] if "report_spend" in each.name]
    asked = tick(to_write, schedule.name, datetime(2026, 3, 5, 0, 20, tzinfo=UTC))
    assert [request.partition_key for request in asked.run_requests] == ["2026-03-04"]


def test_a_day_shows_what_was_spent_on_what(older: Deployment) -> None:
    moment = datetime(2026, 3, 4, 23, 59, 59, tzinfo=UTC)
    with older.parts.warehouse.write() as session:
        session.execute(update(CreditUsage).values(created_at=moment))
    done = materialised(older, "report_spend", "2026-03-04")
    assert done.success
    shown = metadata_of(done, "spend")
    usage = older.rows(CreditUsage)
    assert shown["calls"] == len(usage) > 0
    assert shown["list_credits"] == pytest.approx(float(sum(row.list_credits for row in usage)))
    assert "By site, credits at list price" in shown["chart"]
    assert "crema-lane" in shown["chart"]
    records = (
        [record.data for record in shown["spending"]] if isinstance(shown["spending"], list) else shown["spending"]
    )
    assert records
    empty = metadata_of(materialised(older, "report_spend", "2026-03-05"), "spend")
    assert (empty["calls"], empty["chart"]) == (0, "No model was called on 2026-03-05.")
    assert "spending" not in empty


def test_a_month_that_has_not_begun_is_no_partition(older: Deployment) -> None:
    with pytest.raises(dg.DagsterUnknownPartitionError):
        materialised(older, "renew_credits", "2999-01")


def line(**changes: Any) -> DayOfSpending:
    facts: dict[str, Any] = {
        "site_key": "crema-lane",
        "operation": "content",
        "provider": "openai",
        "calls": 2,
        "credits": Decimal(80),
        "list_credits": Decimal(80),
        "cost_usd": Decimal("0.25"),
        "calls_without_cost": 0,
    }
    return DayOfSpending(**{**facts, **changes})


def test_bars_are_as_long_as_what_they_stand_for() -> None:
    told = spend_told(
        "2026-03-04",
        [
            line(),
            line(
                site_key="trail-notes", operation="image", list_credits=Decimal(40), credits=Decimal(0), cost_usd=None
            ),
        ],
    )
    assert told.startswith(
        "4 calls on 2026-03-04: **80** credits charged, 120 at list price; the providers take $0.2500."
    )
    assert f"crema-lane   {'█' * 24}  80" in told
    assert f"trail-notes  {'█' * 12}{' ' * 12}  40" in told


def test_unknown_costs_are_counted_and_not_taken_for_nothing() -> None:
    lines = [line(cost_usd=None, calls_without_cost=2)]
    totals = totals_of(lines)
    assert (totals.cost_usd, totals.calls_without_cost) == (None, 2)
    assert "the providers take unknown (2 calls of unknown cost)" in spend_told("2026-03-04", lines)
