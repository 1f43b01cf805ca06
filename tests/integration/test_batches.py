"""Calls that wait for OpenAI's Batch API: handed in once, answered once, paid once, whatever comes back and whoever dies."""

import re
from decimal import Decimal

import pytest
from sqlalchemy import select

from igny8_resources.ai.batch_collecting import look_after, submit_planned
from igny8_resources.ai.batch_deferral import BatchDeferral, CallDeferred
from igny8_resources.ai.catalogue import BATCH_DISCOUNT
from igny8_resources.ai.errors import ProviderRejected
from igny8_resources.ai.journal import CallHeld, Journal
from igny8_resources.ai.openai_batch import batches_of
from igny8_resources.ai.router import AIRouter
from igny8_resources.contracts.planner import IdeaDraft
from igny8_resources.media_address import media_store
from igny8_resources.requests import Item, cancel_request, report_progress, submit_request
from igny8_resources.settings import Settings
from igny8_resources.tenant import Tenant
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditTransaction, Effect, Request, RequestItem
from igny8_resources.warehouse.tables.models import AiBatch, AiBatchItem, AiModel
from igny8_resources.warehouse.tables.tenancy import Account
from tests.integration.test_openai_provider import CALL
from tests.stand_ins.openai_batches import BatchStandIn
from tests.stand_ins.openai_server import API_KEY, MODEL, Drop, Failure
from tests.warehouse_samples import FIRST_CREDITS, make_place

JOB = "write_article"
SUBJECTS = ("crema-lane-1", "crema-lane-2", "crema-lane-3")
PRICE = Decimal(15)


@pytest.fixture
def openai():
    with BatchStandIn() as server:
        yield server


class Desk:
    """One request for three ideas in batch mode, and what a person would look at."""

    def __init__(self, warehouse, server, home) -> None:
        place = make_place(warehouse)
        self.warehouse, self.server = warehouse, server
        self.tenant = Tenant(place.account_id, place.site_id, place.key)
        self.settings = Settings(
            home=home, openai_base_url=server.base_url, openai_api_key=API_KEY, openai_model=MODEL, text_chain="openai"
        )
        self.client = batches_of(self.settings)
        self.media = media_store(str(home / "media"), "http://127.0.0.1:8000/api/v1/media")
        with warehouse.write() as session:
            session.add(
                AiModel(
                    name=MODEL,
                    kind="text",
                    provider="openai",
                    input_usd=Decimal(1),
                    output_usd=Decimal(4),
                    batch_discount=BATCH_DISCOUNT,
                )
            )
            request, _ = submit_request(
                session,
                account_id=place.account_id,
                site_id=place.site_id,
                kind="content",
                payload={"mode": "batch", "bulk": True},
                items=[Item(JOB, subject) for subject in SUBJECTS],
            )
            self.request_id = request.id

    def router(self) -> AIRouter:
        """A router as each pass of the bulk job makes one."""
        deferral = BatchDeferral(Journal(self.warehouse), self.tenant.account_id, self.request_id)
        return AIRouter(self.settings, self.warehouse, self.media, deferral=deferral)

    def idea(self, subject: str, router: AIRouter | None = None):
        router = router or self.router()
        return router.text(
            self.tenant,
            "generate_ideas",
            subject=subject,
            inputs=CALL.inputs,
            schema=IdeaDraft,
            operation="ideas",
            salt=subject,
        )

    def defer(self, *subjects: str) -> None:
        """One pass in which nothing is answered yet."""
        router = self.router()
        for subject in subjects or SUBJECTS:
            with self.warehouse.write() as session:
                report_progress(session, subject, JOB, "AI_CALL")
            with pytest.raises(CallDeferred):
                self.idea(subject, router)

    def hand_in(self, until_listed: float = 0.0) -> list[int]:
        return submit_planned(self.warehouse, self.client, self.request_id, until_listed=until_listed)

    def look(self, until_listed: float = 0.0) -> list[str]:
        """What came of looking; the first batch of the test is called 1, whatever its id."""
        said = look_after(self.warehouse, self.client, at_once=True, until_listed=until_listed)
        first = self.rows(AiBatch)[0].id
        return [re.sub(r"batch (\d+)", lambda found: f"batch {int(found[1]) - first + 1}", line) for line in said]

    @property
    def batch_id(self) -> int:
        """The id of the test's first batch."""
        return int(self.rows(AiBatch)[0].id)

    def rows(self, model, *where):
        with self.warehouse.read() as session:
            return session.scalars(select(model).where(*where).order_by(*model.__table__.primary_key.columns)).all()

    def balance(self) -> Decimal:
        """What the account has, after checking that its movements add up to it."""
        with self.warehouse.read() as session:
            balance = session.get_one(Account, self.tenant.account_id).credit_balance
            assert sum(session.scalars(select(CreditTransaction.amount)), Decimal(0)) == balance
        return balance

    @property
    def statuses(self) -> list[str]:
        return [item.status for item in self.rows(RequestItem)]


