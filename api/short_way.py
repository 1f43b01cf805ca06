"""The short way of a plain read: from its address to its answer with nothing in between that this read does not need.

FastAPI finds a route among two hundred by trying them, solves a tree of dependencies and looks an answer's type up; together
that takes longer than the read. What a route declares is put together here once: whose way in it takes, the ids in its path,
the type of its answer.

A GET with ids in its path and no other parameter goes the short way. Whatever is not as it should be, an id that is none or
a header that is missing, goes FastAPI's way and hears of it there, so that nothing is refused in two places; a ``Problem``
is answered by the same handlers on either way. Documentation and the rules of who may do what have one source: the route.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from inspect import iscoroutinefunction, unwrap
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access import SCOPE_KEY, Access, Way, way_in
from api.routing import Route
from api.service import Service
from igny8_resources.warehouse.engine import MOST_CONNECTIONS

# In the tree of addresses: any word at all, and the read that is reached.
_ANY, _HERE = "{}", "/"
_Tree = dict[str, Any]


@dataclass(frozen=True)
class PlainRead:
    """What a route declares, ready to be used."""

    route: Route
    endpoint: Callable[..., BaseModel]
    way: Way
    way_name: str
    ids: Sequence[tuple[str, TypeAdapter[Any]]]
    request_name: str | None
    response_name: str | None
    answer: type[BaseModel]

    def values(self, words: Sequence[str]) -> dict[str, Any]:
        """The ids that the words of an address are.

        Raises:
            ValidationError: one of them is none.
        """
        return {name: kind.validate_python(word) for (name, kind), word in zip(self.ids, words, strict=True)}

    def answered(self, access: Access, values: dict[str, Any], scope: Scope, receive: Receive) -> Sequence[Message]:
        """The answer, for the server to send; blocking.

        Raises:
            Problem: as the route refuses, or whoever asks may not.
        """
        access.only_asks = self.way.only_asks
        try:
            return self._answered(access.prove(), values, scope, receive)
        finally:
            access.done()

    def _answered(self, access: Access, values: dict[str, Any], scope: Scope, receive: Receive) -> Sequence[Message]:
        values[self.way_name] = access
        if self.request_name is not None:
            values[self.request_name] = Request(scope, receive)
        headers: list[tuple[bytes, bytes]] = []
        if self.response_name is not None:
            values[self.response_name] = response = Response()
            found = self.endpoint(**values)
            headers = [header for header in response.raw_headers if header[0] != b"content-length"]
        else:
            found = self.endpoint(**values)
        if type(found) is not self.answer:
            found = self.answer.model_validate(found, from_attributes=True)
        body = found.__pydantic_serializer__.to_json(found, by_alias=True)
        headers += [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]
        return (
            {"type": "http.response.start", "status": 200, "headers": headers},
            {"type": "http.response.body", "body": body},
        )


class ShortWay:
    """The layer before the router: answers plain reads and passes everything else on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._tree: _Tree | None = None
        # One thread more would wait for a connection.
        self._threads = ThreadPoolExecutor(MOST_CONNECTIONS, thread_name_prefix="read")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through."""
        is_read = scope["type"] == "http" and scope["method"] == "GET" and not scope["root_path"]
        read, words = self._found(scope) if is_read else (None, [])
        token = _token(scope["headers"]) if read is not None else None
        if read is None or token is None:
            await self.app(scope, receive, send)
            return
        try:
            values = read.values(words)
        except ValidationError:
            await self.app(scope, receive, send)
            return
        scope["route"] = read.route
        service: Service = scope["app"].state.service
        access = scope[SCOPE_KEY] = read.way.required_of(way_in(service, token))
        loop = asyncio.get_running_loop()
        for message in await loop.run_in_executor(self._threads, read.answered, access, values, scope, receive):
            await send(message)

    def _found(self, scope: Scope) -> tuple[PlainRead | None, list[str]]:
        """The read at an address, and the words of it that are ids."""
        if self._tree is None:
            self._tree = tree_of(iter_route_contexts(scope["app"].routes))
        node: _Tree | None = self._tree
        words = []
        for word in scope["path"].split("/"):
            further = node.get(word) if node else None
            if further is None and node and word:
                further = node.get(_ANY)
                words.append(word)
            if further is None:
                return None, words
            node = further
        return node.get(_HERE) if node else None, words


def tree_of(routes: Iterable[RouteContext]) -> _Tree:
    """Every address that is read, word by word; the router's first route with an address is the one that is reached."""
    tree: _Tree = {}
    for route in routes:
        if route.path is None or "GET" not in (route.methods or ()):
            continue
        node = tree
        for word in route.path.split("/"):
            node = node.setdefault(_ANY if word.startswith("{") else word, {})
        node.setdefault(_HERE, plain_read(route))
    return tree


def plain_read(context: RouteContext) -> PlainRead | None:
    """A route as a plain read; None where it is none."""
    route, endpoint = context.original_route, unwrap(context.endpoint) if context.endpoint else None
    if not isinstance(route, Route) or endpoint is None or iscoroutinefunction(endpoint):
        return None
    needs: Dependant = context.dependant
    ways = [needed for needed in needs.dependencies if isinstance(needed.call, Way)]
    others: Sequence[Any] = (
        *needs.query_params, *needs.header_params, *needs.cookie_params, *needs.body_params,
        *(needed for needed in needs.dependencies if needed not in ways),
        *filter(None, (needs.background_tasks_param_name, needs.http_connection_param_name)),
        *filter(None, (needs.security_scopes_param_name, needs.websocket_param_name)),
    )  # fmt: skip
    answer = context.response_field.field_info.annotation if context.response_field is not None else None
    if len(ways) != 1 or others or context.status_code not in (None, 200):
        return None
    [needed] = ways
    if not isinstance(needed.call, Way) or not isinstance(answer, type) or not issubclass(answer, BaseModel):
        return None
    return PlainRead(
        route=route,
        endpoint=endpoint,
        way=needed.call,
        way_name=needed.name or "",
        ids=[(field.name, field._type_adapter) for field in needs.path_params],
        request_name=needs.request_param_name,
        response_name=needs.response_param_name,
        answer=answer,
    )


def _token(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    for name, value in headers:
        if name == b"authorization":
            scheme, _, token = value.decode("latin-1").partition(" ")
            return token.strip() or None if scheme.lower() == "bearer" else None
    return None
