"""Checks a page's JSON-LD: structure, references, required fields, values, and agreement with schema.org.

Works on any graph, our own or one found on an existing page. An error is something that search engines would reject or
misread; a warning is something that they advise.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from igny8_assets.findings import Finding, Severity
from igny8_assets.schema.pruning import URL_PROPERTIES, Node, absolute, connected, references
from igny8_assets.schema.requirements import (
    empty,
    missing_fields,
    recommended_of,
    required_of,
    too_few_items,
    types_of,
)
from igny8_assets.schema.vocabulary import (
    accepts,
    accepts_text,
    ancestors,
    enumeration_members,
    is_type,
    properties,
    successor,
)

_MOMENTS = frozenset({"datePublished", "dateModified", "uploadDate", "dateCreated"})
_DATES = _MOMENTS | {"priceValidUntil", "validFrom", "validThrough", "expires"}
_KEYWORDS = frozenset({"@id", "@type", "@context", "@graph", "@language", "@value"})
_SCHEMA_HOSTS = ("https://schema.org/", "http://schema.org/")


def validate_graph(graph: object) -> list[Finding]:
    """Everything that is wrong with a JSON-LD document, errors first; an empty list is a sound graph."""
    shape = list(_shape(graph))
    if shape or not isinstance(graph, dict):
        return shape
    nodes: list[Node] = graph["@graph"]
    found = [*_identities(nodes), *_stitching(nodes)]
    index = {str(node.get("@id")): node for node in nodes}
    for node in nodes:
        found += _node(node, str(node.get("@id") or "node without @id"), index)
    return sorted(found, key=lambda finding: finding.severity != "error")


def _shape(graph: object) -> Iterator[Finding]:
    if not isinstance(graph, dict):
        yield _found("json_ld", "document", 'The document is not an object. Give {"@context", "@graph"}.')
        return
    try:
        json.dumps(graph, allow_nan=False)
    except (TypeError, ValueError) as error:
        yield _found(
            "json_ld", "document", f"The document is not JSON ({error}). Use text, numbers, lists and objects."
        )
    if str(graph.get("@context", "")).rstrip("/") not in {"https://schema.org", "http://schema.org"}:
        yield _found("context", "document", "@context is not https://schema.org. Set it once, at the top.")
    nodes = graph.get("@graph")
    if not isinstance(nodes, list) or not nodes or not all(isinstance(node, dict) for node in nodes):
        yield _found(
            "json_ld", "document", "@graph is not a list of nodes. Put every node of the page into one @graph."
        )
    elif any(key == "@context" for key in _keys(nodes)):
        yield _found("context", "@graph", "A node repeats @context. It stands once, at the top of the document.")


def _identities(nodes: list[Node]) -> Iterator[Finding]:
    seen: set[str] = set()
    for node in nodes:
        key = node.get("@id")
        if not absolute(key):
            yield _found("id", str(key or "@graph"), f"@id {key!r} is not an absolute URL. Give every node one.")
        elif str(key) in seen:
            yield _found("id", str(key), "Two nodes have this @id. Merge them.")
        seen.add(str(key))


def _stitching(nodes: list[Node]) -> Iterator[Finding]:
    keys = {str(node.get("@id", "")) for node in nodes}
    for node in nodes:
        for target in sorted(set(references(node)) - keys):
            yield _found("reference", str(node.get("@id")), f"It refers to {target!r}, which is not in the graph.")
    pages = [node for node in nodes if any("WebPage" in ancestors(kind) for kind in types_of(node))]
    if len(pages) != 1:
        yield _found("connected", "@graph", f"The graph has {len(pages)} pages (WebPage). It describes exactly one.")
        return
    attached = connected([node for node in nodes if node.get("@id")], str(pages[0].get("@id")))
    for key in sorted(keys - attached - {""}):
        yield _found("connected", key, "No chain of references ties it to the page. Refer to it or leave it out.")


def _node(node: Node, where: str, index: dict[str, Node]) -> Iterator[Finding]:
    kinds = types_of(node)
    if not kinds:
        yield _found("type", where, "The node has no @type.")
    for kind in kinds:
        yield from _of_type(node, kind, where)
    for advised in dict.fromkeys(field for kind in kinds for field in recommended_of(kind)):
        if empty(node.get(advised)):
            message = f"{kinds[0]} has no {advised}, which search engines advise."
            yield _found("recommended", where, message, "warning")
    known = [kind for kind in kinds if is_type(kind)]
    for name, value in node.items():
        if name in _KEYWORDS:
            continue
        if known and not any(name in properties(kind) for kind in known):
            yield _found("property", where, f"{name} is not a property of {' or '.join(known)}.")
        elif newer := successor(name):
            yield _found("property", where, f"{name} was replaced by {newer}.", "warning")
        for part in value if isinstance(value, list) else [value]:
            yield from _value(name, part, where, index)
        if empty(value):
            yield _found("empty", where, f"{name} is empty. Leave it out.")
    yield from _numbering(node, where)
    if "FAQPage" in kinds:
        yield from _faq(node, where, index)


def _of_type(node: Node, kind: str, where: str) -> Iterator[Finding]:
    if not is_type(kind):
        yield _found("type", where, f"{kind} is not a type of the vocabulary table. Check its spelling.")
    for field in missing_fields(node, required_of(kind)):
        yield _found("required", where, f"{kind} lacks {field}. Supply it or leave the node out.")
    if short := too_few_items(node, kind):
        yield _found("required", where, f"{kind} has {short}.")


def _value(name: str, value: Any, where: str, index: dict[str, Node]) -> Iterator[Finding]:
    if isinstance(value, dict):
        target = index.get(str(value["@id"]), {}) if set(value) == {"@id"} else value
        kinds = [kind for kind in types_of(target) if is_type(kind)]
        if kinds and not accepts(name, kinds):
            yield _found("range", where, f"{name} does not hold a {' or '.join(kinds)}.")
        if target is value:
            yield from _node(value, f"{where} › {name}", index)
        return
    if isinstance(value, str) and not value.strip():
        yield _found("empty", where, f"{name} holds an empty text. Leave it out.")
    elif value is None:
        yield _found("empty", where, f"{name} holds null. Leave it out.")
    elif name in URL_PROPERTIES and not absolute(value):
        yield _found("url", where, f"{name} {value!r} is not an absolute URL.")
    elif name in _DATES:
        yield from _moment(name, value, where)
    elif (members := enumeration_members(name)) and isinstance(value, str):
        if not value.startswith(_SCHEMA_HOSTS) or value.rsplit("/", 1)[-1] not in members:
            yield _found("range", where, f"{name} {value!r} is not one of {', '.join(sorted(members))} at schema.org.")
    elif not accepts_text(name) and not absolute(value):
        yield _found("range", where, f"{name} holds plain text where a node belongs.", "warning")


def _moment(name: str, value: Any, where: str) -> Iterator[Finding]:
    try:
        parsed = datetime.fromisoformat(str(value))
    except ValueError:
        yield _found("date", where, f"{name} {value!r} is not an ISO 8601 date, such as 2026-11-20T09:30:00+00:00.")
        return
    if name in _MOMENTS and parsed.tzinfo is None:
        day_only = _is_day(str(value))
        what = "has no time of day" if day_only else "has no time zone"
        yield _found("date", where, f"{name} {value!r} {what}. Write it with an offset.", "warning")


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _numbering(node: Node, where: str) -> Iterator[Finding]:
    items = node.get("itemListElement")
    positions = [item.get("position") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    if positions and positions != list(range(1, len(positions) + 1)):
        yield _found("position", where, f"The list's positions are {positions}. Count from 1 without gaps.")
    published, modified = node.get("datePublished"), node.get("dateModified")
    try:
        backwards = datetime.fromisoformat(str(modified)) < datetime.fromisoformat(str(published))
    except (ValueError, TypeError):
        return
    if backwards:
        yield _found("date", where, "dateModified lies before datePublished.", "warning")


def _faq(node: Node, where: str, index: dict[str, Node]) -> Iterator[Finding]:
    main = node.get("mainEntity")
    for part in main if isinstance(main, list) else [main]:
        target = index.get(str(part.get("@id")), part) if isinstance(part, dict) else {}
        if "Question" not in types_of(target):
            yield _found("faq", where, "mainEntity of an FAQPage holds something that is not a Question.")
            return


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for part in value.values():
            yield from _keys(part)
    elif isinstance(value, list):
        for part in value:
            yield from _keys(part)


def _found(check: str, where: str, message: str, severity: Severity = "error") -> Finding:
    return Finding(check=f"schema_{check}", severity=severity, passage=where, message=message)
