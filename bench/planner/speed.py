"""Seconds and memory of embedding and of clustering, apart, at three sizes, and how many times faster than the peers."""

from collections.abc import Sequence
from pathlib import Path

from bench.planner.at_least import times_as_fast
from bench.planner.generated_keywords import generated_keywords
from bench.planner.programs import Programs, Ran
from bench.results import Figure, median_figure

SIZES = (1_000, 10_000, 100_000)
QUICK_SIZES = (1_000, 10_000)
COMPARED_SIZE, LARGE_SIZE = 10_000, 100_000
ROUNDS, QUICK_ROUNDS = 3, 1
PEERS = ("bertopic", "agglomerative")
LEAST_TIMES_FASTER = {"agglomerative": 8.0}
LEAST_TIMES_FASTER_FIRST_CALL = 30.0
MOST_TIMES_FROM_10K_TO_100K = 20.0
MOST_GIB_AT_100K = 2.0
EMBEDDED_TEXTS, QUICK_EMBEDDED_TEXTS = 4_000, 1_000
LEAST_TIMES_FASTER_EMBEDDING = 2.0


def embedding_figures(programs: Programs, *, quick: bool) -> list[Figure]:
    """Ours and sentence-transformers in turn, on the same texts."""
    texts = generated_keywords(QUICK_EMBEDDED_TEXTS if quick else EMBEDDED_TEXTS)
    ours, peer = [], []
    for _ in range(QUICK_ROUNDS if quick else ROUNDS):
        ours.append(programs.embed(texts, "embedded")[0].seconds)
        peer.append(programs.embed_with_peer(texts, "embedded").seconds)
    return [
        median_figure("embedding, igny8", [len(texts) / each for each in ours], "texts/s"),
        median_figure("embedding, sentence-transformers", [len(texts) / each for each in peer], "texts/s"),
        times_as_fast(
            "embedding, times as fast as sentence-transformers",
            ours,
            peer,
            least=LEAST_TIMES_FASTER_EMBEDDING,
            note=f"{len(texts):,} keywords, {programs.threads} threads; peer: float32, batches of 128",
        ),
    ]


def clustering_figures(programs: Programs, *, quick: bool) -> list[Figure]:
    """Every size; the peers at 10,000, in turn with ours."""
    figures: list[Figure] = []
    seconds: dict[int, Sequence[float]] = {}
    for size in QUICK_SIZES if quick else SIZES:
        rounds = 1 if quick or size == LARGE_SIZE else ROUNDS
        peers = PEERS if size == COMPARED_SIZE else ()
        texts = generated_keywords(size)
        embedded, vectors = programs.embed(texts, f"keywords-{size}")
        ours: list[Ran] = []
        others: dict[str, list[float]] = {peer: [] for peer in peers}
        for _ in range(rounds):
            ours.append(programs.cluster(vectors, texts, f"keywords-{size}"))
            for peer in peers:
                others[peer].append(programs.cluster_with_peer(peer, vectors).seconds)
        seconds[size] = [run.seconds for run in ours]
        figures += [
            Figure(f"{size:,} keywords: embedding", embedded.seconds, "s"),
            Figure(f"{size:,} keywords: embedding, peak memory", _gib(embedded.peak_bytes), "GiB"),
            median_figure(f"{size:,} keywords: clustering", seconds[size], "s"),
            Figure(
                f"{size:,} keywords: clustering, peak memory",
                max(_gib(run.peak_bytes) for run in ours),
                "GiB",
                MOST_GIB_AT_100K if size == LARGE_SIZE else None,
                note=f"{len(set(ours[0].labels)):,} clusters",
            ),
        ]
        for peer, taken in others.items():
            figures += [
                median_figure(f"{size:,} keywords: {peer}", taken, "s"),
                times_as_fast(
                    f"{size:,} keywords: times as fast as {peer}",
                    seconds[size],
                    taken,
                    least=LEAST_TIMES_FASTER.get(peer),
                    note="clustering alone, libraries loaded and compiled",
                ),
            ]
        if peers:
            figures += _first_calls(programs, vectors, texts, rounds)
    if LARGE_SIZE in seconds:
        small = median_figure("", seconds[COMPARED_SIZE], "s").value
        figures.append(
            Figure(
                f"{LARGE_SIZE:,} / {COMPARED_SIZE:,} keywords, clustering",
                seconds[LARGE_SIZE][0] / small,
                "x",
                MOST_TIMES_FROM_10K_TO_100K,
            )
        )
    return figures


def _first_calls(programs: Programs, vectors: Path, texts: Sequence[str], rounds: int) -> list[Figure]:
    """What a run of a program waits for: the first call in its process, imports apart.

    BERTopic compiles its steps in every process anew, and a clustering is made once a process.
    """
    size = f"{len(texts):,} keywords"
    runs = [programs.whole_clusterings(vectors, texts, f"keywords-{len(texts)}") for _ in range(rounds)]
    ours, peer = [mine.seconds for mine, _ in runs], [other.seconds for _, other in runs]
    return [
        median_figure(f"{size}: clustering, first call", ours, "s"),
        median_figure(f"{size}: bertopic, first call", peer, "s"),
        times_as_fast(
            f"{size}: times as fast as bertopic, first call",
            ours,
            peer,
            least=LEAST_TIMES_FASTER_FIRST_CALL,
            note="imports apart; compilation counts",
        ),
    ]


def _gib(size: int) -> float:
    return size / 2**30
