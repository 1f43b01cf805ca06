"""Figures in plain text: what is a figure, and which numbers are the same however they are written."""

import re
from collections.abc import Iterator

_NUMBER = r"\d+(?:[.,\u00a0\u202f ]\d{3})*(?:[.,]\d+)?"
_UNITS = (
    r"%|percent|per cent|‰|°\s?[cf]|degrees?|celsius|fahrenheit|k?g|mg|grams?|kilograms?|kilos?|oz|ounces?|lbs?|"
    r"m?l|lit(?:er|re)s?|cups?|mm|cm|km|met(?:er|re)s?|inch(?:es)?|feet|miles?|bars?|psi|k?w|watts?|volts?|k?hz|"
    r"seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|times|x|million|billion|thousand|"
    r"pounds?|dollars?|euros?|usd|eur|gbp|sek"
)
_FIGURE = re.compile(
    rf"(?:[$€£¥₹]\s?(?P<money>{_NUMBER}))"
    rf"|(?<![\w.])(?P<number>{_NUMBER})(?:\s?(?:[-–—]|to)\s?{_NUMBER})?[\s \-]?(?P<unit>{_UNITS}|[$€£¥₹])(?![\w])",
    re.IGNORECASE,
)
_YEAR = re.compile(
    r"\b(?:in|since|by|until|till|from|before|after|during|of|between|and|to|around|early|late|mid)[ -]"
    r"(?P<year>(?:1[6-9]|20)\d\d)\b"
    r"|\b(?P<attributed>(?:1[6-9]|20)\d\d)\s+(?:study|survey|report|paper|trial|review|census|analysis|poll|law|act|standard)\b",
    re.IGNORECASE,
)
_ANY_NUMBER = re.compile(_NUMBER)


def figures(text: str) -> Iterator[tuple[str, list[str]]]:
    """Every figure of a text as it is said, with the plain numbers in it."""
    for match in _FIGURE.finditer(text):
        yield match.group().strip(), [_plain(number) for number in _ANY_NUMBER.findall(match.group())]
    for match in _YEAR.finditer(text):
        yield match.group().strip(), [match["year"] or match["attributed"]]


def numbers_in(text: str) -> list[str]:
    """Every number of a text, plain."""
    return [_plain(number) for number in _ANY_NUMBER.findall(text)]


def _plain(number: str) -> str:
    """A number without its thousands marks: ``2,400`` and ``2 400`` are one figure, ``9.5`` keeps its point."""
    return re.sub(r"[.,\u00a0\u202f ](?=\d{3}(?:\D|$))", "", number)
