"""Checks that JSON-LD is one connected ``@graph`` in which every ``@id`` that is referred to is also described."""

from collections.abc import Iterator, Mapping


def graph_problems(data: object) -> Iterator[tuple[str, str]]:
    """``(kind, detail)`` for each thing wrong with one page's parsed JSON-LD."""
    nodes = data.get("@graph") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or data.get("@context") not in {"https://schema.org", "https://schema.org/"}:
        yield "json_ld_invalid", "the JSON-LD has no @context https://schema.org"
        return
    if not isinstance(nodes, list) or not nodes or not all(isinstance(node, Mapping) for node in nodes):
        yield "json_ld_invalid", "the JSON-LD has no @graph of nodes"
        return
    described: dict[str, int] = {}
    for at, node in enumerate(nodes):
        if "@type" not in node:
            yield "json_ld_invalid", f"node {at} has no @type"
        for name in _described(node):
            if name in described:
                yield "json_ld_invalid", f"{name!r} is described twice"
            described[name] = at
    edges: dict[int, set[int]] = {at: set() for at in range(len(nodes))}
    for at, node in enumerate(nodes):
        for name in _referred(node):
            if name not in described:
                yield "json_ld_dangling", f"{name!r} is referred to but described nowhere on the page"
            else:
                edges[at].add(described[name])
                edges[described[name]].add(at)
    apart = len(nodes) - len(_reached(edges))
    if apart:
        yield "json_ld_disconnected", f"{apart} of {len(nodes)} nodes have no connection to the first one"


def _reached(edges: Mapping[int, set[int]]) -> set[int]:
    reached, frontier = {0}, [0]
    while frontier:
        fresh = edges[frontier.pop()] - reached
        reached |= fresh
        frontier += fresh
    return reached


def _objects(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, Mapping):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _objects(inner)


def _described(node: object) -> Iterator[str]:
    for thing in _objects(node):
        if "@id" in thing and len(thing) > 1:
            yield str(thing["@id"])


def _referred(node: object) -> Iterator[str]:
    for thing in _objects(node):
        if set(thing) == {"@id"}:
            yield str(thing["@id"])
