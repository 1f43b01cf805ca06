"""What each kind of page must contain, from platform-modules §3.3 of the seeds.

A part with a shape of its own (table, steps, FAQ, call to action) is an error when it is missing, an FAQ only if the
brief knows of questions: nobody gains by made-up ones. A part that only its heading can tell (benefits, results,
history) is a warning, and is looked for in English articles only.
"""

import re
from collections.abc import Callable, Iterator

from igny8_assets.article_passages import passages
from igny8_assets.findings import Finding
from igny8_assets.word_forms import covers
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft

Present = Callable[[ArticleDraft], bool]
Requirement = tuple[str, Present, str]


def _has_table(draft: ArticleDraft) -> bool:
    return any(section.table is not None and section.table.rows for section in draft.sections)


def _has_steps(draft: ArticleDraft) -> bool:
    return any(len(section.steps) >= 2 for section in draft.sections)


def _has_faq(draft: ArticleDraft) -> bool:
    return bool(draft.faq)


_FAQ: Requirement = ("faq", _has_faq, "an FAQ with the questions that searchers ask")
_CTA: Requirement = ("call_to_action", lambda draft: bool(draft.call_to_action.strip()), "a call to action")
_INTRODUCTION: Requirement = ("introduction", lambda draft: any(draft.introduction), "an introduction")
_SECTIONS: Requirement = ("sections", lambda draft: len(draft.sections) >= 2, "at least two sections")
_SUBTOPICS: Requirement = ("subtopics", lambda draft: len(draft.sections) >= 3, "a section for each of its subtopics")
_TABLE: Requirement = ("comparison_table", _has_table, "a table that sets the options side by side")
_SPECS: Requirement = ("specs_table", _has_table, "a specifications table")
_STEPS: Requirement = ("steps", _has_steps, "the procedure as at least two steps")
_PROCESS: Requirement = ("process_steps", _has_steps, "the course of the service as at least two steps")
_PROS_CONS: Requirement = (
    "pros_cons",
    lambda draft: len(draft.pros_cons) >= 2 and all(entry.pros and entry.cons for entry in draft.pros_cons),
    "pros and cons for each of at least two options",
)

_BY_TYPE: dict[str, tuple[Requirement, ...]] = {
    "post": (_INTRODUCTION, _SECTIONS),
    "page": (_INTRODUCTION,),
    "product": (_SPECS, _FAQ, _CTA),
    "service": (_INTRODUCTION, _PROCESS, _FAQ, _CTA),
    "company_page": (_INTRODUCTION, _FAQ),
    "taxonomy_landing": (_INTRODUCTION, _SUBTOPICS, _FAQ),
    "cluster_hub": (_INTRODUCTION, _SUBTOPICS, _FAQ),
    "comparison": (_TABLE, _PROS_CONS, _FAQ),
    "brand_page": (_INTRODUCTION,),
}
_BY_STRUCTURE: dict[str, tuple[Requirement, ...]] = {
    "how_to": (_STEPS,),
    "comparison": (_TABLE, _PROS_CONS, _FAQ),
    "question": (_FAQ,),
}

# What only the words of a heading show: (name, what to look for in headings, bullets left out)
_WORDED: dict[str, tuple[tuple[str, str], ...]] = {
    "product": (
        ("features and benefits", r"feature|benefit|advantage|why |what you get|highlights"),
        ("a comparison with alternatives", r"compar|alternativ|versus|\bvs\b|instead"),
    ),
    "service": (("outcomes or results", r"result|outcome|expect|benefit|what you get|deliver"),),
    "company_page": (
        ("mission or values", r"mission|value|believe|stand for|why we|principle"),
        ("the company's history", r"history|story|began|founded|where we|since|start"),
    ),
    "taxonomy_landing": (("related items", r"related|more|next|also|explore|guides?\b"),),
    "comparison": (("a recommendation", r"verdict|winner|which|choose|recommend|best|pick|should you|bottom line"),),
}
_WORDED_BY_STRUCTURE: dict[str, tuple[tuple[str, str], ...]] = {
    "service_area": (("the area served", r"area|near|local|where we|around|\bin [A-Z]"),),
    "company_team": (("the team", r"team|people|who we are|meet|founder"),),
    "comparison": _WORDED["comparison"],
}


def required_sections(draft: ArticleDraft, brief: ArticleBrief) -> Iterator[Finding]:
    """Every part that the brief's content type and structure ask for is there."""
    asked = {requirement[0]: requirement for requirement in _BY_TYPE.get(brief.content_type, ())}
    asked |= {requirement[0]: requirement for requirement in _BY_STRUCTURE.get(brief.content_structure, ())}
    for name, present, what in asked.values():
        if not present(draft):
            unasked = name == "faq" and not brief.questions and brief.content_structure != "question"
            yield Finding(
                check="required_sections",
                severity="warning" if unasked else "error",
                passage=name,
                message=f"A {_called(brief)} needs {what}. Add it.",
            )
    if brief.voice.language.casefold().startswith("en"):
        worded = dict(_WORDED.get(brief.content_type, ()))
        worded |= dict(_WORDED_BY_STRUCTURE.get(brief.content_structure, ()))
        titles = " | ".join(section.heading for section in draft.sections)
        for what, pattern in worded.items():
            if not re.search(pattern, titles, re.IGNORECASE):
                yield Finding(
                    check="required_sections",
                    severity="warning",
                    passage="sections",
                    message=f"No heading of this {_called(brief)} announces {what}. Add such a section.",
                )
    if brief.content_type == "cluster_hub":
        yield from _untreated_topics(draft, brief)


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
