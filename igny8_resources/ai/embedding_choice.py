"""Which embedding provider ``IGNY8_EMBEDDINGS`` names; each is loaded only when it is chosen."""

import logging

from igny8_resources.ai.errors import ProviderError
from igny8_resources.ai.providers import EmbeddingProvider
from igny8_resources.settings import Settings

LOG = logging.getLogger(__name__)


def embedding_provider(settings: Settings) -> EmbeddingProvider:
    """The provider that the settings name.

    When the built-in model cannot be loaded, the lexical one stands in and its ``notice`` says so. A model that was
    chosen by name is never replaced.

    Raises:
        ProviderMissing: the chosen provider's package is not installed; the message says how to install it.
        ProviderRejected: the chosen model cannot be loaded.
    """
    kind, _, model = settings.embeddings.partition(":")
    if kind == "openai":
        from igny8_resources.ai.openai_embeddings import OpenAIEmbeddings

        key = settings.openai_api_key
        return OpenAIEmbeddings(
            base_url=settings.openai_base_url or "https://api.openai.com/v1",
            api_key=key.get_secret_value() if key else "",
            model=model,
            timeout=settings.openai_timeout_seconds,
        )
    if kind == "fastembed":
        from igny8_resources.ai.fastembed_embeddings import FastembedEmbeddings

        return FastembedEmbeddings(model, settings.embedding_threads)
    if kind == "sentence-transformers":
        from igny8_resources.ai.sentence_transformer_embeddings import SentenceTransformerEmbeddings

        return SentenceTransformerEmbeddings(model)
    if kind in {"minilm", "minilm-fp32"}:
        return _minilm(settings, exact=kind == "minilm-fp32")
    return _lexical()


def _minilm(settings: Settings, *, exact: bool) -> EmbeddingProvider:
    try:
        from igny8_resources.ai.minilm.embeddings import MiniLmEmbeddings

        return MiniLmEmbeddings(settings.models_folder, "fp32" if exact else "int8", threads=settings.embedding_threads)
    except (ProviderError, ImportError) as failure:
        if exact:
            raise
        LOG.warning("embeddings by spelling instead of meaning: %s", failure)
        return _lexical(
            f"Keywords are compared by spelling, not by meaning, because the model could not be loaded. {failure}"
        )


def _lexical(notice: str = "") -> EmbeddingProvider:
    from igny8_resources.ai.lexical_embeddings import LexicalEmbeddings

    return LexicalEmbeddings(notice)
