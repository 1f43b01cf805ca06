"""Row-level security: the API's database role sees and writes one account's rows, whatever SQL it runs."""

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from api.tenancy import Asker, principal_by_sign_in
from igny8_resources.warehouse.api_role import SHARED_TABLES
from igny8_resources.warehouse.engine import ACCOUNT_SETTING, Warehouse, bind_account
from igny8_resources.warehouse.row_security import LOOKUPS, is_in_place, lift, protect, tenant_tables
from igny8_resources.warehouse.tables.registry import METADATA
from tests.every_table import fill_every_table
from tests.limited_roles import limited_role

pytestmark = pytest.mark.postgres
TABLES = [table.name for table in tenant_tables()]
KEYS = {table.name: ", ".join(column.name for column in table.primary_key) for table in tenant_tables()}


@pytest.fixture
def limited(postgres_warehouse: Warehouse) -> Iterator[Warehouse]:
    """The warehouse as the API's role reaches it; two accounts have a row in every table."""
    with postgres_warehouse.engine.begin() as connection:
        fill_every_table(connection, accounts=(1, 2))
    with limited_role(postgres_warehouse) as url:
        warehouse = Warehouse(url)
        yield warehouse
        warehouse.dispose()


def owner_of(table: str) -> str:
    """The column that says whose a row is."""
    return "id" if table == "accounts" else "account_id"


def accounts_in(connection: Connection, table: str) -> set[int]:
    return set(connection.scalars(text(f"SELECT {owner_of(table)} FROM {table}")))  # noqa: S608


def everywhere(*accounts: int) -> dict[str, set[int]]:
    return {table: set(accounts) for table in TABLES}


def as_they_are(owner: Warehouse) -> dict[str, list[str]]:
    """Every row of every account, as the owner of the tables sees them."""
    with owner.engine.connect() as connection:
        return {
            table: sorted(connection.scalars(text(f"SELECT to_jsonb(t)::text FROM {table} t")))  # noqa: S608
            for table in TABLES
        }


def rows_touched(limited: Warehouse, account_id: int | None, statement: str) -> int:
    """How many rows a statement changes; none where the database refuses it."""
    with limited.engine.connect() as connection:
        if account_id is not None:
            connection.execute(text(f"SELECT set_config('{ACCOUNT_SETTING}', '{account_id}', true)"))
        try:
            touched = connection.execute(text(statement)).rowcount
        except DBAPIError as refused:
            if "row-level security" in str(refused) or "permission denied" in str(refused):
                return 0
            raise
        connection.commit()
        return touched


def test_every_table_is_an_accounts_or_declared_as_shared():
    """A new table without an account has to say what the API may do with it."""
    assert set(TABLES) | set(SHARED_TABLES) == set(METADATA.tables)
    assert not set(TABLES) & set(SHARED_TABLES)


def test_every_table_of_an_account_has_its_policy(postgres_warehouse: Warehouse):
    """A new table with an account gets one by being there."""
    with postgres_warehouse.engine.connect() as connection:
        held = connection.scalars(
            text(
                "SELECT relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid "
                "WHERE relnamespace = 'public'::regnamespace AND relrowsecurity AND polcmd = '*' AND polpermissive"
            )
        ).all()
    assert sorted(held) == sorted(TABLES)


def test_the_rows_are_there(limited: Warehouse, postgres_warehouse: Warehouse):
    """What the other tests find missing is in the tables: their owner, as whom Dagster connects, sees all of it."""
    with postgres_warehouse.engine.connect() as connection:
        assert {table: accounts_in(connection, table) for table in TABLES} == everywhere(1, 2)


def test_without_an_account_every_table_is_empty_and_stays_as_it_is(limited: Warehouse, postgres_warehouse: Warehouse):
    with limited.engine.connect() as connection:
        assert {table: accounts_in(connection, table) for table in TABLES} == everywhere()
    before = as_they_are(postgres_warehouse)
    for table in TABLES:
        for attempt in (
            f"UPDATE {table} SET {owner_of(table)} = {owner_of(table)}",  # noqa: S608
            f"DELETE FROM {table}",  # noqa: S608
            f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, '{row_of(before, table, 1)}')).*",
        ):
            assert rows_touched(limited, None, attempt) == 0, attempt
    assert as_they_are(postgres_warehouse) == before


def row_of(rows: dict[str, list[str]], table: str, account_id: int) -> str:
    """One account's row of a table as JSON; accounts come in the order of their numbers."""
    return rows[table][account_id - 1].replace("'", "''").replace(":", "\\:")


def test_an_account_reads_its_own_rows_in_every_table(limited: Warehouse):
    with limited.of_account(1).read() as session:
        read = {table: accounts_in(session.connection(), table) for table in TABLES}
    assert read == everywhere(1)


