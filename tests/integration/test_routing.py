"""Which model answers, what happens when it cannot, and that nothing is paid twice on the way."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from igny8_resources.ai import short_memory
from igny8_resources.ai.catalogue import ModelFacts, facts_of
from igny8_resources.ai.errors import AnswerInvalid, NoProviderLeft, ProviderMissing, QuotaExhausted
from igny8_resources.ai.openai_text import OpenAITextProvider
from igny8_resources.ai.retries import Retrying
from igny8_resources.ai.router import AIRouter
from igny8_resources.contracts.planner import IdeaDraft
from igny8_resources.media_address import media_store
from igny8_resources.settings import Settings
from igny8_resources.tenant import Tenant
from igny8_resources.warehouse.store.models import ModelRefused, choose_models, set_model, warn_of_ends
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditUsage, Event
from igny8_resources.warehouse.tables.tenancy import Site
from tests.integration.test_openai_provider import CALL
from tests.stand_ins.openai_server import API_KEY, Altered, Failure, StandIn, insufficient_quota
from tests.warehouse_samples import make_place

DOWN = Failure(503, {"message": "overloaded"})


@pytest.fixture
def tenant(warehouse) -> Tenant:
    place = make_place(warehouse)
    return Tenant(place.account_id, place.site_id, place.key)


@pytest.fixture
def cloud():
    with StandIn(flavour="llama_cpp") as server:
        yield server


@pytest.fixture
def local():
    with StandIn(flavour="llama_cpp") as server:
        yield server


@pytest.fixture
def router_with(warehouse, tmp_path, monkeypatch):
    """A router for settings; it does not sleep between attempts, and remembers nobody's choice from call to call."""
    monkeypatch.setitem(OpenAITextProvider.__init__.__kwdefaults__, "retrying", Retrying(sleep=lambda _: None))
    monkeypatch.setattr(short_memory, "SECONDS", 0.0)

    def made(**settings) -> AIRouter:
        return AIRouter(
            Settings(home=tmp_path, **settings),
            warehouse,
            media_store(str(tmp_path / "media"), "http://127.0.0.1/media"),
        )

    return made


@pytest.fixture
def both(router_with, cloud, local):
    """A self-hosted server first, the cloud behind it."""
    return router_with(
        self_hosted_url=local.base_url,
        self_hosted_api_key=API_KEY,
        self_hosted_model="llama-local",
        openai_base_url=cloud.base_url,
        openai_api_key=API_KEY,
        openai_model="gpt-6-luna",
    )


def idea(router: AIRouter, tenant: Tenant, subject: str = "espresso", salt: str = ""):
    return router.text(
        tenant,
        "generate_ideas",
        subject=subject,
        inputs=CALL.inputs,
        schema=IdeaDraft,
        operation="ideas",
        salt=salt,
    )


def alerts(warehouse) -> list[tuple[str, str]]:
    with warehouse.read() as session:
        events = session.scalars(select(Event).where(Event.kind.like("ai.%")).order_by(Event.id))
        return [(event.kind, event.subject) for event in events]


def test_without_any_connection_the_offline_provider_answers(router_with, tenant):
    answered = idea(router_with(), tenant)
    assert answered.call.provider == "offline"
    assert answered.call.credits == 0


def test_the_self_hosted_model_comes_first(both, tenant, cloud, local):
    assert idea(both, tenant).call.model == "llama-local"
    assert (len(local.requests), len(cloud.requests)) == (1, 0)


def test_the_cloud_answers_while_the_self_hosted_model_is_down(both, tenant, cloud, local):
    local.script(*[DOWN] * 5)
    answered = idea(both, tenant)
    assert (answered.call.provider, answered.call.model) == ("openai", "gpt-6-luna")
    assert len(cloud.requests) == 1


def test_what_the_cloud_answered_is_not_paid_again_when_the_self_hosted_model_is_back(both, tenant, cloud, local):
    local.script(*[DOWN] * 5)
    first = idea(both, tenant)
    asked = len(local.requests)
    again = idea(both, tenant)
    assert again.call.replayed
    assert again.call.call_id == first.call.call_id
    assert len(local.requests) == asked


def test_a_model_that_keeps_failing_is_left_alone(both, tenant, local):
    local.script(*[DOWN] * 15)
    for number in range(3):
        idea(both, tenant, salt=str(number))
    asked = len(local.requests)
    idea(both, tenant, salt="once more")
    assert len(local.requests) == asked


def test_no_money_left_is_final_for_a_provider_and_tells_a_person_once(both, tenant, warehouse, cloud, local):
    local.script(insufficient_quota(), insufficient_quota())
    assert idea(both, tenant).call.provider == "openai"
    idea(both, tenant, salt="again")
    # One request each: nothing was tried again.
    assert len(local.requests) == 2
    assert alerts(warehouse) == [("ai.quota_exhausted", "self_hosted/llama-local")]


def test_when_nobody_can_answer_each_says_why_and_nothing_is_paid(both, tenant, warehouse, cloud, local):
    local.script(*[DOWN] * 5)
    cloud.script(insufficient_quota())
    with pytest.raises(NoProviderLeft, match="self_hosted/llama-local: .*503.*openai/gpt-6-luna: .*no money") as failed:
        idea(both, tenant)
    assert [type(failure).__name__ for _, failure in failed.value.failures] == ["ProviderUnavailable", "QuotaExhausted"]
    with warehouse.read() as session:
        assert session.scalar(select(func.count(CreditUsage.id))) == 0


