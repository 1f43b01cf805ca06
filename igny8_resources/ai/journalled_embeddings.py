"""Embedding calls that cost money, each with a row in the journal of calls."""

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING

from igny8_resources.ai.calls import CallSpec, Performed
from igny8_resources.ai.journal import Journal
from igny8_resources.ai.providers import PaidEmbeddingProvider
from igny8_resources.tenant import Tenant

if TYPE_CHECKING:
    import numpy as np

    from igny8_resources.ai.providers import EmbeddingAnswer


class JournalledEmbeddings:
    """An ``EmbeddingProvider`` that journals each call to a paid one for a tenant, with the tokens it used.

    Vectors are too large for the journal and are kept by ``CachedEmbeddings``; so a call is never answered from the
    journal, and only texts without a vector should come here. The operation ``embedding`` is free on the price list as
    delivered: clustering is priced as a whole.
    """

    def __init__(self, provider: PaidEmbeddingProvider, journal: Journal, tenant: Tenant) -> None:
        self.name, self.model = provider.name, provider.model
        self.space, self.notice = provider.space, provider.notice
        self._provider = provider
        self._journal = journal
        self._tenant = tenant

    def embed(self, texts: list[str]) -> "np.ndarray":
        """Embed the texts as the provider does.

        Raises:
            ProviderError: from the provider; the journal keeps the failure.
            InsufficientCredits: an administrator gave ``embedding`` a price and the account cannot pay it.
        """
        if not texts:
            return self._provider.embed(texts)
        spec = CallSpec(
            account_id=self._tenant.account_id,
            site_id=self._tenant.site_id,
            kind="embedding",
            function="embed_texts",
            subject=self._tenant.site_key,
            provider=self.name,
            model=self.model,
            operation="embedding",
            units=Decimal(1),
            inputs={"texts": len(texts), "characters": sum(len(text) for text in texts)},
            salt=uuid.uuid4().hex,
        )
        answers: list[EmbeddingAnswer] = []

        def perform() -> Performed:
            answers.append(self._provider.answer(texts))
            size = answers[0].vectors.shape[1]
            return Performed(
                response={"texts": len(texts), "dimensions": size},
                units=Decimal(1),
                input_tokens=answers[0].input_tokens,
            )

        self._journal.answer(spec, perform)
        return answers[0].vectors
