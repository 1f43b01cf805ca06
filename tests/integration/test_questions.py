"""Questions: a query made into SQL once, asked over a pooled connection that nobody else finds changed."""

from collections.abc import Iterator

import pytest
from sqlalchemy import BigInteger, bindparam, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from api.tenancy import Asker, Principal, ScopedQuestion
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.questions import Question, on_the_line
from igny8_resources.warehouse.tables.planner import Keyword
from igny8_resources.warehouse.tables.tenancy import Site
from tests.every_table import fill_every_table
from tests.limited_roles import limited_role

pytestmark = pytest.mark.postgres
SITES = Question(
    select(Site.id, Site.account_id, Site.created_at).where(Site.id >= bindparam("least", type_=BigInteger))
)
KEYWORDS = ScopedQuestion(select(Keyword.id, Keyword.account_id, Keyword.site_id).order_by(Keyword.id))


@pytest.fixture
def filled(postgres_warehouse: Warehouse) -> Warehouse:
    with postgres_warehouse.engine.begin() as connection:
        fill_every_table(connection, accounts=(1, 2))
    return postgres_warehouse


@pytest.fixture
def limited(filled: Warehouse) -> Iterator[Warehouse]:
    """The warehouse as the API's role reaches it."""
    with limited_role(filled) as url:
        warehouse = Warehouse(url)
        yield warehouse
        warehouse.dispose()


def owner(account_id: int, sites: tuple[int, ...] | None = None) -> Principal:
    return Principal(account_id, "owner@example.com", account_id, "owner", sites)


def test_a_question_sees_the_rows_of_the_account_that_it_names(limited: Warehouse):
    for account_id in (1, 2):
        with on_the_line(limited.engine) as line:
            [row] = line.ask(SITES, account_id, {"least": 0})
        assert row["account_id"] == account_id
        assert row["created_at"].tzinfo is not None
    with limited.read() as session:
        assert session.scalars(select(Site.id)).all() == [], "the connection has forgotten whose it was"


def test_a_scoped_question_holds_without_row_level_security_too(filled: Warehouse):
    """As the tables' owner, whom no policy holds: the question has the conditions of the principal's session."""
    for account_id in (1, 2):
        assert [row["account_id"] for row in asked(filled, owner(account_id))] == [account_id]
        [site] = {row["site_id"] for row in _keywords(filled) if row["account_id"] == account_id}
        for granted, seen in (((site,), 1), ((site + 100,), 0), ((), 0)):
            assert len(asked(filled, owner(account_id, granted))) == seen, granted


def asked(warehouse: Warehouse, principal: Principal) -> list[dict[str, int]]:
    asker = Asker(warehouse)
    try:
        return asker.ask(principal, KEYWORDS, {})
    finally:
        asker.hang_up()


def _keywords(warehouse: Warehouse) -> list[dict[str, int]]:
    with warehouse.read() as session:
        return [dict(row) for row in session.execute(KEYWORDS.query).mappings()]


def test_the_same_connection_takes_questions_and_transactions_in_turn(filled: Warehouse):
    used = set()
    pid = text("SELECT pg_backend_pid()")
    for number in range(3):
        with on_the_line(filled.engine) as line:
            assert len(line.ask(SITES, 1, {"least": 0})) == 2
        with filled.write() as session:
            used.add(session.scalar(pid))
            session.execute(text("UPDATE sites SET name = :name WHERE id = 1"), {"name": f"number {number}"})
            session.rollback()
        with filled.read() as session:
            assert not str(session.scalar(text("SELECT name FROM sites WHERE id = 1"))).startswith("number")
    assert len(used) == 1


def test_a_failure_is_told_as_the_databases_and_leaves_the_connection_usable(filled: Warehouse):
    broken = Question(select((Site.id / (Site.id - Site.id)).label("never")))
    with pytest.raises(DBAPIError, match="division by zero"), on_the_line(filled.engine) as line:
        line.ask(broken, 1, {})
    with on_the_line(filled.engine) as line:
        with pytest.raises(DBAPIError, match="division by zero"):
            line.ask(broken, 1, {})
        assert len(line.ask(SITES, 1, {"least": 0})) == 2


def test_a_connection_that_was_cut_leaves_the_pool(filled: Warehouse):
    with on_the_line(filled.engine) as line:
        line.ask(SITES, 1, {"least": 0})
    with filled.engine.connect() as connection:
        mine = connection.scalar(text("SELECT pg_backend_pid()"))
    with Warehouse(filled.url.render_as_string(hide_password=False)).engine.begin() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
    with pytest.raises(OperationalError) as cut, on_the_line(filled.engine) as line:
        line.ask(SITES, 1, {"least": 0})
    assert cut.value.connection_invalidated
    with on_the_line(filled.engine) as line:
        assert len(line.ask(SITES, 1, {"least": 0})) == 2


def test_a_server_that_is_away_is_told_as_the_databases(filled: Warehouse):
    away = Warehouse(filled.url.set(host="127.0.0.1", port=1).render_as_string(hide_password=False))
    with pytest.raises(OperationalError), on_the_line(away.engine):
        pass


def test_a_query_whose_sql_depends_on_what_is_asked_is_no_question(filled: Warehouse):
    several = Question(select(Site.id).where(Site.id.in_([1, 2])))
    with pytest.raises(ValueError, match="cannot depend on what is asked"), on_the_line(filled.engine) as line:
        line.ask(several, 1, {})
