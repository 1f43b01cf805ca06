"""The site as a graph of links: who is linked to, how deep pages lie, what nobody reaches, what leads nowhere."""

from collections.abc import Iterable, Sequence
from urllib.parse import urljoin, urlsplit

from igny8_assets.linker.html_blocks import read_page
from igny8_resources.contracts.values import Value

DAMPING = 0.85  # PageRank's own figure


class LinkEdgeFact(Value):
    """One link from a page to a page, by path, and its words."""

    source: str
    target: str
    anchor: str = ""


class PageLinks(Value):
    """How one page is linked.

    ``inlinks`` and ``outlinks`` count distinct other pages; ``depth`` is the least number of clicks from the home page,
    None when there is no way; ``pagerank`` sums to 1 over all pages; an orphan has no inlink and is not the home page.
    """

    path: str
    inlinks: int
    outlinks: int
    depth: int | None
    pagerank: float
    orphan: bool


class LinkGraphReport(Value):
    """The graph measured: every page in the order given, links to pages that do not exist, pages that none links to."""

    pages: tuple[PageLinks, ...]
    broken: tuple[LinkEdgeFact, ...]
    orphans: tuple[str, ...]
    unreachable: tuple[str, ...]


def analyse_links(paths: Sequence[str], edges: Iterable[LinkEdgeFact], home: str = "/") -> LinkGraphReport:
    """Measure a site's links. A link to the page itself counts for nothing, several between two pages count as one.

    Raises:
        ValueError: ``home`` is not one of ``paths``.
    """
    import networkx as nx

    numbers = {path: number for number, path in enumerate(dict.fromkeys(paths))}
    if home not in numbers:
        raise ValueError(f"the home page {home!r} is not among the {len(numbers)} pages of the graph")
    known, broken = set[tuple[int, int]](), list[LinkEdgeFact]()
    for edge in edges:
        if edge.source not in numbers or edge.source == edge.target:
            continue
        if edge.target in numbers:
            known.add((numbers[edge.source], numbers[edge.target]))
        else:
            broken.append(edge)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(numbers)))
    graph.add_edges_from(sorted(known))
    ranks = nx.pagerank(graph, alpha=DAMPING, max_iter=1000, tol=1e-12)
    depths = nx.single_source_shortest_path_length(graph, numbers[home])
    indegree, outdegree = graph.in_degree, graph.out_degree
    pages = tuple(
        PageLinks(
            path=path,
            inlinks=indegree[number],
            outlinks=outdegree[number],
            depth=depths.get(number),
            pagerank=ranks[number],
            orphan=indegree[number] == 0 and path != home,
        )
        for path, number in numbers.items()
    )
    return LinkGraphReport(
        pages=pages,
        broken=tuple(broken),
        orphans=tuple(page.path for page in pages if page.orphan),
        unreachable=tuple(page.path for page in pages if page.depth is None),
    )


def edges_of(html: str, path: str, site_url: str) -> list[LinkEdgeFact]:
    """The links of one page to pages of the same site, in order: relative and absolute addresses, without fragments."""
    base = urljoin(site_url, path)
    host = urlsplit(base).netloc
    found = []
    for link in read_page(html).links:
        try:
            parts = urlsplit(urljoin(base, link.href.strip()))
        except ValueError:
            continue  # an address that no browser can follow is not an edge
        if parts.scheme in {"http", "https"} and parts.netloc == host:
            found.append(LinkEdgeFact(source=path, target=parts.path or "/", anchor=" ".join(link.text.split())))
    return found
