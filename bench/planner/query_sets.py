"""The labelled sets that clusterings are judged on, each in two halves that share no label."""

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.planner.labelled_queries import labelled_queries
from bench.results import MeasurementFailed
from igny8_resources.word_stems import normalise

Half = Literal["tune", "held out"]
HALVES: tuple[Half, Half] = ("tune", "held out")
BANKING77_LABELS = 77
HOW_TO_GET_BANKING77 = (
    "banking77 (PolyAI, CC BY 4.0) is not part of the repository: take train.csv and test.csv from "
    "github.com/PolyAI-LDN/task-specific-datasets (banking_data), make one CSV with the columns split, text and label of "
    "them, and name it with --banking77 or IGNY8_BENCH_BANKING77"
)


@dataclass(frozen=True)
class LabelledSet:
    """One half of a labelled set: ``labels[n]`` is what ``texts[n]`` is about."""

    name: str
    half: Half
    texts: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def title(self) -> str:
        """As tables call it."""
        return f"{self.name}, {self.half}"


def halves_of(names: Iterable[str]) -> dict[str, Half]:
    """Every name in one of two halves of equal count, by nothing but the name's SHA-256."""
    ranked = sorted(set(names), key=lambda name: hashlib.sha256(name.encode()).digest())
    return {name: HALVES[place % 2] for place, name in enumerate(ranked)}


def search_queries() -> tuple[LabelledSet, LabelledSet]:
    """The built set: families of neighbouring pages are divided, so a page never meets its neighbours' other half."""
    queries = labelled_queries()
    half_of = halves_of(query.family for query in queries)
    return _in_halves("queries", [(query.text, query.page, half_of[query.family]) for query in queries])


def banking77(path: Path) -> tuple[LabelledSet, LabelledSet]:
    """Customer questions by intent; of questions with the same normal form the first one stands.

    Raises:
        MeasurementFailed: the file cannot be read or is another one.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [(row["text"].strip(), row["label"]) for row in csv.DictReader(file)]
    except (OSError, KeyError, UnicodeDecodeError) as wrong:
        raise MeasurementFailed(f"{path} cannot be read as banking77 ({wrong!r}); {HOW_TO_GET_BANKING77}") from wrong
    first: dict[str, tuple[str, str]] = {}
    for text, label in rows:
        first.setdefault(normalise(text), (text, label))
    half_of = halves_of(label for _, label in first.values())
    if len(half_of) != BANKING77_LABELS:
        raise MeasurementFailed(f"{path} has {len(half_of)} labels, banking77 has {BANKING77_LABELS}")
    return _in_halves("banking77", [(text, label, half_of[label]) for text, label in first.values()])


def _in_halves(name: str, rows: list[tuple[str, str, Half]]) -> tuple[LabelledSet, LabelledSet]:
    def half(wanted: Half) -> LabelledSet:
        kept = [(text, label) for text, label, which in rows if which == wanted]
        return LabelledSet(name, wanted, tuple(text for text, _ in kept), tuple(label for _, label in kept))

    return half("tune"), half("held out")
