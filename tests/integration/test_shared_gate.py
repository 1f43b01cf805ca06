"""Rate limits and health that all processes share through the warehouse."""

import pytest
from sqlalchemy import event

from igny8_resources.ai.errors import CircuitOpen, ProviderUnavailable
from igny8_resources.ai.shared_gate import FIRST_PAUSE, SHARE_OF_LIMIT, SharedGate


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


def gate_of(warehouse, time, **changes) -> SharedGate:
    """What one process has in its hands."""
    return SharedGate(warehouse, "openai/api/1", "openai", sleep=time.sleep, clock=time, **changes)


def headers(**values: str) -> dict[str, str]:
    return {f"x-ratelimit-{name.replace('_', '-')}": value for name, value in values.items()}


def test_two_processes_share_the_rate_that_one_of_them_learnt(warehouse, time):
    one, other = gate_of(warehouse, time), gate_of(warehouse, time)
    with one.slot():
        one.learn(headers(limit_requests="60", remaining_requests="59", reset_requests="1s"))
    for gate in (one, other, one, other):
        with gate.slot():
            pass
    a_second = round(1 / SHARE_OF_LIMIT, 3)
    # The first request after learning goes at once, each later one a second after the one before, whoever makes it.
    assert time.slept == [a_second] * 3


def test_tokens_are_limited_as_requests_are(warehouse, time):
    gate = gate_of(warehouse, time)
    with gate.slot():
        gate.learn(headers(limit_tokens="6000", remaining_tokens="6000"))
    for tokens in (1_000, 2_000, 100):
        with gate.slot(tokens):
            pass
    assert time.slept == [round(10 / SHARE_OF_LIMIT, 3), round(20 / SHARE_OF_LIMIT, 3)]


def test_a_provider_that_asks_for_a_pause_gets_it_from_everybody(warehouse, time):
    one, other = gate_of(warehouse, time), gate_of(warehouse, time)
    with one.slot():
        one.learn({"retry-after": "7"})
    with other.slot():
        assert time.slept == [7.0]


def test_a_pause_that_is_too_long_is_told_and_not_slept_through(warehouse, time):
    gate = gate_of(warehouse, time, longest_wait=60)
    with gate.slot():
        gate.learn({"retry-after": "300"})
    with pytest.raises(ProviderUnavailable, match="rate limit of openai is used up for 300 s") as told, gate.slot():
        pass
    assert told.value.retry_after == pytest.approx(300)
    assert time.slept == []


def test_a_limit_that_another_process_learnt_differently_is_put_right_by_the_next_answer(warehouse, time):
    """Two models of one key: whoever asks last is paced by what its own answers state."""
    one, other = gate_of(warehouse, time), gate_of(warehouse, time)
    for gate, limit in ((one, "60"), (other, "6"), (one, "60")):
        with gate.slot():
            gate.learn(headers(limit_requests=limit, remaining_requests=limit))
    time.now += 60
    time.slept.clear()
    for _ in range(2):
        with one.slot():
            pass
    assert time.slept == [round(1 / SHARE_OF_LIMIT, 3)]


def test_a_request_costs_few_statements(warehouse, time):
    """Nothing is asked of an answer that says what is known; a paced request looks at the row and writes it."""
    gate, sent = gate_of(warehouse, time), []

    def request(**limits: str) -> list[str]:
        sent.clear()
        with gate.slot():
            gate.learn(headers(**limits))
        return [verb for statement in sent if (verb := statement.split()[0]) != "BEGIN"]

    event.listen(warehouse.engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    assert request() == ["SELECT", "SELECT", "INSERT", "SELECT"], "the first of all makes the row"
    assert request() == ["SELECT"]
    assert request(limit_requests="60") == ["SELECT", "SELECT", "UPDATE"], "news"
    assert request(limit_requests="60") == ["SELECT", "UPDATE"]


def test_a_server_without_limits_is_never_waited_for(warehouse, time):
    gate = gate_of(warehouse, time)
    for _ in range(5):
        with gate.slot(10_000):
            gate.learn({})
    assert time.slept == []


def test_a_provider_that_fails_three_times_in_a_row_is_left_alone_by_everybody(warehouse, time):
    one, other = gate_of(warehouse, time), gate_of(warehouse, time)
    for _ in range(2):
        one.failed("nothing listens there")
    assert other.open_for() == 0
    other.failed("nothing listens there")
    assert one.open_for() == FIRST_PAUSE
    with pytest.raises(CircuitOpen, match=r"openai failed 3 times in a row \(nothing listens there\)"), one.slot():
        pass


def test_after_the_pause_one_failure_is_enough_and_one_answer_clears_it(warehouse, time):
    gate = gate_of(warehouse, time)
    for _ in range(3):
        gate.failed("503")
    time.now += FIRST_PAUSE + 1
    assert gate.open_for() == 0
    gate.failed("503")
    assert gate.open_for() == 2 * FIRST_PAUSE
    time.now += 2 * FIRST_PAUSE + 1
    with gate.slot():
        gate.succeeded()
    gate.failed("503")
    assert gate.open_for() == 0
