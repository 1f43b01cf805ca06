"""Thinker: author profiles and strategies of sites."""

from typing import Annotated, Any, ClassVar, Literal

from fastapi import Query, Request
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Reader, Writer
from api.envelope import Asked, Envelope, Page, PlainText, RowId, refusals
from api.filters import SiteQuery
from api.idempotency import Post, once
from api.listing import columns_of, list_page
from api.problems import Problem, not_found
from api.routing import Router
from api.shapes.deleted import DeletedRow
from api.shapes.thinker import AuthorProfileItem, StrategyItem
from igny8_resources.ai.prompt_templates import LONGEST_TEMPLATE
from igny8_resources.warehouse.store import author_profiles, strategies
from igny8_resources.warehouse.store.sites import require_module
from igny8_resources.warehouse.tables.models import Strategy
from igny8_resources.warehouse.tables.tenancy import AuthorProfile, Site

router = Router(prefix="/thinker", tags=["thinker"])

SiteKey = Annotated[PlainText, Field(max_length=60, description="The site's key.", examples=["crema-lane"])]
Name = Annotated[PlainText, Field(min_length=1, max_length=200)]
PromptTexts = Annotated[
    dict[Annotated[PlainText, Field(max_length=121)], Annotated[PlainText, Field(max_length=LONGEST_TEMPLATE)]],
    Field(
        max_length=100, description="Texts by function, or by `function/variant`, such as `generate_content/product`."
    ),
]
SectionLogic = Annotated[
    dict[Annotated[PlainText, Field(max_length=61)], dict[str, Any]],
    Field(
        max_length=100,
        description="Rules by content type, or by `type/structure`: `add` sections, `leave_out` parts, put parts `first`.",
        examples=[{"post/how_to": {"add": [{"heading": "What it costs"}], "leave_out": ["key_takeaways"]}}],
    ),
]


class ProfileQuery(SiteQuery):
    """Filters of the profile list."""

    entity: ClassVar = AuthorProfile
    searched: ClassVar = (AuthorProfile.name, AuthorProfile.tone, AuthorProfile.bio)

    is_default: bool | None = Field(None, description="Only the sites' default profiles, or only the others.")
    ordering: Literal["id", "-id", "name", "-name", "created_at", "-created_at"] = "id"


class ProfileChange(Asked):
    """What to change of a profile; what is left out stays."""

    name: Name = Field("", description="The name that pages carry.")
    bio: PlainText = Field("", max_length=5_000, description="Who the author is.")
    tone: PlainText = Field("", max_length=300, description="How the author writes.", examples=["plain, warm, exact"])
    language: PlainText = Field("", max_length=20, description="BCP 47 tag; empty for the site's language.")
    is_default: bool = Field(False, description="Whether the site writes in this voice where nobody chose one.")


class NewProfile(ProfileChange):
    """A profile to add."""

    site: SiteKey
    name: Name = Field(description="The name that pages carry.")


@router.get("/author-profiles/", summary="List author profiles", responses=refusals(400, 401, 403, 404))
def list_profiles(access: Reader, request: Request, query: Annotated[ProfileQuery, Query()]) -> Page[AuthorProfileItem]:
    """The voices that the account's sites write in."""
    statement = select(*columns_of(AuthorProfile, AuthorProfileItem))
    return list_page(access, request, statement, query, AuthorProfileItem)


@router.post(
    "/author-profiles/",
    status_code=201,
    summary="Add an author profile",
    responses=refusals(400, 401, 403, 404, 409, 413),
)
def add_profile(access: Writer, asked: NewProfile, post: Post) -> Envelope[AuthorProfileItem]:
    """Add a voice to a site; the first one is its default."""

    def add(session: Session) -> Envelope[AuthorProfileItem]:
        site = _site_by_key(session, asked.site)
        values = asked.model_dump(exclude={"site"})
        try:
            profile = author_profiles.create_profile(session, site, values, by=access.principal.actor)
        except author_profiles.ProfileRefused as refused:
            raise _profile_refused(refused) from refused
        return Envelope(data=AuthorProfileItem.model_validate(profile), message="Added.")

    return once(access, post, Envelope[AuthorProfileItem], add)


