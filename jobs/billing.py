"""Billing by the calendar: credits at the beginning of a month, a day's spending when the day is over.

Both look at rows, so that a tick that comes late, twice or on two hosts grants and reports nothing twice.
"""

import dagster as dg

from igny8_resources.resources import PlatformResource
from jobs import names

renew_credits = dg.define_asset_job(
    names.RENEW_CREDITS,
    selection=dg.AssetSelection.assets("credit_renewals"),
    description="Grant every active account its credits for one month, once.",
)
report_spend = dg.define_asset_job(
    names.REPORT_SPEND,
    selection=dg.AssetSelection.assets("spend"),
    description="Add up what all sites spent on one day.",
)

billing_jobs = [renew_credits, report_spend]


@dg.schedule(
    job=renew_credits,
    cron_schedule="10 0 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Daily, so that a month whose first day was missed is granted all the same; starts a run if anybody is due.",
)
def credit_renewals_schedule(
    context: dg.ScheduleEvaluationContext, platform: PlatformResource
) -> dg.RunRequest | dg.SkipReason:
    """A run for the month under way when an account has not had its credits for it."""
    from igny8_resources.billing.renewal import accounts_due, month_of

    now = context.scheduled_execution_time
    month = month_of(now)
    with platform.platform.warehouse.read() as session:
        due = len(accounts_due(session, month, now=now))
    if not due:
        return dg.SkipReason(f"every account has its credits of {month}")
    return dg.RunRequest(partition_key=month)


spend_schedule = dg.build_schedule_from_partitioned_job(
    report_spend, hour_of_day=0, minute_of_hour=20, default_status=dg.DefaultScheduleStatus.RUNNING
)
