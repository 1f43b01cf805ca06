"""The questions people search, put into proper English, and answers that stand alone.

Belongs here: asking and answering. Does not belong here: the wording of answers (``faq_wording``).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from igny8_resources.ai.offline.faq_wording import ANSWERS, DEMAND, SPARE
from igny8_resources.ai.offline.grammar import articled, capital, cased, gerund, listed, number_of, plural, with_article
from igny8_resources.ai.offline.keyword_reading import (
    doing,
    is_question,
    normal,
    question_subject,
    read_keyword,
)
from igny8_resources.ai.offline.prose import Prose, paragraph, pattern_of
from igny8_resources.ai.offline.subject import Subject, item
from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.contracts.writer import QuestionAnswer

_SHOULD = re.compile(
    r"^how (?P<form>often|long) (?:should|do|can|to|must) (?:(?:i|you|we|one) )?(?P<verb>\w+)(?P<rest> .+)?$"
)
_MONEY = re.compile(
    r"^how much (?:does|do|is|are|should)\b.*\b(?:cost|costs|charge|pay|spend|worth)\b|^how much (?:is|are)\b"
)
_ARTICLE_TAIL = re.compile(r"^(what is|what are|who is|how much is|how much are|when is|where is) (.+)$")


@dataclass(frozen=True)
class Question:
    """A question as it stands in the FAQ, its form, and the marks for its answer; ``searched`` is how it was typed."""

    text: str
    form: str
    about: str
    doing: str
    searched: str


def ask(searched: str, subject: Subject) -> Question:
    """Put a searched question into proper English and see what it is about."""
    low = normal(searched)
    reading = read_keyword(low)
    if reading.kind == "versus":
        sides = [item(side) for side in reading.sides]
        if is_question(low) and "difference" in low:
            text = f"What is the difference between {listed(sides)}?"
        else:
            text = f"Should I choose {listed(sides, 'or')}?"
        return Question(text, "difference", listed(sides), f"comparing {listed(sides)}", searched)
    if reading.kind == "task":
        return Question(f"How do you {reading.action}?", "how_to", item(reading.subject), doing(reading), searched)
    about = item(cased(question_subject(low)))
    should = _SHOULD.match(low)
    if should:
        verb, rest = should.group("verb"), (should.group("rest") or "").strip()
        action = f"{verb} {articled(cased(rest))}".strip()
        form = f"how_{should.group('form')}"
        return Question(
            f"How {should.group('form')} should you {action}?",
            form,
            about,
            f"{gerund(verb)}{action[len(verb) :]}",
            searched,
        )
    return Question(_proper(low), _form(low), about, subject.doing, searched)


def _form(low: str) -> str:
    first = low.split(" ", 1)[0]
    if first == "how":
        if _MONEY.match(low):
            return "how_much"
        second = low.split(" ")[1] if " " in low else ""
        return {"much": "how_many", "many": "how_many", "long": "how_long", "often": "how_often", "to": "how_to"}.get(
            second, "how_to"
        )
    if first == "what":
        return (
            "which"
            if re.match(r"^what (?!is\b|are\b|does\b|do\b|was\b)|^what(?:'s| is| are) the (?:best|right|ideal)", low)
            else "what_is"
        )
    return {"why": "why", "which": "which", "when": "when", "where": "where", "who": "which"}.get(first, "yes_no")


def _proper(low: str) -> str:
    text = cased(low)
    simple = _ARTICLE_TAIL.match(low)
    if (
        simple
        and len(simple.group(2).split()) <= 3
        and number_of(simple.group(2)) == "singular"
        and simple.group(1) != "what are"
    ):
        text = f"{simple.group(1)} {with_article(cased(simple.group(2)))}"
    bare = re.match(r"^(what|which) ([\w\- ]+?) for ([\w\- ]+)$", low)
    if bare and not re.search(r"\b(is|are|do|does|should|can)\b", bare.group(2)):
        verb = "are" if number_of(bare.group(2)) == "plural" else "is"
        text = f"{bare.group(1)} {cased(bare.group(2))} {verb} right for {articled(cased(bare.group(3)))}"
    need = re.match(r"^(do (?:i|you|we) need) (.+)$", low)
    if need:
        text = f"{cased(need.group(1))} {articled(cased(need.group(2)))}"
    return capital(text) + "?"


def derived_questions(subject: Subject, keywords: Sequence[KeywordFacts]) -> list[str]:
    """Questions that the keywords put without a question mark, as far as their wording gives them away."""
    found: list[str] = []
    for keyword in keywords:
        low = normal(keyword.text)
        reading = read_keyword(low)
        if is_question(low):
            found.append(low)
        elif reading.kind in {"versus", "task"}:
            found.append(low if reading.kind == "versus" else f"how to {low}" if not low.startswith("how") else low)
        elif reading.use and reading.kind == "best":
            verb = "is" if number_of(reading.subject) in {"singular", "mass", "name"} else "are"
            found.append(f"which {reading.subject.lower()} {verb} best for {articled(reading.use).lower()}")
        elif reading.price:
            found.append(f"can you find good {plural(reading.subject).lower()} under {reading.price}")
        elif re.search(r"\b(?:near me|nearby)$", low):
            found.append(f"where can you find {with_article(reading.subject).lower()} nearby")
        elif re.search(r"\b(?:price|prices|cost|costs|pricing)$", low):
            verb = "does" if number_of(reading.subject) != "plural" else "do"
            found.append(f"how much {verb} {with_article(reading.subject).lower()} cost")
    if not subject.sides and subject.domain == "g":
        found.append(f"what should you look for in {subject.thing.lower()}")
    return found


def answer_questions(
    prose: Prose, subject: Subject, questions: Sequence[str], keywords: Sequence[KeywordFacts], most: int
) -> list[QuestionAnswer]:
    """Up to ``most`` questions with their answers: those that were given first, then those the keywords imply."""
    volumes = {normal(keyword.text): keyword.volume for keyword in keywords if keyword.volume}
    seen: set[str] = set()
    answers: list[QuestionAnswer] = []
    for searched in [*questions, *derived_questions(subject, keywords)]:
        if len(answers) == most:
            break
        if not normal(searched):
            continue
        question = ask(searched, subject)
        if pattern_of(question.text) in seen:
            continue
        answer = _answer(prose, question, volumes.get(normal(searched)))
        if answer:
            seen.add(pattern_of(question.text))
            answers.append(QuestionAnswer(question=question.text, answer=answer))
    return answers


def _answer(prose: Prose, question: Question, volume: int | None) -> str:
    wording = ANSWERS[question.form]
    marks = {"about": question.about, "doing_it": question.doing}
    parts = []
    for pool, spare in (
        (wording.opening, SPARE.opening),
        (wording.middle, SPARE.middle),
        (wording.closing, SPARE.closing),
    ):
        parts.append(prose.draw(pool, **marks) or prose.draw(spare, **marks))
    if volume and parts[0]:
        parts.insert(1, prose.draw(DEMAND, volume=f"{volume:,}"))
    return paragraph(parts) if parts[0] and parts[-1] else ""
