"""Sets up what ``IGNY8_HOME`` needs: the warehouse's schema and Dagster's instance folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from igny8_resources.platform import Platform
from igny8_resources.settings import Settings
from igny8_resources.warehouse.api_role import grant_to
from igny8_resources.warehouse.migrate import migrate

if TYPE_CHECKING:
    from dagster import DagsterInstance

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "dagster.yaml"
WORKSPACE = "workspace.yaml"
RUN_LIMIT_LINE = "max_concurrent_runs: 2"
POSTGRES_VARIABLE = "IGNY8_DAGSTER_POSTGRES_URL"


def deployment_file(name: str) -> Path:
    """``dagster.yaml`` or ``workspace.yaml``: at the root of a checkout, beside this package in an installed wheel."""
    for folder in (ROOT, Path(__file__).parent / "data"):
        if (folder / name).exists():
            return folder / name
    raise FileNotFoundError(f"{name} is missing from the installation; install igny8 again")


def prepare(parts: Platform) -> None:
    """Bring warehouse and Dagster folder up to date; harmless to repeat."""
    parts.settings.home_path.mkdir(parents=True, exist_ok=True)
    migrate(parts.warehouse)
    prepare_dagster(parts.settings)


def let_in(parts: Platform, role: str) -> None:
    """Grant the API's database role what it needs; harmless to repeat.

    Raises:
        RoleRefused: the role cannot be the API's.
    """
    with parts.warehouse.engine.begin() as connection:
        grant_to(connection, role)


def prepare_dagster(settings: Settings) -> None:
    """Write Dagster's instance settings and point this process at them."""
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    text = deployment_file(TEMPLATE).read_text()
    text = text.replace(RUN_LIMIT_LINE, f"max_concurrent_runs: {settings.max_concurrent_runs}")
    if settings.dagster_postgres_url is not None:
        # The URL itself stays in the environment; the file names the variable.
        text += f"\nstorage:\n  postgres:\n    postgres_url:\n      env: {POSTGRES_VARIABLE}\n"
    target = home / TEMPLATE
    if not target.exists() or target.read_text() != text:
        draft = target.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text(text)
        draft.replace(target)
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["IGNY8_HOME"] = str(settings.home_path)
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")


@contextmanager
def dagster_instance(settings: Settings) -> Iterator["DagsterInstance"]:
    """The Dagster instance of ``IGNY8_HOME``."""
    prepare_dagster(settings)
    from dagster import DagsterInstance

    with DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        yield instance
