from datetime import UTC, datetime

import pytest

from igny8_resources.ai.errors import ProviderUnavailable
from igny8_resources.ai.rate_limits import RateGate, exhausted_wait, requested_wait, seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12ms", 0.012), ("6m0s", 360), ("1h2m3.5s", 3723.5), ("20", 20), ("1.5", 1.5), (" 2s ", 2), ("59.9s", 59.9)],
)
def test_durations_are_read_as_providers_write_them(text: str, seconds: float) -> None:
    assert seconds_of(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", [None, "", "0", "-1", "0s", "soon", "5 apples", "1780000000", "nan", "inf", "1m x"])
def test_what_says_nothing_usable_is_none(text: str | None) -> None:
    assert seconds_of(text) is None


def test_retry_after_comes_in_three_forms() -> None:
    now = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
    assert requested_wait({"retry-after-ms": "1500", "retry-after": "9"}) == 1.5
    assert requested_wait({"retry-after": "9"}) == 9
    assert requested_wait({"retry-after": "Fri, 20 Nov 2026 12:00:30 GMT"}, now) == 30
    assert requested_wait({"retry-after": "Fri, 20 Nov 2026 11:00:00 GMT"}, now) is None
    assert requested_wait({"retry-after": "tomorrow"}, now) is None
    assert requested_wait({}) is None


def test_only_used_up_limits_count() -> None:
    headers = {
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "2s",
        "x-ratelimit-remaining-tokens": "120",
        "x-ratelimit-reset-tokens": "6m0s",
    }
    assert exhausted_wait(headers) == 2
    assert exhausted_wait(headers, also="tokens") == 360
    assert exhausted_wait({"x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "2s"}) is None


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_the_gate_waits_for_the_reset_once() -> None:
    time = Time()
    gate = RateGate(2, longest_wait=60, sleep=time.sleep, clock=lambda: time.now)
    with gate.slot():
        gate.learn({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6s"})
        gate.learn({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "4s"})
    with gate.slot():
        assert time.slept == [6]
    with gate.slot():
        assert time.slept == [6]


def test_the_gate_does_not_sleep_for_hours() -> None:
    time = Time()
    gate = RateGate(2, longest_wait=60, sleep=time.sleep, clock=lambda: time.now)
    gate.learn({"retry-after": "7200"})
    with pytest.raises(ProviderUnavailable, match="resets in 7200 s") as closed, gate.slot():
        pass
    assert closed.value.retry_after == 7200
    time.now += 7200
    with gate.slot():
        assert time.slept == []
