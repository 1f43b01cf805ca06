"""What a searcher may care about, recognised from the words of a keyword, and what can honestly be said about it.

An aspect holds advice on deciding, checking and testing, which is true of any subject; it never states a fact about the
subject itself. The wording stands in ``aspects_choosing`` and ``aspects_doing``.
"""

from igny8_resources.ai.offline.aspect import Aspect
from igny8_resources.ai.offline.aspects_choosing import CHOOSING
from igny8_resources.ai.offline.aspects_doing import DOING


def all_aspects() -> tuple[Aspect, ...]:
    """Every aspect, the most telling first: a keyword belongs to the first one that fits it."""
    by_key = {aspect.key: aspect for aspect in (*CHOOSING, *DOING)}
    return tuple(by_key[key] for key in _PRIORITY)


def aspect(key: str) -> Aspect:
    """The aspect with this key.

    Raises:
        KeyError: there is no such aspect.
    """
    return next(item for item in all_aspects() if item.key == key)


_PRIORITY = (
    "trouble",
    "local",
    "paperwork",
    "care",
    "settings",
    "time",
    "safety",
    "budget",
    "kit",
    "fit",
    "space",
    "ease",
    "material",
    "features",
    "sensory",
    "buying",
    "provider",
    "method",
    "meaning",
    "verdict",
)
