"""Which pages of the site an article should link to, and with which words.

A page qualifies by what it is about, measured on the article's own words; belonging to the same cluster adds to that
and never replaces it. Only the bond between a hub and its pages stands by itself. Weights and limits are house values.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from igny8_assets.article_anchors import article_anchors
from igny8_assets.article_passages import passages
from igny8_assets.linker.anchors import Names, anchor_key, anchor_phrases, shortened
from igny8_assets.word_forms import content_stems, content_words, count_words
from igny8_resources.contracts.values import Value
from igny8_resources.contracts.writer import ArticleDraft

Relation = Literal["hub", "spoke", "sibling", "other"]
Weights = Mapping[str, float]

_TITLE, _PRIMARY, _SECONDARY = 1.0, 2.0, 0.5
_COVERAGE, _SUBJECT = 0.6, 0.4
_BONUS: dict[Relation, float] = {"hub": 0.3, "spoke": 0.3, "sibling": 0.15, "other": 0.0}
_PLANNED = 0.9  # a planned page counts a little less than one that readers can open today


class SitePage(Value):
    """A page that may be linked to. ``path`` is its address inside the site (``/slug/``); ``live`` False = planned."""

    path: str
    title: str
    primary_keyword: str = ""
    secondary_keywords: tuple[str, ...] = ()
    cluster_id: int | str | None = None
    is_hub: bool = False
    live: bool = True


class SectionText(Value):
    """The plain text of one section; ``section_id`` is its heading's id, empty for what stands above the first."""

    section_id: str
    text: str


class LinkingArticle(Value):
    """The article that links out. ``keywords`` has the primary keyword first."""

    path: str
    title: str
    keywords: tuple[str, ...] = ()
    cluster_id: int | str | None = None
    is_hub: bool = False
    sections: tuple[SectionText, ...] = ()

    @cached_property
    def said_in(self) -> dict[str, tuple[int, ...]]:
        """The stems of all words, and the numbers of the sections that say each."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for number, section in enumerate(self.sections):
            for stem in {word.stem for word in content_words(section.text)}:
                places[stem].append(number)
        return {stem: tuple(numbers) for stem, numbers in places.items()}


class LinkRules(Value):
    """The limits of linking.

    One link for every ``words_per_link`` words, between ``fewest`` and ``most``; a hub may always reach all its pages.
    ``similarity_floor`` (0 to 1) keeps out pages about something else; ``most_in_block`` and ``most_related`` bound one
    paragraph and the list at the end.
    """

    words_per_link: int = 120
    fewest: int = 3
    most: int = 12
    similarity_floor: float = 0.3
    include_planned: bool = True
    most_in_block: int = 2
    most_related: int = 5


class LinkCandidate(Value):
    """A page worth linking to: with which phrases (longest first), how well it fits (0 to 1) and why.

    ``not_within`` are longer names that hold one of the anchors: there it would cut a name in two.
    """

    target: str
    title: str
    anchors: tuple[str, ...]
    score: float
    similarity: float
    relation: Relation
    live: bool
    not_within: tuple[str, ...] = ()


class InboundSource(NamedTuple):
    """An existing page that should link to a new one, and how well they fit (0 to 1)."""

    path: str
    score: float


def find_candidates(
    article: LinkingArticle, pages: Iterable[SitePage], rules: LinkRules | None = None
) -> list[LinkCandidate]:
    """The pages to link to, best first, no more than the article's length bears.

    One candidate a page, never the article itself. Beside its own names, a page may be called by the end of a keyword
    ("burr grinder" of "manual burr grinder") when no other page's names hold it. An anchor phrase belongs to one page
    only: to the one whose primary keyword it is, otherwise to the better fit; the article's own primary keyword is
    nobody's anchor.
    """
    limits = rules or LinkRules()
    others = [page for page in _distinct(pages) if page.path != article.path]
    weights = _rarity([*others, article])
    about = _about(article, weights)
    scored = [
        (page, _scored(article, about, page, _about(page, weights)))
        for page in others
        if page.live or limits.include_planned
    ]
    fitting = [(page, found) for page, found in scored if found.fits(limits)]
    fitting.sort(key=lambda each: (not each[1].is_bond, -each[1].score, each[0].path))
    bonds = sum(found.is_bond for _, found in fitting)
    fit = [_candidate(page, found) for page, found in fitting[: max(most_links(article, limits), bonds)]]
    by_path = {page.path: page for page in others}
    owners = _anchor_owners(article, others, fit)

    def owned(text: str, candidate: LinkCandidate) -> bool:
        return owners.get(anchor_key(text)) == candidate.target

    namesakes = defaultdict[str, set[str]](set)
    known: list[SitePage | LinkingArticle] = [article, *others]
    for page in known:
        for name in _keywords(page):
            namesakes[name].add(page.path)
    names = Names(namesakes)
    chosen = []
    for candidate in fit:
        anchors = tuple(text for text in candidate.anchors if owned(text, candidate))
        anchors += _unmistakable_endings(by_path[candidate.target], names, namesakes)
        chosen.append(candidate.model_copy(update={"anchors": anchors, "not_within": names.longer(anchors)}))
    return chosen


def most_links(article: LinkingArticle, rules: LinkRules) -> int:
    """How many links an article of this length bears."""
    length = sum(count_words(section.text) for section in article.sections)
    return max(rules.fewest, min(rules.most, length // rules.words_per_link))


def inbound_sources(
    new_page: SitePage, articles: Sequence[LinkingArticle], rules: LinkRules | None = None
) -> list[InboundSource]:
    """The existing articles that should link to a new page, best first: so that no page goes live as an orphan."""
    limits = rules or LinkRules()
    others = [article for article in articles if article.path != new_page.path]
    weights = _rarity([new_page, *others])
    about = _about(new_page, weights)
    scored = [_scored(article, _about(article, weights), new_page, about) for article in others]
    found = [
        InboundSource(article.path, fit.score) for article, fit in zip(others, scored, strict=True) if fit.fits(limits)
    ]
    return sorted(found, key=lambda source: (-source.score, source.path))


def sections_of(draft: ArticleDraft) -> tuple[SectionText, ...]:
    """The draft's plain text by section, as ``LinkingArticle.sections`` wants it."""
    ids, texts = article_anchors(draft).sections, dict[str, list[str]]()
    for passage in passages(draft):
        part = passage.where.split("/")[0]
        name, _, number = part.partition(":")
        section_id = ids[int(number)] if name == "section" else "" if name in {"introduction", "takeaways"} else name
        texts.setdefault(section_id, []).append(passage.text)
    return tuple(SectionText(section_id=key, text="\n".join(parts)) for key, parts in texts.items())


