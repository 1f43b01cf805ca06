"""What the desk draws: two texts as one with changes marked, and charts whose numbers can be read off."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.desk.charts import BOTTOM, HEIGHT, TOP, bars_by_day, line_by_day
from api.desk.word_diff import word_diff

FIRST = date(2026, 11, 1)


def days(*values: int | str) -> list[tuple[date, Decimal]]:
    return [(FIRST + timedelta(days=number), Decimal(value)) for number, value in enumerate(values)]


def test_a_changed_word_is_marked_and_the_rest_stays():
    pieces = [tuple(piece) for piece in word_diff("Grind the beans finely.", "Grind the beans coarsely.")]
    assert pieces == [("same", "Grind the beans "), ("removed", "finely"), ("added", "coarsely"), ("same", ".")]


def test_neighbouring_changes_are_told_as_one():
    pieces = [tuple(piece) for piece in word_diff("one two three four", "one 2 3 four")]
    assert pieces == [("same", "one "), ("removed", "two three"), ("added", "2 3"), ("same", " four")]


@given(st.text(alphabet="ab é\n.,", max_size=60), st.text(alphabet="ab é\n.,", max_size=60))
def test_both_texts_can_be_read_off(before: str, after: str):
    pieces = word_diff(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after


def test_bars_are_as_high_as_their_numbers_and_say_them():
    chart = bars_by_day("Spent by day", "credits", days(10, 0, "2.5"))
    floor = HEIGHT - BOTTOM
    assert [bar.height for bar in chart.bars] == [floor - TOP, 0, pytest.approx((floor - TOP) / 4)]
    assert chart.bars[2].label == "3 Nov 2026: 2.5 credits"
    assert [row.label for row in chart.rows] == ["0", "2.5", "5", "7.5", "10"]
    assert chart.summary == "12.5 credits in 3 days. The most on one day: 10 on 1 Nov 2026."


def test_a_line_holds_the_last_value_of_each_day():
    chart = line_by_day("Balance", "credits", days(1000, 1000, 400))
    assert chart.summary == "From 1,000 to 400 credits in 3 days."
    assert chart.path.count("L") == 5
    assert chart.area.endswith("Z")


@given(st.lists(st.decimals(min_value=0, max_value=10**9, places=4), min_size=1, max_size=90))
def test_nothing_is_drawn_outside_the_picture(values: list[Decimal]):
    chart = bars_by_day("Spent", "credits", days(*map(str, values)))
    assert all(TOP - 0.1 <= bar.y <= HEIGHT - BOTTOM + 0.1 for bar in chart.bars)
    assert len(chart.columns) <= 6
    assert len(chart.rows) <= 6
