"""Which sections a page has, in which order and under which headings, by content type, structure and keywords.

Ideas and articles share this plan, so that the outline that is approved is the outline that gets written.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from igny8_resources.ai.offline.aspect import Aspect
from igny8_resources.ai.offline.aspects import all_aspects
from igny8_resources.ai.offline.grammar import capital, cased, listed, plural, with_article
from igny8_resources.ai.offline.keyword_reading import is_question, names_phrase, normal
from igny8_resources.ai.offline.page_wording import PAGE_SECTIONS
from igny8_resources.ai.offline.proper_names import NAMES
from igny8_resources.ai.offline.prose import Prose, pattern_of
from igny8_resources.ai.offline.section_wording import GUIDE_SECTIONS, SectionWording
from igny8_resources.ai.offline.subject import Subject, compared_things
from igny8_resources.ai.offline.topics import Topic, aspect_of, group_keywords, modifiers_of, usual_topics
from igny8_resources.contracts.outlines import OutlineContract, OutlinePart
from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.contracts.vocabulary import ArticlePart

SECTIONS: dict[str, SectionWording] = GUIDE_SECTIONS | PAGE_SECTIONS

_KIND_OF: dict[ArticlePart, str] = {
    "decision_order": "order",
    "preparation": "prepare",
    "comparison_table": "versus",
    "verdict": "recommendation",
    "short_answer": "answer",
    "specifications": "specs",
    "local_area": "area",
    "related_items": "roundup",
    "next_steps": "next",
    "topic": "*",
    "subtopic": "siblings",
}
"""The wording by which a part is written where it does not bear the part's own name."""
_LEFT_OUT = frozenset({"team", "history", "press"})
"""Optional parts that only the site's owner could fill."""
_ABOUT_OURSELVES = frozenset({"company_page", "page"})
_MOST_TOPICS = 7
_LONGEST_HEADING = 70
_KEYWORD_HOMES = frozenset(
    {"steps", "order", "criteria", "answer", "versus", "specs", "overview", "definition", "coverage", "prepare"}
)
_WORDS_A_TOPIC = 175
_FIXED_WORDS = {"versus": 190, "criteria": 130, "steps": 190, "order": 160, "process": 150, "roundup": 110}


@dataclass(frozen=True)
class PlannedSection:
    """One section to write: its kind, its heading, the sub-topic when it has one, the contract's part that it fulfils."""

    kind: str
    heading: str
    topic: Topic | None = None
    part: ArticlePart = "topic"


def plan_sections(
    prose: Prose,
    subject: Subject,
    contract: OutlineContract,
    *,
    keywords: Sequence[KeywordFacts],
    siblings: Sequence[str],
    target_words: int,
) -> list[PlannedSection]:
    """Plan a page by its contract. ``keywords`` are the secondary ones; the number of topics follows the words wanted."""
    grouped = group_keywords(subject, keywords)
    parts = [part for part in contract.parts if part.block.startswith("section") and _wanted(part, contract, grouped)]
    order = [_KIND_OF.get(part.part, part.part) for part in parts]
    if contract.content_type == "brand_page":
        order = ["brand_history" if kind == "history" else kind for kind in order]
    least = max((part.at_least for part in parts if part.part in {"topic", "subtopic"}), default=0)
    names = list(dict.fromkeys(siblings))[:6] if "siblings" in order else []
    topics = _chosen_topics(
        subject, grouped, order, siblings=names, known=len(keywords), target=target_words, least=least - len(names)
    )
    spare = len(topics) > max(1, least - len(names))
    rest = topics.pop() if "roundup" in order and spare and topics[-1].kind == "more" else None
    planned: list[PlannedSection] = []
    for part, kind in zip(parts, order, strict=True):
        if kind == "*":
            planned += [
                PlannedSection(topic.kind, _topic_heading(prose, subject, topic, number), topic)
                for number, topic in enumerate(topics)
            ]
        elif kind == "siblings":
            planned += [PlannedSection("sibling", capital(cased(name.strip())), None, "subtopic") for name in names]
        else:
            topic = next((t for t in grouped if t.kind == "versus"), None) if kind == "versus" else None
            topic = rest if kind == "roundup" else topic
            heading = prose.draw(SECTIONS[kind].headings, **heading_slots(subject, keywords))
            planned.append(PlannedSection(kind, heading or capital(kind), topic, part.part))
    planned = _with_keyword(planned, subject)
    return _numbered(planned) if contract.content_structure == "top_listicle" else planned


