"""What could be shown in a video: the article's pictures, stock photos and clips, each with the words that describe it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from igny8_assets.video.presets import Preset
from igny8_assets.video.spoken_stretches import SHORTEST, Stretch
from igny8_assets.word_forms import Word, words
from igny8_resources.contracts.video import ScriptSection
from igny8_resources.stock.stock_files import StockFile, StockKind, StockSearch
from igny8_resources.stock.stock_library import StockLibrary
from igny8_resources.warehouse.tables.writer import Image
from igny8_resources.word_stems import STOPWORDS

# Two searches (photos and clips) for each; a video of a minute has about twelve stretches.
_MOST_SEARCHES = 12
_WORDS_ASKED = 5
_KINDS: tuple[StockKind, ...] = ("photo", "clip")
_FEW = 6  # of each kind from each search: what comes later fits worse
# A clip that ends before its sentence would have to begin again.
_SPARE_SECONDS = 1.5


@dataclass(frozen=True)
class Candidate:
    """A picture or clip that may be shown; exactly one of ``image`` and ``stock`` is given.

    ``shows`` describes it in words; ``seconds`` is how long it lasts, 0 for a picture.
    """

    shows: str
    image: Image | None = field(default=None, compare=False)
    stock: StockFile | None = None
    part: str = ""

    @property
    def seconds(self) -> float:
        """How long a clip lasts; 0 for what does not move."""
        return self.stock.seconds if self.stock is not None else 0.0

    def lasts(self, seconds: float) -> bool:
        """Whether it can be shown for so long."""
        return not self.seconds or self.seconds >= seconds + _SPARE_SECONDS


def article_candidates(images: Sequence[Image]) -> list[Candidate]:
    """The article's own pictures; ``part`` is the article's section they were made for, as scripts name it."""
    return [
        Candidate(
            shows=". ".join(text for text in dict.fromkeys((image.alt_text, image.caption, image.headline)) if text),
            image=image,
            part="" if image.section_index is None else f"section:{image.section_index}",
        )
        for image in images
    ]


def belongs_to(candidate: Candidate, section: ScriptSection) -> bool:
    """Whether a picture was made for the part of the article that a section of the script is about."""
    return bool(candidate.part) and section.source.split("/")[0] == candidate.part


def stock_candidates(
    library: StockLibrary, stretches: Sequence[Stretch], subject: str, preset: Preset, language: str
) -> tuple[list[Candidate], list[str]]:
    """What the stock libraries have for these stretches, and what went wrong while asking, each once.

    Args:
        library: Where to look.
        stretches: Sentences in search of a picture; the longest are asked for first when there are too many.
        subject: What the whole video is about: its words narrow every search.
        preset: Its frame says which files are large enough.
        language: Of the sentences (BCP 47).
    """
    if not library.is_configured:
        return [], []
    found: dict[tuple[str, str, str], Candidate] = {}
    troubles: list[str] = []
    asked = sorted(stretches, key=lambda stretch: -stretch.seconds)[:_MOST_SEARCHES]
    for query in dict.fromkeys(search_words(stretch.text, subject) for stretch in asked):
        for kind in _KINDS:
            search = StockSearch(
                query,
                kind,
                preset.is_vertical,
                (preset.width, preset.height),
                least_seconds=SHORTEST if kind == "clip" else 0.0,
                language=language,
            )
            answer = library.search(search)
            troubles += [trouble for trouble in answer.troubles if trouble not in troubles]
            taken: dict[str, int] = {}
            for file in answer.files:
                taken[file.library] = taken.get(file.library, 0) + 1
                if file.shows and taken[file.library] <= _FEW:
                    found.setdefault((file.library, file.kind, file.id), Candidate(shows=file.shows, stock=file))
        if troubles and not found:
            break  # nobody answers: the video is made without
    return list(found.values()), troubles


def search_words(text: str, subject: str) -> str:
    """Two words of the subject and the most telling ones of a sentence: what a person would type."""
    chosen: dict[str, str] = {}
    for word in _telling(subject)[:2]:
        chosen.setdefault(word.stem, word.text.lower())
    for word in sorted(_telling(text), key=lambda word: -len(word.text)):
        if len(chosen) == _WORDS_ASKED:
            break
        chosen.setdefault(word.stem, word.text.lower())
    return " ".join(chosen.values()) or subject


def _telling(text: str) -> list[Word]:
    return [word for word in words(text) if word.text.lower() not in STOPWORDS and re.search(r"[^\W\d]{3}", word.text)]
