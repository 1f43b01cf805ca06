"""Writing one planned section: its paragraphs, list, steps or table, as many words as the budget allows."""

from collections.abc import Callable, Sequence

from igny8_resources.ai.offline import linking_wording as linking
from igny8_resources.ai.offline.aspect import Aspect
from igny8_resources.ai.offline.aspects import aspect
from igny8_resources.ai.offline.comparing import criteria, criteria_table, head_to_head, specification_table
from igny8_resources.ai.offline.grammar import (
    articled,
    capital,
    cased,
    listed,
    with_article,
    word_count,
)
from igny8_resources.ai.offline.keyword_reading import normal, read_keyword
from igny8_resources.ai.offline.paragraphs import before_list, in_paragraphs
from igny8_resources.ai.offline.proper_names import NAMES
from igny8_resources.ai.offline.prose import Prose, paragraph
from igny8_resources.ai.offline.section_plan import SECTIONS, PlannedSection, compared, heading_slots
from igny8_resources.ai.offline.section_wording import SectionWording
from igny8_resources.ai.offline.step_wording import PROCEDURES, SERVICE_PROCESS, StepTexts, procedure_for
from igny8_resources.ai.offline.subject import Subject
from igny8_resources.ai.offline.to_supply import FURTHER_PEOPLE, TO_SUPPLY
from igny8_resources.ai.offline.topics import aspect_of, modifiers_of, weighed
from igny8_resources.contracts.vocabulary import ArticlePart
from igny8_resources.contracts.writer import ArticleBrief, Section, Step, Table

_WORDS_A_SENTENCE = 20
_COMPARABLE = frozenset({"features", "material", "kit", "sensory", "settings", "care"})
_SHORT = 1000
_FEWEST_ROWS = 4
_FEWEST_ROUNDED_UP = 2
_FEWEST_FEATURES = 3
_MOST_COVERED = 6
_FEWEST_TO_REPEAT = 600
_NAMED = ("features", "material", "", "space", "fit", "sensory", "ease")


