"""Automation: what runs by itself on a site, and the rules that people make."""

from typing import Annotated, ClassVar, Literal

from fastapi import Path, Query, Request, Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import AccountWriter, Reader
from api.envelope import Envelope, Page, PlainText, RowId, refusals
from api.etags import IfMatch, etag_of, require_match, show_tag
from api.filters import SiteQuery
from api.idempotency import Post, once
from api.listing import columns_of, list_page
from api.problems import Problem, not_found
from api.routing import Router
from api.shapes.automation import (
    ActionItem,
    DryRunReport,
    ExecutionItem,
    FieldItem,
    OperatorItem,
    RuleItem,
    RuleVocabulary,
    TriggerItem,
)
from api.shapes.deleted import DeletedRow
from igny8_resources.automation.configs import AutomationChoices, change_choices, choices_of
from igny8_resources.automation.contracts import ACTIONS, RuleDefinition
from igny8_resources.automation.dry_run import DAYS, dry_run
from igny8_resources.automation.rules import RuleRefused, change_rule, create_rule, delete_rule
from igny8_resources.automation.running import run_now
from igny8_resources.automation.vocabulary import OPERATORS, OPERATORS_OF, TRIGGERS, TriggerName
from igny8_resources.credits import PriceMissing
from igny8_resources.warehouse.store.sites import require_module
from igny8_resources.warehouse.tables.automation import STAGES, AutomationExecution, AutomationRule
from igny8_resources.warehouse.tables.tenancy import Site
from jobs.names import JOB_OF_REQUEST

router = Router(prefix="/automation", tags=["automation"])

SiteKey = Annotated[PlainText, Path(max_length=60, description="The site's key.", examples=["crema-lane"])]


@router.get("/vocabulary/", summary="What rules can speak of", responses=refusals(401, 403))
def read_vocabulary(_access: Reader) -> Envelope[RuleVocabulary]:
    """Triggers with their fields, operators, and actions with their parameters."""
    triggers = [
        TriggerItem(
            name=name,
            description=trigger.description,
            about=trigger.about,
            event_kinds=list(trigger.kinds),
            fields=[
                FieldItem(
                    name=field_name,
                    type=field.type,
                    description=field.description,
                    operators=list(OPERATORS_OF[field.type]),
                )
                for field_name, field in trigger.fields.items()
            ],
        )
        for name, trigger in TRIGGERS.items()
    ]
    actions = []
    for action in ACTIONS:
        schema = action.model_json_schema()
        actions.append(
            ActionItem(
                name=schema["properties"]["action"]["const"],
                description=(action.__doc__ or "").strip(),
                parameters=schema,
            )
        )
    operators = [OperatorItem(name=name, description=description) for name, description in OPERATORS.items()]
    return Envelope(data=RuleVocabulary(triggers=triggers, operators=operators, actions=actions, stages=list(STAGES)))


@router.get("/config/{key}/", summary="A site's automation", responses=refusals(400, 401, 403, 404))
def read_config(access: Reader, key: SiteKey, response: Response) -> Envelope[AutomationChoices]:
    """What runs by itself on a site: stages with their caps, approval, platforms and formats."""
    with access.read() as session:
        shown = choices_of(session, _site_by_key(session, key))
    show_tag(response, shown)
    return Envelope(data=shown)


@router.put(
    "/config/{key}/", summary="Change a site's automation", responses=refusals(400, 401, 403, 404, 409, 413, 428)
)
def change_config(
    access: AccountWriter, key: SiteKey, asked: AutomationChoices, response: Response, if_match: IfMatch = None
) -> Envelope[AutomationChoices]:
    """Put new choices in the place of the site's; a stage that is switched on takes up what waited for it."""
    with access.write() as session:
        site = _site_by_key(session, key, changing=True)
        require_match(if_match, choices_of(session, site, lock=True))
        shown = change_choices(session, site, asked, by=access.principal.actor)
    show_tag(response, shown)
    return Envelope(data=shown, message="Changed.")


