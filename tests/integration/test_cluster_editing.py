"""What a person decides about clusters: done at once, in the books, and never across sites."""

import pytest
from sqlalchemy import select

from igny8_assets.planner.clusters.editing import (
    EditRefused,
    lock_cluster,
    merge_clusters,
    move_keywords,
    rename_cluster,
    split_cluster,
)
from igny8_resources.warehouse.store.clusters import ClusteringRows, ClusterRow, known_clustering, save_clustering
from igny8_resources.warehouse.tables.ledgers import Event
from igny8_resources.warehouse.tables.planner import Cluster, ClusterKeyword, ContentIdea, Keyword, Pillar
from tests.warehouse_samples import add_cluster, make_place, site_of

RUN = {"keywords": 1, "clusters": 1, "singletons": 1, "embeddings": "none"}


@pytest.fixture
def place(warehouse):
    place = make_place(warehouse)
    with warehouse.write() as session:
        add_cluster(session, place, "moka", ["moka pot", "moka pot ratio", "moka pot size"])
        add_cluster(session, place, "press", ["french press", "french press ratio"])
    return place


def clusters(warehouse, place):
    """Keyword texts by stable id, of live clusters."""
    with warehouse.read() as session:
        rows = session.execute(
            select(Cluster.stable_id, Keyword.text)
            .join(ClusterKeyword, ClusterKeyword.cluster_id == Cluster.id)
            .join(Keyword, Keyword.id == ClusterKeyword.keyword_id)
            .where(Cluster.site_id == place.site_id, Cluster.status == "active")
        ).tuples()
        found = {}
        for stable_id, text in rows:
            found.setdefault(stable_id, set()).add(text)
        return found


def row(warehouse, stable_id):
    with warehouse.read() as session:
        return session.scalars(select(Cluster).where(Cluster.stable_id == stable_id)).one()


def test_a_moved_keyword_is_pinned_and_both_clusters_are_measured_anew(warehouse, place):
    with warehouse.write() as session:
        done = move_keywords(session, site_of(session, place), ["Moka Pot  Size"], "c-press", by="ana@example.org")
    assert done.moved == 1
    assert clusters(warehouse, place) == {
        "c-moka": {"moka pot", "moka pot ratio"},
        "c-press": {"french press", "french press ratio", "moka pot size"},
    }
    assert (row(warehouse, "c-moka").keyword_count, row(warehouse, "c-press").volume) == (2, 300)
    with warehouse.read() as session:
        assert known_clustering(session, place.site_id).pinned == {("", "moka pot size"): "c-press"}
        [event] = session.scalars(select(Event).where(Event.kind == "cluster.moved"))
    assert (event.actor, event.payload["keywords"]) == ("ana@example.org", ["moka pot size"])


def test_a_merge_retires_the_source_and_takes_its_idle_ideas_along(warehouse, place):
    with warehouse.write() as session:
        source = session.scalars(select(Cluster).where(Cluster.stable_id == "c-press")).one()
        kinds = {"content_type": "post", "content_structure": "how_to", "cluster_id": source.id, "status": "new"}
        session.add(ContentIdea(**place.owned, **kinds, title="Press", target_keyword="french press"))
    with warehouse.write() as session:
        assert merge_clusters(session, site_of(session, place), "c-press", "c-moka", by="cli").moved == 2
    assert {key: len(texts) for key, texts in clusters(warehouse, place).items()} == {"c-moka": 5}
    assert row(warehouse, "c-press").status == "retired"
    with warehouse.read() as session:
        assert session.scalars(select(ContentIdea)).one().cluster_id == row(warehouse, "c-moka").id
        assert known_clustering(session, place.site_id).retired == {"c-press"}


def test_a_split_gives_some_keywords_a_cluster_of_their_own_and_keeps_them_apart(warehouse, place):
    with warehouse.write() as session:
        new = split_cluster(session, site_of(session, place), "c-moka", ["moka pot size"], by="cli").cluster.stable_id
    assert clusters(warehouse, place)[new] == {"moka pot size"}
    with warehouse.read() as session:
        pinned = known_clustering(session, place.site_id).pinned
    assert pinned == {
        ("", "moka pot"): "c-moka",
        ("", "moka pot ratio"): "c-moka",
        ("", "moka pot size"): new,
    }


