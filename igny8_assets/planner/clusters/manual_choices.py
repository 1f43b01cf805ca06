"""What people decided about clusters, and how a new clustering obeys it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from igny8_assets.planner.clusters.identity import KeywordKey, claim_ids, founder_text, mint_id


@dataclass(frozen=True)
class ManualChoices:
    """Decisions that outlive re-clustering.

    Attributes:
        pinned: Cluster id by keyword: the keyword ends in exactly this cluster, which is revived if all else has left it.
            A group most of whose keywords are pinned to one cluster goes there as a whole, so that a merge by hand (all
            of one cluster pinned to another) takes later keywords of that topic along.
        locked: Clusters that re-clustering neither adds to nor takes from. A keyword that would have joined one forms a
            cluster with its like; only a pin moves a keyword in or out.
        retired: Ids that are never given again, such as those of clusters that people merged away.
    """

    pinned: Mapping[KeywordKey, str] = field(default_factory=dict)
    locked: frozenset[str] = frozenset()
    retired: frozenset[str] = frozenset()

    def settled(self, keys: Collection[KeywordKey], previous: Mapping[KeywordKey, str]) -> dict[KeywordKey, str]:
        """The keywords whose place is not open to re-clustering, with their cluster: those of locked clusters."""
        return {key: previous[key] for key in keys if key not in self.pinned and previous.get(key) in self.locked}


def place_keywords(
    groups: Sequence[Sequence[KeywordKey]],
    founders: Sequence[KeywordKey],
    settled: Mapping[KeywordKey, str],
    previous: Mapping[KeywordKey, str],
    choices: ManualChoices,
) -> dict[KeywordKey, str]:
    """The cluster id of every keyword.

    Args:
        groups: What clustering made of the keywords that are not settled; each in exactly one.
        founders: The keyword of each group from which a new id is minted.
        settled: Cluster ids of the keywords that took no part.
        previous: Cluster ids of the last run.
        choices: What people decided.
    """
    assigned = dict(settled)
    open_groups: list[list[KeywordKey]] = []
    open_founders: list[KeywordKey] = []
    for members, founder in zip(groups, founders, strict=True):
        pins = Counter(choices.pinned[key] for key in members if key in choices.pinned)
        target, most = min(pins.items(), key=lambda item: (-item[1], item[0]), default=("", 0))
        whole = most * 2 > len(members) and target not in choices.locked
        rest = []
        for key in members:
            if key in choices.pinned:
                assigned[key] = choices.pinned[key]
            elif whole:
                assigned[key] = target
            else:
                rest.append(key)
        if rest:
            open_groups.append(rest)
            open_founders.append(founder if founder in rest else rest[0])
    closed = choices.locked | choices.retired
    claimable = {key: old for key, old in previous.items() if old not in closed}
    claimed = claim_ids(open_groups, claimable)
    taken = set(previous.values()) | set(choices.pinned.values()) | closed
    for number, members in enumerate(open_groups):
        cluster_id = claimed.get(number)
        if cluster_id is None:
            cluster_id = mint_id(founder_text(open_founders[number]), taken)
            taken.add(cluster_id)
        assigned.update(dict.fromkeys(members, cluster_id))
    return assigned
