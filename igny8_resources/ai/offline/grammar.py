"""English word forms: articles, plurals, gerunds, lists, numbers, capitals and sentence ends.

Belongs here: rules about single words and short phrases. Does not belong here: keywords (``keyword_reading``).
"""

import re
from collections.abc import Sequence
from typing import Literal

from igny8_resources.ai.offline.proper_names import COUNTABLE_NAMES, NAMES, SPELLED_ACRONYMS
from igny8_resources.ai.offline.word_lists import words_of

Number = Literal["singular", "plural", "mass", "name"]

DETERMINERS = words_of("a an the my your our their his her its this that these those any some each every no")
PREPOSITIONS = words_of(
    "for with without in at on from to of by under over below above around between near using vs versus and or "
    "than  before after during into as per about against"
)
_PLACE_WORDS = frozenset({"over", "under", "below", "above", "around", "up"})
_FIXED_TAILS = words_of(
    "home work school night once scratch hand sea office-hours bed school college university person advance "
    "general  time season stock bulk me you us them it"
)
_IRREGULAR = {
    "man": "men",
    "woman": "women",
    "child": "children",
    "person": "people",
    "foot": "feet",
    "tooth": "teeth",
    "mouse": "mice",
    "knife": "knives",
    "shelf": "shelves",
    "leaf": "leaves",
    "wife": "wives",
    "life": "lives",
    "half": "halves",
    "loaf": "loaves",
    "analysis": "analyses",
    "basis": "bases",
}
_ALREADY_PLURAL = frozenset(_IRREGULAR.values()) | words_of("data media series species scissors glasses jeans")
_SINGULAR_IN_S = words_of(
    "press business glass class process access dress mattress fitness wireless express chemex lens bus gas "
    "plus status  virus campus bonus focus basis analysis canvas atlas chaos hummus cactus yes address success "
    "princess boss loss  mass pass brass grass cross illness wellness happiness awareness politics physics "
    "news mathematics"
)
_MASS = words_of(
    "coffee tea espresso milk water brew latte-art art crema juice beer wine food rice bread flour sugar salt "
    "oil  accounting bookkeeping payroll tax insurance software hardware equipment gear clothing footwear "
    "furniture luggage  advice information research training maintenance storage cleaning running yoga pilates "
    "gardening cooking baking  travel weight strength endurance cushioning support money finance cash credit "
    "debt income revenue compliance  marketing advertising seo content traffic design music photography paint "
    "wood steel leather cotton wool plastic  glass ceramic bamboo caffeine chocolate cocoa matcha decaf "
    "filtration extraction pressure temperature flavour  flavor taste acidity bitterness pain stamina "
    "hydration nutrition protein skincare makeup hair skin grass soil  compost electricity gas solar heating "
    "cooling ventilation lighting security privacy safety quality health care  childcare homework progress "
    "feedback traction grip noise dust mould mold rust limescale scale time space ice  foam froth cream roast "
    "vat sales hr it ux law property help drip bloom channeling channelling pour-over  slack knitting history "
    "culture etiquette terminology vocabulary jewellery jewelry stationery"
)
_MASS_HEAD_PHRASES = (
    "cold brew",
    "pour over",
    "drip coffee",
    "latte art",
    "cash flow",
    "due diligence",
    "customer service",
)
_COUNT_ING = words_of(
    "setting building meeting filling coating earring ring string spring king thing wedding rating  painting "
    "drawing listing booking bearing ceiling railing fitting opening heading wing swing"
)
_COUNT_IN_MASS_SUFFIX = words_of(
    "city university community activity facility utility charity identity ability  business harness witness "
    "element document apartment department instrument statement  payment appointment supplement attachment "
    "treatment replacement assessment"
)
_DOUBLING = words_of(
    "set get run cut put stop plan pick-up grip chop drop fit hit let ship shop spin swim trim wrap tap pop "
    "tamp-up step mop begin tag log blog prep bud rub scrub strip zip"
)
_SMALL_WORDS = words_of("a an the and but or nor for in on at to by of with without from as vs per than into")
_NUMBER_WORDS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def indefinite(phrase: str) -> str:
    """``a`` or ``an`` in front of a phrase, by how its first word sounds."""
    first = re.split(r"[\s-]", phrase.strip(), maxsplit=1)[0]
    low = first.lower().strip("“”‘’'\"(")
    if len(first) == 1 or (first.isupper() and low in SPELLED_ACRONYMS):
        vowel = first[0].upper() in "AEFHILMNORSX"
    elif low[:1].isdigit():
        vowel = low.startswith(("8", "11", "18"))
    elif re.match(r"(hour|honest|heir|honour|honor|herb(?=s?$)|x-?ray)", low):
        vowel = not low.startswith("herb")
    elif re.match(r"(uni(?!n)|use|usu|user|usa|util|euro|ewe|one|once|u-|ubiq|uk\b)", low):
        vowel = False
    else:
        vowel = low[:1] in "aeiou"
    return f"{'an' if vowel else 'a'} {phrase}"