def test_another_accounts_rows_cannot_be_written(limited: Warehouse, postgres_warehouse: Warehouse):
    """Updates, deletes and upserts reach none of them; no row can be made for the other account or moved into it."""
    before = as_they_are(postgres_warehouse)
    for table, column in ((table, owner_of(table)) for table in TABLES):
        made = f"(jsonb_populate_record(NULL::{table}, '{row_of(before, table, 2)}')).*"
        for attempt in (
            f"UPDATE {table} SET {column} = {column} WHERE {column} = 2",  # noqa: S608
            f"DELETE FROM {table} WHERE {column} = 2",  # noqa: S608
            f"UPDATE {table} SET {column} = 2",  # noqa: S608
            f"INSERT INTO {table} SELECT {made}",
            f"INSERT INTO {table} SELECT {made} ON CONFLICT ({KEYS[table]}) DO UPDATE SET {column} = 1",
        ):
            assert rows_touched(limited, 1, attempt) == 0, attempt
    assert as_they_are(postgres_warehouse) == before


def test_an_upsert_under_an_own_account_does_not_take_another_accounts_row(limited: Warehouse):
    """The row offered is one's own; the one that it meets by its key is not."""
    taken = "INSERT INTO sectors SELECT (jsonb_populate_record(t, '{\"id\": 2}')).* FROM sectors t"
    assert rows_touched(limited, 1, f"{taken} ON CONFLICT (id) DO UPDATE SET name = 'taken'") == 0


def test_no_way_of_asking_shows_them(limited: Warehouse):
    for statement in (
        "SELECT * FROM keywords WHERE account_id = 2 FOR UPDATE",
        "SELECT k.* FROM sites s RIGHT JOIN keywords k ON true WHERE k.account_id <> 1",
        "SELECT k.* FROM cluster_keywords c JOIN keywords k ON k.id = c.keyword_id OR k.account_id = 2 WHERE k.id <> 1",
        "WITH changed AS (UPDATE keywords SET text = 'x' RETURNING *) SELECT * FROM changed WHERE account_id = 2",
        "TABLE keywords EXCEPT SELECT * FROM keywords WHERE account_id = 1",
    ):
        with limited.of_account(1).read() as session:
            assert session.execute(text(statement)).all() == [], statement


def test_a_copy_holds_none_of_them(limited: Warehouse):
    copied = io.StringIO()
    with limited.of_account(1).read() as session:
        cursor = session.connection().connection.cursor()
        cursor.copy_expert("COPY (SELECT account_id FROM keywords) TO STDOUT", copied)
    assert copied.getvalue() == "1\n"


def backend(connection: Connection) -> int:
    return connection.scalar(text("SELECT pg_backend_pid()")) or 0


def test_a_pooled_connection_forgets_whose_it_was(limited: Warehouse):
    """Whichever way a transaction ends, the next user of the same connection has no account until one is named."""

    class Broken(Exception):
        pass

    used: set[int] = set()
    account = limited.of_account(1)
    with account.write() as session:
        assert accounts_in(session.connection(), "sites") == {1}
    with pytest.raises(Broken), account.write() as session:
        assert accounts_in(session.connection(), "sites") == {1}
        raise Broken
    with pytest.raises(DBAPIError, match="division by zero"), account.read() as session:
        session.execute(text("SELECT 1/0"))
    with pytest.raises(DBAPIError, match="division by zero"), account.at_once() as connection:
        used.add(backend(connection))
        connection.execute(text("SELECT 1/0"))
    with account.at_once() as connection:
        assert accounts_in(connection, "sites") == {1}
        assert accounts_in(connection, "keywords") == {1}
    for _ in range(2):
        with limited.read() as session:
            used.add(backend(session.connection()))
            assert accounts_in(session.connection(), "sites") == set()
            bind_account(session, 2)
            assert accounts_in(session.connection(), "sites") == {2}
        with limited.at_once() as connection:
            used.add(backend(connection))
            assert accounts_in(connection, "sites") == set()
    assert len(used) == 1


def test_finding_out_who_asks_leaves_no_account_behind(limited: Warehouse, postgres_warehouse: Warehouse):
    """It names the account and asks in one message, outside of any transaction that is begun."""
    with postgres_warehouse.engine.begin() as connection:
        connection.execute(text("UPDATE users SET is_active = true, role = 'editor'"))
        connection.execute(text("UPDATE sign_ins SET revoked_at = NULL"))
    for account_id in (1, 2):
        asker = Asker(limited)
        found = principal_by_sign_in(asker, account_id, account_id, account_id)
        asker.hang_up()
        assert found is not None
        assert found.principal.site_ids == (account_id,)
        with limited.at_once() as connection:
            assert accounts_in(connection, "site_access") == set()
    asker = Asker(limited)
    assert principal_by_sign_in(asker, 2, 1, 2) is None
    asker.hang_up()


def test_a_session_is_its_accounts_after_each_commit_and_savepoint(limited: Warehouse):
    with limited.of_account(1).read() as session:
        for end in (session.commit, session.rollback):
            with session.begin_nested() as savepoint:
                assert accounts_in(session.connection(), "sites") == {1}
                savepoint.rollback()
            assert accounts_in(session.connection(), "sites") == {1}
            end()
        assert accounts_in(session.connection(), "sites") == {1}


