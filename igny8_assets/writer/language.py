"""In which language a text is written, told by its script and its commonest words.

It knows the scripts of Latin, Cyrillic, Greek, Arabic, Hebrew, Devanagari, Thai, Han, Kana and Hangul, and the commonest words
of the languages in ``COMMONEST_WORDS``. Languages that are not listed there are judged by their script alone; Danish and
Norwegian are one here. It is made for whole articles and says nothing about less than forty words.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from igny8_assets.article_passages import passages
from igny8_assets.findings import Finding
from igny8_assets.writer.repetition import excerpt
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft
from igny8_resources.word_stems import word_set

FEWEST_WORDS = 40
LEAST_SHARE = 0.08  # of all words are among the commonest ones of the language that a text is taken for
CLEAR_LEAD = 1.8  # times as many of them as of the wanted language's

COMMONEST_WORDS: dict[str, frozenset[str]] = {
    "en": word_set("the and of to in is that it for on with as are this be you your not or from at by an have what"),
    "de": word_set(
        "der die und das ist nicht mit den von zu ein eine sich auf für dem im sie auch es wird oder wie bei"
    ),
    "fr": word_set("le la les des et est une du que pour dans qui pas sur au avec plus vous ce il par sont votre ou"),
    "es": word_set("el la los las de que y en un una es se por con para no su del como más lo al pero sus"),
    "it": word_set("il la di che e è un una per non con del della sono le i si da gli alla più nel come anche"),
    "pt": word_set("o a os as de que e em um uma é para com não do da se por mais no na dos como você sua"),
    "nl": word_set("de het een en van is dat niet op te zijn voor met die je aan ook als er bij maar naar worden of"),
    "sv": word_set("och att det är som en på för av inte med den till ett har de om kan du så eller när från också"),
    "da": word_set("og at det er som en på for af ikke med den til et har de om kan du så eller når fra også av"),
    "fi": word_set("ja on ei se että mutta kun voi ovat tai kuin myös niin jos sen ole hän joka mitä vain kanssa"),
    "pl": word_set("i w na z się nie to jest do że o jak od za po ale przez dla są tym czy może lub być"),
    "cs": word_set("a v na je se že to s z do o jak ale by pro jsou za po nebo který když má jako není"),
    "hu": word_set("a az és hogy nem is egy van de ez meg ha csak vagy mint már azt lehet kell volt"),
    "ro": word_set("și de la în cu nu o pe un să este ce care sunt mai pentru din al ale sau dacă prin"),
    "tr": word_set("ve bir bu için ile de da çok daha olarak gibi ne en olan var kadar değil sonra veya her"),
    "id": word_set("yang dan di ini itu dengan untuk dari tidak pada dalam adalah akan ke atau juga bisa anda lebih"),
    "vi": word_set("và của là có không được cho một những các với trong này đã người để bạn khi từ"),
    "ru": word_set("и в не на что с это как по для но из к вы или от если так у можно его при же"),
    "uk": word_set("і в не на що з це як до для але та ви або від якщо так у можна його при є"),
}
_ALIKE = {"no": "da", "nb": "da", "nn": "da"}
_SCRIPTS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "kk"), frozenset({"CYRILLIC"})),
    "sr": frozenset({"CYRILLIC", "LATIN"}),
    "el": frozenset({"GREEK"}),
    **dict.fromkeys(("ar", "fa", "ur"), frozenset({"ARABIC"})),
    "he": frozenset({"HEBREW"}),
    **dict.fromkeys(("hi", "mr", "ne"), frozenset({"DEVANAGARI"})),
    "th": frozenset({"THAI"}),
    "ja": frozenset({"HIRAGANA", "KATAKANA", "CJK"}),
    "zh": frozenset({"CJK"}),
    "ko": frozenset({"HANGUL"}),
}
_KNOWN_SCRIPTS = frozenset({"LATIN"}).union(*_SCRIPTS.values())
_WORD = re.compile(r"[^\W\d_]+")


def script_of(text: str) -> str | None:
    """The script of most letters of a text, as Unicode names it (``LATIN``, ``CJK``), or None of too few letters."""
    letters = [letter for letter in text[:20_000] if letter.isalpha()]
    if len(letters) < FEWEST_WORDS:
        return None
    found = Counter(unicodedata.name(letter, "").split(" ")[0] for letter in letters)
    return found.most_common(1)[0][0]


def right_language(draft: ArticleDraft, brief: ArticleBrief) -> Iterator[Finding]:
    """The body is in the language of the site's voice, as far as script and commonest words can tell."""
    wanted = brief.voice.language.casefold().replace("_", "-").split("-")[0]
    wanted = _ALIKE.get(wanted, wanted)
    prose = [passage for passage in passages(draft) if passage.kind == "prose"]
    text = "\n".join(passage.text for passage in prose)
    script = script_of(text)
    if script is None:
        return
    expected = _SCRIPTS.get(wanted, frozenset({"LATIN"}) if wanted in COMMONEST_WORDS else _KNOWN_SCRIPTS)
    if script not in expected and script in _KNOWN_SCRIPTS:
        yield _wrong(prose[0].where, prose[0].text, f"in {script.capitalize()} script", brief.voice.language)
        return
    words = [word.casefold() for word in _WORD.findall(text)]
    if wanted not in COMMONEST_WORDS or len(words) < FEWEST_WORDS:
        return
    shares = _shares(words)
    best = max(shares, key=lambda language: shares[language])
    if best != wanted and shares[best] >= LEAST_SHARE and shares[best] >= CLEAR_LEAD * shares[wanted]:
        first = next((one for one in prose if _language_of_passage(one.text) == best), prose[0])
        yield _wrong(first.where, first.text, f"in “{best}”", brief.voice.language)


def _language_of_passage(text: str) -> str:
    shares = _shares([word.casefold() for word in _WORD.findall(text)])
    return max(shares, key=lambda language: shares[language])


def _shares(words: list[str]) -> dict[str, float]:
    counted = Counter(words)
    total = max(1, len(words))
    return {language: sum(counted[word] for word in common) / total for language, common in COMMONEST_WORDS.items()}


def _wrong(where: str, text: str, found: str, wanted: str) -> Finding:
    return Finding(
        check="wrong_language",
        severity="error",
        passage=where,
        message=f"The article is written {found}, but the site's language is “{wanted}”: “{excerpt(text)}” Write it again.",
    )
