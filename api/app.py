"""The REST service: ``uvicorn --factory api.app:create_app``.

Belongs here: putting the service together. Does not belong here: Dagster. The API writes requests into the
warehouse and reads what came of them; sensors turn them into runs.
"""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache

from fastapi import FastAPI

from api import openapi, problems
from api.desk import site as desk
from api.links import ROOT
from api.middleware import Doorway, watch_access_log
from api.progress_watch import ProgressWatch
from api.request_metrics import CountedRequests, RequestMetrics
from api.routes import (
    auth,
    auth_account,
    auth_keys,
    auth_passwords,
    auth_people,
    automation,
    billing,
    billing_movements,
    distribution,
    files,
    link_pages,
    pages,
    planner,
    planner_clusters,
    planner_files,
    planner_ideas,
    planner_keywords,
    planner_taxonomies,
    site_changes,
    sites,
    system,
    system_metrics,
    system_tasks,
    thinker,
    thinker_images,
    thinker_prompts,
    video,
    video_connections,
    video_listings,
    video_production,
    video_publishing,
    video_scripts,
    video_voices,
    webhooks,
    writer,
    writer_editing,
    writer_fields,
    writer_requests,
    writer_sources,
    writer_tasks,
)
from api.service import Service
from api.short_way import ShortWay
from api.tokens import Tokens
from api.uploads import FORM_BYTES
from igny8_resources.settings import Settings, load_settings
from igny8_resources.warehouse.api_role import open_api_warehouse

ROUTERS = (
    auth,
    auth_passwords,
    auth_people,
    auth_keys,
    auth_account,
    sites,
    site_changes,
    # Before the paths that end with an id: /keywords/export/ is no keyword.
    planner_files,
    planner,
    planner_keywords,
    planner_clusters,
    planner_ideas,
    planner_taxonomies,
    writer,
    writer_editing,
    writer_fields,
    writer_tasks,
    writer_sources,
    writer_requests,
    distribution,
    video,
    video_scripts,
    video_production,
    video_publishing,
    video_connections,
    video_voices,
    video_listings,
    billing,
    billing_movements,
    thinker,
    thinker_images,
    thinker_prompts,
    automation,
    webhooks,
    system,
    system_metrics,
    system_tasks,
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service for these settings, or for those of the environment.

    It starts whether or not the warehouse is ready: until it is, every answer is a 503 that says what to run.

    Raises:
        SettingsError: a setting cannot be used; the message names its variable.
        RoleRefused: the database role of the API's own could go past row-level security.
    """
    settings = settings or load_settings()
    warehouse = open_api_warehouse(settings)
    metrics = RequestMetrics()
    tokens = Tokens(settings.signing_key(), timedelta(minutes=settings.access_token_minutes))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        settle_down()
        async with metrics.flushed(warehouse):
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
    app.state.progress = ProgressWatch()
    file_bytes = settings.import_max_bytes + FORM_BYTES
    larger = dict.fromkeys((f"{ROOT}{path}" for path in planner_files.UPLOADS), file_bytes)
    app.add_middleware(Doorway, https_only=settings.public_url.startswith("https://"), larger=larger)
    app.add_middleware(CountedRequests, metrics=metrics)
    watch_access_log()
    problems.install(app, warehouse)
    # Each level of routers is gone through once more for every request: all stand on the first.
    for module in ROUTERS:
        app.include_router(module.router, prefix=ROOT)
    app.include_router(files.media_router, prefix=ROOT)
    app.include_router(files.preview_router)
    app.include_router(pages.router)
    app.include_router(link_pages.router)
    desk.include(app)
    app.router.middleware_stack = ShortWay(app.router.middleware_stack)
    app.openapi = lambda: openapi.describe(app)  # type: ignore[method-assign]
    return app


@cache
def settle_down() -> None:
    """Take what stands for good, routes and shapes above all, out of the garbage collector's sight, once in a process.

    To look through all of it takes a fifth of a second, during which no request is answered.
    """
    gc.collect()
    gc.freeze()
