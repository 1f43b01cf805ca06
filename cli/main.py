"""``igny8``: the same engines for a person at a terminal."""

import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from cli.ai import ai_app
from cli.api_role import make_api_role
from cli.articles import article_app, task_app
from cli.clusters import clusters_app
from cli.credits import credits_app
from cli.due_work import work
from cli.files import cluster, render
from cli.imports import export_app, import_file, seeds_app
from cli.models import models_app
from cli.planning import ideas, opportunities_app, terms_app
from cli.prompts import prompts_app
from cli.rules import rules_app
from cli.servers import dev, render_worker, serve
from cli.terminal import SiteKey, console, errors, platform_here, sentences
from cli.videos import video_app
from igny8_resources.platform import Platform

if TYPE_CHECKING:
    from igny8_resources.warehouse.store.sites import SectorPlan

app = typer.Typer(no_args_is_help=True, add_completion=False, help="SEO content operations as data.")
site_app = typer.Typer(no_args_is_help=True, help="Sites of this deployment.")
app.add_typer(site_app, name="site")
user_app = typer.Typer(no_args_is_help=True, help="People who sign in to the API.")
app.add_typer(user_app, name="user")
app.add_typer(clusters_app, name="clusters")
app.add_typer(task_app, name="task")
app.add_typer(article_app, name="article")
app.add_typer(video_app, name="video")
app.add_typer(models_app, name="models")
app.add_typer(prompts_app, name="prompts")
app.add_typer(ai_app, name="ai")
app.add_typer(credits_app, name="credits")
app.add_typer(seeds_app, name="seeds")
app.add_typer(export_app, name="export")
app.command("import")(import_file)
app.command("api-role")(make_api_role)
app.add_typer(opportunities_app, name="opportunities")
app.add_typer(terms_app, name="terms")
app.add_typer(rules_app, name="rules")


@app.command()
def init(
    api_role: Annotated[
        str, typer.Option(help="A PostgreSQL role to let in as the API's; `igny8 api-role` makes one.")
    ] = "",
) -> None:
    """Create the warehouse's schema and Dagster's folder under IGNY8_HOME, or bring them up to date."""
    from cli.instance import let_in, prepare

    with sentences():
        parts = platform_here(ready=False)
        prepare(parts)
        if role := api_role or parts.settings.api_role:
            let_in(parts, role)
            console.print(f"The role {role} may do what the API does, for one account at a time.")
        console.print(f"Ready: {parts.settings.home_path} (warehouse {parts.warehouse.url.render_as_string()})")


@site_app.command("add")
def site_add(
    key: Annotated[str, typer.Argument(help="Unique key, lower-case letters, digits, dashes.")],
    name: Annotated[str, typer.Option(help="The site's name.")],
    url: Annotated[str, typer.Option(help="Its public address, e.g. https://example.com.")],
    account: Annotated[str, typer.Option(help="The account's slug; made when it does not exist.")] = "main",
    niche: Annotated[str, typer.Option(help="What the site is about, in a few words.")] = "",
    language: Annotated[str, typer.Option(help="BCP 47 language tag.")] = "en",
    tagline: Annotated[str, typer.Option(help="One line under the site's name on its home page.")] = "",
    sector: Annotated[
        list[str] | None,
        typer.Option(
            help="A sector and the words that keywords belong to it by: 'Shoes: shoe, spike, gaiter'; up to five."
        ),
    ] = None,
    author: Annotated[str, typer.Option(help="The author whose name the articles carry.")] = "",
    bio: Annotated[str, typer.Option(help="Who the author is, for the page about them.")] = "",
    auto_approve: Annotated[
        bool, typer.Option(help="Publish articles that pass every check without a person.")
    ] = False,
    credits: Annotated[int, typer.Option(min=0, help="Credits to start with, for a new account.")] = 1000,
) -> None:
    """Add a site with its sectors, author and automation."""
    from cli.instance import dagster_instance
    from igny8_resources.warehouse.store.sites import SitePlan, create_account, create_site

    with sentences():
        parts = platform_here()
        plan = SitePlan(
            key=key,
            name=name,
            base_url=url,
            niche=niche,
            language=language,
            tagline=tagline,
            sectors=tuple(_sector(each) for each in sector or ()),
            author_name=author,
            author_bio=bio,
            auto_approve=auto_approve,
        )
        with parts.warehouse.write() as session:
            owner = create_account(session, account, account, credits=Decimal(credits))
            create_site(session, owner, plan)
        with dagster_instance(parts.settings) as instance:
            instance.add_dynamic_partitions("sites", [key])
        console.print(f"Site {key} is there. Next: igny8 import FILE --site {key}")


def _sector(given: str) -> "SectorPlan":
    from igny8_resources.warehouse.store.sites import SectorPlan

    name, _, terms = given.partition(":")
    return SectorPlan(name.strip(), seed_terms=tuple(term.strip() for term in terms.split(",") if term.strip()))


