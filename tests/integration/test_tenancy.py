"""Accounts, sites and module switches: what is refused is refused in a sentence."""

from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import func, select, update

from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.sites import (
    ModuleDisabled,
    SectorPlan,
    SiteRefused,
    StageRule,
    UnknownSite,
    active_sectors,
    automation_of,
    create_account,
    create_site,
    module_enabled,
    require_module,
    set_module,
    site_by_key,
    stage_rule,
    voice_of,
)
from igny8_resources.warehouse.tables.ledgers import CreditTransaction, Event
from igny8_resources.warehouse.tables.tenancy import MODULES, Account, Sector, Site
from tests.at_once import at_once
from tests.warehouse_samples import make_place, site_of, site_plan


def make_site(warehouse: Warehouse, **changes) -> None:
    with warehouse.write() as session:
        account = create_account(session, "crema", "Crema", credits=Decimal(0))
        create_site(session, account, site_plan(**changes))


def test_a_site_comes_with_sectors_an_author_and_its_automation(warehouse):
    place = make_place(warehouse, auto_approve=True, video_daily_cap=3, enabled_stages=("writing", "video"))
    with warehouse.read() as session:
        site = site_by_key(session, "crema-lane")
        assert (site.id, site.name, site.base_url) == (place.site_id, "Crema Lane", "https://cremalane.example")
        assert [sector.slug for sector in active_sectors(session, site.id)] == ["espresso", "filter-coffee-beans"]
        assert voice_of(session, site).author_name == "Maya Lindqvist"
        assert automation_of(session, site.id).auto_approve
        assert stage_rule(session, site.id, "video") == StageRule(enabled=True, batch_size=10, daily_cap=3)
        assert stage_rule(session, site.id, "writing") == StageRule(enabled=True, batch_size=10, daily_cap=None)
        assert not stage_rule(session, site.id, "social").enabled
        assert session.scalar(select(Event.subject).where(Event.kind == "site.created")) == "crema-lane"


def test_a_site_without_sectors_gets_a_general_one_and_its_url_no_slash(warehouse):
    make_site(warehouse, sectors=(), base_url="https://cremalane.example/")
    with warehouse.read() as session:
        assert session.scalars(select(Sector.name)).all() == ["General"]
        assert site_by_key(session, "crema-lane").base_url == "https://cremalane.example"


@pytest.mark.parametrize(
    "key", ["", "Crema", "crema_lane", "-crema", "crema-", "crema--lane", "crema lane", "a" * 61, "über"]
)
def test_a_malformed_key(warehouse, key):
    with pytest.raises(SiteRefused, match="use up to 60 lower-case letters, digits and single dashes"):
        make_site(warehouse, key=key)


def test_a_taken_key(warehouse):
    make_site(warehouse)
    with pytest.raises(
        SiteRefused, match="site key 'crema-lane' is taken; choose another, keys are unique in the whole"
    ):
        make_site(warehouse)


def test_a_taken_key_leaves_the_rest_of_the_transaction_alone(warehouse):
    make_site(warehouse)
    with warehouse.write() as session:
        account = create_account(session, "other", "Other", credits=Decimal(5))
        with pytest.raises(SiteRefused):
            create_site(session, account, site_plan())
        create_site(session, account, site_plan(key="crema-lane-2"))
    with warehouse.read() as session:
        assert session.scalars(select(Site.key).order_by(Site.id)).all() == ["crema-lane", "crema-lane-2"]


def test_two_who_want_the_same_key_at_once(warehouse):
    make_site(warehouse, key="first")
    told = at_once([partial(make_site, warehouse)] * 6)
    assert told.count(None) == 1
    assert all("is taken" in str(each) for each in told if each is not None)
    assert sum(isinstance(each, SiteRefused) for each in told) == 5


@pytest.mark.parametrize(
    "url", ["", "cremalane.example", "/blog", "//cremalane.example", "ftp://a.example", "https://"]
)
def test_a_url_that_is_not_absolute(warehouse, url):
    with pytest.raises(SiteRefused, match="expected an absolute URL such as https://example.com"):
        make_site(warehouse, base_url=url)


