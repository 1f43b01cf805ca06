"""Vectors from a model that fastembed knows, downloaded by it on first use. The package is optional."""

import numpy as np

from igny8_resources.ai.errors import ProviderMissing, ProviderRejected

BATCH_TEXTS = 256


class FastembedEmbeddings:
    """An ``EmbeddingProvider`` over fastembed's ONNX models.

    Args:
        model: A name that fastembed knows, such as ``BAAI/bge-small-en-v1.5``.
        threads: Threads to compute on; 0 leaves it to ONNX Runtime.

    Raises:
        ProviderMissing: the package is not installed.
        ProviderRejected: fastembed does not know the model or could not load it.
    """

    name = "fastembed"
    notice = ""

    def __init__(self, model: str, threads: int = 0) -> None:
        try:
            import fastembed
        except ModuleNotFoundError as missing:
            raise ProviderMissing(
                f"IGNY8_EMBEDDINGS=fastembed:{model} needs a package that is not installed: pip install fastembed"
            ) from missing
        self.model = model
        self.space = f"fastembed/{model}"
        try:
            self._encoder = fastembed.TextEmbedding(model, threads=threads or None)
        except Exception as failure:  # fastembed raises ValueError, and whatever the download raises
            raise ProviderRejected(
                f"fastembed cannot load {model!r} ({type(failure).__name__}: {str(failure)[:200]}). Check "
                "IGNY8_EMBEDDINGS; `fastembed.TextEmbedding.list_supported_models()` names the models."
            ) from failure

    def embed(self, texts: list[str]) -> np.ndarray:
        """Embed the texts: float32, shape ``(len(texts), dimensions of the model)``, unit rows."""
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        vectors = np.stack(list(self._encoder.embed(texts, batch_size=BATCH_TEXTS))).astype(np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(lengths > 0, lengths, 1))
