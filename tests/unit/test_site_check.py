"""The site check finds each fault that is put into an otherwise sound site."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from igny8_assets.sites.addresses import absolute
from igny8_assets.sites.builder import build_site
from igny8_assets.sites.graph_check import graph_problems
from igny8_assets.sites.pages import ArticlePage, HubPage, PageImage, SiteFacts
from igny8_assets.sites.site_check import check_site
from igny8_resources.ai.providers import Palette

BASE = "https://cremalane.example"
ARTICLE = "dial-in/index.html"
PUBLISHED = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
SMALL, LARGE = "assets/images/dial-in-480.webp", "assets/images/dial-in-960.webp"


def build(out: Path) -> None:
    """A sound site of two articles in one topic."""
    site = SiteFacts(
        key="crema-lane",
        name="Crema Lane",
        tagline="Better coffee at home",
        description="Plain advice on espresso.",
        base_url=BASE,
        language="en",
        author=None,
        palette=Palette(paper="#faf6f0", ink="#2b1d14", accent="#9c4a1a", on_accent="#fff8f0", soft="#f0e6d8"),
        organization_name="Crema Lane",
        logo_path=None,
        sectors=(),
    )
    picture = PageImage(SMALL, ((SMALL, 480, "image/webp"), (LARGE, 960, "image/webp")), 480, 252, "Four cups")
    articles = [article("dial-in", "Dial in", picture), article("grind-size", "Grind size", None)]
    topic = HubPage("technique", "Technique", "Dose, grind and patience.", ("dial-in", "grind-size"), None)
    graphs = {path: graph(path) for path in ("/", "/topics/technique/")}
    build_site(site, articles, [topic], {SMALL: b"small", LARGE: b"large"}, out, graphs=graphs)


def article(slug: str, title: str, picture: PageImage | None) -> ArticlePage:
    """An article of one paragraph."""
    return ArticlePage(
        slug=slug,
        title=title,
        meta_title=title,
        meta_description=f"About {title.lower()}.",
        html="<p>Weigh the dose.</p>",
        schema_graph=graph(f"/{slug}/"),
        published_at=PUBLISHED,
        updated_at=PUBLISHED,
        author_name="Maya Lindqvist",
        reading_minutes=6,
        hub_slug="technique",
        hub_name="Technique",
        sector_slug=None,
        content_type="post",
        featured=picture,
        toc=(),
        summary="",
        keywords=(),
    )


def graph(path: str) -> dict[str, object]:
    """The smallest connected graph of a page."""
    page = {"@type": "WebPage", "@id": absolute(BASE, path), "isPartOf": {"@id": f"{BASE}/#website"}}
    return {"@context": "https://schema.org", "@graph": [page, {"@type": "WebSite", "@id": f"{BASE}/#website"}]}


def edited(name: str, pattern: str, replacement: str) -> Callable[[Path], None]:
    """A fault: the first match of a pattern in a file, replaced."""

    def apply(site: Path) -> None:
        text = (site / name).read_text()
        changed = re.sub(pattern, lambda _: replacement, text, count=1, flags=re.DOTALL)
        assert changed != text
        (site / name).write_text(changed)

    return apply


def gone(name: str) -> Callable[[Path], None]:
    """A fault: a file that is missing."""
    return lambda site: (site / name).unlink()


FAULTS = [
    (edited(ARTICLE, "</main>", '<a href="../nowhere/">x</a></main>'), "/dial-in/", "broken_link"),
    (edited(ARTICLE, "</main>", '<a href="/grind-size/">x</a></main>'), "/dial-in/", "broken_link"),
    (edited(ARTICLE, "</main>", '<a href="../../../up/">x</a></main>'), "/dial-in/", "broken_link"),
    (edited(ARTICLE, "</main>", '<a href="../grind-size/#no">x</a></main>'), "/dial-in/", "broken_anchor"),
    (gone("assets/images/dial-in-480.webp"), "/dial-in/", "broken_asset"),
    (gone("assets/site.css"), "/", "broken_asset"),
    (edited(ARTICLE, '<link rel="canonical"[^>]*>', ""), "/dial-in/", "missing_canonical"),
    (edited(ARTICLE, 'canonical" href="[^"]*"', f'canonical" href="{BASE}/x/"'), "/dial-in/", "wrong_canonical"),
    (
        edited(ARTICLE, 'canonical" href="[^"]*"', f'canonical" href="{BASE}/grind-size/"'),
        "/grind-size/",
        "duplicate_canonical",
    ),
    (edited(ARTICLE, "<title>.*?</title>", "<title>Grind size</title>"), "/grind-size/", "duplicate_title"),
    (edited(ARTICLE, "<title>.*?</title>", ""), "/dial-in/", "missing_title"),
    (edited(ARTICLE, 'description" content="[^"]*"', 'description" content=""'), "/dial-in/", "missing_description"),
    (
        edited(ARTICLE, 'description" content="[^"]*"', 'description" content="About grind size."'),
        "/grind-size/",
        "duplicate_description",
    ),
    (edited(ARTICLE, ' alt="Four[^"]*"', ""), "/dial-in/", "missing_alt"),
    (edited(ARTICLE, "</main>", "<h1>Again</h1></main>"), "/dial-in/", "h1_count"),
    (edited(ARTICLE, "</h1>", "</h1><h4>Deep</h4>"), "/dial-in/", "heading_jump"),
    (edited(ARTICLE, "</main>", '<p id="page-content"></p></main>'), "/dial-in/", "duplicate_id"),
    (edited(ARTICLE, "</main>", "<script>1</script></main>"), "/dial-in/", "script"),
    (edited(ARTICLE, 'ld\\+json">.*?</script>', 'ld+json">{,}</script>'), "/dial-in/", "json_ld_invalid"),
    (edited(ARTICLE, "<script.*?</script>", ""), "/dial-in/", "missing_json_ld"),
    (edited("sitemap.xml", f"<loc>{BASE}/dial-in/</loc>", "<loc>x</loc>"), "/sitemap.xml", "sitemap"),
    (edited("sitemap.xml", "</urlset>", ""), "/sitemap.xml", "sitemap"),
    (gone("sitemap.xml"), "/sitemap.xml", "sitemap"),
    (edited("feed.xml", "<updated>[^<]*</updated>", ""), "/feed.xml", "feed"),
    (edited("feed.xml", "</feed>", ""), "/feed.xml", "feed"),
    (edited("robots.txt", "Sitemap:.*", ""), "/robots.txt", "robots"),
    (edited("robots.txt", "Allow: /", "Disallow: /"), "/robots.txt", "robots"),
    (gone("index.html"), "/", "missing_home"),
]


@pytest.mark.parametrize(("fault", "page", "kind"), FAULTS, ids=lambda value: value if isinstance(value, str) else "")
def test_each_fault_is_found_where_it_is(tmp_path: Path, fault: Callable[[Path], None], page: str, kind: str) -> None:
    site = tmp_path / "site"
    build(site)
    assert check_site(site, BASE) == []

    fault(site)

    assert (page, kind) in {(problem.page, problem.kind) for problem in check_site(site, BASE)}


def test_a_page_that_nothing_leads_to_is_an_orphan(tmp_path: Path) -> None:
    site = tmp_path / "site"
    build(site)
    alone = site / "alone"
    alone.mkdir()
    (alone / "index.html").write_text((site / ARTICLE).read_text().replace("/dial-in/", "/alone/"))

    assert ("/alone/", "orphan_page") in {(problem.page, problem.kind) for problem in check_site(site, BASE)}


@pytest.mark.parametrize(
    ("nodes", "kind"),
    [
        ([{"@type": "WebPage", "@id": "p", "author": {"@id": "nobody"}}], "json_ld_dangling"),
        ([{"@type": "WebPage", "@id": "p"}, {"@type": "Person", "@id": "m"}], "json_ld_disconnected"),
        ([{"@type": "WebPage", "@id": "p"}, {"@type": "Article", "@id": "p"}], "json_ld_invalid"),
        ([{"@id": "p", "name": "no type"}], "json_ld_invalid"),
        ([], "json_ld_invalid"),
    ],
)
def test_a_graph_must_be_whole(nodes: list[dict[str, object]], kind: str) -> None:
    assert kind in {found for found, _ in graph_problems({"@context": "https://schema.org", "@graph": nodes})}


def test_a_whole_graph_has_no_problems() -> None:
    nodes = [
        {"@type": "Article", "@id": "a", "author": {"@id": "m"}, "image": {"@type": "ImageObject", "@id": "i"}},
        {"@type": "Person", "@id": "m"},
        {"@type": "WebPage", "@id": "p", "mainEntity": [{"@id": "a"}], "primaryImageOfPage": {"@id": "i"}},
    ]
    assert list(graph_problems(json.loads(json.dumps({"@context": "https://schema.org", "@graph": nodes})))) == []