def head_word(phrase: str) -> str:
    """The noun that a phrase is about: its last word before the first preposition."""
    words = phrase.lower().split()
    return words[_head_length(words) - 1] if words else ""


def number_of(phrase: str) -> Number:
    """Whether a noun phrase is singular, plural, uncountable or a name, judged by its head word."""
    low = phrase.lower().strip()
    head = head_word(low)
    words = low.split()
    stem = " ".join(words[: _head_length(words)])
    suffixed = head.endswith(("ness", "ware", "ism", "age")) and head not in _COUNT_IN_MASS_SUFFIX and len(head) > 6
    gerund_like = head.endswith("ing") and head not in _COUNT_ING and len(head) > 5
    number: Number = "singular"
    if head in NAMES or re.search(r"[a-z]\d|\d[a-z]", head):
        number = "name"
    elif (
        stem.endswith(_MASS_HEAD_PHRASES) or head in _MASS or ((suffixed or gerund_like) and head not in _SINGULAR_IN_S)
    ):
        number = "mass"
    elif head in _ALREADY_PLURAL or (head.endswith("s") and not head.endswith(("ss", "us", "is"))):
        number = "singular" if head in _SINGULAR_IN_S else "plural"
    return number


def plural(phrase: str) -> str:
    """The plural of a noun phrase; uncountable phrases, names and plurals come back as they are."""
    words = phrase.split()
    if not words or number_of(phrase) != "singular":
        return phrase
    index = _head_length(words) - 1
    word = words[index]
    low = word.lower()
    if low in _IRREGULAR:
        new = _IRREGULAR[low]
    elif re.search(r"[^aeiou]y$", low):
        new = word[:-1] + "ies"
    elif low.endswith(("s", "x", "z", "ch", "sh")):
        new = word + "es"
    else:
        new = word + "s"
    return " ".join([*words[:index], new, *words[index + 1 :]])


def _head_length(words: list[str]) -> int:
    """How many words stand before the first preposition; ``over`` is one only in front of a figure ("pour over")."""
    return next((index for index in range(1, len(words)) if _joins(words, index)), len(words))


def _joins(words: Sequence[str], index: int) -> bool:
    """Whether a word is a preposition where it stands."""
    low = words[index].lower()
    figure = index + 1 < len(words) and words[index + 1].lstrip("$£€")[:1].isdigit()
    return low in PREPOSITIONS and (low not in _PLACE_WORDS or figure)


def singular_word(word: str) -> str:
    """A plain singular for comparing words: ``grinders`` and ``grinder`` become equal. Not for display."""
    low = word.lower()
    if low in _SINGULAR_IN_S or len(low) < 4:
        return low
    if low.endswith("ies") and len(low) > 5:
        return low[:-3] + "y"
    if low.endswith(("sses", "xes", "ches", "shes")):
        return low[:-2]
    if low.endswith("s") and not low.endswith(("ss", "us", "is")):
        return low[:-1]
    return low


def gerund(verb: str) -> str:
    """The -ing form of a verb or phrasal verb: ``clean`` becomes ``cleaning``, ``set up`` becomes ``setting up``."""
    first, _, rest = verb.partition(" ")
    if first.endswith("ie"):
        form = first[:-2] + "ying"
    elif first.endswith("e") and not first.endswith(("ee", "oe", "ye")) and first != "be":
        form = first[:-1] + "ing"
    elif first in _DOUBLING:
        form = first + first[-1] + "ing"
    else:
        form = first + "ing"
    return f"{form} {rest}".strip()


def with_article(phrase: str) -> str:
    """A noun phrase as it stands in a sentence: a countable singular gets ``a`` or ``an``, the rest stays."""
    first = phrase.split(" ", 1)[0].lower()
    if first in DETERMINERS or first[:1].isdigit():
        return phrase
    if number_of(phrase) == "name":
        return indefinite(phrase) if head_word(phrase) in COUNTABLE_NAMES else phrase
    return indefinite(phrase) if number_of(phrase) == "singular" else phrase


