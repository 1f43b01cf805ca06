"""The static site: what a build writes, mends, refuses and leaves alone."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree, html

from igny8_assets.sites import feeds, staging
from igny8_assets.sites.addresses import absolute, inside, relative
from igny8_assets.sites.builder import build_site
from igny8_assets.sites.colours import dark_scheme, light_scheme
from igny8_assets.sites.pages import (
    ArticlePage,
    AuthorFacts,
    BuildReport,
    HubPage,
    PageImage,
    SectorFacts,
    SiteFacts,
    SiteInputError,
    TocEntry,
    VideoEmbed,
)
from igny8_assets.sites.planning import plan_pages
from igny8_assets.sites.render import script_text
from igny8_assets.sites.site_check import check_site
from igny8_assets.sites.woff import pack_woff
from igny8_assets.sites.wording import direction_of, wording_for
from igny8_resources.ai.providers import Palette
from igny8_resources.fonts import font_path
from igny8_resources.palettes import contrast

BASE = "https://cremalane.example"
PALETTE = Palette(paper="#faf6f0", ink="#2b1d14", accent="#9c4a1a", on_accent="#fff8f0", soft="#f0e6d8")
SITE = SiteFacts(
    key="crema-lane",
    name="Crema Lane",
    tagline="Better coffee at home",
    description="Plain, tested advice on espresso & filter coffee.",
    base_url=BASE,
    language="en",
    author=AuthorFacts("Maya Lindqvist", "Maya has pulled espresso at home since 2011.\n\nShe weighs everything."),
    palette=PALETTE,
    organization_name="Crema Lane",
    logo_path=None,
    sectors=(SectorFacts("Espresso", "espresso"), SectorFacts("Filter coffee & beans", "filter-coffee")),
)
PUBLISHED = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
CARD = PageImage(
    "assets/images/dial-in-960.webp",
    (("assets/images/dial-in-480.webp", 480, "image/webp"), ("assets/images/dial-in-960.webp", 960, "image/webp")),
    960,
    504,
    "Four cups, from pale to nearly black",
)
ASSETS: dict[str, bytes | Path] = {
    "assets/images/dial-in-480.webp": b"small",
    "assets/images/dial-in-960.webp": b"large",
}


def graph(path: str) -> dict[str, object]:
    """The smallest connected graph of a page."""
    page = {"@type": "WebPage", "@id": absolute(BASE, path), "isPartOf": {"@id": f"{BASE}/#website"}}
    return {"@context": "https://schema.org", "@graph": [page, {"@type": "WebSite", "@id": f"{BASE}/#website"}]}


def article(slug: str, body: str = "<p>Weigh the dose.</p>", **changes: object) -> ArticlePage:
    """A published article; whatever a test cares about is changed."""
    title = slug.replace("-", " ").capitalize()
    page = ArticlePage(
        slug=slug,
        title=title,
        meta_title=title,
        meta_description=f"About {title.lower()}.",
        html=body,
        schema_graph=graph(f"/{slug}/"),
        published_at=PUBLISHED,
        updated_at=PUBLISHED,
        author_name="Maya Lindqvist",
        reading_minutes=6,
        hub_slug="technique",
        hub_name="Technique",
        sector_slug="espresso",
        content_type="post",
        featured=None,
        toc=(),
        summary=f"A summary of {title.lower()}.",
        keywords=("espresso",),
    )
    return replace(page, **changes)  # type: ignore[arg-type]


TECHNIQUE = HubPage("technique", "Technique", "Dose, grind and patience.", ("dial-in", "grind-size"), "espresso")
ARTICLES = (article("dial-in", featured=CARD), article("grind-size", published_at=PUBLISHED - timedelta(days=1)))


def build(out: Path, articles: tuple[ArticlePage, ...] = ARTICLES, **given: object) -> BuildReport:
    """Build with graphs for every page that is not an article."""
    site = given.pop("site", SITE)
    hubs = given.pop("hubs", (TECHNIQUE,))
    assets = given.pop("assets", ASSETS)
    assert isinstance(site, SiteFacts)
    assert isinstance(hubs, tuple)
    assert isinstance(assets, dict)
    graphs = {page.path: graph(page.path) for page in plan_pages(site, articles, hubs).pages if page.kind != "article"}
    return build_site(site, articles, hubs, assets, out, graphs=graphs)


def read(out: Path, name: str) -> "html.HtmlElement":
    return html.fromstring((out / name).read_bytes().decode())


def test_a_build_writes_every_page_and_nothing_is_wrong_with_it(tmp_path: Path) -> None:
    report = build(tmp_path / "site")

    assert report.pages == ("/", "/topics/technique/", "/dial-in/", "/grind-size/", "/about/")
    assert report.problems == ()
    assert report.files == len(report.changed) == len([f for f in (tmp_path / "site").rglob("*") if f.is_file()])
    assert check_site(tmp_path / "site", BASE) == []


def test_links_are_relative_so_the_folder_works_below_any_address(tmp_path: Path) -> None:
    out = tmp_path / "site"
    body = (
        '<p><a href="/grind-size/#steps">grind</a> <a href="https://cremalane.example/topics/technique">hub</a> '
        '<a href="https://elsewhere.example/x">out</a></p>'
        '<img src="/assets/images/dial-in-480.webp" srcset="/assets/images/dial-in-960.webp 960w" alt="Cups">'
    )
    build(out, (article("dial-in", body), article("grind-size", '<h2 id="steps">Steps</h2>')))

    prose = read(out, "dial-in/index.html").find_class("prose")[0]
    assert [a.get("href") for a in prose.iter("a")] == [
        "../grind-size/#steps",
        "../topics/technique/",
        "https://elsewhere.example/x",
    ]
    image = next(prose.iter("img"))
    assert image.get("src") == "../assets/images/dial-in-480.webp"
    assert image.get("srcset") == "../assets/images/dial-in-960.webp 960w"
    assert check_site(out, BASE) == []


def test_the_head_says_who_the_page_is(tmp_path: Path) -> None:
    build(tmp_path / "site")

    head = read(tmp_path / "site", "dial-in/index.html").find("head")
    assert head.xpath("link[@rel='canonical']/@href") == [f"{BASE}/dial-in/"]
    assert head.xpath("meta[@property='og:image']/@content") == [f"{BASE}/assets/images/dial-in-960.webp"]
    assert head.xpath("meta[@name='twitter:card']/@content") == ["summary_large_image"]
    assert head.xpath("meta[@property='article:published_time']/@content") == ["2026-11-03T09:30:00Z"]
    assert head.xpath("link[@type='application/atom+xml']/@href") == ["../feed.xml"]
    assert len(head.xpath("meta[@name='theme-color']")) == 2
    assert json.loads(head.xpath("script[@type='application/ld+json']/text()")[0]) == graph("/dial-in/")


def test_json_ld_cannot_end_its_script() -> None:
    hostile = {"name": "</script><script>alert(1)</script> <!-- & \u2028"}

    text = script_text(hostile)

    assert "<" not in text
    assert "\u2028" not in text
    assert json.loads(text) == hostile


def test_words_of_a_person_are_never_markup(tmp_path: Path) -> None:
    build(tmp_path / "site", (article("dial-in", title='Dose <script>alert("1")</script> & grind'),))

    page = read(tmp_path / "site", "dial-in/index.html")
    assert next(page.iter("h1")).text_content() == 'Dose <script>alert("1")</script> & grind'
    assert check_site(tmp_path / "site", BASE) == []


def test_what_an_edited_article_may_not_hold_is_left_out_and_reported(tmp_path: Path) -> None:
    body = (
        "<h1>Again</h1><p onclick='steal()'>Text <a href='/gone/'>an old page</a></p><script>alert(1)</script>"
        "<img src='/assets/none.webp' alt=''>"
    )
    report = build(tmp_path / "site", (article("dial-in", body, toc=(TocEntry("nowhere", "Nowhere"),)),))

    found = {(problem.page, problem.kind) for problem in report.problems}
    assert {kind for page, kind in found if page == "/dial-in/"} == {
        "second_h1",
        "removed_script",
        "removed_element",
        "dropped_link",
        "missing_file",
        "broken_anchor",
    }
    prose = read(tmp_path / "site", "dial-in/index.html").find_class("prose")[0]
    assert "an old page" in prose.text_content()
    assert not list(prose.iter("a", "script", "h1"))


def test_tables_scroll_by_themselves_and_can_be_reached_by_keyboard(tmp_path: Path) -> None:
    build(tmp_path / "site", (article("dial-in", "<table><caption>Doses</caption><tr><td>18 g</td></tr></table>tail"),))

    frame = read(tmp_path / "site", "dial-in/index.html").find_class("table-scroll")[0]
    assert (frame.get("role"), frame.get("tabindex"), frame.get("aria-label")) == ("region", "0", "Doses")
    assert frame[0].tag == "table"
    assert frame.tail.strip() == "tail"


def test_an_article_shows_its_note_contents_video_and_next_reads(tmp_path: Path) -> None:
    video = VideoEmbed("assets/v.mp4", "assets/v.webp", "assets/v.vtt", "Dial in, in four shots", 47.2)
    dial_in = article(
        "dial-in",
        '<h2 id="a">One</h2><h2 id="b">Two</h2>',
        toc=(TocEntry("a", "One"), TocEntry("b", "Two")),
        video=video,
        provider_note="Draft written by the offline provider",
        updated_at=PUBLISHED + timedelta(days=2),
    )
    media = {"assets/v.mp4": b"mp4", "assets/v.webp": b"webp", "assets/v.vtt": b"WEBVTT\n"}
    build(tmp_path / "site", (dial_in, article("grind-size")), assets={**ASSETS, **media})

    page = read(tmp_path / "site", "dial-in/index.html")
    assert page.find_class("provider-note")[0].text_content() == "Draft written by the offline provider"
    assert page.xpath("//nav[@class='toc']//a/@href") == ["#a", "#b"]
    player = next(page.iter("video"))
    assert (player.get("preload"), player.get("poster")) == ("none", "../assets/v.webp")
    assert next(player.iter("track")).get("kind") == "captions"
    assert "Updated 5 November 2026" in page.find_class("byline")[0].text_content()
    assert page.xpath("//*[@class='card-title']/a/@href") == ["../grind-size/"]
    assert b"video:content_loc" in (tmp_path / "site/sitemap.xml").read_bytes()


def test_the_same_input_gives_the_same_bytes_and_touches_nothing(tmp_path: Path) -> None:
    out = tmp_path / "site"
    build(out)
    before = {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in out.rglob("*") if file.is_file()}

    again = build(out, tuple(reversed(ARTICLES)))

    assert (again.changed, again.removed) == ((), ())
    assert {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in out.rglob("*") if file.is_file()} == before


def test_a_change_rewrites_only_what_it_touches(tmp_path: Path) -> None:
    out = tmp_path / "site"
    build(out)
    untouched = (out / "grind-size/index.html").stat().st_mtime_ns

    report = build(out, (replace(ARTICLES[0], html="<p>Weigh it twice.</p>"), ARTICLES[1]))

    assert report.changed == ("dial-in/index.html", "feed.xml")
    assert (out / "grind-size/index.html").stat().st_mtime_ns == untouched

    shrunk = build(out, (ARTICLES[0],))
    assert shrunk.removed == ("grind-size/index.html",)
    assert not (out / "grind-size").exists()
    assert check_site(out, BASE) == []


@pytest.mark.parametrize("dies_at", ["fill", "between the renames", "clearing up"])
def test_a_build_that_is_killed_leaves_a_whole_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    out = tmp_path / "site"
    build(out)
    changed = (replace(ARTICLES[0], html="<p>New words.</p>"), ARTICLES[1])

    with monkeypatch.context() as patch:
        _die_at(patch, dies_at)
        with pytest.raises(KeyboardInterrupt):
            build(out, changed)
    if dies_at != "between the renames":
        assert check_site(out, BASE) == []

    build(out, changed)
    assert check_site(out, BASE) == []
    assert "New words." in (out / "dial-in/index.html").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".site.lock", "site"]


def _die_at(patch: pytest.MonkeyPatch, moment: str) -> None:
    rename = Path.rename

    def dying_rename(source: Path, target: Path) -> Path:
        if source.name == ".site.staging":
            raise KeyboardInterrupt
        return rename(source, target)

    def dying(*_: object) -> None:
        raise KeyboardInterrupt

    if moment == "fill":
        patch.setattr(staging, "_keep", dying)
    elif moment == "between the renames":
        patch.setattr(Path, "rename", dying_rename)
    else:
        patch.setattr("shutil.rmtree", dying)


def test_assets_may_be_files_and_a_missing_one_stops_the_build(tmp_path: Path) -> None:
    picture = tmp_path / "picture.webp"
    picture.write_bytes(b"large")
    out = tmp_path / "site"
    build(out, assets={**ASSETS, "assets/images/dial-in-960.webp": picture})
    assert (out / "assets/images/dial-in-960.webp").read_bytes() == b"large"

    picture.unlink()
    with pytest.raises(SiteInputError, match=r"picture\.webp .* does not exist"):
        build(out, assets={**ASSETS, "assets/images/dial-in-960.webp": picture})
    assert check_site(out, BASE) == []


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"articles": (article("about"),)}, "'about' is kept for a page of the site itself"),
        ({"articles": (article("Dial In"),)}, "'Dial In' must be lower-case"),
        ({"articles": (article("a"), article("a"))}, "2 articles share the slug 'a'"),
        (
            {"articles": (article("a", published_at=PUBLISHED.replace(tzinfo=None)),)},
            "published_at must be an aware datetime in UTC",
        ),
        ({"site": replace(SITE, base_url="cremalane.example")}, "must be an address such as https://example.com"),
        ({"site": replace(SITE, palette=replace(PALETTE, ink="brown"))}, "palette.ink 'brown' must be a colour"),
        ({"assets": {"../secret": b""}}, "must be a plain path inside the site"),
        ({"assets": {"index.html": b""}}, "has the name of a file that the site itself makes"),
    ],
)
def test_input_that_cannot_become_a_site_is_refused_with_a_sentence(
    tmp_path: Path, given: dict[str, object], sentence: str
) -> None:
    with pytest.raises(SiteInputError, match=sentence.replace(".", r"\.")):
        build(tmp_path / "site", **given)  # type: ignore[arg-type]
    assert not (tmp_path / "site").exists()


def test_a_topic_without_articles_gets_no_page(tmp_path: Path) -> None:
    empty = HubPage("grinders", "Grinders", "The part that matters most.", ("gone",), "espresso")

    report = build(tmp_path / "site", hubs=(TECHNIQUE, empty))

    assert "/topics/grinders/" not in report.pages
    assert {problem.kind for problem in report.problems} == {"unknown_article", "empty_hub"}
    assert check_site(tmp_path / "site", BASE) == []


def test_many_articles_stay_reachable_through_the_archive(tmp_path: Path) -> None:
    many = tuple(
        article(f"a{n}", hub_slug=None, hub_name="", published_at=PUBLISHED - timedelta(days=n)) for n in range(130)
    )
    report = build(tmp_path / "site", many, hubs=())

    assert [page for page in report.pages if page.startswith("/articles/")] == ["/articles/", "/articles/2/"]
    assert check_site(tmp_path / "site", BASE) == []


def test_a_sitemap_that_grows_too_long_becomes_an_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "SITEMAP_LIMIT", 2)

    build(tmp_path / "site")

    assert sorted(file.name for file in (tmp_path / "site").glob("sitemap*")) == [
        "sitemap-1.xml",
        "sitemap-2.xml",
        "sitemap-3.xml",
        "sitemap.xml",
    ]
    assert check_site(tmp_path / "site", BASE) == []


def test_a_site_without_articles_is_still_a_site(tmp_path: Path) -> None:
    report = build(tmp_path / "site", (), hubs=(), site=replace(SITE, author=None))

    assert report.pages == ("/",)
    assert check_site(tmp_path / "site", BASE) == []


def test_the_not_found_page_works_at_any_depth(tmp_path: Path) -> None:
    build(tmp_path / "site")

    page = read(tmp_path / "site", "404.html")
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert all(str(href).startswith((BASE, "#")) for href in page.xpath("//a/@href"))
    assert not page.xpath("//link[@rel='stylesheet']")


def test_the_feed_carries_whole_articles_with_absolute_links(tmp_path: Path) -> None:
    build(tmp_path / "site", (article("dial-in", '<p><a href="/grind-size/">grind \x08</a></p>'), ARTICLES[1]))

    feed = etree.fromstring((tmp_path / "site/feed.xml").read_bytes())
    atom = {"a": "http://www.w3.org/2005/Atom"}
    assert feed.findtext("a:updated", namespaces=atom) == "2026-11-03T09:30:00Z"
    entries = feed.findall("a:entry", atom)
    assert [entry.findtext("a:id", namespaces=atom) for entry in entries] == [f"{BASE}/dial-in/", f"{BASE}/grind-size/"]
    assert f'href="{BASE}/grind-size/"' in (entries[0].findtext("a:content", namespaces=atom) or "")


def test_a_site_may_live_below_a_folder_of_its_domain(tmp_path: Path) -> None:
    site = replace(SITE, base_url="https://example.com/coffee")
    report = build_site(site, ARTICLES, (TECHNIQUE,), ASSETS, tmp_path / "site", graphs={})

    page = read(tmp_path / "site", "dial-in/index.html")
    assert page.xpath("//link[@rel='canonical']/@href") == ["https://example.com/coffee/dial-in/"]
    assert {problem.kind for problem in report.problems} == {"missing_json_ld"}
    assert {problem.kind for problem in check_site(tmp_path / "site", site.base_url)} == {"missing_json_ld"}


@pytest.mark.parametrize(
    "palette",
    [
        PALETTE,
        Palette(paper="#ffffff", ink="#111111", accent="#ffd400", on_accent="#111111", soft="#f4f4f4"),
        Palette(paper="#f7fbff", ink="#0b2545", accent="#7fd1ff", on_accent="#ffffff", soft="#e2eefb"),
        Palette(paper="#10141a", ink="#f2f2f2", accent="#3ddc97", on_accent="#06140d", soft="#1b222c"),
        Palette(paper="#fffdf7", ink="#777777", accent="#e0218a", on_accent="#ffffff", soft="#fff0f7"),
    ],
)
def test_both_schemes_meet_aa_whatever_the_palette(palette: Palette) -> None:
    for scheme in (light_scheme(palette), dark_scheme(palette)):
        for ground in (scheme["paper"], scheme["soft"]):
            assert contrast(scheme["ink"], ground) >= 7
            assert contrast(scheme["muted"], ground) >= 4.5
            assert contrast(scheme["link"], ground) >= 4.5
            assert contrast(scheme["line-strong"], ground) >= 3
        assert contrast(scheme["on-accent"], scheme["accent"]) >= 4.5


def test_contrast_is_the_ratio_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


def test_addresses() -> None:
    assert relative("/topics/technique/", "/dial-in/") == "../../dial-in/"
    assert relative("/dial-in/", "/") == "../"
    assert relative("/dial-in/", "/dial-in/") == "./"
    assert inside(BASE, "https://cremalane.example/dial-in/?x=1#y") == "/dial-in/"
    assert inside(BASE, "//cdn.example/x.js") is None
    assert inside(BASE, "mailto:maya@cremalane.example") is None
    assert inside("https://example.com/coffee", "https://example.com/tea/") is None


def test_the_theme_speaks_the_language_of_the_site(tmp_path: Path) -> None:
    build(tmp_path / "site", site=replace(SITE, language="de-CH"))

    page = read(tmp_path / "site", "dial-in/index.html")
    assert page.get("lang") == "de-CH"
    assert "3. November 2026" in page.find_class("byline")[0].text_content()
    assert wording_for("fi").on(PUBLISHED) == "2026-11-03"
    assert direction_of("ar-EG") == "rtl"


def test_the_font_survives_packing() -> None:
    from io import BytesIO

    from PIL import ImageFont

    packed = pack_woff(font_path("display").read_bytes())

    assert packed == pack_woff(font_path("display").read_bytes())
    assert str(ImageFont.truetype(BytesIO(packed), 20).getname()[0]).startswith("Manrope")
    assert len(packed) < 50_000
