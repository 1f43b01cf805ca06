"""Databases on a PostgreSQL server, there as long as a measurement.

``IGNY8_BENCH_POSTGRES`` names the server, as it does for the other benchmarks (default: the one on this machine).
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from bench.results import MeasurementFailed

SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"


@contextmanager
def temporary_database() -> Iterator[str]:
    """The URL of an empty database that is dropped after the block.

    Raises:
        MeasurementFailed: no server answers.
    """
    server = make_url(os.environ.get("IGNY8_BENCH_POSTGRES", SERVER)).set(drivername="postgresql+psycopg2")
    name = f"igny8_bench_{uuid.uuid4().hex[:12]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    except OperationalError as unreachable:
        raise MeasurementFailed(f"no PostgreSQL answers at {server.host}:{server.port}") from unreachable
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
        engine.dispose()
