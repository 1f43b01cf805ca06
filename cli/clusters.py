"""``igny8 clusters …``: look at a site's clusters, and decide about them; clustering keeps what a person decided."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.terminal import SiteKey, console, platform_here, sentences

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from igny8_assets.planner.clusters.editing import Edited
    from igny8_resources.warehouse.tables.planner import Cluster
    from igny8_resources.warehouse.tables.tenancy import Site

clusters_app = typer.Typer(no_args_is_help=True, help="A site's clusters: look at them and decide about them.")

ClusterId = Annotated[str, typer.Argument(help="The cluster's id, e.g. c-1f0a9b3c.")]
_BY = "cli"


@clusters_app.command("list")
def list_clusters(
    site: SiteKey,
    pillar: Annotated[str | None, typer.Option(help="Only this pillar; its name or id.")] = None,
    most: Annotated[int, typer.Option(min=1, help="Clusters to show, the best first.")] = 50,
) -> None:
    """Clusters under their pillars, the best opportunities first."""
    from igny8_assets.planner.clusters.site_clustering import map_address
    from igny8_resources.warehouse.store import clusters as store
    from igny8_resources.warehouse.store.sites import site_by_key

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            row = site_by_key(session, site)
            clusters = list(store.active_clusters(session, row.id))
            pillars = {each.id: each for each in store.pillars_of(session, row.id)}
            run = store.latest_run(session, row.id)
        if not clusters:
            console.print(
                f"{site} has no clusters yet. `igny8 import FILE --site {site}`, then `igny8 run --site {site}`."
            )
            return
        names = {number: each.name for number, each in pillars.items()}
        if pillar is not None:
            wanted = {n for n, each in pillars.items() if pillar.casefold() in {each.name.casefold(), each.stable_id}}
            clusters = [cluster for cluster in clusters if cluster.pillar_id in wanted]
        console.print(_table(clusters[:most], names))
        if len(clusters) > most:
            console.print(f"… and {len(clusters) - most} more (--most {len(clusters)})")
        if run is not None:
            console.print(
                f"{run.keywords:,} keywords in {run.clusters:,} clusters ({run.singletons:,} of one keyword) and "
                f"{len(pillars):,} pillars; vectors of {escape(run.embeddings)}"
            )
            if run.parameters.get("map"):
                console.print(f"The map: {map_address(parts, site, run.parameters['map'])}", soft_wrap=True)


def _table(clusters: "list[Cluster]", pillar_names: dict[int, str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Cluster", "Pillar"):
        table.add_column(name, overflow="fold")
    for name in ("Keywords", "Volume", "Difficulty"):
        table.add_column(name, justify="right")
    table.add_column("Intent")
    table.add_column("Opportunity", justify="right")
    table.add_column("Id", no_wrap=True)
    for cluster in clusters:
        intent = ", ".join(f"{name} {share:.0%}" for name, share in list(cluster.intent_mix.items())[:2])
        table.add_row(
            escape(cluster.name) + (" [dim](locked)[/]" if cluster.locked else ""),
            escape(pillar_names.get(cluster.pillar_id or 0, "")),
            f"{cluster.keyword_count:,}",
            f"{cluster.volume:,}",
            "–" if cluster.difficulty is None else f"{cluster.difficulty:g}",
            intent,
            f"{cluster.opportunity:g}",
            cluster.stable_id,
        )
    return table


@clusters_app.command("show")
def show_cluster(cluster: ClusterId, site: SiteKey) -> None:
    """One cluster: why it scores as it does, and its keywords."""
    from sqlalchemy import select

    from igny8_assets.planner.clusters.editing import cluster_by_id
    from igny8_resources.warehouse.store.sites import site_by_key
    from igny8_resources.warehouse.tables.planner import ClusterKeyword, Keyword

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            found = cluster_by_id(session, site_by_key(session, site), cluster)
            members = session.execute(
                select(Keyword, ClusterKeyword.centrality, ClusterKeyword.pinned)
                .join(ClusterKeyword, ClusterKeyword.keyword_id == Keyword.id)
                .where(ClusterKeyword.cluster_id == found.id)
                .order_by(Keyword.volume.desc().nulls_last(), Keyword.normalized_text)
            ).tuples()
            rows = members.all()
        terms = ", ".join(f"{name} {value:.2f}" for name, value in found.opportunity_terms.items())
        console.print(f"[bold]{escape(found.name)}[/]  {found.stable_id}{'  locked' if found.locked else ''}")
        console.print(
            f"opportunity {found.opportunity:g} of 100: {terms} (40 % demand, 30 % ease, 20 % value, 10 % breadth)"
        )
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("Keyword", "Market", "Intent"):
            table.add_column(name)
        for name in ("Volume", "Difficulty", "Centrality"):
            table.add_column(name, justify="right")
        for keyword, centrality, pinned in rows:
            table.add_row(
                escape(keyword.text) + (" [dim](pinned)[/]" if pinned else ""),
                escape(keyword.market),
                ", ".join(keyword.intents),
                "–" if keyword.volume is None else f"{keyword.volume:,}",
                "–" if keyword.difficulty is None else f"{keyword.difficulty:g}",
                f"{centrality:.2f}",
            )
        console.print(table)


@clusters_app.command("changes")
def show_changes(site: SiteKey) -> None:
    """What the last clustering changed: merges, splits, moved keywords."""
    from rich.markdown import Markdown

    from igny8_assets.planner.clusters.change_report import changes_from_json, changes_told
    from igny8_resources.warehouse.store import clusters as store
    from igny8_resources.warehouse.store.sites import site_by_key

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            row = site_by_key(session, site)
            run, names = store.latest_run(session, row.id), store.cluster_names(session, row.id)
        if run is None:
            console.print(f"{site} was never clustered. `igny8 run --site {site}` does it.")
            return
        console.print(Markdown(changes_told(changes_from_json(run.changes), names)))


@clusters_app.command("move")
def move(
    keywords: Annotated[list[str], typer.Argument(help="The keywords, each in quotes.")],
    to: Annotated[str, typer.Option("--to", help="Id of the cluster that takes them.")],
    site: SiteKey,
) -> None:
    """Put keywords into a cluster, for good."""
    from igny8_assets.planner.clusters.editing import move_keywords

    done = _decided(site, lambda session, row: move_keywords(session, row, keywords, to, by=_BY))
    console.print(
        f"{_many(done.moved)} moved to {escape(done.cluster.name)} ({done.cluster.stable_id}) and pinned there"
    )


@clusters_app.command("merge")
def merge(
    source: Annotated[str, typer.Argument(help="Id of the cluster that goes.")],
    target: Annotated[str, typer.Argument(help="Id of the cluster that takes its keywords.")],
    site: SiteKey,
) -> None:
    """Empty one cluster into another."""
    from igny8_assets.planner.clusters.editing import merge_clusters

    done = _decided(site, lambda session, row: merge_clusters(session, row, source, target, by=_BY))
    console.print(
        f"{source} is gone; its {_many(done.moved)} are in {escape(done.cluster.name)} ({done.cluster.stable_id})"
    )


@clusters_app.command("split")
def split(
    cluster: ClusterId,
    keywords: Annotated[list[str], typer.Argument(help="The keywords that leave, each in quotes.")],
    site: SiteKey,
) -> None:
    """Give some keywords of a cluster one of their own."""
    from igny8_assets.planner.clusters.editing import split_cluster

    done = _decided(site, lambda session, row: split_cluster(session, row, cluster, keywords, by=_BY))
    console.print(f"{_many(done.moved)} left {cluster} for {escape(done.cluster.name)} ({done.cluster.stable_id})")


@clusters_app.command("rename")
def rename(
    cluster: ClusterId, name: Annotated[str, typer.Argument(help="The name that people read.")], site: SiteKey
) -> None:
    """Give a cluster a name that no clustering changes."""
    from igny8_assets.planner.clusters.editing import rename_cluster

    done = _decided(site, lambda session, row: rename_cluster(session, row, cluster, name, by=_BY))
    console.print(f"{done.cluster.stable_id} is called {escape(done.cluster.name)}")


@clusters_app.command("lock")
def lock(
    cluster: ClusterId,
    site: SiteKey,
    off: Annotated[bool, typer.Option("--off", help="Let clustering have it back, its pinned keywords too.")] = False,
) -> None:
    """Keep a cluster exactly as it is, whatever clustering finds."""
    from igny8_assets.planner.clusters.editing import lock_cluster

    done = _decided(site, lambda session, row: lock_cluster(session, row, cluster, locked=not off, by=_BY))
    console.print(f"{escape(done.cluster.name)} is {'open again' if off else 'locked'}")


@clusters_app.command("settings")
def change_settings(
    site: SiteKey,
    resolution: Annotated[
        float | None, typer.Option(min=0.0, max=10, help="Higher gives smaller, tighter clusters; 0 takes the default.")
    ] = None,
    similarity_floor: Annotated[
        float | None, typer.Option(min=0.0, max=1, help="Least cosine of a link; 0 takes the default.")
    ] = None,
    mix_intents: Annotated[
        bool | None, typer.Option("--mix-intents/--part-intents", help="Whether intents may share a cluster.")
    ] = None,
    mix_markets: Annotated[
        bool | None, typer.Option("--mix-markets/--part-markets", help="Whether markets may share a cluster.")
    ] = None,
) -> None:
    """How a site's keywords are clustered; without an option, what holds now."""
    from igny8_resources.warehouse.store import clusters as store
    from igny8_resources.warehouse.store.sites import site_by_key

    with sentences():
        parts = platform_here()
        with parts.warehouse.write() as session:
            wanted = store.settings_of(session, site_by_key(session, site))
            given = {"resolution": resolution, "similarity_floor": similarity_floor}
            for name, value in given.items():
                if value is not None:
                    setattr(wanted, name, value or None)
            if mix_intents is not None:
                wanted.mix_intents = mix_intents
            if mix_markets is not None:
                wanted.mix_markets = mix_markets
            session.add(wanted)
            session.flush()
            lines = [
                f"resolution        {wanted.resolution or 'chosen from the keywords'}",
                f"similarity floor  {wanted.similarity_floor or 'the default'}",
                f"intents           {'may share a cluster' if wanted.mix_intents else 'never share a cluster'}",
                f"markets           {'may share a cluster' if wanted.mix_markets else 'never share a cluster'}",
            ]
        console.print("\n".join(lines))


def _decided(site_key: str, decide: "Callable[[Session, Site], Edited]") -> "Edited":
    from igny8_resources.warehouse.store.sites import require_module, site_by_key

    with sentences():
        parts = platform_here()
        with parts.warehouse.write() as session:
            site = site_by_key(session, site_key)
            require_module(session, site, "planner")
            done = decide(session, site)
            session.flush()
        return done


def _many(count: int) -> str:
    return f"{count} keyword{'' if count == 1 else 's'}"
