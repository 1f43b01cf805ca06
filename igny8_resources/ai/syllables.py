"""How many syllables a text has, about: what its words take in time compared with each other.

English is counted by its vowel groups and its silent e; other alphabets by their vowels, and scripts that write syllables or
consonants by their characters. A number that is written in digits counts as it is read, digit by digit at least.
"""

import re
import unicodedata

_VOWELS = set("aeiouyæœøаеёиоуыэюяіїєαεηιουω")
_GROUP = re.compile(r"[aeiouy]+")
_SILENT_END = re.compile(r"(?:[^laeiouy]es|[^aeiouytd]ed|[^laeiouy]e)$")
_SPLIT_VOWELS = re.compile(r"i[ao](?!u)|eo(?!u)|ua(?!l)|[aeiou]ing|[^aeiou]le$")
_VIRAMA = 9  # the combining class of all signs that take a consonant's vowel
_INDIC = re.compile("[\u0900-\u0dff]")
_HANGUL, _KANA, _HAN = (0xAC00, 0xD7A3), (0x3040, 0x30FF), (0x3400, 0x9FFF)


def syllables_in(word: str) -> int:
    """About how many syllables a word has; 0 where it has no letter and no digit."""
    digits = sum(character.isdigit() for character in word)
    letters = "".join(
        character for character in word if character.isalpha() or unicodedata.category(character)[0] == "M"
    )
    return 2 * digits + (_of_letters(letters) if letters else 0)


def _of_letters(letters: str) -> int:
    if letters.isascii():
        if len(letters) > 1 and letters.isupper() and not _GROUP.search(letters.lower()):
            return len(letters)  # spelt out: an abbreviation without a vowel
        return _english(letters.lower())
    if any(unicodedata.combining(character) == _VIRAMA for character in letters) or _INDIC.search(letters):
        return _of_indic(letters)
    counted, plain = 0, []
    for character in unicodedata.normalize("NFC", letters):
        code = ord(character)
        if any(low <= code <= high for low, high in (_HANGUL, _KANA, _HAN)):
            counted += 1
        else:
            plain.append(character)
    if plain:
        counted += _of_alphabet("".join(plain))
    return max(1, counted)


def _of_indic(word: str) -> int:
    """Each letter is a syllable unless a virama takes its vowel; a bare consonant at the end of a longer word has lost it."""
    letters = [character for character in word if unicodedata.category(character) == "Lo"]
    joined = sum(unicodedata.combining(character) == _VIRAMA for character in word)
    ends_bare = len(letters) - joined > 1 and word[-1] == letters[-1]
    return max(1, len(letters) - joined - ends_bare)


def _english(word: str) -> int:
    count = len(_GROUP.findall(word)) + len(_SPLIT_VOWELS.findall(word))
    if _SILENT_END.search(word):
        count -= 1
    return max(1, count)


def _of_alphabet(word: str) -> int:
    bare = [c for c in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(c)]
    groups, was_vowel = 0, False
    for character in bare:
        is_vowel = character in _VOWELS
        groups += is_vowel and not was_vowel
        was_vowel = is_vowel
    # Arabic, Hebrew, Devanagari and their like write consonants: about two of them make a syllable, and one is one.
    return groups or max(1, (len(bare) + 1) // 2)
