"""Every endpoint as everybody: each role, each scope of a key, of the row's own account and of another one.

What is expected comes from one declaration an endpoint (``endpoints_of_*.py``) and from the table of roles
(``api_roles.py``). Every call finds the same warehouse: what one changed is put back before the next.
"""

import itertools
import re
from collections.abc import Iterator

import pytest
from api_deployment import Deployment
from api_endpoints import Endpoint
from api_roles import NOBODY, About, Caller, Level, callers_of, strangers_of
from api_rows import Rows
from api_tenants import Tenant
from every_endpoint import BY_NAME, ENDPOINTS, routed
from fastapi import FastAPI
from httpx import Response
from kept_warehouse import counted_statements

each_endpoint = pytest.mark.parametrize("name", BY_NAME)


FEW = {"nobody", "ungranted editor", "owner", "developer's billing key"}


def asking(deployment: Deployment, endpoint: Endpoint) -> Iterator[Caller]:
    """Everybody; few where it says no more: a public endpoint looks at nobody, PostgreSQL adds the second lock alone."""
    is_enough = endpoint.needs is Level.PUBLIC or not deployment.warehouse.is_sqlite
    for caller in (NOBODY, *callers_of(deployment.theirs), *strangers_of(deployment.ours)):
        if caller.name in FEW or not is_enough:
            yield caller


def expected_of(endpoint: Endpoint, caller: Caller, owner: Tenant) -> int:
    """The status that a caller gets who names rows of an account."""
    if endpoint.needs is Level.PUBLIC:
        return endpoint.ok
    if caller.tenant is None or (endpoint.is_desk and caller.scopes is not None):
        # The desk shows people where to sign in, and a key is nobody there.
        return 303 if endpoint.is_desk else 401
    if not caller.reaches(endpoint.needs):
        return 403
    return endpoint.ok if caller.finds(endpoint.about, owner) else 404


def test_every_route_has_one_entry_and_every_entry_a_route(started: FastAPI):
    assert sorted(routed(started)) == sorted(BY_NAME), "describe new routes in endpoints_of_*.py"
    assert len(BY_NAME) == len(ENDPOINTS)


@each_endpoint
def test_everybody_gets_what_their_role_may(deployment: Deployment, name: str):
    endpoint = BY_NAME[name]
    wrong = []
    for caller in asking(deployment, endpoint):
        expected = expected_of(endpoint, caller, deployment.theirs)
        answer = deployment.call(endpoint, caller, deployment.rows["trail"])
        whose = "theirs" if caller.tenant is deployment.theirs else "ours"
        if caller.tenant is deployment.ours and endpoint.about is About.LIST and says_anything_of_theirs(answer):
            wrong.append(f"{whose}, {caller.name}: sees a row of theirs: {answer.text[:200]}")
        if answer.status_code != expected:
            wrong.append(f"{whose}, {caller.name}: {answer.status_code}, expected {expected}: {answer.text[:200]}")
        if deployment.kept.was_changed:
            if expected >= 400 and deployment.warehouse.is_sqlite:
                wrong.append(f"{whose}, {caller.name}: refused, and something was written")
            deployment.kept.put_back()
    assert not wrong, "\n".join([name, *wrong])


def says_anything_of_theirs(answer: Response) -> bool:
    """Whether somebody of ours reads a word of Trail Notes, which is theirs."""
    return re.search("trail", answer.text, re.IGNORECASE) is not None


NAMES_ROWS = [name for name, endpoint in BY_NAME.items() if endpoint.about in {About.SITE, About.ACCOUNT, About.DEVICE}]


def missing(rows: Rows, ours: Tenant) -> Rows:
    """Names as good as those of rows, of which there is none."""
    numbers = itertools.count(999_999_000)
    names: Rows = {name: next(numbers) if isinstance(row, int) else "no-such" for name, row in rows.items()}
    return {**names, "taxonomy": "no-such:category", "media": f"accounts/{ours.account_id}/{ours.site_key}/no-such.png"}


class Noted(dict[str, int | str]):
    """Rows that note which of them were named."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self.asked: list[str] = []

    def __getitem__(self, name: str) -> int | str:
        self.asked.append(name)
        return super().__getitem__(name)


@pytest.mark.parametrize("name", NAMES_ROWS)
def test_a_row_of_another_account_is_as_if_it_were_not_there(deployment: Deployment, name: str):
    """The same answer by the same work: neither its words nor its time tell one from the other."""
    endpoint, ours = BY_NAME[name], deployment.ours
    stranger = next(caller for caller in callers_of(ours) if caller.name == "developer")
    theirs = deployment.rows["trail"]
    said, sent = [], []
    for rows in (Noted(theirs), Noted(missing(theirs, ours))):
        with counted_statements(deployment.warehouse) as statements:
            answer = deployment.call(endpoint, stranger, rows)
        assert answer.status_code == 404, answer.text
        # What was sent may be said back; on a page a number may mean anything.
        named = {rows[row] for row in tuple(rows.asked)}
        words = "|".join(re.escape(str(word)) for word in named if isinstance(word, str) or not endpoint.is_desk)
        said.append(re.sub(rf"\b({words})\b", "…", answer.text) if words else answer.text)
        sent.append(statements)
    assert said[0] == said[1]
    assert len(sent[0]) == len(sent[1]), "\n".join([*sent[0], "---", *sent[1]])


@pytest.mark.parametrize("name", NAMES_ROWS)
def test_one_row_of_another_account_among_own_ones_is_refused(deployment: Deployment, name: str):
    """A site of ours with a keyword of theirs, an article's cluster of ours with an author of theirs ..."""
    endpoint, ours, theirs = BY_NAME[name], deployment.rows["crema"], deployment.rows["trail"]
    noted = Noted(ours)
    endpoint.request(noted)
    asker = next(caller for caller in callers_of(deployment.ours) if caller.name == "owner")
    for row in sorted(set(noted.asked)) if len(set(noted.asked)) > 1 else ():
        answer = deployment.call(endpoint, asker, {**ours, row: theirs[row]})
        assert answer.status_code in {404, endpoint.other_account}, (row, answer.text)
        assert not says_anything_of_theirs(answer) or row in {"site", "taxonomy"}, (row, answer.text)
        if deployment.warehouse.is_sqlite:
            assert not deployment.kept.was_changed, row
        elif deployment.kept.was_changed:
            deployment.kept.put_back()