def _distinct(pages: Iterable[SitePage]) -> list[SitePage]:
    return list({page.path: page for page in pages}.values())


def _relation(article: LinkingArticle, page: SitePage) -> Relation:
    if article.cluster_id is None or article.cluster_id != page.cluster_id:
        return "other"
    if page.is_hub:
        return "hub"
    return "spoke" if article.is_hub else "sibling"


class _About(NamedTuple):
    """What a page is about, read once to be compared with many: its terms' weights, their sum and their length."""

    terms: Weights
    total: float
    size: float


class _Fit(NamedTuple):
    score: float
    similarity: float
    relation: Relation

    @property
    def is_bond(self) -> bool:
        """Whether the two belong together whatever they say."""
        return self.relation in {"hub", "spoke"}

    def fits(self, rules: LinkRules) -> bool:
        return self.is_bond or self.similarity >= rules.similarity_floor


def _scored(article: LinkingArticle, article_about: _About, page: SitePage, about: _About) -> _Fit:
    said_in, relation = article.said_in, _relation(article, page)
    covered = [0.0] * len(article.sections)
    shared = 0.0
    for term, weight in about.terms.items():
        for number in said_in.get(term, ()):
            covered[number] += weight
        shared += weight * article_about.terms.get(term, 0.0)
    coverage = max(covered, default=0.0) / (about.total or 1.0)
    size = about.size * article_about.size
    similarity = _COVERAGE * coverage + _SUBJECT * (shared / size if size else 0.0)
    score = min(1.0, similarity + _BONUS[relation]) * (1.0 if page.live else _PLANNED)
    return _Fit(round(score, 4), round(similarity, 4), relation)


def _candidate(page: SitePage, found: _Fit) -> LinkCandidate:
    anchors = anchor_phrases(page.primary_keyword, page.title, page.secondary_keywords)
    return LinkCandidate(target=page.path, title=page.title, anchors=anchors, live=page.live, **found._asdict())


def _about(page: SitePage | LinkingArticle, weights: Weights) -> _About:
    """What a page is about: the stems of its title and keywords, weighted by where they stand and how rare they are."""
    terms = {term: stress * weights.get(term, 1.0) for term, stress in _stressed(page.title, _keywords(page))}
    return _About(terms, sum(terms.values()), math.hypot(*terms.values()))


# How often a site's titles and keywords use a word does not change with the article that they are compared with.
@lru_cache(maxsize=8192)
def _stressed(title: str, keywords: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    primary, *secondary = keywords or ("",)
    terms: defaultdict[str, float] = defaultdict(float)
    for text, weight in ((title, _TITLE), (primary, _PRIMARY), *((text, _SECONDARY) for text in secondary)):
        for term in set(content_stems(text)):
            terms[term] += weight
    return tuple((term, 1 + math.log(1 + count)) for term, count in terms.items())


def _rarity(pages: Sequence[SitePage | LinkingArticle]) -> dict[str, float]:
    """Inverse document frequency: a word that every page of the site uses says little about any of them."""
    spread: Counter[str] = Counter()
    for page in pages:
        spread.update(_named(page.title, *_keywords(page)[:1]))
    return {term: math.log(1 + len(pages) / count) for term, count in spread.items()}


@lru_cache(maxsize=8192)
def _named(*texts: str) -> frozenset[str]:
    """The stems of a page's title and primary keyword."""
    return frozenset(term for text in texts for term in content_stems(text))


def _unmistakable_endings(page: SitePage, names: Names, namesakes: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Endings of a page's keywords that stand in no other page's keywords, the linking article's included."""
    endings = {anchor_key(text): text for keyword in _keywords(page) for text in shortened(keyword)}
    own = {anchor_key(keyword) for keyword in _keywords(page)}
    clear = [
        key
        for key in endings
        if key not in own and all(namesakes[phrase] == {page.path} for _, phrase, _ in names.holding(key))
    ]
    return tuple(endings[key] for key in sorted(clear, key=len, reverse=True))


def _keywords(page: SitePage | LinkingArticle) -> tuple[str, ...]:
    return (page.primary_keyword, *page.secondary_keywords) if isinstance(page, SitePage) else page.keywords


def _anchor_owners(
    article: LinkingArticle, pages: Sequence[SitePage], fit: Sequence[LinkCandidate]
) -> dict[tuple[str, ...], str]:
    owners: dict[tuple[str, ...], str] = {}
    for candidate in sorted(fit, key=lambda candidate: (-candidate.score, candidate.target)):
        for text in candidate.anchors:
            owners.setdefault(anchor_key(text), candidate.target)
    for page in reversed(pages):
        if page.primary_keyword:
            owners[anchor_key(page.primary_keyword)] = page.path
    if article.keywords:
        owners[anchor_key(article.keywords[0])] = article.path
    return owners
