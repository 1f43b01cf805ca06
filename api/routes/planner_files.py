"""Planner: keyword files in and out, and the seed library."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from fastapi import Query, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from api.access import Access, Reader, Writer
from api.envelope import Envelope, Page, RowId, refusals
from api.filters import SiteQuery
from api.links import progress_path
from api.listing import columns_of, list_page
from api.planning_sites import site_for_planning
from api.problems import Problem, not_found
from api.routes.planner import KeywordQuery
from api.routing import Router
from api.shapes.planner_editing import AddSeeds, SeedIndustryItem
from api.shapes.planner_files import (
    FilePreviewItem,
    ImportDetail,
    ImportForm,
    ImportItem,
    ImportPreview,
    ImportStarted,
    PreviewForm,
)
from api.uploads import form_description, read_fields, uploaded
from igny8_resources.requests import Item, submit_request
from igny8_resources.warehouse.tables.planner import ClusterKeyword, Keyword, KeywordImport
from jobs.names import LOAD_KEYWORDS

if TYPE_CHECKING:
    from igny8_assets.planner.keywords.files import FilePreview
    from igny8_assets.planner.keywords.importing import StagedFile

router = Router(prefix="/planner", tags=["planner"])

# Routes under /api/v1 whose bodies are files.
UPLOADS = ("/planner/keywords/imports/", "/planner/keywords/imports/preview/")
ROWS_SENT_AT_ONCE = 500


class ImportQuery(SiteQuery):
    """Filters of the import list."""

    entity: ClassVar = KeywordImport
    searched: ClassVar = (KeywordImport.file_name, KeywordImport.tool)

    status: Literal["staged", "loaded"] | None = None
    purpose: Literal["keywords", "competitor"] | None = None
    ordering: Literal["id", "-id", "created_at", "-created_at", "file_name", "-file_name"] = "-id"


@router.get("/keywords/imports/", summary="List keyword files", responses=refusals(400, 401, 403, 404))
def list_imports(access: Reader, request: Request, query: Annotated[ImportQuery, Query()]) -> Page[ImportItem]:
    """Files that were handed in, with how many of their rows could be used, the newest first."""
    return list_page(access, request, select(*columns_of(KeywordImport, ImportItem)), query, ImportItem)


@router.get("/keywords/imports/{id}/", summary="One keyword file", responses=refusals(400, 401, 403, 404))
def read_import(access: Reader, id: RowId) -> Envelope[ImportDetail]:  # noqa: A002 - the path's own name
    """One file with its refused rows and ignored values."""
    with access.read() as session:
        row = session.execute(
            select(*columns_of(KeywordImport, ImportDetail)).where(KeywordImport.id == id)
        ).one_or_none()
        if row is None:
            raise not_found("import")
        return Envelope(data=ImportDetail.model_validate(row))


@router.post(
    "/keywords/imports/preview/",
    summary="Look into a keyword file",
    responses=refusals(400, 401, 403, 404, 413),
    openapi_extra=form_description(PreviewForm),
)
async def preview_import(access: Writer, request: Request) -> Envelope[ImportPreview]:
    """What a file holds and what importing it would bring: tool, columns, good and refused rows. Nothing is stored."""
    async with uploaded(request) as upload:
        asked = read_fields(upload, PreviewForm)

        def look() -> ImportPreview:
            from igny8_assets.planner.keywords.importing import preview_file

            _require_site(access, asked.site)
            with _refusing():
                found = preview_file(
                    access.platform,
                    asked.site,
                    upload.path,
                    upload.name,
                    columns=asked.columns,
                    market=asked.market,
                )
            return ImportPreview(
                **_shown(found.file).model_dump(), new=found.new, updates=found.updates, unchanged=found.unchanged
            )

        return Envelope(data=await run_in_threadpool(look), message="Nothing was stored.")


@router.post(
    "/keywords/imports/",
    status_code=202,
    summary="Import a keyword file",
    responses=refusals(400, 401, 403, 404, 409, 413),
    openapi_extra=form_description(ImportForm),
)
async def import_keywords(access: Writer, request: Request) -> Envelope[ImportStarted]:
    """Take an export of any SEO tool (CSV, TSV, xlsx, zip) and load its good rows; the same file is taken once."""
    async with uploaded(request) as upload:
        asked = read_fields(upload, ImportForm)

        def take() -> Envelope[ImportStarted]:
            from igny8_assets.planner.keywords.importing import stage_file

            _require_site(access, asked.site)
            with _refusing():
                staged = stage_file(
                    access.platform,
                    asked.site,
                    upload.path,
                    upload.name,
                    sector_slug=asked.sector,
                    columns=asked.columns,
                    purpose=asked.purpose,
                    origin="api",
                    market=asked.market,
                )
            return _started(access, asked.site, staged)

        return await run_in_threadpool(take)


@router.get(
    "/keywords/export/",
    summary="Export keywords",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The keywords as CSV in UTF-8.", "content": {"text/csv": {"schema": {"type": "string"}}}},
        **refusals(400, 401, 403),
    },
)
def export_keywords(access: Reader, query: Annotated[KeywordQuery, Query()]) -> StreamingResponse:
    """Every keyword that the list's filters and search leave, as a CSV that `imports/` reads back.

    Cells that a spreadsheet would run begin with an apostrophe. `page` and `page_size` have no meaning here.
    """
    headers = {"Content-Disposition": 'attachment; filename="keywords.csv"'}
    return StreamingResponse(_exported(access, query), media_type="text/csv; charset=utf-8", headers=headers)


def _exported(access: Access, query: KeywordQuery) -> Iterator[bytes]:
    from igny8_assets.planner.keywords.exporting import export_records
    from igny8_assets.planner.keywords.loading import row_of

    statement = (
        query.narrowed(
            select(*Keyword.__mapper__.columns.values())
            .select_from(Keyword)
            .outerjoin(ClusterKeyword, ClusterKeyword.keyword_id == Keyword.id)
        )
        .order_by(Keyword.normalized_text, Keyword.market, Keyword.id)
        .execution_options(yield_per=ROWS_SENT_AT_ONCE)
    )
    with access.read() as session:
        sheet = io.StringIO()
        # With a byte order mark, because Excel reads UTF-8 by it alone.
        sheet.write("\ufeff")
        writer = csv.writer(sheet, lineterminator="\r\n")
        for number, record in enumerate(export_records(map(row_of, session.execute(statement).mappings())), start=1):
            writer.writerow(record)
            if number % ROWS_SENT_AT_ONCE == 0:
                yield sheet.getvalue().encode()
                sheet.seek(0)
                sheet.truncate()
        yield sheet.getvalue().encode()


@router.get("/keywords/seeds/", summary="List the seed library", responses=refusals(400, 401, 403))
def list_seeds(access: Reader) -> Page[SeedIndustryItem]:  # noqa: ARG001 - only people who are signed in see it
    """The industries that the library has keywords for; all on one page."""
    from igny8_assets.planner.keywords.seeds import industries

    found = [SeedIndustryItem(industry=each.slug, name=each.name, seeds=each.seeds) for each in industries()]
    return Page[SeedIndustryItem](count=len(found), next=None, previous=None, results=found)


@router.post(
    "/keywords/bulk_add_from_seed/",
    status_code=202,
    summary="Add an industry's seeds",
    responses=refusals(400, 401, 403, 404, 409, 413),
)
def add_seeds(access: Writer, asked: AddSeeds) -> Envelope[ImportStarted]:
    """Take an industry's seeds into a site, once; their volumes are unknown."""
    from igny8_assets.planner.keywords.seeds import industries, stage_seeds

    _require_site(access, asked.site)
    known = [each.slug for each in industries()]
    if asked.industry not in known:
        lines = [f"the seed library has no industry {asked.industry!r}; it has {', '.join(sorted(known))}"]
        raise Problem(400, "The seed library has no such industry.", {"industry": lines})
    with _refusing():
        staged = stage_seeds(access.platform, asked.site, asked.industry, market=asked.market)
    return _started(access, asked.site, staged)


