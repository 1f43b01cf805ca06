"""How an English voice reads figures: cardinals, decimals, ordinals, years, money, units, ranges and ratios.

Belongs here: turning one written token into words. Splitting a text into such tokens is ``narration``'s work.
"""

import re
from decimal import Decimal

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_ONES = _SMALL.split()
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_LARGEST = 10**15

# (singular, plural) of what may follow a number.
UNITS: dict[str, tuple[str, str]] = {
    "%": ("percent", "percent"),
    "°": ("degree", "degrees"),
    "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "mg": ("milligram", "milligrams"),
    "g": ("gram", "grams"),
    "kg": ("kilogram", "kilograms"),
    "oz": ("ounce", "ounces"),
    "lb": ("pound", "pounds"),
    "lbs": ("pound", "pounds"),
    "ml": ("millilitre", "millilitres"),
    "mL": ("millilitre", "millilitres"),
    "cl": ("centilitre", "centilitres"),
    "l": ("litre", "litres"),
    "L": ("litre", "litres"),
    "µm": ("micron", "microns"),
    "μm": ("micron", "microns"),
    "mm": ("millimetre", "millimetres"),
    "cm": ("centimetre", "centimetres"),
    "m": ("metre", "metres"),
    "km": ("kilometre", "kilometres"),
    "ft": ("foot", "feet"),
    "tsp": ("teaspoon", "teaspoons"),
    "tbsp": ("tablespoon", "tablespoons"),
    "ms": ("millisecond", "milliseconds"),
    "s": ("second", "seconds"),
    "sec": ("second", "seconds"),
    "secs": ("second", "seconds"),
    "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"),
    "h": ("hour", "hours"),
    "hr": ("hour", "hours"),
    "hrs": ("hour", "hours"),
    "bar": ("bar", "bars"),
    "psi": ("P S I", "P S I"),
    "V": ("volt", "volts"),
    "W": ("watt", "watts"),
    "kW": ("kilowatt", "kilowatts"),
    "kWh": ("kilowatt hour", "kilowatt hours"),
    "Hz": ("hertz", "hertz"),
    "kHz": ("kilohertz", "kilohertz"),
    "MHz": ("megahertz", "megahertz"),
    "GHz": ("gigahertz", "gigahertz"),
    "KB": ("kilobyte", "kilobytes"),
    "MB": ("megabyte", "megabytes"),
    "GB": ("gigabyte", "gigabytes"),
    "TB": ("terabyte", "terabytes"),
    "rpm": ("revolution per minute", "revolutions per minute"),
    "ppm": ("part per million", "parts per million"),
    "kcal": ("kilocalorie", "kilocalories"),
    "x": ("time", "times"),
    "×": ("time", "times"),
}
_CURRENCIES = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
}
_MAGNITUDES = {"k": "thousand", "K": "thousand", "M": "million", "m": "million", "bn": "billion", "B": "billion"}
_VULGAR = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅛": "1/8"}
_FRACTIONS = {2: ("half", "halves"), 3: ("third", "thirds"), 4: ("quarter", "quarters"), 8: ("eighth", "eighths")}

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_UNIT = "|".join(sorted((re.escape(unit) for unit in UNITS), key=len, reverse=True))
_MONEY = re.compile(rf"([$€£])({_NUMBER})(?:(k|K|M|m|bn|B)|[-–]\1?({_NUMBER}))?")
_RANGE = re.compile(rf"({_NUMBER})\s?[-–]\s?({_NUMBER})[\s\u00a0-]?({_UNIT})?")
_RATIO = re.compile(r"(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)")
_TIME = re.compile(r"(\d{1,2}):(\d{2})[\s\u00a0]?([ap])\.?m\.?", re.IGNORECASE)
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_FRACTION = re.compile(r"(?:(\d+)[\s\u00a0])?(\d{1,2})/([2348])")
_QUANTITY = re.compile(rf"([-−+~≈±]?)({_NUMBER})([\s\u00a0-]?)({_UNIT})?(\+?)")
_YEAR = re.compile(r"(?:19|20)\d\d")
_DECADE = re.compile(r"((?:19|20)\d0)s")
_SIGNS = {"": "", "-": "minus ", "−": "minus ", "+": "plus ", "~": "about ", "≈": "about ", "±": "plus or minus "}


def cardinal(number: int) -> str:
    """A whole number in words, American style without "and": 1250 is "one thousand two hundred fifty"."""
    if number < 0:
        return f"minus {cardinal(-number)}"
    if number >= _LARGEST:
        return digits(str(number))
    if number < 20:
        return _ONES[number]
    if number < 100:
        ten, one = divmod(number, 10)
        return _TENS[ten] + (f"-{_ONES[one]}" if one else "")
    if number < 1000:
        hundred, rest = divmod(number, 100)
        return f"{_ONES[hundred]} hundred" + (f" {cardinal(rest)}" if rest else "")
    size, name = next(scale for scale in _SCALES if number >= scale[0])
    count, rest = divmod(number, size)
    return f"{cardinal(count)} {name}" + (f" {cardinal(rest)}" if rest else "")


