"""Makes assembled nodes fit to be published: nothing empty, nothing incomplete, nothing loose, nothing dangling.

A node that lacks a required field goes, and with it every reference to it; that may leave another node incomplete, so
the rules are applied until nothing changes. Everything that was left out is reported.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from igny8_assets.findings import Finding
from igny8_assets.schema.requirements import empty, missing_fields, required_of, too_few_items, types_of

Node = dict[str, Any]

URL_PROPERTIES = frozenset({"url", "contentUrl", "thumbnailUrl", "embedUrl", "item", "sameAs", "target", "@id"})


def prune(nodes: Iterable[Node], root: str) -> tuple[list[Node], list[Finding]]:
    """The nodes that stand, in order, and a warning for each thing left out. ``root`` is the page's own ``@id``."""
    dropped: list[Finding] = []
    graph: dict[str, Node] = {}
    for node in nodes:
        clean = _cleaned(node, str(node.get("@id", "")), dropped)
        if absolute(clean.get("@id")):
            graph.setdefault(clean["@id"], clean)
    while True:
        before = len(graph)
        for key in [key for key, node in graph.items() if key != root and not _complete(node, key, dropped)]:
            del graph[key]
        graph = {key: _resolved(node, graph, dropped, key) for key, node in graph.items()}
        if len(graph) == before and all(_complete(node, key, []) for key, node in graph.items() if key != root):
            break
    attached = connected(list(graph.values()), root)
    loose = [key for key in graph if key not in attached]
    dropped += [_report(key, "Nothing on the page refers to it any more: left out.") for key in loose]
    return [node for key, node in graph.items() if key in attached], dropped


def absolute(value: object) -> bool:
    """Whether a value is an absolute http(s) URL that could be fetched."""
    if not isinstance(value, str) or value != value.strip() or any(mark in value for mark in ' <>"'):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def references(value: object) -> Iterator[str]:
    """Every ``@id`` that a value refers to (``{"@id": ...}`` and nothing else in the object), at any depth."""
    if isinstance(value, dict):
        if set(value) == {"@id"}:
            yield str(value["@id"])
        else:
            for part in value.values():
                yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def connected(nodes: list[Node], root: str) -> set[str]:
    """The ids of the nodes that hang together with ``root``, following references in either direction."""
    links: dict[str, set[str]] = {str(node.get("@id", "")): set() for node in nodes}
    for node in nodes:
        for target in references(node):
            if target in links:
                links[str(node["@id"])].add(target)
                links[target].add(str(node["@id"]))
    reached, queue = set(), [root] if root in links else []
    while queue:
        key = queue.pop()
        if key not in reached:
            reached.add(key)
            queue += links[key]
    return reached


def _cleaned(value: Any, where: str, dropped: list[Finding], name: str = "") -> Any:
    """A value without its empty parts; an address that is not absolute counts as empty and is reported."""
    if isinstance(value, dict):
        parts = {key: _cleaned(part, where, dropped, key) for key, part in value.items()}
        return {key: part for key, part in parts.items() if not empty(part)}
    if isinstance(value, list | tuple):
        return [part for part in (_cleaned(part, where, dropped, name) for part in value) if not empty(part)]
    if isinstance(value, str):
        text = value.strip()
        if text and name in URL_PROPERTIES and not absolute(text):
            dropped.append(_report(where, f"{name} {text!r} is not an absolute URL: left out. Give the full address."))
            return None
        return text
    return value


def _complete(node: Node, where: str, dropped: list[Finding]) -> bool:
    for kind in types_of(node):
        if missing := missing_fields(node, required_of(kind)):
            dropped.append(_report(where, f"{kind} has no {', '.join(missing)}: left out. Supply it and build again."))
            return False
        if short := too_few_items(node, kind):
            dropped.append(_report(where, f"{kind} has {short}: left out."))
            return False
    return True


def _resolved(node: Node, graph: dict[str, Node], dropped: list[Finding], where: str) -> Node:
    """A node without references to what is gone and without incomplete nodes inside it; list positions close up."""
    resolved: Node = {}
    for name, value in node.items():
        kept = [part for part in (value if isinstance(value, list) else [value]) if _stands(part, graph)]
        kept = [_resolved(part, graph, dropped, where) if _is_node(part) else part for part in kept]
        kept = [part for part in kept if not _is_node(part) or _complete(part, where, dropped)]
        if kept:
            resolved[name] = kept if isinstance(value, list) else kept[0]
    items = resolved.get("itemListElement")
    if isinstance(items, list):
        for position, item in enumerate(items, start=1):
            if isinstance(item, dict) and "position" in item:
                item["position"] = position
        if "numberOfItems" in resolved:
            resolved["numberOfItems"] = len(items)
    return resolved


def _stands(part: object, graph: dict[str, Node]) -> bool:
    return not (isinstance(part, dict) and set(part) == {"@id"}) or part["@id"] in graph


def _is_node(part: object) -> bool:
    return isinstance(part, dict) and "@type" in part


def _report(where: str, message: str) -> Finding:
    return Finding(check="schema_left_out", severity="warning", passage=where, message=message)
