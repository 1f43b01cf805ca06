"""One thing that a searcher may care about.

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
