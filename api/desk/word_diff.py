"""Two texts compared word by word, for a person to read: what stayed, what went, what came."""

import re
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

_WORDS = re.compile(r"\s+|[^\s\w]|\w+")
# Equal stretches shorter than this between two changes read better as part of the change.
_LEAST_EQUAL = 3


class Piece(NamedTuple):
    """A stretch of words: the same in both texts, only in the older one, or only in the newer one."""

    kind: Literal["same", "removed", "added"]
    text: str


def word_diff(before: str, after: str) -> list[Piece]:
    """The pieces that, read in order, tell both texts: same and removed give the older, same and added the newer."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces: list[Piece] = []
    removed: list[str] = []
    added: list[str] = []

    def close() -> None:
        if removed:
            pieces.append(Piece("removed", "".join(removed)))
        if added:
            pieces.append(Piece("added", "".join(added)))
        removed.clear()
        added.clear()

    opcodes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for number, (kind, start, end, new_start, new_end) in enumerate(opcodes):
        is_inside = 0 < number < len(opcodes) - 1
        if kind == "equal" and not (
            is_inside and not "".join(old[start:end]).strip(" ") and end - start < _LEAST_EQUAL
        ):
            close()
            pieces.append(Piece("same", "".join(old[start:end])))
        else:
            removed += old[start:end]
            added += new[new_start:new_end]
    close()
    return pieces
