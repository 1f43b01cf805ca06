"""The offline script writer: an article's own sentences, spoken in the time there is."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from igny8_resources.ai.offline.aspects import all_aspects
from igny8_resources.ai.offline.grammar import capital, clipped, sentences, word_count
from igny8_resources.ai.offline.keyword_reading import core_words
from igny8_resources.ai.offline.prose import pattern_of, shuffled
from igny8_resources.contracts.video import ScriptSection, SectionType, VideoBrief, VideoScript, VisualCue
from igny8_resources.contracts.writer import Section

_OVERLAY = 42
_MOST_POINTS = 10
_TELLING_WORDS = 3
_AIM = 0.6
"""Where between the shortest and the longest allowed time a script is aimed."""
_ON_THE_PAGE = re.compile(
    r"\b(?:table|below|above|this page|this section|this part|this is your)\b|[“”:]|https?://", re.IGNORECASE
)

_HOOK_TENSION = (
    "The answer starts one step earlier than most people think.",
    "Most people begin at the wrong end.",
    "There is an order that makes it easier.",
    "It is simpler once you know what to check first.",
    "Give me a minute and you will know where to start.",
)
_INTROS = (
    "{count} points from our guide settle most of it.",
    "Here are the {count_low} points that matter, from the guide on {site}.",
    "We went through what people search for and kept {count_low} points.",
    "{count} things to check, in an order that helps.",
)
_COUNTS = ("Three", "Three", "Three", "Three", "Four", "Five", "Six", "Seven", "Eight")
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
        site = brief.voice.site_name
        call = [shuffled(_CALLS, self.seed)[0].format(site=site), shuffled(_CALL_ENDS, self.seed)[0]]
        points = self._points()
        count = _COUNTS[len(points)]
        template = shuffled(_INTROS, self.seed)[0]
        intro = self._say(template.format(count=count, count_low=count.lower(), site=site))
        for point, turns in zip(points, _TURNS, strict=False):
            point.spoken.insert(0, shuffled(turns, self.seed)[0])
        framing = word_count(hook) + word_count(intro) + sum(word_count(text) for text in call)
        self._fill(points, framing)
        parts: list[ScriptSection] = [
            self._section("hook", hook, "title_card", _overlay(brief.title), hook_source),
            self._section("intro", intro, "article_image", _overlay(brief.title.split(": ")[-1]), "introduction"),
        ]
        parts += [
            self._section("point", " ".join(point.spoken), "article_image", point.overlay, point.source)
            for point in points
        ]
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
        """A question from the article and a tension: the title's own question first, else the first short one."""
        tension = shuffled(_HOOK_TENSION, self.seed)[0]
        asked = self.brief.title.split("?")[0] if "?" in self.brief.title else ""
        short = [(i, pair.question) for i, pair in enumerate(self.brief.faq) if word_count(pair.question) <= 14]
        same = [pair for pair in short if asked and pattern_of(pair[1]) == pattern_of(asked)]
        if asked and not same:
            return self._say(f"{asked}? {tension}"), "title"
        if short:
            about = set(core_words(self.brief.title))
            index, question = same[0] if same else max(short, key=lambda pair: len(about & set(core_words(pair[1]))))
            return self._say(f"{question} {tension}"), f"faq:{index}"
        return self._say(f"Where do you start with {_spoken_title(self.brief.title)}? {tension}"), "title"

    def _points(self) -> list[_Point]:
        """Three to five sections to speak about, in the order of the article, each with the takeaway that fits it."""
        seconds = self.brief.max_seconds
        number = 3 if seconds <= 65 else 4 if seconds <= 180 else 5
        sections = [
            index for index in range(len(self.brief.sections)) if len(list(self._lines(index, quoting=True))) > 1
        ]
        # Steps are worth speaking where the article is a procedure; elsewhere they only list what follows.
        spare = [index for index in sections if self.brief.sections[index].steps]
        leading = spare if self.brief.title.startswith("How to") else []
        sections = [*leading, *(index for index in sections if index not in spare), *(spare if not leading else [])]
        matched = self._matched([index for index in sections if index not in spare])
        order = sorted(
            sections, key=lambda index: (index not in matched and index not in leading, sections.index(index))
        )[:number]
        points: list[_Point] = []
        for index in sorted(order):
            section = self.brief.sections[index]
            takeaway = matched.get(index)
            first = (
                self.brief.key_takeaways[takeaway] if takeaway is not None else next(self._lines(index, quoting=True))
            )
            overlay = _overlay(first, section.heading) if takeaway is not None else _overlay(section.heading)
            lines = chain(self._lines(index), self._lines(index, quoting=True))
            points.append(_Point(f"section:{index}", overlay, [self._say(first)], lines))
        return points

    def _matched(self, sections: Sequence[int]) -> dict[int, int]:
        """The section that each takeaway belongs to, one takeaway a section at most.

        In an article of the offline writer both carry an aspect's own wording; in any other article they have to share
        several words that no other section uses.
        """
        words = {
            index: {w for text in self._lines(index, quoting=True) for w in core_words(text)} for index in sections
        }
        spread = Counter(word for own in words.values() for word in own)
        found: dict[int, int] = {}
        for number, text in enumerate(self.brief.key_takeaways):
            if _ON_THE_PAGE.search(text):
                continue
            key = next((one.key for one in all_aspects() if text in one.takeaways), "")
            free = [index for index in sections if index not in found]
            if key:
                home = next((index for index in free if _aspect_key(self.brief.sections[index]) == key), None)
            else:
                telling = {index: sum(spread[w] == 1 for w in set(core_words(text)) & words[index]) for index in free}
                best = max(free, key=lambda index: telling[index], default=None)
                home = best if best is not None and telling[best] >= _TELLING_WORDS else None
            if home is not None:
                found[home] = number
        return found

    def _lines(self, index: int, *, quoting: bool = False) -> Iterator[str]:
        """What of a section can be spoken, its steps first; with ``quoting`` also a lead that quotes searches."""
        section = self.brief.sections[index]
        steps = [f"{step.name}. {step.text}" for step in section.steps]
        lines = [line for text in section.paragraphs for line in sentences(text)]
        if quoting and lines:
            lines[0] = re.sub(r"[“”]", "", lines[0])
        for line in (*steps, *lines):
            if not _ON_THE_PAGE.search(line) and word_count(line) > 3:
                yield line

    def _fill(self, points: list[_Point], framing: int) -> None:
        """Give the shortest point one more sentence until the aim is reached or the article has no more to say.

        When the sections are used up, questions from the FAQ become points of their own.
        """
        questions = iter(list(enumerate(self.brief.faq)))
        total = framing + sum(point.words() for point in points)
        while total < self.aim:
            point = min((point for point in points if not point.done), key=_Point.words, default=None)
            if point is None:
                index, pair = next(questions, (-1, None))
                if pair is None or len(points) > _MOST_POINTS:
                    break
                if self._fits(pair.question, total):
                    lines = iter(sentences(pair.answer))
                    points.append(_Point(f"faq:{index}", _overlay(pair.question), [self._say(pair.question)], lines))
                    total += word_count(pair.question)
                continue
            line = next((text for text in point.more if self._fits(text, total)), None)
            if line is None:
                point.done = True
                continue
            point.spoken.append(self._say(line))
            total += word_count(line)

    def _fits(self, text: str, total: int) -> bool:
        new = not any(pattern_of(sentence) in self.said for sentence in sentences(text))
        return new and total + word_count(text) <= self.most

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


def _aspect_key(section: Section) -> str:
    """The aspect whose list a section carries, if the offline writer wrote it."""
    bullets = set(section.bullets)
    return next((one.key for one in all_aspects() if bullets & set(one.bullets)), "")


def _overlay(*texts: str) -> str:
    """A short form of the first text that has one: the text, a part of it, at last its first words."""
    plain = [re.sub(r"^\d+\.\s*", "", text).strip().rstrip(".") for text in texts]
    for text in plain:
        for part in (text, *re.split(r"[:;?]\s", text)[:1], *re.split(r",\s", text)[:1]):
            if 6 <= len(part) <= _OVERLAY:
                return capital(part)
    return capital(clipped(plain[-1], _OVERLAY))
