"""Routers and routes as the API has them: quick to pass by, and with one way to a thread and back.

With two hundred routes, finding the one that a request is for costs as much as a query, unless whole routers are passed by.
"""

from collections.abc import Callable, Coroutine
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.routing import Match
from starlette.types import Scope

from api.access import SCOPE_KEY, Access
from api.links import ROOT


class Route(APIRoute):
    """A route whose plain function is run on a thread, and nothing else of it.

    Whoever asks is proved on that thread before it begins, and before a request is told what is wrong with its values.
    FastAPI would carry the answer to a thread once more to look whether it has its type.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **settings: Any) -> None:
        super().__init__(path, _proving(endpoint), **settings)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, in which a stranger hears of being one first."""
        handler = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handler(request)
            except RequestValidationError:
                if (access := request.scope.get(SCOPE_KEY)) is not None:
                    await run_in_threadpool(access.prove)
                raise

        return answered


class Router(APIRouter):
    """A router below ``/api/v1`` that is not searched for an address that does not begin with its prefix."""

    def __init__(self, prefix: str = "", **settings: Any) -> None:
        super().__init__(prefix=prefix, route_class=Route, **settings)
        self._beginning = f"{ROOT}{prefix}"

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether an address is one of its routes'."""
        if not scope["path"].startswith(self._beginning):
            return Match.NONE, {}
        return super().matches(scope)


def _proving(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    def on_a_thread(arguments: dict[str, Any]) -> Any:
        for access in _ways_in(arguments):
            access.prove()
        return endpoint(**arguments)

    @wraps(endpoint)
    async def answered(**arguments: Any) -> Any:
        if not iscoroutinefunction(endpoint):
            return await run_in_threadpool(on_a_thread, arguments)
        for access in _ways_in(arguments):
            await run_in_threadpool(access.prove)
        return await endpoint(**arguments)

    return answered


def _ways_in(arguments: dict[str, Any]) -> list[Access]:
    return [argument for argument in arguments.values() if isinstance(argument, Access)]