@pytest.fixture
def desk(warehouse, openai, tmp_path) -> Desk:
    return Desk(warehouse, openai, tmp_path)


def test_a_batch_from_beginning_to_end(desk, openai):
    desk.defer()
    assert desk.balance() == FIRST_CREDITS - 3 * PRICE, "reserved"
    assert {call.owner for call in desk.rows(AiCall)} == {f"batch:{desk.batch_id}"}
    assert openai.requests == [], "nothing was asked"
    assert desk.hand_in() == [desk.batch_id]
    (batch,) = openai.batches
    assert batch["metadata"]["igny8_batch"] == desk.rows(Effect)[0].content_hash
    assert {line["body"]["model"] for line in openai.lines(batch)} == {MODEL}
    assert desk.look() == ["batch 1: in_progress, 0 of 0"]
    openai.end(twice=True)
    assert desk.look() == ["batch 1: completed: 3 answers, 0 calls without one"]
    assert desk.statuses == ["queued"] * 3
    assert desk.rows(Request)[0].payload["pass"] == 2
    live = len([request for request in openai.requests if request.path == "/v1/chat/completions"])
    answered = [desk.idea(subject) for subject in SUBJECTS]
    assert live == 0
    assert [each.call.replayed for each in answered] == [False] * 3
    assert desk.balance() == FIRST_CREDITS - 3 * PRICE, "paid once"
    assert {item.status for item in desk.rows(AiBatchItem)} == {"settled"}
    call = desk.rows(AiCall)[0]
    full_price = (Decimal(call.input_tokens) + 4 * Decimal(call.output_tokens)) / 1_000_000
    assert call.cost_usd == (full_price / 2).quantize(Decimal("1e-8"))
    assert desk.idea(SUBJECTS[0]).call.replayed


def test_the_request_is_the_one_that_a_live_call_sends(desk, openai):
    desk.defer(SUBJECTS[0])
    desk.hand_in()
    (line,) = openai.lines(openai.batches[0])
    live = AIRouter(desk.settings, desk.warehouse, desk.media)
    desk.idea("crema-lane-9", live)
    (sent,) = [request.body for request in openai.requests if request.path == "/v1/chat/completions"]
    assert line["body"] == sent
    assert (line["method"], line["url"]) == ("POST", "/v1/chat/completions")


def test_a_call_that_waits_is_made_by_nobody_else(desk, openai):
    desk.defer(SUBJECTS[0])
    with pytest.raises(CallHeld, match=f"waits for batch {desk.batch_id},"):
        desk.idea(SUBJECTS[0], AIRouter(desk.settings, desk.warehouse, desk.media))
    with pytest.raises(CallDeferred):
        desk.idea(SUBJECTS[0])
    assert len(desk.rows(AiBatchItem)) == 1
    assert Journal(desk.warehouse).release_abandoned(utc_now()) == 0
    assert openai.requests == []


def test_failed_and_lost_lines_are_asked_for_again_and_refused_ones_fail_alone(desk, openai):
    desk.defer()
    desk.hand_in()
    # In the file without the lost one: the first failed for good, the second may do another time.
    openai.end(lost=1, failing={0: (400, "invalid_request"), 1: (500, "server_error")})
    assert desk.look() == ["batch 1: completed: 0 answers, 3 calls without one"]
    assert desk.balance() == FIRST_CREDITS, "given back"
    lost, refused, broken = SUBJECTS
    with pytest.raises(ProviderRejected, match="invalid_request: told to fail"):
        desk.idea(refused)
    for subject in (lost, broken):
        with pytest.raises(CallDeferred):
            desk.idea(subject)
    assert [item.status for item in desk.rows(AiBatchItem)] == ["failed", "failed", "failed", "waiting", "waiting"]
    with pytest.raises(CallDeferred):
        desk.idea(refused)  # somebody asks for it anew


