"""The API's own database role on PostgreSQL: what it may do, and that row-level security really holds it.

Belongs here: rights and the refusal of roles that could go past the policies. Does not belong here: the policies themselves
(``row_security.py``). The role may change rows and nothing else; what it can see of an account's rows is the policies' say.
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError

from igny8_resources.settings import Settings, SettingsError
from igny8_resources.warehouse import row_security
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.row_security import quoted, schema_of, tenant_tables
from igny8_resources.warehouse.tables.registry import METADATA

log = logging.getLogger("igny8.api")

# Tables that belong to no account: nothing in them is any account's.
SHARED_TABLES: Mapping[str, str] = {
    "ai_models": "SELECT",
    "credit_prices": "SELECT",
    "event_cursors": "SELECT",
    "platform_quotas": "SELECT, INSERT, UPDATE",
    "provider_states": "SELECT, INSERT, UPDATE",
    "request_metrics": "SELECT, INSERT, UPDATE, DELETE",
    "sign_in_failures": "SELECT, INSERT, UPDATE, DELETE",
    "text_vectors": "SELECT, INSERT",
}
# Accounts come and go at the command line.
_OF_ACCOUNTS = "SELECT, UPDATE"
_OF_ROWS = "SELECT, INSERT, UPDATE, DELETE"

# Whatever the role is a member of counts: with SET ROLE it can become that.
_ABOVE = """
SELECT 'is a superuser, as ' || rolname FROM pg_roles
    WHERE rolsuper AND pg_has_role(CAST({role} AS name), oid, 'MEMBER')
UNION ALL
SELECT 'has BYPASSRLS, as ' || rolname FROM pg_roles
    WHERE rolbypassrls AND pg_has_role(CAST({role} AS name), oid, 'MEMBER')
UNION ALL
SELECT 'owns the tables, as ' || rolname FROM pg_roles r
    WHERE pg_has_role(CAST({role} AS name), oid, 'MEMBER') AND (
        EXISTS (SELECT FROM pg_class WHERE relowner = r.oid AND relnamespace = current_schema()::regnamespace)
        OR EXISTS (SELECT FROM pg_namespace WHERE nspowner = r.oid AND nspname = current_schema())
        OR EXISTS (SELECT FROM pg_database WHERE datdba = r.oid AND datname = current_database()))
UNION ALL
SELECT 'may make roles or replicate, as ' || rolname FROM pg_roles
    WHERE (rolcreaterole OR rolreplication) AND pg_has_role(CAST({role} AS name), oid, 'MEMBER')
UNION ALL
SELECT 'is a member of ' || rolname FROM pg_roles
    WHERE rolname IN ('pg_read_all_data', 'pg_write_all_data', 'pg_read_server_files', 'pg_write_server_files',
        'pg_execute_server_program') AND pg_has_role(CAST({role} AS name), oid, 'MEMBER')
UNION ALL
SELECT format('may make tables and functions (REVOKE CREATE ON SCHEMA %I FROM PUBLIC ends that)', current_schema())
    WHERE has_schema_privilege(CAST({role} AS name), current_schema(), 'CREATE')
"""
_UNPROTECTED = """
SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(%s)
    AND NOT relrowsecurity ORDER BY relname
"""


class RoleRefused(Exception):
    """A database role that cannot be the API's; the message says why and what to do."""


def grant_to(connection: Connection, role: str) -> None:
    """Let a login role do what the API does and nothing else; harmless to repeat.

    Raises:
        RoleRefused: there is no such role, the database is not PostgreSQL, or the policies would not hold the role.
    """
    require_postgresql(connection)
    if not role_exists(connection, role):
        raise RoleRefused(f"there is no database role {role!r}: `igny8 api-role {role}` makes it")
    if not row_security.is_in_place(connection):
        row_security.protect(connection)
    for statement in grants(connection, role):
        connection.execute(text(statement))
    if reasons := connection.scalars(text(_ABOVE.format(role=":role")), {"role": role}).all():
        raise _refused(role, reasons)


