"""What is worth doing next, from where a site and its competitors rank and from what the site has published.

Pure rules on facts; rows are read and kept by ``opportunity_finding``. Decaying pages are not found here: they need
clicks over time, which no table holds yet.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from igny8_assets.planner.ideas.cannibalisation import Likeness, PageClaim, find_conflict
from igny8_resources.word_stems import normalise

Kind = Literal["gap", "quick_win", "cannibalisation", "decay", "orphan"]

# Share of searchers who click the result at positions 1 to 10. A rule of thumb, not a forecast: Backlinko, "We Analyzed
# 4 Million Google Search Results" (2022), all devices and kinds of query together; it also saw under 1 % click page two.
CLICK_CURVE = (0.276, 0.158, 0.110, 0.084, 0.063, 0.049, 0.039, 0.033, 0.027, 0.024)
CLICKS_BEYOND = 0.006
GAP_POSITION = 20
QUICK_WIN_POSITIONS = (4, 20)
# A page at 4 to 10 can hope for the third place, one on the second page for the foot of the first.
HOPED_FOR, HOPED_FOR_FROM_PAGE_TWO = 3, 8
# So many competitors on one query are the full proof that it can be won.
PROVEN_BY = 3
SHORTEST_BRAND = 4


@dataclass(frozen=True)
class Ranking:
    """Where one domain ranks for one query; None means unknown."""

    query: str
    domain: str
    position: float
    is_own: bool = False
    url: str = ""
    market: str = ""
    volume: int | None = None
    difficulty: float | None = None


@dataclass(frozen=True)
class Finding:
    """One thing worth doing: its subject is unique within its kind, ``terms`` are what the score was made of."""

    kind: Kind
    subject: str
    title: str
    reason: str
    advice: str
    score: float
    terms: dict[str, Any] = field(default_factory=dict)


def gaps(rankings: Iterable[Ranking], cluster_of: Mapping[str, str]) -> list[Finding]:
    """Queries for which competitors rank in the first twenty and the site does not, best first.

    A query that names the brand of every competitor that ranks for it is theirs and no gap. The score is 100 × demand ×
    ease × proof: demand is log10(1 + monthly searches) / 5, ease 1 − difficulty / 100 (0.5 when unknown), proof grows from
    a half with one competitor to 1 with three.

    Args:
        rankings: Of the site and of its competitors.
        cluster_of: The site's cluster that holds a query already, by normalised query.
    """
    found = []
    for (market, query), rows in _by_query(rankings).items():
        own = min((row.position for row in rows if row.is_own), default=None)
        rivals = sorted(
            (row for row in rows if not row.is_own and row.position <= GAP_POSITION),
            key=lambda row: (row.position, row.domain),
        )
        rivals = [row for row in rivals if not _names_brand(query, row.domain)]
        if not rivals or (own is not None and own <= GAP_POSITION):
            continue
        volume, difficulty = _volume(rows), _difficulty(rows)
        proof = 0.5 + 0.5 * (min(len(rivals), PROVEN_BY) - 1) / (PROVEN_BY - 1)
        terms = {"demand": _demand(volume), "ease": _ease(difficulty), "proof": round(proof, 3)}
        where = ", ".join(f"{row.domain} at {row.position:g}" for row in rivals[:4])
        more = f" and {len(rivals) - 4} more" if len(rivals) > 4 else ""
        place = "you do not rank" if own is None else f"you are at {own:g}"
        cluster = cluster_of.get(query)
        found.append(
            Finding(
                "gap",
                _subject(market, query),
                rows[0].query,
                f"{where}{more}; {place}. {_searches(volume)}",
                f"your cluster “{cluster}” covers it: write or strengthen its page"
                if cluster
                else "accept it to add the query to your keywords",
                round(100 * math.prod(terms.values()), 1),
                {
                    **terms,
                    "volume": volume,
                    "difficulty": difficulty,
                    "market": market,
                    "competitors": {row.domain: row.position for row in rivals},
                    "covered_by": cluster,
                },
            )
        )
    return _best_first(found)


def click_share(position: float) -> float:
    """The share of searchers who click a result at a position, after ``CLICK_CURVE``; between two places, in between."""
    if position >= len(CLICK_CURVE):
        return CLICK_CURVE[-1] if position == len(CLICK_CURVE) else CLICKS_BEYOND
    lower = max(1, math.floor(position))
    part = max(0.0, position - lower)
    return CLICK_CURVE[lower - 1] * (1 - part) + CLICK_CURVE[lower] * part


def quick_wins(rankings: Iterable[Ranking]) -> list[Finding]:
    """The site's positions 4 to 20 for queries that people search, by the clicks that a better place would bring.

    From 4 to 10 the hope is place 3, from page two place 8. The score is 100 × (0.7 × reward + 0.3 × ease), the reward
    being log10(1 + extra clicks a month) / 3.
    """
    found = []
    for (market, query), rows in _by_query(row for row in rankings if row.is_own).items():
        best = min(rows, key=lambda row: (row.position, row.url))
        volume = _volume(rows)
        if not volume or not QUICK_WIN_POSITIONS[0] <= best.position <= QUICK_WIN_POSITIONS[1]:
            continue
        hoped = HOPED_FOR if best.position <= len(CLICK_CURVE) else HOPED_FOR_FROM_PAGE_TWO
        extra = round(volume * (click_share(hoped) - click_share(best.position)))
        if extra < 1:
            continue
        difficulty = _difficulty(rows)
        terms = {"reward": round(min(1.0, math.log10(1 + extra) / 3), 3), "ease": _ease(difficulty)}
        page = best.url or best.domain
        found.append(
            Finding(
                "quick_win",
                _subject(market, query),
                best.query,
                f"{page} is at {best.position:g}; place {hoped} would bring about {extra:,} more clicks a month. "
                f"{_searches(volume)}",
                "refresh the page: answer the query at its top, add what is missing, link to it from related pages",
                round(100 * (0.7 * terms["reward"] + 0.3 * terms["ease"]), 1),
                {**terms, "extra_clicks": extra, "position": best.position, "volume": volume, "page": page},
            )
        )
    return _best_first(found)


def cannibalising(pages: Sequence[PageClaim], likeness: Likeness | None) -> list[Finding]:
    """Live pages that compete with an earlier one, grouped under the earliest; hand them over oldest first."""
    rivals: dict[str, list[tuple[PageClaim, str]]] = defaultdict(list)
    kept: list[PageClaim] = []
    for page in pages:
        conflict = find_conflict(page, kept, likeness=likeness)
        if conflict:
            rivals[conflict.claim.ref].append((page, conflict.reason))
        else:
            kept.append(page)
    found = []
    for first in kept:
        others = rivals.get(first.ref, [])
        if others:
            named = ", ".join(page.ref for page, _ in others)
            found.append(
                Finding(
                    "cannibalisation",
                    first.ref[:500],
                    first.target_keyword,
                    f"{first.ref} and {named} compete: {others[0][1]}",
                    f"keep the stronger page, move what is good of the others into it and redirect them; "
                    f"or give {named} a search of its own",
                    min(100.0, 60.0 + 10.0 * len(others)),
                    {"pages": [first.ref, *(page.ref for page, _ in others)]},
                )
            )
    return _best_first(found)


def orphans(pages: Sequence[tuple[str, str, str]], linked_paths: frozenset[str]) -> list[Finding]:
    """Published pages that no other page links to.

    Args:
        pages: (URL, path, title) of every published page.
        linked_paths: Paths that another page of the site links to.
    """
    return _best_first(
        [
            Finding(
                "orphan",
                url[:500],
                title,
                f"no page of the site links to {url}: visitors and crawlers find it by the sitemap only",
                "link to it from its hub and from pages on the same topic",
                50.0,
                {"path": path},
            )
            for url, path, title in pages
            if path not in linked_paths
        ]
    )


def _by_query(rankings: Iterable[Ranking]) -> dict[tuple[str, str], list[Ranking]]:
    groups: dict[tuple[str, str], list[Ranking]] = defaultdict(list)
    for row in rankings:
        groups[row.market, normalise(row.query)].append(row)
    return groups


def _names_brand(query: str, domain: str) -> bool:
    host = domain if "//" not in domain else urlsplit(domain).netloc
    labels = [label for label in host.casefold().removeprefix("www.").split(".")[:-1] if label not in {"co", "com"}]
    brand = labels[-1].replace("-", "") if labels else ""
    return len(brand) >= SHORTEST_BRAND and brand in query.replace(" ", "").replace("-", "")


def _volume(rows: Sequence[Ranking]) -> int | None:
    return max((row.volume for row in rows if row.volume is not None), default=None)


def _difficulty(rows: Sequence[Ranking]) -> float | None:
    return max((row.difficulty for row in rows if row.difficulty is not None), default=None)


def _demand(volume: int | None) -> float:
    return round(min(1.0, math.log10(1 + (volume or 0)) / 5), 3)


def _ease(difficulty: float | None) -> float:
    return 0.5 if difficulty is None else round(1 - difficulty / 100, 3)


def _searches(volume: int | None) -> str:
    return "Searches unknown." if volume is None else f"{volume:,} searches a month."


def _subject(market: str, query: str) -> str:
    return f"{market}: {query}" if market else query


def _best_first(found: list[Finding]) -> list[Finding]:
    return sorted(found, key=lambda each: (-each.score, each.subject))
