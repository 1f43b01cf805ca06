"""ONNX Runtime sessions over the encoder's graph, which is built on first use and kept under ``IGNY8_HOME``.

A kept file is the sha256 of the graph followed by the graph, so that a file cut short or damaged is noticed and built
again. It gets its name when it is complete; of two processes that build at once either may be the last: both wrote the
same bytes.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from igny8_resources.ai.minilm.graph import GRAPH_VERSION, Precision, graph_bytes
from igny8_resources.ai.minilm.weights import SHA256, WEIGHTS_FILE, load_weights

if TYPE_CHECKING:
    import onnxruntime

DIGEST_BYTES = 32


def graph_path(cache: Path, precision: Precision) -> Path:
    """Where the graph is kept: named by the weights, the version of the graph and its precision."""
    return cache / f"all-MiniLM-L6-v2-{SHA256[WEIGHTS_FILE][:16]}-v{GRAPH_VERSION}-{precision}.graph"


def kept_graph(cache: Path, folder: Path, precision: Precision) -> bytes:
    """The graph from the cache, or built from the weights in ``folder`` and put there.

    Raises:
        ProviderMissing: it must be built and there are no weights.
        ModelFileCorrupt: it must be built and the weights are not the published ones.
    """
    path = graph_path(cache, precision)
    try:
        kept = path.read_bytes()
    except OSError:
        kept = b""
    digest, graph = kept[:DIGEST_BYTES], kept[DIGEST_BYTES:]
    if graph and hashlib.sha256(graph).digest() == digest:
        return graph
    graph = graph_bytes(load_weights(folder), precision)
    # Where nothing can be kept (a full or read-only disk) the graph is built each time, which takes a second.
    with suppress(OSError):
        _keep(graph, path)
    return graph


def _keep(graph: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, suffix=".partial")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(hashlib.sha256(graph).digest())
            file.write(graph)
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)


def open_session(graph: bytes, threads: int) -> "onnxruntime.InferenceSession":
    """A session on the CPU; ``threads`` 0 takes as many as this process may use."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or usable_cores()
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        graph,
        options,
        providers=["CPUExecutionProvider"],
        # Fused, adding and normalising took three times as long as apart (1.31).
        disabled_optimizers=["SkipLayerNormFusion"],
    )


def usable_cores() -> int:
    """Cores that this process may run on."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
