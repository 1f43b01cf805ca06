"""Internal links: which, where, reversible; and the graph they form."""

import pytest
from article_samples import COMPARISON, HOW_TO, HUB, SAMPLES
from hypothesis import given, settings
from hypothesis import strategies as st

from igny8_assets.linker.anchors import anchor_key, anchor_phrases
from igny8_assets.linker.candidates import (
    LinkCandidate,
    LinkingArticle,
    LinkRules,
    SectionText,
    SitePage,
    find_candidates,
    inbound_sources,
    sections_of,
)
from igny8_assets.linker.inbound import inbound_patch
from igny8_assets.linker.injection import inject_links, remove_links
from igny8_assets.linker.link_graph import LinkEdgeFact, analyse_links, edges_of
from igny8_assets.writer.article_html import render_article, sanitise

CLUSTERS = {"how_to": 1, "hub": 1, "service": 1, "comparison": 2, "product": 2, "post": 3}
PAGES = [
    SitePage(
        path=f"/{draft.slug}/",
        title=draft.title,
        primary_keyword=brief.primary_keyword.text,
        secondary_keywords=tuple(keyword.text for keyword in brief.secondary_keywords),
        cluster_id=CLUSTERS[name],
        is_hub=name == "hub",
    )
    for name, (draft, brief) in SAMPLES.items()
]
TAXES = SitePage(path="/filing-taxes/", title="Filing Taxes Late", primary_keyword="filing taxes", cluster_id=1)


def page_of(name: str) -> SitePage:
    return PAGES[list(SAMPLES).index(name)]


def article(name: str) -> LinkingArticle:
    draft, brief = SAMPLES[name]
    return LinkingArticle(
        path=f"/{draft.slug}/",
        title=draft.title,
        keywords=(brief.primary_keyword.text, *(keyword.text for keyword in brief.secondary_keywords)),
        cluster_id=CLUSTERS[name],
        is_hub=name == "hub",
        sections=sections_of(draft),
    )


def candidate(target: str, *anchors: str, title: str = "A page") -> LinkCandidate:
    return LinkCandidate(
        target=target, title=title, anchors=anchors, score=0.9, similarity=0.9, relation="other", live=True
    )


def test_an_article_links_up_to_its_hub_and_on_to_what_it_talks_about():
    found = find_candidates(article("how_to"), [*PAGES, TAXES])
    assert found[0].target == "/espresso-at-home/"
    assert found[0].relation == "hub"
    targets = [one.target for one in found]
    assert "/espresso-machine-repair/" in targets
    assert "/how-to-descale-an-espresso-machine/" not in targets
    # same cluster, other subject: belonging together is not enough
    assert "/filing-taxes/" not in targets


def test_a_hub_reaches_all_its_pages_whatever_its_length():
    spokes = [
        SitePage(path=f"/s{number}/", title=f"Espresso topic {number}", primary_keyword=f"topic {number}", cluster_id=1)
        for number in range(20)
    ]
    found = find_candidates(article("hub"), spokes)
    assert len(found) == 20
    assert {one.relation for one in found} == {"spoke"}


def test_length_bounds_the_number_of_links():
    pages = [
        SitePage(path=f"/p{number}/", title=f"Espresso machine descaling {number}", primary_keyword="espresso machine")
        for number in range(9)
    ]
    assert len(find_candidates(article("how_to"), pages)) == 3  # 440 words, one link for every 120
    assert len(find_candidates(article("how_to"), pages, LinkRules(words_per_link=60))) == 7
    planned = [page.model_copy(update={"live": False}) for page in pages]
    assert find_candidates(article("how_to"), planned, LinkRules(include_planned=False)) == []


def test_an_anchor_belongs_to_one_page():
    grinder = SitePage(path="/grinder/", title="Grinders", primary_keyword="burr grinder")
    manual = SitePage(
        path="/manual/",
        title="Manual Grinders",
        primary_keyword="manual grinder",
        secondary_keywords=("burr grinders",),
    )
    found = {one.target: one.anchors for one in find_candidates(article("comparison"), [manual, grinder])}
    assert any(anchor_key(text) == anchor_key("burr grinder") for text in found["/grinder/"])
    assert not any(anchor_key(text) == anchor_key("burr grinder") for text in found["/manual/"])


def test_anchor_phrases_drop_what_nobody_writes_in_a_sentence():
    assert anchor_phrases("how to descale an espresso machine", "Descaling: the Complete Guide", ("espresso",)) == (
        "how to descale an espresso machine",
        "descale an espresso machine",
    )
    assert anchor_phrases("espresso", "Espresso") == ("espresso",)


