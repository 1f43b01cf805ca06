"""Builds a customer's static site: values in, a folder of files out, nothing else touched.

The same input gives the same bytes: nothing here reads a clock, a random number or the order of a set.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path, PurePosixPath

from igny8_assets.sites.addresses import article_path, file_of, hub_path
from igny8_assets.sites.colours import css_block, dark_scheme, light_scheme
from igny8_assets.sites.feeds import feed_file, robots_file, sitemap_files
from igny8_assets.sites.fragment import Fragment, prepare_fragment
from igny8_assets.sites.motif import favicon
from igny8_assets.sites.pages import (
    ArticlePage,
    BuildReport,
    HubPage,
    PageImage,
    SchemaGraph,
    SiteFacts,
    SiteInputError,
    SiteProblem,
)
from igny8_assets.sites.planning import SitePlan, plan_pages
from igny8_assets.sites.render import PageRenderer
from igny8_assets.sites.staging import write_site
from igny8_assets.sites.woff import pack_woff
from igny8_resources.fonts import font_path

STYLESHEET = "assets/site.css"
FONT = "assets/fonts/manrope-semibold.woff"
FONT_LICENCE = "assets/fonts/OFL.txt"
_THEME = Path(__file__).parent / "theme"
_SHEETS = ("typography.css", "page.css", "article.css", "listing.css", "print.css")


def build_site(
    site: SiteFacts,
    articles: Sequence[ArticlePage],
    hubs: Sequence[HubPage],
    assets: Mapping[str, bytes | Path],
    out: Path,
    *,
    graphs: Mapping[str, SchemaGraph],
) -> BuildReport:
    """Build the site into the folder ``out``, replacing what was there in one step.

    ``assets`` maps paths inside the site to their content or to the file to copy. ``graphs`` maps the page paths of
    home, hubs, archive and author's page (``plan_pages`` names them) to their JSON-LD; articles bring their own.
    What the builder could mend (a link to a page that is gone, a script in an article) is in the report's problems.

    Raises:
        SiteInputError: no site can be built from this input; ``out`` is as it was.
    """
    plan = plan_pages(site, articles, hubs)
    taken = {file_of(page.path) for page in plan.pages} | {"404.html", "sitemap.xml", "robots.txt", "feed.xml"}
    _refuse_assets(assets, taken | {STYLESHEET, FONT, FONT_LICENCE, "favicon.svg"})
    paths = {page.path for page in plan.pages}
    fragments = {
        article.slug: prepare_fragment(
            article.html, page=article_path(article.slug), base_url=site.base_url, pages=paths, files=assets.keys()
        )
        for article in plan.articles
    }
    intros = {
        hub.slug: prepare_fragment(
            hub.intro_html, page=hub_path(hub.slug), base_url=site.base_url, pages=paths, files=assets.keys()
        )
        for hub in plan.hubs
    }
    every_graph = {**graphs, **{article_path(article.slug): article.schema_graph for article in plan.articles}}
    problems = [
        *plan.problems,
        *(problem for fragment in (*intros.values(), *fragments.values()) for problem in fragment.problems),
        *_missing_pieces(site, plan, fragments, assets, every_graph),
    ]
    files = {**assets, **_site_files(site, plan, fragments, intros, every_graph)}
    written = write_site(out, dict(sorted(files.items())))
    return BuildReport(
        pages=tuple(page.path for page in plan.pages),
        files=len(files),
        bytes=written.bytes,
        changed=written.changed,
        removed=written.removed,
        problems=tuple(problems),
    )


def stylesheet(site: SiteFacts, *, font: bool = True) -> str:
    """The whole stylesheet: the site's colours, then the theme. Without ``font`` it refers to no other file."""
    light, dark = light_scheme(site.palette), dark_scheme(site.palette)
    face = (
        '@font-face {\n  font-family: "Manrope";\n  font-weight: 600;\n  font-display: swap;\n'
        f'  src: url("{PurePosixPath(FONT).relative_to("assets")}") format("woff");\n}}\n'
    )
    return "".join(
        [
            face if font else "",
            f":root {{\n  color-scheme: light dark;\n{css_block(light)}\n}}\n",
            f"@media (prefers-color-scheme: dark) {{\n:root {{\n{css_block(dark)}\n}}\n}}\n",
            *((_THEME / name).read_text(encoding="utf-8") for name in _SHEETS),
        ]
    )


def _site_files(
    site: SiteFacts,
    plan: SitePlan,
    fragments: Mapping[str, Fragment],
    intros: Mapping[str, Fragment],
    graphs: Mapping[str, SchemaGraph],
) -> dict[str, bytes]:
    css = stylesheet(site)
    renderer = PageRenderer(
        site,
        plan,
        fragments=fragments,
        intros=intros,
        graphs=graphs,
        stylesheet=STYLESHEET,
        version=sha256(css.encode()).hexdigest()[:8],
        font=FONT,
        colours=(light_scheme(site.palette)["paper"], dark_scheme(site.palette)["paper"]),
    )
    font = font_path("display")
    bodies = {slug: fragment.feed_html for slug, fragment in fragments.items()}
    return {
        **{file_of(page.path): renderer.page(page) for page in plan.pages},
        "404.html": renderer.not_found(stylesheet(site, font=False)),
        STYLESHEET: css.encode(),
        FONT: pack_woff(font.read_bytes()),
        FONT_LICENCE: font.with_name("OFL.txt").read_bytes(),
        "favicon.svg": favicon(site.name, site.palette),
        "robots.txt": robots_file(site),
        "feed.xml": feed_file(site, plan.articles, bodies),
        **sitemap_files(site, plan.pages, {article.slug: article for article in plan.articles}),
    }


def _refuse_assets(assets: Mapping[str, bytes | Path], taken: set[str]) -> None:
    for name in assets:
        path = PurePosixPath(name)
        if not name or path.is_absolute() or ".." in path.parts or "\\" in name or path.as_posix() != name:
            raise SiteInputError(f"asset {name!r} must be a plain path inside the site, such as assets/images/cup.webp")
        if name in taken:
            raise SiteInputError(f"asset {name!r} has the name of a file that the site itself makes: rename it")


def _missing_pieces(
    site: SiteFacts,
    plan: SitePlan,
    fragments: Mapping[str, Fragment],
    assets: Mapping[str, bytes | Path],
    graphs: Mapping[str, SchemaGraph],
) -> Iterator[SiteProblem]:
    for page in plan.pages:
        if not graphs.get(page.path):
            yield SiteProblem(page.path, "missing_json_ld", "no schema graph was given: the page has no JSON-LD")
    if site.logo_path and site.logo_path not in assets:
        yield SiteProblem("/", "missing_file", f"the logo {site.logo_path} is not among the site's files")
    for article in plan.articles:
        page_path = article_path(article.slug)
        for name in _media_of(article):
            if name not in assets:
                yield SiteProblem(page_path, "missing_file", f"{name} is not among the site's files")
        for entry in article.toc:
            if entry.id not in fragments[article.slug].ids:
                yield SiteProblem(
                    page_path, "broken_anchor", f"no heading has the id {entry.id!r}: left out of the contents"
                )


def _media_of(article: ArticlePage) -> Iterator[str]:
    if article.featured:
        yield from _files_of(article.featured)
    if article.video:
        yield from (article.video.mp4, article.video.poster, article.video.captions)


def _files_of(image: PageImage) -> list[str]:
    return list(dict.fromkeys([image.src, *(path for path, _, _ in image.variants)]))