def test_a_single_provider_fails_by_its_own_name(router_with, tenant, cloud):
    cloud.script(insufficient_quota())
    router = router_with(openai_base_url=cloud.base_url, openai_api_key=API_KEY)
    with pytest.raises(QuotaExhausted, match="IGNY8_OPENAI_API_KEY"):
        idea(router, tenant)


def test_a_site_chooses_a_model_for_one_function(both, tenant, warehouse, cloud, local):
    with warehouse.write() as session:
        site = session.get_one(Site, tenant.site_id)
        choose_models(
            session, account_id=tenant.account_id, site=site, function="generate_ideas", chain=[("openai", "gpt-6-sol")]
        )
        choose_models(
            session, account_id=tenant.account_id, site=None, function="text", chain=[("self_hosted", "small")]
        )
    assert idea(both, tenant).call.model == "gpt-6-sol"
    with warehouse.write() as session:
        site = session.get_one(Site, tenant.site_id)
        choose_models(session, account_id=tenant.account_id, site=site, function="generate_ideas", chain=[])
    assert idea(both, tenant).call.model == "small"


def test_one_accounts_choice_is_not_anothers(both, tenant, warehouse):
    with warehouse.write() as session:
        choose_models(
            session, account_id=tenant.account_id, site=None, function="text", chain=[("openai", "gpt-6-sol")]
        )
    other = make_place(warehouse, slug="other", key="other-site")
    assert idea(both, Tenant(other.account_id, other.site_id, other.key)).call.model == "llama-local"


def test_a_choice_that_no_connection_serves_is_named(router_with, tenant, warehouse):
    with warehouse.write() as session:
        choose_models(
            session, account_id=tenant.account_id, site=None, function="text", chain=[("openai", "gpt-6-sol")]
        )
    with pytest.raises(ProviderMissing, match="'gpt-6-sol' is reached through openai: set IGNY8_OPENAI_API_KEY"):
        idea(router_with(), tenant)


@pytest.mark.parametrize(
    ("function", "chain", "said"),
    [
        ("write_poems", [("openai", "a")], "there is no function 'write_poems'"),
        ("text", [("runware", "a")], "provider 'runware' has no text models"),
        ("text", [("openai", " ")], "a model needs the name"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(warehouse, tenant, function, chain, said):
    with pytest.raises(ModelRefused, match=said), warehouse.write() as session:
        choose_models(session, account_id=tenant.account_id, site=None, function=function, chain=chain)


def test_a_model_past_its_last_day_is_skipped(both, tenant, warehouse, cloud, local):
    with warehouse.write() as session:
        ended = date(2026, 1, 1)
        set_model(session, ModelFacts("self_hosted", "text", "llama-local", sunset_on=ended, successor="newer"))
    assert idea(both, tenant).call.provider == "openai"
    assert local.requests == []


def test_accounts_are_told_once_of_a_model_that_ends_within_a_month(warehouse, tenant):
    today = datetime.now(UTC).date()
    with warehouse.write() as session:
        set_model(session, ModelFacts("openai", "text", "gpt-6-luna", sunset_on=today + timedelta(days=20)))
    configured = [("text", "openai", "gpt-6-luna")]
    for _ in range(2):
        with warehouse.write() as session:
            assert warn_of_ends(session, configured, today) == [
                f"openai/gpt-6-luna ends on {today + timedelta(days=20)}, in 20 days: choose another model"
            ]
    assert alerts(warehouse) == [("ai.model_ends", "openai/gpt-6-luna")]


def test_the_providers_cost_stands_beside_the_credits(both, tenant, warehouse):
    with warehouse.write() as session:
        set_model(session, ModelFacts("self_hosted", "text", "llama-local", Decimal("0.1"), Decimal("0.4")))
    call = idea(both, tenant).call
    with warehouse.read() as session:
        row = session.get_one(AiCall, call.call_id)
        usage = session.scalars(select(CreditUsage)).one()
        expected = facts_of(session, "self_hosted", "text", "llama-local").cost_usd(row.input_tokens, row.output_tokens)
    assert row.input_tokens > 0
    assert call.cost_usd == usage.cost_usd == row.cost_usd == expected
    assert usage.credits == Decimal(15)


def test_an_answer_that_does_not_fit_is_mended_once(both, tenant, warehouse, local):
    local.script(Altered(content='{"title": "Grind size"}'))
    answered = idea(both, tenant)
    assert len(local.requests) == 2
    said = local.requests[1].body["messages"]
    assert said[-2] == {"role": "assistant", "content": '{"title": "Grind size"}'}
    assert "angle: Field required" in said[-1]["content"]
    with warehouse.read() as session:
        row = session.get_one(AiCall, answered.call.call_id)
        usage = session.scalars(select(CreditUsage)).all()
    assert len(usage) == 1
    assert row.attempts == 1


def test_an_answer_that_cannot_be_mended_fails_by_name_and_costs_no_credit(both, tenant, warehouse, cloud, local):
    local.script(Altered(content='{"title": 1}'), Altered(content='{"title": "Grind size", "verdict": "great"}'))
    with pytest.raises(AnswerInvalid, match="angle: Field required"):
        idea(both, tenant)
    assert cloud.requests == []
    with warehouse.read() as session:
        call = session.scalars(select(AiCall)).one()
        assert session.scalar(select(func.count(CreditUsage.id))) == 0
    assert call.status == "failed"
    # What the provider takes all the same is on record.
    assert call.input_tokens > 0
