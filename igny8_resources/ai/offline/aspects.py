"""What a searcher may care about, recognised from the words of a keyword, and what can honestly be said about it.

An aspect holds advice on deciding, checking and testing, which is true of any subject; it never states a fact about the
subject itself. The wording stands in ``aspects_choosing`` and ``aspects_doing``.

Wording marks: ``{thing}`` the subject with its article, ``{things}`` the subject in general, ``{topic}`` what the page
is about, ``{the}`` a short way back to it, ``{do}`` and ``{doing}`` the task, ``{m}`` the searches quoted, ``{m1}`` the
first of them, ``{price}`` a ceiling; ``<plural|singular>`` follows the number of searches quoted, ``[plural|singular]``
the number of ``{things}``. ``{g}``, ``{s}`` or ``{k}`` in front keeps a sentence to goods, services or know-how.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Aspect:
    """One thing that searchers weigh.

    ``topic`` completes "start from ...", ``asks`` is the question it settles as a clause. ``criterion``, ``compare``,
    ``check`` and ``decides`` are the cells of a table row.
    """

    key: str
    triggers: str
    topic: str
    asks: str
    criterion: str
    compare: str
    check: str
    decides: str
    headings: tuple[str, ...]
    leads: tuple[str, ...]
    body: tuple[str, ...]
    bullets: tuple[str, ...]
    takeaways: tuple[str, ...]

    def fits(self, keyword: str) -> bool:
        """Whether a keyword's words show that its searcher cares about this."""
        return re.search(rf"(?<![\w-])(?:{self.triggers})(?![\w-])", keyword) is not None


def all_aspects() -> tuple[Aspect, ...]:
    """Every aspect, the most telling first: a keyword belongs to the first one that fits it."""
    from igny8_resources.ai.offline.aspects_choosing import CHOOSING
    from igny8_resources.ai.offline.aspects_doing import DOING

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
