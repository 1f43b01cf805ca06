"""What the model catalogue says a call costs, and when a model may no longer be used."""

from datetime import date
from decimal import Decimal

import pytest

from igny8_resources.ai.catalogue import ModelFacts
from igny8_resources.ai.shared_gate import StatedLimits, endpoint_of, stated_limits

PRICED = ModelFacts(
    "openai",
    "text",
    "gpt-6-luna",
    Decimal("0.40"),
    Decimal("1.60"),
    batch_discount=Decimal("0.5"),
    context_tokens=400_000,
)


def test_tokens_are_priced_by_the_million():
    assert PRICED.cost_usd(10_000, 2_000) == Decimal("0.0072")


def test_a_batch_takes_the_discount():
    assert PRICED.cost_usd(10_000, 2_000, batched=True) == Decimal("0.0036")


def test_an_unknown_price_is_not_a_price_of_zero():
    assert ModelFacts("self_hosted", "text", "llama").cost_usd(10_000, 2_000) is None
    assert ModelFacts("openai", "text", "new", input_usd=Decimal(1)).cost_usd(10, 20) is None


def test_a_picture_is_priced_by_the_piece_or_by_its_tokens():
    assert ModelFacts("runware", "image", "a", unit_usd=Decimal("0.0019")).cost_usd(0, 0, units=3) == Decimal("0.0057")
    by_token = ModelFacts("openai", "image", "b", input_usd=Decimal(5), output_usd=Decimal(40))
    assert by_token.cost_usd(100, 1_000, units=1) == Decimal("0.0405")
    assert ModelFacts("openai", "image", "c").cost_usd(100, 1_000, units=1) is None


@pytest.mark.parametrize(
    ("today", "usable", "warned"),
    [
        (date(2026, 11, 9), True, False),
        (date(2026, 11, 10), True, True),
        (date(2026, 12, 11), True, True),
        (date(2026, 12, 12), False, False),
    ],
)
def test_a_model_warns_a_month_ahead_and_is_skipped_after_its_last_day(today, usable, warned):
    ending = ModelFacts("openai", "text", "gpt-5", sunset_on=date(2026, 12, 11), successor="gpt-6-luna")
    assert (ending.why_unusable(today) == "", ending.warning(today) != "") == (usable, warned)
    if not usable:
        assert ending.why_unusable(today) == "it ended on 2026-12-11: use gpt-6-luna instead"


def test_a_model_that_was_switched_off_is_not_used():
    off = ModelFacts("openai", "text", "gpt-6-luna", is_active=False)
    assert off.why_unusable(date(2026, 1, 1)) == "it is switched off in the model catalogue"


def limits(limit: str, remaining: str, reset: str) -> StatedLimits:
    name = "x-ratelimit-{}-requests"
    return stated_limits(
        {name.format("limit"): limit, name.format("remaining"): remaining, name.format("reset"): reset}
    )


def test_a_limit_is_one_of_a_minute():
    assert limits("600", "599", "100ms").requests == 600
    assert limits("600", "600", "0").requests == 600


def test_what_comes_back_slowly_is_the_limit_of_a_day():
    assert limits("200", "199", "7m12s").requests == pytest.approx(200 / 1440)


@pytest.mark.parametrize("nonsense", ["", "-1", "0", "many"])
def test_headers_that_say_nothing_set_no_limit(nonsense):
    assert limits(nonsense, "1", "1s").requests is None


def test_two_keys_have_limits_of_their_own_and_neither_can_be_read():
    one, other = (endpoint_of("openai", "https://api.openai.com/v1", secret) for secret in ("sk-one", "sk-two"))
    assert one != other
    assert one.startswith("openai/api.openai.com/")
    assert "sk-one" not in one