def test_a_page_may_be_called_by_the_end_of_a_keyword_that_names_no_other():
    grinder = SitePage(path="/manual/", title="Grinding by Hand", primary_keyword="manual burr grinder")
    blades = SitePage(path="/blades/", title="Blade Grinders", primary_keyword="cheap blade coffee grinder")
    found = {one.target: one.anchors for one in find_candidates(article("product"), [grinder, blades])}
    assert found["/manual/"][-1] == "burr grinder"
    # "coffee grinder" would do for both of these
    both = [blades, SitePage(path="/c/", title="Coffee Grinder Noise", primary_keyword="quiet electric coffee grinder")]
    assert not any("coffee grinder" in one.anchors for one in find_candidates(article("product"), both))


def test_an_anchor_never_cuts_a_longer_name_in_two():
    machines = SitePage(path="/machines/", title="Espresso Machines", primary_keyword="espresso machine")
    [found] = find_candidates(article("service"), [machines])
    assert found.not_within == ("espresso machine repair", "espresso machine leaks")
    html = "<p>Espresso machine repair is our trade.</p><p>An espresso machine wants soft water.</p>"
    assert "<p>An <a " in inject_links(html, [found]).html


def test_links_wrap_words_that_are_there_and_keep_their_case():
    html = "<h2 id='a'>Burr grinders</h2>\n<p>Good Burr&nbsp;Grinders &amp; scales last. A blade costs less.</p>"
    result = inject_links(html, [candidate("/b/?x=1&y=2", "burr grinder", "grinder"), candidate("/c/", "blade")])
    burr, blade = result.links
    assert result.html == (
        "<h2 id='a'>Burr grinders</h2>\n"
        f'<p>Good <a href="/b/?x=1&amp;y=2" data-link-id="{burr.link_id}">Burr&nbsp;Grinders</a> &amp; scales last. '
        f'A <a href="/c/" data-link-id="{blade.link_id}">blade</a> costs less.</p>'
    )
    assert (burr.anchor, burr.position, burr.section_id) == ("Burr Grinders", "body", "a")
    assert remove_links(result.html, result.links) == html


@pytest.mark.parametrize(
    "html",
    [
        "<h2>burr grinder</h2>",
        "<p><a href='/x/'>the burr grinder</a></p>",
        "<figure><figcaption><p>burr grinder</p></figcaption></figure>",
        "<blockquote><p>burr grinder</p></blockquote>",
        "<aside class='takeaways'><ul><li>burr grinder</li></ul></aside>",
        "<p><code>burr grinder</code></p>",
        "<p>burr, grinder</p>",
        "<p>burr <b>grinder</b></p>",
        "<p>burr grinder<b>ish</b></p>",
        "<p title='burr grinder'><!-- burr grinder -->x</p>",
        "<div>burr grinder</div>",
    ],
)
def test_where_no_link_may_stand_the_page_joins_the_list_at_the_end(html):
    result = inject_links(html, [candidate("/b/", "burr grinder", title="Burrs & co")])
    assert result.html.startswith(html + '\n<nav class="related"')
    assert f'<li><a href="/b/" data-link-id="{result.links[0].link_id}">Burrs &amp; co</a></li>' in result.html
    assert (result.links[0].position, result.links[0].section_id) == ("related", "related-reading")
    assert remove_links(result.html, result.links) == html


def test_a_sentence_takes_one_link_a_paragraph_two_and_an_anchor_one_target():
    html = "<p>Burr grinder, scale and kettle. A tamper. A pitcher.</p>"
    wanted = ["burr grinder", "scale", "tamper", "pitcher"]
    result = inject_links(html, [candidate(f"/{name}/", name) for name in wanted])
    assert [link.position for link in result.links] == ["body", "related", "body", "related"]
    taken = inject_links(
        "<p>A <a href='/own/'>burr grinder</a>.</p><p>My burr grinder.</p>", [candidate("/b/", "burr grinder")]
    )
    assert taken.links[0].position == "related"
    full = inject_links("<p>x</p>", [candidate(f"/{number}/", title=f"{number}") for number in range(7)])
    assert [skip.target for skip in full.skipped] == ["/5/", "/6/"]


def test_a_page_that_is_linked_already_is_left_alone():
    html = "<p>See <a href='https://cremalane.example/b/#top'>this</a> burr grinder.</p>"
    result = inject_links(html, [candidate("/b/", "burr grinder")], site_url="https://cremalane.example")
    assert (result.html, result.links) == (html, ())
    assert result.skipped[0].reason == "the article links to it already"


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_articles_are_linked_reversibly_and_survive_cleaning(name):
    html = render_article(SAMPLES[name][0])
    candidates = find_candidates(article(name), PAGES)
    once = inject_links(html, candidates)
    assert len(once.links) + len(once.skipped) == len(candidates)
    assert inject_links(once.html, candidates) == once
    assert remove_links(once.html, once.links) == html
    assert sanitise(once.html).count("data-link-id") == once.html.count("data-link-id")
    assert {edge.target for edge in edges_of(once.html, "/x/", "https://cremalane.example/")} == {
        link.target for link in once.links
    }


