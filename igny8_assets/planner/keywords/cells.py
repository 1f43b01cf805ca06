"""What one cell of a keyword export says: numbers in any locale, ranges, intents, prices, trends.

Every reader takes the cell's text and returns its value, or None (an empty tuple) when the cell says *unknown*.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import get_args

from igny8_assets.planner.keywords.rows import MOST_RESULTS, VolumeKind
from igny8_resources.contracts.vocabulary import INTENTS, Intent

_UNKNOWN = frozenset({"", "-", "–", "—", "--", "n/a", "na", "#n/a", "none", "null", "nan", "unknown", "no data", "?"})
_GROUPING = re.compile(r"(?<=\d)[\s'’\u00a0\u202f](?=\d{3}(?!\d))")
_RANGE = re.compile(r"^([\d.,]+\s*[km]?)\s*(?:-|–|—|to)\s*([\d.,]+\s*[km]?)$")
_CURRENCY_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}
_CURRENCY = re.compile(r"^([A-Z]{3})?\s*([$€£¥₹])?\s*([\d.,\s'’-]+?)\s*([$€£¥₹])?\s*([A-Z]{3})?$")
_INTENT_CODES = dict(zip("0123", ("commercial", "informational", "navigational", "transactional"), strict=True))
_INTENT_LETTERS = {intent[0]: intent for intent in INTENTS}
# Words that share the intent column at Ahrefs and say something else.
_NOT_INTENTS = frozenset({"branded", "non-branded", "local", "non-local"})
_COMPETITION_WORDS = {"low": 0.17, "medium": 0.5, "high": 0.83}
LONGEST_URL = 2_000
_LARGEST_VOLUME = 10**12
GOOGLE_BUCKETS = frozenset({0, 5, 50, 500, 5_000, 50_000, 500_000, 5_000_000, 50_000_000})


class CellError(ValueError):
    """A cell that does not hold what its column should; the message says what was expected."""


def is_unknown(cell: str) -> bool:
    """Whether a cell says that nothing is known."""
    return cell.strip().casefold() in _UNKNOWN


def read_number(cell: str, *, whole: bool = False) -> float:
    """A number in any locale.

    With both ``.`` and ``,`` the last is the decimal mark; the same mark twice separates thousands; a single one
    followed by three digits separates thousands only where a whole number is expected (``1.300`` searches).

    Raises:
        ValueError: not a number.
    """
    text = _GROUPING.sub("", cell.strip())
    last = max(text.rfind("."), text.rfind(","))
    if last >= 0:
        mark = text[last]
        other = "," if mark == "." else "."
        repeated = text.count(mark) > 1
        grouped = whole and other not in text and re.fullmatch(r"-?[1-9]\d{0,2}[.,]\d{3}", text)
        if repeated and other in text:
            raise ValueError(cell)
        text = (
            text.replace(",", "").replace(".", "")
            if repeated or grouped
            else (text[:last].replace(other, "") + "." + text[last + 1 :])
        )
    if not re.fullmatch(r"-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|-?\.\d+", text):
        raise ValueError(cell)
    return float(text)


def read_volume(cell: str) -> tuple[int | None, VolumeKind]:
    """Monthly searches and how exactly they are known.

    A range such as ``1K – 10K`` becomes half of its upper end, the figure that Google writes for the same range.

    Raises:
        CellError: negative, not a number, or absurdly large.
    """
    if cell.isdecimal() and len(cell) <= 12:
        return int(cell), "exact"
    if is_unknown(cell):
        return None, "unknown"
    expected = CellError("a whole number of monthly searches, 0 or more (empty if unknown)")
    text = cell.strip().casefold().lstrip("<>~").rstrip("+").strip()
    try:
        if spread := _RANGE.match(text):
            low, high = _with_unit(spread[1]), _with_unit(spread[2])
            if high < low:
                raise expected
            return round(high / 2), "bucket"
        volume = _with_unit(text)
    except ValueError:
        raise expected from None
    if not 0 <= volume <= _LARGEST_VOLUME:
        raise expected
    if cell.strip()[:1] in "<>~" or cell.strip().endswith("+"):
        return round(volume / 2 if cell.strip().startswith("<") else volume), "bucket"
    return round(volume), "exact"


def _with_unit(text: str) -> float:
    factor = {"k": 1_000, "m": 1_000_000}.get(text[-1:], 1)
    number = text[:-1].strip() if factor > 1 else text
    return read_number(number, whole=factor == 1) * factor


def read_difficulty(cell: str) -> float | None:
    """Keyword difficulty, 0 to 100.

    Raises:
        CellError: not a number, or outside the scale.
    """
    if is_unknown(cell):
        return None
    expected = CellError("a difficulty from 0 to 100 (empty if unknown)")
    try:
        difficulty = read_number(cell.replace("%", ""))
    except ValueError:
        raise expected from None
    if not 0 <= difficulty <= 100:
        raise expected
    return difficulty


def read_price(cell: str) -> tuple[Decimal | None, str | None]:
    """A price and its currency, when the cell names one.

    Raises:
        CellError: not an amount of money.
    """
    if is_unknown(cell):
        return None, None
    expected = CellError("a price such as 1.25 (empty if unknown)")
    parts = _CURRENCY.match(cell.strip().upper())
    if not parts:
        raise expected
    try:
        # Through text, because a float would turn 1.1 into 1.100000000000000088.
        price = Decimal(repr(read_number(parts[3])))
    except (ValueError, InvalidOperation):
        raise expected from None
    if price < 0:
        raise expected
    sign = parts[2] or parts[4]
    return price, parts[1] or parts[5] or (_CURRENCY_SIGNS[sign] if sign else None)


def read_competition(cell: str) -> float | None:
    """Competition among advertisers, 0 to 1, from a share, an index of 0 to 100, or Google's Low, Medium, High.

    Raises:
        CellError: none of these.
    """
    if is_unknown(cell):
        return None
    word = cell.strip().casefold()
    if word in _COMPETITION_WORDS:
        return _COMPETITION_WORDS[word]
    try:
        value = read_number(cell.replace("%", ""))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise CellError("a competition from 0 to 1, from 0 to 100, or Low, Medium, High")
    return round(value / 100, 4) if value > 1 else value


def read_intents(cell: str) -> tuple[Intent, ...]:
    """The intents in a cell, in its order: names, Semrush's codes 0 to 3, or first letters.

    Raises:
        CellError: an entry that is none of these.
    """
    found: list[Intent] = []
    for entry in re.split(r"[,;/|\n]+", cell):
        word = entry.strip().casefold()
        if word in _UNKNOWN or word in _NOT_INTENTS:
            continue
        intent = _INTENT_CODES.get(word) or _INTENT_LETTERS.get(word) or word
        if intent not in INTENTS:
            raise CellError(f"{', '.join(get_args(Intent))} (several separated by commas, empty if unknown)")
        if intent not in found:
            found.append(intent)  # type: ignore[arg-type]
    return tuple(found)


def read_trend(cell: str) -> tuple[float, ...]:
    """Up to 12 months, oldest first, scaled so that none exceeds 1.

    Raises:
        CellError: an entry that is not a number.
    """
    if is_unknown(cell):
        return ()
    try:
        try:
            # The spelling of every tool: numbers between commas.
            months = list(map(float, cell.split(",")))
        except ValueError:
            months = [float(entry) for entry in re.split(r"[,;|\s]+", cell.strip().strip("[]")) if entry]
    except ValueError:
        months = [-1.0]
    # What floats are called that are no numbers is spelt with an n.
    if min(months, default=0.0) < 0 or "n" in cell or "N" in cell:
        raise CellError("up to 12 numbers separated by commas, oldest month first")
    return scaled_months(months[-12:] if len(months) > 12 else months)


def scaled_months(months: list[float]) -> tuple[float, ...]:
    """Monthly figures from 0 to 1: as they are when none exceeds 1, else as shares of the largest."""
    largest = max(months, default=0.0)
    return tuple(round(month / largest, 4) for month in months) if largest > 1 else tuple(months)


def read_list(cell: str) -> tuple[str, ...]:
    """The entries of a cell, separated by commas or line breaks, repeats left out."""
    entries = (" ".join(entry.split()) for entry in re.split(r"[,\n]+", cell))
    return tuple(dict.fromkeys(entry for entry in entries if entry and not is_unknown(entry)))


def read_urls(cell: str) -> tuple[str, ...]:
    """The web addresses in a cell, in its order: separated by line breaks, spaces, commas or bars, repeats left out.

    What is no address is passed over: some tools write *View SERP* under such a header.
    """
    found = dict.fromkeys(entry for entry in re.split(r"[\s,|]+", cell) if entry.startswith(("http://", "https://")))
    return tuple(url for url in found if len(url) <= LONGEST_URL)[:MOST_RESULTS]
