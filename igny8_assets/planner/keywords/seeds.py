"""The seed library: keywords to begin an industry's planning with, written by hand, with intent and without volumes."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from igny8_assets.planner.keywords.files import KeywordRow, read_keywords
from igny8_assets.planner.keywords.importing import ImportRefused, StagedFile, stage_file
from igny8_resources.platform import Platform


@dataclass(frozen=True)
class Industry:
    """An industry of the library: its slug, its name, and how many seeds it has."""

    slug: str
    name: str
    seeds: int


@cache
def industries() -> tuple[Industry, ...]:
    """What the library covers, by name; read once a process, for it comes with the program."""
    return tuple(
        Industry(slug, name, len(seed_keywords(slug))) for slug, name in sorted(_names().items(), key=lambda e: e[1])
    )


def seed_keywords(industry: str) -> list[KeywordRow]:
    """An industry's seeds; how often people search for them is unknown.

    Raises:
        ImportRefused: the library has no such industry.
    """
    return read_keywords(_file(industry), f"{industry}.csv").rows


def stage_seeds(parts: Platform, site_key: str, industry: str, *, market: str | None = None) -> StagedFile:
    """Stage an industry's seeds for a site as a file is staged; once.

    Raises:
        ImportRefused: the library has no such industry.
        UnknownSite, ModuleDisabled: see ``store.sites``.
    """
    return stage_file(parts, site_key, _file(industry), f"{industry} seeds.csv", origin="seed_library", market=market)


def _library() -> Traversable:
    return files("igny8_assets.planner") / "seed_library"


def _names() -> dict[str, str]:
    names: dict[str, str] = json.loads((_library() / "industries.json").read_text(encoding="utf-8"))
    return names


def _file(industry: str) -> bytes:
    names = _names()
    if industry not in names:
        raise ImportRefused(f"the seed library has no industry {industry!r}; it has {', '.join(sorted(names))}")
    return (_library() / f"{industry}.csv").read_bytes()