@site_app.command("switch")
def site_switch(
    key: Annotated[str, typer.Argument(help="The site's key.")],
    name: Annotated[
        str, typer.Argument(help="A module (planner, writer, video …) or an automation stage (writing, social …).")
    ],
    off: Annotated[bool, typer.Option("--off", help="Switch it off instead of on.")] = False,
) -> None:
    """Switch a module or an automation stage of a site on or off."""
    from igny8_resources.warehouse.store.sites import set_module, set_stage, site_by_key
    from igny8_resources.warehouse.tables.tenancy import MODULES

    with sentences():
        parts = platform_here()
        with parts.warehouse.write() as session:
            site = site_by_key(session, key)
            if name in MODULES:
                set_module(session, site, name, enabled=not off)
            else:
                set_stage(session, site, name, enabled=not off)
        console.print(f"{name} is {'off' if off else 'on'} for {key}")


@user_app.command("add")
def user_add(
    email: Annotated[str, typer.Argument(help="The address that the person signs in with.")],
    account: Annotated[str, typer.Option(help="The account's slug.")] = "main",
    role: Annotated[
        str, typer.Option(help="owner, admin, editor, viewer; developer or system_bot may grant credits.")
    ] = "owner",
    site: Annotated[list[str] | None, typer.Option(help="Sites an editor or viewer may see; repeat.")] = None,
    password: Annotated[str, typer.Option(help="The password; asked for when it is not given.")] = "",
) -> None:
    """Let a person sign in to the API."""
    from igny8_resources.warehouse.store.people import NewUser, add_user

    with sentences():
        parts = platform_here()
        chosen = password or typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        person = NewUser(email=email, password=chosen, account=account, role=role, sites=tuple(site or ()))
        with parts.warehouse.write() as session:
            add_user(session, person)
        console.print(f"{email} can sign in as {role} of {account}")


@user_app.command("reset-link")
def user_reset_link(email: Annotated[str, typer.Argument(help="The address that the person signs in with.")]) -> None:
    """Make a link with which a person sets a new password, once and within an hour; hand it to nobody else."""
    from igny8_resources import password_resets

    with sentences():
        parts = platform_here()
        with parts.warehouse.write() as session:
            user = password_resets.person_with(session, email)
            token = password_resets.new_token(session, user, by="command line") if user is not None else None
        if token is None:
            errors.print(f"nobody signs in with {escape(email)}")
            raise typer.Exit(1)
        # Plain, so that a terminal neither colours nor breaks it.
        typer.echo(password_resets.link_to(parts.settings.public_url, token))


def _ask_again(parts: Platform, site_key: str) -> None:
    from cli.retrying import ask_again

    again = ask_again(parts, site_key)
    if again:
        console.print(f"{again} piece{'s' if again > 1 else ''} of work had failed; trying again.")


@app.command()
def run(
    site: SiteKey,
    articles: Annotated[int, typer.Option(min=0, max=1000, help="How many new articles to make.")] = 0,
) -> None:
    """Do a site's work: everything that is due, and as many new articles as asked for."""
    from igny8_resources.requests import Item, submit_request
    from igny8_resources.warehouse.store.sites import require_module, site_by_key
    from jobs.names import PLAN_SITE

    with sentences():
        parts = platform_here()
        with parts.warehouse.write() as session:
            row = site_by_key(session, site)
            if articles:
                require_module(session, row, "planner")
                require_module(session, row, "writer")
                submit_request(
                    session,
                    account_id=row.account_id,
                    site_id=row.id,
                    kind="plan",
                    payload={"site_key": site, "articles": articles},
                    items=[Item(PLAN_SITE, site)],
                )
        before = _articles(parts, site)
        _ask_again(parts, site)
        worked = work(parts)
        _print_made(parts, site)
        if articles and worked.pieces is not None and (made := _articles(parts, site) - before) < articles:
            console.print(
                f"{made} of {articles} articles: no more ideas that do not compete with a page of the site. "
                f"Import more keywords, or look at the ideas in conflict."
            )
        raise typer.Exit(0 if worked.succeeded else 1)


def _articles(parts: Platform, site_key: str) -> int:
    from sqlalchemy import func, select

    from igny8_resources.warehouse.tables.tenancy import Site
    from igny8_resources.warehouse.tables.writer import Task

    with parts.warehouse.read() as session:
        query = select(func.count()).select_from(Task).join(Site, Site.id == Task.site_id).where(Site.key == site_key)
        return session.scalar(query) or 0


