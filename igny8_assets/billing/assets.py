"""Billing: the monthly grant of every account, and what a day's work cost."""

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.partitions import days, months
from igny8_assets.shown import OWNERS, preview
from igny8_resources.resources import PlatformResource


@dg.asset(partitions_def=months, group_name="billing", kinds={"table"}, owners=OWNERS, code_version="1")
def credit_renewals(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """The credits that every active account's plan brings for one month: one grant an account, however often this runs."""
    from igny8_assets.shown import markdown_table
    from igny8_resources.billing.renewal import renew

    with explained():
        done = renew(platform.platform.warehouse, context.partition_key)
    rows = [(slug, f"{amount.normalize():f}") for slug, amount in done.granted]
    return dg.MaterializeResult(
        metadata={
            "granted_now": len(done.granted),
            "credits": float(done.credits),
            "accounts": preview(
                markdown_table(("account", "credits"), rows) if rows else "Every account had its grant."
            ),
        }
    )


@dg.asset(partitions_def=days, group_name="billing", kinds={"table"}, owners=OWNERS, code_version="1")
def spend(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """What all sites spent on one UTC day, by site, operation and provider: credits charged, at list price, and US dollars."""
    from datetime import date

    from igny8_assets.billing.spend_report import spend_told, totals_of
    from igny8_resources.billing.usage import spending_of_day

    day = context.partition_key
    with explained(), platform.platform.warehouse.read() as session:
        lines = spending_of_day(session, date.fromisoformat(day))
    totals = totals_of(lines)
    records = [
        dg.TableRecord(
            {
                "site": line.site_key,
                "operation": line.operation,
                "provider": line.provider,
                "calls": line.calls,
                "credits": float(line.credits),
                "list_credits": float(line.list_credits),
                "cost_usd": "unknown" if line.cost_usd is None else f"{line.cost_usd:.6f}",
            }
        )
        for line in lines
    ]
    known_cost = {} if totals.cost_usd is None else {"cost_usd": float(totals.cost_usd)}
    return dg.MaterializeResult(
        metadata={
            "calls": totals.calls,
            "credits": float(totals.credits),
            "list_credits": float(totals.list_credits),
            **known_cost,
            "calls_without_cost": totals.calls_without_cost,
            "chart": preview(spend_told(day, lines)),
            **({"spending": dg.MetadataValue.table(records)} if records else {}),
        }
    )
