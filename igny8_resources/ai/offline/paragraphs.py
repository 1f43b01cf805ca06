"""Sentences in paragraphs: grouping them, adding one in front of a list, taking one away."""

from collections.abc import Sequence

from igny8_resources.ai.offline.grammar import sentences
from igny8_resources.ai.offline.prose import paragraph
from igny8_resources.contracts.writer import Section


def in_paragraphs(parts: Sequence[str]) -> list[str]:
    """Sentences in paragraphs of three or four, none of them left with a single short one."""
    size = 3 if len(parts) % 4 == 1 else 4
    groups = [list(parts[start : start + size]) for start in range(0, len(parts), size)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2] += groups.pop()
    return [paragraph(group) for group in groups]


def before_list(paragraphs: Sequence[str], sentence: str) -> tuple[str, ...]:
    """The paragraphs with a sentence added in front of the one that leads into the list."""
    if not paragraphs:
        return (sentence,)
    parts = sentences(paragraphs[-1])
    lead = [parts.pop()] if parts[-1].endswith(":") else []
    return (*paragraphs[:-1], paragraph([*parts, sentence, *lead]))


def without_a_sentence(section: Section) -> Section | None:
    """The section without its last plain sentence, or None when only its lead and its searches are left."""
    for place in range(len(section.paragraphs) - 1, -1, -1):
        parts = sentences(section.paragraphs[place])
        for index in range(len(parts) - 1, -1 if place else 0, -1):
            if "“" in parts[index] or parts[index].endswith(":"):
                continue
            left = [*parts[:index], *parts[index + 1 :]]
            shorter = [paragraph(left)] if left else []
            paragraphs = (*section.paragraphs[:place], *shorter, *section.paragraphs[place + 1 :])
            return section.model_copy(update={"paragraphs": paragraphs})
    return None
