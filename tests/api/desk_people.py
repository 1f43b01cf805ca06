"""People at the desk: a browser that is signed in as somebody, and the headers that a browser sends with a form."""

from collections.abc import Iterator
from contextlib import contextmanager

from api_tenants import Tenant
from fastapi.testclient import TestClient

BASE = "http://127.0.0.1:8000"
OWN = {"Origin": BASE, "Sec-Fetch-Site": "same-origin"}
COOKIE = "igny8_desk"


@contextmanager
def desk_of(tenant: Tenant, role: str = "owner") -> Iterator[TestClient]:
    """A browser that keeps the cookie of somebody who signed in."""
    with TestClient(tenant.app, base_url=BASE, follow_redirects=False) as browser:
        browser.cookies.set(COOKIE, tenant.as_role(role)["Authorization"].removeprefix("Bearer "))
        yield browser
