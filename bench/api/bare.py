"""What the API is compared with: Starlette alone, which sends the very statements that the API sent for the same address.

``IGNY8_BENCH_STATEMENTS`` names a JSON file that ``recording`` made: by address, the statements with their parameters.
``IGNY8_BENCH_DATABASE`` is the URL. The pool, the threads and the server are those of the API; the answer holds the same rows.
"""

import json
import os
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

STATEMENTS = "IGNY8_BENCH_STATEMENTS"
DATABASE = "IGNY8_BENCH_DATABASE"


def create_app() -> Starlette:
    """The service for what was recorded."""
    recorded: dict[str, list[tuple[str, Any]]] = json.loads(Path(os.environ[STATEMENTS]).read_text())
    engine = create_engine(os.environ[DATABASE], pool_size=5, max_overflow=10)

    def answer(request: Request) -> Response:
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        found: list[list[dict[str, Any]]] = []
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            for statement, parameters in recorded[address]:
                cursor.execute(statement, parameters)
                names = [column[0] for column in cursor.description]
                found.append([dict(zip(names, row, strict=True)) for row in cursor.fetchall()])
        finally:
            connection.close()
        body = json.dumps({"success": True, "data": found}, default=str, separators=(",", ":"), ensure_ascii=False)
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/{path:path}", answer)])
