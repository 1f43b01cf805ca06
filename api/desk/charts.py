"""Charts as SVG: computed here, drawn by a template, readable without colour and without a script.

Belongs here: numbers to coordinates. Every chart stands beside a table with the same numbers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 14, 36
_MOST_TICKS = 4


@dataclass(frozen=True)
class Tick:
    """A line of the grid: where it is and what it is called."""

    at: float
    label: str


@dataclass(frozen=True)
class Bar:
    """One bar with the words of its tooltip."""

    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True)
class Chart:
    """A drawing of ``WIDTH`` × ``HEIGHT``: a line (``path`` and the ``area`` below it) or bars, between two axes."""

    title: str
    summary: str
    rows: list[Tick]
    columns: list[Tick]
    bars: list[Bar]
    path: str = ""
    area: str = ""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def bars_by_day(title: str, unit: str, days: Sequence[tuple[date, Decimal]]) -> Chart:
    """One bar a day."""
    top, rows = _scale([value for _, value in days])
    step = (WIDTH - LEFT - RIGHT) / max(1, len(days))
    floor = HEIGHT - BOTTOM
    bars = []
    for number, (day, value) in enumerate(days):
        height = float(value) / top * (floor - TOP)
        label = f"{_day(day)}: {_plain(value)} {unit}"
        bars.append(Bar(round(LEFT + number * step + step * 0.14, 1), round(floor - height, 1),
                        round(step * 0.72, 1), round(height, 1), label))  # fmt: skip
    total = sum((value for _, value in days), Decimal(0))
    dearest = max(days, key=lambda pair: pair[1], default=None)
    summary = f"{_plain(total)} {unit} in {len(days)} days."
    if dearest is not None and dearest[1] > 0:
        summary += f" The most on one day: {_plain(dearest[1])} on {_day(dearest[0])}."
    return Chart(title, summary, rows, _day_ticks([day for day, _ in days], step, 0.5), bars)


def line_by_day(title: str, unit: str, days: Sequence[tuple[date, Decimal]]) -> Chart:
    """A step for every day's last value."""
    top, rows = _scale([value for _, value in days])
    step = (WIDTH - LEFT - RIGHT) / max(1, len(days))
    floor = HEIGHT - BOTTOM
    points = []
    for number, (_, value) in enumerate(days):
        y = round(floor - float(value) / top * (floor - TOP), 1)
        points += [(round(LEFT + number * step, 1), y), (round(LEFT + (number + 1) * step, 1), y)]
    path = "M" + " L".join(f"{x} {y}" for x, y in points) if points else ""
    area = f"{path} L{points[-1][0]} {floor} L{points[0][0]} {floor} Z" if points else ""
    summary = f"From {_plain(days[0][1])} to {_plain(days[-1][1])} {unit} in {len(days)} days." if days else ""
    return Chart(title, summary, rows, _day_ticks([day for day, _ in days], step, 0.5), [], path, area)


def _scale(values: Sequence[Decimal]) -> tuple[float, list[Tick]]:
    """The value of the upper edge, and the grid's rows at round numbers."""
    most = float(max(values, default=Decimal(0)))
    if most <= 0:
        return 1.0, [Tick(float(HEIGHT - BOTTOM), "0")]
    rough = most / _MOST_TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    count = math.ceil(most / step - 1e-9)
    top = step * count
    floor = HEIGHT - BOTTOM
    return top, [
        Tick(round(floor - number * step / top * (floor - TOP), 1), _short(number * step))
        for number in range(count + 1)
    ]


def _day_ticks(days: Sequence[date], step: float, middle: float) -> list[Tick]:
    every = max(1, math.ceil(len(days) / 6))
    return [
        Tick(round(LEFT + (number + middle) * step, 1), f"{day.day} {day:%b}")
        for number, day in enumerate(days)
        if number % every == 0
    ]


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _plain(value: Decimal) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _short(value: float) -> str:
    if value >= 10_000:
        return f"{value / 1000:g}k"
    return f"{value:,g}" if value < 1000 else f"{value:,.0f}"
