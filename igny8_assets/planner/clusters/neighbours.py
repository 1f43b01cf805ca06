"""Which texts are nearest to which: exact for lists of ordinary size, by an index above."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

# Up to here a matrix product is as quick as an index and misses nothing.
EXACT_UP_TO = 20_000
# Similarities held at a time: 32 MiB of float32, whatever the number of texts; twice as many took a third longer.
_BLOCK_CELLS = 1 << 23
# Of the index (HNSW): links per node, and how widely it looks while building and searching.
_CONNECTIVITY, _WIDTH_BUILDING, _WIDTH_SEARCHING = 16, 32, 32
# It is searched in the rows' main directions, which halves its time, for more candidates than wanted; whole rows decide.
_INDEXED_DIMENSIONS, _CANDIDATES = 128, 2


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """Rows scaled to unit length, as float32; a row of zeros stays one."""
    rows = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: np.ndarray = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return unit


def nearest_links(
    unit: np.ndarray, neighbours: int, *, exact_up_to: int = EXACT_UP_TO
) -> tuple[np.ndarray, np.ndarray]:
    """Each row joined to its nearest rows of positive cosine.

    Args:
        unit: Rows of unit length or zero, shape ``(n, dimensions)``.
        neighbours: Links per row; a row that is also among others' nearest has more.
        exact_up_to: The number of rows above which an index answers. It finds some 95 % of the true neighbours and is
            built by one thread in the order of the rows, so that the same rows give the same links.

    Returns:
        Undirected links, shape ``(m, 2)``, the smaller row first, in ascending order; and their cosines.
    """
    count = len(unit)
    kept = min(neighbours, count - 1)
    if kept < 1:
        return np.empty((0, 2), dtype=np.int64), np.empty(0)
    find = _exact if count <= exact_up_to else _indexed
    here, there, cosines = find(unit, kept)
    useful = (here != there) & (cosines > 1e-6)
    here, there, cosines = here[useful], there[useful], cosines[useful]
    pair, where = np.unique(np.minimum(here, there) * count + np.maximum(here, there), return_index=True)
    # Rounded, so that the last bits of a matrix product, which differ between processors, decide nothing.
    return np.stack([pair // count, pair % count], axis=1), np.round(cosines[where].astype(np.float64), 5)


def _exact(unit: np.ndarray, kept: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of equal cosines the row that comes first.

    Each core multiplies and searches blocks of its own: the search is half as long as the product, and numpy does it on
    one core.
    """
    from threadpoolctl import threadpool_limits

    cores = os.cpu_count() or 1
    height = max(1, _BLOCK_CELLS // (cores * len(unit)))
    columns = np.ascontiguousarray(unit.T)
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(cores) as workers:
        found = list(
            workers.map(lambda start: _nearest_of(unit, columns, start, height, kept), range(0, len(unit), height))
        )
    here, there, likeness = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return here, there, likeness


def _nearest_of(
    unit: np.ndarray, columns: np.ndarray, start: int, height: int, kept: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The nearest rows of ``height`` rows from ``start`` on."""
    block = unit[start : start + height] @ columns
    rows = np.arange(len(block))
    block[rows, rows + start] = -1.0
    row, column = np.divmod(np.flatnonzero(block >= _kth_largest_at_least(block, kept)[:, None]), len(unit))
    cosines = block[row, column]
    order = np.lexsort((column, -cosines, row))
    row, column, cosines = row[order], column[order], cosines[order]
    best = np.arange(len(row)) - np.searchsorted(row, rows)[row] < kept
    return row[best] + start, column[best], cosines[best]


def _kth_largest_at_least(block: np.ndarray, kept: int) -> np.ndarray:
    """Per row, a bound that at least ``kept`` values reach: the kept-th largest of the maxima of as many parts and more.

    Much quicker than partitioning the whole row, and hardly more values reach it than are wanted.
    """
    width = block.shape[1] // (8 * kept)
    if width < 2:
        return np.asarray(np.partition(block, block.shape[1] - kept, axis=1)[:, block.shape[1] - kept])
    parts = block.shape[1] // width
    maxima = block[:, : parts * width].reshape(len(block), parts, width).max(axis=2)
    return np.asarray(np.partition(maxima, parts - kept, axis=1)[:, parts - kept])


def _indexed(unit: np.ndarray, kept: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    from usearch.index import BatchMatches, Index

    count = len(unit)
    short = unit_rows(unit @ _main_directions(unit)) if unit.shape[1] > _INDEXED_DIMENSIONS else unit
    index = Index(
        ndim=short.shape[1],
        metric="ip",
        dtype="f16",
        connectivity=_CONNECTIVITY,
        expansion_add=_WIDTH_BUILDING,
        expansion_search=_WIDTH_SEARCHING,
    )
    numbers = np.arange(count)
    # With several threads the links inside the index depend on which thread comes first.
    index.add(numbers, short, threads=1)
    matches = index.search(short, _CANDIDATES * kept + 1)
    if not isinstance(matches, BatchMatches):
        raise TypeError("the index answered for a single row")
    there = np.asarray(matches.keys, dtype=np.int64)
    valid = np.arange(there.shape[1])[None, :] < np.asarray(matches.counts)[:, None]
    there = np.where(valid, there, numbers[:, None])
    cores = os.cpu_count() or 1
    height = max(1, _BLOCK_CELLS // (cores * unit.shape[1] * there.shape[1]))
    with ThreadPoolExecutor(cores) as workers:
        found = workers.map(lambda start: _best_of(unit, there, start, height, kept), range(0, count, height))
        there, cosines = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return np.repeat(numbers, kept), there.ravel(), cosines.ravel()


def _best_of(unit: np.ndarray, there: np.ndarray, start: int, height: int, kept: int) -> tuple[np.ndarray, np.ndarray]:
    """Of the candidates of ``height`` rows from ``start`` on the nearest ones, by whole rows; and their cosines."""
    candidates = there[start : start + height]
    cosines = np.einsum("id,ijd->ij", unit[start : start + height], unit[candidates])
    cosines[candidates == np.arange(start, start + len(candidates))[:, None]] = -1.0
    best = np.argsort(-cosines, axis=1, kind="stable")[:, :kept]
    return np.take_along_axis(candidates, best, axis=1), np.take_along_axis(cosines, best, axis=1)


def _main_directions(unit: np.ndarray) -> np.ndarray:
    """The directions in which the rows differ most, as columns; from rows spread evenly over long lists."""
    some = unit[:: max(1, len(unit) // EXACT_UP_TO)]
    _, directions = np.linalg.eigh(some.T @ some)
    return np.asarray(directions[:, -_INDEXED_DIMENSIONS:])
