"""A login role as the API has it, on the PostgreSQL server of the tests."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from igny8_resources.warehouse.api_role import grant_to
from igny8_resources.warehouse.engine import Warehouse


@contextmanager
def limited_role(owner: Warehouse) -> Iterator[str]:
    """The URL of the owner's database for a role that row-level security holds; it is gone after the block."""
    role = f"igny8_api_{uuid.uuid4().hex[:12]}"
    with owner.engine.begin() as connection:
        connection.exec_driver_sql(f'CREATE ROLE "{role}" LOGIN')
        grant_to(connection, role)
    try:
        yield owner.url.set(username=role).render_as_string(hide_password=False)
    finally:
        with owner.engine.begin() as connection:
            connection.exec_driver_sql(f'DROP OWNED BY "{role}"; DROP ROLE "{role}"')
