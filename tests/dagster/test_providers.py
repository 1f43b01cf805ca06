"""Articles written by a model behind a real HTTP server: what is sent, what is kept, what is tried again."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.execution.plan import active
from deployments import FIRST_CREDITS, SITE, Deployment, checks_of, failure_of, metadata_of

from igny8_resources.ai.openai_text import OpenAITextProvider
from igny8_resources.ai.retries import Retrying
from igny8_resources.ai.shared_gate import SharedGate
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditTransaction
from igny8_resources.warehouse.tables.writer import Content, ContentVersion
from sensors.failures import first_sentence
from sensors.reasons import reason_of
from tests.stand_ins.openai_server import (
    API_KEY,
    MODEL,
    Altered,
    Failure,
    Fault,
    StandIn,
    insufficient_quota,
    rate_limit,
)

ARTICLE = f"{SITE}-1"
PLAN_SCHEMA_LINKS = 2 + 2 + 8
# Longer than the provider itself waits: it gives up at once and leaves the repeat to Dagster.
IN_TWO_MINUTES = rate_limit(retry_after="120")
IN_AN_HOUR = rate_limit(retry_after="3600")
OUT_OF_ORDER = Failure(503, {"message": "overloaded"})
ATTEMPTS_OF_THE_PROVIDER = 5


class Clock:
    """Time as everything that waits sees it; only sleeping moves it."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0
        self.slept: list[float] = []

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(active, "time", clock)
    waiting = {"sleep": clock.sleep, "clock": clock.time}
    monkeypatch.setitem(OpenAITextProvider.__init__.__kwdefaults__, "retrying", Retrying(**waiting))
    for name, way in waiting.items():
        monkeypatch.setitem(SharedGate.__init__.__kwdefaults__, name, way)
    return clock


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn() as server:
        yield server


@pytest.fixture
def with_model(to_write: Deployment, server: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Deployment:
    """The planned site with IGNY8_OPENAI_* set as in production, on an instance that keeps its files."""
    return given_a_model(to_write, server, monkeypatch, tmp_path / "instance")


def given_a_model(deployment: Deployment, server: StandIn, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Deployment:
    settings = {"base_url": server.base_url, "api_key": API_KEY, "model": MODEL}
    for name, value in settings.items():
        monkeypatch.setenv(f"IGNY8_OPENAI_{name.upper()}", value)
    folder.mkdir()
    return Deployment(
        deployment.home,
        instance=dg.DagsterInstance.local_temp(str(folder), overrides={"telemetry": {"enabled": False}}),
        settings={f"openai_{name}": dg.EnvVar(f"IGNY8_OPENAI_{name.upper()}") for name in settings},
    )


def calls(deployment: Deployment) -> list[AiCall]:
    return list(deployment.rows(AiCall, AiCall.function == "generate_content"))


def test_a_model_writes_the_article_and_is_paid_by_the_price_list(with_model: Deployment, server: StandIn) -> None:
    done = with_model.write(ARTICLE)
    assert done.success
    assert all(checks_of(done).values())
    assert [request.path for request in server.requests] == ["/v1/chat/completions"] * 2
    article, plan = (request.body for request in server.requests)
    assert article["response_format"]["json_schema"]["name"] == "generate_content"
    assert plan["response_format"]["json_schema"]["name"] == "generate_image_prompts"
    assert article["model"] == MODEL

    content = with_model.content_row(ARTICLE)
    assert (content.provider, content.model, content.status) == ("openai", MODEL, "review")
    [call] = calls(with_model)
    assert (call.status, call.attempts) == ("done", 1)
    assert call.input_tokens > 100
    assert call.output_tokens > 500
    assert call.credits == call.list_credits > 30
    assert content.credits_used == call.credits
    shown = metadata_of(done, "article")
    assert shown["provider"] == f"openai ({MODEL})"
    assert shown["credits"] == float(call.credits)
    # Two calls to the model; pictures are drawn by the built-in provider for nothing, schema and links are priced.
    spent = FIRST_CREDITS - with_model.balance()
    assert spent == call.credits + PLAN_SCHEMA_LINKS

    again = with_model.write(ARTICLE)
    assert again.success
    assert len(server.requests) == 2
    assert FIRST_CREDITS - with_model.balance() == spent


def test_a_llama_cpp_server_that_is_named_in_the_environment_writes_the_article(
    to_write: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StandIn(flavour="llama_cpp") as server:
        monkeypatch.setenv("IGNY8_SELF_HOSTED_URL", server.base_url)
        monkeypatch.setenv("IGNY8_SELF_HOSTED_API_KEY", API_KEY)
        deployment = Deployment(to_write.home, instance=to_write.instance)
        done = deployment.write(ARTICLE)
        assert [request.path for request in server.requests] == ["/v1/chat/completions"] * 2
    assert done.success
    assert all(checks_of(done).values())
    content = deployment.content_row(ARTICLE)
    assert (content.provider, content.model, content.status) == ("self_hosted", "default", "review")


def test_the_key_is_written_nowhere(with_model: Deployment, server: StandIn, tmp_path: Path) -> None:
    server.script(Failure(400, {"message": f"something is wrong with {API_KEY}", "code": "bad"}))
    assert not with_model.write(ARTICLE).success
    assert with_model.write(ARTICLE).success
    with_model.parts.warehouse.dispose()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any("instance" in path.parts for path in written)
    found = [path for path in written if API_KEY.encode() in path.read_bytes()]
    assert found == []


def test_a_provider_that_is_busy_is_asked_again_when_it_said(
    with_model: Deployment, server: StandIn, clock: Clock
) -> None:
    server.script(IN_TWO_MINUTES, IN_TWO_MINUTES)
    done = with_model.write(ARTICLE)
    assert done.success
    assert done.retry_attempts_for_node("article") == 2
    assert clock.slept == [pytest.approx(120), pytest.approx(120)]
    [call] = calls(with_model)
    assert (call.status, call.attempts) == ("done", 3)
    # Two reservations were released, the third was settled; nothing hangs in the air.
    assert FIRST_CREDITS - with_model.balance() == call.credits + PLAN_SCHEMA_LINKS
    moves = [row.kind for row in with_model.rows(CreditTransaction)]
    assert moves[:5] == ["subscription", "deduction", "adjustment", "deduction", "adjustment"]


def test_a_provider_that_is_out_of_order_is_tried_with_growing_pauses_and_given_up_with_its_reason(
    with_model: Deployment, server: StandIn, clock: Clock
) -> None:
    server.script(*[OUT_OF_ORDER] * ATTEMPTS_OF_THE_PROVIDER * 3)
    done = with_model.write(ARTICLE)
    assert not done.success
    assert len(server.requests) == ATTEMPTS_OF_THE_PROVIDER * 3
    between = sorted(clock.slept)[-2:]
    assert all(10 <= pause <= 30 for pause in between)
    assert first_sentence(reason_of(done.all_events)).endswith("overloaded")
    assert with_model.balance() == FIRST_CREDITS
    assert with_model.rows(Content) == []


def test_a_provider_that_asks_for_an_hour_is_not_waited_for(
    with_model: Deployment, server: StandIn, clock: Clock
) -> None:
    server.script(IN_AN_HOUR)
    done = with_model.write(ARTICLE)
    assert clock.slept == []
    assert failure_of(done).user_failure_data.description.endswith("Rate limit reached. Run this again in 60 minutes.")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Altered(refusal="I will not write about this."), "Refused: "),
        (insufficient_quota(), "QuotaExhausted: "),
        (Failure(401, {"message": "Incorrect API key provided", "code": "invalid_api_key"}), "ProviderRejected: "),
        (Altered(content='{"title": "Half an arti', finish_reason="length"), "AnswerCut: "),
        (Altered(content=""), "AnswerEmpty: "),
    ],
    ids=["refusal", "quota", "key", "cut", "empty"],
)
def test_what_repeating_cannot_mend_is_asked_once(
    with_model: Deployment, server: StandIn, clock: Clock, fault: Fault, said: str
) -> None:
    server.script(fault)
    done = with_model.write(ARTICLE)
    failure = failure_of(done)
    assert failure.user_failure_data.description.startswith(said)
    assert len(failure.user_failure_data.description) > len(said) + 20
    assert clock.slept == []
    assert len(server.requests) == 1
    assert [event.step_key for event in done.all_events if event.is_step_success] == []
    assert with_model.rows(Content) == []
    assert with_model.balance() == FIRST_CREDITS
    [call] = calls(with_model)
    assert (call.status, call.credits) == ("failed", 0)


