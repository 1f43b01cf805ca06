"""``igny8 ideas``, ``igny8 opportunities`` and ``igny8 terms`` at a terminal; one site never shows another's rows."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from igny8_resources.warehouse.store.sites import set_module, site_by_key
from igny8_resources.warehouse.tables.opportunities import KeywordPosition, Opportunity
from igny8_resources.warehouse.tables.planner import Cluster, ContentIdea, Keyword
from igny8_resources.warehouse.tables.taxonomies import TaxonomyTerm
from tests.integration.cli_terminal import Terminal
from tests.warehouse_samples import Place, add_cluster

SITE, OTHER = "crema-lane", "tea-lane"


def place_of(session: Session, key: str) -> Place:
    site = site_by_key(session, key)
    return Place(site.account_id, site.id, site.key)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """Two sites of two accounts, each with a cluster, an idea and a competitor's position."""
    ready = Terminal(tmp_path / "home").ready()
    ready.done("site", "add", OTHER, "--name", "Tea", "--url", "https://tea.example", "--account", "tea")
    with ready.parts.warehouse.write() as session:
        for key, name, gap in ((SITE, "moka pot", "moka pot sizes"), (OTHER, "oolong tea", "oolong steeping time")):
            place = place_of(session, key)
            cluster_id = add_cluster(session, place, name, [name, f"{name} guide"])
            session.get_one(Cluster, cluster_id).status = "active"
            session.add(
                ContentIdea(
                    **place.owned,
                    cluster_id=cluster_id,
                    title=f"All about {name}",
                    content_type="post",
                    content_structure="guide_tutorial",
                    target_keyword=name,
                    reasons=["two keywords"],
                    link_targets=[{"ref": "idea:9", "title": "A hub", "why": "hub of it", "kind": "hub"}],
                )
            )
            session.add(
                KeywordPosition(
                    **place.owned,
                    market="us",
                    text=gap,
                    normalized_text=gap,
                    domain="rival.example",
                    position=3,
                    volume=900,
                )
            )
    return ready


def test_ideas_with_their_reasons_and_links(terminal: Terminal) -> None:
    said = terminal.done("ideas", "--site", SITE)
    assert "All about moka pot" in said
    assert "two keywords" in said
    assert "A hub (hub of it)" in said
    assert "oolong" not in said
    assert "has no such idea" in terminal.done("ideas", "--site", SITE, "--status", "refresh")


def test_opportunities_are_found_accepted_and_dismissed(terminal: Terminal) -> None:
    said = terminal.done("opportunities", "list", "--site", SITE)
    assert "moka pot sizes" in said
    assert "rival.example at 3" in said
    assert "oolong" not in said
    assert "decaying pages need search metrics" in said
    [row] = terminal.rows(Opportunity)
    done = terminal.done("opportunities", "accept", str(row.id), "--site", SITE)
    assert done.startswith(f"accepted {row.id}: moka pot sizes. 'moka pot sizes' is a keyword of the site now")
    [keyword] = terminal.rows(Keyword, Keyword.text == "moka pot sizes")
    assert (keyword.market, keyword.status, keyword.volume) == ("us", "new", 900)
    assert terminal.refused("opportunities", "accept", str(row.id), "--site", SITE) == (
        f"opportunity {row.id} is accepted already"
    )
    assert "No opportunity is open." in terminal.done("opportunities", "list", "--site", SITE, "--kind", "gap")
    assert terminal.rows(Opportunity)[0].status == "accepted"


def test_an_opportunity_of_another_site_cannot_be_decided(terminal: Terminal) -> None:
    terminal.done("opportunities", "list", "--site", OTHER)
    [row] = terminal.rows(Opportunity)
    for verb in ("accept", "dismiss"):
        said = terminal.refused("opportunities", verb, str(row.id), "--site", SITE)
        assert said.startswith(f"there is no opportunity {row.id};")
    assert terminal.rows(Opportunity)[0].status == "open"
    assert "dismissed" in terminal.done("opportunities", "dismiss", str(row.id), "--site", OTHER)
    terminal.done("opportunities", "list", "--site", OTHER)
    assert [row.status for row in terminal.rows(Opportunity)] == ["dismissed"]


def test_terms_are_imported_mapped_and_decided(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "terms.csv"
    file.write_text("taxonomy,term_id,name,count\nproduct_cat,5,Moka Pots,24\nproduct_cat,6,,3\n")
    said = terminal.done("terms", "import", str(file), "--site", SITE)
    assert "terms.csv: 1 terms, 1 problems" in said
    assert "row 3: name is empty" in said
    assert "Moka Pots" in said
    assert "No terms yet" in terminal.done("terms", "list", "--site", OTHER)
    with terminal.parts.warehouse.read() as session:
        theirs = session.query(Cluster).filter_by(name="oolong tea").one().stable_id
    assert f"the site has no cluster {theirs!r}" in terminal.refused("terms", "map", "5", theirs, "--site", SITE)
    assert "the site has no term '5'" in terminal.refused("terms", "map", "5", theirs, "--site", OTHER)
    said = terminal.done("terms", "map", "5", "c-moka pot", "--site", SITE)
    assert said == "Moka Pots stands for c-moka pot from now on\n"
    assert [term.mapping_method for term in terminal.rows(TaxonomyTerm)] == ["person"]
    assert "person" in terminal.done("terms", "list", "--site", SITE)


def test_a_term_id_that_two_taxonomies_use_must_be_named_fully(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "terms.csv"
    file.write_text("taxonomy,term_id,name\nproduct_cat,5,Moka Pots\npost_tag,5,Moka\n")
    terminal.done("terms", "import", str(file), "--site", SITE)
    said = terminal.refused("terms", "map", "5", "c-moka pot", "--site", SITE)
    assert said == "several terms have the id '5': say which, product_cat:5, post_tag:5"
    assert "Moka stands for" in terminal.done("terms", "map", "post_tag:5", "c-moka pot", "--site", SITE)


def test_a_file_without_the_columns_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "terms.csv"
    file.write_text("name\nMoka\n")
    assert "has no column taxonomy, term_id" in terminal.refused("terms", "import", str(file), "--site", SITE)
    assert terminal.count(TaxonomyTerm) == 0


def test_a_disabled_planner_looks_for_nothing(terminal: Terminal) -> None:
    with terminal.parts.warehouse.write() as session:
        set_module(session, site_by_key(session, SITE), "planner", enabled=False)
    assert "the planner module is switched off" in terminal.refused("opportunities", "list", "--site", SITE)
    assert terminal.count(Opportunity) == 0
