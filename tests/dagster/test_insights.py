"""Ideas, opportunities and taxonomies of a site whose clusters are there, materialised for real."""

from pathlib import Path

import pytest
from deployments import FIRST_CREDITS, PLAN, SITE, Deployment, metadata_of
from sqlalchemy.orm import Session

from igny8_assets.planner.opportunities.site_finding import accept, dismiss
from igny8_assets.planner.taxonomies.site_terms import load_terms
from igny8_assets.planner.taxonomies.term_files import read_terms
from igny8_resources.warehouse.migrate import migrate
from igny8_resources.warehouse.store.sites import SitePlan, create_account, create_site, site_by_key
from igny8_resources.warehouse.store.taxonomies import map_term
from igny8_resources.warehouse.tables.ledgers import AiCall
from igny8_resources.warehouse.tables.opportunities import KeywordPosition, Opportunity
from igny8_resources.warehouse.tables.planner import Cluster, ClusterLink, ContentIdea, Keyword, Pillar
from igny8_resources.warehouse.tables.publishing import LinkEdge
from igny8_resources.warehouse.tables.taxonomies import TaxonomyTerm
from jobs.names import PLAN_SITE
from tests.warehouse_samples import Place, add_article, add_cluster

OTHER = "second-site"
CLUSTERS = {
    "Moka Pot": ["moka pot", "moka pot coffee", "moka pots", "stovetop espresso maker"],
    "Moka Pot Ratio": ["moka pot ratio", "moka pot water ratio"],
    "Moka Pot vs Espresso": ["moka pot vs espresso", "moka pot vs espresso machine"],
    "Clean a Moka Pot": ["how to clean a moka pot", "moka pot cleaning"],
    "Best Cold Brew Beans": ["best coffee beans for cold brew", "best beans cold brew"],
}
TERMS = """\
taxonomy,term_id,name,description,count
product_cat,5,Moka Pots,Stovetop brewers,24
product_cat,6,Cold Brew,Beans and brewers for cold coffee,9
post_tag,9,Company News,What happens in the office,2
"""


def place_of(session: Session, key: str) -> Place:
    site = site_by_key(session, key)
    return Place(site.account_id, site.id, site.key)


@pytest.fixture
def clustered(tmp_path: Path) -> Deployment:
    """Two sites with the same clusters; those of the first are under one pillar, and one has a published page."""
    made = Deployment(tmp_path / "home")
    migrate(made.parts.warehouse)
    with made.parts.warehouse.write() as session:
        for key, slug in ((SITE, "demo"), (OTHER, "other")):
            account = create_account(session, slug, slug, credits=FIRST_CREDITS)
            create_site(session, account, PLAN if key == SITE else SitePlan(OTHER, "Second", "https://second.example"))
        first, second = place_of(session, SITE), place_of(session, OTHER)
        pillar = Pillar(**first.owned, stable_id="p-1", name="Moka Pots", head_keyword="moka pot")
        session.add(pillar)
        session.flush()
        ids = {name: add_cluster(session, first, name, keywords) for name, keywords in CLUSTERS.items()}
        for name, number in ids.items():
            cluster = session.get_one(Cluster, number)
            cluster.status = "active"
            cluster.pillar_id = pillar.id if "Moka" in name else None
        one, other = sorted((ids["Moka Pot Ratio"], ids["Clean a Moka Pot"]))
        session.add(ClusterLink(**first.owned, cluster_id=one, other_id=other, shared_urls=3))
        old = add_cluster(session, first, "Old", ["ratio for moka pots"])
        session.get_one(Cluster, old).status = "retired"
        add_article(session, first, "published", cluster_id=old, keyword="ratio for moka pots")
        add_cluster(session, second, "Latte Art", ["latte art", "latte art heart"])
    made.instance.add_dynamic_partitions("sites", [SITE, OTHER])
    return made


def positions(made: Deployment, key: str, *rows: tuple[str, str, float, bool]) -> None:
    with made.parts.warehouse.write() as session:
        place = place_of(session, key)
        for text, domain, position, is_own in rows:
            session.add(
                KeywordPosition(
                    **place.owned,
                    text=text,
                    normalized_text=text,
                    domain=domain,
                    position=position,
                    is_own=is_own,
                    url=f"https://{domain}/{text.replace(' ', '-')}/",
                    volume=2000,
                    difficulty=25,
                )
            )


def made_ideas(made: Deployment) -> dict[str, ContentIdea]:
    with made.parts.warehouse.read() as session:
        place = place_of(session, SITE)
    return {idea.target_keyword: idea for idea in made.rows(ContentIdea, ContentIdea.site_id == place.site_id)}


def test_an_idea_that_a_page_answers_becomes_a_refresh_before_it_costs_a_call(clustered: Deployment) -> None:
    positions(clustered, SITE, ("moka pot vs espresso", "cremalane.example", 6, True))
    done = clustered.run(PLAN_SITE, SITE, assets=["ideas"])
    assert done.success
    ideas = made_ideas(clustered)
    ratio, versus = ideas["moka pot ratio"], ideas["moka pot vs espresso"]
    assert (ratio.status, ratio.refresh_ref) == ("refresh", "https://cremalane.example/article-1/")
    assert "the same search in other words" in ratio.conflict
    assert (versus.status, versus.refresh_ref) == ("refresh", "https://cremalane.example/moka-pot-vs-espresso/")
    assert "already ranks for 'moka pot vs espresso' at position 6" in versus.conflict
    free = [idea for idea in ideas.values() if idea.status == "new" and idea.provider]
    assert {idea.content_structure for idea in free} == {"cluster_hub", "how_to", "top_listicle"}
    assert len(clustered.rows(AiCall, AiCall.function == "generate_ideas")) == len(free) == 3
    shown = metadata_of(done, "ideas")
    assert (shown["pages_to_refresh"], shown["conflicts"]) == (2, 0)
    assert "refresh: https://cremalane.example/moka-pot-vs-espresso/ already ranks" in shown["preview"]

    again = clustered.run(PLAN_SITE, SITE, assets=["ideas"])
    assert again.success
    assert len(made_ideas(clustered)) == len(ideas)


