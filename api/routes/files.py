"""Files: media for those they belong to, built sites for preview."""

from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Path, Request
from sqlalchemy import select
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.types import Message, Receive, Scope, Send

from api.access import Access, Reader
from api.envelope import refusals
from api.previews import SitePreviews
from api.problems import Problem, problem_response
from api.routing import Router
from api.service import service_of
from igny8_resources.media import FolderStore, MediaError, MediaUnavailableError
from igny8_resources.warehouse.store.sites import SITE_KEY
from igny8_resources.warehouse.tables.tenancy import Site

media_router = Router(tags=["media"])
preview_router = APIRouter(include_in_schema=False)

# What a browser may show on this host; anything else is saved, so that no uploaded file becomes a page of ours.
SHOWN = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".mp4": "video/mp4",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".vtt": "text/vtt",
    ".srt": "text/plain",
}
_RANGE_REFUSALS = {
    400: "The Range header cannot be read; expected something like bytes=0-1023.",
    416: "The byte range lies outside the file.",
}
_SAVED = "application/octet-stream"
_FILE = {"description": "The file.", "content": {media_type: {} for media_type in (*sorted({*SHOWN.values()}), _SAVED)}}


@media_router.get(
    "/media/{key:path}",
    summary="A media file",
    response_class=Response,
    responses={
        200: _FILE,
        206: {**_FILE, "description": "The byte range that was asked for."},
        307: {"description": "The file is in an object store; this is its signed address."},
        **refusals(400, 401, 403, 404, 416),
    },
)
def read_media(access: Reader, key: Annotated[str, Path(max_length=512, description="The file's key.")]) -> Response:
    """A picture, a voice, a video or captions of the account. Byte ranges are served."""
    if not _is_theirs(access, key):
        raise _no_file()
    store = access.service.media
    try:
        if not isinstance(store, FolderStore):
            return RedirectResponse(store.url(key))
        with store.open_path(key) as path:
            return _file(path)
    except MediaUnavailableError as unavailable:
        raise Problem(503, "The media store does not answer; try again shortly.") from unavailable
    except MediaError as refused:
        raise _no_file() from refused


def _is_theirs(access: Access, key: str) -> bool:
    """Whether the key lies under the account, and under a site the user may see."""
    if not key.startswith(f"accounts/{access.principal.account_id}/"):
        return False
    if access.principal.site_ids is None:
        return True
    with access.read() as session:
        return key.split("/")[2] in set(session.scalars(select(Site.key)))


def _no_file() -> Problem:
    return Problem(404, "There is no file with this key.")


class MediaResponse(FileResponse):
    """A file whose refusals come in the envelope like all others: Starlette answers a bad range with plain text."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, or say why its range cannot be sent."""
        refused: Message | None = None

        async def watched(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] in _RANGE_REFUSALS:
                refused = message
            elif refused is None:
                await send(message)

        await super().__call__(scope, receive, watched)
        if refused is not None:
            status = refused["status"]
            size = Headers(raw=refused["headers"]).get("content-range")
            headers = {"Content-Range": size} if size else None
            await problem_response(status, _RANGE_REFUSALS[status], headers=headers)(scope, receive, send)


def _file(path: FilePath) -> MediaResponse:
    media_type = SHOWN.get(path.suffix.lower())
    # Media does not change under its key, but who may see it can.
    headers = {"Cache-Control": "private, no-cache"}
    if media_type is not None:
        return MediaResponse(path, media_type=media_type, headers=headers)
    return MediaResponse(path, media_type=_SAVED, filename=path.name, headers=headers)


@preview_router.api_route("/sites/{key}", methods=["GET", "HEAD"])
def to_the_slash(key: str) -> RedirectResponse:
    """Pages link to each other relative to a folder, so the address ends with a slash."""
    if not SITE_KEY.fullmatch(key):
        raise HTTPException(404)
    return RedirectResponse(f"{key}/")


@preview_router.api_route("/sites/{key}/{path:path}", methods=["GET", "HEAD"])
async def read_preview(request: Request, key: str, path: str) -> Response:
    """One file of a built site."""
    return await SitePreviews(service_of(request).settings.sites_folder).answer(request, key, path)


@preview_router.api_route("/drafts/{token}/{path:path}", methods=["GET", "HEAD"])
async def read_draft(request: Request, token: str, path: str) -> Response:
    """One file of an article's draft page; knowing the token is the permission to see it."""
    return await SitePreviews(service_of(request).settings.drafts_folder).answer(request, token, path)
