"""Which cluster of today is which cluster of yesterday: ids by overlap, and what changed."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


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


@dataclass(frozen=True)
class ClusterChanges:
    """What a re-run changed: ids kept, minted and retired, and how their members travelled."""

    kept: tuple[str, ...] = ()
    created: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    merges: tuple[Merge, ...] = ()
    splits: tuple[Split, ...] = ()
    moves: tuple[Move, ...] = ()


def mint_id(founder: str, taken: set[str]) -> str:
    """An id for a new cluster from the keyword that founded it: ``c-`` and 8 hexadecimal digits.

    An id in ``taken`` is never minted again: a counter joins the keyword until the id is free.
    """
    attempt = 0
    while True:
        text = founder if attempt == 0 else f"{founder}#{attempt}"
        minted = "c-" + hashlib.sha256(text.encode()).hexdigest()[:8]
        if minted not in taken:
            return minted
        attempt += 1


def assign_ids(
    memberships: Sequence[Sequence[str]], heads: Sequence[str], previous: Mapping[str, str]
) -> tuple[list[str], ClusterChanges]:
    """Give every cluster its id.

    An old id goes to the new cluster that holds the largest part of its surviving keywords. If several old clusters
    claim one new cluster, the one most like it (Jaccard overlap of known keywords) wins and the others retire.
    Everything else is minted from the head keyword.

    Args:
        memberships: The normalised keywords of each new cluster.
        heads: The founding keyword of each new cluster.
        previous: Cluster id by normalised keyword.

    Returns:
        The ids, in the order of ``memberships``, and the changes.
    """
    overlap: Counter[tuple[str, int]] = Counter()
    surviving: Counter[str] = Counter()
    for number, members in enumerate(memberships):
        for keyword in members:
            old = previous.get(keyword)
            if old is not None:
                overlap[old, number] += 1
                surviving[old] += 1
    largest: Counter[str] = Counter()
    for (old, _), shared in overlap.items():
        largest[old] = max(largest[old], shared)
    known = [sum(keyword in previous for keyword in members) for members in memberships]
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
    taken = set(previous.values())
    created = []
    for number, head in enumerate(heads):
        if number not in ids:
            ids[number] = mint_id(head, taken)
            taken.add(ids[number])
            created.append(ids[number])
    named = [ids[number] for number in range(len(memberships))]
    retired = tuple(sorted(set(previous.values()) - owned))
    changes = _changes(memberships, named, previous, overlap, surviving)
    return named, ClusterChanges(tuple(sorted(owned)), tuple(sorted(created)), retired, *changes)


def _changes(
    memberships: Sequence[Sequence[str]],
    named: Sequence[str],
    previous: Mapping[str, str],
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
        Move(keyword, previous[keyword], new)
        for new, members in sorted(zip(named, memberships, strict=True))
        for keyword in sorted(members)
        if keyword in previous and previous[keyword] != new and (previous[keyword], new) not in travelled
    )
    return merges, splits, moves
