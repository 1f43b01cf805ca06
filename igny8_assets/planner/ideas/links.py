"""Where a page that is to be written should link to, before it is written.

Belongs here: the choice among pages and ideas. Does not belong here: anchors and places in a text (the linker).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

MOST_SIBLINGS = 5
MOST_SPOKES = 15
MOST_INTERLINKS = 5


@dataclass(frozen=True)
class Destination:
    """A page or an idea of the site. ``ref`` is a URL, an article partition or ``idea:ID``.

    ``about`` are the stems of its topic: near topics come first; ``worth`` orders equals.
    """

    ref: str
    title: str
    cluster_id: int
    is_hub: bool = False
    live: bool = False
    worth: float = 0.0
    about: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LinkTarget:
    """One link to plan: where to, and why."""

    ref: str
    title: str
    why: str
    kind: Literal["hub", "spoke", "sibling", "results"]


def link_targets(
    page: Destination,
    others: Sequence[Destination],
    group_of: Mapping[int, str],
    shared_results: Mapping[int, int],
) -> list[LinkTarget]:
    """The pages that one page should link to: its hub first, then what searchers see beside it, then its siblings.

    A hub links to every page of its group, up to fifteen. Siblings are those of the nearest topics, live ones first; where
    some share a word with the page, those that share none are left out.

    Args:
        page: The page that links.
        others: All pages and ideas of the site; the page itself is left out.
        group_of: Name of the pillar, or sector, of each cluster.
        shared_results: By cluster id, how many results its searches share with the page's.
    """
    own = group_of.get(page.cluster_id)
    ordered = sorted(others, key=lambda each: (not each.live, -each.worth, each.ref))
    near = [each for each in ordered if each.ref != page.ref]
    group = [each for each in near if own is not None and group_of.get(each.cluster_id) == own]
    hubs = [LinkTarget(each.ref, each.title, f"hub of {own}", "hub") for each in group if each.is_hub]
    beside = [
        LinkTarget(each.ref, each.title, f"searches share {shared_results[each.cluster_id]} results", "results")
        for each in near
        if each.cluster_id in shared_results
    ]
    kin: Literal["spoke", "sibling"] = "spoke" if page.is_hub else "sibling"
    why = f"part of {own}" if page.is_hub else f"{own} too"
    siblings = [LinkTarget(each.ref, each.title, why, kin) for each in _nearest(page, group) if not each.is_hub]
    chosen = [
        *([] if page.is_hub else hubs[:1]),
        *beside[:MOST_INTERLINKS],
        *siblings[: MOST_SPOKES if page.is_hub else MOST_SIBLINGS],
    ]
    return list({target.ref: target for target in reversed(chosen)}.values())[::-1]


def _nearest(page: Destination, group: Sequence[Destination]) -> list[Destination]:
    if page.is_hub:
        return list(group)
    shared = {each.ref: len(page.about & each.about) for each in group if not each.is_hub}
    near = [each for each in group if shared.get(each.ref)] or group
    return sorted(near, key=lambda each: -shared.get(each.ref, 0))
