"""Vectors of an OpenAI-compatible server over real HTTP: slices, retries, what it says when it gives up, the journal."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete, select

from igny8_resources.ai.errors import AnswerInvalid, ProviderRejected, ProviderUnavailable, QuotaExhausted
from igny8_resources.ai.openai_embeddings import CHARACTERS_A_CALL, LONGEST_TEXT, TEXTS_A_CALL, OpenAIEmbeddings
from igny8_resources.ai.retries import Retrying
from igny8_resources.platform import Platform
from igny8_resources.settings import Settings
from igny8_resources.tenant import Tenant
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditUsage
from igny8_resources.warehouse.tables.vectors import TextVector
from tests.stand_ins.openai_server import (
    API_KEY,
    DIMENSIONS,
    MODEL,
    Altered,
    Drop,
    Failure,
    Raw,
    StandIn,
    insufficient_quota,
    rate_limit,
)
from tests.warehouse_samples import make_place


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def provider(server: StandIn, pauses: list[float]) -> Iterator[OpenAIEmbeddings]:
    made = OpenAIEmbeddings(server.base_url, API_KEY, MODEL, timeout=20, retrying=Retrying(sleep=pauses.append))
    yield made
    made.close()


def reply(*vectors: list[float], **more: Any) -> Raw:
    data = [{"object": "embedding", "index": place, "embedding": vector} for place, vector in enumerate(vectors)]
    return Raw(json.dumps({"object": "list", "data": data, "model": MODEL, **more}).encode())


def test_texts_become_unit_rows_in_their_order(server: StandIn, provider: OpenAIEmbeddings) -> None:
    answer = provider.answer(["espresso", "filter coffee", "espresso"])
    assert answer.vectors.shape == (3, DIMENSIONS)
    assert answer.vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(answer.vectors, axis=1), 1)
    assert np.array_equal(answer.vectors[0], answer.vectors[2])
    assert answer.input_tokens > 0
    (sent,) = server.requests
    assert (sent.path, sent.body["model"]) == ("/v1/embeddings", MODEL)
    assert sent.headers["authorization"] == f"Bearer {API_KEY}"


def test_blank_texts_are_not_sent_and_have_zero_rows(server: StandIn, provider: OpenAIEmbeddings) -> None:
    vectors = provider.embed(["", "espresso", " \n"])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([0, 1, 0])
    assert server.requests[0].body["input"] == ["espresso"]
    assert provider.embed([]).shape[0] == 0
    assert len(server.requests) == 1


def test_many_and_long_texts_go_in_slices(server: StandIn, provider: OpenAIEmbeddings) -> None:
    many = [f"keyword {number}" for number in range(TEXTS_A_CALL + 1)]
    assert provider.embed(many).shape == (len(many), DIMENSIONS)
    assert [len(request.body["input"]) for request in server.requests] == [TEXTS_A_CALL, 1]
    server.requests.clear()
    long = ["x" * 20_000] * 40
    assert provider.embed(long).shape == (40, DIMENSIONS)
    for request in server.requests:
        assert {len(text) for text in request.body["input"]} == {LONGEST_TEXT}
        assert sum(len(text) for text in request.body["input"]) <= CHARACTERS_A_CALL
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "fault", [rate_limit(retry_after="2"), Failure(503, "<h1>busy</h1>"), Drop(), Drop(midway=True)]
)
def test_what_may_pass_is_tried_again(
    server: StandIn, provider: OpenAIEmbeddings, pauses: list[float], fault: Failure | Drop
) -> None:
    server.script(fault)
    assert provider.embed(["espresso"]).shape == (1, DIMENSIONS)
    assert len(server.requests) == 2
    assert pauses


def test_no_money_is_final(server: StandIn, provider: OpenAIEmbeddings) -> None:
    server.script(insufficient_quota())
    with pytest.raises(QuotaExhausted, match="no money or quota left"):
        provider.embed(["espresso"])
    assert len(server.requests) == 1


def test_it_gives_up_in_the_end(server: StandIn, pauses: list[float]) -> None:
    provider = OpenAIEmbeddings(server.base_url, API_KEY, MODEL, retrying=Retrying(max_attempts=3, sleep=pauses.append))
    server.script(*[Failure(500, {"message": "broken"})] * 3)
    with pytest.raises(ProviderUnavailable, match="500"):
        provider.embed(["espresso"])
    assert len(server.requests) == 3


def test_a_server_that_is_too_slow_is_named(server: StandIn) -> None:
    provider = OpenAIEmbeddings(server.base_url, API_KEY, MODEL, timeout=0.2, retrying=Retrying(max_attempts=1))
    server.script(Altered(seconds=1))
    with pytest.raises(ProviderUnavailable, match=r"did not answer within 0\.2 s"):
        provider.embed(["espresso"])


def test_an_unknown_model_names_the_setting(server: StandIn) -> None:
    with pytest.raises(ProviderRejected, match="Check that IGNY8_EMBEDDINGS"):
        OpenAIEmbeddings(server.base_url, API_KEY, "no-such-model").embed(["espresso"])


def test_a_wrong_key_is_not_repeated_to_anyone(server: StandIn) -> None:
    with pytest.raises(ProviderRejected, match="IGNY8_OPENAI_API_KEY") as refused:
        OpenAIEmbeddings(server.base_url, "sk-secret-of-mine", MODEL).embed(["espresso"])
    assert "sk-secret-of-mine" not in str(refused.value)


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (reply([1.0, 0.0]), "1 vectors for 2 texts"),
        (reply([1.0, 0.0], [1.0]), "different sizes"),
        (reply([1.0, 0.0], [0.0, 0.0]), "without a direction"),
        (reply([1.0, 0.0], [float("nan"), 0.0]), "without a direction|something other than embeddings"),
        (Raw(b"<html>welcome</html>", "text/html"), "something other than embeddings"),
    ],
)
def test_an_answer_that_is_no_vectors_is_refused(
    server: StandIn, provider: OpenAIEmbeddings, answer: Raw, complaint: str
) -> None:
    server.script(answer)
    with pytest.raises(AnswerInvalid, match=complaint):
        provider.embed(["espresso", "filter"])


def test_a_size_that_changes_between_slices_is_refused(server: StandIn, provider: OpenAIEmbeddings) -> None:
    server.script(reply(*[[1.0, 0.0]] * TEXTS_A_CALL))
    with pytest.raises(AnswerInvalid, match="of 2 and of 8 dimensions"):
        provider.embed([f"keyword {number}" for number in range(TEXTS_A_CALL + 1)])


class TestForATenant:
    """The router keeps vectors and journals what was paid for them."""

    @pytest.fixture
    def parts(self, warehouse: Warehouse, server: StandIn, tmp_path: Path) -> Platform:
        return Platform(
            Settings(
                home=tmp_path,
                warehouse_url=warehouse.url.render_as_string(hide_password=False),
                openai_base_url=server.base_url,
                openai_api_key=API_KEY,
                embeddings=f"openai:{MODEL}",
            )
        )

    @pytest.fixture
    def tenant(self, warehouse: Warehouse) -> Tenant:
        place = make_place(warehouse)
        return Tenant(place.account_id, place.site_id, place.key)

    def test_each_call_is_journalled_with_its_tokens(
        self, warehouse: Warehouse, parts: Platform, tenant: Tenant, server: StandIn
    ) -> None:
        first = parts.ai.embed(["espresso", "filter coffee"], tenant)
        again = parts.ai.embed(["filter coffee", "espresso"], tenant)
        assert np.array_equal(first, again[::-1])
        assert len(server.requests) == 1
        with warehouse.read() as session:
            (call,) = session.scalars(select(AiCall)).all()
            (usage,) = session.scalars(select(CreditUsage)).all()
        assert (call.kind, call.provider, call.model, call.status) == ("embedding", "openai", MODEL, "done")
        assert call.account_id == tenant.account_id
        assert call.input_tokens > 0
        assert call.response == {"texts": 2, "dimensions": DIMENSIONS}
        assert (usage.operation, usage.credits) == ("embedding", Decimal(0))

    def test_a_lost_vector_is_asked_for_anew(
        self, warehouse: Warehouse, parts: Platform, tenant: Tenant, server: StandIn
    ) -> None:
        first = parts.ai.embed(["espresso"], tenant)
        with warehouse.write() as session:
            session.execute(delete(TextVector))
        assert np.array_equal(parts.ai.embed(["espresso"], tenant), first)
        assert len(server.requests) == 2

    def test_a_failed_call_stands_in_the_journal(
        self, warehouse: Warehouse, parts: Platform, tenant: Tenant, server: StandIn
    ) -> None:
        server.script(insufficient_quota())
        with pytest.raises(QuotaExhausted):
            parts.ai.embed(["espresso"], tenant)
        with warehouse.read() as session:
            (call,) = session.scalars(select(AiCall)).all()
        assert (call.status, call.error.partition(":")[0]) == ("failed", "QuotaExhausted")

    def test_nobody_to_pay_means_no_call(self, parts: Platform, server: StandIn) -> None:
        with pytest.raises(ValueError, match="for which tenant"):
            parts.ai.embed(["espresso"])
        assert server.requests == []
