"""Row-level security on PostgreSQL: the second lock between accounts, below the API's own scope.

Belongs here: the policies, and the few questions that have to be asked before an account is known. Does not belong here: the
role that is held by them (``api_role.py``), naming the account of a session (``engine.bind_account``) and what a signed-in
person may see (``api/tenancy.py``).

Every table of an account has one policy: its rows are there for the account that the transaction names, and for a
transaction that names none there are no rows at all. The owner of the tables, as whom Dagster and the command line connect,
is not held by it; the API's role is.

Before anybody is signed in no account is known. The questions of ``LOOKUPS`` are answered by functions that run as the
owner. Each gives the number of one account and nothing of what is in it, to somebody who has an address or the digest of a
secret in hand; from then on the transaction is that account's like every other one.
"""

from collections.abc import Mapping
from typing import Literal

from sqlalchemy import Connection, bindparam, text
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import Session

from igny8_resources.warehouse.engine import ACCOUNT_SETTING, bind_account
from igny8_resources.warehouse.tables.registry import METADATA

POLICY = "own_account"
Lookup = Literal["email", "refresh_token", "api_key", "invitation", "password_reset"]

# ``{of}`` is the schema: the functions look for nothing but what they name in full, whatever the role puts beside it.
LOOKUPS: Mapping[Lookup, str] = {
    "email": "SELECT account_id FROM {of}users WHERE lower(email) = lower(given) AND is_active ORDER BY id LIMIT 1",
    "refresh_token": "SELECT account_id FROM {of}refresh_tokens WHERE token_hash = given",
    "api_key": "SELECT account_id FROM {of}api_keys WHERE key_hash = given",
    "invitation": "SELECT account_id FROM {of}invitations WHERE token_hash = given",
    "password_reset": "SELECT account_id FROM {of}password_resets WHERE token_hash = given",
}
# Nothing where there is no account yet, 0 where several share the deployment.
_ONLY_ACCOUNT = "SELECT CASE count(*) WHEN 0 THEN NULL WHEN 1 THEN min(id) ELSE 0 END FROM {of}accounts"
_SEARCH_PATH = "pg_catalog, pg_temp"


def tenant_tables() -> list[CoreTable]:
    """Every table whose rows belong to one account, and the accounts themselves."""
    return [table for table in METADATA.sorted_tables if table.name == "accounts" or "account_id" in table.columns]


def enter_account_of(session: Session, by: Lookup, given: str) -> None:
    """Make an unscoped session that of the account behind an address or a digest, so that it can be looked at.

    Where there is no such account nothing changes, and nothing is found afterwards. SQLite has no second lock.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    account_id = session.scalar(text(f"SELECT igny8_account_of_{by}(:given)"), {"given": given})
    if account_id is not None:
        bind_account(session, account_id)


def only_account(session: Session) -> int | None:
    """The account of a deployment that has one; None where there is none yet, 0 where several share it."""
    is_postgres = session.get_bind().dialect.name == "postgresql"
    account_id: int | None = session.scalar(
        text("SELECT igny8_only_account()" if is_postgres else _ONLY_ACCOUNT.format(of=""))
    )
    return account_id


def lift(connection: Connection) -> None:
    """Take the policies off, for revisions that change what they read; until they are back nobody but the owner sees a row."""
    if connection.dialect.name != "postgresql":
        return
    named = text("SELECT tablename FROM pg_policies WHERE schemaname = current_schema() AND policyname = :policy")
    for name in connection.scalars(named, {"policy": POLICY}).all():
        connection.execute(text(f"DROP POLICY {POLICY} ON {name}"))


def protect(connection: Connection) -> None:
    """Put the policies and the functions there, or anew."""
    if connection.dialect.name != "postgresql":
        return
    lift(connection)
    # Asked once a statement instead of once a row; a setting that was local to an earlier transaction reads as ''.
    account = f"(SELECT NULLIF(current_setting('{ACCOUNT_SETTING}', true), '')::bigint)"
    for table in tenant_tables():
        column = "id" if table.name == "accounts" else "account_id"
        connection.execute(text(f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY"))
        is_own = f"{column} = {account}"
        connection.execute(text(f"CREATE POLICY {POLICY} ON {table.name} USING ({is_own}) WITH CHECK ({is_own})"))
    for signature, query in functions(connection).items():
        connection.execute(
            text(
                f"CREATE OR REPLACE FUNCTION {signature} RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER "
                f"SET search_path = {_SEARCH_PATH} AS $question${query}$question$"
            )
        )
        connection.execute(text(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC"))


def is_in_place(connection: Connection) -> bool:
    """Whether every table of an account has its policy and every function is there as this program makes it."""
    if connection.dialect.name != "postgresql":
        return True
    policies = text(
        "SELECT count(*) FROM pg_policies p JOIN pg_class c ON c.oid = format('%I.%I', schemaname, tablename)::regclass "
        "WHERE schemaname = current_schema() AND policyname = :policy AND relrowsecurity AND tablename IN :tables"
    ).bindparams(bindparam("tables", expanding=True))
    tables = [table.name for table in tenant_tables()]
    if connection.scalar(policies, {"policy": POLICY, "tables": tables}) != len(tables):
        return False
    answered = text(
        "SELECT prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND prosecdef "
        "AND proconfig = ARRAY['search_path=' || :path] AND starts_with(proname, 'igny8_')"
    )
    return set(functions(connection).values()) <= set(connection.scalars(answered, {"path": _SEARCH_PATH}))


def functions(connection: Connection) -> dict[str, str]:
    """By signature what each function answers."""
    schema = schema_of(connection)
    answers = {f"igny8_account_of_{name}(given text)": query for name, query in LOOKUPS.items()}
    answers["igny8_only_account()"] = _ONLY_ACCOUNT
    return {f"{schema}.{signature}": query.format(of=f"{schema}.") for signature, query in answers.items()}


def schema_of(connection: Connection) -> str:
    """The schema that the tables are in, as a statement takes it."""
    return quoted(connection, connection.scalar(text("SELECT current_schema()")) or "public")


def quoted(connection: Connection, name: str) -> str:
    """A name as a statement takes it."""
    return connection.dialect.identifier_preparer.quote_identifier(name)
