"""The offline script writer: an article's own sentences, spoken in the time there is, each under the passage it is from."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from igny8_resources.ai.offline.aspects import all_aspects
from igny8_resources.ai.offline.grammar import clipped, sentences, word_count
from igny8_resources.ai.offline.keyword_reading import core_words
from igny8_resources.ai.offline.passage_reading import Line, SpokenSection, read_passages, speakable
from igny8_resources.ai.offline.prose import pattern_of, shuffled
from igny8_resources.ai.offline.script_overlays import lowered, short_form, spoken_title
from igny8_resources.ai.offline.script_wording import (
    CALL_ENDS,
    CALLS,
    COUNTS,
    HOOK_TENSION,
    INTROS,
    LAST_TURNS,
    ORDINALS,
    QUESTION_TURNS,
    TURNS,
)
from igny8_resources.contracts.video import (
    ScriptClaim,
    ScriptSection,
    ScriptSectionBrief,
    SectionType,
    VideoBrief,
    VideoScript,
    VisualCue,
)

_MOST_POINTS = 12
_TELLING_WORDS = 3
# A section with fewer lines mostly points to other ones; it is spoken about where there is little else.
_FEWEST_LINES = 3
_FEWEST_POINTS = 3
_LONG_SECONDS = 180
# Where between the shortest and the longest allowed time a script is aimed; nobody watches the longest for its length.
_AIM, _LONG_AIM = 0.6, 0.15


@dataclass
class _Point:
    """A point in the making: its lines, what else could be said, and where it comes from."""

    source: str
    overlay: str
    spoken: list[Line]
    more: Iterator[Line]
    heading: str = ""
    done: bool = field(default=False)

    def words(self) -> int:
        return sum(word_count(line.text) for line in self.spoken)


def write_script(brief: VideoBrief) -> VideoScript:
    """Write hook, introduction, points and a call to action for the time the brief allows."""
    return _Script(brief).written()


def rewrite_script_section(brief: ScriptSectionBrief) -> ScriptSection:
    """Write one section anew from the passages that its script does not use yet, about as long as it was.

    An opening question is replaced by another one; a point keeps its heading and is told with other sentences.
    """
    return _Script(brief.article).rewritten(brief.script, brief.index)


class _Script:
    """One script: sentences are taken from the article until the aimed time is filled, none of them twice."""

    def __init__(self, brief: VideoBrief) -> None:
        self.brief = brief
        self.article = read_passages(brief.passages)
        self.seed = f"{brief.voice.site_key}\0{brief.title}\0{brief.video_type}"
        self.said: set[str] = set()
        self.is_long = brief.max_seconds > _LONG_SECONDS
        pace = brief.words_per_minute / 60
        share = _LONG_AIM if self.is_long else _AIM
        self.aim = round(pace * (brief.min_seconds + share * (brief.max_seconds - brief.min_seconds)))
        self.most = int(pace * brief.max_seconds)

    def written(self) -> VideoScript:
        brief = self.brief
        hook, hook_source = self._hook()
        site = brief.voice.site_name
        call = [Line(shuffled(CALLS, self.seed)[0].format(site=site)), Line(shuffled(CALL_ENDS, self.seed)[0])]
        points = self._points()
        intro = _Point("introduction", "", [Line("")], iter(self._introduction()))
        # What sums up comes before what is asked for.
        ending = _Point("call_to_action", "", [], iter(self._conclusion()))
        self._fill(points, intro, ending, _words(hook) + _words(call))
        for number, point in enumerate(points):
            point.spoken.insert(0, self._turn(number, points))
        intro.spoken[0] = self._count_announced(points)
        ending.spoken += call
        parts: list[ScriptSection] = [
            self._section("hook", hook, "title_card", short_form(brief.title), hook_source),
            self._section(
                "intro", intro.spoken, "article_image", short_form(brief.title.split(": ")[-1]), "introduction"
            ),
        ]
        parts += [
            self._section("point", point.spoken, "article_image", point.overlay, point.source) for point in points
        ]
        parts.append(
            self._section("cta", ending.spoken, "text_card", short_form(f"Full guide on {site}"), "call_to_action")
        )
        return VideoScript(
            title=clipped(brief.title, 100),
            description=f"{brief.summary}\n\nFull guide: {brief.url}",
            tags=self._tags(),
            sections=tuple(parts),
        )

    def rewritten(self, script: VideoScript, index: int) -> ScriptSection:
        old = script.sections[index]
        for section in script.sections:
            self._say(section.narration)
        said = {pattern_of(claim.words) for section in script.sections for claim in section.claims}
        if old.type == "hook":
            fresh = next((pair for pair in self.article.questions if pattern_of(pair[0].text) not in said), None)
            tension = next(text for text in shuffled(HOOK_TENSION, old.narration) if text not in old.narration)
            if fresh is None:
                return old.model_copy(
                    update={"narration": f"{old.claims[0].words if old.claims else ''} {tension}".strip()}
                )
            lines, source = [fresh[0], Line(tension)], fresh[1].passage
            return self._section("hook", lines, old.visual_cue, old.text_overlay, source)
        if old.type == "cta":
            site = self.brief.voice.site_name
            calls = [text.format(site=site) for text in shuffled(CALLS, old.narration)]
            ends = shuffled(CALL_ENDS, old.narration)
            lines = [Line(next(text for text in pool if text not in old.narration)) for pool in (calls, ends)]
            return self._section("cta", lines, old.visual_cue, old.text_overlay, old.source)
        return self._retold(old)

    def _retold(self, old: ScriptSection) -> ScriptSection:
        aim = word_count(old.narration)
        source: Iterator[Line] = iter(self._introduction())
        if old.source.startswith("section:") and (home := self._home(old.source)) is not None:
            source = chain(home.lines(), home.lines(quoting=True), home.listed())
        elif old.source.startswith("faq:"):
            source = (Line(text, pair[1].passage) for pair in self.article.questions if pair[1].passage == old.source
                      for text in sentences(pair[1].text))  # fmt: skip
        opening = [Line(text) for text in sentences(old.narration) if not any(text in c.words for c in old.claims)][:1]
        lines = list(opening)
        for line in source:
            if sum(word_count(each.text) for each in lines) >= aim:
                break
            if self._is_new(line.text):
                lines.append(self._kept(line))
        # Where the article has nothing else to say, the section stays as it is.
        if len(lines) == len(opening):
            return old
        return self._section(old.type, lines, old.visual_cue, old.text_overlay, old.source)

    def _home(self, source: str) -> SpokenSection | None:
        return self.article.sections.get(int(source.removeprefix("section:").partition("/")[0]))

    def _hook(self) -> tuple[list[Line], str]:
        """A question from the article and a tension: the title's own question first, else the first short one."""
        tension = Line(shuffled(HOOK_TENSION, self.seed)[0])
        title = self.brief.title
        asked = title.split("?")[0] if "?" in title else ""
        short = [question for question, _ in self.article.questions if word_count(question.text) <= 14]
        same = [question for question in short if asked and pattern_of(question.text) == pattern_of(asked)]
        if asked and not same:
            return [self._kept(Line(f"{asked}?", "title")), tension], "title"
        if short:
            about = set(core_words(title))
            chosen = same[0] if same else max(short, key=lambda line: len(about & set(core_words(line.text))))
            return [self._kept(chosen), tension], chosen.passage.partition("/")[0]
        return [Line(f"Where do you start with {spoken_title(title)}?", "title"), tension], "title"

    def _introduction(self) -> list[Line]:
        return [line for line in self.article.introduction if speakable(line.text)]

    def _conclusion(self) -> list[Line]:
        return [line for line in self.article.conclusion if speakable(line.text)]

    def _count_announced(self, points: Sequence[_Point]) -> Line:
        count = COUNTS[_told(points)]
        template = shuffled(INTROS, self.seed)[0]
        return Line(template.format(count=count, count_low=count.lower(), site=self.brief.voice.site_name))

    def _turn(self, number: int, points: Sequence[_Point]) -> Line:
        """What leads over to a point; in a long video with its heading, because its chapter begins there."""
        told = _told(points)
        if number >= told:
            return Line(QUESTION_TURNS[(number - told) % len(QUESTION_TURNS)])
        if self.is_long:
            return Line(f"{ORDINALS[number]}: {lowered(points[number].heading)}.")
        pool = LAST_TURNS if number == told - 1 and told > 2 else TURNS[number]
        return Line(shuffled(pool, self.seed)[0])

    def _points(self) -> list[_Point]:
        """Sections to speak about, in the order of the article, each with the takeaway that fits it."""
        seconds = self.brief.max_seconds
        number = 3 if seconds <= 65 else 4 if seconds <= _LONG_SECONDS else 8
        known = self.article.sections
        told = {index: len(list(known[index].lines(quoting=True))) for index in sorted(known)}
        rich = [index for index, count in told.items() if count >= _FEWEST_LINES]
        sections = rich if len(rich) >= _FEWEST_POINTS else [index for index, count in told.items() if count > 1]
        # Steps are worth speaking where the article is a procedure; elsewhere they only list what follows.
        spare = [index for index in sections if known[index].steps]
        leading = spare if self.brief.title.startswith("How to") else []
        sections = [*leading, *(index for index in sections if index not in spare), *(spare if not leading else [])]
        matched = self._matched([index for index in sections if index not in spare])
        order = sorted(
            sections, key=lambda index: (index not in matched and index not in leading, sections.index(index))
        )[:number]
        points: list[_Point] = []
        for index in sorted(order):
            section = known[index]
            takeaway = matched.get(index)
            first = takeaway or next(section.lines(quoting=True))
            overlay = short_form(first.text, section.heading) if takeaway else short_form(section.heading)
            lines = chain(section.lines(), section.lines(quoting=True), section.listed())
            points.append(_Point(f"section:{index}", overlay, [self._kept(first)], lines, section.heading))
        return points

    def _matched(self, sections: Sequence[int]) -> dict[int, Line]:
        """The takeaway that belongs to each section, one a section at most.

        In an article of the offline writer both carry an aspect's own wording; in any other article they have to share
        several words that no other section uses.
        """
        known = self.article.sections
        words = {
            index: {w for line in known[index].lines(quoting=True) for w in core_words(line.text)} for index in sections
        }
        spread = Counter(word for own in words.values() for word in own)
        found: dict[int, Line] = {}
        for takeaway in self.article.takeaways:
            if not speakable(takeaway.text):
                continue
            key = next((one.key for one in all_aspects() if takeaway.text in one.takeaways), "")
            free = [index for index in sections if index not in found]
            if key:
                home = next((index for index in free if _aspect_key(known[index]) == key), None)
            else:
                own = set(core_words(takeaway.text))
                telling = {index: sum(spread[w] == 1 for w in own & words[index]) for index in free}
                best = max(free, key=lambda index: telling[index], default=None)
                home = best if best is not None and telling[best] >= _TELLING_WORDS else None
            if home is not None:
                found[home] = takeaway
        return found

    def _fill(self, points: list[_Point], intro: _Point, ending: _Point, framing: int) -> None:
        """Give the shortest point one more sentence until the aim is reached or the article has no more to say.

        A long video has two sentences of introduction and of conclusion as well; when the sections are used up, questions
        from the FAQ become points of their own, and at last the rest of the introduction is told.
        """
        questions = iter(self.article.questions)

        def total() -> int:
            turns = [self._turn(number, points) for number in range(len(points))]
            said = _words([*turns, self._count_announced(points)])
            return framing + said + sum(point.words() for point in (*points, intro, ending))

        if self.is_long:
            for part in (intro, ending, intro, ending):
                self._lengthen(part, total())
        while total() < self.aim:
            point = min((point for point in points if not point.done), key=_Point.words, default=None)
            if point is not None:
                point.done = not self._lengthen(point, total())
                continue
            question, answer = next(questions, (None, None))
            if question is None or answer is None or len(points) >= _MOST_POINTS:
                break
            if self._is_new(question.text) and total() + word_count(question.text) <= self.most:
                lines = iter([Line(text, answer.passage) for text in sentences(answer.text) if speakable(text)])
                overlay = short_form(question.text)
                points.append(_Point(answer.passage, overlay, [self._kept(question)], lines))
        while total() < self.aim and self._lengthen(intro, total()):
            pass

    def _lengthen(self, point: _Point, total: int) -> bool:
        line = next((each for each in point.more if self._fits(each.text, total)), None)
        if line is not None:
            point.spoken.append(self._kept(line))
        return line is not None

    def _fits(self, text: str, total: int) -> bool:
        return self._is_new(text) and total + word_count(text) <= self.most

    def _is_new(self, text: str) -> bool:
        return not any(pattern_of(sentence) in self.said for sentence in sentences(text))

    def _kept(self, line: Line) -> Line:
        self._say(line.text)
        return line

    def _say(self, text: str) -> None:
        self.said.update(pattern_of(sentence) for sentence in sentences(text))

    def _section(
        self, kind: SectionType, lines: Sequence[Line], cue: VisualCue, overlay: str, source: str
    ) -> ScriptSection:
        narration = " ".join(line.text for line in lines if line.text)
        seconds = word_count(narration) / self.brief.words_per_minute * 60
        return ScriptSection(
            type=kind,
            narration=narration,
            visual_cue=cue,
            text_overlay=overlay,
            source=source,
            claims=tuple(ScriptClaim(words=line.text, passage=line.passage) for line in lines if line.passage),
            duration_estimate=round(seconds, 2),
        )

    def _tags(self) -> tuple[str, ...]:
        head = self.brief.title.split(":")[0].rstrip("?").lower()
        found = dict.fromkeys(
            text for text in (head, self.brief.voice.niche.lower(), self.brief.voice.site_name.lower()) if text
        )
        for index in sorted(self.article.sections):
            heading = self.article.sections[index].heading
            found.setdefault(re.split(r"[:,]", re.sub(r"^\d+\. ", "", heading))[0].lower())
        return tuple(tag for tag in found if len(tag) <= 30)[:8]


def _told(points: Sequence[_Point]) -> int:
    """How many points are sections of the article; questions from its FAQ follow them."""
    return sum(point.source.startswith("section:") for point in points)


def _words(lines: Sequence[Line]) -> int:
    return sum(word_count(line.text) for line in lines)


def _aspect_key(section: SpokenSection) -> str:
    """The aspect whose list a section carries, if the offline writer wrote it."""
    bullets = {line.text for line in section.bullets}
    return next((one.key for one in all_aspects() if bullets & set(one.bullets)), "")
