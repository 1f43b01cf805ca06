"""Whether a draft has every part that its outline contract asks for, each in the block that the contract names.

A section says itself which part it fulfils. Drafts that say it nowhere, stored before sections could or written by a model
that left it out, are read by their shape (a table, steps) and, in English, by their headings; what only a heading could
show is then a hint and no error.
"""

import re
from collections.abc import Iterator

from igny8_assets.article_passages import passages
from igny8_assets.findings import Finding, Severity
from igny8_assets.word_forms import covers
from igny8_resources.contracts.outlines import OutlinePart
from igny8_resources.contracts.vocabulary import ArticlePart
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft, Section

# What the heading of a part that nothing marks may say, bullets and tables left out.
_WORDED: dict[ArticlePart, str] = {
    "overview": r"overview|glance|cover|what (?:it|this|you)|introduc|about|in short",
    "definition": r"what (?:is|are|counts)|definition|mean|cover|begins and ends|term",
    "short_answer": r"short answer|in short|answer|first",
    "preparation": r"need|prepar|before|ready|tools|ingredients",
    "features": r"feature|benefit|advantage|why |what you get|highlights",
    "outcomes": r"result|outcome|expect|benefit|what you get|deliver|different",
    "local_area": r"area|near|local|where we|around|\bin [A-Z]",
    "mission": r"mission|value|believe|stand for|why we|principle|purpose|here for|\bis for\b",
    "history": r"history|story|began|founded|where we|since|start|milestone|came about",
    "team": r"team|people|who we are|who writes|meet|founder|author",
    "careers": r"career|work(?:ing)? (?:with|for|at)|join|position|job|apply|message",
    "contact": r"contact|reach|write to|touch|call us|find us",
    "coverage": r"cover|topics|subjects|what we|fields",
    "shortlist": r"shortlist|narrow|pick|list|three",
    "verdict": r"verdict|winner|which|choose|recommend|best|pick|should you|bottom line",
    "alternatives": r"compar|alternativ|versus|\bvs\b|instead|else",
    "related_items": r"related|more|next|also|explore|guides?\b|overview|table",
    "next_steps": r"next|from here|further|continue|read on|own decision",
    "press": r"press|media|journalis|partner|quot",
}
_SEVERAL: dict[ArticlePart, frozenset[ArticlePart]] = {
    # Any section on the subject is a section a reader came for; what counts is that there are enough of them.
    "topic": frozenset({"topic", "subtopic"}),
    "subtopic": frozenset({"topic", "subtopic"}),
}
_HELD = {
    "section.bullets": "list items",
    "section.steps": "steps",
    "section.table": "table rows",
    "introduction": "paragraphs",
    "key_takeaways": "takeaways",
    "pros_cons": "options, each with pros and cons",
    "faq": "questions",
    "conclusion": "paragraphs",
}


def required_sections(draft: ArticleDraft, brief: ArticleBrief) -> Iterator[Finding]:
    """Every part that the brief's contract asks for is there; what is missing is named with what to add."""
    marked = any(section.part for section in draft.sections)
    for part in brief.contract.parts:
        if part.need == "optional":
            continue
        missing = _lacking(part, draft, brief)
        if missing:
            severity: Severity = "error" if _is_needed(part, brief) else "warning"
            if part.block == "section" and part.part not in _SEVERAL and not marked:
                severity = "warning"
            yield Finding(check="required_sections", severity=severity, passage=missing[0], message=missing[1])
    if brief.content_type == "cluster_hub":
        yield from _untreated_topics(draft, brief)


def facts_to_supply(draft: ArticleDraft, _brief: ArticleBrief) -> Iterator[Finding]:
    """What the writer asks the editor for: facts that only the site's owner knows and readers would miss."""
    for index, section in enumerate(draft.sections):
        for request in section.to_supply:
            if request.strip():
                yield Finding(
                    check="facts_to_supply",
                    severity="warning",
                    passage=f"section:{index}",
                    message=f"“{section.heading}” waits for facts from you: {request.strip()}",
                )


def _is_needed(part: OutlinePart, brief: ArticleBrief) -> bool:
    """Whether the page is incomplete without a part: nobody gains by made-up questions."""
    return part.need == "required" or (part.need == "when_asked" and bool(brief.questions))