@router.get("/author-profiles/{id}/", summary="One author profile", responses=refusals(400, 401, 403, 404))
def read_profile(access: Reader, id: RowId) -> Envelope[AuthorProfileItem]:  # noqa: A002 - the path's own name
    """One voice of a site."""
    with access.read() as session:
        return Envelope(data=AuthorProfileItem.model_validate(_profile(session, id)[0]))


@router.patch(
    "/author-profiles/{id}/", summary="Change an author profile", responses=refusals(400, 401, 403, 404, 409, 413)
)
def change_profile(
    access: Writer,
    id: RowId,  # noqa: A002 - the path's own name
    asked: ProfileChange,
) -> Envelope[AuthorProfileItem]:
    """Change what is sent; what is written from now on follows it."""
    with access.write() as session:
        profile, site = _profile(session, id, changing=True)
        values = asked.model_dump(exclude_unset=True)
        try:
            author_profiles.change_profile(session, site, profile, values, by=access.principal.actor)
        except author_profiles.ProfileRefused as refused:
            raise _profile_refused(refused) from refused
        return Envelope(data=AuthorProfileItem.model_validate(profile), message="Changed.")


@router.delete(
    "/author-profiles/{id}/", summary="Delete an author profile", responses=refusals(400, 401, 403, 404, 409)
)
def delete_profile(access: Writer, id: RowId) -> Envelope[DeletedRow]:  # noqa: A002 - the path's own name
    """Delete a voice that no task and no article names as its author."""
    with access.write() as session:
        profile, site = _profile(session, id, changing=True)
        try:
            author_profiles.delete_profile(session, site, profile, by=access.principal.actor)
        except author_profiles.ProfileRefused as refused:
            raise Problem(409, f"{refused}.") from refused
    return Envelope(data=DeletedRow(id=id), message="Deleted.")


class StrategyQuery(SiteQuery):
    """Filters of the strategy list."""

    entity: ClassVar = Strategy
    searched: ClassVar = (Strategy.name, Strategy.description)

    sector: RowId | None = Field(None, description="Only this sector's; its id.")
    is_active: bool | None = Field(None, description="Only those that apply, or only those that do not.")
    ordering: Literal["id", "-id", "name", "-name", "updated_at", "-updated_at"] = "id"


class StrategyChange(Asked):
    """What to change of a strategy; what is left out stays."""

    name: Name = ""
    description: PlainText = Field("", max_length=5_000)
    sector_id: RowId | None = Field(None, description="Null: the whole site.")
    prompts: PromptTexts = Field(default_factory=dict)
    section_logic: SectionLogic = Field(default_factory=dict)


class NewStrategy(StrategyChange):
    """A strategy to add."""

    site: SiteKey
    name: Name
    is_active: bool = Field(True, description="Whether it applies from now on, in the place of the one that did.")


@router.get("/strategies/", summary="List strategies", responses=refusals(400, 401, 403, 404))
def list_strategies(access: Reader, request: Request, query: Annotated[StrategyQuery, Query()]) -> Page[StrategyItem]:
    """How the account's sites write about their sectors."""
    return list_page(access, request, select(*columns_of(Strategy, StrategyItem)), query, StrategyItem)


@router.post(
    "/strategies/", status_code=201, summary="Add a strategy", responses=refusals(400, 401, 403, 404, 409, 413)
)
def add_strategy(access: Writer, asked: NewStrategy, post: Post) -> Envelope[StrategyItem]:
    """Add a strategy; its prompts and its section logic are checked before they are saved."""

    def add(session: Session) -> Envelope[StrategyItem]:
        site = _site_by_key(session, asked.site)
        values = asked.model_dump(exclude={"site", "is_active"})
        try:
            strategy = strategies.create_strategy(
                session, site, values, by=access.principal.actor, active=asked.is_active
            )
        except strategies.StrategyRefused as refused:
            raise _strategy_refused(refused) from refused
        return Envelope(data=StrategyItem.model_validate(strategy), message="Added.")

    return once(access, post, Envelope[StrategyItem], add)


@router.get("/strategies/{id}/", summary="One strategy", responses=refusals(400, 401, 403, 404))
def read_strategy(access: Reader, id: RowId) -> Envelope[StrategyItem]:  # noqa: A002 - the path's own name
    """One strategy with its prompts and section logic."""
    with access.read() as session:
        return Envelope(data=StrategyItem.model_validate(_strategy(session, id)[0]))