def _wanted(part: OutlinePart, contract: OutlineContract, grouped: Sequence[Topic]) -> bool:
    """Whether a part has something to say: a comparison needs keywords that compare, a company its own subjects only."""
    if part.need != "optional":
        return True
    if part.part == "comparison_table":
        return any(topic.kind == "versus" for topic in grouped)
    if part.part == "topic":
        return contract.content_type not in _ABOUT_OURSELVES
    return part.part not in _LEFT_OUT


def _chosen_topics(
    subject: Subject,
    grouped: Sequence[Topic],
    order: Sequence[str],
    *,
    siblings: Sequence[str],
    known: int,
    target: int,
    least: int,
) -> list[Topic]:
    if "*" not in order:
        return []
    topics = [topic for topic in grouped if topic.kind != "versus"]
    if "features" in order:
        topics = [topic for topic in topics if topic.key != "features"]
    if {"steps", "answer"} & set(order):
        topics = _moved("method", topics, last=True)
    if "answer" in order:
        topics = _moved("trouble", topics, last=False)
    fixed = sum(_FIXED_WORDS.get(kind, 105) for kind in order if kind not in {"*", "siblings"})
    fixed += 90 * min(len(siblings), 6) if "siblings" in order else 0
    room = round((target * 0.68 - fixed) / _WORDS_A_TOPIC)
    wanted = max(2 if fixed < target * 0.55 else 1, min(_MOST_TOPICS, room))
    if known < 4:
        wanted = min(wanted, 3)
    wanted = max(wanted, least)
    whole = [topic for topic in topics if topic.kind == "aspect" or len(topic.keywords) > 1]
    kept = whole[: wanted if len(whole) <= wanted and len(whole) == len(topics) else max(1, wanted - 1)]
    spare = tuple(keyword for topic in topics if topic not in kept for keyword in topic.keywords)
    taken = {topic.key for topic in kept} | ({"features"} if "features" in order else set())
    if {"steps", "answer"} & set(order):
        taken.add("method")
    usual = [topic for topic in usual_topics(subject, topics) if topic.key not in taken]
    kept += usual[: max(0, wanted - len(kept) - bool(spare))]
    return [*kept, Topic("more", spare)] if spare else kept


def _moved(key: str, topics: Sequence[Topic], last: bool) -> list[Topic]:
    return sorted(topics, key=lambda topic: (topic.key == key) == last)


def _topic_heading(prose: Prose, subject: Subject, topic: Topic, number: int) -> str:
    """Two headings in three name the searches themselves; the third is an editor's, so that a page does not drone."""
    specific = _specific_heading(subject, topic) if number % 3 != 1 else ""
    if specific and prose.is_new(specific):
        prose.note(specific)
        return specific
    pool = topic.aspect.headings if topic.aspect else SECTIONS[topic.kind].headings
    return prose.draw(pool) or capital(topic.aspect.topic if topic.aspect else topic.kind)


def _specific_heading(subject: Subject, topic: Topic) -> str:
    if topic.aspect is None or not topic.keywords:
        return ""
    names = modifiers_of(topic, subject)
    first = listed(names, "or") if len(names) > 1 else cased(normal(topic.keywords[0].text))
    options = (f"{capital(first)}: {topic.aspect.asks}", f"{capital(first)}: {topic.aspect.topic}")
    return next((text for text in options if len(text) <= _LONGEST_HEADING), "")


def _with_keyword(planned: Sequence[PlannedSection], subject: Subject) -> list[PlannedSection]:
    """The plan with the primary keyword in at least one heading."""
    if not planned or any(names_phrase(section.heading, subject.keyword) for section in planned):
        return list(planned)
    phrase = cased(normal(subject.keyword))
    if subject.reading.kind == "task":
        phrase = f"how to {subject.reading.action}"
    elif subject.reading.kind == "plain" and names_phrase(plural(phrase), phrase):
        phrase = plural(phrase)
    mark = "?" if is_question(phrase) and subject.reading.kind != "task" else ":"
    place = next((i for i, section in enumerate(planned) if section.kind in _KEYWORD_HOMES), 0)
    tail = planned[place].heading
    if subject.reading.kind == "task" and planned[place].kind == "steps":
        heading = f"{capital(phrase)}, step by step"
    else:
        tail = tail if mark == "?" or tail.startswith(("“", "FAQ")) else _lowered(tail)
        heading = f"{capital(phrase)}{mark} {tail}"
    result = list(planned)
    result[place] = replace(planned[place], heading=heading)
    return result


