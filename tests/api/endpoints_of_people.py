"""Signing in, people, sites and the pages that anybody may read."""

import itertools

from api_endpoints import api, at_root
from api_roles import About, Level

_NUMBERS = itertools.count()
_NEW_PASSWORD = "another battery staple"
SITE = {"key": "site"}
SECTOR = {"key": "site", "id": "sector"}

PUBLIC = (
    api(
        "POST auth/login/",
        Level.PUBLIC,
        About.CALLER,
        body=lambda of: {"email": of["email"], "password": of["password"]},
    ),
    api("POST auth/refresh/", Level.PUBLIC, About.CALLER, body=lambda of: {"refresh_token": of["refresh token"]}),
    api("POST auth/password-reset/", Level.PUBLIC, About.CALLER, 202, body=lambda of: {"email": of["email"]}),
    api(
        "POST auth/password-reset/confirm/",
        Level.PUBLIC,
        About.CALLER,
        body=lambda of: {"token": of["reset token"], "new_password": _NEW_PASSWORD},
    ),
    api(
        "POST auth/invitations/preview/", Level.PUBLIC, About.CALLER, body=lambda of: {"token": of["invitation token"]}
    ),
    api(
        "POST auth/invitations/accept/",
        Level.PUBLIC,
        About.CALLER,
        201,
        body=lambda of: {"token": of["invitation token"], "name": "Noor", "password": _NEW_PASSWORD},
    ),
    api("GET system/health/", Level.PUBLIC, About.CALLER),
    api("GET openapi.json", Level.PUBLIC, About.CALLER),
    api("GET docs", Level.PUBLIC, About.CALLER),
    at_root("GET /", Level.PUBLIC, About.CALLER),
    at_root("GET /join", Level.PUBLIC, About.CALLER),
    at_root("GET /reset-password", Level.PUBLIC, About.CALLER),
    at_root("GET /static/service.css", Level.PUBLIC, About.CALLER),
    at_root("GET /static/icon.svg", Level.PUBLIC, About.CALLER),
    at_root("GET /static/link.js", Level.PUBLIC, About.CALLER),
    at_root("GET /static/fonts/{face}.ttf", Level.PUBLIC, About.CALLER, face="display"),
    # Built pages are public wherever they end up; a draft's address is a secret of its own.
    *(
        at_root(f"{method} {path}", Level.PUBLIC, About.CALLER, ok, **names)
        for method in ("GET", "HEAD")
        for path, ok, names in (
            ("/sites/{key}", 307, SITE),
            ("/sites/{key}/{path:path}", 200, {**SITE, "path": ""}),
            ("/drafts/{token}/{path:path}", 200, {"token": "draft", "path": ""}),
        )
    ),
)
AUTH = (
    api("POST auth/logout/", Level.PERSON, About.CALLER),
    api("POST auth/logout-everywhere/", Level.PERSON, About.CALLER),
    api(
        "POST auth/change-password/",
        Level.PERSON,
        About.CALLER,
        body=lambda of: {"current_password": of["password"], "new_password": _NEW_PASSWORD},
    ),
    api("GET auth/sign-ins/", Level.PERSON, About.LIST),
    api("DELETE auth/sign-ins/{id}/", Level.PERSON, About.DEVICE, id="device"),
    api("GET auth/me/", Level.READ, About.CALLER),
    api("GET auth/users/", Level.MANAGE, About.LIST),
    api("GET auth/users/{id}/", Level.MANAGE, About.ACCOUNT, id="viewer"),
    api("PATCH auth/users/{id}/", Level.MANAGE, About.ACCOUNT, id="viewer", body=lambda _of: {"name": "Vera"}),
    api("GET auth/invitations/", Level.MANAGE, About.LIST),
    api(
        "POST auth/invitations/",
        Level.MANAGE,
        About.ACCOUNT,
        201,
        body=lambda of: {"email": "ana@crema.example", "role": "viewer", "sites": [of["site"]]},
    ),
    api("DELETE auth/invitations/{id}/", Level.MANAGE, About.ACCOUNT, id="invitation"),
    api("GET auth/api-keys/", Level.MANAGE, About.LIST),
    api(
        "POST auth/api-keys/",
        Level.MANAGE_IN_PERSON,
        About.CALLER,
        201,
        body=lambda _of: {"name": "export", "scopes": ["read"]},
    ),
    api("DELETE auth/api-keys/{id}/", Level.MANAGE, About.ACCOUNT, id="api_key"),
    api("GET auth/account/", Level.MANAGE, About.CALLER),
    api("PATCH auth/account/", Level.MANAGE, About.CALLER, body=lambda _of: {"name": "Coffee"}),
    api("GET auth/audit/", Level.MANAGE, About.LIST),
)
SITES = (
    api("GET sites/", Level.READ, About.LIST),
    api(
        "POST sites/",
        Level.MANAGE,
        About.CALLER,
        201,
        body=lambda _of: {"key": f"site-{next(_NUMBERS)}", "name": "Another", "base_url": "https://another.example"},
    ),
    api("GET sites/{key}/", Level.READ, About.SITE, **SITE),
    api("PATCH sites/{key}/", Level.MANAGE, About.SITE, **SITE, body=lambda _of: {"niche": "coffee"}),
    api("POST sites/{key}/archive/", Level.MANAGE, About.SITE, **SITE),
    api("POST sites/{key}/restore/", Level.MANAGE, About.SITE, **SITE),
    api("GET sites/{key}/sectors/", Level.READ, About.SITE, **SITE),
    api("POST sites/{key}/sectors/", Level.MANAGE, About.SITE, 201, **SITE, body=lambda _of: {"name": "Grinders"}),
    api("GET sites/{key}/sectors/{id}/", Level.READ, About.SITE, **SECTOR),
    api("PATCH sites/{key}/sectors/{id}/", Level.MANAGE, About.SITE, **SECTOR, body=lambda _of: {"description": "all"}),
    api("DELETE sites/{key}/sectors/{id}/", Level.MANAGE, About.SITE, **SECTOR),
    api("GET sites/{key}/modules/", Level.READ, About.SITE, **SITE),
    api("PUT sites/{key}/modules/", Level.MANAGE, About.SITE, **SITE, body=lambda _of: {"modules": {"video": False}}),
    api("GET sites/{key}/access/", Level.MANAGE, About.SITE, **SITE),
    api(
        "POST sites/{key}/access/",
        Level.MANAGE,
        About.SITE,
        201,
        **SITE,
        body=lambda of: {"user_id": of["ungranted editor"]},
    ),
    api("DELETE sites/{key}/access/{user_id}/", Level.MANAGE, About.SITE, **SITE, user_id="editor"),
)
