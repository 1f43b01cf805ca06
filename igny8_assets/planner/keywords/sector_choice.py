"""The sector of many keywords: the same answers as ``assign_sector``, each distinct set of telling words weighed once."""

from collections.abc import Mapping

from igny8_assets.planner.keywords.sectors import Sector, assign_sector
from igny8_resources.word_stems import STOPWORDS, stem, stems

MOST_WORDS_REMEMBERED = 200_000


class SectorChooser:
    """Chooses among a site's sectors, which have ids; a site without sectors has none to choose.

    Only words that some sector's seeds hold can tell sectors apart. What a word contributes is looked up once, and so is
    the answer to each set of telling words.
    """

    def __init__(self, sectors: Mapping[Sector, int]) -> None:
        self._sectors = list(sectors)
        self._ids = {sector.name: number for sector, number in sectors.items()}
        seeds = (seed for sector in self._sectors for seed in (sector.name, *sector.seeds))
        self._telling = frozenset(found for seed in seeds for found in stems(seed))
        # Function words count only in texts that hold nothing else: such seeds need each text as a whole.
        self._in_pieces = self._telling.isdisjoint(map(stem, STOPWORDS))
        self._of_word: dict[str, tuple[str, ...]] = {}
        self._of_words: dict[frozenset[str], int] = {}

    def choose(self, text: str, normalised: str) -> int | None:
        """The id of a keyword's sector; ``normalised`` is the text's normal form."""
        if len(self._sectors) < 2:
            return next(iter(self._ids.values()), None)
        if not self._in_pieces:
            return self._ids[assign_sector(text, self._sectors).name]
        found: set[str] = set()
        for word in normalised.split(" "):
            known = self._of_word.get(word)
            found.update(self._look_up(word) if known is None else known)
        telling = frozenset(found)
        if telling not in self._of_words:
            self._of_words[telling] = self._ids[assign_sector(text, self._sectors).name]
        return self._of_words[telling]

    def _look_up(self, word: str) -> tuple[str, ...]:
        if len(self._of_word) > MOST_WORDS_REMEMBERED:
            self._of_word.clear()
        if word not in self._of_word:
            self._of_word[word] = tuple(found for found in stems(word) if found in self._telling)
        return self._of_word[word]
