"""Which picture stands under which sentence: the nearest in meaning, never the same twice in a row, rarely again at all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Cosines of MiniLM between a sentence and a caption: unrelated ones stay below 0.2, a shared subject is above 0.3.
FLOOR = 0.27
# A card that shows a fact of the sentence is worth a picture of this score.
FACT = 0.45
# What a picture loses for every time it was shown before, and a card for every card right before it.
USED_AGAIN, CARD_AFTER_CARD = 0.12, 0.06


@dataclass(frozen=True)
class Wanted:
    """One stretch of a section in search of a picture.

    ``own_card`` says that the script gives it a card of its own, ``asks_picture`` that it asks for a picture, and
    ``has_fact`` that its card would show a fact.
    """

    own_card: bool
    asks_picture: bool
    has_fact: bool


@dataclass(frozen=True)
class Choice:
    """The chosen candidate (None: a card) and its cosine with the sentence, before anything is taken off."""

    candidate: int | None
    score: float


def choose(cosines: np.ndarray, wanted: Sequence[Wanted], usable: np.ndarray | None = None) -> list[Choice]:
    """A candidate or a card for each stretch, in order.

    Args:
        cosines: One row a stretch, one column a candidate.
        wanted: What each stretch is.
        usable: False where a candidate cannot stand under a stretch, such as a clip that is too short.
    """
    chosen: list[Choice] = []
    times = np.zeros(cosines.shape[1])
    cards = 0
    for row, want in enumerate(wanted):
        if want.own_card or cosines.shape[1] == 0:
            best_at: int | None = None
        else:
            values = cosines[row] - USED_AGAIN * times
            if usable is not None:
                values = np.where(usable[row], values, -np.inf)
            before = chosen[-1].candidate if chosen else None
            if before is not None:
                values[before] = -np.inf
            best_at = int(np.argmax(values))
            # A script that asks for a picture gets one that fits a little less well, but never one that does not fit.
            floor = (FACT if want.has_fact else FLOOR) - (0.07 if want.asks_picture else 0.0)
            if values[best_at] < floor - CARD_AFTER_CARD * cards:
                best_at = None
        if best_at is None:
            cards += 1
            chosen.append(Choice(None, float(cosines[row].max()) if cosines.shape[1] else 0.0))
        else:
            cards = 0
            times[best_at] += 1
            chosen.append(Choice(best_at, float(cosines[row][best_at])))
    return chosen
