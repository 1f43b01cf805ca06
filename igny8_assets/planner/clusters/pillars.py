"""Clusters grouped into pillars: the subjects under which a site is organised."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from igny8_assets.planner.clusters.communities import communities_of
from igny8_assets.planner.clusters.group_joining import Similarities
from igny8_assets.planner.clusters.identity import claim_ids, mint_id
from igny8_assets.planner.clusters.neighbours import nearest_links, unit_rows

_NEIGHBOURS = 10


@dataclass(frozen=True)
class Pillar:
    """A subject: its clusters' ids, the most searched one, its head, first.

    ``cohesion`` is the average cosine of the clusters' centres with the pillar's, 0 to 1.
    """

    id: str
    clusters: tuple[str, ...]
    cohesion: float


@dataclass(frozen=True)
class PillarMember:
    """A cluster as pillars see it: a founder text for a new id, its market, its searches and the file's own topic."""

    cluster: str
    founder: str
    market: str
    volume: int
    size: int
    topic: str


def group_pillars(
    members: Sequence[PillarMember],
    centres: np.ndarray,
    threshold: float,
    *,
    by_topic: bool = False,
    previous: Mapping[str, str] | None = None,
    seed: int = 0,
) -> tuple[Pillar, ...]:
    """Group clusters of one market by subject, whatever their intents; every cluster is in exactly one pillar.

    Args:
        members: The clusters.
        centres: Their mean vectors, a row each.
        threshold: Mean cosine of their centres that the clusters of a pillar must exceed.
        by_topic: Whether the file's own topics decide; a cluster without one joins the topic of the nearest centre that
            reaches ``threshold``.
        previous: Pillar id by cluster id from the last run; ids persist where most of a pillar does.
        seed: Of the Leiden algorithm's random walk.

    Returns:
        Pillars, those of most clusters first.
    """
    unit = unit_rows(centres)
    old = previous or {}
    find = _by_topic if by_topic else _by_meaning
    groups = find(members, unit, threshold, [old.get(member.cluster, "") for member in members], seed)
    ordered = [
        sorted(group, key=lambda number: (-members[number].volume, -members[number].size, members[number].cluster))
        for group in groups
    ]
    ordered.sort(key=lambda group: (-len(group), members[group[0]].cluster))
    named = [[members[number].cluster for number in group] for group in ordered]
    claimed = claim_ids(named, old)
    taken = set(old.values())
    pillars = []
    for number, group in enumerate(ordered):
        pillar_id = claimed.get(number)
        if pillar_id is None:
            pillar_id = mint_id(members[group[0]].founder, taken, "p-")
            taken.add(pillar_id)
        centre = unit_rows(unit[group].sum(axis=0, keepdims=True))[0]
        cosines = np.clip(unit[group] @ centre, 0.0, 1.0)
        pillars.append(Pillar(pillar_id, tuple(named[number]), round(float(cosines.mean()), 4)))
    return tuple(pillars)


def _by_meaning(
    members: Sequence[PillarMember], unit: np.ndarray, threshold: float, before: Sequence[str], seed: int
) -> list[list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for number, member in enumerate(members):
        places[member.market].append(number)
    groups = []
    for market in sorted(places):
        here = sorted(places[market], key=lambda number: members[number].cluster)
        own = unit[here]
        links, cosines = nearest_links(own, _NEIGHBOURS)
        near = cosines >= threshold / 2
        found = communities_of(
            Similarities(own, links[near], cosines[near]),
            threshold,
            before=[before[number] for number in here],
            seed=seed,
        )
        groups += [[here[place] for place in group] for group in found]
    return groups


def _by_topic(
    members: Sequence[PillarMember], unit: np.ndarray, threshold: float, before: Sequence[str], seed: int
) -> list[list[int]]:
    topics: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, member in enumerate(members):
        if member.topic:
            topics[member.market, member.topic].append(number)
    named = {
        market: [number for number, member in enumerate(members) if member.topic and member.market == market]
        for market, _ in topics
    }
    others = []
    joined: list[tuple[tuple[str, str], int]] = []
    for number, member in enumerate(members):
        if member.topic:
            continue
        there = named.get(member.market, [])
        cosines = unit[there] @ unit[number] if there else np.zeros(0)
        if len(cosines) and float(cosines.max()) >= threshold:
            joined.append(((member.market, members[there[int(cosines.argmax())]].topic), number))
        else:
            others.append(number)
    for key, number in joined:
        topics[key].append(number)
    rest = _by_meaning(
        [members[number] for number in others], unit[others], threshold, [before[number] for number in others], seed
    )
    return [topics[key] for key in sorted(topics)] + [[others[place] for place in group] for group in rest]