def test_accounts_that_share_a_pool_at_the_same_time_meet_only_their_own(limited: Warehouse):
    def look(number: int) -> bool:
        account_id = number % 3
        if not account_id:
            with limited.read() as session:
                return accounts_in(session.connection(), "keywords") == set()
        with limited.of_account(account_id).read() as session:
            return accounts_in(session.connection(), "keywords") == {account_id}

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(look, range(120)))
    assert limited.engine.pool.checkedout() == 0


FORBIDDEN = (
    # The views run as their owner and would show every account.
    "SELECT * FROM mart_spend",
    "SELECT * FROM mart_content_performance",
    # Prices and accounts are not the API's to change.
    "UPDATE credit_prices SET credits = 0",
    "UPDATE alembic_version SET version_num = '0000'",
    "INSERT INTO accounts (slug) VALUES ('new')",
    "DELETE FROM accounts",
    "TRUNCATE keywords",
    # Nor is the lock itself.
    "ALTER TABLE keywords DISABLE ROW LEVEL SECURITY",
    "DROP POLICY own_account ON keywords",
    "CREATE POLICY everything ON keywords USING (true)",
    "ALTER POLICY own_account ON keywords USING (true)",
    "ALTER FUNCTION igny8_only_account() RESET ALL",
    "GRANT postgres TO CURRENT_USER",
    "CREATE TABLE mine (id int)",
    "CREATE VIEW mine AS SELECT * FROM keywords",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    "CREATE TRIGGER mine BEFORE INSERT ON keywords EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE SCHEMA mine",
    "CREATE ROLE mine",
    "ALTER ROLE CURRENT_USER BYPASSRLS",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "SET session_replication_role = replica",
    "COPY keywords TO PROGRAM 'cat'",
    "SELECT pg_read_file('PG_VERSION')",
)


def test_what_the_role_may_not_do(limited: Warehouse):
    refused = r"permission denied|must be (owner|superuser)"
    for statement in FORBIDDEN:
        with limited.of_account(1).read() as session, pytest.raises(DBAPIError) as failure:
            session.execute(text(statement))
        assert re.search(refused, str(failure.value)), statement


def test_the_switch_for_backups_gives_an_error_and_no_rows(limited: Warehouse):
    with limited.of_account(1).read() as session:
        session.execute(text("SET LOCAL row_security = off"))
        with pytest.raises(DBAPIError, match="would be affected by row-level security"):
            session.execute(text("SELECT * FROM keywords"))


def test_lookups_give_an_accounts_number_and_nothing_else(limited: Warehouse, postgres_warehouse: Warehouse):
    with postgres_warehouse.engine.begin() as connection:
        connection.execute(text("UPDATE users SET email = 'Ana@Trail.example', is_active = true WHERE account_id = 2"))
    with limited.engine.connect() as connection:
        assert connection.scalar(text("SELECT igny8_account_of_email('ana@trail.EXAMPLE')")) == 2
        for name in LOOKUPS:
            assert connection.scalar(text(f"SELECT igny8_account_of_{name}('nobody')")) is None
        assert connection.scalar(text("SELECT igny8_only_account()")) == 0
        assert accounts_in(connection, "users") == set()


def test_lookups_look_nowhere_else(limited: Warehouse, postgres_warehouse: Warehouse):
    """Tables and operators of the caller's own, first on the caller's path, are not what a function of the owner's uses."""
    with limited.engine.connect() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE users (account_id bigint, email text, is_active bool, id int)"))
        connection.execute(text("CREATE TEMPORARY TABLE accounts (id bigint)"))
        connection.execute(text("INSERT INTO pg_temp.users VALUES (77, 'nobody', true, 1)"))
        connection.execute(text("SET LOCAL search_path = pg_temp, public"))
        assert connection.scalar(text("SELECT igny8_account_of_email('nobody')")) is None
        assert connection.scalar(text("SELECT igny8_only_account()")) == 0
        connection.rollback()
    with postgres_warehouse.engine.connect() as connection:
        made = connection.execute(
            text("SELECT prosecdef, proconfig, proacl::text FROM pg_proc WHERE starts_with(proname, 'igny8_')")
        ).all()
    assert len(made) == len(LOOKUPS) + 1
    for is_definer, settings, rights in made:
        assert (is_definer, settings) == (True, ["search_path=pg_catalog, pg_temp"])
        # "{=X/…" would be everybody.
        assert "{=" not in rights
        assert ",=" not in rights


def test_policies_come_back(postgres_warehouse: Warehouse):
    with postgres_warehouse.engine.connect() as connection:
        assert is_in_place(connection)
        lift(connection)
        assert not is_in_place(connection)
        protect(connection)
        protect(connection)
        assert is_in_place(connection)
        connection.rollback()


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE keywords DISABLE ROW LEVEL SECURITY",
        "ALTER FUNCTION igny8_only_account() SET search_path = public",
        "CREATE OR REPLACE FUNCTION igny8_only_account() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
    ],
)
def test_what_is_not_as_this_program_makes_it_is_seen(postgres_warehouse: Warehouse, change: str):
    with postgres_warehouse.engine.connect() as connection:
        connection.execute(text(change))
        assert not is_in_place(connection)
        connection.rollback()
