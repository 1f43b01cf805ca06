"""What every text provider does alike, over real HTTP: the same answers, the same waits, the same errors by name.

Each test runs for OpenAI, for vLLM and llama.cpp as self-hosted servers, and for Anthropic. What only one of them does stands
at the end, and in ``test_openai_provider.py``.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from igny8_resources.ai.anthropic_messages import common_limits, in_dialect
from igny8_resources.ai.anthropic_text import AnthropicTextProvider
from igny8_resources.ai.errors import (
    AnswerCut,
    AnswerEmpty,
    AnswerInvalid,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    QuotaExhausted,
    Refused,
)
from igny8_resources.ai.openai_text import OpenAITextProvider
from igny8_resources.ai.providers import Repair, TextProvider
from igny8_resources.ai.strict_schema import strict_json_schema
from igny8_resources.contracts.planner import IdeaDraft
from igny8_resources.contracts.writer import ArticleDraft
from tests.integration.text_calls import CALL, IDEA, Time
from tests.stand_ins import anthropic_server, openai_server
from tests.stand_ins.anthropic_server import AnthropicStandIn
from tests.stand_ins.openai_server import StandIn
from tests.stand_ins.scripted_http import Altered, Drop, Failure, Raw

Make = Callable[..., TextProvider]


def answer(_function: str, _brief: dict[str, Any]) -> dict[str, Any]:
    return IDEA


@dataclass(frozen=True)
class Kind:
    """One kind of server and the provider that speaks to it."""

    name: str
    serve: Callable[[], Any]
    serve_without_schema: Callable[[], Any]
    provider: Callable[..., TextProvider]
    key: str
    model: str
    settings: str
    slow_down: Callable[..., Failure] = openai_server.rate_limit
    no_money: Failure = field(default_factory=openai_server.insufficient_quota)


def _openai(flavour: str, connection: str, settings: str) -> Kind:
    def provider(*given: Any, **more: Any) -> TextProvider:
        return OpenAITextProvider(*given, name=connection, **more)

    return Kind(
        flavour,
        lambda: StandIn(answer, flavour=flavour),
        lambda: StandIn(answer, flavour=flavour, formats=("json_object",)),
        provider,
        openai_server.API_KEY,
        openai_server.MODEL,
        settings,
    )


KINDS = (
    _openai("openai", "openai", "IGNY8_OPENAI"),
    _openai("vllm", "self_hosted", "IGNY8_SELF_HOSTED"),
    _openai("llama_cpp", "self_hosted", "IGNY8_SELF_HOSTED"),
    Kind(
        "anthropic",
        lambda: AnthropicStandIn(answer),
        lambda: AnthropicStandIn(answer, knows_output_config=False),
        AnthropicTextProvider,
        anthropic_server.API_KEY,
        anthropic_server.MODEL,
        "IGNY8_ANTHROPIC",
        anthropic_server.rate_limit,
        anthropic_server.out_of_credit(),
    ),
)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def server(kind: Kind) -> Iterator[Any]:
    with kind.serve() as running:
        yield running


@pytest.fixture
def pauses() -> Time:
    return Time()


@pytest.fixture
def make(kind: Kind, pauses: Time) -> Iterator[Make]:
    made: list[Any] = []

    def provider(server: Any, key: str = kind.key, model: str = kind.model, **more: Any) -> TextProvider:
        more = {"timeout": 5, "retrying": pauses.retrying(), **more}
        made.append(kind.provider(server.base_url, key, model, **more))
        return made[-1]  # type: ignore[no-any-return]

    yield provider
    for each in made:
        each.close()


def test_a_brief_becomes_an_answer_with_its_tokens(server: Any, make: Make) -> None:
    provider = make(server)
    answered = provider.complete(CALL)
    assert IdeaDraft.model_validate(answered.payload).title == IDEA["title"]
    assert answered.input_tokens > 50
    assert answered.output_tokens > 50
    assert not answered.tokens_estimated
    assert len(server.requests) == 1


def test_every_attempt_passes_the_gate_and_tells_it_what_came(server: Any, make: Make, kind: Kind) -> None:
    class Counting:
        tokens: list[int] = []  # noqa: RUF012
        learnt = 0

        def slot(self, tokens: int = 0) -> AbstractContextManager[None]:
            self.tokens.append(tokens)
            return nullcontext()

        def learn(self, _headers: object) -> None:
            self.learnt += 1

    gate = Counting()
    server.script(kind.slow_down())
    make(server, gate=gate).complete(CALL)
    assert len(gate.tokens) == gate.learnt == 2
    assert min(gate.tokens) > 50


def test_too_many_requests_are_waited_out(server: Any, make: Make, kind: Kind, pauses: Time) -> None:
    server.script(kind.slow_down(retry_after="7"))
    assert make(server).complete(CALL).payload == IDEA
    assert 7 <= sum(pauses.slept) <= 7.2


def test_a_wait_of_hours_is_handed_to_the_caller(server: Any, make: Make, kind: Kind, pauses: Time) -> None:
    server.script(kind.slow_down(retry_after="3600"))
    with pytest.raises(ProviderUnavailable) as told:
        make(server).complete(CALL)
    assert told.value.retry_after == 3600
    assert pauses.slept == []


def test_no_money_is_final(server: Any, make: Make, kind: Kind, pauses: Time) -> None:
    server.script(kind.no_money)
    with pytest.raises(QuotaExhausted, match=f"{kind.settings}_API_KEY has no money or quota left"):
        make(server).complete(CALL)
    assert (len(server.requests), pauses.slept) == (1, [])


PASSING = {
    "500": Failure(500, {"message": "The server had an error"}),
    "a gateway's 502 in HTML": Failure(502, "<html>Bad gateway</html>"),
    "503 while a model is loaded": Failure(503, {"message": "Loading model"}),
    "a dropped connection": Drop(),
    "a body that breaks off": Drop(midway=True),
    "a body that a proxy cut": Raw(b'{"id": "1", "choices": [{"mess'),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_what_may_pass_is_tried_again(server: Any, make: Make, pauses: Time, fault: Any) -> None:
    server.script(fault, fault)
    assert make(server).complete(CALL).payload == IDEA
    assert len(server.requests) == 3
    assert len(pauses.slept) == 2


def test_an_answer_that_comes_too_late_is_asked_for_again(server: Any, make: Make, pauses: Time) -> None:
    server.script(Altered(seconds=0.6))
    provider = make(server, timeout=0.2, retrying=pauses.retrying(max_attempts=2))
    assert provider.complete(CALL).payload == IDEA
    server.script(Altered(seconds=0.6), Altered(seconds=0.6))
    with pytest.raises(ProviderUnavailable, match=r"within 0\.2 s.*IGNY8_OPENAI_TIMEOUT_SECONDS"):
        provider.complete(CALL)


def test_a_server_that_does_not_run_is_named(kind: Kind, make: Make, pauses: Time) -> None:
    class Nowhere:
        base_url = "http://127.0.0.1:9/v1"

    with pytest.raises(ProviderUnavailable, match=rf"127\.0\.0\.1:9 could not be reached.*{kind.settings}_(BASE_)?URL"):
        make(Nowhere(), retrying=pauses.retrying(max_attempts=1)).complete(CALL)


UNUSABLE: dict[str, tuple[Altered, type[ProviderError], str]] = {
    "filtered": (Altered(content="", finish_reason="content_filter"), Refused, "declined|filter"),
    "cut": (Altered(content='{"title": "Espr', finish_reason="length"), AnswerCut, "cut at 900 tokens"),
    "empty": (Altered(content=""), AnswerEmpty, "answered with nothing"),
    "blank": (Altered(content=" \n "), AnswerEmpty, "answered with nothing"),
    "broken JSON": (Altered(content='{"title": "Espresso",,}'), AnswerInvalid, "not valid JSON"),
    "prose": (Altered(content="Sure! Here is an idea."), AnswerInvalid, "not valid JSON"),
    "a list": (Altered(content="[1]"), AnswerInvalid, "expected a JSON object"),
}


@pytest.mark.parametrize("unusable", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_an_answer_that_cannot_be_used_has_a_name_and_a_price(
    server: Any, make: Make, unusable: tuple[Altered, type[ProviderError], str]
) -> None:
    altered, error, told = unusable
    server.script(altered)
    with pytest.raises(error, match=told) as raised:
        make(server).complete(CALL)
    assert not raised.value.transient
    assert raised.value.input_tokens > 50, "the model read the brief, which has to be paid"
    assert len(server.requests) == 1
    if isinstance(raised.value, AnswerInvalid):
        assert raised.value.answer == altered.content


def test_a_refusal_is_told_in_the_models_words(server: Any, make: Make, kind: Kind) -> None:
    server.script(Altered(refusal="I can't help with that."))
    # llama.cpp and vLLM have no field for it: the model declines in place of the JSON.
    expected = Refused if kind.name in {"openai", "anthropic"} else AnswerInvalid
    with pytest.raises(expected) as refused:
        make(server).complete(CALL)
    assert "I can't help with that" in f"{refused.value} {getattr(refused.value, 'answer', '')}"


def test_a_wrong_key_is_named_by_its_setting_and_never_told(server: Any, make: Make, kind: Kind) -> None:
    provider = make(server, "sk-another-secret")
    with pytest.raises(ProviderRejected, match=f"Check {kind.settings}_API_KEY") as rejected:
        provider.complete(CALL)
    seen: BaseException | None = rejected.value
    while seen is not None:
        assert "secret" not in f"{seen} {seen!r}"
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    assert "secret" not in repr(provider)


def test_a_key_with_dots_for_its_middle_is_told_at_once(server: Any, make: Make, kind: Kind) -> None:
    with pytest.raises(ProviderRejected, match=f"{kind.settings}_API_KEY holds a character"):
        make(server, "sk-…6789").complete(CALL)
    assert server.requests == []


def test_an_unknown_model_is_named(server: Any, make: Make, kind: Kind) -> None:
    provider = make(server, kind.key, "gtp-6")
    if kind.name == "llama_cpp":
        assert provider.complete(CALL).payload == IDEA, "it has one model, whatever it is called"
        return
    with pytest.raises(ProviderRejected, match=rf"{kind.settings}_MODEL \('gtp-6'\) exists there"):
        provider.complete(CALL)


def test_another_service_at_the_address_is_noticed(server: Any, make: Make, kind: Kind) -> None:
    server.script(Raw(b"<!doctype html><title>Hi", "text/html"))
    with pytest.raises(
        ProviderRejected, match=rf"something other than .*{kind.settings}_(BASE_)?URL is the API's root"
    ):
        make(server).complete(CALL)


def test_a_server_without_schemas_answers_all_the_same(kind: Kind, make: Make) -> None:
    with kind.serve_without_schema() as server:
        provider = make(server)
        assert provider.complete(CALL).payload == IDEA
        assert provider.complete(CALL).payload == IDEA
        assert len(server.requests) == 3, "it is asked wrongly only once"
        told = json.dumps(server.requests[-1].body)
        assert "target_keyword" in told, "the schema is still said"


def test_a_repair_shows_the_answer_and_the_complaint(server: Any, make: Make) -> None:
    repair = Repair(answer='{"title": ""}', complaint="angle: Field required")
    provider = make(server)
    assert provider.complete(replace(CALL, repair=repair)).payload == IDEA
    messages = [message for message in server.requests[0].body["messages"] if message["role"] != "system"]
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]
    assert messages[0]["content"] == CALL.inputs.model_dump_json()
    assert messages[1]["content"] == '{"title": ""}'
    assert "angle: Field required" in messages[2]["content"]
    assert "target_keyword" in json.dumps(server.requests[0].body["messages"] + [server.requests[0].body.get("system")])


def test_an_answer_of_nothing_can_be_repaired_too(server: Any, make: Make) -> None:
    make(server).complete(replace(CALL, repair=Repair(answer=" ", complaint="no answer")))
    assert all(message["content"].strip() for message in server.requests[0].body["messages"])


def test_tokens_are_estimated_where_nobody_counts(server: Any, make: Make) -> None:
    server.script(Altered(without_usage=True))
    answered = make(server).complete(CALL)
    assert answered.tokens_estimated
    asked = len(CALL.instructions) + len(CALL.inputs.model_dump_json())
    assert answered.input_tokens == pytest.approx(asked / 4, abs=1)


# What only servers of OpenAI's kind do.


def test_a_server_that_knows_no_format_at_all_gets_the_schema_in_words(pauses: Time) -> None:
    with StandIn(answer, formats=(), flavour="vllm") as server:
        provider = OpenAITextProvider(
            server.base_url, openai_server.API_KEY, openai_server.MODEL, retrying=pauses.retrying()
        )
        assert provider.complete(CALL).payload == IDEA
        tried = [request.body.get("response_format", {}).get("type") for request in server.requests]
        assert tried == ["json_schema", "json_object", None]
        provider.complete(CALL)
        assert "response_format" not in server.requests[-1].body
        assert pauses.slept == []


def test_a_schema_that_cannot_be_compiled_costs_only_itself_the_format(pauses: Time) -> None:
    with StandIn(answer, flavour="llama_cpp") as server:
        provider = OpenAITextProvider(server.base_url, openai_server.API_KEY, "local", retrying=pauses.retrying())
        server.script(Failure(400, {"message": "Failed to initialize samplers: failed to parse grammar"}))
        provider.complete(replace(CALL, schema=ArticleDraft))
        provider.complete(CALL)
        provider.complete(replace(CALL, schema=ArticleDraft))
        formats = [request.body["response_format"]["type"] for request in server.requests]
    assert formats == ["json_schema", "json_object", "json_schema", "json_object"]


@pytest.mark.parametrize(
    ("name", "flavour", "holds"), [("self_hosted", "llama_cpp", True), ("openai", "openai", False)]
)
def test_only_a_server_of_ones_own_is_told_in_the_schema_how_long_a_text_may_be(
    name: str, flavour: str, holds: bool
) -> None:
    with StandIn(answer, flavour=flavour) as server:
        provider = OpenAITextProvider(server.base_url, openai_server.API_KEY, openai_server.MODEL, name=name)
        provider.complete(replace(CALL, schema=ArticleDraft))
        [request] = server.requests
        sent = request.body["response_format"]["json_schema"]["schema"]
    assert ("maxLength" in sent["properties"]["title"]) is holds
    assert "(maxLength: 120)" in sent["properties"]["title"]["description"]


def test_a_format_that_is_accepted_and_ignored_is_noticed(pauses: Time) -> None:
    with StandIn(answer, flavour="llama_cpp") as server:
        provider = OpenAITextProvider(server.base_url, openai_server.API_KEY, "local", retrying=pauses.retrying())
        server.script(Altered(content="An idea: write about grind size."))
        with pytest.raises(AnswerInvalid):
            provider.complete(CALL)
        provider.complete(CALL)
        first, second = (request.body for request in server.requests)
    assert "target_keyword" not in first["messages"][0]["content"]
    assert "target_keyword" in second["messages"][0]["content"]
    assert second["response_format"]["type"] == "json_schema"


def test_a_complaint_about_the_length_is_not_taken_for_one_about_the_schema(pauses: Time) -> None:
    with StandIn(answer) as server:
        provider = OpenAITextProvider(
            server.base_url, openai_server.API_KEY, openai_server.MODEL, retrying=pauses.retrying()
        )
        server.script(Failure(400, {"message": "With its schema the prompt exceeds the maximum context length"}))
        with pytest.raises(ProviderRejected, match="larger context"):
            provider.complete(CALL)
        assert len(server.requests) == 1


# What only Anthropic does.


@pytest.fixture
def claude_server() -> Iterator[AnthropicStandIn]:
    with AnthropicStandIn(answer) as running:
        yield running


@pytest.fixture
def claude(claude_server: AnthropicStandIn, pauses: Time) -> AnthropicTextProvider:
    return AnthropicTextProvider(
        claude_server.base_url,
        anthropic_server.API_KEY,
        anthropic_server.MODEL,
        timeout=5,
        retrying=pauses.retrying(),
    )


def test_claude_is_asked_as_its_api_wants_it(claude_server: AnthropicStandIn, claude: AnthropicTextProvider) -> None:
    claude.complete(CALL)
    (sent,) = claude_server.requests
    assert (sent.path, sent.headers["anthropic-version"]) == ("/v1/messages", "2023-06-01")
    assert (sent.body["system"], sent.body["max_tokens"]) == (CALL.instructions, 900)
    assert sent.body["output_config"]["format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    ("fault", "error", "told"),
    [
        (anthropic_server.overloaded(), ProviderUnavailable, "529"),
        (anthropic_server.spending_limit(), QuotaExhausted, "usage limits"),
        (Failure(402, {"message": "Billing is not set up"}), QuotaExhausted, "add credit"),
        (Failure(403, {"message": "no access to this model"}), ProviderRejected, "IGNY8_ANTHROPIC_API_KEY may not use"),
        (Failure(413, {"message": "Request exceeds the maximum size"}), ProviderRejected, "larger context"),
        (
            Failure(400, {"message": "prompt is too long: 210000 tokens > 200000 maximum"}),
            ProviderRejected,
            "larger cont",
        ),
        (Failure(404, "<h1>Not found</h1>"), ProviderRejected, "IGNY8_ANTHROPIC_BASE_URL"),
        (Altered(content="{", finish_reason="model_context_window_exceeded"), AnswerCut, "context window"),
        (Altered(content="", finish_reason="pause_turn"), AnswerCut, "paused"),
        (Raw(b'{"type": "error", "error": {"type": "overloaded_error"}}'), ProviderUnavailable, "overloaded_error"),
    ],
)
def test_what_claude_says_has_a_name(
    claude_server: AnthropicStandIn, claude: AnthropicTextProvider, fault: Any, error: type[ProviderError], told: str
) -> None:
    claude_server.script(*[fault] * 5)
    with pytest.raises(error, match=told):
        claude.complete(CALL)


def test_an_error_names_the_request_for_the_support(
    claude_server: AnthropicStandIn, claude: AnthropicTextProvider
) -> None:
    claude_server.script(Failure(400, {"message": "messages.0: nope"}))
    with pytest.raises(ProviderRejected, match=r"\(request req-stand-in\)"):
        claude.complete(CALL)


def test_a_used_up_minute_holds_the_next_call_back(
    claude_server: AnthropicStandIn, claude: AnthropicTextProvider, pauses: Time
) -> None:
    reset = (datetime.now(UTC) + timedelta(seconds=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    used_up = {"anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": reset}
    claude_server.script(Altered(headers=used_up))
    claude.complete(CALL)
    assert pauses.slept == []
    claude.complete(CALL)
    assert 20 <= pauses.slept[0] <= 30


def test_the_tightest_limit_on_tokens_counts() -> None:
    headers = {
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "49",
        "anthropic-ratelimit-requests-reset": "2026-11-20T12:00:01Z",
        "anthropic-ratelimit-tokens-remaining": "90000",
        "anthropic-ratelimit-tokens-reset": "2026-11-20T12:00:05Z",
        "anthropic-ratelimit-output-tokens-limit": "8000",
        "anthropic-ratelimit-output-tokens-remaining": "0",
        "anthropic-ratelimit-output-tokens-reset": "2026-11-20T12:00:42.5Z",
        "retry-after": "43",
        "request-id": "req_1",
    }
    assert common_limits(headers, datetime(2026, 11, 20, 12, tzinfo=UTC)) == {
        "retry-after": "43",
        "x-ratelimit-limit-requests": "50",
        "x-ratelimit-remaining-requests": "49",
        "x-ratelimit-reset-requests": "1.000s",
        "x-ratelimit-limit-tokens": "8000",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "42.500s",
    }
    assert common_limits({"anthropic-ratelimit-requests-reset": "soon"}) == {}


def test_what_the_dialect_cannot_say_is_said_in_words() -> None:
    schema = in_dialect(strict_json_schema(ArticleDraft))
    text = json.dumps(schema)
    assert '"minItems"' not in text
    assert '"maxItems"' not in text
    assert '"additionalProperties": false' in text


def test_a_schema_that_is_too_complex_is_asked_for_by_a_tool(
    claude_server: AnthropicStandIn, claude: AnthropicTextProvider
) -> None:
    claude_server.script(Failure(400, {"message": "output_config.format.schema: Schema is too complex."}))
    assert claude.complete(replace(CALL, schema=ArticleDraft)).payload == IDEA
    claude.complete(CALL)
    claude.complete(replace(CALL, schema=ArticleDraft))
    assert ["tools" in request.body for request in claude_server.requests] == [False, True, False, True]