def _require_site(access: Access, key: str) -> None:
    with access.read() as session:
        site_for_planning(session, key)


def _started(access: Access, site_key: str, staged: "StagedFile") -> Envelope[ImportStarted]:
    """The request that loads a staged file; the same for the same file."""
    with access.write() as session:
        task_id = _request_of(access, session, site_key, staged.import_id)
    data = ImportStarted(
        import_id=staged.import_id,
        is_new=staged.is_new,
        status=staged.status,
        task_id=task_id,
        progress_url=progress_path(task_id),
        file=_shown(staged.preview),
    )
    known = "This very file was handed in before."
    return Envelope(data=data, message="Taken; its rows are loaded within seconds." if staged.is_new else known)


def _request_of(access: Access, session: Session, site_key: str, import_id: int) -> str:
    site = site_for_planning(session, site_key)
    request, _ = submit_request(
        session,
        account_id=site.account_id,
        site_id=site.id,
        user_id=access.principal.user_id,
        kind="import",
        payload={"site_key": site.key, "import_id": import_id},
        items=[Item(LOAD_KEYWORDS, site.key)],
        idempotency_key=f"import:{import_id}",
    )
    return request.id


@contextmanager
def _refusing() -> Iterator[None]:
    """Answer a file that cannot be used with 400 and the reason."""
    from igny8_assets.planner.keywords.exports import KeywordFileError
    from igny8_assets.planner.keywords.importing import ImportRefused
    from igny8_resources.media import MediaUnavailableError

    try:
        yield
    except (KeywordFileError, ImportRefused) as refused:
        raise Problem(400, "This file cannot be imported; errors says why.", {"file": [str(refused)]}) from refused
    except MediaUnavailableError as unavailable:
        raise Problem(503, "The media store does not answer; try again shortly.") from unavailable


def _shown(seen: "FilePreview") -> FilePreviewItem:
    values: dict[str, Any] = {
        name: getattr(seen, name) for name in FilePreviewItem.model_fields if name not in {"problems", "sample"}
    }
    values["problems"] = [str(problem) for problem in seen.problems]
    values["sample"] = [row._asdict() for row in seen.sample]
    return FilePreviewItem.model_validate(values)
