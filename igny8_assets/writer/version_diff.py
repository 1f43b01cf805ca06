"""What changed between two texts of an article, block by block: what an editor reads before deciding on a proposal."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal

from igny8_assets.article_passages import passages
from igny8_resources.contracts.values import Value
from igny8_resources.contracts.writer import ArticleDraft

# Two blocks that share less are two blocks, not one that was reworded.
LEAST_LIKENESS = 0.4


class BlockChange(Value):
    """One block that differs: added, removed, or changed from ``before`` to ``after``.

    ``where`` names the block as findings do, in the newer text unless it was removed; ``heading`` is the section it is in.
    """

    kind: Literal["added", "removed", "changed"]
    where: str
    heading: str
    before: str
    after: str


class _Block(Value):
    where: str
    heading: str
    text: str


def version_diff(older: ArticleDraft, newer: ArticleDraft) -> list[BlockChange]:
    """Every block that was added, removed or changed, in reading order; nothing for texts that say the same."""
    before, after = list(_blocks(older)), list(_blocks(newer))
    matcher = SequenceMatcher(None, [block.text for block in before], [block.text for block in after], autojunk=False)
    changes: list[BlockChange] = []
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind != "equal":
            changes += _changes(before[start:end], after[new_start:new_end])
    return changes


def _blocks(draft: ArticleDraft) -> Iterator[_Block]:
    for name in ("title", "slug", "meta_title", "meta_description"):
        yield _Block(where=name, heading="", text=getattr(draft, name))
    for passage in passages(draft):
        number = passage.where.partition("/")[0].removeprefix("section:")
        heading = draft.sections[int(number)].heading if number.isdigit() else ""
        if passage.text.strip():
            yield _Block(where=passage.where, heading=heading, text=passage.text)
    for index, citation in enumerate(draft.citations):
        said = f"[{citation.source_id}] “{citation.quote}” for {citation.where}"
        yield _Block(where=f"citation:{index}", heading="", text=said)


def _changes(before: Sequence[_Block], after: Sequence[_Block]) -> Iterator[BlockChange]:
    """A stretch that differs: the blocks that are alike are told as changed, the rest as removed and added."""
    pairs = sorted(
        (
            (likeness, old, new)
            for old, block in enumerate(before)
            for new, other in enumerate(after)
            if (likeness := _likeness(block, other)) >= LEAST_LIKENESS
        ),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    by_new: dict[int, int] = {}
    for _, old, new in pairs:
        if new not in by_new and old not in by_new.values():
            by_new[new] = old
    told: list[tuple[float, BlockChange]] = [
        (old, BlockChange(kind="removed", where=block.where, heading=block.heading, before=block.text, after=""))
        for old, block in enumerate(before)
        if old not in by_new.values()
    ]
    for new, block in enumerate(after):
        if new in by_new:
            kind: Literal["added", "changed"] = "changed"
            place, said = float(by_new[new]), before[by_new[new]].text
        else:
            kind, said = "added", ""
            # Before what follows it, and so behind what it may stand for.
            following = (by_new[later] for later in range(new + 1, len(after)) if later in by_new)
            place = min(following, default=len(before) + 0.5) - 0.5
        told.append(
            (place, BlockChange(kind=kind, where=block.where, heading=block.heading, before=said, after=block.text))
        )
    return (change for _, change in sorted(told, key=lambda pair: pair[0]))


def _likeness(before: _Block, after: _Block) -> float:
    """0 to 1; blocks of the same place are alike unless they have nothing in common."""
    if before.where.partition(":")[0] != after.where.partition(":")[0]:
        return 0.0
    words, others = before.text.split(), after.text.split()
    same_place = 0.2 if before.where == after.where else 0.0
    return SequenceMatcher(None, words, others, autojunk=False).ratio() + same_place