class RulesQuery(SiteQuery):
    """Filters of the rule list."""

    entity: ClassVar = AutomationRule
    searched: ClassVar = (AutomationRule.name,)

    trigger: TriggerName | None = None
    is_active: bool | None = Field(None, description="Only those that are switched on, or only those that are not.")
    ordering: Literal[
        "id", "-id", "name", "-name", "created_at", "-created_at", "last_execution_at", "-last_execution_at"
    ] = "id"


class NewRule(RuleDefinition):
    """A rule to add to a site."""

    site: PlainText = Field(max_length=60, description="The site's key.", examples=["crema-lane"])


@router.get("/rules/", summary="List rules", responses=refusals(400, 401, 403, 404))
def list_rules(access: Reader, request: Request, query: Annotated[RulesQuery, Query()]) -> Page[RuleItem]:
    """The rules of the account's sites."""
    return list_page(access, request, select(*columns_of(AutomationRule, RuleItem)), query, RuleItem)


@router.post("/rules/", status_code=201, summary="Add a rule", responses=refusals(400, 401, 403, 404, 409, 413))
def add_rule(access: AccountWriter, asked: NewRule, response: Response, post: Post) -> Envelope[RuleItem]:
    """Add a rule; a field that its trigger does not have is refused by name, together with those that it has."""
    definition = RuleDefinition.model_validate(asked.model_dump(exclude={"site"}))

    def work(session: Session) -> Envelope[RuleItem]:
        site = session.scalar(select(Site).where(Site.key == asked.site))
        if site is None:
            raise Problem(404, f"There is no site {asked.site!r}.", {"site": ["there is no such site"]})
        require_module(session, site, "automation")
        try:
            rule = create_rule(session, site, definition, by=access.principal.actor)
        except RuleRefused as refused:
            raise _refused(refused) from refused
        return Envelope(data=_item(session, rule), message="Added.")

    done = once(access, post, Envelope[RuleItem], work)
    response.headers["ETag"] = _tag_of(done.data)
    return done


@router.get("/rules/{id}/", summary="One rule", responses=refusals(400, 401, 403, 404))
def read_rule(access: Reader, id: RowId, response: Response) -> Envelope[RuleItem]:  # noqa: A002 - the path's own name
    """One rule; its `ETag` is that of its definition, which executions do not change."""
    with access.read() as session:
        shown = RuleItem.model_validate(_rule(session, id))
    response.headers["ETag"] = _tag_of(shown)
    return Envelope(data=shown)


@router.put("/rules/{id}/", summary="Change a rule", responses=refusals(400, 401, 403, 404, 409, 413, 428))
def put_rule(
    access: AccountWriter,
    id: RowId,  # noqa: A002 - the path's own name
    asked: RuleDefinition,
    response: Response,
    if_match: IfMatch = None,
) -> Envelope[RuleItem]:
    """Put a definition in the place of a rule's; a schedule counts from then on."""
    with access.write() as session:
        rule, site = _locked(session, id)
        require_match(if_match, _definition(RuleItem.model_validate(rule)))
        try:
            change_rule(session, site, rule, asked, by=access.principal.actor)
        except RuleRefused as refused:
            raise _refused(refused) from refused
        shown = _item(session, rule)
    response.headers["ETag"] = _tag_of(shown)
    return Envelope(data=shown, message="Changed.")


@router.post(
    "/rules/{id}/dry-run/",
    summary="What a rule would have done",
    responses=refusals(400, 401, 403, 404, 409, 413),
)
def try_rule(
    access: Reader,
    id: RowId,  # noqa: A002 - the path's own name
    days: Annotated[int, Query(ge=1, le=31, description="How many days are replayed.")] = DAYS,
) -> Envelope[DryRunReport]:
    """Replay the last days for a rule over stored events, with its limits; nothing is written."""
    with access.read() as session:
        try:
            report = dry_run(session, _rule(session, id), days=days)
        except PriceMissing as missing:
            raise Problem(409, f"{missing}.") from missing
    return Envelope(data=DryRunReport.model_validate(report))


