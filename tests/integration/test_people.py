"""People are added with a role and, for editors and viewers, the sites that they may see."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from igny8_resources.events import EventPosition, newest_position, read_events
from igny8_resources.passwords import verify_password
from igny8_resources.warehouse.store.people import NewUser, add_user
from igny8_resources.warehouse.store.sites import (
    SitePlan,
    SiteRefused,
    UnknownSite,
    create_account,
    create_site,
    set_stage,
    stage_rule,
)
from igny8_resources.warehouse.tables.ledgers import Event
from igny8_resources.warehouse.tables.tenancy import SiteAccess, User
from sensors.dispatch import work_for_events
from tests.warehouse_samples import add_article, make_place, site_of

PASSWORD = "grind-finer-than-that"


@pytest.fixture
def acme(warehouse):
    with warehouse.write() as session:
        account = create_account(session, "acme", "Acme", credits=Decimal(10))
        site = create_site(session, account, SitePlan("acme-blog", "Acme", "https://acme.example"))
        other = create_account(session, "other", "Other", credits=Decimal(0))
        create_site(session, other, SitePlan("other-blog", "Other", "https://other.example"))
    return site


def test_an_editor_sees_the_sites_that_were_named(warehouse, acme):
    with warehouse.write() as session:
        add_user(session, NewUser("Ed@Acme.example", PASSWORD, "acme", role="editor", sites=("acme-blog",)))
    with warehouse.read() as session:
        user = session.scalars(select(User)).one()
        assert (user.email, user.role) == ("ed@acme.example", "editor")
        assert verify_password(user.password_hash, PASSWORD)
        assert session.scalars(select(SiteAccess.site_id)).all() == [acme.id]


@pytest.mark.parametrize(
    ("person", "said"),
    [
        (NewUser("ed", PASSWORD, "acme"), "not an e-mail address"),
        (NewUser("ed@acme.example", PASSWORD, "acme", role="king"), "choose one of"),
        (NewUser("ed@acme.example", "short", "acme"), "too short"),
        (NewUser("ed@acme.example", PASSWORD, "nobody"), "there is no account"),
        (NewUser("ed@acme.example", PASSWORD, "acme", role="viewer", sites=("other-blog",)), "not a site of acme"),
    ],
)
def test_what_cannot_be_added_is_refused_with_a_sentence(warehouse, acme, person, said):
    with pytest.raises(SiteRefused, match=said), warehouse.write() as session:
        add_user(session, person)
    with warehouse.read() as session:
        assert session.scalars(select(User)).all() == []


def test_a_site_that_does_not_exist_and_an_address_twice(warehouse, acme):
    with pytest.raises(UnknownSite), warehouse.write() as session:
        add_user(session, NewUser("ed@acme.example", PASSWORD, "acme", role="viewer", sites=("nowhere",)))
    with warehouse.write() as session:
        add_user(session, NewUser("ed@acme.example", PASSWORD, "acme"))
    with pytest.raises(SiteRefused, match="can sign in already"), warehouse.write() as session:
        add_user(session, NewUser("ED@acme.example", PASSWORD, "acme"))


def test_switching_a_stage_on_takes_up_what_waited(warehouse):
    place = make_place(warehouse)
    with warehouse.write() as session:
        site = site_of(session, place)
        set_stage(session, site, "writing", enabled=False)
        partition, _ = add_article(session, place, "queued")
    with warehouse.read() as session:
        through = newest_position(session)
        assert work_for_events(session, read_events(session, EventPosition())) == []
    with warehouse.write() as session:
        set_stage(session, site_of(session, place), "writing", enabled=True)
    with warehouse.read() as session:
        works = work_for_events(session, read_events(session, through))
    assert [(work.job, work.partition) for work in works] == [("write_article", partition)]


def test_a_stage_is_switched_and_the_switch_is_an_event(warehouse, acme):
    with warehouse.write() as session:
        set_stage(session, acme, "social", enabled=True)
    with warehouse.read() as session:
        assert stage_rule(session, acme.id, "social").enabled
        assert "site.stage_switched" in session.scalars(select(Event.kind)).all()
    with pytest.raises(SiteRefused, match="neither a module"), warehouse.write() as session:
        set_stage(session, acme, "singing", enabled=True)
