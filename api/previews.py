"""Built static sites, served for preview at ``/sites/<key>/`` as a web server would serve them."""

import stat
from http import HTTPStatus
from pathlib import Path, PurePosixPath

import anyio.to_thread
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from igny8_resources.warehouse.store.sites import SITE_KEY

# The sites work without scripts, and this host also serves the API: nothing in a page may run here.
_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'none'; object-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    # A preview is not the site: only its own domain belongs in a search engine.
    "X-Robots-Tag": "noindex",
    "X-Frame-Options": "SAMEORIGIN",
}


def is_built(sites_folder: Path, key: str) -> bool:
    """Whether a site has been built."""
    return SITE_KEY.fullmatch(key) is not None and (sites_folder / key / "index.html").is_file()


class SitePreviews:
    """Answers requests for files of built sites."""

    def __init__(self, sites_folder: Path) -> None:
        self.sites_folder = sites_folder

    async def answer(self, request: Request, key: str, path: str) -> Response:
        """One file of one site: an index for a folder, the site's own 404 page for what is not there."""
        # Names that begin with a dot are the builder's staging folders and locks, never pages.
        parts = path.split("/")
        if not SITE_KEY.fullmatch(key) or "\\" in path or any(part.startswith(".") for part in parts):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        folder = self.sites_folder / key
        if not await anyio.to_thread.run_sync(folder.is_dir):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        response = await self._response(StaticFiles(directory=folder), request, PurePosixPath(path), path)
        headers = MutableHeaders(raw=response.raw_headers)
        for name, value in _HEADERS.items():
            headers[name] = value
        return response

    async def _response(self, files: StaticFiles, request: Request, path: PurePosixPath, asked: str) -> Response:
        for name in (str(path), str(path / "index.html")):
            try:
                found, facts = await anyio.to_thread.run_sync(files.lookup_path, name)
            except (ValueError, OSError):  # a name that no file can have
                break
            if facts is None or not stat.S_ISREG(facts.st_mode):
                continue
            is_index = name != str(path)
            if is_index and asked and not asked.endswith("/"):
                return RedirectResponse(f"{PurePosixPath(asked).name}/")
            if not is_index and asked.endswith("/"):
                break
            return files.file_response(found, facts, request.scope)
        lost, facts = await anyio.to_thread.run_sync(files.lookup_path, "404.html")
        if facts is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return FileResponse(lost, status_code=HTTPStatus.NOT_FOUND, stat_result=facts)
