"""Words of short texts: normal form, tokens and light stems, shared by the planner and the lexical embeddings."""

import re
import unicodedata
from functools import lru_cache

_QUOTES = " \"'`´‘’‚‛“”„‟«»‹›"
_ASCII_QUOTES = "\"'` "
_INVISIBLE = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_UNPRINTABLE = re.compile(_INVISIBLE.pattern.replace("\u200b-\u200f", "\u200b\u200e\u200f"))
_SPACE = re.compile(r"\s+")
_TOKEN = re.compile(r"\w+(?:['’]\w+)?", re.UNICODE)
_VOWELS = frozenset("aeiouy")


def word_set(text: str) -> frozenset[str]:
    """The distinct words of a text as they stand, for word lists that read like text."""
    return frozenset(_TOKEN.findall(text))


STOPWORDS = word_set(
    "a an and are as at be been by can could did do does for from had has have how i if in into is it its many me much "
    "my of on or should so than that the their them then there these they this to too was we what when where which "
    "while who why will with without would you your"
)


def normalise(text: str) -> str:
    """The form under which two spellings are one keyword: NFKC, case-folded, unquoted, single spaces.

    Quotation marks around the text and zero-width or control characters anywhere are dropped; an apostrophe inside a
    word stays, in its plain form. Applying it twice changes nothing.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.casefold().split()).strip(_ASCII_QUOTES)
    folded = text
    for _ in range(4):
        # Folding may expose another quote or a new composition; a few rounds reach the fixed point.
        before = folded
        folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", folded)).casefold().replace("’", "'")
        folded = _SPACE.sub(" ", folded).strip(_QUOTES)
        if folded == before:
            break
    return folded


def display_text(text: str) -> str:
    """The keyword as people read it: original letters and case, without control characters or stray spaces.

    Joiners (U+200C, U+200D) stay: Persian, Indic scripts and compound emoji are written with them.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return _SPACE.sub(" ", _UNPRINTABLE.sub("", text)).strip()


def tokens(text: str) -> list[str]:
    """The words of a keyword in order, case-folded, possessive ``'s`` removed."""
    return [word.removesuffix("'s") for word in _TOKEN.findall(normalise(text))]


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """A light English stem: plural ``s``/``es``/``ies``, ``ing``, ``ed`` and final ``e`` removed.

    Only inflection goes, not derivation: *brewing*, *brewed* and *brew* meet, *brewer* stays apart because a brewer
    is a different thing. A stem keeps at least three letters with a vowel; words with digits are left alone.
    """
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for suffix in ("ing", "ed"):
        base = word.removesuffix(suffix)
        if base != word and len(base) >= 3 and not _VOWELS.isdisjoint(base):
            if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz":
                base = base[:-1]
            word = base
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def stems(text: str) -> list[str]:
    """The stems of a keyword's words in order, function words left out unless nothing else remains."""
    words = tokens(text)
    content = [stem(word) for word in words if word not in STOPWORDS]
    return content or [stem(word) for word in words]
