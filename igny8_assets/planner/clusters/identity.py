"""Which cluster of today is which cluster of yesterday: ids by overlap, and what changed."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

# A keyword is one in its market: market ("" when unknown) and normalised text.
KeywordKey = tuple[str, str]
Member = TypeVar("Member", bound=Hashable)


@dataclass(frozen=True)
class Merge:
    """Old clusters whose keywords now make up one cluster."""

    into: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Split:
    """An old cluster whose keywords now stand in several clusters; ``parts`` names the survivor too, if any."""

    source: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Move:
    """A single keyword (normalised) that changed its cluster outside any merge or split."""

    keyword: str
    source: str
    target: str
    market: str = ""


@dataclass(frozen=True)
class ClusterChanges:
    """What a re-run changed: ids kept, minted and retired, and how their members travelled."""

    kept: tuple[str, ...] = ()
    created: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    merges: tuple[Merge, ...] = ()
    splits: tuple[Split, ...] = ()
    moves: tuple[Move, ...] = ()


def founder_text(keyword: KeywordKey) -> str:
    """What ``mint_id`` makes an id from: the keyword, with its market where that is known."""
    market, text = keyword
    return f"{market}/{text}" if market else text


def mint_id(founder: str, taken: Collection[str], prefix: str = "c-") -> str:
    """An id for a new cluster from the keyword that founded it: the prefix and 8 hexadecimal digits.

    An id in ``taken`` is never minted again: a counter joins the keyword until the id is free.
    """
    attempt = 0
    while True:
        text = founder if attempt == 0 else f"{founder}#{attempt}"
        minted = prefix + hashlib.sha256(text.encode()).hexdigest()[:8]
        if minted not in taken:
            return minted
        attempt += 1


def claim_ids(memberships: Sequence[Sequence[Member]], previous: Mapping[Member, str]) -> dict[int, str]:
    """Which new groups go on under an old id.

    An old id goes to the new group that holds the largest part of its surviving members. If several old ids claim one
    new group, the one most like it (Jaccard overlap of known members) wins and the others retire.

    Args:
        memberships: The members of each new group.
        previous: Old id by member.

    Returns:
        Old id by the number of the group; groups that nobody claims are missing.
    """
    overlap, surviving = _overlap(memberships, previous)
    largest: Counter[str] = Counter()
    for (old, _), shared in overlap.items():
        largest[old] = max(largest[old], shared)
    known = [sum(member in previous for member in members) for members in memberships]
    claims = sorted(
        overlap.items(),
        key=lambda claim: (-claim[1] / (surviving[claim[0][0]] + known[claim[0][1]] - claim[1]), -claim[1], claim[0]),
    )
    ids: dict[int, str] = {}
    owned: set[str] = set()
    for (old, number), shared in claims:
        if shared == largest[old] and old not in owned and number not in ids:
            ids[number] = old
            owned.add(old)
    return ids


def changes_between(clusters: Mapping[str, Sequence[KeywordKey]], previous: Mapping[KeywordKey, str]) -> ClusterChanges:
    """What a re-run changed.

    Args:
        clusters: The keywords of each cluster now, by its id.
        previous: Cluster id by keyword, as the last run left them.
    """
    named = sorted(clusters)
    memberships = [clusters[cluster_id] for cluster_id in named]
    old = set(previous.values())
    return ClusterChanges(
        tuple(sorted(old & set(named))),
        tuple(sorted(set(named) - old)),
        tuple(sorted(old - set(named))),
        *_changes(memberships, named, previous, *_overlap(memberships, previous)),
    )


def _overlap(
    memberships: Sequence[Sequence[Member]], previous: Mapping[Member, str]
) -> tuple[Counter[tuple[str, int]], Counter[str]]:
    """How many members each old id has in each new group, and in all of them."""
    overlap: Counter[tuple[str, int]] = Counter()
    surviving: Counter[str] = Counter()
    for number, members in enumerate(memberships):
        for member in members:
            old = previous.get(member)
            if old is not None:
                overlap[old, number] += 1
                surviving[old] += 1
    return overlap, surviving


def _changes(
    memberships: Sequence[Sequence[KeywordKey]],
    named: Sequence[str],
    previous: Mapping[KeywordKey, str],
    overlap: Counter[tuple[str, int]],
    surviving: Counter[str],
) -> tuple[tuple[Merge, ...], tuple[Split, ...], tuple[Move, ...]]:
    """A part of an old cluster travels as a group when it is at least two keywords and a quarter of the old cluster."""
    sources: dict[str, list[str]] = defaultdict(list)
    parts: dict[str, list[str]] = defaultdict(list)
    travelled: set[tuple[str, str]] = set()
    for (old, number), shared in sorted(overlap.items()):
        whole = shared == surviving[old]
        if whole or (shared >= 2 and shared * 4 >= surviving[old]):
            new = named[number]
            parts[old].append(new)
            if whole or shared * 2 >= surviving[old]:
                sources[new].append(old)
            travelled.add((old, new))
    merges = tuple(Merge(new, tuple(sorted(olds))) for new, olds in sorted(sources.items()) if len(olds) > 1)
    splits = tuple(Split(old, tuple(sorted(news))) for old, news in sorted(parts.items()) if len(news) > 1)
    moves = tuple(
        Move(key[1], previous[key], new, key[0])
        for new, members in zip(named, memberships, strict=True)
        for key in sorted(members)
        if key in previous and previous[key] != new and (previous[key], new) not in travelled
    )
    return merges, splits, moves