def ordinal(number: int) -> str:
    """A whole number as a rank: 21 is "twenty-first"."""
    head, separator, last = re.match(r"(.*?)([ -]?)([a-z]+)$", cardinal(number)).groups()  # type: ignore[union-attr]
    regular = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return f"{head}{separator}{_ORDINALS.get(last, regular)}"


def digits(text: str) -> str:
    """Every digit by its name: "05" is "zero five"."""
    return " ".join(_ONES[int(character)] for character in text)


def year(number: int) -> str:
    """A year of the 20th or 21st century as it is said: 1999, 2005, 2026."""
    century, rest = divmod(number, 100)
    if 2000 <= number < 2010:
        return cardinal(number)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def number_words(written: str) -> str:
    """A written number, thousands separators and decimals understood: "1,299.5", "0.25"."""
    whole, _, decimals = written.replace(",", "").partition(".")
    words = digits(whole) if len(whole) > 1 and whole.startswith("0") else cardinal(int(whole))
    return f"{words} point {digits(decimals)}" if decimals else words


def spoken(token: str) -> str | None:
    """The words for a written figure with its unit ("92 °C", "$1,299.50", "18–20 g"), or None if it is not one."""
    for sign, fraction in _VULGAR.items():
        token = re.sub(rf"(?<=\d){sign}", f" {fraction}", token).replace(sign, fraction)
    for pattern, say in _READERS:
        match = pattern.fullmatch(token)
        if match:
            return say(match)
    return None


def _money(match: re.Match[str]) -> str:
    symbol, amount, magnitude, upper = match.groups()
    one, many, cent, cents = _CURRENCIES[symbol]
    if magnitude:
        return f"{number_words(amount)} {_MAGNITUDES[magnitude]} {many}"
    if upper:
        return f"{number_words(amount)} to {number_words(upper)} {many}"
    whole, _, decimals = amount.replace(",", "").partition(".")
    if decimals and len(decimals) != 2:
        return f"{number_words(amount)} {many}"
    parts = []
    if int(whole) or not int(decimals or 0):
        parts.append(f"{cardinal(int(whole))} {one if int(whole) == 1 else many}")
    if int(decimals or 0):
        parts.append(f"{cardinal(int(decimals))} {cent if int(decimals) == 1 else cents}")
    return " and ".join(parts)


def _range(match: re.Match[str]) -> str:
    low, high, unit = match.groups()
    if unit in ("x", "×"):
        return f"{number_words(low)} to {number_words(high)} times"
    if not unit and _YEAR.fullmatch(low) and _YEAR.fullmatch(high):
        return f"{year(int(low))} to {year(int(high))}"
    return f"{number_words(low)} to {number_words(high)}" + (f" {UNITS[unit][1]}" if unit else "")


def _time(match: re.Match[str]) -> str:
    hour, minute, half = match.groups()
    past = "" if minute == "00" else f" {'oh ' if minute[0] == '0' else ''}{cardinal(int(minute))}"
    return f"{cardinal(int(hour))}{past} {half.upper()} M"


def _fraction(match: re.Match[str]) -> str:
    whole, top, bottom = match.groups()
    one, many = _FRACTIONS[int(bottom)]
    part = f"{'a' if whole and one == 'half' else cardinal(int(top))} {one if int(top) == 1 else many}"
    return f"{cardinal(int(whole))} and {part}" if whole else part


def _quantity(match: re.Match[str]) -> str:
    sign, amount, tie, unit, more = match.groups()
    if not sign and not unit and not more and _YEAR.fullmatch(amount):
        return year(int(amount))
    # "a 15-bar pump": tied by a hyphen the unit describes what follows and stays in the singular.
    singular = tie == "-" or Decimal(amount.replace(",", "")) == 1
    name = "" if not unit else f" {UNITS[unit][0 if singular else 1]}"
    return f"{_SIGNS[sign]}{number_words(amount)}{name}{' plus' if more else ''}"


_READERS = (
    (_MONEY, _money),
    (_RANGE, _range),
    (_TIME, _time),
    (_RATIO, lambda match: f"{number_words(match[1])} to {number_words(match[2])}"),
    (_ORDINAL, lambda match: ordinal(int(match[1]))),
    (_FRACTION, _fraction),
    (_DECADE, lambda match: re.sub(r"y$", "ies", year(int(match[1])))),
    (_QUANTITY, _quantity),
)
