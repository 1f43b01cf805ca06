"""Thinker: the account's prompts, their versions, and how they read."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import AccountWriter, Reader
from api.envelope import Asked, Envelope, Page, PlainText, RowId, refusals
from api.idempotency import Post, once
from api.problems import Problem, not_found
from api.routing import Router
from api.shapes.thinker import (
    PromptDetail,
    PromptDiff,
    PromptItem,
    PromptPreview,
    PromptVersionDetail,
    PromptVersionItem,
    VariableItem,
)
from igny8_resources.ai.prompt_check import PromptInvalid, check_prompt, require_function
from igny8_resources.ai.prompt_templates import LONGEST_TEMPLATE, PromptFailed
from igny8_resources.ai.prompt_variables import FUNCTIONS, variables_of, variant_in
from igny8_resources.ai.prompting import ChosenPrompt, choose_prompt
from igny8_resources.contracts.outlines import UnsuitableStructure
from igny8_resources.warehouse.store import prompts as store
from igny8_resources.warehouse.store.sites import require_module
from igny8_resources.warehouse.tables.models import PromptVersion
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Task

router = Router(prefix="/thinker", tags=["thinker"])

Function = Annotated[PlainText, Path(max_length=60, description="An AI function, such as `generate_content`.")]
Variant = Annotated[PlainText, Query(max_length=60, description="One of its variants; empty for all of them.")]
VersionName = Annotated[
    PlainText, Query(max_length=40, description="A version's number, `built-in`, or `active` for the one in use.")
]


class _OfVariant(Asked):
    variant: PlainText = Field("", max_length=60, description="One of the function's variants; empty for all of them.")


class NewVersion(_OfVariant):
    """A text to save as a version."""

    text: PlainText = Field(min_length=1, max_length=LONGEST_TEMPLATE, description="A template over the variables.")
    note: PlainText = Field("", max_length=300, description="Why it was changed.")
    activate: bool = Field(True, description="Whether it is used from now on.")


class WhichVersion(Asked):
    """A version of a function's prompts."""

    version: int = Field(ge=1, le=999_999_999)


class Reset(_OfVariant):
    """Which prompt goes back to the platform's own."""


class Preview(Asked):
    """Which prompt to show, and with which inputs."""

    site: PlainText = Field(max_length=60, description="The site's key.", examples=["crema-lane"])
    task_id: RowId | None = Field(None, description="The article that it is to be about; none: the site's newest.")
    variant: PlainText | None = Field(None, max_length=60, description="None: the one that the inputs ask for.")
    text: PlainText | None = Field(
        None, min_length=1, max_length=LONGEST_TEMPLATE, description="A text that is not saved yet."
    )


@router.get("/prompts/", summary="List prompts", responses=refusals(400, 401, 403))
def list_prompts(
    access: Reader,
    function: Annotated[PlainText | None, Query(max_length=60, description="Only this function's.")] = None,
    source: Annotated[PlainText | None, Query(max_length=20, description="`account` or `built-in`.")] = None,
) -> Page[PromptItem]:
    """Every prompt that the account can change, with whose text is in use; all on one page."""
    with access.read() as session:
        found = [
            PromptItem.model_validate(state)
            for state in store.states(session, access.principal.account_id)
            if function in {None, state.function} and source in {None, state.source}
        ]
    return Page[PromptItem](count=len(found), next=None, previous=None, results=found)


@router.get("/prompts/{function}/", summary="One prompt", responses=refusals(400, 401, 403, 404))
def read_prompt(access: Reader, function: Function, variant: Variant = "") -> Envelope[PromptDetail]:
    """One prompt with its text, the account's versions of it, and the variables that it can use."""
    _require(function, variant)
    with access.read() as session:
        return Envelope(data=_detail(session, access.principal.account_id, function, variant))


def _detail(session: Session, account_id: int, function: str, variant: str) -> PromptDetail:
    state = store.state_of(session, account_id, function, variant)
    versions = store.versions_of(session, account_id, function, variant)
    return PromptDetail(
        **PromptItem.model_validate(state).model_dump(),
        text=state.text,
        variables=[VariableItem.model_validate(variable) for variable in variables_of(function).values()],
        versions=[PromptVersionItem.model_validate(version) for version in versions],
    )


@router.post(
    "/prompts/{function}/versions/",
    status_code=201,
    summary="Save a version of a prompt",
    responses=refusals(400, 401, 403, 404, 413),
)
def save_version(
    access: AccountWriter, function: Function, asked: NewVersion, post: Post
) -> Envelope[PromptVersionDetail]:
    """Save a text that passed its check; errors name the line and the variable that does not exist."""
    _require(function, asked.variant)

    def save(session: Session) -> Envelope[PromptVersionDetail]:
        try:
            version = store.save_version(
                session,
                access.principal.account_id,
                function,
                asked.variant,
                asked.text,
                note=asked.note,
                by=access.principal.actor,
                activate=asked.activate,
            )
        except PromptInvalid as invalid:
            raise _invalid(invalid) from invalid
        said = "Saved; it is used from now on." if version.is_active else "Saved; it is not in use."
        return Envelope(data=PromptVersionDetail.model_validate(version), message=said)

    return once(access, post, Envelope[PromptVersionDetail], save)


