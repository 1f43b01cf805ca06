"""How an article uses the words that it should be found by: present where it counts, never crammed.

The limits are house rules in the range that the field's scorers use; each is named beside its figure.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from igny8_assets.article_passages import passages
from igny8_assets.findings import Finding
from igny8_assets.word_forms import content_stems, count_phrase, count_words, covers, phrase_stems
from igny8_assets.writer.repetition import excerpt
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft

MOST_USE_OF_PHRASE = 0.03  # uses per word of text, for keywords of two words or more
MOST_USE_OF_WORD = 0.05  # the same for a keyword of one word, which the subject itself repeats
FEWEST_USES_THAT_CRAM = 5  # below this, a short text cannot be called stuffed
MOST_USES_IN_PASSAGE = 3
LEAST_SECONDARY_COVERAGE = 0.5
MOST_HEADINGS = 0.5  # share of the section headings that may say the whole primary keyword
FEWEST_HEADINGS = 4
MOST_USE_OF_SECONDARY = 0.02  # uses per word of prose
FEWEST_WORDS_OF_A_PHRASE = 2  # one word is a word, not a phrase that somebody planted


def primary_keyword_placed(draft: ArticleDraft, brief: ArticleBrief) -> Iterator[Finding]:
    """The primary keyword's words stand in the title, the introduction and at least one heading, in any inflection."""
    keyword = brief.primary_keyword.text
    if not content_stems(keyword):
        return
    if not covers(draft.title, keyword):
        yield Finding(
            check="keyword_in_title",
            severity="error",
            passage="title",
            message=f"The title does not contain “{keyword}”. Work its words into the title.",
        )
    if draft.introduction and not covers(" ".join(draft.introduction), keyword):
        yield Finding(
            check="keyword_in_introduction",
            severity="error",
            passage="introduction",
            message=f"The introduction does not mention “{keyword}”. Use it once in the first paragraph.",
        )
    headings = [passage.text for passage in passages(draft) if passage.kind == "heading"]
    if headings and not any(covers(heading, keyword) for heading in headings):
        yield Finding(
            check="keyword_in_heading",
            severity="warning",
            passage="sections",
            message=f"No heading contains “{keyword}”. Use it in the heading of the section that answers it.",
        )
    if draft.meta_title and not covers(draft.meta_title, keyword):
        yield Finding(
            check="keyword_in_meta_title",
            severity="warning",
            passage="meta_title",
            message=f"The meta title does not contain “{keyword}”. Searchers look for their own words there.",
        )


def primary_keyword_crammed(draft: ArticleDraft, brief: ArticleBrief) -> Iterator[Finding]:
    """The primary keyword is not repeated beyond what reads naturally, in the whole text or in one passage."""
    keyword = brief.primary_keyword.text
    phrase = phrase_stems(keyword)
    if not phrase:
        return
    words = uses = 0
    using: list[str] = []
    for passage in passages(draft):
        here = count_phrase(passage.text, keyword)
        using += [passage.where] * bool(here)
        words += count_words(passage.text)
        uses += here
        if here > MOST_USES_IN_PASSAGE or (len(phrase) > 1 and here == MOST_USES_IN_PASSAGE):
            yield Finding(
                check="keyword_stuffing",
                severity="warning",
                passage=passage.where,
                message=(
                    f"“{keyword}” is used {here} times in one passage: “{excerpt(passage.text, 160)}” "
                    "Say it once and use a pronoun or a synonym."
                ),
            )
    allowed = MOST_USE_OF_WORD if len(phrase) == 1 else MOST_USE_OF_PHRASE
    if uses >= FEWEST_USES_THAT_CRAM and uses > allowed * words:
        yield Finding(
            check="keyword_stuffing",
            severity="error",
            passage="body",
            message=(
                f"“{keyword}” is used {uses} times in {words} words; at most {int(allowed * words)} read naturally. "
                f"Replace some with synonyms. It stands in {_listed(using)}."
            ),
        )


def keywords_read_naturally(draft: ArticleDraft, brief: ArticleBrief) -> Iterator[Finding]:
    """Headings do not all repeat the primary keyword, and no secondary keyword is said more often than it reads well."""
    keyword = brief.primary_keyword.text
    headings = [(f"section:{index}", section.heading) for index, section in enumerate(draft.sections)]
    repeating = [each for each in headings if len(phrase_stems(keyword)) > 1 and count_phrase(each[1], keyword)]
    if len(headings) >= FEWEST_HEADINGS and len(repeating) > MOST_HEADINGS * len(headings):
        where, heading = repeating[-1]
        yield Finding(
            check="keyword_stuffing",
            severity="warning",
            passage=where,
            message=(
                f"{len(repeating)} of {len(headings)} headings say “{keyword}”, “{heading}” among them. "
                "Name in each what its section answers."
            ),
        )
    said = [(passage.where, passage.text) for passage in passages(draft) if passage.kind == "prose"]
    total = sum(count_words(text) for _, text in said)
    for other in brief.secondary_keywords:
        if len(phrase_stems(other.text)) < FEWEST_WORDS_OF_A_PHRASE or covers(keyword, other.text):
            continue
        using = [(where, count_phrase(text, other.text)) for where, text in said]
        uses = sum(times for _, times in using)
        if uses >= FEWEST_USES_THAT_CRAM and uses > MOST_USE_OF_SECONDARY * total:
            yield Finding(
                check="keyword_stuffing",
                severity="warning",
                passage=max(using, key=lambda each: each[1])[0],
                message=(
                    f"The secondary keyword “{other.text}” is used {uses} times in {total} words of prose, in "
                    f"{_listed([where for where, times in using if times])}. Once or twice is enough."
                ),
            )


def _listed(passages_using: Sequence[str]) -> str:
    shown = list(dict.fromkeys(passages_using))
    return ", ".join(shown[:6]) + (f" and {len(shown) - 6} more" if len(shown) > 6 else "")


def secondary_keywords_covered(draft: ArticleDraft, brief: ArticleBrief) -> Iterator[Finding]:
    """At least half of the secondary keywords have all their words together in one section, in any order or form.

    The words of the primary keyword are the article's subject and count as said everywhere.
    """
    wanted = [keyword.text for keyword in brief.secondary_keywords if content_stems(keyword.text)]
    subject = set(content_stems(brief.primary_keyword.text))
    sections: defaultdict[str, set[str]] = defaultdict(lambda: set(subject))
    for passage in passages(draft):
        sections[passage.where.split("/")[0]].update(phrase_stems(passage.text))
    missing = [keyword for keyword in wanted if not any(covers(said, keyword) for said in sections.values())]
    if wanted and len(missing) > len(wanted) * (1 - LEAST_SECONDARY_COVERAGE):
        yield Finding(
            check="secondary_keywords",
            severity="error" if len(missing) == len(wanted) > 1 else "warning",
            passage="body",
            message=(
                f"{len(missing)} of {len(wanted)} secondary keywords are not covered. Write about: "
                + ", ".join(missing[:8])
                + ("…" if len(missing) > 8 else ".")
            ),
        )


def questions_answered(draft: ArticleDraft, brief: ArticleBrief) -> Iterator[Finding]:
    """Every question of the brief is met by a heading or an FAQ question with the same meaningful words."""
    asked = [passage.text for passage in passages(draft) if passage.kind == "heading"]
    missing = [question for question in brief.questions if not any(covers(text, question) for text in asked)]
    if missing:
        yield Finding(
            check="questions_answered",
            severity="warning",
            passage="faq",
            message="Searchers also ask: " + "; ".join(missing[:5]) + ". Answer them in the FAQ or under a heading.",
        )
