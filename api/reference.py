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
    """What an operation answers with when it does what was asked."""

    status: str
    kind: str
    links: tuple[str, ...]


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
    refusals: tuple[str, ...]
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
    refusals: tuple[tuple[str, str], ...]
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
        ShapeDoc(name, schema.get("description", ""), tuple(_fields(schema, is_asked=False)))
        for name, schema in sorted(schemas.items())
        if schema.get("properties") and not _wrapped(schema)
    )
    every = (operation for methods in document["paths"].values() for operation in methods.values())
    meanings = {
        status: answer["description"]
        for operation in every
        for status, answer in operation["responses"].items()
        if status.startswith(("4", "5"))
    }
    info = document["info"]
    paragraphs = tuple(" ".join(part.split()) for part in info.get("description", "").split("\n\n"))
    return Reference(info["title"], info["version"], paragraphs, tuple(sorted(meanings.items())), groups, shapes)


def _operation(
    path: str, method: str, spec: Mapping[str, Any], schemas: Mapping[str, Schema], public_url: str
) -> Operation:
    body_schema = spec.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    body = _resolved(body_schema, schemas)
    needs_token = bool(spec.get("security"))
    parameters = tuple(
        FieldRow(
            parameter["name"],
            _asked_kind(parameter["schema"]) + ("" if parameter["in"] == "query" else f", in the {parameter['in']}"),
            bool(parameter.get("required")),
            _described({**parameter["schema"], **parameter}),
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
        body=tuple(_fields(body, is_asked=True)),
        answers=tuple(_answers(spec["responses"], schemas)),
        refusals=tuple(status for status in sorted(spec["responses"]) if status.startswith(("4", "5"))),
        curl=_curl(method, f"{public_url}{path}", _example(body, schemas) if body else None, needs_token=needs_token),
    )


def _answers(responses: Mapping[str, Any], schemas: Mapping[str, Schema]) -> Iterator[Answer]:
    for status, answer in sorted(responses.items()):
        if not status.startswith(("2", "3")):
            continue
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        wrapped = _wrapped(_resolved(schema, schemas)) if schema else None
        if wrapped:
            wrapper, inner = wrapped
            shape = inner.removeprefix("list[").removesuffix("]")
            data = f"{shape}, as data" if shape == inner else f"A list of {shape}, as data"
            yield Answer(status, f"A page of {inner}" if wrapper == "Page" else data, (shape,))
        else:
            yield Answer(status, answer.get("description", ""), ())


def _wrapped(schema: Schema) -> tuple[str, str] | None:
    """The parts of a schema like ``Page[SiteItem]``, None for a plain one."""
    wrapper, bracket, inner = schema.get("title", "").partition("[")
    return (wrapper, inner.removesuffix("]")) if bracket else None


def _resolved(schema: Schema, schemas: Mapping[str, Schema]) -> Schema:
    reference = schema.get("$ref")
    return schemas[reference.rpartition("/")[2]] if reference else schema


def _fields(schema: Schema, *, is_asked: bool) -> Iterator[FieldRow]:
    """The fields of what is asked, where it matters what may be left out, or of what is answered, where it does not."""
    required = set(schema.get("required", ())) if is_asked else set()
    for name, field in schema.get("properties", {}).items():
        kind = _asked_kind(field) if is_asked else kind_text(field)
        yield FieldRow(name, kind, name in required, _described(field), tuple(_shapes_in(field)))


def _described(field: Schema) -> str:
    default = field.get("default")
    told = "" if default in (None, "", [], {}) or "const" in field else f"Default: {default}."
    return f"{field.get('description', '')} {told}".strip()


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
    'one of `short`, `long`'
    """
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return f"one of {', '.join(f'`{value}`' for value in schema['enum'])}"
    if "anyOf" in schema:
        *others, last = [kind_text(part) for part in schema["anyOf"]]
        return f"{', '.join(others)}, or {last}" if others else last
    return _plain_kind(schema)


def _asked_kind(schema: Schema) -> str:
    """The type of something that may be left out: that null says the same is not worth a word."""
    others = [part for part in schema.get("anyOf", ()) if part.get("type") != "null"]
    return kind_text({**schema, "anyOf": others} if others else schema)


def _plain_kind(schema: Schema) -> str:
    if schema.get("type") == "array":
        return f"list of {kind_text(schema.get('items', {}))}"
    if isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {kind_text(schema['additionalProperties'])}"
    return " ".join(filter(None, (str(schema.get("type", "anything")), schema.get("format", ""), _bounds(schema))))


def _bounds(schema: Schema) -> str:
    """A number's limits, where they say something; the ends of the 64-bit range do not."""
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None and high < 2**31 - 1:
        return f"{low:,.10g} to {high:,.10g}"
    return f"from {low:g}" if low is not None else ""


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
    return {"integer": int(field.get("minimum", 1)), "number": 1, "boolean": True}.get(str(kind), "...")


def _curl(method: str, url: str, body: Mapping[str, Any] | None, *, needs_token: bool) -> str:
    lines = [f"curl {url}" if method == "get" else f"curl -X {method.upper()} {url}"]
    if needs_token:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if body is not None:
        lines += ['-H "Content-Type: application/json"', f"-d '{json.dumps(body)}'"]
    return " \\\n  ".join(lines)