@app.command()
def approve(
    site: SiteKey,
    partition: Annotated[list[str] | None, typer.Argument(help="Article partitions; none means all in review.")] = None,
) -> None:
    """Approve articles in review for publication."""
    from sqlalchemy import select

    from igny8_resources.warehouse.store.approval import NotApprovable
    from igny8_resources.warehouse.store.approval import approve as approve_article
    from igny8_resources.warehouse.store.sites import site_by_key
    from igny8_resources.warehouse.store.writer import content_of
    from igny8_resources.warehouse.tables.writer import Task

    with sentences():
        parts = platform_here()
        with parts.warehouse.write() as session:
            row = site_by_key(session, site)
            waiting = session.scalars(
                select(Task.partition_key).where(Task.site_id == row.id, Task.status == "review").order_by(Task.id)
            ).all()
            approved = []
            for key in partition or [key for key in waiting if key]:
                content, task, owner = content_of(session, key)
                if owner.id != row.id:
                    raise NotApprovable(f"{key} is an article of {owner.key}, not of {site}; nothing was approved")
                approve_article(session, content, task, owner, by="cli")
                approved.append(f"approved {key}: {content.title}")
        for line in approved or ["No article waits for approval."]:
            console.print(escape(line), soft_wrap=True)
        worked = work(parts)
        if approved and worked.pieces:
            console.print(f"The site: {parts.settings.sites_folder / site / 'index.html'}", soft_wrap=True)
        raise typer.Exit(0 if worked.succeeded else 1)


@app.command()
def status() -> None:
    """Sites, what they hold, and what is under way."""
    from sqlalchemy import select

    from igny8_resources.requests import OPEN_REQUEST
    from igny8_resources.warehouse.tables.ledgers import Request
    from igny8_resources.warehouse.tables.tenancy import Site
    from igny8_resources.warehouse.tables.writer import Task

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            keys = session.scalars(select(Site.key).order_by(Site.key)).all()
            failed = session.scalars(select(Task).where(Task.status == "failed").order_by(Task.id)).all()
            open_requests = session.scalars(
                select(Request).where(Request.status.in_(OPEN_REQUEST)).order_by(Request.created_at)
            ).all()
        if not keys:
            console.print("No site yet. `igny8 demo` makes one, `igny8 site add` makes yours.")
        for key in keys:
            _print_made(parts, key)
        for request in open_requests:
            said = f"request {request.id}: {request.kind}, {request.status}, {request.phase} {request.message}"
            console.print(escape(said), soft_wrap=True)
        for task in failed:
            console.print(f"[red]{task.partition_key} failed[/]: {escape(task.error)}", soft_wrap=True)


def _print_made(parts: Platform, site_key: str) -> None:
    from cli.show import made_table, waiting_for_approval

    console.print(made_table(parts, site_key))
    for key, title, page in waiting_for_approval(parts, site_key):
        console.print(f"[yellow]in review[/] {key}: {escape(title)}  {page}", soft_wrap=True)
    if waiting_for_approval(parts, site_key):
        console.print(
            f"`igny8 approve --site {site_key}` publishes what is in review; the pages are shown by `igny8 serve`."
        )


@app.command()
def demo(
    articles: Annotated[int, typer.Option(min=1, max=40, help="How many articles to make.")] = 6,
) -> None:
    """From the bundled keyword file to a live site, social posts and a video; a second run does nothing twice."""
    from cli import demo as demonstration
    from cli.instance import dagster_instance, prepare

    began = time.monotonic()
    with sentences():
        parts = platform_here(ready=False)
        prepare(parts)
        setup = demonstration.set_up(parts, articles)
        with dagster_instance(parts.settings) as instance:
            instance.add_dynamic_partitions("sites", [demonstration.SITE_KEY])
        if setup.is_new:
            seen = setup.staged.preview
            console.print(
                f"[bold]Crema Lane[/], a site about home coffee brewing. {seen.tool_name}: {seen.good} keywords good, "
                f"{seen.duplicates} repeated, {seen.refused} refused."
            )
        _ask_again(parts, demonstration.SITE_KEY)
        worked = work(parts)
        _print_made(parts, demonstration.SITE_KEY)
        if worked.pieces == 0:
            console.print("Everything was there already: nothing was made twice and nothing was spent.")
        _print_where(parts, demonstration.SITE_KEY, time.monotonic() - began)
        raise typer.Exit(0 if worked.succeeded else 1)


def _print_where(parts: Platform, site_key: str, seconds: float) -> None:
    from sqlalchemy import select

    from cli import demo as demonstration
    from igny8_resources.warehouse.store.sites import site_by_key
    from igny8_resources.warehouse.tables.video import VideoRender

    folder = parts.settings.sites_folder / site_key
    with parts.warehouse.read() as session:
        site = site_by_key(session, site_key)
        video = session.scalar(select(VideoRender.media_key).where(VideoRender.site_id == site.id).limit(1))
    console.print(f"\nDone in {seconds:.0f} s. Look at it:")
    console.print(f"  site    {folder / 'index.html'}", soft_wrap=True)
    if video:
        console.print(f"  video   {Path(parts.settings.media) / video}", soft_wrap=True)
    console.print("  [bold]make dev[/] starts Dagster's UI and the API; then open")
    console.print(f"  site    {parts.settings.public_url}/sites/{site_key}/")
    console.print("  Dagster http://127.0.0.1:3000")
    console.print(
        f"  API     {parts.settings.public_url}/api/v1/docs  (sign in: {demonstration.EMAIL} / {demonstration.PASSWORD})"
    )


for command in (cluster, render, render_worker, serve, dev, ideas):
    app.command()(command)


def main() -> None:
    """Entry point of the ``igny8`` command."""
    app()


if __name__ == "__main__":
    main()