def articled(phrase: str) -> str:
    """Put the missing articles into a clipped search phrase, piece by piece between its prepositions.

    ``coffee grinder without brush`` has the pieces ``coffee grinder`` and ``brush``; a verb must be gone already.
    """
    pieces: list[str] = []
    current: list[str] = []
    words = phrase.split()
    for index, word in enumerate(words):
        if _joins(words, index):
            if current:
                pieces.append(_piece(current, pieces))
            pieces.append(word)
            current = []
        else:
            current.append(word)
    if current:
        pieces.append(_piece(current, pieces))
    return " ".join(pieces)


def _piece(words: list[str], before: list[str]) -> str:
    text = " ".join(words)
    after_of = bool(before) and before[-1].lower() in {"of", "as", "per"}
    if words[-1].lower() in _FIXED_TAILS or after_of or words[0].lower().endswith("ly"):
        return text
    if before and before[-1].lower() in {"and", "or", "vs", "versus", "than", "to"} and len(before) == 1:
        return text
    return with_article(text)


def cased(text: str) -> str:
    """Lower-case search text with its names and acronyms capitalised: ``v60 vs chemex`` becomes ``V60 vs Chemex``."""

    def one(match: re.Match[str]) -> str:
        word = match.group(0)
        low = word.lower()
        if low in NAMES:
            return NAMES[low]
        if low.endswith("s") and low[:-1] in SPELLED_ACRONYMS and not word.isupper():
            return NAMES.get(low[:-1], low[:-1].upper()) + "s"
        if re.fullmatch(r"[a-z]{1,3}\d+[a-z]?", low):
            return word.upper()
        return "I" if word == "i" else word

    named = re.sub(r"[^\W_]+(?:[’'][^\W_]+)?", one, text)
    return re.sub(r"\b([sc])(?= corps?\b)", lambda match: match.group(1).upper(), named)


def capital(text: str) -> str:
    """Upper-case the first letter of a sentence, also behind an opening quotation mark; ``iPhone`` keeps its shape."""
    match = re.match(r"([“‘\"'(]*)(\w+)", text)
    if match is None or any(letter.isupper() for letter in match.group(2)[1:]):
        return text
    start = match.end(1)
    return text[:start] + text[start].upper() + text[start + 1 :]


def title_case(text: str) -> str:
    """Headline capitals: every word but short joining words, which are raised at either end and after a colon."""
    words = text.split(" ")
    result: list[str] = []
    raised = True
    for index, word in enumerate(words):
        bare = word.strip("“”‘’\"'(),.:;?!")
        if any(letter.isupper() for letter in bare) or (
            not raised and index + 1 < len(words) and bare.lower() in _SMALL_WORDS
        ):
            result.append(word)
        else:
            result.append("-".join(capital(part) for part in word.split("-")) if "-" in word else capital(word))
        raised = word.endswith((":", "?", "!"))
    return " ".join(result)


def listed(items: Sequence[str], joiner: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joiner} {items[-1]}"


def counted(number: int, noun: str) -> str:
    """A count with its noun: ``three searches``, ``1 search`` never; figures above twelve stay figures."""
    word = _NUMBER_WORDS[number] if number < len(_NUMBER_WORDS) else f"{number:,}"
    return f"{word} {noun if number == 1 else plural(noun)}"


def quoted(text: str) -> str:
    """A search phrase in typographic quotation marks, names capitalised."""
    return f"“{cased(text)}”"


def word_count(text: str) -> int:
    """How many words a text has, hyphenated words counting once."""
    return len(re.findall(r"[^\W_]+(?:[’'\-.,][^\W_]+)*", text))


def sentences(text: str) -> list[str]:
    """The sentences of a plain paragraph."""
    return [part.strip() for part in re.split(r"(?<=[.!?])[”’]?\s+", text) if part.strip()]


def clipped(text: str, limit: int) -> str:
    """A text cut to at most ``limit`` characters at a word's end, without a dangling joining word or comma."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    words = (head if text[limit] == " " or " " not in head else head.rsplit(" ", 1)[0]).split(" ")
    dangling = _SMALL_WORDS | DETERMINERS | {"is", "are", "that", ""}
    while len(words) > 1 and words[-1].lower().strip("“”,;:—-") in dangling:
        words.pop()
    cut = " ".join(words).rstrip(",;:—- .“")
    if cut.count("“") <= cut.count("”"):
        return cut
    return f"{cut}”" if len(cut) < limit else clipped(text, limit - 1)
