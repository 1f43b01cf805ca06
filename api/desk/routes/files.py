"""The desk's own files, and pictures of articles for whoever is signed in."""

from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import FileResponse, Response

from api.desk.door import ROOT, Reader
from api.desk.pages import DeskRoute
from api.problems import Problem
from api.routes import files
from igny8_resources.media import FolderStore, MediaError

router = APIRouter(prefix=ROOT, route_class=DeskRoute, include_in_schema=False)

_FOLDER = FilePath(__file__).parents[2] / "static"
_OWN = {"desk.css": "text/css", "desk.js": "text/javascript", "htmx.min.js": "text/javascript"}


@router.get("/static/{name}")
def read_own(name: str) -> Response:
    """The stylesheet and the scripts."""
    if name not in _OWN:
        raise Problem(404, "There is no such file.")
    return FileResponse(_FOLDER / name, media_type=_OWN[name], headers={"Cache-Control": "no-cache"})


@router.get("/media/{key:path}")
def read_picture(access: Reader, key: Annotated[str, Path(max_length=512)]) -> Response:
    """A picture of the account: the same file and the same permission as through the API."""
    answer = files.read_media(access, key)
    store = access.service.media
    if isinstance(store, FolderStore):
        return answer
    # The pages may only show what comes from this host, so a picture in an object store is passed on.
    media_type = files.SHOWN.get(FilePath(key).suffix.lower(), "")
    if not media_type.startswith("image/"):
        raise Problem(404, "There is no picture with this key.")
    try:
        return Response(store.get(key), media_type=media_type, headers={"Cache-Control": "private, max-age=600"})
    except MediaError as refused:
        raise Problem(404, "There is no picture with this key.") from refused
