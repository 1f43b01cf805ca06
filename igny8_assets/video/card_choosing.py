"""Which card suits a sentence: a figure, a list, two sides, a quotation, or the sentence itself."""

import re

from igny8_assets.video.card_canvas import CardContent

_LONGEST_HEADLINE = 90  # characters
_MOST_ITEMS = 5
_MERE_WORDS = 3

_QUOTED = re.compile(r"[“«„「『](.{12,160}?)[”»“」』]|(?<!\w)\"(.{12,160}?)\"(?!\w)")
_UNIT = (
    r"%|percent|per cent|°\s?[CF]|degrees|bar|bars|grams?|g|kg|mg|ml|cl|l|litres?|liters?|mm|cm|m|km|inch(?:es)?|seconds?|s|"
    r"minutes?|min|hours?|h|days?|weeks?|months?|years?|euros?|dollars?|pounds?|million|billion|thousand|times|x|kW|W|GB|MB|TB"
)
_NUMBER = r"\d[\d.,\u202f\u00a0]*(?:\s?[–-]\s?\d[\d.,]*)?"
_FIGURE = re.compile(
    rf"(?P<figure>(?:[$€£]\s?)?(?<![\w.]){_NUMBER}(?:[\s\u00a0]?(?:{_UNIT})(?![\w]))?)",
    re.IGNORECASE,
)
_HAS_UNIT = re.compile(rf"[$€£]|(?:{_UNIT})$", re.IGNORECASE)
_SIDE = r"[^,.;:!?]{3,48}"
_BETWEEN = r"(?:vs\.?|versus|compared (?:with|to))"
# Where the second side of a comparison ends and the sentence goes on.
_GOES_ON = re.compile(
    r"\s+(?:is|are|was|were|has|have|does|do|comes?|means?|matters?|depends?|for|in|on|at|when|because|and|which|that)\s.*$",
    re.IGNORECASE,
)
_HEDGE = re.compile(r"(?:about|around|roughly|nearly|almost|some|over|up to)?\s*", re.IGNORECASE)
_VERSUS = re.compile(rf"(?P<one>{_SIDE}?)[\s\u00a0]+{_BETWEEN}[\s\u00a0]+(?P<other>{_SIDE})", re.IGNORECASE)
_AND = re.compile(r"^(?:and|or|und|oder|et|ou|y|o|e|و)\s+", re.IGNORECASE)
_LAST_AND = re.compile(r"\s+(?:and|or|und|oder|et|ou|y)\s+", re.IGNORECASE)
_LEAD = re.compile(r"^(.{4,70}?)(?::|\s[–—-])\s+(.*)$", re.DOTALL)


def card_for_sentence(text: str, *, heading: str = "", brand: str = "") -> CardContent:
    """The card for a sentence; ``heading`` is the section's, for cards that need one beside the sentence's own words."""
    text = text.replace("\u00a0", " ").strip()
    return (
        _quotation(text)
        or _comparison(text, heading, brand)
        or _enumeration(text, heading, brand)
        or _statistic(text, brand)
        # A stretch may begin in the middle of its sentence; a card begins something.
        or CardContent("text_card", _capital(shortened(text)), kicker=brand)
    )


def says_a_fact(content: CardContent) -> bool:
    """Whether a card shows more than its sentence: such a card is worth more than a picture that only nearly fits."""
    return content.style not in ("text_card", "title_card")


def shortened(text: str) -> str:
    """The first sentence that says something, or its first clauses where it is long."""
    sentences = re.split(r"(?<=[.!?।؟])\s+|(?<=[。！？])", text.strip())
    # "Number two." and "Start here." lead on and say nothing by themselves.
    telling = [each for each in sentences if len(each.split()) > _MERE_WORDS or not each.isascii()]
    sentence = (telling or sentences)[0]
    if len(sentence) > _LONGEST_HEADLINE:
        clauses = re.split(r"(?<=[,;:、，؛،])\s*", sentence)
        kept = clauses[0]
        for clause in clauses[1:]:
            if len(kept) + 1 + len(clause) > _LONGEST_HEADLINE:
                break
            kept = f"{kept} {clause}"
        sentence = kept
    return sentence.rstrip(" ,;:、，؛،")


def _quotation(text: str) -> CardContent | None:
    found = _QUOTED.search(text)
    if found is None:
        return None
    quoted = _capital((found[1] or found[2]).strip())
    # A word or a title in quotation marks is no quotation. Whose it is the sentence says, and certainly not the brand's.
    return CardContent("quote_card", quoted) if len(quoted.split()) >= 4 or not quoted.isascii() else None


def _comparison(text: str, heading: str, brand: str) -> CardContent | None:
    found = _VERSUS.search(text)
    if found is None:
        return None
    sides = (_capital(_without_lead(found["one"].strip())), _capital(_GOES_ON.sub("", found["other"].strip())))
    if any(len(side.split()) > 6 for side in sides):
        return None
    return CardContent("comparison_card", heading or shortened(text), sides, brand)


def _enumeration(text: str, heading: str, brand: str) -> CardContent | None:
    lead = _LEAD.match(text)
    head, rest = (lead[1], lead[2]) if lead else (heading, text)
    parts = [part.strip() for part in re.split(r"[,;、，،؛]\s*", rest.rstrip(" .!?。।"))]
    if len(parts) == 2 and lead:
        parts = [parts[0], *_LAST_AND.split(parts[1])]
    elif parts and not _AND.match(parts[-1]):
        parts = [*parts[:-1], *_LAST_AND.split(parts[-1], maxsplit=1)]
    items = [_capital(_AND.sub("", part)) for part in parts]
    short = all(0 < len(item.split()) <= 5 for item in items)
    if len(items) < 3 or len(items) > _MOST_ITEMS or not short or not head:
        return None
    return CardContent("list_card", _capital(head), tuple(items), brand)


def _statistic(text: str, brand: str) -> CardContent | None:
    found = [match for match in _FIGURE.finditer(text) if _HAS_UNIT.search(match["figure"].strip())]
    if not found:
        return None
    figure = found[0]["figure"].strip(" ,.")
    label = shortened(text)
    if _HEDGE.fullmatch(label[: label.find(figure)]) and len(label.partition(figure)[2].split()) > _MERE_WORDS:
        label = label.partition(figure)[2].strip()
    return CardContent("statistic_card", label, kicker=brand, figure=figure)


def _without_lead(side: str) -> str:
    """The last few words of what stands before "vs": what is compared, without the sentence's beginning."""
    words = side.split()
    return " ".join(words[-4:]) if len(words) > 6 else side


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
