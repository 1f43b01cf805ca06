"""Figures in an article that neither its brief nor a source that it cites knows: nobody can say where they come from."""

from collections.abc import Iterator

from igny8_assets.article_passages import passages
from igny8_assets.figures import figures, numbers_in
from igny8_assets.findings import Finding
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft

CHECK = "unsourced_figures"


def unsourced_figures(draft: ArticleDraft, brief: ArticleBrief) -> Iterator[Finding]:
    """Numbers with a unit, percentages, amounts of money and years that stand in the article and nowhere else.

    A figure is known when the brief says it, or a passage or quote of a source that the article cites. One warning a
    passage: a person who knows the figure approves it, or it goes.
    """
    known = _numbers_of(brief) | _numbers_cited(draft, brief)
    found = [("title", draft.title), ("meta_description", draft.meta_description)]
    found += [(passage.where, passage.text) for passage in passages(draft)]
    for where, text in found:
        unknown = [said for said, numbers in figures(text) if not known.issuperset(numbers)]
        if unknown:
            yield Finding(
                check=CHECK,
                severity="warning",
                passage=where,
                message=(
                    f"No source for: {', '.join(dict.fromkeys(unknown))}. "
                    "Check the figure and cite where it comes from, or say it without a number."
                ),
            )


def _numbers_cited(draft: ArticleDraft, brief: ArticleBrief) -> frozenset[str]:
    """The numbers of the sources that the draft cites; a source that it only could have cited proves nothing."""
    cited = {citation.source_id for citation in draft.citations}
    texts = [passage for source in brief.sources if source.id in cited for passage in source.passages]
    known = {source.id for source in brief.sources}
    texts += [citation.quote for citation in draft.citations if citation.source_id in known]
    return frozenset(number for text in texts for number in numbers_in(text))


def _numbers_of(brief: ArticleBrief) -> frozenset[str]:
    keywords = (brief.primary_keyword, *brief.secondary_keywords)
    texts = [brief.title, brief.angle, brief.voice.author_bio, brief.voice.niche]
    texts += [*brief.questions, *brief.outline, *brief.sibling_topics, *(keyword.text for keyword in keywords)]
    numbers = {number for text in texts for number in numbers_in(text)}
    numbers |= {str(keyword.volume) for keyword in keywords if keyword.volume is not None}
    return frozenset(numbers)