def test_an_answer_of_the_wrong_shape_may_be_mended_once(with_model: Deployment, server: StandIn, clock: Clock) -> None:
    server.script(Altered(content='{"title": "No article"}'), Altered(content='{"title": "Still none"}'))
    done = with_model.write(ARTICLE)
    assert failure_of(done).user_failure_data.description.startswith("AnswerInvalid: ")
    assert len(server.requests) == 2
    assert with_model.balance() == FIRST_CREDITS
    [call] = calls(with_model)
    assert (call.status, call.credits) == ("failed", 0)
    assert call.input_tokens > 0


def test_what_is_unforeseen_is_not_repeated_either(to_write: Deployment, clock: Clock) -> None:
    with to_write.article_task(ARTICLE) as task:
        task.outline = [{"not": "a heading"}]
    done = to_write.write(ARTICLE)
    assert failure_of(done).user_failure_data.description.startswith("ValidationError: ")
    assert clock.slept == []


def test_plans_use_the_model_too(with_model: Deployment, server: StandIn) -> None:
    keys = with_model.plan(5)
    assert len(keys) == 5
    asked = {request.body["response_format"]["json_schema"]["name"] for request in server.requests}
    assert asked == {"generate_ideas"}


def test_an_article_that_the_built_in_writer_began_is_finished_by_the_model(
    site: Deployment, server: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_model = given_a_model(site, server, monkeypatch, tmp_path / "instance")
    with with_model.article(ARTICLE) as (_, _, task):
        task.target_words = 900
    assert with_model.write(ARTICLE).success
    content = with_model.content_row(ARTICLE)
    versions = with_model.rows(ContentVersion, ContentVersion.content_id == content.id)
    assert [version.written_by for version in versions] == ["offline:offline-1", f"openai:{MODEL}"]
    assert (content.version, content.provider) == (2, "openai")
