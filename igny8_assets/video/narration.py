"""One cleaned text for the ear and the eye: what the voice says and what the caption shows, word by word.

A caption shows figures and short forms as people write them ("18 g", "vs", "&"); the voice needs them in words. Each
``NarrationWord`` keeps both, so that a caption word gets the time of the words that were spoken for it.
"""

import html
import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from igny8_assets.video.spoken_numbers import UNITS, spoken
from igny8_resources.contracts.video import WordTiming
from igny8_resources.line_breaking import GLUE, joined, units

NO_BREAK_SPACE = "\u00a0"


@dataclass(frozen=True)
class NarrationWord:
    """One unit of a caption, never broken over lines, and the words that the voice says for it."""

    caption: str
    spoken: str


@dataclass(frozen=True)
class Narration:
    """A section's text, for the voice and for the captions."""

    words: tuple[NarrationWord, ...]

    @property
    def spoken(self) -> str:
        """What the voice reads."""
        return joined([word.spoken for word in self.words])

    @property
    def caption(self) -> str:
        """What the captions show."""
        return joined([word.caption for word in self.words])


_BLOCK_TAG = re.compile(r"</?(?:p|div|li|ul|ol|h[1-6]|br|tr|table|blockquote)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>", re.DOTALL)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_LINE_MARK = re.compile(r"^\s{0,3}(?:#{1,6}\s+|>\s?|[-*+]\s+|\d{1,2}\.\s+(?=[A-Z]))", re.MULTILINE)
_EMPHASIS = re.compile(r"(\*\*\*|\*\*|\*|~~|`+)(?=\S)(.+?)(?<=\S)\1")
_UNDERSCORES = re.compile(r"(?<!\w)(__?)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_URL = re.compile(r"(?:https?://|www\.)([^\s/]+)(/\S*?)?(?=[.,;:!?)]?(?:\s|$))")
# Zero-width joiners and the emoji style stay: they decide which letters join and which emoji is meant.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\ufeff]")

_SHORT_FORMS = {
    "&": "and",
    "+": "plus",
    "=": "equals",
    "@": "at",
    "vs": "versus",
    "vs.": "versus",
    "w/": "with",
    "w/o": "without",
    "e.g.": "for example",
    "eg.": "for example",
    "i.e.": "that is",
    "etc.": "et cetera.",
    "etc": "et cetera",
    "approx.": "approximately",
    "→": "to",
    "×": "by",
}
# Two or more labels and a top-level part: "cremalane.example", "docs.igny8.com/tour".
_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[\w/-]*)?", re.IGNORECASE)
_EDGES = re.compile(r"""([(\["'“‘«]*)(.*?)([)\]"'”’».,;:!?…]*)""", re.DOTALL)
_AMOUNT = re.compile(r"[(\[“\"']?[~≈±]?[$€£]?[\d.,:–/-]*\d[½¼¾⅓⅔⅛]?")
_NO_WORD = re.compile(r"[^\w&+=@%°→×]+")


def plain_text(text: str) -> str:
    """Text without Markdown, HTML, entities and invisible characters; a paragraph end becomes a full stop."""
    text = _BLOCK_TAG.sub("\n", html.unescape(text))
    text = _TAG.sub("", text)
    text = _LINK.sub(r"\1", text)
    text = _LINE_MARK.sub("", text)
    for _ in range(2):  # emphasis inside emphasis
        text = _UNDERSCORES.sub(r"\2", _EMPHASIS.sub(r"\2", text))
    text = _INVISIBLE.sub("", text)
    text = _URL.sub(lambda match: match[1].removeprefix("www."), text)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    kept = [line for line in lines if line]
    closed = [line if line[-1] in ".!?…:;,。！？、；：؟،؛।" else f"{line}." for line in kept[:-1]]
    return " ".join(closed + kept[-1:])


def narrate(text: str, language: str = "en-US") -> Narration:
    """Clean a section's text and pair what is shown with what is said.

    Figures and short forms become words for English voices; for other languages the voice reads them itself.
    """
    english = language.lower().startswith("en")
    tokens = _joined(units(plain_text(text)))
    return Narration(
        tuple(NarrationWord(caption=token, spoken=_say(token) if english else _heard(token)) for token in tokens)
    )


def caption_words(narration: Narration, timings: tuple[WordTiming, ...]) -> tuple[WordTiming, ...]:
    """The caption's words at the times at which the voice said them.

    The voice may split or punctuate words in its own way: the two texts are matched letter by letter, and a caption
    word that has no counterpart is given a share of the gap between its neighbours.
    """
    if not narration.words or not timings:
        return ()
    said, said_owner = _letters([word.spoken for word in narration.words])
    heard, heard_owner = _letters([timing.text for timing in timings])
    spans: list[tuple[float, float] | None] = [None] * len(narration.words)
    blocks = (
        [(0, 0, len(said))]
        if said == heard
        else [tuple(block) for block in SequenceMatcher(None, said, heard, autojunk=False).get_matching_blocks()]
    )
    for said_at, heard_at, size in blocks:
        for step in range(size):
            word, timing = said_owner[said_at + step], timings[heard_owner[heard_at + step]]
            begun = spans[word]
            spans[word] = (begun[0] if begun else timing.start, timing.end)
    times = _filled(spans, timings[0].start, timings[-1].end)
    return tuple(
        WordTiming(text=word.caption, start=start, end=end)
        for word, (start, end) in zip(narration.words, times, strict=True)
    )


def _letters(words: list[str]) -> tuple[str, list[int]]:
    characters, owner = [], []
    for index, word in enumerate(words):
        for character in word.casefold():
            if character.isalnum():
                characters.append(character)
                owner.append(index)
    return "".join(characters), owner


def _filled(spans: list[tuple[float, float] | None], first: float, last: float) -> list[tuple[float, float]]:
    """Give each run of untimed words equal shares of the time between the timed words around it."""
    filled: list[tuple[float, float]] = []
    index = 0
    while index < len(spans):
        known = spans[index]
        if known is not None:
            filled.append(known)
            index += 1
            continue
        stop = index
        while stop < len(spans) and spans[stop] is None:
            stop += 1
        begin = filled[-1][1] if filled else first
        following = spans[stop] if stop < len(spans) else None
        end = max(begin, following[0] if following else last)
        share = (end - begin) / (stop - index)
        filled.extend((begin + share * step, begin + share * (step + 1)) for step in range(stop - index))
        index = stop
    return filled


def _joined(tokens: list[str]) -> list[str]:
    """Tie a number to its unit and a lone dash to the word before it, so that neither starts a line of its own."""
    tied: list[str] = []
    for token in tokens:
        unit = _EDGES.fullmatch(token)[2]  # type: ignore[index]
        is_unit = unit in UNITS or unit in {"am", "pm"}
        if tied and (_NO_WORD.fullmatch(token) or (is_unit and _AMOUNT.fullmatch(tied[-1]))):
            tie = "" if token.startswith(GLUE) else NO_BREAK_SPACE
            tied[-1] = f"{tied[-1]}{tie}{token.removeprefix(GLUE)}"
        else:
            tied.append(token)
    return tied


def _heard(token: str) -> str:
    return token.replace(NO_BREAK_SPACE, " ")


def _say(token: str) -> str:
    if token.lower() in _SHORT_FORMS:
        return _SHORT_FORMS[token.lower()]
    opening, core, closing = _EDGES.fullmatch(token).groups()  # type: ignore[union-attr]
    for tail in (NO_BREAK_SPACE + "—", NO_BREAK_SPACE + "–", NO_BREAK_SPACE + "-"):
        if core.endswith(tail):
            return f"{_say(opening + core.removesuffix(tail))} — {closing}".rstrip()
    return _heard(f"{opening}{_core(core)}{closing}")


def _core(core: str) -> str:
    words = spoken(core)
    if words is not None:
        return words
    if core.lower() in _SHORT_FORMS:
        return _SHORT_FORMS[core.lower()]
    if core.startswith("#") and len(core) > 1:
        rest = core[1:]
        return f"number {spoken(rest) or rest}" if rest[0].isdigit() else rest
    if _DOMAIN.fullmatch(core) and not core[0].isdigit() and "." in core:
        return core.rstrip("/").replace(".", " dot ").replace("/", " slash ").replace("-", " ")
    # "espresso/filter", "R&D", "250ml-sized": the figure inside a compound is still read in words.
    core = core.replace("&", " and ")
    for separator in ("/", "-"):
        head, found, tail = core.partition(separator)
        if found and head and tail and any(character.isdigit() for character in core):
            return f"{_core(head)} {'slash ' if separator == '/' else ''}{_core(tail)}"
    return core
