"""Writer: versions of an article, and people's work on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

from fastapi import Header, Path, Query, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Access, Reader, Writer
from api.envelope import Envelope, RowId, refusals
from api.idempotency import Post, once_answered
from api.listing import columns_of
from api.problems import Problem, not_found
from api.routing import Router
from api.shapes.writer import VersionItem
from api.shapes.writer_editing import (
    EditDraft,
    EditedContent,
    FindingItem,
    RewriteSection,
    RewrittenSectionItem,
    VersionDetail,
    VersionDiff,
)
from igny8_resources.contracts.writer import ArticleDraft
from igny8_resources.warehouse.store import versions as store
from igny8_resources.warehouse.store.sites import require_module
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Content, ContentVersion, Task

if TYPE_CHECKING:
    from igny8_assets.writer.editing import Edited

router = Router(prefix="/writer", tags=["writer"])

Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="The version's number.")]
Base = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=40,
        description="The version that the change was made to, as `ETag` or `version` say; another one by now is a 409.",
        examples=['"3"'],
    ),
]


@router.get("/content/{id}/versions/", summary="List an article's versions", responses=refusals(400, 401, 403, 404))
def list_versions(access: Reader, id: RowId) -> Envelope[list[VersionItem]]:  # noqa: A002 - the path's own name
    """What the article said at different times and what waits for a decision, the newest first."""
    with access.read() as session:
        content = _content(session, id)
        rows = session.execute(
            select(*columns_of(ContentVersion, VersionItem))
            .where(ContentVersion.content_id == content.id)
            .order_by(ContentVersion.version.desc())
        )
        return Envelope(data=[VersionItem.model_validate(row) for row in rows])


@router.get("/content/{id}/versions/{number}/", summary="One version", responses=refusals(400, 401, 403, 404))
def read_version(access: Reader, id: RowId, number: Number) -> Envelope[VersionDetail]:  # noqa: A002 - the path's own name
    """One version with its text."""
    with access.read() as session, refusing():
        return Envelope(data=VersionDetail.model_validate(store.version_of(session, _content(session, id), number)))


@router.get("/content/{id}/diff/", summary="Compare two versions", responses=refusals(400, 401, 403, 404))
def compare_versions(
    access: Reader,
    id: RowId,  # noqa: A002 - the path's own name
    newer: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="The version to look at, such as a proposal; the newest.")
    ] = None,
    older: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="The version to compare it with; the article's own text.")
    ] = None,
) -> Envelope[VersionDiff]:
    """What was added, removed and changed, block by block."""
    from igny8_assets.writer.version_diff import version_diff

    with access.read() as session, refusing():
        content = _content(session, id)
        base = content.version if older is None else older
        newest = store.versions_of(session, content.id)[0].version if newer is None else newer
        before, after = (_draft_of(store.version_of(session, content, number)) for number in (base, newest))
    changes = [change.model_dump() for change in version_diff(before, after)]
    return Envelope(data=VersionDiff.model_validate({"older": base, "newer": newest, "changes": changes}))


@router.put(
    "/content/{id}/draft/",
    summary="Edit an article",
    responses=refusals(400, 401, 403, 404, 409, 413, 428),
)
def edit_content(
    access: Writer,
    response: Response,
    id: RowId,  # noqa: A002 - the path's own name
    asked: EditDraft,
    base: Base = None,
) -> Envelope[EditedContent]:
    """Save a person's text as a new version. From then on nothing but a person replaces the text.

    The article is a draft again, whoever had approved it; pictures, structured data and links follow by themselves.
    """
    from igny8_assets.writer.editing import edit_article

    if base is None:
        raise Problem(428, "Say which version was edited: send the header If-Match with the article's version.")
    with access.write() as session, refusing():
        content, task, site = locked_article(session, id)
        edited = edit_article(
            session, content, task, site, asked.draft, by=access.principal.actor, base_version=version_in(base)
        )
        response.headers["ETag"] = f'"{edited.content.version}"'
        return Envelope(data=_shown(edited), message="Saved." if edited.changed else "Nothing was different.")


@router.post(
    "/content/{id}/versions/{number}/accept/",
    summary="Accept a proposal",
    responses=refusals(400, 401, 403, 404, 409),
)
def accept_version(
    access: Writer,
    response: Response,
    id: RowId,  # noqa: A002 - the path's own name
    number: Number,
    base: Base = None,
) -> Envelope[EditedContent]:
    """Make a proposal the article's text; it has to pass the checks and be approved like every new text."""
    from igny8_assets.writer.editing import accept_proposal

    with access.write() as session, refusing():
        content, task, site = locked_article(session, id)
        version = None if base is None else version_in(base)
        accepted = accept_proposal(
            session, content, task, site, number, by=access.principal.actor, base_version=version
        )
        response.headers["ETag"] = f'"{accepted.content.version}"'
        return Envelope(data=_shown(accepted), message="Accepted.")


