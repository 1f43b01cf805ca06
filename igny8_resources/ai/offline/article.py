"""The offline writer's article: a usable brief-style draft made of the cluster's own keywords and questions.

It knows nothing about the subject beyond its keywords and says so by what it does: it sorts the questions, names
criteria, checks and an order of work, and quotes no figure but the searches a month that the brief brings along.
"""

from collections.abc import Sequence

from igny8_resources.ai.offline import opening_wording as opening
from igny8_resources.ai.offline.article_sections import SectionWriter
from igny8_resources.ai.offline.article_text import article_words, section_texts, section_words, spare_words
from igny8_resources.ai.offline.aspect import Aspect
from igny8_resources.ai.offline.comparing import criteria, pros_and_cons
from igny8_resources.ai.offline.faq import answer_questions, questions_about_site
from igny8_resources.ai.offline.grammar import capital, cased, counted, singular_word, word_count
from igny8_resources.ai.offline.keyword_reading import core_words, normal, trouble_of
from igny8_resources.ai.offline.metadata import meta_description_of, meta_title_of, slug_of
from igny8_resources.ai.offline.paragraphs import without_a_sentence
from igny8_resources.ai.offline.prose import Prose, paragraph
from igny8_resources.ai.offline.section_plan import (
    PlannedSection,
    compared,
    follow_outline,
    heading_slots,
    plan_sections,
)
from igny8_resources.ai.offline.subject import Subject, subject_of
from igny8_resources.ai.offline.topics import aspect_of, group_keywords, usual_topics
from igny8_resources.contracts.planner import KeywordFacts, SiteVoice
from igny8_resources.contracts.vocabulary import ArticlePart
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft, ProsCons, Section

_LEAST_OF_A_SECTION = 40  # words that a section keeps where an article is only a little too long
_MOST_ASKED_OF_US = 2  # questions on the subject that a page about the site itself takes up
_WORDS_A_QUESTION = 150  # of the whole page, so that the answers do not outgrow it
_COMPANY = frozenset({"about_page", "contact_page"})
_OFFERING = frozenset({"product", "service", "brand_page"})
_ARCHIVES = frozenset({"category_archive", "tag_archive", "attribute_archive", "cluster_hub"})


def write_article(brief: ArticleBrief) -> ArticleDraft:
    """Write the article that a brief asks for."""
    subject = subject_of(brief.primary_keyword, brief.secondary_keywords, brief.content_type)
    planned = follow_outline(
        plan_sections(
            planning_prose(brief.voice, subject),
            subject,
            brief.contract,
            keywords=brief.secondary_keywords,
            siblings=brief.sibling_topics,
            target_words=brief.target_words,
        ),
        brief.outline,
        subject,
    )
    return _Article(brief, subject, planned).draft()


def planning_prose(voice: SiteVoice, subject: Subject) -> Prose:
    """The source of headings, seeded alike for an idea and for its article so that both have the same outline."""
    return Prose(
        f"{voice.site_key}\0{normal(subject.keyword)}",
        subject.slots() | {"site": voice.site_name},
        domain=subject.domain,
        things_plural=subject.things_plural,
        keyword=subject.keyword,
        limit=4,
    )


def _stems(text: str) -> frozenset[str]:
    return frozenset(singular_word(word) for word in core_words(text))