def test_six_sectors(warehouse):
    with pytest.raises(SiteRefused, match="6 sectors: a site has at most 5"):
        make_site(warehouse, sectors=tuple(SectorPlan(f"Sector {number}") for number in range(6)))
    make_site(warehouse, sectors=tuple(SectorPlan(f"Sector {number}") for number in range(5)))


def test_two_sectors_of_one_name(warehouse):
    with pytest.raises(SiteRefused, match="sectors 'Espresso' and 'espresso!' would have the same address"):
        make_site(warehouse, sectors=(SectorPlan("Espresso"), SectorPlan("espresso!")))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "x" * 201}, "site name: at most 200 characters, this has 201"),
        ({"audience": "x" * 301}, "site audience: at most 300 characters, this has 301"),
        ({"author_name": "x" * 201}, "author name: at most 200 characters, this has 201"),
        ({"sectors": (SectorPlan("x" * 201),)}, "sector name: at most 200 characters, this has 201"),
    ],
)
def test_a_text_that_would_not_fit(warehouse, change, said):
    with pytest.raises(SiteRefused, match=said):
        make_site(warehouse, **change)


def test_nothing_is_left_of_a_refused_site(warehouse):
    with pytest.raises(SiteRefused):
        make_site(warehouse, base_url="nonsense")
    with warehouse.read() as session:
        assert session.scalar(select(func.count()).select_from(Site)) == 0


def test_an_account_is_made_once_with_its_first_credits(warehouse):
    def make() -> None:
        with warehouse.write() as session:
            create_account(session, "crema", "Crema", credits=Decimal(100))

    assert at_once([make] * 6) == [None] * 6
    with warehouse.read() as session:
        assert session.scalars(select(Account.credit_balance)).all() == [100]
        assert session.scalars(select(CreditTransaction.kind)).all() == ["subscription"]


def test_an_unknown_site_says_where_to_look(warehouse):
    with (
        warehouse.read() as session,
        pytest.raises(UnknownSite, match="there is no site 'nowhere'; `igny8 status` lists"),
    ):
        site_by_key(session, "nowhere")


class TestModules:
    def test_every_module_is_on_until_it_is_switched_off(self, warehouse):
        place = make_place(warehouse)
        with warehouse.write() as session:
            site = site_of(session, place)
            for module in MODULES:
                require_module(session, site, module)
            set_module(session, site, "video", enabled=False)
            with pytest.raises(
                ModuleDisabled, match="the video module is switched off for crema-lane; switch it on in"
            ):
                require_module(session, site, "video")
            assert module_enabled(session, site.id, "writer")
            set_module(session, site, "video", enabled=True)
            require_module(session, site, "video")

    def test_a_switch_is_told_and_is_one_row(self, warehouse):
        place = make_place(warehouse)
        with warehouse.write() as session:
            for enabled in (False, True, False):
                set_module(session, site_of(session, place), "video", enabled=enabled)
        with warehouse.read() as session:
            told = session.scalars(select(Event.payload).where(Event.kind == "site.module_switched").order_by(Event.id))
            assert [payload["enabled"] for payload in told] == [False, True, False]
            assert not module_enabled(session, place.site_id, "video")

    def test_a_switch_is_of_one_site(self, warehouse):
        place, other = make_place(warehouse), make_place(warehouse, slug="other", key="other")
        with warehouse.write() as session:
            set_module(session, site_of(session, place), "video", enabled=False)
            assert module_enabled(session, other.site_id, "video")

    def test_what_is_no_module_or_stage_is_named_with_what_there_is(self, warehouse):
        place = make_place(warehouse)
        with warehouse.write() as session:
            with pytest.raises(ValueError, match="'videos' is not a module; modules are planner, writer"):
                set_module(session, site_of(session, place), "videos", enabled=False)
            with pytest.raises(ValueError, match="'render' is not a stage; stages are planning, writing"):
                stage_rule(session, place.site_id, "render")


def test_a_site_on_hold_keeps_its_rows(warehouse):
    place = make_place(warehouse)
    with warehouse.write() as session:
        session.execute(update(Site).values(status="paused"))
    with warehouse.read() as session:
        assert site_by_key(session, place.key).status == "paused"
