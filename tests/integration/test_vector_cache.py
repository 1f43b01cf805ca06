"""A text is embedded once a model, whoever asks, and its vector is the same the first time and ever after."""

import threading
import zlib

import numpy as np
import pytest
from sqlalchemy import func, select

from igny8_resources.ai.lexical_embeddings import LexicalEmbeddings
from igny8_resources.ai.vector_cache import EMBEDDED_AT_ONCE, CachedEmbeddings, space_key, text_digest
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.vectors import TextVector
from tests.at_once import at_once


class CountedEmbeddings:
    """Six random numbers seeded by the text; keeps count of what it was asked."""

    name, model, notice = "counted", "six", "made of chance"

    def __init__(self, space: str = "counted/six") -> None:
        self.space = space
        self.asked: list[str] = []

    def embed(self, texts: list[str]) -> np.ndarray:
        self.asked += texts
        drawn = [np.random.default_rng(zlib.crc32(text.encode("utf-8", "replace"))).normal(size=6) for text in texts]
        vectors = np.array(drawn, dtype=np.float32).reshape(len(texts), 6)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def kept(warehouse: Warehouse) -> int:
    with warehouse.read() as session:
        return session.scalars(select(func.count()).select_from(TextVector)).one()


def test_only_what_is_missing_is_embedded(warehouse: Warehouse) -> None:
    provider = CountedEmbeddings()
    cached = CachedEmbeddings(provider, warehouse)
    first = cached.embed(["cocoa", "hot chocolate", "cocoa"])
    second = cached.embed(["espresso", "cocoa"])
    assert provider.asked == ["cocoa", "hot chocolate", "espresso"]
    assert np.array_equal(first[0], first[2])
    assert np.array_equal(second[1], first[0])
    assert kept(warehouse) == 3


def test_fresh_and_kept_vectors_are_equal_and_near_the_original(warehouse: Warehouse) -> None:
    provider = CountedEmbeddings()
    texts = [f"keyword {number}" for number in range(500)] + ["", "\x00", "🙂", "half \ud83d", "قهوة"]
    fresh = CachedEmbeddings(provider, warehouse).embed(texts)
    again = CachedEmbeddings(provider, warehouse).embed(texts[::-1])[::-1]
    assert len(provider.asked) == len(texts)
    assert fresh.dtype == np.float32
    assert np.array_equal(fresh, again)
    assert np.allclose(np.linalg.norm(fresh, axis=1), 1, atol=1e-6)
    assert (fresh * provider.embed(texts)).sum(axis=1).min() > 0.99999


def test_each_space_has_its_own_vectors(warehouse: Warehouse) -> None:
    one, other = CountedEmbeddings("a" * 200), CountedEmbeddings("a" * 199 + "b")
    CachedEmbeddings(one, warehouse).embed(["cocoa"])
    CachedEmbeddings(other, warehouse).embed(["cocoa"])
    assert other.asked == ["cocoa"]
    assert kept(warehouse) == 2
    assert len(space_key(one.space)) == 120


def test_vectors_of_one_call_only_are_never_kept(warehouse: Warehouse) -> None:
    texts = ["coffee grinder", "coffee grinders", "tea pot"]
    cached = CachedEmbeddings(LexicalEmbeddings(notice="by spelling"), warehouse)
    assert np.array_equal(cached.embed(texts), LexicalEmbeddings().embed(texts))
    assert (kept(warehouse), cached.notice) == (0, "by spelling")


def test_many_texts_go_in_slices_and_progress_is_told(warehouse: Warehouse) -> None:
    told: list[tuple[int, int]] = []
    texts = [f"keyword {number}" for number in range(EMBEDDED_AT_ONCE + 2000)]
    CachedEmbeddings(CountedEmbeddings(), warehouse).embed(texts[:1000])
    CachedEmbeddings(CountedEmbeddings(), warehouse, lambda done, total: told.append((done, total))).embed(texts)
    total = len(texts)
    assert told == [(1000, total), (1000 + EMBEDDED_AT_ONCE, total), (total, total)]
    assert kept(warehouse) == total


def test_what_was_embedded_before_a_failure_is_kept(warehouse: Warehouse) -> None:
    class Failing(CountedEmbeddings):
        def embed(self, texts: list[str]) -> np.ndarray:
            if self.asked:
                raise ConnectionError("gone")
            return super().embed(texts)

    texts = [f"keyword {number}" for number in range(EMBEDDED_AT_ONCE + 1)]
    with pytest.raises(ConnectionError):
        CachedEmbeddings(Failing(), warehouse).embed(texts)
    assert kept(warehouse) == EMBEDDED_AT_ONCE
    provider = CountedEmbeddings()
    CachedEmbeddings(provider, warehouse).embed(texts)
    assert provider.asked == texts[EMBEDDED_AT_ONCE:]


def test_writers_of_the_same_texts_at_once_agree(warehouse: Warehouse) -> None:
    texts = [f"keyword {number}" for number in range(800)]
    together = threading.Barrier(4)

    class Meeting(CountedEmbeddings):
        def embed(self, texts: list[str]) -> np.ndarray:
            together.wait(timeout=30)  # all four found nothing and now keep the same rows
            return super().embed(texts)

    def work(step: int) -> np.ndarray:
        order = texts[::-1] if step % 2 else texts
        found = CachedEmbeddings(Meeting(), warehouse).embed(order)
        return found[::-1] if step % 2 else found

    results = at_once(lambda step=step: work(step) for step in range(4))
    assert all(isinstance(found, np.ndarray) for found in results), results
    assert all(np.array_equal(found, results[0]) for found in results)
    assert kept(warehouse) == len(texts)


def test_no_empty_list_reaches_the_database(warehouse: Warehouse) -> None:
    assert len(CachedEmbeddings(CountedEmbeddings(), warehouse).embed([])) == 0


def test_a_digest_tells_texts_apart() -> None:
    assert len({text_digest(text) for text in ("a", "A", "a ", "", "\ud83d")}) == 5
