"""Vectors kept by the hash of their text: each text is embedded once under a model, whoever asks.

Belongs here: looking up, embedding what is missing, keeping it. Does not belong here: which provider embeds.
"""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import LargeBinary, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from igny8_resources.ai.providers import EmbeddingProvider
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.vectors import TextVector

if TYPE_CHECKING:
    import numpy as np

Progress = Callable[[int, int], None]

DIGEST_BYTES = 16
LOOKED_UP_AT_ONCE = 5000  # digests a query
EMBEDDED_AT_ONCE = 4096  # texts a transaction: what a crash loses, and how often progress is told
LONGEST_SPACE = 120  # characters of the column


class CachedEmbeddings:
    """An embedding provider that asks another one only for texts that the warehouse has no vector of.

    Vectors are kept as float16. What was computed just now is rounded as well, so that a text has the same vector the
    first time and ever after. A provider whose every call has a space of its own is passed through.

    Args:
        provider: Who embeds what is missing.
        warehouse: Where vectors are kept.
        progress: Told (texts done, texts in all) after the look-up and after each slice that was embedded.
    """

    def __init__(self, provider: EmbeddingProvider, warehouse: Warehouse, progress: Progress | None = None) -> None:
        self.name, self.model = provider.name, provider.model
        self.space, self.notice = provider.space, provider.notice
        self._provider = provider
        self._warehouse = warehouse
        self._progress = progress

    def embed(self, texts: list[str]) -> "np.ndarray":
        """Embed the texts: float32, shape ``(len(texts), dimensions)``, unit rows.

        Raises:
            ProviderError: from the provider; what was embedded before is kept.
        """
        import numpy as np

        if not self.space or not texts:
            return self._provider.embed(texts)
        digests = [text_digest(text) for text in texts]
        by_digest = dict(zip(digests, texts, strict=True))
        known = self._known(list(by_digest))
        missing = [digest for digest in by_digest if digest not in known]
        self._tell(len(by_digest) - len(missing), len(by_digest))
        for start in range(0, len(missing), EMBEDDED_AT_ONCE):
            part = missing[start : start + EMBEDDED_AT_ONCE]
            vectors = self._provider.embed([by_digest[digest] for digest in part]).astype("<f2")
            fresh = {digest: vector.tobytes() for digest, vector in zip(part, vectors, strict=True)}
            self._keep(fresh)
            known |= fresh
            self._tell(len(by_digest) - len(missing) + start + len(part), len(by_digest))
        kept = np.frombuffer(b"".join(known[digest] for digest in digests), dtype="<f2")
        found = kept.reshape(len(texts), -1).astype(np.float32)
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        found /= np.where(lengths > 0, lengths, 1)
        return found

    def _known(self, digests: list[bytes]) -> dict[bytes, bytes]:
        query = select(TextVector.digest, TextVector.vector).where(
            TextVector.model == space_key(self.space),
            TextVector.digest.in_(bindparam("digests", expanding=True, type_=LargeBinary)),
        )
        known: dict[bytes, bytes] = {}
        for start in range(0, len(digests), LOOKED_UP_AT_ONCE):
            # A session each: a long read would keep the database from cleaning up behind the writers.
            with self._warehouse.read() as session:
                rows = session.execute(query, {"digests": digests[start : start + LOOKED_UP_AT_ONCE]})
                known.update((bytes(digest), bytes(vector)) for digest, vector in rows)
        return known

    def _keep(self, fresh: dict[bytes, bytes]) -> None:
        # In one order everywhere, so that two that keep the same texts wait for each other and never in a ring.
        rows = [
            {"model": space_key(self.space), "digest": digest, "vector": vector}
            for digest, vector in sorted(fresh.items())
        ]
        with self._warehouse.write() as session:
            session.execute(_insert_missing(session), rows)

    def _tell(self, done: int, total: int) -> None:
        if self._progress is not None:
            self._progress(done, total)


def text_digest(text: str) -> bytes:
    """The hash under which a text's vector is kept, 16 bytes."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).digest()


def space_key(space: str) -> str:
    """A space's name as it fits the column; a longer one ends in its hash."""
    if len(space) <= LONGEST_SPACE:
        return space
    digest = hashlib.blake2b(space.encode(), digest_size=DIGEST_BYTES).hexdigest()
    return f"{space[: LONGEST_SPACE - len(digest) - 1]}~{digest}"


def _insert_missing(session: Session) -> "sqlite.Insert | postgresql.Insert":
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return insert(TextVector).on_conflict_do_nothing()
