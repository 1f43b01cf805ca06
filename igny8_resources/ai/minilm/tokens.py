"""Cutting texts into the model's tokens."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from igny8_resources.ai.minilm.graph import LONGEST
from igny8_resources.ai.minilm.weights import TOKENIZER_FILE, verified_bytes

SLICE = 8192  # texts tokenised at once: bounds what the tokeniser's own objects occupy
LONGEST_TEXT = 65_536  # characters read of one text; 256 tokens end far earlier unless most of it is white space


class TokenCutter:
    """The model's own tokeniser: lower case, accents off, word pieces; at most 256 tokens with both markers.

    Raises:
        ProviderMissing: ``folder`` has no tokeniser.
        ModelFileCorrupt: it is not the published one.
    """

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_str(verified_bytes(folder, TOKENIZER_FILE).decode())
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()

    def cut(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Token numbers of each text, int32; an empty text has the two markers. Half surrogates count as ``?``."""
        rows: list[np.ndarray] = []
        for start in range(0, len(texts), SLICE):
            readable = [
                text[:LONGEST_TEXT].encode("utf-8", "replace").decode() for text in texts[start : start + SLICE]
            ]
            rows += [np.array(found.ids, np.int32) for found in self._tokenizer.encode_batch_fast(readable)]
        return rows
