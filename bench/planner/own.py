"""``python -m bench.planner.own embed|cluster|whole-cluster …``: the planner's own steps, each in a process of its own.

``embed TEXTS.json OUTPUT.json THREADS VECTORS.npy`` and ``cluster VECTORS.npy OUTPUT.json TEXTS.json``. Seconds are those of
the step alone, after a warm-up on a few rows; with ``whole-cluster`` there is none: it is the first call in its process. Peak
memory is the whole process's.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

from bench.planner.peak_memory import peak_bytes
from igny8_resources.ai.providers import EmbeddingProvider

WARM_UP_ROWS = 500


def default_embeddings(threads: int) -> EmbeddingProvider:
    """The product's default embeddings, without its cache of vectors.

    Raises:
        RuntimeError: the model could not be loaded and the fallback stands in; it is not what is measured here.
    """
    from igny8_resources.ai.embedding_choice import embedding_provider
    from igny8_resources.settings import load_settings

    provider = embedding_provider(load_settings().model_copy(update={"embedding_threads": threads}))
    if provider.notice:
        raise RuntimeError(provider.notice)
    return provider


def embed(texts: list[str], threads: int, vectors: Path | None) -> dict[str, object]:
    """Seconds and peak bytes; the vectors go to a file."""
    provider = default_embeddings(threads)
    provider.embed(texts[:WARM_UP_ROWS])
    began = time.perf_counter()
    made = provider.embed(texts)
    seconds = time.perf_counter() - began
    if vectors is not None:
        np.save(vectors, made)
    return {"seconds": seconds, "peak_bytes": peak_bytes()}


def cluster(vectors: np.ndarray, texts: list[str], *, warm: bool) -> dict[str, object]:
    """Cluster ids by row, seconds and peak bytes, with the product's defaults."""
    # What the clustering would load on its first call: imports stay apart, the peer's as ours.
    import scipy.sparse  # noqa: F401
    import threadpoolctl  # noqa: F401

    from igny8_assets.planner.clustering import cluster_keywords

    if warm:
        cluster_keywords(texts[:WARM_UP_ROWS], vectors[:WARM_UP_ROWS])
    began = time.perf_counter()
    clustering = cluster_keywords(texts, vectors)
    seconds = time.perf_counter() - began
    return {"labels": list(clustering.assignments), "seconds": seconds, "peak_bytes": peak_bytes()}


def main(arguments: list[str]) -> None:
    """See the module."""
    step, given, output = arguments[:3]
    if step == "embed":
        texts = json.loads(Path(given).read_text(encoding="utf-8"))
        found = embed(texts, int(arguments[3]), Path(arguments[4]) if len(arguments) > 4 else None)
    else:
        texts = json.loads(Path(arguments[3]).read_text(encoding="utf-8"))
        found = cluster(np.load(given), texts, warm=step == "cluster")
    Path(output).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
