"""Writing one planned section: its paragraphs, list, steps or table, as many words as the budget allows."""

from collections.abc import Callable, Sequence

from igny8_resources.ai.offline import linking_wording as linking
from igny8_resources.ai.offline.aspects import Aspect, aspect
from igny8_resources.ai.offline.comparing import criteria_table, head_to_head, specification_table
from igny8_resources.ai.offline.grammar import articled, capital, cased, plural, word_count
from igny8_resources.ai.offline.keyword_reading import read_keyword
from igny8_resources.ai.offline.prose import Prose, paragraph
from igny8_resources.ai.offline.section_plan import SECTIONS, PlannedSection, compared, heading_slots
from igny8_resources.ai.offline.section_wording import SectionWording
from igny8_resources.ai.offline.step_wording import PROCEDURES, SERVICE_PROCESS, StepTexts, procedure_for
from igny8_resources.ai.offline.subject import Subject, item
from igny8_resources.ai.offline.topics import aspect_of
from igny8_resources.contracts.writer import ArticleBrief, Section, Step, Table

_WORDS_A_SENTENCE = 20
_WORDS_A_BULLET = 9


class SectionWriter:
    """Writes the sections of one article; ``found`` are the aspects of its topics, the most wanted first."""

    def __init__(self, prose: Prose, subject: Subject, brief: ArticleBrief, found: Sequence[Aspect]) -> None:
        self._prose = prose
        self._subject = subject
        self._brief = brief
        self._found = list(found)
        self._keywords = (brief.primary_keyword, *brief.secondary_keywords)
        self._slots = heading_slots(subject, brief.secondary_keywords)

    def write(self, planned: PlannedSection, budget: int) -> Section:
        """Write a section of roughly ``budget`` words."""
        writers: dict[str, Callable[[PlannedSection, int], Section]] = {
            "aspect": self._aspect,
            "uses": self._named,
            "kinds": self._named,
            "order": self._order,
            "steps": self._steps,
            "process": self._process,
            "criteria": self._criteria,
            "specs": self._specs,
            "versus": self._versus,
            "recommendation": self._recommendation,
            "roundup": self._roundup,
            "sibling": self._sibling,
            "features": self._features,
            "coverage": self._coverage,
            "team": self._team,
        }
        return writers.get(planned.kind, self._plain)(planned, budget)

    def mention(self, section: Section, keywords: Sequence[str]) -> Section:
        """The section with a sentence that takes up further searches."""
        paragraphs = list(section.paragraphs)
        for start in range(0, len(keywords), 3):
            sentence = self._prose.draw(linking.FURTHER_SEARCHES, mentions=keywords[start : start + 3])
            if sentence:
                paragraphs[0] = paragraph([paragraphs[0], sentence]) if paragraphs else sentence
        return section.model_copy(update={"paragraphs": tuple(paragraphs)})

    def lengthen(self, section: Section) -> Section | None:
        """The section with one more sentence of general advice, or None when there is none left."""
        pool = SECTIONS["open"].body if section.bullets else linking.EXTRA_ADVICE
        sentence = self._prose.draw(linking.EXTRA_ADVICE) or self._prose.draw(pool)
        if not sentence:
            return None
        return section.model_copy(update={"paragraphs": (*section.paragraphs, sentence)} if not section.bullets else
                                  {"paragraphs": _before_list(section.paragraphs, sentence)})  # fmt: skip

    def _aspect(self, planned: PlannedSection, budget: int) -> Section:
        one = planned.topic.aspect if planned.topic and planned.topic.aspect else aspect("method")
        mentions = [keyword.text for keyword in planned.topic.keywords] if planned.topic else []
        wording = SectionWording((), one.leads, one.body, one.bullets)
        return self._flow(planned, wording, budget, mentions, point=one.topic, asks=one.asks)

    def _plain(self, planned: PlannedSection, budget: int) -> Section:
        return self._flow(planned, SECTIONS[planned.kind], budget, [], heading=planned.heading)

    def _flow(
        self, planned: PlannedSection, wording: SectionWording, budget: int, mentions: Sequence[str], **extra: str
    ) -> Section:
        lead = self._lead(wording.leads, mentions, extra)
        left = budget - word_count(lead)
        bullet_count = min(len(wording.bullets), max(3, left // 35)) if wording.bullets else 0
        bullets = self._prose.draw_in_order(wording.bullets, bullet_count, **extra, **self._slots)
        left -= sum(word_count(text) for text in bullets)
        body = self._prose.draw_in_order(wording.body, max(2, round(left / _WORDS_A_SENTENCE)), **extra, **self._slots)
        return self._section(planned, [lead, *body], bullets=bullets)

    def _lead(self, leads: Sequence[str], mentions: Sequence[str], extra: dict[str, str]) -> str:
        slots = {**self._slots, **self._site_slots(), **extra}
        first = list(mentions[:3])
        lead = self._prose.draw(leads, mentions=first, **slots)
        if not lead:
            lead = self._prose.draw(linking.UNSEARCHED_LEADS, **slots)
            mentions, first = list(mentions), []
        more = [
            self._prose.draw(linking.FURTHER_SEARCHES, mentions=mentions[start : start + 3])
            for start in range(len(first), len(mentions), 3)
        ]
        return paragraph([lead, *more])

    def _section(
        self,
        planned: PlannedSection,
        texts: Sequence[str],
        bullets: Sequence[str] = (),
        steps: Sequence[Step] = (),
        table: Table | None = None,
    ) -> Section:
        parts = [text for text in texts if text]
        paragraphs = _paragraphs(parts)
        if bullets:
            lead = self._prose.draw(linking.LIST_LEADS)
            if lead:
                paragraphs = [*paragraphs[:-1], paragraph([paragraphs[-1], lead])] if paragraphs else [lead]
        return Section(
            heading=planned.heading,
            paragraphs=tuple(paragraphs),
            bullets=tuple(bullets),
            steps=tuple(steps),
            table=table,
        )

    def _site_slots(self) -> dict[str, str]:
        voice = self._brief.voice
        slots = {"site": voice.site_name, "niche": voice.niche or "this subject", "author": voice.author_name}
        slots["count"] = f"{len(self._keywords)} searches" if len(self._keywords) > 1 else "one search"
        return {name: value for name, value in slots.items() if value}

    def _named(self, planned: PlannedSection, budget: int) -> Section:
        keywords = planned.topic.keywords if planned.topic else ()
        notes = linking.USE_NOTES if planned.kind == "uses" else linking.KIND_NOTES
        bullets: list[str] = []
        for keyword in keywords[:7]:
            reading = read_keyword(keyword.text)
            name = f"For {articled(reading.use)}" if planned.kind == "uses" and reading.use else capital(reading.text)
            if any(bullet.startswith(f"{name}:") for bullet in bullets):
                continue
            note = self._prose.draw(notes)
            if note:
                bullets.append(f"{name}: {note[0].lower()}{note[1:]}")
        in_bullets = " ".join(bullets).lower()
        mentions = [
            k.text for k in keywords if planned.kind == "uses" or read_keyword(k.text).text.lower() not in in_bullets
        ]
        lead = self._lead(SECTIONS[planned.kind].leads, mentions[:3] or [k.text for k in keywords[:1]], {})
        more = [
            self._prose.draw(linking.FURTHER_SEARCHES, mentions=mentions[i : i + 3]) for i in range(3, len(mentions), 3)
        ]
        left = budget - sum(word_count(text) for text in (lead, *more, *bullets))
        body = self._prose.draw_in_order(SECTIONS[planned.kind].body, max(1, round(left / _WORDS_A_SENTENCE)))
        return self._section(planned, [lead, *more, *body], bullets=bullets)

    def _order(self, planned: PlannedSection, budget: int) -> Section:
        steps = [Step(name=capital(one.topic), text=f"Settle {one.asks}. {one.check}.") for one in self._found[:5]]
        for step in steps:
            self._prose.note(step.text)
        return self._around(planned, budget, steps=steps)

    def _steps(self, planned: PlannedSection, budget: int) -> Section:
        return self._around(planned, budget, steps=self._procedure(procedure_for(self._subject.reading)))

    def _process(self, planned: PlannedSection, budget: int) -> Section:
        service = self._subject.domain == "s" or self._brief.content_type == "service"
        return self._around(
            planned, budget, steps=self._procedure(SERVICE_PROCESS if service else PROCEDURES["choose"])
        )

    def _procedure(self, texts: StepTexts) -> list[Step]:
        fresh = [Step(name=name, text=text) for name, text in texts if self._prose.is_new(text)]
        for step in fresh:
            self._prose.note(step.text)
        return fresh

    def _around(
        self, planned: PlannedSection, budget: int, steps: Sequence[Step] = (), table: Table | None = None,
        mentions: Sequence[str] = (),
    ) -> Section:  # fmt: skip
        wording = SECTIONS[planned.kind]
        lead = self._lead(wording.leads, mentions, {})
        inside = sum(word_count(step.name) + word_count(step.text) for step in steps)
        inside += sum(word_count(cell) for row in table.rows for cell in row) if table else 0
        number = max(1, round((budget - inside - word_count(lead)) / _WORDS_A_SENTENCE))
        body = self._prose.draw_in_order(wording.body, number, **self._slots, **self._site_slots())
        return self._section(planned, [lead, *body], steps=steps, table=table)

    def _criteria(self, planned: PlannedSection, budget: int) -> Section:
        caption = f"What to compare in {self._subject.things}, and when it decides"
        return self._around(planned, budget, table=criteria_table(self._found, self._subject.domain, caption))

    def _specs(self, planned: PlannedSection, budget: int) -> Section:
        caption = f"Lines of the specification to read for {self._subject.thing}"
        return self._around(planned, budget, table=specification_table(self._found, "g", caption))

    def _versus(self, planned: PlannedSection, budget: int) -> Section:
        sides = compared(self._subject, self._brief.secondary_keywords)
        table = head_to_head(sides, self._found, self._subject.domain, self._keywords)
        section = self._around(planned, budget, table=table)
        primary = self._brief.primary_keyword.text
        mentions = [k.text for k in (planned.topic.keywords if planned.topic else ()) if k.text != primary]
        return self.mention(section, mentions) if mentions else section

    def _recommendation(self, planned: PlannedSection, budget: int) -> Section:
        sides = compared(self._subject, self._brief.secondary_keywords) if self._is_comparison() else ()
        points = [one.topic for one in self._found] or ["the first line of your list"]
        bullets = [
            self._prose.draw(linking.RECOMMENDATIONS, x=item(side), point=points[index % len(points)])
            for index, side in enumerate(sides)
        ]
        general = self._prose.draw_in_order(SECTIONS["recommendation"].bullets, 2 if sides else 4)
        lead = self._lead(SECTIONS["recommendation"].leads, (), {})
        left = budget - sum(word_count(text) for text in (lead, *bullets, *general))
        body = self._prose.draw_in_order(SECTIONS["recommendation"].body, max(1, round(left / _WORDS_A_SENTENCE)))
        return self._section(planned, [lead, *body], bullets=[text for text in (*bullets, *general) if text])

    def _is_comparison(self) -> bool:
        return self._brief.content_structure == "comparison" or self._brief.content_type == "comparison"

    def _roundup(self, planned: PlannedSection, budget: int) -> Section:
        rows = []
        for keyword in self._brief.secondary_keywords[:8]:
            found = aspect_of(keyword.text, self._subject)
            settle = found.asks if found else "what would be different from the usual choice"
            volume = f"{keyword.volume:,}" if keyword.volume else "not known"
            rows.append((capital(cased(keyword.text)), volume, capital(settle)))
        if not rows:
            return self._plain(planned, budget)
        columns = ("Search", "Searches a month", "What to settle first")
        table = Table(caption=f"Searches around {self._subject.topic}", columns=columns, rows=tuple(rows))
        return self._around(planned, budget, table=table)

    def _sibling(self, planned: PlannedSection, budget: int) -> Section:
        name = (
            planned.heading
            if any(c.isupper() for c in planned.heading[1:])
            else planned.heading[:1].lower() + planned.heading[1:]
        )
        extra = {"sibling": name, "sibling_cap": planned.heading, "sibling_title": planned.heading}
        return self._flow(planned, SECTIONS["sibling"], min(budget, 75), [], **extra)

    def _features(self, planned: PlannedSection, budget: int) -> Section:
        keywords = [
            k for k in self._brief.secondary_keywords if _aspect_key(k.text, self._subject) in {"features", "material"}
        ]
        names = [capital(cased(k.text)) for k in keywords[:4]] or [capital(one.topic) for one in self._found[:3]]
        bullets = [self._prose.draw(linking.BENEFITS, feature=name) for name in names]
        lead = self._lead(SECTIONS["features"].leads, (), {})
        pool = (*SECTIONS["features"].body, *aspect("features").body)
        left = budget - sum(word_count(text) for text in (lead, *bullets))
        body = self._prose.draw_in_order(pool, max(2, round(left / _WORDS_A_SENTENCE)))
        return self._section(planned, [lead, *body], bullets=[text for text in bullets if text])

    def _coverage(self, planned: PlannedSection, budget: int) -> Section:
        mentions = [keyword.text for keyword in self._keywords[:3]]
        subjects = dict.fromkeys(capital(plural(read_keyword(k.text).subject)) for k in self._keywords)
        section = self._flow(planned, SECTIONS["coverage"], budget - 20, mentions)
        return section.model_copy(update={"bullets": tuple(subjects)[:6]})

    def _team(self, planned: PlannedSection, budget: int) -> Section:
        voice = self._brief.voice
        lead = self._lead(SECTIONS["team"].leads, (), {}) if voice.author_name else linking.MISSING_AUTHOR
        bio = voice.author_bio.strip() if voice.author_name else ""
        body = self._prose.draw_in_order(SECTIONS["team"].body, max(2, round((budget - 30) / _WORDS_A_SENTENCE)))
        return self._section(planned, [lead, bio, *body])


def _aspect_key(text: str, subject: Subject) -> str:
    found = aspect_of(text, subject)
    return found.key if found else ""


def _paragraphs(sentences: Sequence[str]) -> list[str]:
    """Sentences in paragraphs of three or four, none of them left with a single short one."""
    size = 3 if len(sentences) % 4 == 1 else 4
    groups = [list(sentences[start : start + size]) for start in range(0, len(sentences), size)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2] += groups.pop()
    return [paragraph(group) for group in groups]


def _before_list(paragraphs: Sequence[str], sentence: str) -> tuple[str, ...]:
    """The paragraphs with a sentence added in front of the last one, which leads into the list."""
    if len(paragraphs) < 2:
        return (sentence, *paragraphs)
    return (*paragraphs[:-2], paragraph([paragraphs[-2], sentence]), paragraphs[-1])