def test_a_name_that_a_person_gave_outlives_clustering(warehouse, place):
    with warehouse.write() as session:
        rename_cluster(session, site_of(session, place), "c-moka", "  Stovetop   coffee ", by="cli")
    with warehouse.write() as session:
        site = site_of(session, place)
        ids = session.scalars(select(Keyword.id).order_by(Keyword.id)).all()
        values = {"stable_id": "c-moka", "name": "Moka Pots", "head_keyword": "moka pot", "keyword_count": 5}
        pillar = {"stable_id": "p-1", "name": "Coffee", "head_keyword": "moka pot", "cluster_count": 1}
        made = ClusteringRows([pillar], [ClusterRow(values, "p-1", [(each, 0.9) for each in ids])], [], RUN)
        save_clustering(session, site, made)
    kept = row(warehouse, "c-moka")
    assert (kept.name, kept.keyword_count) == ("Stovetop coffee", 5)
    assert row(warehouse, "c-press").status == "retired"
    with warehouse.read() as session:
        assert session.get_one(Pillar, kept.pillar_id).name == "Coffee"


def test_a_lock_is_known_to_the_next_clustering_and_unlocking_releases_its_keywords(warehouse, place):
    with warehouse.write() as session:
        site = site_of(session, place)
        move_keywords(session, site, ["moka pot size"], "c-press", by="cli")
        lock_cluster(session, site, "c-press", locked=True, by="cli")
    with warehouse.read() as session:
        assert known_clustering(session, place.site_id).locked == {"c-press"}
    with warehouse.write() as session:
        lock_cluster(session, site_of(session, place), "c-press", locked=False, by="cli")
    with warehouse.read() as session:
        known = known_clustering(session, place.site_id)
    assert (known.locked, known.pinned) == (frozenset(), {})


@pytest.mark.parametrize(
    ("decide", "said"),
    [
        (lambda s, site: move_keywords(s, site, ["moka pot"], "c-none", by="cli"), "has no cluster 'c-none'"),
        (lambda s, site: move_keywords(s, site, ["tea"], "c-press", by="cli"), "has no keyword 'tea'"),
        (lambda s, site: move_keywords(s, site, [], "c-press", by="cli"), "name at least one keyword"),
        (lambda s, site: merge_clusters(s, site, "c-moka", "c-moka", by="cli"), "cannot be merged with itself"),
        (lambda s, site: split_cluster(s, site, "c-moka", ["french press"], by="cli"), "does not hold 'french press'"),
        (
            lambda s, site: split_cluster(s, site, "c-press", ["french press", "french press ratio"], by="cli"),
            "nothing would be left",
        ),
        (lambda s, site: rename_cluster(s, site, "c-moka", "  ", by="cli"), "a name has 1 to 200 characters"),
    ],
)
def test_what_cannot_be_decided_is_refused_and_changes_nothing(warehouse, place, decide, said):
    before = clusters(warehouse, place)
    with pytest.raises(EditRefused, match=said), warehouse.write() as session:
        decide(session, site_of(session, place))
    assert clusters(warehouse, place) == before


def test_one_site_cannot_reach_the_clusters_of_another(warehouse, place):
    other = make_place(warehouse, slug="other", key="other-site", name="Other")
    with warehouse.write() as session, pytest.raises(EditRefused, match="other-site has no cluster 'c-moka'"):
        move_keywords(session, site_of(session, other), ["moka pot"], "c-moka", by="cli")
    with warehouse.write() as session:
        add_cluster(session, other, "tea", ["green tea"])
        with pytest.raises(EditRefused, match="other-site has no keyword 'moka pot'"):
            move_keywords(session, site_of(session, other), ["moka pot"], "c-tea", by="cli")