@router.get(
    "/prompts/{function}/versions/{version}/", summary="One version of a prompt", responses=refusals(400, 401, 403, 404)
)
def read_version(
    access: Reader, function: Function, version: Annotated[int, Path(ge=1, le=999_999_999)]
) -> Envelope[PromptVersionDetail]:
    """One version that the account has saved, with its text."""
    with access.read() as session:
        row = session.scalar(
            select(PromptVersion).where(PromptVersion.function == function, PromptVersion.version == version)
        )
        if row is None:
            raise Problem(404, f"{function} has no version {version}.")
        return Envelope(data=PromptVersionDetail.model_validate(row))


@router.post(
    "/prompts/{function}/activate/", summary="Use a version again", responses=refusals(400, 401, 403, 404, 409, 413)
)
def activate_version(access: AccountWriter, function: Function, asked: WhichVersion) -> Envelope[PromptVersionDetail]:
    """Use an earlier version, in the place of the one in use."""
    with access.write() as session:
        try:
            version = store.activate_version(
                session, access.principal.account_id, function, asked.version, by=access.principal.actor
            )
        except store.UnknownPromptVersion as unknown:
            raise Problem(404, f"{function} has no version {asked.version}.") from unknown
        except PromptInvalid as invalid:
            lines = [str(finding) for finding in invalid.findings]
            raise Problem(409, "This version cannot be used any more; errors says why.", {"text": lines}) from invalid
        return Envelope(data=PromptVersionDetail.model_validate(version), message="It is used from now on.")


@router.post(
    "/prompts/{function}/reset/",
    summary="Go back to the platform's own prompt",
    responses=refusals(400, 401, 403, 404, 413),
)
def reset_prompt(access: AccountWriter, function: Function, asked: Reset) -> Envelope[PromptDetail]:
    """Use the platform's own prompt again; the account's versions stay."""
    _require(function, asked.variant)
    account_id = access.principal.account_id
    with access.write() as session:
        was_own = store.reset_prompt(session, account_id, function, asked.variant, by=access.principal.actor)
        said = (
            "The platform's own is used from now on." if was_own else "Nothing was changed: none of its own was in use."
        )
        return Envelope(data=_detail(session, account_id, function, asked.variant), message=said)


@router.get("/prompts/{function}/diff/", summary="Compare two versions", responses=refusals(400, 401, 403, 404))
def diff_prompt(
    access: Reader,
    function: Function,
    variant: Variant = "",
    before: VersionName = store.BUILT_IN,
    after: VersionName = store.ACTIVE,
) -> Envelope[PromptDiff]:
    """What is different between two versions of a prompt; by default what the account has made of the platform's own."""
    _require(function, variant)
    with access.read() as session:
        try:
            found = store.diff(session, access.principal.account_id, function, variant, before, after)
        except store.UnknownPromptVersion as unknown:
            raise Problem(404, "There is no such version: use a number, built-in or active.") from unknown
    return Envelope(data=PromptDiff(before=before, after=after, diff=found))


@router.post(
    "/prompts/{function}/preview/",
    summary="Show a prompt with real inputs",
    responses=refusals(400, 401, 403, 404, 409, 413),
)
def preview_prompt(access: Reader, function: Function, asked: Preview) -> Envelope[PromptPreview]:
    """Render the prompt that would be used, or a text that is not saved yet, for a real article of a site."""
    _require(function, asked.variant or "")
    with access.read() as session:
        site = session.scalar(select(Site).where(Site.key == asked.site))
        if site is None:
            raise Problem(404, f"There is no site {asked.site!r}.", {"site": ["there is no such site"]})
        require_module(session, site, "thinker")
        task = None
        if asked.task_id is not None:
            task = session.scalar(select(Task).where(Task.id == asked.task_id, Task.site_id == site.id))
            if task is None:
                raise not_found("task")
        try:
            inputs = store.real_inputs(session, site, function, task)
            variant = variant_in(function, inputs) if asked.variant is None else asked.variant
            if asked.text is not None:
                check_prompt(function, variant, asked.text)
                chosen = ChosenPrompt(function, variant, "unsaved", asked.text)
            else:
                chosen = choose_prompt(
                    session,
                    account_id=access.principal.account_id,
                    site_id=site.id,
                    sector_id=task.sector_id if task else None,
                    function=function,
                    variant=variant,
                )
            shown = chosen.rendered_for(inputs)
        except PromptInvalid as invalid:
            raise _invalid(invalid) from invalid
        except (store.NoRealInputs, PromptFailed, UnsuitableStructure) as failed:
            sentence = str(failed)
            raise Problem(409, f"{sentence[0].upper()}{sentence[1:]}.") from failed
    return Envelope(data=PromptPreview.model_validate(shown))


def _require(function: str, variant: str) -> None:
    try:
        require_function(function, variant)
    except PromptInvalid as unknown:
        lines = [str(finding) for finding in unknown.findings]
        field = "variant" if function in FUNCTIONS else "function"
        raise Problem(404, f"{lines[0][0].upper()}{lines[0][1:]}.", {field: lines}) from unknown


def _invalid(invalid: PromptInvalid) -> Problem:
    return Problem(
        400,
        "This prompt cannot be used; errors says where and why.",
        {"text": [str(finding) for finding in invalid.findings]},
    )
