"""Figures in an article that its brief does not know: nobody can say where they come from."""

import re
from collections.abc import Iterator

from igny8_assets.article_passages import passages
from igny8_assets.findings import Finding
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft

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
_ANY_NUMBER = re.compile(_NUMBER)


def unsourced_figures(draft: ArticleDraft, brief: ArticleBrief) -> Iterator[Finding]:
    """Numbers with a unit, a percentage or an amount of money that stand in the article but nowhere in the brief.

    One warning a passage: a person who knows the figure approves it, or it goes.
    """
    known = _numbers_of(brief)
    found = [("title", draft.title), ("meta_description", draft.meta_description)]
    found += [(passage.where, passage.text) for passage in passages(draft)]
    for where, text in found:
        unknown = [match.group().strip() for match in _FIGURE.finditer(text) if not _known(match, known)]
        if unknown:
            yield Finding(
                check="unsourced_figures",
                severity="warning",
                passage=where,
                message=(
                    f"No source in the brief for: {', '.join(dict.fromkeys(unknown))}. "
                    "Check the figure and name its source, or say it without a number."
                ),
            )


def _known(match: "re.Match[str]", known: frozenset[str]) -> bool:
    return all(_plain(number) in known for number in _ANY_NUMBER.findall(match.group()))


def _numbers_of(brief: ArticleBrief) -> frozenset[str]:
    keywords = (brief.primary_keyword, *brief.secondary_keywords)
    texts = [brief.title, brief.angle, brief.voice.author_bio, brief.voice.niche]
    texts += [*brief.questions, *brief.outline, *brief.sibling_topics, *(keyword.text for keyword in keywords)]
    numbers = {_plain(number) for text in texts for number in _ANY_NUMBER.findall(text)}
    numbers |= {str(keyword.volume) for keyword in keywords if keyword.volume is not None}
    return frozenset(numbers)


def _plain(number: str) -> str:
    """A number without its thousands marks: ``2,400`` and ``2 400`` are one figure, ``9.5`` keeps its point."""
    return re.sub(r"[.,\u00a0\u202f ](?=\d{3}(?:\D|$))", "", number)