def test_ideas_know_what_they_will_link_to(clustered: Deployment) -> None:
    assert clustered.run(PLAN_SITE, SITE, assets=["ideas"]).success
    ideas = made_ideas(clustered)
    hub, cleaning = ideas["moka pot"], ideas["how to clean a moka pot"]
    assert cleaning.link_targets[0] == {
        "ref": f"idea:{hub.id}",
        "title": hub.title,
        "why": "hub of Moka Pots",
        "kind": "hub",
    }
    assert {target["kind"] for target in hub.link_targets} == {"spoke"}
    assert f"idea:{cleaning.id}" in {target["ref"] for target in hub.link_targets}


def test_terms_get_a_cluster_and_then_a_landing_page(clustered: Deployment) -> None:
    assert load_terms(clustered.parts, SITE, read_terms(TERMS.encode(), "terms.csv")) == 3
    done = clustered.run(PLAN_SITE, SITE, assets=["taxonomies"])
    assert done.success
    names = {cluster.id: cluster.name for cluster in clustered.rows(Cluster)}
    terms = {term.name: term for term in clustered.rows(TaxonomyTerm)}
    assert names[terms["Moka Pots"].mapped_cluster_id] == "Moka Pot"
    assert terms["Moka Pots"].mapping_status == "mapped"
    assert terms["Company News"].mapping_status != "mapped"
    assert "| product_cat | Moka Pots | Moka Pot |" in metadata_of(done, "taxonomies")["terms"]

    assert clustered.run(PLAN_SITE, SITE, assets=["ideas"]).success
    landing = made_ideas(clustered)["moka pot"]
    assert (landing.content_type, landing.content_structure) == ("taxonomy_landing", "category_archive")
    assert landing.taxonomy_term_id == terms["Moka Pots"].id
    assert landing.title == "Moka Pots: Every Guide and How to Choose"
    assert landing.idea_source == "keyword_clustering"


def test_a_persons_mapping_outlives_the_next_one(clustered: Deployment) -> None:
    load_terms(clustered.parts, SITE, read_terms(TERMS.encode(), "terms.csv"))
    with clustered.parts.warehouse.write() as session:
        map_term(session, place_of(session, SITE).site_id, "product_cat:5", "c-Clean a Moka Pot")
    assert clustered.run(PLAN_SITE, SITE, assets=["taxonomies"]).success
    load_terms(clustered.parts, SITE, read_terms(TERMS.encode(), "terms.csv"))
    [term] = clustered.rows(TaxonomyTerm, TaxonomyTerm.external_term_id == "5")
    assert (term.mapping_method, term.mapping_confidence, term.mapping_status) == ("person", 1.0, "mapped")
    assert {cluster.id: cluster.name for cluster in clustered.rows(Cluster)}[term.mapped_cluster_id] == (
        "Clean a Moka Pot"
    )


def test_opportunities_are_kept_and_decisions_with_them(clustered: Deployment) -> None:
    positions(
        clustered,
        SITE,
        ("moka pot sizes", "rival.example", 3, False),
        ("chemex filters", "rival.example", 5, False),
        ("moka pot", "cremalane.example", 7, True),
    )
    positions(clustered, OTHER, ("latte art", "third.example", 2, False))
    done = clustered.run(PLAN_SITE, SITE, assets=["opportunities"])
    assert done.success
    shown = metadata_of(done, "opportunities")
    assert (shown["gap"], shown["quick_win"]) == (2, 1)
    assert "decaying pages need search metrics" in shown["not_looked_for"]
    assert "orphans need the link graph" in shown["not_looked_for"]
    rows = {row.title: row for row in clustered.rows(Opportunity)}
    assert set(rows) == {"moka pot sizes", "chemex filters", "moka pot"}, "nothing of the other site"

    with clustered.parts.warehouse.write() as session:
        site = site_by_key(session, SITE)
        _, follows = accept(session, site, rows["moka pot sizes"].id, by="test")
        dismiss(session, site, rows["chemex filters"].id, by="test")
    assert "is a keyword of the site now" in follows
    [keyword] = clustered.rows(Keyword, Keyword.text == "moka pot sizes")
    assert (keyword.status, keyword.source, keyword.volume) == ("new", "opportunity", 2000)

    with clustered.parts.warehouse.write() as session:
        own = session.query(KeywordPosition).filter_by(text="moka pot").one()
        own.position = 2
    assert clustered.run(PLAN_SITE, SITE, assets=["opportunities"]).success
    after = {row.title: row.status for row in clustered.rows(Opportunity)}
    assert after == {"moka pot sizes": "accepted", "chemex filters": "dismissed", "moka pot": "closed"}


def test_pages_that_nothing_links_to_are_told_once_the_link_graph_is_there(clustered: Deployment) -> None:
    with clustered.parts.warehouse.write() as session:
        place = place_of(session, SITE)
        session.add(LinkEdge(**place.owned, source_path="/", target_path="/about/", anchor="About"))
    assert clustered.run(PLAN_SITE, SITE, assets=["opportunities"]).success
    [row] = clustered.rows(Opportunity)
    assert (row.kind, row.subject) == ("orphan", "https://cremalane.example/article-1/")
