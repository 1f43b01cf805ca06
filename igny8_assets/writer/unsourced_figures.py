"""Figures in an article that neither its brief nor a source that it cites knows: nobody can say where they come from."""

import re
from collections.abc import Iterator

from igny8_assets.article_passages import passages
from igny8_assets.findings import Finding
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft

CHECK = "unsourced_figures"
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


def unsourced_figures(draft: ArticleDraft, brief: ArticleBrief) -> Iterator[Finding]:
    """Numbers with a unit, percentages, amounts of money and years that stand in the article and nowhere else.

    A figure is known when the brief says it, or a passage or quote of a source that the article cites. One warning a
    passage: a person who knows the figure approves it, or it goes.
    """
    known = _numbers_of(brief) | _numbers_cited(draft, brief)
    found = [("title", draft.title), ("meta_description", draft.meta_description)]
    found += [(passage.where, passage.text) for passage in passages(draft)]
    for where, text in found:
        unknown = [said for said, numbers in _figures(text) if not known.issuperset(numbers)]
        if unknown:
            yield Finding(
                check=CHECK,
                severity="warning",
                passage=where,
                message=(
                    f"No source for: {', '.join(dict.fromkeys(unknown))}. "
                    "Check the figure and cite where it comes from, or say it without a number."
                ),
            )


def _figures(text: str) -> Iterator[tuple[str, list[str]]]:
    """Every figure of a text as it is said, with the plain numbers in it."""
    for match in _FIGURE.finditer(text):
        yield match.group().strip(), [_plain(number) for number in _ANY_NUMBER.findall(match.group())]
    for match in _YEAR.finditer(text):
        yield match.group().strip(), [match["year"] or match["attributed"]]


def _numbers_cited(draft: ArticleDraft, brief: ArticleBrief) -> frozenset[str]:
    """The numbers of the sources that the draft cites; a source that it only could have cited proves nothing."""
    cited = {citation.source_id for citation in draft.citations}
    texts = [passage for source in brief.sources if source.id in cited for passage in source.passages]
    known = {source.id for source in brief.sources}
    texts += [citation.quote for citation in draft.citations if citation.source_id in known]
    return frozenset(_plain(number) for text in texts for number in _ANY_NUMBER.findall(text))


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
