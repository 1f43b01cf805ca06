"""The desk: a small site, rendered here, for the people who review. Its routers, in the order in which they are asked."""

from fastapi import FastAPI

from api.desk.routes import articles, automation, boards, connections, files, lost, signing_in, spending, work

ROUTERS = (signing_in, files, boards, automation, articles, work, spending, connections, lost)


def include(app: FastAPI) -> None:
    """Serve the desk under ``/desk/``."""
    for module in ROUTERS:
        app.include_router(module.router)
