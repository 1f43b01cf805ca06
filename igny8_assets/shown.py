"""What an asset shows in Dagster's UI: previews, prices and links, alike everywhere."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from igny8_resources.ai.calls import Answered

OWNERS = ["team:content-operations"]
MOST_PREVIEW_CHARACTERS = 6_000


def credits_shown(calls: "Iterable[Answered]") -> dict[str, dg.MetadataValue]:
    """What calls cost, what they would cost at list price, and how many were answered from the journal."""
    listed = list(calls)
    providers = sorted({f"{call.provider} ({call.model})" for call in listed})
    return {
        "credits": dg.MetadataValue.float(float(sum((call.credits for call in listed), Decimal(0)))),
        "credits_at_list_price": dg.MetadataValue.float(float(sum((call.list_credits for call in listed), Decimal(0)))),
        "provider": dg.MetadataValue.text(", ".join(providers) or "none"),
        "answered_from_journal": dg.MetadataValue.int(sum(call.replayed for call in listed)),
    }


def preview(markdown: str) -> dg.MetadataValue:
    """Markdown, cut at a paragraph when it is long."""
    if len(markdown) <= MOST_PREVIEW_CHARACTERS:
        return dg.MetadataValue.md(markdown)
    cut = markdown.rfind("\n\n", 0, MOST_PREVIEW_CHARACTERS)
    return dg.MetadataValue.md(markdown[: cut if cut > 0 else MOST_PREVIEW_CHARACTERS] + "\n\n*(cut here)*")


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; pipes in cells are escaped."""
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines)


def skipped(reason: str) -> dg.MaterializeResult:
    """Nothing was made, and why."""
    return dg.MaterializeResult(metadata={"skipped": dg.MetadataValue.text(reason)})