class _Article:
    """The writing of one article; the parts with a fixed size come first, the topics share what is left."""

    def __init__(self, brief: ArticleBrief, subject: Subject, planned: Sequence[PlannedSection]) -> None:
        self.brief = brief
        self.subject = subject
        self.planned = list(planned)
        self.seed = f"{brief.voice.site_key}\0{normal(brief.primary_keyword.text)}\0{brief.title}"
        slots = subject.slots() | heading_slots(subject, brief.secondary_keywords)
        slots |= {"site": brief.voice.site_name, "niche": brief.voice.niche or "this subject"}
        slots |= {
            "doing_cap": capital(subject.doing),
            "versus_cap": capital(slots["versus"]),
            "keyword": cased(normal(subject.keyword)),
        }
        self.prose = Prose(
            self.seed,
            slots,
            domain=subject.domain,
            things_plural=subject.things_plural,
            keyword=subject.keyword,
            limit=max(5, round(brief.target_words * 0.005)),
        )
        for text in (brief.title, *(section.heading for section in planned)):
            self.prose.note(text)
        self.found = self._aspects()
        self.writer = SectionWriter(self.prose, subject, brief, self.found)

    def draft(self) -> ArticleDraft:
        brief = self.brief
        introduction = self._introduction()
        target = brief.target_words
        questions = max(3, min(8, target // (190 if target >= 1000 else 230)))
        keywords = (brief.primary_keyword, *brief.secondary_keywords)
        asked = [question for question in brief.questions if normal(question)]
        ours = self._manner() == "company"
        questions = min(8, max(questions, min(len(asked), target // _WORDS_A_QUESTION)))
        own = brief.primary_keyword if self.subject.reading.verb else None
        known = [keyword for keyword in keywords if keyword is not own]
        if not self._has("faq"):
            faq = []
        elif ours:
            faq = answer_questions(self.prose, self.subject, asked[:_MOST_ASKED_OF_US], (), min(2, len(asked)))
            faq += questions_about_site(self.prose)
        else:
            faq = answer_questions(self.prose, self.subject, asked, known, questions, searches=not self._offers())
        pros_cons: tuple[ProsCons, ...] = ()
        if self._has("pros_cons"):
            subjects = compared(self.subject, brief.secondary_keywords) if brief.content_structure != "review" else ()
            pros_cons = pros_and_cons(
                self.prose, subjects or (self.subject.short,), 3 if target >= 1000 and len(subjects) < 4 else 2
            )
        takeaways = self._takeaways() if self._has("key_takeaways") else []
        conclusion = self._conclusion() if self._has("conclusion") else []
        call = self.prose.draw(opening.CALLS[self._manner()]) if self._has("call_to_action") else ""
        spent = sum(word_count(t) for t in (*introduction, *takeaways, *conclusion, call))
        spent += sum(word_count(pair.question) + word_count(pair.answer) for pair in faq)
        spent += sum(word_count(text) for pair in pros_cons for text in (*pair.pros, *pair.cons))
        draft = ArticleDraft(
            title=brief.title,
            slug=slug_of(brief.title),
            meta_title=meta_title_of(brief.title, self.subject.keyword, self.seed),
            meta_description=meta_description_of(self.subject.keyword, self.seed, [one.topic for one in self.found]),
            introduction=tuple(introduction),
            key_takeaways=tuple(takeaways),
            sections=tuple(self._sections(target - spent)),
            pros_cons=pros_cons,
            faq=tuple(faq),
            conclusion=tuple(conclusion),
            call_to_action=call,
        )
        if self._manner() != "company":
            draft = self._with_every_keyword(draft)
        return self._fitted(draft)

    def _has(self, part: ArticlePart) -> bool:
        return self.brief.contract.part(part) is not None

    def _aspects(self) -> list[Aspect]:
        found = [section.topic.aspect for section in self.planned if section.topic and section.topic.aspect]
        named = aspect_of(self.brief.angle)
        if named in found:
            found.sort(key=lambda one: one != named)
        for topic in (*group_keywords(self.subject, self.brief.secondary_keywords), *usual_topics(self.subject, ())):
            if topic.aspect and topic.aspect not in found:
                found.append(topic.aspect)
        if self.subject.sides:
            found += [one for one in criteria((), self.subject.domain, 4) if one not in found]
        return found

    def _manner(self) -> str:
        brief = self.brief
        if brief.content_type == "company_page" or (
            brief.content_type == "page" and brief.content_structure in _COMPANY
        ):
            return "company"
        if brief.content_type in {"product", "service"}:
            return brief.content_type
        if brief.content_type == "brand_page":
            return "brand"
        if brief.content_structure == "landing_page" and self.subject.domain == "s":
            return "service"
        return "archive" if brief.content_structure in _ARCHIVES else "guide"

    def _offers(self) -> bool:
        """Whether the page offers something: whoever comes to buy has no use for the number of searches."""
        return self.brief.content_type in _OFFERING or self.brief.content_structure == "landing_page"

    def _opening_pool(self) -> str:
        if self._manner() == "company":
            return "company"
        if self.subject.sides:
            return "versus"
        return "trouble" if trouble_of(normal(self.subject.keyword)) else self.subject.domain

    def _introduction(self) -> list[str]:
        if self._manner() == "company":
            return self._introduction_of_ourselves()
        draw = self.prose.draw
        offers = self._offers()
        points = self._points()
        first = [
            draw(opening.OPENINGS[self._opening_pool()]),
            self._evidence(),
            draw([text for text in opening.WEIGHING if not offers or "search" not in text], **points),
        ]
        known = len(self.brief.secondary_keywords) + 1
        second = [
            draw(opening.ORGANISED, count=counted(known, "search").split()[0]) if known > 3 and not offers else ""
        ]
        second.append(draw(opening.HONESTY))
        audience = self.brief.voice.audience.strip().rstrip(".")
        if audience:
            second.append(draw(opening.AUDIENCE, audience=audience[:1].lower() + audience[1:]))
        return [text for text in (paragraph(first), paragraph(second)) if text]

    def _evidence(self) -> str:
        """A sentence on the primary keyword: how common it is, unless the page offers something."""
        volume = self.brief.primary_keyword.volume
        if self._offers():
            return self.prose.draw(opening.EVIDENCE_OF_OFFERS)
        if volume:
            return self.prose.draw(opening.EVIDENCE_WITH_VOLUME, volume=f"{volume:,}")
        return self.prose.draw(opening.EVIDENCE)

    def _introduction_of_ourselves(self) -> list[str]:
        """A page about the site itself opens with what it is for; searches and things to weigh have no place in it."""
        draw, structure = self.prose.draw, self.brief.content_structure
        first = [draw(opening.OF_OURSELVES[structure.removeprefix("company_")]), draw(opening.ABOUT_KEYWORD)]
        if structure not in {"contact_page", "company_careers"}:
            first.insert(0, draw(opening.OPENINGS["company"]))
        audience = self.brief.voice.audience.strip().rstrip(".")
        second = [draw(opening.HONESTY_OF_OURSELVES)]
        if audience:
            second.append(draw(opening.AUDIENCE_OF_OURSELVES, audience=audience[:1].lower() + audience[1:]))
        return [text for text in (paragraph(first), paragraph(second)) if text]

    def _points(self) -> dict[str, str]:
        return dict(zip(("one", "two", "three"), (one.topic for one in self.found), strict=False))

    def _takeaways(self) -> list[str]:
        secondary = [
            k for k in self.brief.secondary_keywords if k.volume and normal(k.text) != normal(self.subject.keyword)
        ]
        result = []
        if self.brief.primary_keyword.volume and secondary and not self._offers():
            second = max(secondary, key=lambda keyword: keyword.volume or 0)
            asked = aspect_of(second.text, self.subject)
            marks = {
                "volume": f"{self.brief.primary_keyword.volume:,}",
                "second": cased(normal(second.text)),
                "second_volume": f"{second.volume:,}",
            }
            if asked:
                marks["one"] = asked.topic
            if set(core_words(self.subject.keyword)) < set(core_words(second.text)):
                marks["narrower"] = marks["second"]
            result.append(self.prose.draw(opening.TAKEAWAY_DEMAND, **marks))
        result += [self.prose.draw(one.takeaways) for one in self.found[:3]]
        result = [text for text in result if text]
        result += [self.prose.draw(opening.TAKEAWAYS) for _ in range(4 - len(result))]
        return result[:5]

    def _conclusion(self) -> list[str]:
        draw = self.prose.draw
        return [
            paragraph(
                [
                    draw(opening.CONCLUSIONS),
                    draw(opening.CONCLUSION_RECAP, **self._points()),
                    draw(opening.CONCLUSION_NEXT),
                ]
            )
        ]

    def _sections(self, budget: int) -> list[Section]:
        """Fixed sections first, at their natural size; the topics share the words that are left."""
        written: dict[int, Section] = {}
        topical = [
            index
            for index, section in enumerate(self.planned)
            if section.kind in {"aspect", "uses", "kinds", "open", "more"}
        ]
        fixed = [index for index in range(len(self.planned)) if index not in topical]
        share = max(60, budget // max(1, len(self.planned)))
        for index in fixed:
            written[index] = self.writer.write(self.planned[index], min(share, 150))
            budget -= section_words(written[index])
        for done, index in enumerate(topical):
            share = max(70, min(260, budget // (len(topical) - done)))
            written[index] = self.writer.write(self.planned[index], share)
            budget -= section_words(written[index])
        return [written[index] for index in range(len(self.planned))]

    def _with_every_keyword(self, draft: ArticleDraft) -> ArticleDraft:
        """The draft with a sentence for each keyword that no section covers; its exact words are nobody's aim."""
        own = _stems(self.subject.keyword)
        said = [own | _stems(" ".join((section.heading, *section_texts(section)))) for section in draft.sections]
        said += [own | _stems(f"{pair.question} {pair.answer}") for pair in draft.faq]
        missing = [k for k in self.brief.secondary_keywords if not any(_stems(k.text) <= words for words in said)]
        if not missing or not draft.sections:
            return draft
        sections = list(draft.sections)
        homes: dict[int, list[str]] = {}
        for keyword in missing:
            homes.setdefault(self._home(keyword, len(sections)), []).append(normal(keyword.text))
        for index, texts in homes.items():
            sections[index] = self.writer.mention(sections[index], texts)
        return draft.model_copy(update={"sections": tuple(sections)})

    def _shortened(self, draft: ArticleDraft) -> ArticleDraft:
        sections = list(draft.sections)
        for _ in range(80):
            words = article_words(draft)
            if words <= 1.2 * self.brief.target_words:
                break
            place = max(range(len(sections)), key=lambda index: spare_words(sections[index]))
            shorter = without_a_sentence(sections[place])
            if shorter is None:
                break
            if section_words(shorter) < _LEAST_OF_A_SECTION and words <= 1.25 * self.brief.target_words:
                break
            sections[place] = shorter
            draft = draft.model_copy(update={"sections": tuple(sections)})
        return draft

    def _home(self, keyword: KeywordFacts, count: int) -> int:
        asked = aspect_of(keyword.text, self.subject)
        for index, section in enumerate(self.planned):
            if section.topic and asked and section.topic.aspect == asked:
                return index
        topical = [i for i, section in enumerate(self.planned) if section.kind in {"kinds", "uses", "aspect"}]
        return topical[0] if topical else count - 1

    def _fitted(self, draft: ArticleDraft) -> ArticleDraft:
        """The draft at the length the brief asks for, as far as its keywords carry it.

        A draft that is clearly short gets general advice, one that is clearly long loses sentences of its fixed parts.
        """
        draft = self._shortened(draft)
        if len(self.brief.secondary_keywords) < 5 or self._manner() == "company":
            return draft
        sections = list(draft.sections)
        index = 0
        while article_words(draft) < 0.8 * self.brief.target_words and sections and index < 24:
            longer = self.writer.lengthen(sections[index % len(sections)])
            if longer is None:
                break
            sections[index % len(sections)] = longer
            draft = draft.model_copy(update={"sections": tuple(sections)})
            index += 1
        return draft
