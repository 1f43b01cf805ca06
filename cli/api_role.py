"""``igny8 api-role``: the API's own role on PostgreSQL, which row-level security holds to one account at a time."""

import secrets
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.terminal import console, platform_here, sentences

if TYPE_CHECKING:
    from sqlalchemy import Connection


def make_api_role(
    name: Annotated[str, typer.Argument(help="The role's name.")] = "igny8_api",
    new_password: Annotated[
        bool, typer.Option("--new-password", help="Give a role that is there already another password.")
    ] = False,
    show: Annotated[
        bool, typer.Option("--show", help="Change nothing; print the statements for whoever administers the server.")
    ] = False,
) -> None:
    """Make the API's own role in the warehouse, let it in, and print the setting by which the API connects as it."""
    from igny8_resources.warehouse.api_role import RoleRefused, grant_to, grants, require_postgresql, role_exists

    with sentences():
        parts = platform_here()
        password = secrets.token_urlsafe(24)
        with parts.warehouse.engine.begin() as connection:
            require_postgresql(connection)
            is_new = not role_exists(connection, name)
            if show:
                making = [_making(connection, name)] if is_new else []
                typer.echo("\n".join(f"{each};" for each in [*making, *grants(connection, name)]))
                return
            if is_new and not _may_make_roles(connection):
                raise RoleRefused(
                    f"{parts.warehouse.url.username} may not make roles: hand what `igny8 api-role {name} --show` prints to "
                    "whoever administers the server"
                )
            if is_new:
                connection.exec_driver_sql(_making(connection, name))
            if is_new or new_password:
                _set_password(connection, name, password)
            grant_to(connection, name)
        if not is_new and not new_password:
            console.print(f"The role {name} was there and is let in; --new-password gives it another password.")
            return
        url = parts.warehouse.url.set(username=name, password=password)
        # Plain, so that a terminal neither colours nor breaks it.
        typer.echo(f"IGNY8_API_DATABASE_URL={url.render_as_string(hide_password=False)}")


def _making(connection: "Connection", name: str) -> str:
    from igny8_resources.warehouse.row_security import quoted

    attributes = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
    return f"CREATE ROLE {quoted(connection, name)} {attributes}"


def _may_make_roles(connection: "Connection") -> bool:
    asked = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    return bool(connection.exec_driver_sql(asked).scalar())


def _set_password(connection: "Connection", name: str, password: str) -> None:
    """Set a password without telling it to the server, which may log its statements: it gets what it would keep of it."""
    from psycopg2.extensions import encrypt_password

    from igny8_resources.warehouse.row_security import quoted

    driver: Any = connection.connection.driver_connection
    kept = encrypt_password(password, name, scope=driver, algorithm="scram-sha-256")
    connection.exec_driver_sql(f"ALTER ROLE {quoted(connection, name)} PASSWORD '{kept}'")
