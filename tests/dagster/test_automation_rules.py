"""The sensor of the rules: from what happened to a request, and on to a run that does it."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import dagster as dg
from deployments import SITE, Deployment
from sqlalchemy import func, select, update

from igny8_resources.automation.contracts import RuleDefinition
from igny8_resources.automation.rules import create_rule
from igny8_resources.events import append_event
from igny8_resources.warehouse.store.sites import set_stage, site_by_key
from igny8_resources.warehouse.tables.automation import AutomationExecution
from igny8_resources.warehouse.tables.ledgers import Event, Request, RequestItem
from igny8_resources.warehouse.tables.writer import Task
from jobs import names
from jobs.names import JOB_OF_REQUEST

ROOT = Path(__file__).parents[2]


def tick(deployment: Deployment, sensor: str = "automation_rules") -> dg.SkipReason | dg.SensorResult:
    """One evaluation of a sensor, as the daemon makes it."""
    context = dg.build_sensor_context(instance=deployment.instance, resources={"platform": deployment.resource})
    result = deployment.content.get_repository_def().get_sensor_def(sensor)(context)
    assert isinstance(result, (dg.SkipReason, dg.SensorResult))
    return result


def add_rule(deployment: Deployment, **values: object) -> None:
    with deployment.parts.warehouse.write() as session:
        site = site_by_key(session, SITE)
        rule = {"name": "r", "credit_limit_per_execution": 500, **values}
        create_rule(session, site, RuleDefinition.model_validate(rule), by="user:1")


def test_a_rule_writes_a_planned_article_through_a_run(to_write: Deployment) -> None:
    """Writing is switched off as a stage; a rule that watches for new tasks does it instead, and its end is told."""
    with to_write.parts.warehouse.write() as session:
        set_stage(session, site_by_key(session, SITE), "writing", enabled=False)
    add_rule(to_write, trigger="task_created", actions=[{"action": "write_tasks"}])
    assert tick(to_write) == dg.SkipReason("no rule had an occasion")
    [partition, *_] = to_write.articles
    with to_write.parts.warehouse.write() as session:
        site = site_by_key(session, SITE)
        # As if it had been planned just now by the site's own stage, with nobody waiting for it.
        session.scalars(select(Task).where(Task.partition_key == partition)).one().request_id = None
        for request in session.scalars(select(Request)):
            request.status = "done"
        session.execute(update(RequestItem).where(RequestItem.job == names.WRITE_ARTICLE).values(status="done"))
        append_event(session, "task.created", partition, account_id=site.account_id, site_id=site.id)
    said = tick(to_write)
    assert isinstance(said, dg.SkipReason)
    assert said.skip_message is not None
    assert said.skip_message.endswith("started, write 1 task")
    asked = tick(to_write, "content_requests")
    assert isinstance(asked, dg.SensorResult)
    [run] = asked.run_requests or []
    assert (run.job_name, run.partition_key) == (names.WRITE_ARTICLE, partition)
    assert to_write.run(names.WRITE_ARTICLE, partition, request=run.tags[names.REQUEST_TAG]).success
    tick(to_write)
    [execution] = to_write.rows(AutomationExecution)
    assert (execution.status, execution.reason) == ("done", "write 1 task")


def test_a_tick_that_is_killed_in_the_middle_loses_nothing_and_doubles_nothing(
    to_write: Deployment, tmp_path: Path
) -> None:
    """A process dies after the request is written and before the commit, and after the commit and before the cursor."""
    add_rule(
        to_write,
        trigger="task_created",
        actions=[{"action": "plan_articles", "articles": 1}],
        max_executions_per_day=50,
    )
    with to_write.parts.warehouse.write() as session:
        site = site_by_key(session, SITE)
        for number in range(6):
            append_event(session, "task.created", f"nobody-{number}", account_id=site.account_id, site_id=site.id)
    script = tmp_path / "dying_tick.py"
    script.write_text(
        textwrap.dedent(
            """
            import os, signal, sys
            from igny8_resources.automation import running
            from igny8_resources.platform import Platform
            from igny8_resources.settings import load_settings
            from jobs.names import JOB_OF_REQUEST

            where, after = sys.argv[2], int(sys.argv[3])
            real, calls = getattr(running, where), []

            def dying(*args, **kwargs):
                calls.append(1)
                if where == "write_cursor":
                    os.kill(os.getpid(), signal.SIGKILL)
                done = real(*args, **kwargs)
                if len(calls) == after:
                    os.kill(os.getpid(), signal.SIGKILL)
                return done

            setattr(running, where, dying)
            running.work_rules(Platform(load_settings(home=sys.argv[1])).warehouse, JOB_OF_REQUEST)
            """
        )
    )
    for where, after in (("carry_out", 1), ("carry_out", 2), ("execute", 3), ("write_cursor", 1)):
        died = subprocess.run(
            [sys.executable, str(script), str(to_write.home), where, str(after)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=False,
        )
        assert died.returncode == -signal.SIGKILL, (where, after)
    tick(to_write)
    executions = to_write.rows(AutomationExecution)
    events = to_write.rows(Event, Event.kind == "task.created", Event.subject.startswith("nobody-"))
    assert [execution.occasion for execution in executions] == [f"event:{event.id}" for event in events]
    assert {execution.status for execution in executions} == {"started"}
    with to_write.parts.warehouse.read() as session:
        made = session.scalar(
            select(func.count()).select_from(Request).where(Request.idempotency_key.startswith("rule:"))
        )
    assert made == len(events) == 6


def test_every_kind_of_request_that_rules_make_has_a_job() -> None:
    assert set(JOB_OF_REQUEST.values()) <= {*names.CONTENT_JOBS, *names.VIDEO_JOBS}
