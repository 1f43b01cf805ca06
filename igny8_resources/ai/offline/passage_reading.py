"""An article put together again from its passages, as far as it can be spoken: every line knows the passage it came from."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from igny8_resources.ai.offline.grammar import sentences, word_count
from igny8_resources.contracts.video import ArticlePassage

_PLACE = re.compile(r"section:(\d+)(?:/(paragraph|bullet|step):(\d+)(/name)?)?")
_ON_THE_PAGE = re.compile(
    r"\b(?:table|below|above|this page|this section|this part|this is your|local search|searches)\b|[“”:]|https?://",
    re.IGNORECASE,
)
_FEWEST_WORDS = 4


class Line(NamedTuple):
    """One sentence or two, and the id of the passage that says it; empty for words that state nothing."""

    text: str
    passage: str = ""


@dataclass
class SpokenSection:
    """One section of the article."""

    heading: str = ""
    paragraphs: list[Line] = field(default_factory=list)
    bullets: list[Line] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    steps: list[Line] = field(default_factory=list)

    def lines(self, *, quoting: bool = False) -> Iterator[Line]:
        """What can be spoken, the steps first; with ``quoting`` also a lead that quotes searches."""
        written = [Line(text, line.passage) for line in self.paragraphs for text in sentences(line.text)]
        if quoting and written:
            written[0] = Line(re.sub(r"[“”]", "", written[0].text), written[0].passage)
        for line in (*self.steps, *written):
            if speakable(line.text):
                yield line

    def listed(self) -> Iterator[Line]:
        """The bullet points that can be spoken, introduced as the list that they are."""
        kept = [line for line in self.bullets if speakable(line.text)]
        for position, line in enumerate(kept):
            text = _closed(line.text)
            yield Line(text if position else f"For your notes: {text[:1].lower()}{text[1:]}", line.passage)


@dataclass
class SpokenArticle:
    """The article's parts by their kind; ``questions`` are (question, answer)."""

    sections: dict[int, SpokenSection] = field(default_factory=dict)
    introduction: list[Line] = field(default_factory=list)
    takeaways: list[Line] = field(default_factory=list)
    conclusion: list[Line] = field(default_factory=list)
    questions: list[tuple[Line, Line]] = field(default_factory=list)


def speakable(text: str) -> bool:
    """Whether a sentence can be heard without the page it stands on."""
    return not _ON_THE_PAGE.search(text) and word_count(text) >= _FEWEST_WORDS


def read_passages(passages: Sequence[ArticlePassage]) -> SpokenArticle:
    """Sort an article's passages by what they are; table cells cannot be spoken."""
    article = SpokenArticle()
    by_id = {passage.id: passage for passage in passages}
    for passage in passages:
        kind = passage.id.partition(":")[0]
        line = Line(passage.text, passage.id)
        if place := _PLACE.fullmatch(passage.id):
            _add(article.sections.setdefault(int(place[1]), SpokenSection()), place, line)
        elif kind in {"introduction", "conclusion"}:
            getattr(article, kind).extend(Line(text, passage.id) for text in sentences(passage.text))
        elif kind == "takeaways":
            article.takeaways.append(line)
        elif kind == "faq" and passage.kind == "prose" and (asked := by_id.get(f"{passage.id}/question")):
            article.questions.append((Line(asked.text, asked.id), line))
    return article


def _add(section: SpokenSection, place: re.Match[str], line: Line) -> None:
    _, kind, number, name = place.groups()
    if kind is None:
        section.heading = line.text
    elif name:
        section.names[int(number)] = line.text
    elif kind == "step":
        title = section.names.get(int(number), "")
        section.steps.append(Line(f"{_closed(title)} {line.text}".strip() if title else line.text, line.passage))
    elif kind == "bullet":
        section.bullets.append(line)
    else:
        section.paragraphs.append(line)


def _closed(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