@router.post(
    "/content/{id}/versions/{number}/reject/",
    summary="Reject a proposal",
    responses=refusals(400, 401, 403, 404, 409),
)
def reject_version(access: Writer, id: RowId, number: Number) -> Envelope[VersionDetail]:  # noqa: A002 - the path's own name
    """Turn a proposal down; it stays on record."""
    from igny8_assets.writer.editing import reject_proposal

    with access.write() as session, refusing():
        content, task, _ = locked_article(session, id)
        version = reject_proposal(session, content, task, number, by=access.principal.actor)
        return Envelope(data=VersionDetail.model_validate(version), message="Rejected.")


@router.post(
    "/content/{id}/sections/{index}/rewrite/",
    summary="Have one section written anew",
    responses=refusals(400, 401, 402, 403, 404, 409, 413, 502),
)
def rewrite_section(
    access: Writer,
    id: RowId,  # noqa: A002 - the path's own name
    index: Annotated[int, Path(ge=0, le=1000, description="The section's number, from 0.")],
    asked: RewriteSection,
    post: Post,
) -> Envelope[RewrittenSectionItem]:
    """Ask the model for one section alone, and wait for it. Beside a person's text the result is a proposal."""
    return once_answered(access, post, Envelope[RewrittenSectionItem], lambda: rewritten(access, id, index, asked.wish))


def rewritten(access: Access, content_id: int, index: int, wish: str) -> Envelope[RewrittenSectionItem]:
    """One section of an article written anew, as its route answers."""
    from igny8_assets.writer import editing

    with access.read() as session:
        content = _content(session, content_id)
        partition = session.scalars(select(Task.partition_key).where(Task.id == content.task_id)).one()
    with refusing():
        done = editing.rewrite_section(access.platform, partition or "", index, wish=wish)
    said = "The model gave the same text again."
    if done.version is not None:
        said = "It is the article's text now." if done.stands else f"It waits as proposal {done.version}."
    return Envelope(
        data=RewrittenSectionItem(
            section=done.section.model_dump(mode="json"),
            version=done.version,
            stands=done.stands,
            credits=done.call.credits,
            provider=done.call.provider,
        ),
        message=said,
    )


@contextmanager
def refusing() -> Iterator[None]:
    """Answer what cannot be done as things stand with a status that says so."""
    from igny8_assets.not_ready import NotReady
    from igny8_resources.ai.errors import ProviderError
    from igny8_resources.credits import InsufficientCredits
    from igny8_resources.warehouse.store.writer import NothingWritten

    try:
        yield
    except store.UnknownVersion as unknown:
        raise Problem(404, f"{unknown}.") from unknown
    except store.VersionConflict as conflict:
        raise Problem(409, f"{conflict}.", headers={"ETag": f'"{conflict.current}"'}) from conflict
    except (store.NotAProposal, NotReady, NothingWritten) as refused:
        raise Problem(409, f"{refused}.") from refused
    except InsufficientCredits as short:
        raise Problem(402, f"{str(short).capitalize()}.") from short
    except ProviderError as failure:
        raise Problem(502, f"The model did not answer usably: {failure}") from failure


def version_in(header: str) -> int:
    """The version that an ``If-Match`` header names.

    Raises:
        Problem: 400, it names none.
    """
    plain = header.strip().removeprefix("W/").strip('"')
    if not (plain.isascii() and plain.isdigit()) or len(plain) > 9:
        raise Problem(400, "If-Match is the number of a version.", {"If-Match": ['expected something like "3"']})
    return int(plain)


def _draft_of(version: ContentVersion) -> ArticleDraft:
    if not version.draft:
        raise Problem(404, f"Version {version.version} has no text to compare.")
    return ArticleDraft.model_validate(version.draft)


def _content(session: Session, content_id: int) -> Content:
    content = session.scalar(select(Content).where(Content.id == content_id))
    if content is None:
        raise not_found("article")
    return content


def locked_article(session: Session, content_id: int) -> tuple[Content, Task, Site]:
    """An article under lock with its task and site.

    Raises:
        Problem: 404, there is none.
        ModuleDisabled: the site's writer is off.
    """
    content = session.scalar(select(Content).where(Content.id == content_id).with_for_update())
    if content is None:
        raise not_found("article")
    task = session.scalars(select(Task).where(Task.id == content.task_id).with_for_update()).one()
    site = session.scalars(select(Site).where(Site.id == content.site_id)).one()
    require_module(session, site, "writer")
    return content, task, site


def _shown(edited: "Edited") -> EditedContent:
    content = edited.content
    return EditedContent(
        id=content.id,
        version=content.version,
        status=content.status,
        title=content.title,
        word_count=content.word_count,
        changed=edited.changed,
        findings=[FindingItem.model_validate(finding.model_dump()) for finding in edited.findings],
    )
