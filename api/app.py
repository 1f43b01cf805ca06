"""The REST service: ``uvicorn --factory api.app:create_app``.

Belongs here: putting the service together. Does not belong here: Dagster. The API writes requests into the
warehouse and reads what came of them; sensors turn them into runs.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from fastapi import APIRouter, FastAPI

from api import openapi, problems
from api.links import ROOT
from api.middleware import Doorway
from api.routes import (
    auth,
    billing,
    billing_movements,
    distribution,
    files,
    pages,
    planner,
    sites,
    system,
    thinker,
    thinker_images,
    thinker_prompts,
    video,
    writer,
    writer_editing,
    writer_requests,
    writer_sources,
)
from api.service import Service
from api.tokens import Tokens
from igny8_resources.settings import Settings, load_settings
from igny8_resources.warehouse.engine import Warehouse

ROUTERS = (
    auth,
    sites,
    planner,
    writer,
    writer_editing,
    writer_sources,
    writer_requests,
    distribution,
    video,
    billing,
    billing_movements,
    thinker,
    thinker_images,
    thinker_prompts,
    system,
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service for these settings, or for those of the environment.

    It starts whether or not the warehouse is ready: until it is, every answer is a 503 that says what to run.

    Raises:
        SettingsError: a setting cannot be used; the message names its variable.
    """
    settings = settings or load_settings()
    warehouse = Warehouse(settings.warehouse)
    tokens = Tokens(settings.signing_key(), timedelta(minutes=settings.access_token_minutes))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        warehouse.dispose()

    app = FastAPI(
        title=openapi.TITLE,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # A redirect to the slash would repeat whatever the Host header says.
        redirect_slashes=False,
        # Nothing is exported, so nothing is measured; failed requests' bodies may hold passwords.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.service = Service(settings, warehouse, tokens)
    app.add_middleware(Doorway, https_only=settings.public_url.startswith("https://"))
    problems.install(app, warehouse)
    v1 = APIRouter(prefix=ROOT)
    for module in ROUTERS:
        v1.include_router(module.router)
    v1.include_router(files.media_router)
    app.include_router(v1)
    app.include_router(files.preview_router)
    app.include_router(pages.router)
    app.openapi = lambda: openapi.describe(app)  # type: ignore[method-assign]
    return app
