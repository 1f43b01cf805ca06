"""Prompts as templates: the small part of Jinja that they may use, and how one is rendered for its inputs.

A template sees plain JSON values and nothing of Python: no attribute, no method, no call can be reached from it. Of Jinja
it has printing, conditions, loops over its inputs and the filters below. What it costs to render is bounded: no expression
can grow faster than its operands together, loops go at most ``MOST_LOOPS_INSIDE`` deep, and rendering stops at
``MOST_RENDERED`` characters.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.filters import FILTERS
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS

# A model's context holds several times as much; a prompt that needs more is a document and belongs into the sources.
LONGEST_TEMPLATE = 20_000
MOST_RENDERED = 400_000
MOST_LOOPS_INSIDE = 3
LOOP_FIELDS = ("index", "index0", "revindex", "revindex0", "first", "last", "length")
UNKNOWN = "unknown"

_TEXT_FILTERS = ("upper", "lower", "title", "capitalize", "trim", "truncate", "wordcount")
_LIST_FILTERS = ("first", "last", "join", "map", "selectattr", "rejectattr", "sort", "unique", "reverse")
_ANY_FILTERS = ("length", "count", "default", "tojson", "round", "int", "abs")
FILTER_NAMES = (*_TEXT_FILTERS, *_LIST_FILTERS, *_ANY_FILTERS)
TEST_NAMES = ("none", "odd", "even", "divisibleby", "eq", "ne", "lt", "le", "gt", "ge", "in", "equalto")
_LONELY_TAG = re.compile(r"^[ \t]*(\{[%#](?:(?![%#]\}).)*?[^-+])([%#]\})[ \t]*\r?\n", re.MULTILINE)


class PromptFailed(ValueError):
    """A prompt could not be rendered for its inputs; the message says why."""


class PromptEnvironment(ImmutableSandboxedEnvironment):
    """Looks fields up in JSON objects only, so that a field called ``items`` is that field and no method of Python's.

    A line that holds nothing but one tag leaves no line behind; any other line break stays where the author put it.
    """

    def preprocess(self, source: str, name: str | None = None, filename: str | None = None) -> str:
        """Draw the break after a lonely tag into the tag, so that it prints nothing and lines keep their numbers."""
        return super().preprocess(_LONELY_TAG.sub(r"\1\n\2", source), name, filename)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A field of an object, or what a loop says of itself."""
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        if isinstance(obj, LoopContext) and attribute in LOOP_FIELDS:
            return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A field by its name in quotes, or a slice of a list."""
        if isinstance(argument, slice) and isinstance(obj, list | str):
            return obj[argument]
        return self.getattr(obj, argument) if isinstance(argument, str) else self.undefined(obj=obj, name=argument)


def _printed(value: Any) -> Any:
    """None is unknown, never a word of Python's; a list is its items."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(_printed(item)) for item in value)
    return value


def _environment() -> PromptEnvironment:
    environment = PromptEnvironment(
        undefined=StrictUndefined,
        keep_trailing_newline=False,
        finalize=_printed,
        autoescape=False,
    )
    environment.globals.clear()
    environment.filters = {name: FILTERS[name] for name in FILTER_NAMES}
    environment.filters["first"] = _first
    environment.filters["last"] = _last
    environment.filters["join"] = _join
    environment.filters["default"] = _default
    environment.filters["tojson"] = _as_json
    environment.tests = {name: TESTS[name] for name in TEST_NAMES}
    return environment


def _first(values: list[Any]) -> Any:
    return values[0] if values else None


def _last(values: list[Any]) -> Any:
    return values[-1] if values else None


def _join(values: list[Any], separator: str = ", ", attribute: str = "") -> str:
    for part in attribute.split(".") if attribute else ():
        values = [value[part] for value in values]
    return str(separator).join(str(_printed(value)) for value in values)


def _default(value: Any, fallback: Any = "") -> Any:
    return fallback if value is None or value in ("", []) else value


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


ENVIRONMENT = _environment()


@lru_cache(maxsize=512)
def compiled(text: str) -> Template:
    """A template ready to render; compiled once a process.

    Raises:
        TemplateError: Jinja cannot read it.
    """
    return ENVIRONMENT.from_string(text)


def render(text: str, inputs: Mapping[str, Any]) -> str:
    """A template with its inputs, which are plain JSON values.

    Raises:
        PromptFailed: it cannot be read, it needs what the inputs do not have, or it grows too long.
    """
    try:
        rendered = "".join(_bounded(compiled(text).generate(**inputs)))
    except PromptFailed:
        raise
    except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError) as failure:
        # Those are what an expression can raise on plain values: nothing is there, or it is of another kind.
        raise PromptFailed(str(failure)) from failure
    return rendered.strip()


def _bounded(pieces: Iterator[str]) -> Iterator[str]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MOST_RENDERED:
            raise PromptFailed(f"the rendered prompt is longer than {MOST_RENDERED:,} characters; leave something out")
        yield piece


def digest_of_template(text: str) -> str:
    """sha256 of a template, which finds it again in ``prompt_texts``."""
    return hashlib.sha256(text.encode()).hexdigest()