def test_after_three_batches_without_an_answer_it_is_enough(desk, openai):
    for _ in range(3):
        desk.defer(SUBJECTS[0])
        desk.hand_in()
        openai.end("expired", lost=1)
        desk.look()
    with pytest.raises(ProviderRejected, match="3 batches brought no answer"):
        desk.idea(SUBJECTS[0])
    assert desk.balance() == FIRST_CREDITS


def test_an_answer_that_does_not_fit_is_mended_in_a_further_batch(desk, openai):
    desk.defer(SUBJECTS[0])
    desk.hand_in()
    openai.end(contents={0: '{"title": "half of it"}'})
    desk.look()
    desk.defer(SUBJECTS[0])
    desk.hand_in()
    (line,) = openai.lines(openai.batches[1])
    assert [message["role"] for message in line["body"]["messages"]] == ["system", "user", "assistant", "user"]
    openai.end()
    desk.look()
    desk.idea(SUBJECTS[0])
    assert desk.balance() == FIRST_CREDITS - PRICE
    assert len(openai.batches) == 2


def test_a_batch_whose_confirmation_was_lost_is_found_and_not_handed_in_again(desk, openai):
    desk.defer()
    openai.script(Drop())
    openai.hidden = True
    assert desk.hand_in(until_listed=600) == []
    assert desk.rows(AiBatch)[0].status == "unknown"
    assert "may appear late" in desk.look(until_listed=600)[0] or desk.rows(AiBatch)[0].status == "unknown"
    openai.hidden = False
    assert desk.look() == ["batch 1: handed in"]
    assert len(openai.batches) == 1
    openai.end()
    desk.look()
    assert [desk.idea(subject).call.replayed for subject in SUBJECTS] == [False] * 3


def test_a_process_that_dies_after_handing_in_leaves_a_batch_that_is_found(desk, openai, monkeypatch):
    desk.defer()
    # Killed between the provider's answer and the note about it.
    monkeypatch.setattr("igny8_resources.effects._confirm", _die)
    with pytest.raises(KeyboardInterrupt):
        desk.hand_in()
    monkeypatch.undo()
    with desk.warehouse.write() as session:
        session.execute(Effect.__table__.update().values(owner="", status="sent"))
    assert desk.hand_in() == [desk.batch_id]
    assert len(openai.batches) == 1


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_batch_that_cannot_be_handed_in_gives_everything_back_and_says_why(desk, openai):
    desk.defer()
    openai.script(
        Failure(400, {"message": "Billing hard limit has been reached", "code": "billing_hard_limit_reached"})
    )
    assert desk.hand_in() == []
    (batch,) = desk.rows(AiBatch)
    assert batch.status == "failed"
    assert "Billing hard limit" in batch.error
    assert desk.balance() == FIRST_CREDITS
    assert desk.statuses == ["queued"] * 3
    with pytest.raises(ProviderRejected, match="Billing hard limit"):
        desk.idea(SUBJECTS[0])


def test_a_batch_that_the_provider_refuses_as_a_whole(desk, openai):
    desk.defer()
    desk.hand_in()
    openai.end(
        "failed", errors=[{"code": "invalid_json_line", "message": "line 3 is no JSON", "line": 3, "param": None}]
    )
    assert desk.look() == ["batch 1: failed: 0 answers, 3 calls without one"]
    with pytest.raises(ProviderRejected, match="line 3 is no JSON"):
        desk.idea(SUBJECTS[0])


def test_cancelling_the_request_stops_the_batch_and_gives_everything_back(desk, openai):
    desk.defer()
    desk.hand_in()
    with desk.warehouse.write() as session:
        assert cancel_request(session, desk.request_id)
    assert desk.look() == ["batch 1: its request has ended; the provider was asked to stop it"]
    openai.end("cancelled", lost=2)
    desk.look()
    assert desk.balance() == FIRST_CREDITS
    assert desk.statuses == ["cancelled"] * 3
    assert desk.look() == []


def test_a_batch_that_was_never_handed_in_ends_with_its_request(desk, openai):
    desk.defer()
    with desk.warehouse.write() as session:
        cancel_request(session, desk.request_id)
    assert desk.look() == ["batch 1: given up, its request has ended"]
    assert desk.balance() == FIRST_CREDITS
    assert openai.batches == []


def test_looking_too_often_asks_nothing(desk, openai):
    desk.defer()
    desk.hand_in()
    assert len(look_after(desk.warehouse, desk.client)) == 1
    asked = len(openai.requests)
    assert look_after(desk.warehouse, desk.client) == []
    assert len(openai.requests) == asked
