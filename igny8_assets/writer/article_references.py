"""References of an article's HTML: a number after each cited passage, and the list of sources that the numbers lead to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from igny8_assets.article_passages import passages
from igny8_resources.contracts.sources import CitableSource
from igny8_resources.contracts.writer import ArticleDraft

if TYPE_CHECKING:
    from markupsafe import Markup


class References:
    """Which passages cite which sources; numbers follow the order in which a reader meets them.

    A citation of a source that is not among ``sources`` leaves no mark: the check ``citations`` says so to the editor.
    """

    def __init__(self, draft: ArticleDraft, sources: Sequence[CitableSource]) -> None:
        known = {source.id: source for source in sources}
        self.sources: list[CitableSource] = []
        self._marks: dict[str, list[int]] = {}
        cited: dict[str, list[str]] = {}
        for citation in draft.citations:
            if citation.source_id in known:
                cited.setdefault(citation.where, []).append(citation.source_id)
        # What names no passage of the draft still belongs in the list of sources.
        order = [passage.where for passage in passages(draft)]
        numbers: dict[str, int] = {}
        for where in dict.fromkeys([*order, *cited]):
            for id_ in cited.get(where, ()):
                if id_ not in numbers:
                    self.sources.append(known[id_])
                    numbers[id_] = len(self.sources)
                marks = self._marks.setdefault(where, [])
                if numbers[id_] not in marks:
                    marks.append(numbers[id_])

    def marked(self, text: str, where: str) -> "str | Markup":
        """A text with the numbers of what it cites; without any it is left as it is."""
        from markupsafe import Markup, escape

        numbers = self._marks.get(where)
        if not numbers or not text.strip():
            return text
        marks = "".join(f'<a href="#{anchor_of(number)}">{number}</a>' for number in numbers)
        return escape(text.strip()) + Markup(f'<sup class="references">{marks}</sup>')  # noqa: S704 numbers of ours

    def entries(self) -> "list[Markup]":
        """The sources as list items, each with its number's anchor and, where it has an address, a link."""
        from markupsafe import Markup, escape

        entries = []
        for number, source in enumerate(self.sources, start=1):
            name = escape(source.name)
            if source.url.startswith(("http://", "https://")):
                name = Markup(f'<a href="{escape(source.url)}" rel="external">{name}</a>')  # noqa: S704 escaped
            entries.append(Markup(f'<li id="{anchor_of(number)}">{name}</li>'))  # noqa: S704 escaped above
        return entries


def anchor_of(number: int) -> str:
    """The id of a source in the list."""
    return f"source-{number}"
