"""The OpenAI-compatible text provider over real HTTP: what it sends, what it retries, what it says when it gives up."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

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
from igny8_resources.ai.rate_limits import RateGate
from igny8_resources.contracts.planner import ClusterBrief, IdeaDraft
from tests.integration.text_calls import CALL, IDEA, Time
from tests.stand_ins.openai_server import (
    API_KEY,
    MODEL,
    Altered,
    Drop,
    Failure,
    Fault,
    Raw,
    StandIn,
    insufficient_quota,
    rate_limit,
)


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn(lambda _function, _brief: IDEA) as running:
        yield running


@pytest.fixture
def pauses() -> Time:
    return Time()


@pytest.fixture
def provider(server: StandIn, pauses: Time) -> Iterator[OpenAITextProvider]:
    made = OpenAITextProvider(server.base_url, API_KEY, MODEL, timeout=5, retrying=pauses.retrying())
    yield made
    made.close()


def test_a_brief_becomes_a_checked_answer(server: StandIn, provider: OpenAITextProvider) -> None:
    answer = provider.complete(CALL)
    assert IdeaDraft.model_validate(answer.payload).title == IDEA["title"]
    assert answer.input_tokens > 0
    assert answer.output_tokens > 0
    assert not answer.tokens_estimated

    sent = server.requests[0]
    assert sent.path == "/v1/chat/completions"
    assert sent.headers["authorization"] == f"Bearer {API_KEY}"
    assert sent.headers["x-stainless-retry-count"] == "0"
    assert [message["role"] for message in sent.body["messages"]] == ["system", "user"]
    assert sent.body["messages"][0]["content"] == CALL.instructions
    assert ClusterBrief.model_validate_json(sent.body["messages"][1]["content"]) == CALL.inputs
    assert sent.body["max_completion_tokens"] == 900
    assert "max_tokens" not in sent.body
    schema = sent.body["response_format"]["json_schema"]
    assert (schema["name"], schema["strict"]) == ("generate_ideas", True)


def test_the_stand_in_writes_with_the_offline_provider_by_default() -> None:
    with StandIn() as server:
        answer = OpenAITextProvider(server.base_url, API_KEY, MODEL, timeout=20).complete(CALL)
    assert "espresso" in IdeaDraft.model_validate(answer.payload).title.lower()


def test_a_schema_that_is_not_strict_would_be_refused(server: StandIn) -> None:
    import openai

    loose: Any = {"name": "idea", "strict": True, "schema": IdeaDraft.model_json_schema() | {"required": ["title"]}}
    client = openai.OpenAI(base_url=server.base_url, api_key=API_KEY, max_retries=0)
    with pytest.raises(openai.BadRequestError, match="Invalid schema"):
        client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": "{}"}],
            response_format={"type": "json_schema", "json_schema": loose},
        )


def test_older_servers_get_max_tokens_and_are_asked_wrongly_only_once(pauses: Time) -> None:
    with StandIn(lambda _function, _brief: IDEA, knows_completion_tokens=False) as server:
        provider = OpenAITextProvider(server.base_url, API_KEY, MODEL, retrying=pauses.retrying())
        provider.complete(CALL)
        provider.complete(CALL)
    limits = [body.keys() & {"max_tokens", "max_completion_tokens"} for body in (sent.body for sent in server.requests)]
    assert limits == [{"max_completion_tokens"}, {"max_tokens"}, {"max_tokens"}]
    assert server.requests[-1].body["max_tokens"] == 900
    assert pauses.slept == []


def test_a_limit_that_is_too_large_is_not_mistaken_for_an_unknown_name(
    server: StandIn, provider: OpenAITextProvider
) -> None:
    too_large = {"message": "max_completion_tokens is too large: 900", "param": "max_completion_tokens"}
    server.script(Failure(400, too_large))
    with pytest.raises(ProviderRejected, match="too large"):
        provider.complete(CALL)
    assert len(server.requests) == 1


TRANSIENT: dict[str, Fault] = {
    "429": rate_limit(),
    "408": Failure(408, {"message": "Request timeout"}),
    "409": Failure(409, {"message": "Conflict"}),
    "500": Failure(500, {"message": "The server had an error"}),
    "503 while llama.cpp loads its model": Failure(503, {"code": 503, "message": "Loading model"}),
    "a gateway's 502 in HTML": Failure(502, "<html>Bad gateway</html>"),
    "a dropped connection": Drop(),
    "an answer that breaks off": Drop(midway=True),
    "an error inside a 200": Raw(b'{"error": {"code": 502, "message": "upstream"}}'),
}


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT.keys())
def test_what_may_pass_is_tried_again(
    server: StandIn, provider: OpenAITextProvider, pauses: Time, fault: Fault
) -> None:
    server.script(fault, fault)
    assert provider.complete(CALL).payload == IDEA
    assert len(server.requests) == 3
    first, second = pauses.slept
    assert 0.5 <= first <= 0.625
    assert 1.0 <= second <= 1.25


def test_attempts_are_bounded_and_the_last_error_is_told(
    server: StandIn, provider: OpenAITextProvider, pauses: Time
) -> None:
    server.script(*[Failure(500, {"message": "The server had an error"})] * 10)
    with pytest.raises(ProviderUnavailable, match=r"127\.0\.0\.1:\d+ answered 500: .*The server had an error"):
        provider.complete(CALL)
    assert len(server.requests) == 5
    assert len(pauses.slept) == 4


def test_the_total_time_is_bounded(server: StandIn, pauses: Time) -> None:
    provider = OpenAITextProvider(
        server.base_url, API_KEY, MODEL, retrying=pauses.retrying(max_attempts=99, total_seconds=45)
    )
    server.script(*[rate_limit(retry_after="20")] * 10)
    with pytest.raises(ProviderUnavailable) as given_up:
        provider.complete(CALL)
    assert given_up.value.retry_after == 20
    assert len(server.requests) == 3
    assert sum(pauses.slept) <= 45


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (rate_limit(retry_after="7"), 7),
        (rate_limit(retry_after_ms="2500", retry_after="30"), 2.5),
        (rate_limit(x_ratelimit_remaining_requests="0", x_ratelimit_reset_requests="6s"), 6),
        (rate_limit(x_ratelimit_remaining_requests="0", x_ratelimit_reset_requests="-1"), 0.5),
        (
            Failure(
                429,
                {"message": "Rate limit reached", "type": "tokens", "code": "rate_limit_exceeded"},
                {"x-ratelimit-remaining-tokens": "300", "x-ratelimit-reset-tokens": "12.5s"},
            ),
            12.5,
        ),
        (Failure(503, {"message": "Overloaded"}, {"retry-after": "4"}), 4),
    ],
)
def test_it_waits_as_long_as_the_server_asks(
    server: StandIn, provider: OpenAITextProvider, pauses: Time, fault: Fault, seconds: float
) -> None:
    server.script(fault)
    provider.complete(CALL)
    assert len(pauses.slept) == 1
    assert seconds <= pauses.slept[0] <= seconds + 0.13


def test_a_wait_of_hours_is_handed_to_the_caller(server: StandIn, provider: OpenAITextProvider, pauses: Time) -> None:
    server.script(rate_limit(retry_after="3600"))
    with pytest.raises(ProviderUnavailable) as told:
        provider.complete(CALL)
    assert told.value.retry_after == 3600
    with pytest.raises(ProviderUnavailable, match="resets in 3600 s"):
        provider.complete(CALL)
    assert len(server.requests) == 1
    assert pauses.slept == []
    pauses.now += 3600
    assert provider.complete(CALL).payload == IDEA


def test_a_used_up_minute_holds_the_next_call_back(server: StandIn, provider: OpenAITextProvider, pauses: Time) -> None:
    used_up = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "8s"}
    server.script(Altered(headers=used_up))
    provider.complete(CALL)
    assert pauses.slept == []
    provider.complete(CALL)
    assert pauses.slept == [8]


def test_no_more_calls_are_under_way_than_allowed() -> None:
    def answer_slowly(_function: str, _brief: dict[str, Any]) -> dict[str, Any]:
        time.sleep(0.05)
        return IDEA

    with StandIn(answer_slowly) as server:
        provider = OpenAITextProvider(server.base_url, API_KEY, MODEL, gate=RateGate(2, longest_wait=60))
        callers = [threading.Thread(target=provider.complete, args=(CALL,)) for _ in range(6)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
    assert len(server.requests) == 6
    assert server.max_in_flight == 2


FINAL: dict[str, tuple[Fault, type[ProviderError], str]] = {
    "no money": (insufficient_quota(), QuotaExhausted, "add credit"),
    "no money at a gateway": (Failure(402, {"message": "Insufficient Balance"}), QuotaExhausted, "add credit"),
    "no permission": (
        Failure(403, {"message": "Project has no access"}),
        ProviderRejected,
        "IGNY8_OPENAI_API_KEY may not",
    ),
    "too long": (
        Failure(400, {"message": "This model's maximum context length is 8192 tokens"}),
        ProviderRejected,
        "larger context",
    ),
    "a flat error": (
        Failure(400, {"object": "error", "message": "bad sampling", "code": 400}, flat=True),
        ProviderRejected,
        "bad sampling",
    ),
    "Azure's filter": (Failure(400, {"message": "filtered", "code": "content_filter"}), Refused, "change the brief"),
    "a refusal": (Altered(refusal="I can't help with that."), Refused, "I can't help with that"),
    "a filtered answer": (Altered(content="", finish_reason="content_filter"), Refused, "content filter"),
    "a cut answer": (Altered(content='{"title": "Espr', finish_reason="length"), AnswerCut, "cut at 900 tokens"),
    "nothing": (Altered(content=""), AnswerEmpty, "answered with nothing"),
    "spaces": (Altered(content=" \n "), AnswerEmpty, "answered with nothing"),
    "no choices": (Raw(b'{"choices": [], "usage": null}'), AnswerEmpty, "no answer"),
    "broken JSON": (Altered(content='{"title": "Espresso",,}'), AnswerInvalid, "not valid JSON"),
    "a list": (Altered(content="[1]"), AnswerInvalid, "expected a JSON object"),
    "a web page": (Raw(b"<!doctype html><title>Hi", "text/html"), ProviderRejected, "usually ends in /v1"),
    "another API": (Raw(b'{"status": "ok"}'), ProviderRejected, "usually ends in /v1"),
}


@pytest.mark.parametrize("final", FINAL.values(), ids=FINAL.keys())
def test_what_cannot_pass_is_told_at_once(
    server: StandIn, provider: OpenAITextProvider, pauses: Time, final: tuple[Fault, type[ProviderError], str]
) -> None:
    fault, error, told = final
    server.script(fault)
    with pytest.raises(error, match=told) as raised:
        provider.complete(CALL)
    assert not raised.value.transient
    assert len(server.requests) == 1
    assert pauses.slept == []


def wrong_key(url: str) -> OpenAITextProvider:
    return OpenAITextProvider(url, "sk-another-secret", MODEL)


def wrong_model(url: str) -> OpenAITextProvider:
    return OpenAITextProvider(url, API_KEY, "gtp-6")


def wrong_path(url: str) -> OpenAITextProvider:
    return OpenAITextProvider(url.removesuffix("/v1"), API_KEY, MODEL)


@pytest.mark.parametrize(
    ("made", "setting"),
    [(wrong_key, "IGNY8_OPENAI_API_KEY"), (wrong_model, "IGNY8_OPENAI_MODEL"), (wrong_path, "IGNY8_OPENAI_BASE_URL")],
)
def test_a_wrong_setting_is_named_and_no_key_is_told(
    server: StandIn, made: Callable[[str], OpenAITextProvider], setting: str
) -> None:
    with pytest.raises(ProviderRejected, match=setting) as rejected:
        made(server.base_url).complete(CALL)
    assert "sk-" not in str(rejected.value)
    assert "sk-" not in repr(made(server.base_url))


def test_a_slow_answer_is_given_up_and_asked_for_again(server: StandIn, pauses: Time) -> None:
    provider = OpenAITextProvider(
        server.base_url, API_KEY, MODEL, timeout=0.2, retrying=pauses.retrying(max_attempts=2)
    )
    server.script(Altered(seconds=0.6))
    assert provider.complete(CALL).payload == IDEA
    server.script(Altered(seconds=0.6), Altered(seconds=0.6))
    with pytest.raises(ProviderUnavailable, match=r"within 0\.2 s.*IGNY8_OPENAI_TIMEOUT_SECONDS"):
        provider.complete(CALL)


def test_a_server_that_does_not_run_is_named(pauses: Time) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    provider = OpenAITextProvider(f"http://127.0.0.1:{port}/v1", "", MODEL, retrying=pauses.retrying())
    with pytest.raises(ProviderUnavailable, match=rf"127\.0\.0\.1:{port} could not be reached.*IGNY8_OPENAI_BASE_URL"):
        provider.complete(CALL)
    assert len(pauses.slept) == 4


def test_tokens_are_estimated_where_the_server_does_not_count(server: StandIn, provider: OpenAITextProvider) -> None:
    server.script(Altered(without_usage=True))
    answer = provider.complete(CALL)
    assert answer.tokens_estimated
    asked = len(CALL.instructions) + len(CALL.inputs.model_dump_json())
    assert answer.input_tokens == pytest.approx(asked / 4, abs=1)
    assert answer.output_tokens == pytest.approx(len(json.dumps(IDEA)) / 4, abs=1)


@pytest.mark.parametrize(
    "wrapped",
    ["```json\n{}\n```", "<think>The user wants {{JSON}}.</think>\n{}", "\n{}\n"],
    ids=["fence", "think", "blank"],
)
def test_what_local_models_put_around_the_json_is_taken_off(
    server: StandIn, provider: OpenAITextProvider, wrapped: str
) -> None:
    server.script(Altered(content=wrapped.replace("{}", json.dumps(IDEA))))
    assert provider.complete(CALL).payload == IDEA


def test_the_stand_in_embeds_as_the_api_does(server: StandIn) -> None:
    import openai

    client = openai.OpenAI(base_url=server.base_url, api_key=API_KEY, max_retries=0)
    rows = client.embeddings.create(model=MODEL, input=["espresso", "filter"]).data  # base64 on the wire
    plain = client.embeddings.create(model=MODEL, input=["espresso", "filter"], encoding_format="float").data
    assert [row.embedding for row in rows] == [pytest.approx(row.embedding) for row in plain]
    assert server.requests[0].body["encoding_format"] == "base64"


def test_loading_the_provider_does_not_load_the_sdk() -> None:
    code = "import sys, igny8_resources.ai.openai_text; print({'openai', 'tenacity'} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "set()"