@router.patch("/strategies/{id}/", summary="Change a strategy", responses=refusals(400, 401, 403, 404, 409, 413))
def change_strategy(
    access: Writer,
    id: RowId,  # noqa: A002 - the path's own name
    asked: StrategyChange,
) -> Envelope[StrategyItem]:
    """Change what is sent; what is written from now on follows it."""
    with access.write() as session:
        strategy, site = _strategy(session, id, changing=True)
        values = asked.model_dump(exclude_unset=True)
        try:
            strategies.change_strategy(session, site, strategy, values, by=access.principal.actor)
        except strategies.StrategyRefused as refused:
            raise _strategy_refused(refused) from refused
        return Envelope(data=StrategyItem.model_validate(strategy), message="Changed.")


@router.post("/strategies/{id}/activate/", summary="Let a strategy apply", responses=refusals(400, 401, 403, 404, 409))
def activate_strategy(access: Writer, id: RowId) -> Envelope[StrategyItem]:  # noqa: A002 - the path's own name
    """Let a strategy apply, in the place of the one of the same sector that did."""
    with access.write() as session:
        strategy, site = _strategy(session, id, changing=True)
        try:
            strategies.activate_strategy(session, site, strategy, by=access.principal.actor)
        except strategies.StrategyRefused as refused:
            raise Problem(409, "This strategy cannot be used any more; errors says why.", refused.errors) from refused
        return Envelope(data=StrategyItem.model_validate(strategy), message="It applies from now on.")


@router.post(
    "/strategies/{id}/deactivate/", summary="Let a strategy apply no more", responses=refusals(400, 401, 403, 404)
)
def deactivate_strategy(access: Writer, id: RowId) -> Envelope[StrategyItem]:  # noqa: A002 - the path's own name
    """Let a strategy apply no more; it can be activated again."""
    with access.write() as session:
        strategy, _ = _strategy(session, id, changing=True)
        strategies.deactivate_strategy(session, strategy, by=access.principal.actor)
        return Envelope(data=StrategyItem.model_validate(strategy), message="It applies no more.")


@router.delete("/strategies/{id}/", summary="Delete a strategy", responses=refusals(400, 401, 403, 404))
def delete_strategy(access: Writer, id: RowId) -> Envelope[DeletedRow]:  # noqa: A002 - the path's own name
    """Delete a strategy; what was written with it keeps its prompts' texts."""
    with access.write() as session:
        strategy, _ = _strategy(session, id, changing=True)
        strategies.delete_strategy(session, strategy, by=access.principal.actor)
    return Envelope(data=DeletedRow(id=id), message="Deleted.")


def _site_by_key(session: Session, key: str) -> Site:
    site = session.scalar(select(Site).where(Site.key == key))
    if site is None:
        raise Problem(404, f"There is no site {key!r}.", {"site": ["there is no such site"]})
    require_module(session, site, "thinker")
    return site


def _profile(session: Session, profile_id: int, *, changing: bool = False) -> tuple[AuthorProfile, Site]:
    profile = session.scalar(select(AuthorProfile).where(AuthorProfile.id == profile_id))
    if profile is None:
        raise not_found("author profile")
    return profile, _site(session, profile.site_id, changing)


def _strategy(session: Session, strategy_id: int, *, changing: bool = False) -> tuple[Strategy, Site]:
    strategy = session.scalar(select(Strategy).where(Strategy.id == strategy_id))
    if strategy is None:
        raise not_found("strategy")
    return strategy, _site(session, strategy.site_id, changing)


def _site(session: Session, site_id: int, changing: bool) -> Site:
    site = session.scalars(select(Site).where(Site.id == site_id)).one()
    if changing:
        require_module(session, site, "thinker")
    return site


def _profile_refused(refused: author_profiles.ProfileRefused) -> Problem:
    return Problem(400, "This profile cannot be saved; errors says why.", refused.errors)


def _strategy_refused(refused: strategies.StrategyRefused) -> Problem:
    return Problem(400, "This strategy cannot be saved; errors says why.", refused.errors)
