"""One service over one filled warehouse of two accounts, for modules that make thousands of calls."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from api_endpoints import Endpoint
from api_roles import Caller
from api_rows import Rows, add_everything
from api_tenants import PASSWORD, Tenant, make_tenant
from argon2 import PasswordHasher
from desk_people import BASE, COOKIE, OWN
from direct_client import DirectClient, direct_client
from fastapi import FastAPI
from httpx import Response
from kept_warehouse import KeptWarehouse
from sqlalchemy import update

from api.progress_watch import ProgressWatch
from api.service import Service
from igny8_resources import passwords
from igny8_resources.settings import Settings
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.registry import METADATA
from igny8_resources.warehouse.tables.tenancy import User


@dataclass
class Deployment:
    """The service as its client sees it; ``rows`` are what can be named of each account, by its slug.

    ``warehouse`` is the one that the service uses, ``kept`` puts back what a call has changed.
    """

    client: DirectClient
    warehouse: Warehouse
    kept: KeptWarehouse
    ours: Tenant
    theirs: Tenant
    rows: dict[str, Rows]

    def call(self, endpoint: Endpoint, caller: Caller, rows: Rows) -> Response:
        """What an endpoint answers somebody who names these rows."""
        sent = endpoint.request(rows)
        self.client.cookies.clear()
        if endpoint.is_desk:
            sent["headers"] |= OWN
            if caller.token:
                self.client.cookies.set(COOKIE, caller.token)
        elif caller.token:
            sent["headers"]["Authorization"] = f"Bearer {caller.token}"
        return self.client.request(**sent)


@contextmanager
def filled_deployment(started: FastAPI, migrated: Warehouse, api_url: str | None, home: Path) -> Iterator[Deployment]:
    """Fill the warehouse and have the session's app serve it."""
    settings = Settings(
        home=home,
        warehouse_url=migrated.url.render_as_string(hide_password=False),
        api_database_url=api_url,
        secret_key="a key that only tests sign with, long enough",
        tiktok_client_key="tiktok-app",
        tiktok_client_secret="tiktok-secret",
        sign_ins_per_minute=100_000,
    )
    with migrated.write() as session:
        for table in reversed(METADATA.sorted_tables):
            if table.name != "credit_prices":
                session.execute(table.delete())
    before: Service = started.state.service
    with pytest.MonkeyPatch.context() as patch:
        # Hundreds of people sign in here, and nobody's password is worth anything.
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        started.state.service = Service(settings, before.warehouse, before.tokens)
        started.state.progress = ProgressWatch()
        ours = make_tenant(migrated, started, settings, "crema", site_key="crema-lane", site_name="Crema Lane")
        theirs = make_tenant(migrated, started, settings, "trail", site_key="trail-notes", site_name="Trail Notes")
        rows = {tenant.slug: add_everything(migrated, settings, tenant) for tenant in (ours, theirs)}
        with migrated.write() as session:
            session.execute(update(User).values(password_hash=passwords.hash_password(PASSWORD)))
        kept = KeptWarehouse(migrated, before.warehouse)
        try:
            with direct_client(started, BASE) as client:
                yield Deployment(client, before.warehouse, kept, ours, theirs, rows)
        finally:
            kept.close()
            before.warehouse.dispose()