class SectionWriter:
    """Writes the sections of one article; ``found`` are the aspects of its topics, the most wanted first."""

    def __init__(self, prose: Prose, subject: Subject, brief: ArticleBrief, found: Sequence[Aspect]) -> None:
        self._prose = prose
        self._subject = subject
        self._brief = brief
        self._found = list(found)
        self._rows = 4 if brief.target_words < _SHORT else 6
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
            "more": self._more,
        }
        section = writers.get(planned.kind, self._plain)(planned, budget)
        return section.model_copy(update={"part": planned.part, "to_supply": self._requests(planned.part)})

    def _requests(self, part: ArticlePart) -> tuple[str, ...]:
        """What only the site's owner knows about a part; the author's name is no request where the brief has it."""
        brand = self._brief.content_type == "brand_page"
        slots = {"site": capital(cased(self._subject.short)) if brand else self._brief.voice.site_name}
        wanted = TO_SUPPLY.get(part, ())
        if part == "team" and self._brief.voice.author_name:
            wanted = FURTHER_PEOPLE
        return tuple(text.format(**slots) for text in wanted)

    def mention(self, section: Section, keywords: Sequence[str]) -> Section:
        """The section with a sentence that takes up further searches."""
        paragraphs = list(section.paragraphs)
        for start in range(0, len(keywords), 3):
            sentence = self._prose.draw(linking.FURTHER_SEARCHES, mentions=keywords[start : start + 3])
            if sentence:
                paragraphs = list(before_list(paragraphs, sentence))
        return section.model_copy(update={"paragraphs": tuple(paragraphs)})

    def lengthen(self, section: Section) -> Section | None:
        """The section with one more sentence of general advice, or None when there is none left."""
        pool = SECTIONS["open"].body if section.bullets else linking.EXTRA_ADVICE
        sentence = self._prose.draw(linking.EXTRA_ADVICE) or self._prose.draw(pool)
        if not sentence:
            return None
        longer = before_list(section.paragraphs, sentence) if section.bullets else (*section.paragraphs, sentence)
        return section.model_copy(update={"paragraphs": longer})

    def _aspect(self, planned: PlannedSection, budget: int) -> Section:
        one = planned.topic.aspect if planned.topic and planned.topic.aspect else aspect("method")
        mentions = [keyword.text for keyword in planned.topic.keywords] if planned.topic else []
        wording = SectionWording((), one.leads, one.body, one.bullets)
        marks = {"point": one.topic, "asks": one.asks}
        prices = [reading.price for reading in map(read_keyword, mentions) if reading.price]
        if prices:
            marks["price"] = prices[0]
        modifiers = modifiers_of(planned.topic, self._subject) if planned.topic else []
        if len(modifiers) > 1 and one.key in _COMPARABLE:
            marks["mods"] = listed([f"“{text}”" for text in modifiers])
        return self._flow(planned, wording, budget, mentions, **marks)

    def _more(self, planned: PlannedSection, budget: int) -> Section:
        """One line for each keyword that no section of its own was left for."""
        keywords = planned.topic.keywords if planned.topic else ()
        bullets = []
        for keyword in keywords[: self._rows + 2]:
            found = weighed(keyword.text, self._subject)
            notes = [text for text in (found.check, found.compare) if self._prose.is_new(text)] if found else []
            note = notes[0] if notes else self._prose.draw(linking.KIND_NOTES)
            if note:
                self._prose.note(note)
                bullets.append(f"{capital(cased(normal(keyword.text)))}: {note[0].lower()}{note[1:]}")
        lead = self._lead(SECTIONS["more"].leads, (), {})
        body = self._prose.draw_in_order(SECTIONS["more"].body, 1 if budget < 140 else 2)
        return self._section(planned, [lead, *body], bullets=bullets, named=True)

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
        modifiers = self._prose.draw(linking.MODIFIERS, mods=extra["mods"]) if "mods" in extra else ""
        left -= word_count(modifiers)
        body = self._prose.draw_in_order(wording.body, max(2, round(left / _WORDS_A_SENTENCE)), **extra, **self._slots)
        return self._section(planned, [lead, modifiers, *body], bullets=bullets)

    def _lead(self, leads: Sequence[str], mentions: Sequence[str], extra: dict[str, str]) -> str:
        slots = {**self._slots, **self._site_slots(), **extra}
        first = list(mentions[: self._most_quoted(mentions)])
        lead = self._prose.draw(leads, mentions=first, **slots)
        if not lead:
            lead = self._prose.draw(linking.UNSEARCHED_LEADS, **slots)
            mentions, first = list(mentions), []
        more = [
            self._prose.draw(linking.FURTHER_SEARCHES, mentions=mentions[start : start + 3])
            for start in range(len(first), len(mentions), 3)
            if not any(self._repeats(text) for text in mentions[start : start + 3])
        ]
        return paragraph([lead, *more])

    def _repeats(self, searched: str) -> bool:
        return normal(self._subject.keyword) in normal(searched)

    def _most_quoted(self, mentions: Sequence[str]) -> int:
        """How many searches one sentence may quote: fewer where each says the primary keyword again."""
        return 2 if sum(self._repeats(text) for text in mentions[:3]) > 1 else 3

    def _section(
        self,
        planned: PlannedSection,
        texts: Sequence[str],
        *,
        bullets: Sequence[str] = (),
        steps: Sequence[Step] = (),
        table: Table | None = None,
        named: bool = False,
        listed_by: Sequence[str] = (),
    ) -> Section:
        parts = [text for text in texts if text]
        paragraphs = in_paragraphs(parts)
        if bullets:
            own = listed_by or linking.PART_LEADS.get(planned.kind, ())
            lead = self._prose.draw(own) or self._prose.draw(linking.NAMED_LEADS if named else linking.LIST_LEADS)
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
        most = self._most_quoted(mentions)
        lead = self._lead(SECTIONS[planned.kind].leads, mentions[:most] or [k.text for k in keywords[:1]], {})
        more = [
            self._prose.draw(linking.FURTHER_SEARCHES, mentions=mentions[i : i + most])
            for i in range(most, len(mentions), most)
            if not any(self._repeats(text) for text in mentions[i : i + most])
        ]
        left = budget - sum(word_count(text) for text in (lead, *more, *bullets))
        body = self._prose.draw_in_order(SECTIONS[planned.kind].body, max(1, round(left / _WORDS_A_SENTENCE)))
        return self._section(planned, [lead, *more, *body], bullets=bullets, named=True)

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
        self, planned: PlannedSection, budget: int, *, steps: Sequence[Step] = (), table: Table | None = None,
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
        return self._around(
            planned, budget, table=criteria_table(self._found, self._subject.domain, caption, self._rows)
        )

    def _specs(self, planned: PlannedSection, budget: int) -> Section:
        caption = f"Lines of the specification to read for {self._subject.thing}"
        return self._around(planned, budget, table=specification_table(self._found, "g", caption, self._rows))

    def _versus(self, planned: PlannedSection, budget: int) -> Section:
        sides = compared(self._subject, self._brief.secondary_keywords)
        table = head_to_head(sides, self._found, self._subject.domain, self._keywords, self._rows)
        section = self._around(planned, budget, table=table)
        primary = self._brief.primary_keyword.text
        shown = normal(f"{planned.heading} {table.caption}")
        searched = [k.text for k in (planned.topic.keywords if planned.topic else ()) if k.text != primary]
        mentions = [text for text in searched if normal(text) not in shown]
        return self.mention(section, mentions) if mentions else section

    def _recommendation(self, planned: PlannedSection, budget: int) -> Section:
        sides = compared(self._subject, self._brief.secondary_keywords) if self._is_comparison() else ()
        points = [one.topic for one in self._found] or ["the first line of your list"]
        bullets = [
            self._prose.draw(linking.RECOMMENDATIONS, x=with_article(side), point=points[index % len(points)])
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
        left = planned.topic.keywords if planned.topic else ()
        others = [keyword for keyword in self._brief.secondary_keywords if keyword not in left]
        for keyword in [*left, *others[: max(0, _FEWEST_ROWS - len(left))]][: self._rows + 1]:
            found = weighed(keyword.text, self._subject)
            settle = found.asks if found else "what would be different from the usual choice"
            check = found.check if found else "Name one thing that it does and the others do not"
            rows.append((capital(cased(keyword.text)), capital(settle), check))
        if len(rows) < _FEWEST_ROUNDED_UP:
            caption = f"What {self._subject.topic} can be told apart by"
            return self._around(
                planned, budget, table=criteria_table(self._found, self._subject.domain, caption, self._rows)
            )
        columns = ("Subject", "What to settle first", "How to check it")
        table = Table(caption=f"What people look for around {self._subject.topic}", columns=columns, rows=tuple(rows))
        return self._around(planned, budget, table=table)

    def _sibling(self, planned: PlannedSection, budget: int) -> Section:
        first, _, rest = planned.heading.partition(" ")
        plain = first.lower() not in NAMES and not any(letter.isupper() for letter in first[1:])
        name = f"{first.lower() if plain else first} {rest}".strip()
        extra = {"sibling": name, "sibling_cap": planned.heading, "sibling_title": planned.heading}
        return self._flow(planned, SECTIONS["sibling"], min(budget, 75), [], **extra)

    def _features(self, planned: PlannedSection, budget: int) -> Section:
        names = [capital(cased(normal(text))) for text in self._feature_keywords()]
        usual = (one.criterion for one in criteria(self._found, "g", 6))
        names += [name for name in usual if name not in names][: max(0, _FEWEST_FEATURES - len(names))]
        bullets = [self._prose.draw(linking.BENEFITS, feature=name) for name in names]
        lead = self._lead(SECTIONS["features"].leads, (), {})
        pool = (*SECTIONS["features"].body, *aspect("features").body)
        left = budget - sum(word_count(text) for text in (lead, *bullets))
        body = self._prose.draw_in_order(pool, max(2, round(left / _WORDS_A_SENTENCE)))
        return self._section(planned, [lead, *body], bullets=[text for text in bullets if text], named=True)

    def _feature_keywords(self) -> list[str]:
        """Up to four keywords that name a feature or a kind, those that name a feature first."""
        texts = [keyword.text for keyword in self._brief.secondary_keywords]
        plain = [
            text for text in texts if read_keyword(text).kind == "plain" and _aspect_key(text, self._subject) in _NAMED
        ]
        return sorted(plain, key=lambda text: _NAMED.index(_aspect_key(text, self._subject)))[:4]

    def _coverage(self, planned: PlannedSection, budget: int) -> Section:
        """What the site covers, in the words of those who search for it; a thin cluster is filled up with questions."""
        mentions = [self._brief.primary_keyword.text]
        lead = self._lead(SECTIONS["coverage"].leads, mentions, {})
        body = self._prose.draw_in_order(SECTIONS["coverage"].body, max(2, round((budget - 60) / _WORDS_A_SENTENCE)))
        named = [*self._brief.sibling_topics[:4], *(keyword.text for keyword in self._brief.secondary_keywords)]
        again = [text for text in named if self._repeats(text)]
        again = again[: _MOST_COVERED if self._brief.target_words >= _FEWEST_TO_REPEAT else _FEWEST_FEATURES]
        named = [*(text for text in named if not self._repeats(text)), *again]
        bullets = list(dict.fromkeys(capital(cased(normal(text))) for text in named))[:_MOST_COVERED]
        if len(bullets) < _FEWEST_FEATURES:
            bullets += [capital(one.topic) for one in self._found[:_FEWEST_FEATURES]]
        return self._section(planned, [lead, *body], bullets=bullets, listed_by=linking.COVERAGE_LEADS)

    def _team(self, planned: PlannedSection, budget: int) -> Section:
        voice = self._brief.voice
        leads = SECTIONS["team"].leads if voice.author_name else linking.UNNAMED_AUTHORS
        lead = self._lead(leads, (), {})
        bio = voice.author_bio.strip() if voice.author_name else ""
        body = self._prose.draw_in_order(SECTIONS["team"].body, max(2, round((budget - 30) / _WORDS_A_SENTENCE)))
        return self._section(planned, [lead, bio, *body])


def _aspect_key(text: str, subject: Subject) -> str:
    found = aspect_of(text, subject)
    return found.key if found else ""
