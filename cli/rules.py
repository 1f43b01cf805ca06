"""``igny8 rules``: the sites' automation rules, and what they would have done."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.terminal import SiteKey, console, platform_here, sentences

rules_app = typer.Typer(
    no_args_is_help=True, help="Automation rules: when something happens, or at a time, do something."
)

RuleNumber = Annotated[int, typer.Argument(help="The rule's number, as the list shows it.")]


@rules_app.command("list")
def list_rules(site: SiteKey) -> None:
    """A site's rules: when, what, whether switched on, and when each did something last."""
    from sqlalchemy import select

    from igny8_resources.automation.running import actions_of
    from igny8_resources.warehouse.store.sites import site_by_key
    from igny8_resources.warehouse.tables.automation import AutomationRule

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            wanted = AutomationRule.site_id == site_by_key(session, site).id
            rules = session.scalars(select(AutomationRule).where(wanted).order_by(AutomationRule.id)).all()
        if not rules:
            console.print(f"{site} has no rules. `POST /api/v1/automation/rules/` adds one.")
            return
        table = Table("rule", "name", "when", "does", "last did something")
        for rule in rules:
            last = f"{rule.last_execution_at:%Y-%m-%d %H:%M}" if rule.last_execution_at else "never"
            table.add_row(
                str(rule.id),
                escape(rule.name if rule.is_active else f"{rule.name} (off)"),
                escape(f"{rule.trigger} {rule.schedule}".strip()),
                ", ".join(action.action for action in actions_of(rule)),
                last,
            )
        console.print(table)


@rules_app.command("dry-run")
def try_rule(
    number: RuleNumber,
    site: SiteKey,
    days: Annotated[int, typer.Option(min=1, max=31, help="How many days are replayed.")] = 7,
    most: Annotated[int, typer.Option(min=1, help="Occasions to show, the newest first.")] = 20,
) -> None:
    """What a rule would have done in the last days, with its limits; nothing is written."""
    from igny8_resources.automation.dry_run import dry_run
    from igny8_resources.automation.rules import rule_of
    from igny8_resources.warehouse.store.sites import site_by_key

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            report = dry_run(session, rule_of(session, site_by_key(session, site), number), days=days)
        counted = ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in report.counts.items())
        console.print(
            f"{counted or 'no occasion'} since {report.since:%Y-%m-%d %H:%M} UTC; "
            f"about {report.estimated_credits.normalize():f} credits",
            soft_wrap=True,
        )
        if report.occasions:
            table = Table("when", "about", "outcome", "why")
            for occasion in report.occasions[:most]:
                outcome = occasion.outcome.replace("_", " ")
                table.add_row(
                    f"{occasion.at:%Y-%m-%d %H:%M}", escape(occasion.subject), outcome, escape(occasion.reason)
                )
            console.print(table)
