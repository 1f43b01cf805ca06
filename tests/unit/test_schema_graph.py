"""Structured data: one connected graph a page, nothing dangling, nothing empty, nothing claimed that is not known."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from article_samples import COMPARISON, HOW_TO, HUB, POST, SAMPLES, section
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from igny8_assets.schema.classification import SCHEMA_MAP, classify, missing_pieces
from igny8_assets.schema.derive_vocabulary import derive
from igny8_assets.schema.graph import (
    PageFactsIncompleteError,
    build_graph,
    build_graph_with_report,
    build_home_graph,
)
from igny8_assets.schema.page_facts import (
    AnchoredQuestion,
    AuthorFacts,
    Breadcrumb,
    ImageFacts,
    ListedPage,
    OfferFacts,
    PageFacts,
    ProductFacts,
    ServiceFacts,
    SiteFacts,
    VideoFacts,
    facts_from_draft,
)
from igny8_assets.schema.pruning import references
from igny8_assets.schema.rich_results import eligibility
from igny8_assets.schema.serp_elements import serp_elements
from igny8_assets.schema.validation import validate_graph
from igny8_assets.schema.vocabulary import accepts, ancestors, is_type, properties, successor
from igny8_assets.writer.article_html import render_article
from igny8_resources.contracts.vocabulary import CONTENT_STRUCTURES, CONTENT_TYPES
from igny8_resources.contracts.writer import ProsCons, QuestionAnswer

HOME = "https://cremalane.example/"
SITE = SiteFacts(
    name="Crema Lane",
    url=HOME,
    description="Home coffee brewing, calmly explained.",
    logo=ImageFacts(url=f"{HOME}assets/logo.png", width=512, height=512),
    profiles=("https://social.example/cremalane",),
)
MAYA = AuthorFacts(name="Maya Lindqvist", url=f"{HOME}about/", bio="Brews at home since school.")
MORNING = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)


def facts(name: str, **known) -> PageFacts:
    draft, brief = SAMPLES[name]
    url = f"{HOME}{draft.slug}/"
    given = {
        "author": MAYA,
        "published_at": MORNING,
        "images": (ImageFacts(url=f"{url}lead.webp", width=1200, height=630, alt="On the counter"),),
        "breadcrumbs": (
            Breadcrumb(name="Home", url=HOME),
            Breadcrumb(name="Espresso", url=f"{HOME}topics/espresso/"),
            Breadcrumb(name=draft.title, url=url),
        ),
        "section": "Espresso",
        "keywords": (brief.primary_keyword.text,),
    }
    return facts_from_draft(
        draft,
        site=SITE,
        url=url,
        content_type=brief.content_type,
        content_structure=brief.content_structure,
        **given | known,
    )


def nodes(graph: dict) -> dict[str, dict]:
    """The nodes of a graph by the last part of their id."""
    return {node["@id"].removeprefix(HOME).split("/")[-1]: node for node in graph["@graph"]}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_gives_one_sound_connected_graph(name):
    graph = build_graph(facts(name, listed=(ListedPage(name="Descaling", url=f"{HOME}descaling/"),)))
    assert validate_graph(graph) == []
    assert json.loads(json.dumps(graph)) == graph
    assert graph["@context"] == "https://schema.org"


def test_a_tutorial_is_stitched_by_id_to_what_the_page_shows():
    page = facts("how_to")
    graph = build_graph(page)
    by_id = nodes(graph)
    web_page, article, how_to = by_id[""], by_id["#article"], by_id["#howto-1"]
    assert web_page["@id"] == page.url
    assert web_page["@type"] == ["WebPage", "FAQPage"]
    assert web_page["mainEntity"] == [{"@id": f"{page.url}#question-1"}, {"@id": f"{page.url}#question-2"}]
    assert web_page["primaryImageOfPage"] == {"@id": f"{page.url}#primaryimage"}
    assert article["@type"] == ["Article", "TechArticle"]
    assert article["author"] == {"@id": next(node["@id"] for node in graph["@graph"] if node["@type"] == "Person")}
    assert article["publisher"] == {"@id": f"{HOME}#organization"}
    assert article["datePublished"] == article["dateModified"] == "2026-11-01T08:30:00+00:00"
    assert [item.get("item") for item in by_id["#breadcrumb"]["itemListElement"]] == [
        HOME, f"{HOME}topics/espresso/", None,
    ]  # fmt: skip
    # every deep link meets an element of the rendered page
    body = render_article(HOW_TO)
    links = [step["url"] for step in how_to["step"]] + [how_to["url"], by_id["#question-1"]["url"]]
    assert all(f'id="{link.split("#")[1]}"' in body for link in links)


def test_pages_take_the_type_that_fits_them():
    listed = (ListedPage(name="Descaling", url=f"{HOME}descaling/"), ListedPage(name="Milk", url=f"{HOME}milk/"))
    hub = nodes(build_graph(facts("hub", listed=listed)))
    assert hub[""]["@type"] == ["CollectionPage", "FAQPage"]
    assert hub["#itemlist"]["numberOfItems"] == 2
    assert hub["#itemlist"]["mainEntityOfPage"] == {"@id": hub[""]["@id"]}
    assert nodes(build_graph(facts("post")))["#article"]["@type"] == "BlogPosting"
    service = nodes(build_graph(facts("service", service=ServiceFacts(name="Repair", areas=("Gothenburg",)))))
    assert service["#service"]["provider"] == {"@id": f"{HOME}#organization"}
    assert service["#service"]["areaServed"] == [{"@type": "Place", "name": "Gothenburg"}]
    about = PageFacts(site=SITE, content_class="company_page", url=f"{HOME}about/", title="About")
    assert nodes(build_graph(about))[""]["@type"] == "AboutPage"
    assert nodes(build_graph(about))[""]["about"] == {"@id": f"{HOME}#organization"}
    assert validate_graph(build_graph(about)) == []


def test_the_home_page_names_the_site_and_what_it_lists():
    home = build_home_graph(SITE, listed=(ListedPage(name=HUB.title, url=f"{HOME}{HUB.slug}/"),))
    assert validate_graph(home) == []
    assert [node["@type"] for node in home["@graph"]] == [
        "WebPage", "WebSite", "Organization", "ImageObject", "ItemList",
    ]  # fmt: skip


def test_a_product_is_emitted_with_a_real_offer_and_never_without():
    product = ProductFacts(name="Lane One", brand="Lane", sku="L1", images=(f"{HOME}one.webp",), description="Grinder.")
    bare = build_graph_with_report(facts("product", product=product))
    assert "#product" not in nodes(bare.graph)
    assert any("Product has no offers or review or aggregateRating" in finding.message for finding in bare.left_out)
    assert validate_graph(bare.graph) == []
    offer = OfferFacts(price=Decimal("129.00"), currency="EUR", availability="InStock")
    sold = build_graph(facts("product", product=product.model_copy(update={"offer": offer})))
    assert nodes(sold)["#product"]["offers"] == {
        "@type": "Offer",
        "price": "129.00",
        "priceCurrency": "EUR",
        "availability": "https://schema.org/InStock",
    }
    assert validate_graph(sold) == []
    free = build_graph(
        facts("product", product=product.model_copy(update={"offer": OfferFacts(price=0, currency="EUR")}))
    )
    assert "#product" not in nodes(free)


def test_pros_and_cons_become_a_review_only_of_a_known_product():
    plain = build_graph_with_report(facts("comparison"))
    assert [node["@type"] for key, node in nodes(plain.graph).items() if key.startswith("#option")] == [
        "Thing",
        "Thing",
    ]
    assert sum("not known to be a product" in finding.message for finding in plain.left_out) == 2
    product = ProductFacts(name="burr grinder", description="A grinder.", images=(f"{HOME}b.webp",))
    judged = nodes(build_graph(facts("comparison", reviewed_products=(product,))))
    review = judged["#option-1"]["review"]
    assert [note["name"] for note in review["negativeNotes"]["itemListElement"]] == ["Costs more", "Takes up space"]
    assert "reviewRating" not in review
    assert judged["#article"]["about"] == [{"@id": judged["#option-1"]["@id"]}, {"@id": judged["#option-2"]["@id"]}]
    assert validate_graph(build_graph(facts("comparison", reviewed_products=(product,)))) == []


def test_what_is_incomplete_goes_with_all_references_and_is_reported():
    page = facts(
        "how_to",
        author=AuthorFacts(name=" "),
        images=(ImageFacts(url="lead.webp"),),
        breadcrumbs=(Breadcrumb(name="Home", url=HOME),),
        faq=(
            AnchoredQuestion(anchor="a", pair=QuestionAnswer(question="Why?", answer=" ")),
            AnchoredQuestion(anchor="b", pair=QuestionAnswer(question="How?", answer="Slowly, with soft water.")),
        ),
    )
    built = build_graph_with_report(page)
    by_id = nodes(built.graph)
    assert {"#primaryimage", "#breadcrumb", "#question-1"}.isdisjoint(by_id)
    assert not any(node["@type"] == "Person" for node in by_id.values())
    assert {"primaryImageOfPage", "image", "breadcrumb"}.isdisjoint(by_id[""])
    assert by_id[""]["mainEntity"] == [{"@id": f"{page.url}#question-2"}]
    assert by_id["#article"]["author"] == {"@id": f"{HOME}#organization"}
    assert {finding.check for finding in validate_graph(built.graph)} == {"schema_recommended"}  # no image left
    told = " ".join(finding.message for finding in built.left_out)
    assert "url 'lead.webp' is not an absolute URL" in told
    assert "Person has no name" in told
    assert "BreadcrumbList has 1 itemListElement of at least 2" in told


def test_without_its_own_address_there_is_no_graph():
    for changes, message in (
        ({"url": "/descale/"}, "url is '/descale/': give the absolute canonical URL"),
        ({"url": f"{HOME}a/#b"}, "leave out the #"),
        ({"title": " "}, "title is empty"),
    ):
        with pytest.raises(PageFactsIncompleteError, match=message):
            build_graph(facts("how_to").model_copy(update=changes))
    with pytest.raises(ValidationError, match="timezone"):
        facts("how_to", published_at=datetime(2026, 11, 1))  # noqa: DTZ001 that is the point


def test_a_video_carries_its_length_and_upload_time():
    video = VideoFacts(
        name="Descale it", description="In a minute", thumbnail_url=f"{HOME}v.jpg", content_url=f"{HOME}v.mp4",
        uploaded_at=MORNING, seconds=71.6,
    )  # fmt: skip
    graph = build_graph(facts("how_to", videos=(video,)))
    assert nodes(graph)["#video-1"]["duration"] == "PT1M12S"
    assert validate_graph(graph) == []


def broken(**changes) -> set[str]:
    graph = json.loads(json.dumps(build_graph(facts("how_to"))))
    page = graph["@graph"][0]
    page.update(changes)
    return {finding.check for finding in validate_graph(graph)}


def test_validation_names_what_is_wrong():
    assert broken(about={"@id": f"{HOME}#nobody"}) == {"schema_reference"}
    assert broken(name="") == {"schema_required", "schema_empty"}
    assert broken(headline="x", ratingValue=3) == {"schema_property"}  # a page has a headline, but no rating value
    assert broken(url="/relative/") == {"schema_url"}
    assert broken(datePublished="yesterday") == {"schema_date"}
    assert broken(datePublished="2026-11-01") == {"schema_date"}
    assert broken(author={"@type": "Question", "name": "x", "acceptedAnswer": {"@type": "Answer", "text": "y"}}) == {
        "schema_range"
    }
    assert broken(**{"@context": "https://schema.org"}) == {"schema_context"}
    assert broken(**{"@type": "WebSeite"}) >= {"schema_type", "schema_connected"}
    assert validate_graph([])[0].message.startswith("The document is not an object")
    assert {finding.check for finding in validate_graph({"@graph": []})} == {"schema_context", "schema_json_ld"}
    loose = build_graph(facts("how_to"))
    loose["@graph"].append({"@id": f"{HOME}#x", "@type": "Brand", "name": "x"})
    assert [finding.check for finding in validate_graph(loose)] == ["schema_connected"]


def test_classes_follow_type_structure_and_what_the_draft_holds():
    assert all(classify(kind, structure) in SCHEMA_MAP for kind in CONTENT_TYPES for structure in CONTENT_STRUCTURES)
    assert classify("post", "how_to") == "tutorial_guide"
    assert classify("post", "guide_tutorial", POST) == "blog_article"  # a guide without a single step
    assert classify("post", "review") == "product_review"
    assert classify("product", "product_collection") == "product_collection"
    assert classify("company_page", "contact_page") == "contact_page"
    assert missing_pieces("tutorial_guide", {"article", "breadcrumb"}) == ("faq", "howto", "author_person")


def test_rich_results_are_dated():
    graph = build_graph(facts("how_to"))
    now = {entry.type: entry.shown_as for entry in eligibility(graph)}
    assert now["Article"]
    assert now["FAQPage"] == now["HowTo"] == ""
    assert "ItemList" not in now  # the breadcrumb trail is none
    then = {entry.type: entry.shown_as for entry in eligibility(graph, date(2025, 1, 1))}
    assert then["FAQPage"]
    assert not then["HowTo"]


def test_serp_elements_quote_the_article():
    found = serp_elements(COMPARISON, "comparison_post")
    assert found["tldr"] == "Burrs give even grounds. Blades cost little and fit in a drawer."
    assert [entry["id"] for entry in found["toc"]][-2:] == ["the-verdict-which-grinder-should-you-choose", "faq"]
    assert found["comparison_table"]["columns"] == ["Trait", "Burr grinder", "Blade grinder"]
    assert found["paa_subheadings"][0]["question"].startswith("The verdict")
    assert "definition_blocks" not in serp_elements(HOW_TO, "tutorial_guide")
    defining = section("What is a burr grinder?", "A burr grinder is a mill that crushes beans. It costs more.")
    [block] = serp_elements(POST.model_copy(update={"sections": (defining,)}), "blog_article")["definition_blocks"]
    assert block == {
        "term": "burr grinder",
        "text": "A burr grinder is a mill that crushes beans.",
        "section_id": "what-is-a-burr-grinder",
    }
    assert serp_elements(HOW_TO, "product_page") == {}


def test_the_vocabulary_table_knows_inheritance_ranges_and_successors():
    assert {"Article", "CreativeWork", "Thing"} <= ancestors("BlogPosting")
    assert {"headline", "name"} <= properties("BlogPosting")
    assert accepts("author", ["Person"])
    assert not accepts("author", ["Question"])
    assert successor("reviews") == "review"
    assert not is_type("FaqPage")
    release = {
        "@graph": [
            {"@id": "schema:Thing", "@type": "rdfs:Class"},
            {"@id": "schema:Cup", "@type": "rdfs:Class", "rdfs:subClassOf": {"@id": "schema:Thing"}},
            {
                "@id": "schema:name",
                "@type": "rdf:Property",
                "schema:domainIncludes": [{"@id": "schema:Thing"}],
                "schema:rangeIncludes": {"@id": "schema:Text"},
            },
        ]
    }
    table = derive(release, "1.0", ("Cup",))
    assert table["types"] == {
        "Cup": {"parents": ["Thing"], "properties": []},
        "Thing": {"parents": [], "properties": ["name"]},
    }
    assert table["ranges"] == {"name": ["Text"]}
    assert "CC BY-SA 3.0" in table["note"]


texts = st.one_of(st.just(""), st.just(" "), st.text(max_size=12))
addresses = st.sampled_from(["", "x", "/a/", "https://", "http://[", f"{HOME}a b", f"{HOME}p/", "ftp://a.example/"])
images = st.builds(ImageFacts, url=addresses, width=st.integers(0, 9), alt=texts)
questions = st.builds(
    AnchoredQuestion, anchor=st.just("q"), pair=st.builds(QuestionAnswer, question=texts, answer=texts)
)
products = st.builds(
    ProductFacts,
    name=texts,
    brand=texts,
    offer=st.none() | st.builds(OfferFacts, price=st.decimals(0, 9, places=2), currency=texts),
)
pages = st.builds(
    PageFacts,
    site=st.builds(
        SiteFacts, name=st.just("Crema"), url=st.just(HOME), logo=st.none() | images, organization_name=texts
    ),
    content_class=st.sampled_from(sorted(SCHEMA_MAP)),
    url=st.sampled_from([HOME, f"{HOME}a/", f"{HOME}b"]),
    title=st.just("Title"),
    author=st.none() | st.builds(AuthorFacts, name=texts, url=addresses, image=st.none() | images),
    published_at=st.none() | st.just(MORNING),
    images=st.lists(images, max_size=2).map(tuple),
    breadcrumbs=st.lists(st.builds(Breadcrumb, name=texts, url=addresses), max_size=3).map(tuple),
    faq=st.lists(questions, max_size=3).map(tuple),
    pros_cons=st.lists(
        st.builds(
            ProsCons,
            subject=st.sampled_from(["", "A", "B"]),
            pros=st.lists(texts, max_size=2).map(tuple),
            cons=st.just(()),
        ),
        max_size=3,
    ).map(tuple),
    listed=st.lists(st.builds(ListedPage, name=texts, url=addresses), max_size=3).map(tuple),
    product=st.none() | products,
    reviewed_products=st.lists(products, max_size=1).map(tuple),
    service=st.none() | st.builds(ServiceFacts, name=texts, areas=st.just(("", "Here"))),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pages)
def test_whatever_is_missing_no_reference_dangles_and_nothing_is_empty(page):
    graph = build_graph(page)
    ids = {node["@id"] for node in graph["@graph"]}
    assert set(references(graph["@graph"])) <= ids
    assert [finding for finding in validate_graph(graph) if finding.severity == "error"] == []
