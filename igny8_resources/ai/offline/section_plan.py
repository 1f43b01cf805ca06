"""Which sections a page has, in which order and under which headings, by content type, structure and keywords.

Ideas and articles share this plan, so that the outline that is approved is the outline that gets written.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from igny8_resources.ai.offline.grammar import capital, cased, listed
from igny8_resources.ai.offline.page_wording import PAGE_SECTIONS
from igny8_resources.ai.offline.prose import Prose, pattern_of
from igny8_resources.ai.offline.section_wording import GUIDE_SECTIONS, SectionWording
from igny8_resources.ai.offline.subject import Subject, compared_things, item
from igny8_resources.ai.offline.topics import Topic, aspect_of, group_keywords, usual_topics
from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.contracts.vocabulary import ContentStructure, ContentType

SECTIONS: dict[str, SectionWording] = GUIDE_SECTIONS | PAGE_SECTIONS

_ORDER: dict[ContentStructure, tuple[str, ...]] = {
    "guide_tutorial": ("order", "*"),
    "comparison": ("versus", "*", "recommendation"),
    "review": ("criteria", "*", "recommendation"),
    "how_to": ("prepare", "steps", "*"),
    "question": ("answer", "*"),
    "top_listicle": ("criteria", "*", "shortlist"),
    "landing_page": ("overview", "*", "process"),
    "about_page": ("mission", "coverage", "*", "history"),
    "contact_page": ("contact", "coverage", "*"),
    "product_single": ("features", "specs", "*", "alternatives"),
    "product_collection": ("roundup", "criteria", "*", "alternatives"),
    "service_single": ("overview", "process", "outcomes", "*"),
    "service_area": ("overview", "area", "process", "*", "outcomes"),
    "company_about": ("mission", "history", "coverage", "*", "press"),
    "company_team": ("mission", "team", "coverage", "*"),
    "company_careers": ("mission", "careers", "coverage", "*"),
    "category_archive": ("definition", "*", "roundup"),
    "tag_archive": ("definition", "*", "roundup"),
    "attribute_archive": ("definition", "criteria", "*", "roundup"),
    "cluster_hub": ("order", "*", "siblings", "roundup", "next"),
}
_REQUIRED: dict[ContentType, tuple[str, ...]] = {
    "post": (),
    "page": (),
    "product": ("features", "specs", "alternatives"),
    "service": ("overview", "process", "outcomes"),
    "company_page": ("mission", "history", "press"),
    "taxonomy_landing": ("definition", "roundup"),
    "cluster_hub": ("siblings", "roundup", "next"),
    "comparison": ("versus", "recommendation"),
    "brand_page": ("overview", "criteria", "alternatives"),
}
_MOST_TOPICS = 7
_WORDS_A_TOPIC = 175
_FIXED_WORDS = {"versus": 190, "criteria": 130, "steps": 190, "order": 160, "process": 150, "roundup": 110}


@dataclass(frozen=True)
class PlannedSection:
    """One section to write: its kind, its heading, and the sub-topic when it has one."""

    kind: str
    heading: str
    topic: Topic | None = None


def plan_sections(
    prose: Prose,
    subject: Subject,
    content_type: ContentType,
    structure: ContentStructure,
    keywords: Sequence[KeywordFacts],
    siblings: Sequence[str],
    target_words: int,
) -> list[PlannedSection]:
    """Plan a page. ``keywords`` are the secondary ones; the number of topics follows the words that are wanted."""
    order = list(_ORDER[structure])
    for kind in _REQUIRED[content_type]:
        if kind not in order:
            order.insert(
                order.index("*") if kind in {"features", "overview", "definition", "mission"} else len(order), kind
            )
    grouped = group_keywords(subject, keywords)
    if "versus" not in order and any(topic.kind == "versus" for topic in grouped):
        order.insert(order.index("*") + 1, "versus")
    topics = _chosen_topics(subject, grouped, order, siblings, len(keywords), target_words)
    planned: list[PlannedSection] = []
    for kind in order:
        if kind == "*":
            planned += [PlannedSection(topic.kind, _topic_heading(prose, topic), topic) for topic in topics]
        elif kind == "siblings":
            planned += [
                PlannedSection("sibling", capital(cased(name.strip()))) for name in list(dict.fromkeys(siblings))[:6]
            ]
        else:
            topic = next((t for t in grouped if t.kind == "versus"), None) if kind == "versus" else None
            heading = prose.draw(SECTIONS[kind].headings, **heading_slots(subject, keywords))
            planned.append(PlannedSection(kind, heading or capital(kind), topic))
    if structure == "top_listicle":
        planned = _numbered(planned)
    return planned


def _chosen_topics(
    subject: Subject, grouped: Sequence[Topic], order: Sequence[str], siblings: Sequence[str], known: int, target: int
) -> list[Topic]:
    topics = [topic for topic in grouped if topic.kind != "versus"]
    if "features" in order:
        topics = [topic for topic in topics if topic.key != "features"]
    if {"steps", "answer"} & set(order):
        topics = _last("method", topics)
    fixed = sum(_FIXED_WORDS.get(kind, 105) for kind in order if kind not in {"*", "siblings"})
    fixed += 90 * min(len(siblings), 6) if "siblings" in order else 0
    room = round((target * 0.68 - fixed) / _WORDS_A_TOPIC)
    wanted = max(2 if fixed < target * 0.55 else 1, min(_MOST_TOPICS, room))
    if len(topics) > wanted:
        kept = topics[:wanted]
        spare = tuple(keyword for topic in topics[wanted:] for keyword in topic.keywords)
        kept[-1] = replace(kept[-1], keywords=kept[-1].keywords + spare) if kept[-1].kind == "kinds" else kept[-1]
        return kept
    if known < 4:
        wanted = min(wanted, 3)
    taken = {"features", *(topic.key for topic in topics)} if "features" in order else {topic.key for topic in topics}
    usual = [topic for topic in usual_topics(subject, topics) if topic.key not in taken]
    if {"steps", "answer"} & set(order):
        usual = [topic for topic in usual if topic.key != "method"]
    return [*topics, *usual[: wanted - len(topics)]]


def _last(key: str, topics: Sequence[Topic]) -> list[Topic]:
    return [topic for topic in topics if topic.key != key] + [topic for topic in topics if topic.key == key]


def _topic_heading(prose: Prose, topic: Topic) -> str:
    pool = topic.aspect.headings if topic.aspect else SECTIONS[topic.kind].headings
    return prose.draw(pool) or capital(topic.aspect.topic if topic.aspect else topic.kind)


def heading_slots(subject: Subject, keywords: Sequence[KeywordFacts]) -> dict[str, str]:
    """The further wording marks that section wordings may use: the task as a title, the things compared."""
    sides = compared(subject, keywords)
    return {
        "do_title": capital(subject.doing),
        "versus": listed([item(side) for side in sides]),
        "versus_title": " vs ".join(capital(side) for side in sides[:3]),
    }


def compared(subject: Subject, keywords: Sequence[KeywordFacts]) -> tuple[str, ...]:
    """What a comparison sets side by side: what the keywords name, else the subject and what the reader has now."""
    return subject.sides or compared_things(keywords) or (subject.short, "your current solution")


def _numbered(planned: Sequence[PlannedSection]) -> list[PlannedSection]:
    number = 0
    result = []
    for section in planned:
        if section.topic is not None and section.kind != "versus":
            number += 1
            result.append(replace(section, heading=f"{number}. {section.heading}"))
        else:
            result.append(section)
    return result


def follow_outline(planned: Sequence[PlannedSection], outline: Sequence[str], subject: Subject) -> list[PlannedSection]:
    """The plan in the order and under the headings of an approved outline.

    A heading that the plan does not know is matched by what it asks about, or written as an open section of its own;
    sections that the content type demands and the outline lacks follow at the end.
    """
    if not outline:
        return list(planned)
    left = list(planned)
    result: list[PlannedSection] = []
    for heading in dict.fromkeys(text.strip() for text in outline if text.strip()):
        match = next((section for section in left if _same(section.heading, heading)), None)
        if match is None:
            asked = aspect_of(heading, subject)
            match = next(
                (section for section in left if asked and section.topic and section.topic.aspect == asked), None
            )
        if match is None:
            asked = aspect_of(heading, subject)
            taken = {section.topic.key for section in (*left, *result) if section.topic}
            topic = Topic("aspect", (), asked) if asked and asked.key not in taken else None
            match = PlannedSection("aspect" if topic else "open", heading, topic)
        else:
            left.remove(match)
        result.append(replace(match, heading=heading))
    kept = [section for section in left if section.topic is None or section.topic.keywords or section.kind == "versus"]
    return result + kept


def _same(one: str, other: str) -> bool:
    return pattern_of(re.sub(r"^\d+\.\s*", "", one)) == pattern_of(re.sub(r"^\d+\.\s*", "", other))