def _lowered(heading: str) -> str:
    first, _, rest = heading.partition(" ")
    named = first.lower().strip(",:") in NAMES or any(letter.isupper() for letter in first[1:])
    return heading if named else f"{first.lower()} {rest}".strip()


def heading_slots(subject: Subject, keywords: Sequence[KeywordFacts]) -> dict[str, str]:
    """The further wording marks that section wordings may use: the task as a title, the things compared."""
    sides = compared(subject, keywords)
    return {
        "do_title": capital(subject.doing),
        "versus": listed([with_article(side) for side in sides]),
        "versus_cap": capital(listed([with_article(side) for side in sides])),
        "versus_title": " vs ".join(capital(side) for side in sides[:3]),
    }


def compared(subject: Subject, keywords: Sequence[KeywordFacts]) -> tuple[str, ...]:
    """What a comparison sets side by side: what the keywords name, else the subject and what the reader has now."""
    return subject.sides or compared_things(keywords) or (subject.the, "your current solution")


def _numbered(planned: Sequence[PlannedSection]) -> list[PlannedSection]:
    number = 0
    result = []
    for section in planned:
        if section.topic is not None and section.kind not in {"versus", "more"}:
            number += 1
            result.append(replace(section, heading=f"{number}. {section.heading}"))
        else:
            result.append(section)
    return result


def follow_outline(planned: Sequence[PlannedSection], outline: Sequence[str], subject: Subject) -> list[PlannedSection]:
    """The plan in the order and under the headings of an approved outline.

    A heading that the plan does not know is matched by what it asks about, or written as an open section of its own;
    sections that the content type demands and the outline lacks keep their place in the plan.
    """
    if not outline:
        return list(planned)
    left = list(planned)
    result: list[PlannedSection] = []
    for heading in dict.fromkeys(text.strip() for text in outline if text.strip()):
        match = next((section for section in left if _same(section.heading, heading)), None)
        if match is None:
            asked = _aspect_headed(heading, subject)
            match = next(
                (section for section in left if asked and section.topic and section.topic.aspect == asked), None
            )
        if match is None and any(_same(heading, own) for own in SECTIONS["more"].headings):
            match, left = _narrower_searches(heading, left)
        if match is None:
            asked = _aspect_headed(heading, subject)
            taken = {section.topic.key for section in (*left, *result) if section.topic}
            topic = Topic("aspect", (), asked) if asked and asked.key not in taken else None
            match = PlannedSection("aspect" if topic else "open", heading, topic)
        elif match in left:
            left.remove(match)
        result.append(replace(match, heading=heading))
    for section in left:
        if section.topic is None or section.topic.keywords or section.kind == "versus":
            result.insert(_place(section, planned, result), section)
    return result


def _narrower_searches(
    heading: str, planned: Sequence[PlannedSection]
) -> tuple[PlannedSection | None, list[PlannedSection]]:
    """A section on the narrower searches that an overview was to take up, and the plan with the overview relieved of them."""
    for section in planned:
        if section.kind == "roundup" and section.topic is not None:
            relieved = [replace(each, topic=None) if each is section else each for each in planned]
            return PlannedSection("more", heading, section.topic), relieved
    return None, list(planned)


def _aspect_headed(heading: str, subject: Subject) -> Aspect | None:
    """What a heading is about: one of the headings that an aspect can have, else what its words ask."""
    known = next((one for one in all_aspects() if any(_same(heading, own) for own in one.headings)), None)
    return known or aspect_of(heading, subject)


def _place(section: PlannedSection, planned: Sequence[PlannedSection], result: Sequence[PlannedSection]) -> int:
    """Where a section goes that the outline does not name: behind the nearest planned one that is there."""
    before = planned[: planned.index(section)]
    for earlier in reversed(before):
        for place, there in enumerate(result):
            if (there.kind, there.topic) == (earlier.kind, earlier.topic) and _same(there.heading, earlier.heading):
                return place + 1
    return len(result)


def _same(one: str, other: str) -> bool:
    return pattern_of(re.sub(r"^\d+\.\s*", "", one)) == pattern_of(re.sub(r"^\d+\.\s*", "", other))
