"""The JSON schema of a Pydantic model in the dialect that strict structured output accepts.

OpenAI's strict mode, and the grammars that vLLM and llama.cpp build, take a subset of JSON Schema: every object closed,
every property required, no defaults, no keyword beside a ``$ref``. What the subset cannot say is moved into the
description, so that the model still reads it; the Pydantic model checks it in the answer.
"""

from typing import Any

from pydantic import BaseModel

JsonSchema = dict[str, Any]

MAX_OBJECT_DEPTH = 10  # levels of nested objects that OpenAI accepts

_SAID_IN_WORDS = (
    "minLength",
    "maxLength",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "minContains",
    "maxContains",
)
_KNOWN_FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}
# The limits on a value that strict mode takes as they are.
LIMITS = (
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "pattern",
)
_KEPT = ("type", "enum", "const", "format", *LIMITS)
_LENGTHS = ("minLength", "maxLength")


class StrictSchemaError(TypeError):
    """A model cannot be expressed in strict mode; the message names the field and what to use instead."""


def strict_json_schema(model: type[BaseModel], *, with_lengths: bool = False) -> JsonSchema:
    """The schema of ``model`` for ``response_format`` with ``strict: true``.

    ``with_lengths`` also keeps how long a text may be: OpenAI refuses that, the grammars of vLLM and llama.cpp hold a model
    to it, and without it a small one may never come to the end of a text.
    An optional field stays a union with null and is required like all others; titles are dropped, descriptions kept.
    Fixed-length tuples become arrays of that length whose items may be any of the tuple's types.

    Raises:
        StrictSchemaError: the model holds what strict mode cannot say: ``dict``, ``Any``, extra fields allowed,
            objects nested deeper than ``MAX_OBJECT_DEPTH``, or a root that is not an object.
    """
    source = model.model_json_schema(mode="validation")
    definitions: dict[str, JsonSchema] = source.pop("$defs", {})
    root_name = model.__name__
    while "$ref" in source:  # Pydantic writes a recursive model as a reference to itself; strict mode wants an object
        root_name = source["$ref"].removeprefix("#/$defs/")
        source = definitions[root_name]
    if source.get("type") != "object":
        raise StrictSchemaError(f"{root_name}: the answer must be one object, not {source.get('type', 'a union')}")
    kept = (*_KEPT, *_LENGTHS) if with_lengths else _KEPT
    schema = _strict(source, root_name, kept)
    used = {name: _strict(definition, name, kept) for name, definition in definitions.items()}
    if used:
        schema["$defs"] = used
    _refuse_deep(schema, used, root_name)
    return schema


def _strict(node: JsonSchema, where: str, kept: tuple[str, ...]) -> JsonSchema:
    if "$ref" in node:
        reference = {"$ref": node["$ref"]}
        # A description beside a $ref is refused; a union of one says the same and also works for recursive models.
        return {"description": node["description"], "anyOf": [reference]} if "description" in node else reference

    strict: JsonSchema = {}
    description = " ".join(filter(None, [node.get("description", ""), _limits_in_words(node)]))
    if description:
        strict["description"] = description
    strict |= {key: node[key] for key in kept if key in node}
    if strict.get("format") not in _KNOWN_FORMATS:
        strict.pop("format", None)

    branches = node.get("anyOf") or node.get("oneOf")
    if branches:
        strict["anyOf"] = [_strict(branch, where, kept) for branch in branches]
    elif node.get("type") == "object":
        _close_object(strict, node, where, kept)
    elif node.get("type") == "array":
        _type_items(strict, node, where, kept)
    elif not {"type", "enum", "const"} & strict.keys():
        raise StrictSchemaError(f"{where}: strict mode needs a type here; replace Any or object by a model or a scalar")
    return strict


def _close_object(strict: JsonSchema, node: JsonSchema, where: str, kept: tuple[str, ...]) -> None:
    if node.get("additionalProperties") or "patternProperties" in node:
        raise StrictSchemaError(
            f"{where}: strict mode has no free keys; use a list of models with a key field, not a dict"
        )
    properties: dict[str, JsonSchema] = node.get("properties", {})
    strict["properties"] = {name: _strict(child, f"{where}.{name}", kept) for name, child in properties.items()}
    strict["required"] = list(properties)
    strict["additionalProperties"] = False


def _type_items(strict: JsonSchema, node: JsonSchema, where: str, kept: tuple[str, ...]) -> None:
    kinds: list[JsonSchema] = [
        _strict(item, f"{where}[{position}]", kept) for position, item in enumerate(node.get("prefixItems", []))
    ]
    if not kinds:
        strict["items"] = _strict(node.get("items") or {}, f"{where}[]", kept)
        return
    distinct = [kind for position, kind in enumerate(kinds) if kind not in kinds[:position]]
    strict["items"] = distinct[0] if len(distinct) == 1 else {"anyOf": distinct}


def _limits_in_words(node: JsonSchema) -> str:
    limits = [f"{keyword}: {node[keyword]}" for keyword in _SAID_IN_WORDS if keyword in node]
    if node.get("format") and node["format"] not in _KNOWN_FORMATS:
        limits.append(f"format: {node['format']}")
    return f"({', '.join(limits)})" if limits else ""


def _refuse_deep(
    node: JsonSchema, definitions: dict[str, JsonSchema], where: str, depth: int = 0, path: tuple[str, ...] = ()
) -> None:
    if "$ref" in node:
        name = node["$ref"].removeprefix("#/$defs/")
        if name not in path:  # a recursive model has no depth of its own: it is as deep as the answer makes it
            _refuse_deep(definitions[name], definitions, where, depth, (*path, name))
        return
    depth += node.get("type") == "object"
    if depth > MAX_OBJECT_DEPTH:
        raise StrictSchemaError(f"{where}: objects are nested deeper than {MAX_OBJECT_DEPTH} levels; flatten the model")
    children = [*node.get("properties", {}).values(), *node.get("anyOf", [])]
    for child in [*children, node["items"]] if "items" in node else children:
        _refuse_deep(child, definitions, where, depth, path)
