"""``igny8 ideas``, ``igny8 opportunities …`` and ``igny8 terms …``: what to write, what is worth doing, what terms mean."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.files import bytes_of
from cli.terminal import SiteKey, console, platform_here, sentences

if TYPE_CHECKING:
    from igny8_assets.planner.taxonomies.site_terms import MappedTerms
    from igny8_resources.warehouse.tables.planner import ContentIdea

opportunities_app = typer.Typer(no_args_is_help=True, help="What is worth doing next on a site, and why.")
terms_app = typer.Typer(no_args_is_help=True, help="Terms of a site's taxonomies and the clusters that they stand for.")

Number = Annotated[int, typer.Argument(help="The opportunity's number, as the list shows it.")]
_BY = "cli"


def ideas(
    site: SiteKey,
    status: Annotated[
        str | None,
        typer.Option(help="Only these: new, queued, conflict (another idea has it), refresh (a page has it)."),
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="Ideas to show, the best first.")] = 40,
) -> None:
    """A site's ideas: what to write, why, and what would compete with a page that exists."""
    from igny8_resources.warehouse.store import planner as store
    from igny8_resources.warehouse.store.sites import site_by_key

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            found = [
                idea
                for idea in store.ideas_of(session, site_by_key(session, site).id)
                if status is None or idea.status == status
            ]
        if not found:
            console.print(f"{site} has no such idea. `igny8 run --site {site} --articles 3` finds some.")
            return
        table = Table("idea", "page", "target keyword", "why", "links to")
        for idea in found[:most]:
            table.add_row(*(escape(cell) for cell in _idea_cells(idea)))
        console.print(table)
        if len(found) > most:
            console.print(f"… and {len(found) - most} more (--most {len(found)})")


def _idea_cells(idea: "ContentIdea") -> tuple[str, ...]:
    why = "; ".join(idea.reasons)
    if idea.status in {"conflict", "refresh"}:
        why = f"{idea.status}: {idea.conflict}"
    links = "\n".join(f"{target['title']} ({target['why']})" for target in idea.link_targets[:3])
    more = f"\n+ {len(idea.link_targets) - 3} more" if len(idea.link_targets) > 3 else ""
    return (
        f"{idea.title}\n[{idea.status}]",
        f"{idea.content_type}\n{idea.content_structure}",
        idea.target_keyword,
        why,
        links + more,
    )


@opportunities_app.command("list")
def list_opportunities(
    site: SiteKey,
    kind: Annotated[str | None, typer.Option(help="Only this kind: gap, quick_win, cannibalisation, orphan.")] = None,
    most: Annotated[int, typer.Option(min=1, help="Opportunities to show, the best first.")] = 30,
) -> None:
    """What is worth doing next on a site, the best first, each with its reason."""
    from igny8_assets.planner.opportunities.site_finding import find_opportunities
    from igny8_resources.warehouse.store.opportunities import opportunities_of
    from igny8_resources.warehouse.store.sites import site_by_key

    with sentences():
        parts = platform_here()
        found = find_opportunities(parts, site)
        with parts.warehouse.read() as session:
            rows = opportunities_of(session, site_by_key(session, site).id, kind=kind)
        if rows:
            table = Table("no.", "kind", "what", "score", "why", "advice")
            for row in rows[:most]:
                table.add_row(
                    str(row.id),
                    row.kind.replace("_", " "),
                    escape(row.title),
                    f"{row.score:.0f}",
                    escape(row.reason),
                    escape(row.advice),
                )
            console.print(table)
            if len(rows) > most:
                console.print(f"… and {len(rows) - most} more (--most {len(rows)})")
            console.print(f"`igny8 opportunities accept NO --site {site}` takes one up, `dismiss` puts it aside.")
        else:
            console.print("No opportunity is open.")
        for reason in found.skipped:
            console.print(f"  [dim]{escape(reason)}[/]", soft_wrap=True)


