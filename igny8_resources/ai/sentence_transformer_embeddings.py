"""Vectors from any sentence-transformers model, by name or folder. The package, with torch, is optional."""

import numpy as np

from igny8_resources.ai.errors import ProviderMissing, ProviderRejected

BATCH_TEXTS = 128


class SentenceTransformerEmbeddings:
    """An ``EmbeddingProvider`` over sentence-transformers.

    Args:
        model: A model's name, such as ``all-mpnet-base-v2``, or the folder that holds one.

    Raises:
        ProviderMissing: the package is not installed.
        ProviderRejected: the model cannot be loaded.
    """

    name = "sentence-transformers"
    notice = ""

    def __init__(self, model: str) -> None:
        try:
            import sentence_transformers
        except ModuleNotFoundError as missing:
            raise ProviderMissing(
                f"IGNY8_EMBEDDINGS=sentence-transformers:{model} needs a package that is not installed: "
                "pip install sentence-transformers"
            ) from missing
        self.model = model
        self.space = f"sentence-transformers/{model}"
        try:
            self._encoder = sentence_transformers.SentenceTransformer(model)
        except Exception as failure:  # its loaders raise OSError, ValueError and those of the download
            raise ProviderRejected(
                f"sentence-transformers cannot load {model!r} ({type(failure).__name__}: {str(failure)[:200]}). "
                "Check IGNY8_EMBEDDINGS."
            ) from failure

    def embed(self, texts: list[str]) -> np.ndarray:
        """Embed the texts: float32, shape ``(len(texts), dimensions of the model)``, unit rows."""
        vectors = self._encoder.encode(
            texts, batch_size=BATCH_TEXTS, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), -1) if texts else np.zeros((0, 0), np.float32)
