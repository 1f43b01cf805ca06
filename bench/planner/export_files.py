"""Keyword exports of any length in a tool's real shape, the same every time."""

import csv
import random
from pathlib import Path

from bench.planner.generated_keywords import generated_keywords

SEED = 11
AHREFS_HEADER = (
    "#", "Keyword", "Country", "Difficulty", "Volume", "CPC", "CPS", "Parent Keyword", "Last Update", "SERP Features",
    "Global volume", "Traffic potential", "Global traffic potential", "First seen", "Intents",
)  # fmt: skip
INTENTS = (
    "Informational,Non-branded,Non-local",
    "Commercial,Non-branded,Non-local",
    "Commercial,Transactional,Non-branded,Non-local",
    "Transactional,Branded,Local",
    "Navigational,Branded,Non-local",
    "",
)
FEATURES = (
    "People also ask, Sitelinks",
    "Image pack, Video preview, Thumbnail",
    "Local pack, Top stories",
    "Shopping",
    "",
)


def write_ahrefs_export(path: Path, rows: int) -> None:
    """A Keywords Explorer export: UTF-8 with a byte order mark, commas, every column of the tool, no keyword twice."""
    chance = random.Random(SEED)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(AHREFS_HEADER)
        for number, keyword in enumerate(generated_keywords(rows), start=1):
            volume = int(10 ** chance.uniform(0, 5)) * 10
            writer.writerow(
                (
                    number,
                    keyword,
                    "us",
                    chance.randrange(100) if chance.random() < 0.9 else "",
                    volume,
                    f"{chance.uniform(0.05, 9):.2f}" if chance.random() < 0.8 else "",
                    f"{chance.uniform(0.5, 1.5):.2f}",
                    " ".join(keyword.split()[:3]),
                    "2026-11-01 04:12:55",
                    chance.choice(FEATURES),
                    volume * 3,
                    volume * 2,
                    volume * 5,
                    "2015-09-02",
                    chance.choice(INTENTS),
                )
            )
