"""Whether an article's citations hold: the source is one of the task's, and the quoted words stand in it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from igny8_assets.article_passages import passages
from igny8_assets.findings import Finding
from igny8_resources.contracts.sources import CitableSource
from igny8_resources.contracts.writer import ArticleDraft

CHECK = "citations"
FEWEST_WORDS_OF_A_QUOTE = 4
_MOST_SHOWN = 160  # characters of a quote in a finding

_MARKS = str.maketrans({
    "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "″": '"',
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "`": "'",
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
    "…": "...", "\u00ad": None, "\u200b": None, "\ufeff": None,
})  # fmt: skip
_OUTER = " \t\n\"'.,;:…"


def citation_findings(draft: ArticleDraft, sources: Sequence[CitableSource]) -> Iterator[Finding]:
    """What is wrong with the citations; ``sources`` come with all of their text, so that nothing true is doubted.

    A quote is looked for whatever its white space, quotation marks, dashes and case.
    """
    known = {source.id: source for source in sources}
    texts = {source.id: _plain(source.text) for source in sources}
    places = {passage.where for passage in passages(draft)} | {f"section:{n}" for n in range(len(draft.sections))}
    for number, citation in enumerate(draft.citations):
        where = citation.where if citation.where in places else f"citation:{number}"
        shown = citation.quote if len(citation.quote) <= _MOST_SHOWN else f"{citation.quote[:_MOST_SHOWN].rstrip()}…"
        if citation.where not in places:
            yield _error(
                where, f"It is for the passage “{citation.where}”, which the article does not have. Move or drop it."
            )
        if citation.source_id not in known:
            have = f"The task has {', '.join(known)}." if known else "The task has no source that was read."
            yield _error(where, f"It cites the source “{citation.source_id}”, which does not exist. {have}")
        elif not quote_stands(citation.quote, texts[citation.source_id]):
            name = known[citation.source_id].name
            yield _error(
                where,
                f"The quote “{shown}” does not stand in {citation.source_id} “{name}”. Quote it exactly or drop it.",
            )
        elif len(citation.quote.split()) < FEWEST_WORDS_OF_A_QUOTE:
            yield Finding(
                check=CHECK,
                severity="warning",
                passage=where,
                message=f"The quote “{shown}” is too short to show anything. Quote the whole statement.",
            )


def quote_stands(quote: str, plain_text: str) -> bool:
    """Whether a quote stands in a text that ``_plain`` has read; one that leaves out words says so with an ellipsis."""
    pieces = [piece.strip(_OUTER) for piece in re.split(r"\[?\.\.\.\]?", _plain(quote))]
    position = 0
    for piece in (piece for piece in pieces if piece):
        found = plain_text.find(piece, position)
        if found < 0:
            return False
        position = found + len(piece)
    return any(pieces)


def _plain(text: str) -> str:
    """A text as it is compared: one kind of quotation mark and dash, single spaces, no case."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_MARKS).casefold().split())


def _error(passage: str, message: str) -> Finding:
    return Finding(check=CHECK, severity="error", passage=passage, message=message)