@opportunities_app.command("accept")
def accept_opportunity(number: Number, site: SiteKey) -> None:
    """Take an opportunity up; a gap's query becomes a keyword of the site."""
    from igny8_assets.planner.opportunities.site_finding import accept
    from igny8_resources.warehouse.store.sites import site_by_key

    with sentences():
        parts = platform_here()
        with parts.warehouse.write() as session:
            row, follows = accept(session, site_by_key(session, site), number, by=_BY)
        console.print(f"accepted {number}: {escape(row.title)}. {escape(follows)}", soft_wrap=True)


@opportunities_app.command("dismiss")
def dismiss_opportunity(number: Number, site: SiteKey) -> None:
    """Put an opportunity aside; it stays away however often it is found."""
    from igny8_assets.planner.opportunities.site_finding import dismiss
    from igny8_resources.warehouse.store.sites import site_by_key

    with sentences():
        parts = platform_here()
        with parts.warehouse.write() as session:
            row = dismiss(session, site_by_key(session, site), number, by=_BY)
        console.print(f"dismissed {number}: {escape(row.title)}", soft_wrap=True)


@terms_app.command("import")
def import_terms(
    file: Annotated[Path, typer.Argument(help="CSV with the columns taxonomy, term_id, name, and what else is known.")],
    site: SiteKey,
) -> None:
    """Read taxonomy terms from a file and map them to the site's clusters."""
    from igny8_assets.planner.taxonomies.site_terms import load_terms, map_site_terms
    from igny8_assets.planner.taxonomies.term_files import read_terms

    with sentences():
        parts = platform_here()
        read = read_terms(bytes_of(file), file.name)
        loaded = load_terms(parts, site, read)
        console.print(f"{escape(file.name)}: {loaded} terms, {len(read.problems)} problems")
        for problem in read.problems[:20]:
            console.print(f"  [yellow]{escape(problem)}[/]", soft_wrap=True)
        if len(read.problems) > 20:
            console.print(f"  … and {len(read.problems) - 20} more")
        _print_terms(map_site_terms(parts, site))


@terms_app.command("list")
def list_terms(site: SiteKey) -> None:
    """A site's terms, each with the cluster that it stands for."""
    from igny8_assets.planner.taxonomies.site_terms import map_site_terms

    with sentences():
        _print_terms(map_site_terms(platform_here(), site))


@terms_app.command("map")
def map_term(
    term_id: Annotated[str, typer.Argument(help="The term's id in the CMS; TAXONOMY:ID where two use the same.")],
    cluster_id: Annotated[str, typer.Argument(help="The cluster's id, e.g. c-1f0a9b3c.")],
    site: SiteKey,
) -> None:
    """Decide which cluster a term stands for; no later mapping changes it."""
    from igny8_resources.warehouse.store import taxonomies
    from igny8_resources.warehouse.store.sites import site_by_key

    with sentences():
        parts = platform_here()
        with parts.warehouse.write() as session:
            term = taxonomies.map_term(session, site_by_key(session, site).id, term_id, cluster_id)
        console.print(f"{escape(term.name)} stands for {cluster_id} from now on")


def _print_terms(mapped: "MappedTerms") -> None:
    if not mapped.terms:
        console.print("No terms yet. `igny8 terms import FILE --site SITE` reads them from a CSV file.")
        return
    table = Table("taxonomy", "id", "term", "entries", "cluster", "confidence", "decided by", "status")
    for term in mapped.terms:
        table.add_row(
            escape(term.external_taxonomy),
            escape(term.external_term_id),
            escape(term.name),
            str(term.post_count),
            escape(mapped.cluster_names.get(term.mapped_cluster_id or 0, "-")),
            "-" if term.mapping_confidence is None else f"{term.mapping_confidence:.0%}",
            term.mapping_method or "-",
            term.mapping_status,
        )
    console.print(table)
    if mapped.counts.get("review"):
        console.print("What is in review is a guess: `igny8 terms map ID CLUSTER --site SITE` decides.")