def _lacking(part: OutlinePart, draft: ArticleDraft, brief: ArticleBrief) -> tuple[str, str] | None:
    """The passage where a part falls short and what to add, or None where it is there."""
    if not part.block.startswith("section"):
        return _lacking_field(part, draft, _called(brief))
    if part.part in _SEVERAL:
        return _too_few(part, draft, _called(brief))
    return _lacking_section(part, draft, brief)


def _lacking_field(part: OutlinePart, draft: ArticleDraft, page: str) -> tuple[str, str] | None:
    held = _held(part, draft)
    if held >= part.at_least:
        return None
    if held and part.part in _HELD:
        wanted = f"at least {part.at_least} {_HELD[part.part]}; there {'is' if held == 1 else 'are'} {held}"
        return part.part, f"A {page} needs {wanted}. {part.guidance}"
    name = part.part.replace("_", " ")
    return part.part, f"A {page} needs its {name}, and it is missing. Add it: {part.guidance}"


def _lacking_section(part: OutlinePart, draft: ArticleDraft, brief: ArticleBrief) -> tuple[str, str] | None:
    page, name = _called(brief), part.part.replace("_", " ")
    own = [(index, section) for index, section in enumerate(draft.sections) if section.part == part.part]
    if any(_filled(part, section) for _, section in own):
        return None
    if own:
        index, section = own[0]
        what = f"at least {part.at_least} {_HELD[part.block]}"
        return f"section:{index}", f"“{section.heading}” is the {name} and needs {what}. {part.guidance}"
    if any(_passes_for(part, section, brief) for section in draft.sections if section.part is None):
        return None
    holding = f" with at least {part.at_least} {_HELD[part.block]}" if part.block in _HELD else ""
    return part.part, f"A {page} needs a section for its {name}{holding}. Add it: {part.guidance}"


def _held(part: OutlinePart, draft: ArticleDraft) -> int:
    if part.part == "call_to_action":
        return int(bool(draft.call_to_action.strip()))
    if part.part == "pros_cons":
        return sum(bool(entry.pros and entry.cons) for entry in draft.pros_cons)
    if part.part == "faq":
        return len(draft.faq)
    texts: tuple[str, ...] = getattr(draft, part.part)
    return sum(bool(text.strip()) for text in texts)


def _too_few(part: OutlinePart, draft: ArticleDraft, page: str) -> tuple[str, str] | None:
    """Whether enough sections treat the subject; one that nothing marks counts unless its shape gives it another part."""
    counted = [section for section in draft.sections if section.part is None or section.part in _SEVERAL[part.part]]
    if len(counted) >= part.at_least:
        return None
    name = "supporting topics" if part.part == "subtopic" else "questions and sub-topics of its searches"
    return (
        part.part,
        f"A {page} needs at least {part.at_least} sections on the {name}; it has {len(counted)}. Add them: {part.guidance}",
    )


def _filled(part: OutlinePart, section: Section) -> bool:
    match part.block:
        case "section.bullets":
            return sum(bool(bullet.strip()) for bullet in section.bullets) >= part.at_least
        case "section.steps":
            return len(section.steps) >= part.at_least
        case "section.table":
            return section.table is not None and len(section.table.rows) >= part.at_least
    return True


def _passes_for(part: OutlinePart, section: Section, brief: ArticleBrief) -> bool:
    """Whether a section that nothing marks can be taken for a part."""
    wording = _WORDED.get(part.part)
    worded = wording is None or not brief.voice.language.casefold().startswith("en")
    worded = worded or re.search(wording or "", section.heading, re.IGNORECASE) is not None
    return worded and (part.block == "section.bullets" or _filled(part, section))


def _untreated_topics(draft: ArticleDraft, brief: ArticleBrief) -> Iterator[Finding]:
    titles = [passage.text for passage in passages(draft) if passage.kind == "heading"]
    missing = [topic for topic in brief.sibling_topics if not any(covers(title, topic) for title in titles)]
    if missing:
        yield Finding(
            check="required_sections",
            severity="warning",
            passage="sections",
            message="The hub has no section on: " + ", ".join(missing[:8]) + ". Add one for each, with a link to it.",
        )


def _called(brief: ArticleBrief) -> str:
    kind = brief.content_type.replace("_", " ")
    structure = brief.content_structure.replace("_", " ")
    return kind if structure.startswith(kind) or kind == structure else f"{kind} ({structure})"
