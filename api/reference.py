"""The API's documentation as a page: the OpenAPI document put into words, without a script or a foreign host."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class FieldRow:
    """One line of a table of parameters or fields. ``links`` are the shapes that its type names."""

    name: str
    kind: str
    required: bool
    description: str
    links: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """One status an operation may answer with."""

    status: str
    description: str
    kind: str
    links: tuple[str, ...]

    @property
    def is_success(self) -> bool:
        """Whether the request was done or accepted."""
        return self.status.startswith("2")


@dataclass(frozen=True)
class Operation:
    """One method at one path."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    needs_token: bool
    parameters: tuple[FieldRow, ...]
    body: tuple[FieldRow, ...]
    answers: tuple[Answer, ...]
    curl: str


@dataclass(frozen=True)
class Group:
    """The operations of one tag."""

    name: str
    description: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True)
class ShapeDoc:
    """One named schema."""

    name: str
    description: str
    fields: tuple[FieldRow, ...]


@dataclass(frozen=True)
class Reference:
    """What the page shows."""

    title: str
    version: str
    paragraphs: tuple[str, ...]
    groups: tuple[Group, ...]
    shapes: tuple[ShapeDoc, ...]


def reference_of(document: Mapping[str, Any], public_url: str) -> Reference:
    """Read an OpenAPI document; ``public_url`` stands in the examples."""
    schemas: Mapping[str, Schema] = document.get("components", {}).get("schemas", {})
    operations: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                spec = methods[method]
                tag = spec.get("tags", ["other"])[0]
                operations.setdefault(tag, []).append(_operation(path, method, spec, schemas, public_url))
    groups = tuple(
        Group(tag["name"], tag.get("description", ""), tuple(operations[tag["name"]]))
        for tag in document.get("tags", [])
        if tag["name"] in operations
    )
    shapes = tuple(
        ShapeDoc(name, schema.get("description", ""), tuple(_fields(schema)))
        for name, schema in sorted(schemas.items())
        if schema.get("properties")
    )
    info = document["info"]
    paragraphs = tuple(" ".join(part.split()) for part in info.get("description", "").split("\n\n"))
    return Reference(info["title"], info["version"], paragraphs, groups, shapes)


def _operation(
    path: str, method: str, spec: Mapping[str, Any], schemas: Mapping[str, Schema], public_url: str
) -> Operation:
    body_schema = spec.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    body = _resolved(body_schema, schemas)
    needs_token = bool(spec.get("security"))
    parameters = tuple(
        FieldRow(
            parameter["name"],
            f"{kind_text(parameter['schema'])} · {parameter['in']}",
            bool(parameter.get("required")),
            parameter.get("description", "") or parameter["schema"].get("description", ""),
        )
        for parameter in spec.get("parameters", [])
    )
    return Operation(
        anchor=spec["operationId"],
        method=method.upper(),
        path=path,
        summary=spec.get("summary", ""),
        description=" ".join(spec.get("description", "").split()),
        needs_token=needs_token,
        parameters=parameters,
        body=tuple(_fields(body)),
        answers=tuple(_answers(spec.get("responses", {}))),
        curl=_curl(method, f"{public_url}{path}", _example(body, schemas) if body else None, needs_token=needs_token),
    )


def _answers(responses: Mapping[str, Any]) -> Iterator[Answer]:
    for status, answer in sorted(responses.items()):
        schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
        yield Answer(
            status, answer.get("description", ""), kind_text(schema) if schema else "", tuple(_shapes_in(schema))
        )


def _resolved(schema: Schema, schemas: Mapping[str, Schema]) -> Schema:
    reference = schema.get("$ref")
    return schemas[reference.rpartition("/")[2]] if reference else schema


def _fields(schema: Schema) -> Iterator[FieldRow]:
    required = set(schema.get("required", ()))
    for name, field in schema.get("properties", {}).items():
        description = field.get("description", "")
        if "default" in field and field["default"] is not None:
            description = f"{description} Default: {json.dumps(field['default'])}.".strip()
        yield FieldRow(name, kind_text(field), name in required, description, tuple(_shapes_in(field)))


def _shapes_in(schema: Any) -> Iterator[str]:
    """The named shapes inside a type, in order."""
    if isinstance(schema, Mapping):
        if "$ref" in schema:
            yield str(schema["$ref"]).rpartition("/")[2]
        for part in (*schema.get("anyOf", ()), schema.get("items"), schema.get("additionalProperties")):
            yield from _shapes_in(part)


def kind_text(schema: Schema) -> str:
    """A schema's type in words.

    >>> kind_text({"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "null"}]})
    'list of integer, or null'
    >>> kind_text({"type": "string", "enum": ["short", "long"]})
    '"short" or "long"'
    """
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema or "enum" in schema:
        return " or ".join(json.dumps(value) for value in schema.get("enum") or [schema["const"]])
    if "anyOf" in schema:
        *others, last = [kind_text(part) for part in schema["anyOf"]]
        return f"{', '.join(others)}, or {last}" if others else last
    if schema.get("type") == "array":
        return f"list of {kind_text(schema.get('items', {}))}"
    if isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {kind_text(schema['additionalProperties'])}"
    return " ".join(filter(None, (str(schema.get("type", "anything")), schema.get("format", ""), _bounds(schema))))


def _bounds(schema: Schema) -> str:
    """A number's limits, where they say something; the ends of the 64-bit range do not."""
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None and high < 2**31 - 1:
        return f"{low} to {high}"
    return f"from {low}" if low is not None else ""


def _example(body: Schema, schemas: Mapping[str, Schema]) -> dict[str, Any]:
    required = set(body.get("required", ()))
    properties = body.get("properties", {})
    shown = {name: field for name, field in properties.items() if name in required or "examples" in field}
    return {name: _example_value(_resolved(field, schemas)) for name, field in (shown or properties).items()}


def _example_value(field: Schema) -> Any:
    if field.get("examples"):
        return field["examples"][0]
    if "anyOf" in field:
        return _example_value(field["anyOf"][0])
    if "enum" in field:
        return field["enum"][0]
    kind = field.get("type")
    if kind == "array":
        return [_example_value(field.get("items", {}))]
    return {"integer": field.get("minimum", 1), "number": 1, "boolean": True}.get(str(kind), "...")


def _curl(method: str, url: str, body: Mapping[str, Any] | None, *, needs_token: bool) -> str:
    lines = [f"curl {url}" if method == "get" else f"curl -X {method.upper()} {url}"]
    if needs_token:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if body is not None:
        lines += ['-H "Content-Type: application/json"', f"-d '{json.dumps(body)}'"]
    return " \\\n  ".join(lines)
