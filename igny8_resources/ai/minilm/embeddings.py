"""Sentence vectors by meaning on this machine: all-MiniLM-L6-v2 on ONNX Runtime, without torch, network or key."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from igny8_resources.ai.minilm.graph import GRAPH_VERSION, HIDDEN, Precision
from igny8_resources.ai.minilm.sessions import kept_graph, open_session
from igny8_resources.ai.minilm.tokens import TokenCutter
from igny8_resources.ai.minilm.weights import model_folder

if TYPE_CHECKING:
    import onnxruntime

BATCH_TOKENS = 2048  # tokens a run of the graph; more did not make it faster


class MiniLmEmbeddings:
    """Vectors of all-MiniLM-L6-v2, 384 dimensions, int8 (default) or float32.

    A text's vector depends on the text alone: batches hold texts of one token count, int8 rounding uses fixed ranges
    (see ``graph``). Near texts in meaning are near: *laptop* and *notebook computer* are.

    Args:
        cache: Folder for the built graph; made when needed.
        precision: ``int8`` is more than twice as fast at cosine 0.99 to ``fp32``, which equals the reference to 1e-6.
        threads: Threads to compute on; 0 takes every core that this process may use.
        folder: The model's files; None finds the installed wheel.

    Raises:
        ProviderMissing: the wheel is not installed.
        ModelFileCorrupt: its files are not the published ones.
    """

    name = "minilm"
    dimensions = HIDDEN
    notice = ""

    def __init__(
        self, cache: Path, precision: Precision = "int8", *, threads: int = 0, folder: Path | None = None
    ) -> None:
        self.model = f"all-MiniLM-L6-v2-{precision}"
        self.space = f"minilm/{self.model}/{GRAPH_VERSION}"
        source = folder or model_folder()
        self._tokens = TokenCutter(source)
        self._session: onnxruntime.InferenceSession = open_session(kept_graph(cache, source, precision), threads)

    def embed(self, texts: list[str]) -> np.ndarray:
        """Embed the texts: float32, shape ``(len(texts), 384)``, unit rows. Only the first 256 tokens of a text count."""
        vectors = np.empty((len(texts), HIDDEN), dtype=np.float32)
        rows = self._tokens.cut(texts)
        for batch in _batches(rows):
            token_ids = np.stack([rows[index] for index in batch]).astype(np.int64)
            states: np.ndarray = self._session.run(None, {"token_ids": token_ids})[0]
            # Averaged here: ONNX Runtime's ReduceMean adds up in another order when a batch holds one text.
            means = states.mean(axis=1)
            vectors[batch] = means / np.linalg.norm(means, axis=1, keepdims=True)
        return vectors


def _batches(rows: list[np.ndarray]) -> Iterator[np.ndarray]:
    """Places of rows of one length, at most ``BATCH_TOKENS`` tokens together."""
    lengths = np.fromiter((len(row) for row in rows), dtype=np.int64, count=len(rows))
    for length in np.unique(lengths):
        places = np.flatnonzero(lengths == length)
        most = max(1, BATCH_TOKENS // int(length))
        for start in range(0, len(places), most):
            yield places[start : start + most]
