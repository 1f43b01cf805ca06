"""Shared search results: keywords for which a search engine shows the same pages want the same page.

The number of common URLs among two keywords' first ten says how close they are: seven and more are one page's keywords,
four to six belong in one cluster, two or three ask for a link between two pages.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np

SAME_PAGE = 7
SAME_CLUSTER = 4
INTERLINK = 2
RESULTS = 10
# A page that ranks for more keywords than this says nothing about any two of them, and would cost the square of them.
MOST_KEYWORDS_OF_A_PAGE = 2_000
_TRACKING = re.compile(
    r"^(?:utm_\w+|gclid|gbraid|wbraid|dclid|fbclid|msclkid|yclid|srsltid|ttclid|igshid|mc_[ce]id|_ga|_gl|ref|ref_src)$"
)


@dataclass(frozen=True)
class Interlink:
    """Two clusters whose keywords share search results, yet not enough of them to be one.

    ``shared_urls`` is the largest number that a keyword of ``cluster`` shares with one of ``other``; ``example`` are the
    row numbers of that pair. ``cluster`` is the smaller id of the two.
    """

    cluster: str
    other: str
    shared_urls: int
    example: tuple[int, int]


def page_of(url: str) -> str:
    """A search result's address without what does not make it another page.

    Scheme, ``www.``, trailing slash, fragment and tracking parameters are dropped; the others are sorted. Hosts such as
    Wikipedia or YouTube count as any other. Empty when there is no host.
    """
    text = url.strip()
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    if not host:
        return ""
    query = sorted(
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(pair[0].lower())
    )
    return host + parts.path.rstrip("/") + (f"?{urlencode(query)}" if query else "")


def shared_results(serps: Sequence[Sequence[str]]) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of keywords that share at least ``INTERLINK`` pages among their first ten.

    Found through the pages, never by comparing all pairs.

    Args:
        serps: URLs per keyword, the best first; empty where they are not known.

    Returns:
        Pairs ``(m, 2)``, the smaller number first, in ascending order; and how many pages each pair shares.
    """
    from scipy.sparse import csr_array

    count = len(serps)
    ranked: dict[str, list[int]] = defaultdict(list)
    for number, urls in enumerate(serps):
        pages = dict.fromkeys(page for url in urls if (page := page_of(url)))
        for page in list(pages)[:RESULTS]:
            ranked[page].append(number)
    kept = [numbers for numbers in ranked.values() if 1 < len(numbers) <= MOST_KEYWORDS_OF_A_PAGE]
    if not kept:
        return np.empty((0, 2), dtype=np.int64), np.empty(0, dtype=np.int64)
    rows = np.concatenate([np.array(numbers) for numbers in kept])
    columns = np.repeat(np.arange(len(kept)), [len(numbers) for numbers in kept])
    shows = csr_array((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=(count, len(kept)))
    pairs, shared = [], []
    height = 1024
    for start in range(0, count, height):
        common = (shows[start : start + height] @ shows.T).tocoo()
        here, there = common.row.astype(np.int64) + start, common.col.astype(np.int64)
        wanted = (here < there) & (common.data >= INTERLINK)
        order = np.lexsort((there[wanted], here[wanted]))
        pairs.append(np.stack([here[wanted], there[wanted]], axis=1)[order])
        shared.append(common.data[wanted][order].astype(np.int64))
    return np.concatenate(pairs), np.concatenate(shared)


def interlinks(
    pairs: np.ndarray, shared: np.ndarray, cluster_of: Sequence[str], rows: Sequence[int]
) -> tuple[Interlink, ...]:
    """The clusters that pairs of keywords tie together, once each, the strongest first.

    Args:
        pairs: As ``shared_results`` gives them.
        shared: Pages that each pair shares.
        cluster_of: The cluster of each keyword that ``pairs`` counts.
        rows: The row by which the example names each of these keywords.
    """
    best: dict[tuple[str, str], tuple[int, tuple[int, int]]] = {}
    for (one, other), count in zip(pairs.tolist(), shared.tolist(), strict=True):
        if cluster_of[one] == cluster_of[other]:
            continue
        first, second = sorted((one, other), key=lambda number: cluster_of[number])
        key = cluster_of[first], cluster_of[second]
        if key not in best or count > best[key][0]:
            best[key] = count, (rows[first], rows[second])
    found = [Interlink(*key, count, example) for key, (count, example) in best.items()]
    return tuple(sorted(found, key=lambda link: (-link.shared_urls, link.cluster, link.other)))