def test_a_new_page_is_linked_from_where_it_fits_and_the_patch_comes_off_again():
    others = [article(name) for name in ("how_to", "comparison", "post", "product")]
    repair, hub = page_of("service"), page_of("hub")
    sources = inbound_sources(repair, others)
    assert sources[0].path == "/how-to-descale-an-espresso-machine/"
    html = inject_links(render_article(HOW_TO), find_candidates(article("how_to"), [hub])).html
    patch = inbound_patch(html, page_of("how_to"), repair)
    assert patch.link.link_id.startswith("in-")
    assert remove_links(patch.html, [patch.link]) == html
    assert inbound_patch(patch.html, page_of("how_to"), repair) is None
    # the article's own links are set anew and the patch stays
    again = inject_links(patch.html, find_candidates(article("how_to"), [hub]))
    assert again.html == patch.html


def test_an_inbound_link_uses_natural_words_before_the_list():
    grinder = SitePage(path="/hand/", title="Hand Grinders", primary_keyword="hand grinder")
    patch = inbound_patch(render_article(HUB), page_of("hub"), grinder)
    assert (patch.link.anchor, patch.link.position) == ("hand grinder", "body")
    assert patch.link.section_id == "choosing-an-espresso-grinder"


pieces = st.lists(
    st.sampled_from([
        "<p>", "</p>", "<ul><li>", "</li></ul>", "<li>", "<b>", "</b>", "<h2 id='h'>", "</h2>", "<a href='/z/'>",
        "burr grinder", "Burr-Grinders", " scale. ", "scale", "&amp;", "&#8217;", "&", " < ", "<br/>", "<img src='x'>",
        "<!-- wp:paragraph -->", "\n", " a ", "é", "</nav>", "<nav class='related'>", "<script>burr grinder</script>",
        "</a>", "<script>", "<!--", "<p class='", "</",
    ]),
    max_size=24,
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(pieces, st.permutations(["burr grinder", "scale", "kettle"]))
def test_any_html_is_linked_idempotently_and_restored_byte_for_byte(html, order):
    candidates = [candidate(f"/{name}/", name) for name in order]
    once = inject_links(html, candidates)
    assert inject_links(once.html, candidates) == once
    assert remove_links(once.html, once.links) == html
    late = inbound_patch(once.html, page_of("hub"), SitePage(path="/n/", title="Scales", primary_keyword="a scale"))
    assert late is None or remove_links(late.html, [late.link]) == once.html


def test_the_link_graph_finds_orphans_depth_and_broken_links():
    edges = [
        LinkEdgeFact(source="/", target="/hub/"),
        LinkEdgeFact(source="/", target="/hub/", anchor="again"),
        LinkEdgeFact(source="/hub/", target="/a/"),
        LinkEdgeFact(source="/a/", target="/hub/"),
        LinkEdgeFact(source="/a/", target="/a/"),
        LinkEdgeFact(source="/a/", target="/gone/", anchor="old"),
        LinkEdgeFact(source="/lost/", target="/a/"),
    ]
    report = analyse_links(["/", "/hub/", "/a/", "/lost/"], edges)
    by_path = {page.path: page for page in report.pages}
    assert [(page.inlinks, page.outlinks, page.depth) for page in report.pages] == [
        (0, 1, 0), (2, 1, 1), (2, 1, 2), (0, 1, None),
    ]  # fmt: skip
    assert report.orphans == report.unreachable == ("/lost/",)
    assert report.broken == (edges[5],)
    assert sum(page.pagerank for page in report.pages) == pytest.approx(1)
    assert by_path["/hub/"].pagerank > by_path["/"].pagerank
    with pytest.raises(ValueError, match="home page '/x/' is not among the 1 pages"):
        analyse_links(["/"], [], home="/x/")


def test_edges_are_read_from_a_page_as_a_browser_would():
    html = (
        '<p><a href="../b/#x">b</a> <a href="https://cremalane.example/c/">c  c</a> <a href="https://o.example/">o</a>'
    )
    assert edges_of(html + '<a href="mailto:x@y.example">m</a>', "/a/", "https://cremalane.example/") == [
        LinkEdgeFact(source="/a/", target="/b/", anchor="b"),
        LinkEdgeFact(source="/a/", target="/c/", anchor="c c"),
    ]


def test_sections_carry_the_ids_of_the_rendered_headings():
    found = sections_of(COMPARISON)
    assert found[0] == SectionText(section_id="", text="\n".join((*COMPARISON.introduction, *COMPARISON.key_takeaways)))
    assert found[2].section_id == "grind-size-and-taste"
    assert 'id="grind-size-and-taste"' in render_article(COMPARISON)
