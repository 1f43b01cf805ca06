"""Whether an article may go out: every check on a draft, and what to do about what they find.

Belongs here: the list of checks, and those on the draft's shape. Keywords, required sections, figures and readability
are judged by the modules named after them, as are repetition and language. A check never changes the draft.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator

from igny8_assets.article_passages import passages
from igny8_assets.findings import Finding, Severity, passed
from igny8_assets.word_forms import count_words, phrase_stems
from igny8_assets.writer.article_html import word_count
from igny8_assets.writer.keyword_use import (
    keywords_read_naturally,
    primary_keyword_crammed,
    primary_keyword_placed,
    questions_answered,
    secondary_keywords_covered,
)
from igny8_assets.writer.language import right_language
from igny8_assets.writer.readability import hard_to_read
from igny8_assets.writer.repetition import no_paragraph_twice, no_sentence_twice
from igny8_assets.writer.required_sections import facts_to_supply, required_sections
from igny8_assets.writer.unsourced_figures import unsourced_figures
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft, Section

__all__ = ["CHECKS", "Finding", "check_article", "passed"]

META_TITLE = 60  # characters that a result page shows of a title
META_DESCRIPTION = (70, 160)  # characters
LONGEST_HEADING = 90  # characters
MOST_AROUND = 80  # characters shown on either side of what a check found

_PLACEHOLDERS = re.compile(
    r"(?i:lorem ipsum|\bdolor sit amet\b)|\bTODO\b|\bTBD\b|\bTK\b|\bXXX+\b|\bFIXME\b"
    r"|\[\s*(?i:insert|your|add|placeholder|name|link|company|product|brand|image|source|citation)\b[^\]]*\]"
    r"|\{\{[^}]*\}\}|<\s*(?i:insert|your)\b[^>]*>|\{\w+\}"
)
_MODEL_TALK = re.compile(
    r"\bas an? (?:ai|artificial intelligence|(?:large )?language model)\b|\bmy (?:knowledge cutoff|training)\b"
    r"|\bi(?: am|'m|’m) (?:sorry, (?:but|i)|unable to|an ai)\b"
    r"|\bi (?:cannot|can't|can’t) (?:help|assist|browse|provide)\b"
    r"|^(?:sure|certainly|of course)[,!:] here\b|\bhere(?: is|'s|’s) (?:the|your) (?:revised )?article\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"</?(?:p|b|i|a|h\d|ul|ol|li|br|strong|em|div|span|table)\b[^>]*>|\*\*|^#{1,6}\s|\]\(|^```", re.IGNORECASE
)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

Check = Callable[[ArticleDraft, ArticleBrief], Iterator[Finding]]


def check_article(draft: ArticleDraft, brief: ArticleBrief) -> list[Finding]:
    """Run every check; errors first, otherwise in the order of the checks. An empty list is a clean article."""
    found = [finding for check in CHECKS for finding in check(draft, brief)]
    return sorted(found, key=lambda finding: finding.severity != "error")


def fits_word_range(draft: ArticleDraft, brief: ArticleBrief) -> Iterator[Finding]:
    """The body is there and its length lies in the range of its contract; too short is an error, too long a hint."""
    length, words = word_count(draft), brief.contract.for_words(brief.target_words).words
    page = brief.content_type.replace("_", " ")
    if length == 0:
        yield _found("length", "error", "body", "The article is empty. Write it again.")
    elif length < words.least:
        yield _found(
            "length",
            "error",
            "body",
            f"The body has {length} words; a {page} needs at least {words.least} "
            f"(asked for: {brief.target_words}). Answer more of the questions in the brief.",
        )
    elif length > words.most:
        sizes = [count_words(" ".join(_texts_of(section))) for section in draft.sections]
        longest = max(range(len(sizes)), key=lambda index: sizes[index], default=None)
        where = "body" if longest is None else f"section:{longest}"
        first = "" if longest is None else f", “{draft.sections[longest].heading}” ({sizes[longest]} words) first"
        yield _found(
            "length",
            "warning",
            where,
            f"The body has {length} words; a {page} has at most {words.most} (asked for: {brief.target_words}). "
            f"Shorten it{first}.",
        )


def _texts_of(section: Section) -> list[str]:
    return [*section.paragraphs, *section.bullets, *(f"{step.name} {step.text}" for step in section.steps)]


def no_placeholder(draft: ArticleDraft, _brief: ArticleBrief) -> Iterator[Finding]:
    """No dummy text, no blanks left to fill in, no model speaking of itself, no HTML or Markdown in plain text."""
    texts = [("title", draft.title), ("meta_title", draft.meta_title), ("meta_description", draft.meta_description)]
    texts += [(passage.where, passage.text) for passage in passages(draft)]
    for where, text in texts:
        for pattern, check, advice in (
            (_PLACEHOLDERS, "placeholder", "is a placeholder: write what belongs there"),
            (_MODEL_TALK, "model_talk", "is the model speaking of itself: remove it"),
            (_MARKUP, "markup", "is markup in plain text: remove it, the renderer makes the HTML"),
        ):
            if match := pattern.search(text):
                found = match.group().strip()
                around = _sentence_with(text, match)
                shown = f" It stands in: “{around}”" if around != found else ""
                yield _found(check, "error", where, f"“{found}” {advice}.{shown}")


def _sentence_with(text: str, match: "re.Match[str]") -> str:
    """The sentence in which something was found, shortened around it."""
    first = max(text.rfind(mark, 0, match.start()) + 1 for mark in ".!?\n")
    ends = [end for end in (text.find(mark, match.end()) for mark in ".!?\n") if end >= 0]
    last = min(ends) + 1 if ends else len(text)
    first, last = max(first, match.start() - MOST_AROUND), min(last, match.end() + MOST_AROUND)
    return text[first:last].strip()


def headings_sound(draft: ArticleDraft, _brief: ArticleBrief) -> Iterator[Finding]:
    """Every section has a heading of its own with something under it, and no heading is a sentence long."""
    if not draft.title.strip():
        yield _found("headings", "error", "title", "The title is empty. Give the page a title.")
    seen = Counter([phrase_stems(draft.title)])
    for index, section in enumerate(draft.sections):
        where, heading = f"section:{index}", section.heading.strip()
        if not heading:
            yield _found("headings", "error", where, "The section has no heading. Name what it answers.")
            continue
        seen[phrase_stems(heading)] += 1
        if seen[phrase_stems(heading)] > 1:
            yield _found("headings", "error", where, f"“{heading}” is a heading twice. Merge or rename the section.")
        if len(heading) > LONGEST_HEADING:
            yield _found("headings", "warning", where, f"The heading has {len(heading)} characters. Shorten it.")
        filled = any(part.strip() for part in (*section.paragraphs, *section.bullets)) or section.steps or section.table
        if not filled:
            yield _found("headings", "error", where, f"Nothing stands under “{heading}”. Write it or drop it.")


def meta_fits(draft: ArticleDraft, _brief: ArticleBrief) -> Iterator[Finding]:
    """Slug, meta title and meta description are there and have the length that a result page can show."""
    if not _SLUG.fullmatch(draft.slug):
        yield _found("slug", "error", "slug", f"“{draft.slug}” is no slug. Use a-z, 0-9 and single hyphens.")
    title, description = len(draft.meta_title.strip()), len(draft.meta_description.strip())
    shortest, longest = META_DESCRIPTION
    if title == 0:
        yield _found("meta_title", "error", "meta_title", "The meta title is empty. Write one.")
    elif title > META_TITLE:
        yield _found(
            "meta_title", "warning", "meta_title", f"The meta title has {title} characters; {META_TITLE} are shown."
            " Put the keyword first and shorten the rest.",
        )  # fmt: skip
    if description == 0:
        yield _found("meta_description", "error", "meta_description", "The meta description is empty. Write one.")
    elif not shortest <= description <= longest:
        yield _found(
            "meta_description",
            "warning",
            "meta_description",
            f"The meta description has {description} characters. Keep it between {shortest} and {longest}.",
        )


def faq_answers(draft: ArticleDraft, _brief: ArticleBrief) -> Iterator[Finding]:
    """Every question is asked once and has an answer of more than a word or two."""
    seen: set[tuple[str, ...]] = set()
    for index, pair in enumerate(draft.faq):
        where = f"faq:{index}"
        if not pair.question.strip():
            yield _found("faq", "error", where, "The question is empty. Write it or drop the answer.")
        if count_words(pair.answer) == 0:
            yield _found("faq", "error", where, f"“{pair.question}” has no answer. Write one that stands alone.")
        elif count_words(pair.answer) < 5:
            yield _found("faq", "warning", where, f"The answer to “{pair.question}” is too short to stand alone.")
        key = phrase_stems(pair.question)
        if key and key in seen:
            yield _found("faq", "error", where, f"“{pair.question}” is asked twice. Keep the better answer.")
        seen.add(key)


def tables_square(draft: ArticleDraft, _brief: ArticleBrief) -> Iterator[Finding]:
    """Every row of a table has as many cells as there are columns, and no table is empty."""
    for index, section in enumerate(draft.sections):
        table, where = section.table, f"section:{index}/table"
        if table is None:
            continue
        if not table.columns or not table.rows:
            yield _found("table", "error", where, "The table has no columns or no rows. Fill it or drop it.")
        for number, row in enumerate(table.rows):
            if len(row) != len(table.columns):
                yield _found(
                    "table",
                    "error",
                    f"section:{index}/row:{number}",
                    f"The row has {len(row)} cells and the table {len(table.columns)} columns. Make them agree.",
                )
        if not table.caption.strip():
            yield _found("table", "warning", where, "The table has no caption. Say in a few words what it compares.")


def _found(check: str, severity: Severity, passage: str, message: str) -> Finding:
    return Finding(check=check, severity=severity, passage=passage, message=message)


CHECKS: tuple[Check, ...] = (
    fits_word_range,
    right_language,
    no_placeholder,
    no_sentence_twice,
    no_paragraph_twice,
    headings_sound,
    required_sections,
    facts_to_supply,
    faq_answers,
    tables_square,
    meta_fits,
    primary_keyword_placed,
    primary_keyword_crammed,
    keywords_read_naturally,
    secondary_keywords_covered,
    questions_answered,
    unsourced_figures,
    hard_to_read,
)