@router.post("/rules/{id}/run/", summary="Run a rule now", responses=refusals(400, 401, 403, 404, 409, 413))
def start_rule(
    access: AccountWriter,
    id: RowId,  # noqa: A002 - the path's own name
    post: Post,
) -> Envelope[ExecutionItem]:
    """Do what a rule says without waiting for its trigger, within its limits; the answer says what came of it."""

    def work(session: Session) -> Envelope[ExecutionItem]:
        rule, _ = _locked(session, id)
        execution = run_now(session, rule, JOB_OF_REQUEST)
        session.flush()
        session.refresh(execution)
        return Envelope(data=ExecutionItem.model_validate(execution))

    return once(access, post, Envelope[ExecutionItem], work, status=200)


class ExecutionsQuery(SiteQuery):
    """Filters of the history."""

    entity: ClassVar = AutomationExecution
    searched: ClassVar = (AutomationExecution.reason,)

    rule: RowId | None = Field(None, description="Only this rule's; its id.")
    status: Literal["started", "done", "failed", "skipped"] | None = None
    ordering: Literal["id", "-id", "created_at", "-created_at", "finished_at", "-finished_at"] = "-id"


@router.get("/executions/", summary="List executions", responses=refusals(400, 401, 403, 404))
def list_executions(
    access: Reader, request: Request, query: Annotated[ExecutionsQuery, Query()]
) -> Page[ExecutionItem]:
    """What rules did and why they did not, the newest first."""
    statement = select(*columns_of(AutomationExecution, ExecutionItem))
    return list_page(access, request, statement, query, ExecutionItem)


@router.get("/executions/{id}/", summary="One execution", responses=refusals(400, 401, 403, 404))
def read_execution(access: Reader, id: RowId) -> Envelope[ExecutionItem]:  # noqa: A002 - the path's own name
    """One time that a rule's trigger was met."""
    with access.read() as session:
        execution = session.scalar(select(AutomationExecution).where(AutomationExecution.id == id))
        if execution is None:
            raise not_found("execution")
        return Envelope(data=ExecutionItem.model_validate(execution))


@router.delete("/rules/{id}/", summary="Delete a rule", responses=refusals(400, 401, 403, 404))
def remove_rule(access: AccountWriter, id: RowId) -> Envelope[DeletedRow]:  # noqa: A002 - the path's own name
    """Delete a rule with its history; what it asked for goes on."""
    with access.write() as session:
        rule, site = _locked(session, id)
        delete_rule(session, site, rule, by=access.principal.actor)
    return Envelope(data=DeletedRow(id=id), message="Deleted.")


def _site_by_key(session: Session, key: str, *, changing: bool = False) -> Site:
    site = session.scalar(select(Site).where(Site.key == key))
    if site is None:
        raise Problem(404, f"There is no site {key!r}.")
    if changing:
        require_module(session, site, "automation")
    return site


def _rule(session: Session, rule_id: int) -> AutomationRule:
    rule = session.scalar(select(AutomationRule).where(AutomationRule.id == rule_id))
    if rule is None:
        raise not_found("rule")
    return rule


def _locked(session: Session, rule_id: int) -> tuple[AutomationRule, Site]:
    """A rule that is going to be changed or run, and its site."""
    rule = session.scalar(select(AutomationRule).where(AutomationRule.id == rule_id).with_for_update())
    if rule is None:
        raise not_found("rule")
    site = session.scalars(select(Site).where(Site.id == rule.site_id)).one()
    require_module(session, site, "automation")
    return rule, site


def _item(session: Session, rule: AutomationRule) -> RuleItem:
    session.flush()
    # As the database keeps it, which is what the next reader sees.
    session.refresh(rule)
    return RuleItem.model_validate(rule)


def _definition(shown: RuleItem) -> RuleDefinition:
    return RuleDefinition.model_validate(shown.model_dump(mode="json", include=set(RuleDefinition.model_fields)))


def _tag_of(shown: RuleItem) -> str:
    return etag_of(_definition(shown))


def _refused(refused: RuleRefused) -> Problem:
    return Problem(400, "This rule cannot be saved; errors says why.", refused.errors)
