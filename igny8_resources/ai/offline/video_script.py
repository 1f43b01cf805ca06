"""The offline script writer: an article's own sentences, spoken in the time there is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from igny8_resources.ai.offline.grammar import capital, clipped, sentences, word_count
from igny8_resources.ai.offline.prose import pattern_of, shuffled
from igny8_resources.contracts.video import ScriptSection, SectionType, VideoBrief, VideoScript, VisualCue

_OVERLAY = 42
_AIM = 0.6
"""Where between the shortest and the longest allowed time a script is aimed."""
_ON_THE_PAGE = re.compile(
    r"\b(?:table|below|above|this page|this section|this part|here|sheet)\b|[“”:]|https?://", re.IGNORECASE
)

_HOOK_TENSION = (
    "The answer starts one step earlier than most people think.",
    "Most people begin at the wrong end.",
    "There is an order that makes it easier.",
    "It is simpler once you know what to check first.",
    "Give me a minute and you will know where to start.",
)
_INTROS = (
    "Here is the short version of our guide, {title}.",
    "This is {title}, in brief.",
    "Today in brief, {title}.",
    "From our guide, {title}, these are the points that matter.",
)
_TURNS = (
    ("First.", "To begin with.", "Number one.", "Start here."),
    ("Second.", "Next.", "Number two.", "Then comes this."),
    ("Third.", "After that.", "Number three.", "Now this."),
    ("Fourth.", "One more.", "Number four.", "Do not skip this."),
    ("And last.", "Finally.", "Number five.", "To finish."),
)
_CALLS = (
    "You will find the full guide, with every question answered, on {site}.",
    "For the criteria and the complete list, visit {site}.",
    "The whole guide is waiting for you on {site}.",
)
_CALL_ENDS = (
    "Follow for the next one.",
    "Tell us in the comments which point decides it for you.",
    "Save this for the day you need it.",
    "Share it with somebody who is deciding right now.",
)


@dataclass
class _Point:
    """A point in the making: its sentences, what else could be said, and where it comes from."""

    source: str
    overlay: str
    spoken: list[str]
    more: Iterator[str]
    steps: bool
    done: bool = field(default=False)

    def words(self) -> int:
        return sum(word_count(text) for text in self.spoken)


def write_script(brief: VideoBrief) -> VideoScript:
    """Write hook, introduction, three to five points and a call to action for the time the brief allows."""
    return _Script(brief).written()


class _Script:
    """One script: sentences are taken from the article until the aimed time is filled, none of them twice."""

    def __init__(self, brief: VideoBrief) -> None:
        self.brief = brief
        self.seed = f"{brief.voice.site_key}\0{brief.title}\0{brief.video_type}"
        self.said: set[str] = set()
        pace = brief.words_per_minute / 60
        self.aim = round(pace * (brief.min_seconds + _AIM * (brief.max_seconds - brief.min_seconds)))
        self.most = int(pace * brief.max_seconds)

    def written(self) -> VideoScript:
        brief = self.brief
        hook, hook_source = self._hook()
        intro = self._say(shuffled(_INTROS, self.seed)[0].format(title=_spoken_title(brief.title)))
        site = brief.voice.site_name
        call = [shuffled(_CALLS, self.seed)[0].format(site=site), shuffled(_CALL_ENDS, self.seed)[0]]
        points = self._points()
        for point, turns in zip(points, _TURNS, strict=False):
            point.spoken.insert(0, shuffled(turns, self.seed)[0])
        framing = word_count(hook) + word_count(intro) + sum(word_count(text) for text in call)
        self._fill(points, framing)
        parts: list[ScriptSection] = [
            self._section("hook", hook, "title_card", _overlay(brief.title), hook_source),
            self._section("intro", intro, "title_card", _overlay(brief.title.split(": ")[-1]), "introduction"),
        ]
        for number, point in enumerate(points):
            cue: VisualCue = "list_card" if point.steps else "article_image" if number % 2 == 0 else "text_card"
            parts.append(self._section("point", " ".join(point.spoken), cue, point.overlay, point.source))
        parts.append(
            self._section("cta", " ".join(call), "text_card", _overlay(f"Full guide on {site}"), "call_to_action")
        )
        return VideoScript(
            title=clipped(brief.title, 100),
            description=f"{brief.summary}\n\nFull guide: {brief.url}",
            tags=self._tags(),
            sections=tuple(parts),
        )

    def _hook(self) -> tuple[str, str]:
        tension = shuffled(_HOOK_TENSION, self.seed)[0]
        if self.brief.title.endswith("?"):
            return self._say(f"{self.brief.title} {tension}"), "title"
        fitting = [(i, pair.question) for i, pair in enumerate(self.brief.faq) if word_count(pair.question) <= 14]
        if fitting:
            index, question = fitting[0]
            return self._say(f"{question} {tension}"), f"faq:{index}"
        return self._say(f"Where do you start with {_spoken_title(self.brief.title)}? {tension}"), "title"

    def _points(self) -> list[_Point]:
        seconds = self.brief.max_seconds
        number = 3 if seconds <= 65 else 4 if seconds <= 180 else 5
        points: list[_Point] = []
        takeaways = [(i, text) for i, text in enumerate(self.brief.key_takeaways) if not _ON_THE_PAGE.search(text)]
        sections = [i for i, section in enumerate(self.brief.sections) if any(self._lines(i))]
        for order in range(number):
            if order < len(takeaways):
                index, text = takeaways[order]
                source, first = f"takeaway:{index}", self._say(text)
                overlay = _overlay(text)
            elif order - len(takeaways) < len(sections):
                index = sections[order - len(takeaways)]
                source, first, overlay = f"section:{index}", "", _overlay(self.brief.sections[index].heading)
            else:
                break
            own = sections[order::number] if sections else []
            lines = (line for index in own for line in self._lines(index))
            steps = bool(own and (self.brief.sections[own[0]].bullets or self.brief.sections[own[0]].steps))
            points.append(_Point(source, overlay, [first] if first else [], lines, steps and order == number - 1))
        return points

    def _lines(self, index: int) -> Iterator[str]:
        section = self.brief.sections[index]
        for text in (*section.paragraphs, *(f"{step.name}. {step.text}" for step in section.steps)):
            for line in sentences(text):
                if not _ON_THE_PAGE.search(line) and word_count(line) > 3:
                    yield line

    def _fill(self, points: Sequence[_Point], framing: int) -> None:
        """Give every point further sentences in turn until the aim is reached or the article has no more to say."""
        total = framing + sum(point.words() for point in points)
        while points and total < self.aim and not all(point.done for point in points):
            for point in points:
                line = next((text for text in point.more if self._fits(text, total)), None)
                if line is None:
                    point.done = True
                elif total < self.aim:
                    point.spoken.append(self._say(line))
                    total += word_count(line)

    def _fits(self, text: str, total: int) -> bool:
        return pattern_of(text) not in self.said and total + word_count(text) <= self.most

    def _say(self, text: str) -> str:
        for sentence in sentences(text):
            self.said.add(pattern_of(sentence))
        return text

    def _section(self, kind: SectionType, narration: str, cue: VisualCue, overlay: str, source: str) -> ScriptSection:
        seconds = word_count(narration) / self.brief.words_per_minute * 60
        return ScriptSection(
            type=kind, narration=narration, visual_cue=cue, text_overlay=overlay, source=source,
            duration_estimate=round(seconds, 2),
        )  # fmt: skip

    def _tags(self) -> tuple[str, ...]:
        head = self.brief.title.split(":")[0].rstrip("?").lower()
        found = dict.fromkeys(
            text for text in (head, self.brief.voice.niche.lower(), self.brief.voice.site_name.lower()) if text
        )
        for section in self.brief.sections:
            found.setdefault(re.split(r"[:,]", re.sub(r"^\d+\. ", "", section.heading))[0].lower())
        return tuple(tag for tag in found if len(tag) <= 30)[:8]


def _spoken_title(title: str) -> str:
    """A title as it is spoken: no colon and no final question mark in the middle of a sentence."""
    return re.sub(r"[?!]$", "", re.sub(r"[:?] ", ", ", title))


def _overlay(text: str) -> str:
    plain = re.sub(r"^\d+\.\s*", "", text).strip().rstrip(".")
    for part in (plain, re.split(r"[:;,?]\s", plain)[0]):
        if len(part) <= _OVERLAY:
            return capital(part)
    return capital(clipped(plain, _OVERLAY))
