"""Reading and storing a long keyword export on PostgreSQL, beside a bare ``COPY`` of the very rows that were stored."""

import os
import statistics
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from sqlalchemy.engine import make_url

from bench.planner.at_least import AtLeast
from bench.planner.export_files import write_ahrefs_export
from bench.planner.programs import Programs
from bench.results import Figure, MeasurementFailed
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.migrate import migrate
from igny8_resources.warehouse.store.sites import SitePlan, create_account, create_site

POSTGRES_VARIABLE = "IGNY8_BENCH_POSTGRES"
POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"
ROWS, QUICK_ROWS = 1_000_000, 50_000
PARSE_ROUNDS = 3
SITE_KEY = "import-speed"
LEAST_PARSED_A_SECOND = 100_000.0
LEAST_STORED_A_SECOND = 20_000.0
MOST_GIB = 1.0


def import_figures(programs: Programs, *, quick: bool) -> list[Figure]:
    """Parse the file; stage and load it into an empty warehouse; copy the stored rows into a bare table."""
    rows = QUICK_ROWS if quick else ROWS
    path = programs.folder / "export.csv"
    write_ahrefs_export(path, rows)
    with _warehouse() as url:
        parsed = [programs.import_step("parse", str(path)) for _ in range(1 if quick else PARSE_ROUNDS)]
        stored = programs.import_step("store", str(path), url, SITE_KEY)
        copied_rows, copy_seconds = copied(url, programs.folder / "rows.copy")
    for step, count in (("parsed", parsed[0]["rows"]), ("stored", stored["rows"]), ("copied", copied_rows)):
        if count != rows:
            raise MeasurementFailed(f"{count:,} of {rows:,} rows were {step}: the rates would not be of the same rows")
    stored_a_second, copied_a_second = rows / stored["seconds"], rows / copy_seconds
    rates = [rows / each["seconds"] for each in parsed]
    note = f"{rows:,} rows, {path.stat().st_size / 2**20:.0f} MiB"
    return [
        AtLeast("parsed", statistics.median(rates), "rows/s", LEAST_PARSED_A_SECOND, tuple(rates), note),
        Figure("parsing, peak memory", max(each["peak_bytes"] for each in parsed) / 2**30, "GiB", MOST_GIB),
        Figure("staging", stored["staging_seconds"], "s", note="the file is read through and kept"),
        AtLeast(
            "stored", stored_a_second, "rows/s", LEAST_STORED_A_SECOND, note="read again from the store and written"
        ),
        Figure("storing, peak memory", stored["peak_bytes"] / 2**30, "GiB", MOST_GIB, note="staging and loading"),
        Figure("bare COPY", copied_a_second, "rows/s", note="the same rows and columns, no keys, no indexes"),
        Figure("parsed / bare COPY, rate", statistics.median(rates) / copied_a_second, "x"),
        Figure("stored / bare COPY, rate", stored_a_second / copied_a_second, "x"),
    ]


@contextmanager
def _warehouse() -> Iterator[str]:
    """A migrated warehouse with one site in a database of its own, as long as the block."""
    import psycopg2

    server = os.environ.get(POSTGRES_VARIABLE, POSTGRES)
    try:
        connection = psycopg2.connect(server, connect_timeout=5)
    except psycopg2.OperationalError as unreachable:
        reason = str(unreachable).strip().splitlines()[0]
        raise MeasurementFailed(f"no PostgreSQL answers; {POSTGRES_VARIABLE} names one: {reason}") from unreachable
    connection.autocommit = True
    name = f"igny8_bench_{uuid.uuid4().hex[:12]}"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        url = make_url(server).set(drivername="postgresql+psycopg2", database=name)
        address = url.render_as_string(hide_password=False)
        warehouse = Warehouse(address)
        migrate(warehouse)
        with warehouse.write() as session:
            owner = create_account(session, "bench", "bench", credits=Decimal(1000))
            create_site(session, owner, SitePlan(key=SITE_KEY, name="Import speed", base_url="https://example.com"))
        warehouse.dispose()
        yield address
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        connection.close()


def copied(url: str, path: Path) -> tuple[int, float]:
    """Rows and seconds of a bare ``COPY`` into a table of the keywords' columns, of the keywords that are stored."""
    import psycopg2

    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg2.connect(plain)
    try:
        with connection, connection.cursor() as cursor:
            with path.open("wb") as file:
                cursor.copy_expert("COPY keywords TO STDOUT", file)
            cursor.execute("CREATE TABLE bare_keywords (LIKE keywords)")
        began = time.perf_counter()
        with connection, connection.cursor() as cursor, path.open("rb") as file:
            cursor.copy_expert("COPY bare_keywords FROM STDIN", file)
            rows = int(cursor.rowcount)
        return rows, time.perf_counter() - began
    finally:
        connection.close()