def grants(connection: Connection, role: str) -> list[str]:
    """The statements that give a role what the API needs, after taking away what else it had."""
    given, schema = quoted(connection, role), schema_of(connection)
    tenant = {table.name: _OF_ACCOUNTS if table.name == "accounts" else _OF_ROWS for table in tenant_tables()}
    statements = [
        # PostgreSQL before 15 lets everybody make tables and functions there.
        f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC",
        f"REVOKE ALL ON SCHEMA {schema} FROM {given}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {given}",
        f"GRANT USAGE ON SCHEMA {schema} TO {given}",
        f"GRANT SELECT ON alembic_version TO {given}",
        *(f"GRANT {rights} ON {name} TO {given}" for name, rights in (tenant | dict(SHARED_TABLES)).items()),
        *(f"GRANT EXECUTE ON FUNCTION {signature} TO {given}" for signature in row_security.functions(connection)),
    ]
    counted = text("SELECT pg_get_serial_sequence(:table, 'id')")
    for table in METADATA.sorted_tables:
        sequence = connection.scalar(counted, {"table": table.name}) if "id" in table.columns else None
        if sequence is not None:
            statements.append(f"GRANT USAGE ON SEQUENCE {sequence} TO {given}")
    return statements


def roles_let_in(connection: Connection) -> list[str]:
    """The roles that were granted what the API needs: a migration's new tables are theirs to use as well."""
    if connection.dialect.name != "postgresql":
        return []
    granted = text(
        "SELECT rolname FROM pg_proc CROSS JOIN aclexplode(proacl) AS granted JOIN pg_roles r ON r.oid = granted.grantee "
        "WHERE proname = 'igny8_only_account' AND pronamespace = current_schema()::regnamespace AND r.oid <> proowner "
        "ORDER BY rolname"
    )
    return list(connection.scalars(granted))


def open_api_warehouse(settings: Settings) -> Warehouse:
    """The warehouse as the API reaches it: by the role of its own where it has one, and then only by one that is held.

    A database that does not answer yet is no reason not to start; the role is looked at when it does.

    Raises:
        SettingsError: the URL cannot be used.
        RoleRefused: the role could go past the policies, or there are none yet.
    """
    if settings.api_database_url is None:
        warehouse = Warehouse(settings.warehouse)
        if not warehouse.is_sqlite:
            log.warning(
                "the API connects by IGNY8_WAREHOUSE_URL, as a role that row-level security does not hold; "
                "`igny8 api-role` makes one that it does"
            )
        return warehouse
    warehouse = Warehouse(settings.api_warehouse, variable="IGNY8_API_DATABASE_URL")
    if warehouse.is_sqlite:
        raise SettingsError(
            "IGNY8_API_DATABASE_URL: SQLite has no roles; leave it unset, or name a warehouse on PostgreSQL"
        )
    _hold(warehouse)
    with suppress(OperationalError), warehouse.engine.connect():
        pass
    return warehouse


def _hold(warehouse: Warehouse) -> None:
    """Open no connection that row-level security does not hold, also to a role that is given more while the API runs."""

    @event.listens_for(warehouse.engine, "connect")
    def _opened(opened: Any, _record: Any) -> None:
        with opened.cursor() as cursor:
            cursor.execute(_ABOVE.format(role="session_user"))
            reasons = [row[0] for row in cursor.fetchall()]
            cursor.execute(_UNPROTECTED, ([table.name for table in tenant_tables()],))
            unprotected = [row[0] for row in cursor.fetchall()]
        opened.rollback()
        if not reasons and not unprotected:
            return
        opened.close()
        if reasons:
            raise _refused(warehouse.url.username or "", reasons)
        raise RoleRefused(f"row-level security is off for {', '.join(unprotected)}: run `igny8 init` as their owner")


def require_postgresql(connection: Connection) -> None:
    """Refuse a database that has no roles.

    Raises:
        RoleRefused: it is SQLite.
    """
    if connection.dialect.name != "postgresql":
        raise RoleRefused("SQLite has no roles: a role for the API needs a warehouse on PostgreSQL")


def role_exists(connection: Connection, role: str) -> bool:
    """Whether the server has a role of this name."""
    return bool(connection.scalar(text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": role}))


def _refused(role: str, reasons: Sequence[str]) -> RoleRefused:
    return RoleRefused(
        f"the database role {role!r} {reasons[0]}: row-level security would not hold it to one account; give the API a plain "
        "login role, which `igny8 api-role` makes"
    )
