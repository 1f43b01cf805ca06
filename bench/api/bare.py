"""What the API is compared with: Starlette alone, which sends the very statements that the API sent for the same address.

``IGNY8_BENCH_STATEMENTS`` names a JSON file that ``recorded`` made: by address, what was sent, with the begin and the end of
each transaction that was more than one message. ``IGNY8_BENCH_DATABASE`` is the URL. The messages to the database, their
number and the transactions they are in are those of the API, and so are the driver, the pool, the thread and the server; the
answer holds the same rows. There is no sign-in to check, nothing to validate and no header to add.
"""

import json
import os
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from igny8_resources.warehouse.engine import KEPT_CONNECTIONS, MOST_CONNECTIONS

STATEMENTS = "IGNY8_BENCH_STATEMENTS"
DATABASE = "IGNY8_BENCH_DATABASE"
# In place of a statement and its parameters.
BEGIN, END = ("BEGIN", None), ("END", None)


def create_app() -> Starlette:
    """The service for what was recorded."""
    recorded: dict[str, list[tuple[str, Any]]] = json.loads(Path(os.environ[STATEMENTS]).read_text())
    engine = create_engine(
        os.environ[DATABASE], pool_size=KEPT_CONNECTIONS, max_overflow=MOST_CONNECTIONS - KEPT_CONNECTIONS
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.autocommit = True

    def answer(request: Request) -> Response:
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        found: list[list[dict[str, Any]]] = []
        connection: Any = engine.raw_connection()
        try:
            cursor = connection.cursor()
            for statement, parameters in recorded[address]:
                if statement == BEGIN[0]:
                    # The driver begins a transaction with the next statement.
                    connection.dbapi_connection.autocommit = False
                elif statement == END[0]:
                    connection.rollback()
                    connection.dbapi_connection.autocommit = True
                else:
                    cursor.execute(statement, parameters)
                    names = [column[0] for column in cursor.description]
                    found.append([dict(zip(names, row, strict=True)) for row in cursor.fetchall()])
        finally:
            connection.close()
        body = json.dumps({"success": True, "data": found}, default=str, separators=(",", ":"), ensure_ascii=False)
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/{path:path}", answer)])
