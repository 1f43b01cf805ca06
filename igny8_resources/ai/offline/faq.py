"""The questions people search, put into proper English, and answers that stand alone.

Belongs here: asking and answering. Does not belong here: the wording of answers (``faq_wording``).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from igny8_resources.ai.offline.faq_wording import ABOUT_SITE, ANSWERS, DEMAND, SPARE
from igny8_resources.ai.offline.grammar import (
    articled,
    capital,
    cased,
    gerund,
    listed,
    number_of,
    plural,
    singular_word,
    with_article,
)
from igny8_resources.ai.offline.keyword_reading import (
    core_words,
    doing,
    is_question,
    normal,
    question_subject,
    read_keyword,
)
from igny8_resources.ai.offline.linking_wording import RELATED
from igny8_resources.ai.offline.prose import Prose, paragraph, pattern_of
from igny8_resources.ai.offline.subject import Subject
from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.contracts.writer import QuestionAnswer

_FEWEST = 3
_SHOULD = re.compile(
    r"^how (?P<form>often|long) (?:(?:should|do|can|must) (?:i|you|we|one) |should |to )(?P<verb>\w+)(?P<rest> .+)?$"
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


def ask(searched: str, subject: Subject, phrases: Sequence[str] = ()) -> Question:
    """Put a searched question into proper English and see what it is about; ``phrases`` are known noun phrases."""
    low = normal(searched)
    reading = read_keyword(low)
    if reading.kind == "versus":
        sides = [with_article(side) for side in reading.sides]
        if is_question(low) and "difference" in low:
            text = f"What is the difference between {listed(sides)}?"
        else:
            text = f"Should I choose {listed(sides, 'or')}?"
        return Question(text, "difference", listed(sides), f"comparing {listed(sides)}", searched)
    if reading.kind == "task":
        return Question(
            f"How do you {reading.action}?", "how_to", with_article(reading.subject), doing(reading), searched
        )
    about = _about(low, subject, phrases)
    choice = re.match(r"^should i choose (.+) or (.+)$", low)
    if choice:
        both = f"{cased(choice.group(1))} and {cased(choice.group(2))}"
        return Question(_proper(low), "difference", both, f"comparing {both}", searched)
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


def _about(low: str, subject: Subject, phrases: Sequence[str]) -> str:
    """The longest known noun phrase in a question, else what its wording shows, else the page's subject."""
    known = sorted({normal(text) for text in (subject.short, *phrases)}, key=lambda text: (-len(text), text))
    for text in known:
        match = re.search(rf"(?<!\w){re.escape(text)}(?:s|es)?(?!\w)", low)
        if match:
            return with_article(cased(match.group(0)))
    found = question_subject(low)
    return (
        with_article(cased(found))
        if low.startswith(("what is ", "what are ")) and len(found.split()) <= 3
        else subject.thing
    )


def _form(low: str) -> str:
    first = low.split(" ", 1)[0]
    if re.match(r"^can you (?:find|get) .* under \d", low):
        return "price"
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


def _usual_questions(subject: Subject) -> list[str]:
    """Questions that any reader has, for pages whose keywords hold too few of their own."""
    if subject.sides:
        return [f"how do you compare {subject.things} fairly", f"how do you {subject.do}"]
    if subject.domain == "s":
        return [f"how do you compare offers for {subject.short}", f"how do you prepare for {subject.short}"]
    if subject.domain == "g":
        return [f"how do you compare {subject.things}", f"how do you test {subject.thing} before buying"]
    return [f"how do you start with {subject.topic}", f"how do you judge {subject.topic}"]


def answer_questions(
    prose: Prose,
    subject: Subject,
    questions: Sequence[str],
    keywords: Sequence[KeywordFacts],
    most: int,
    *,
    searches: bool = True,
) -> list[QuestionAnswer]:
    """Up to ``most`` questions with their answers: those that were given first, then those the keywords imply.

    ``searches`` lets answers say how often a question is asked and what is searched beside it.
    """
    phrases = [
        reading.subject
        for reading in (read_keyword(keyword.text) for keyword in keywords)
        if reading.kind != "question"
    ]
    volumes = {normal(keyword.text): keyword.volume for keyword in keywords if keyword.volume and searches}
    seen: set[frozenset[str]] = set()
    answers: list[QuestionAnswer] = []
    asked = [*questions, *derived_questions(subject, keywords)]
    for number, searched in enumerate([*asked, *_usual_questions(subject)]):
        if len(answers) == most or (number >= len(asked) and len(answers) >= _FEWEST):
            break
        if not normal(searched):
            continue
        question = ask(searched, subject, phrases)
        meaning = frozenset(core_words(question.text)) or frozenset({question.text})
        if meaning in seen:
            continue
        related = _related(question, subject, keywords) if len(answers) % 2 == 0 and searches else []
        answer = _answer(prose, question, volumes.get(normal(searched)), related)
        if answer:
            seen.add(meaning)
            answers.append(QuestionAnswer(question=question.text, answer=answer))
    return answers


def questions_about_site(prose: Prose) -> list[QuestionAnswer]:
    """What visitors ask of any site, answered with what is known of this one."""
    return [QuestionAnswer(question=prose.fill(question), answer=prose.fill(answer)) for question, answer in ABOUT_SITE]


def _related(question: Question, subject: Subject, keywords: Sequence[KeywordFacts]) -> list[str]:
    """Up to two keywords that share a telling word with the question, to lead its reader on."""
    own = set(core_words(subject.short)) | {"best"}
    telling = set(core_words(question.searched)) - own
    near = [
        normal(keyword.text)
        for keyword in keywords
        if telling & (set(core_words(keyword.text)) - own)
        and not is_question(keyword.text)
        and not set(core_words(keyword.text)) <= set(map(singular_word, core_words(question.text)))
        and pattern_of(ask(keyword.text, subject).text) != pattern_of(question.text)
    ]
    return near[:2]


def _answer(prose: Prose, question: Question, volume: int | None, related: Sequence[str]) -> str:
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
    if related and parts[0]:
        parts.append(prose.draw(RELATED, mentions=related))
    return paragraph(parts) if parts[0] and any(parts[1:]) else ""
