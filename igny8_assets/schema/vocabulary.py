"""Questions to the schema.org vocabulary, answered from the bundled table (see ``derive_vocabulary``)."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

# What a plain JSON value may stand for. Text is accepted nearly everywhere, but not where only nodes make sense.
_DATA_TYPES = frozenset({"Text", "URL", "Date", "DateTime", "Time", "Number", "Integer", "Float", "Boolean"})
_DATA_TYPES |= {"CssSelectorType", "XPathType", "PronounceableText"}
# A quantity is a type of its own in the vocabulary and is written as a number or a text everywhere.
_DATA_TYPES |= {"Distance", "Duration", "Energy", "Mass", "QuantitativeValue"}


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(files(__package__).joinpath("vocabulary.json").read_text(encoding="utf-8"))
    return table


def is_type(name: str) -> bool:
    """Whether the table knows the type: one that the platform emits, or an ancestor of one."""
    return name in _table()["types"]


@cache
def ancestors(name: str) -> frozenset[str]:
    """A type and everything that it is a kind of."""
    parents = _table()["types"].get(name, {"parents": []})["parents"]
    return frozenset({name}).union(*(ancestors(parent) for parent in parents))


@cache
def properties(name: str) -> frozenset[str]:
    """Every property that a node of a type may carry, inherited ones included."""
    types = _table()["types"]
    return frozenset(found for kind in ancestors(name) if kind in types for found in types[kind]["properties"])


def successor(name: str) -> str | None:
    """The property that replaced one, if it was replaced."""
    found: str | None = _table()["superseded"].get(name)
    return found


def accepts_text(name: str) -> bool:
    """Whether a property may hold a plain value. A URL may stand for any node, so this asks for text or numbers."""
    allowed = _table()["ranges"].get(name, [])
    return not _DATA_TYPES.isdisjoint(allowed)


def accepts(name: str, types: list[str]) -> bool:
    """Whether a property may hold a node of (one of) these types.

    Ranges that the table does not know as types are passed over, so a doubt is never reported as a fault.
    """
    allowed = set(_table()["ranges"].get(name, []))
    return any(not ancestors(kind).isdisjoint(allowed) for kind in types)


def enumeration_members(name: str) -> frozenset[str]:
    """The members of those enumerations that a property may hold, as far as the table lists them."""
    members = _table()["members"]
    return frozenset(member for allowed in _table()["ranges"].get(name, []) for member in members.get(allowed, ()))
