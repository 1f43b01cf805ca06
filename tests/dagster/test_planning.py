"""Keywords to tasks: what planning a site leaves in the warehouse and shows in the UI."""

from collections import Counter
from pathlib import Path

import dagster as dg
import pytest
from deployments import SITE, Deployment, checks_of, failure_of, metadata_of, new_deployment

from igny8_assets.planner.keywords.importing import stage_file
from igny8_resources.warehouse.store.sites import set_module, site_by_key
from igny8_resources.warehouse.tables.ledgers import AiCall, Event, Request
from igny8_resources.warehouse.tables.planner import Cluster, ClusterKeyword, ContentIdea, Keyword, KeywordImport
from igny8_resources.warehouse.tables.writer import Task
from jobs.names import PLAN_SITE


@pytest.fixture
def unplanned(tmp_path: Path) -> Deployment:
    return new_deployment(tmp_path / "home")


def test_a_plan_takes_every_keyword_into_one_cluster_and_the_best_into_tasks(planned: Deployment) -> None:
    keywords, members = planned.rows(Keyword), planned.rows(ClusterKeyword)
    assert len(keywords) == 60
    assert Counter(member.keyword_id for member in members) == Counter(keyword.id for keyword in keywords)
    descaling = {keyword.id for keyword in keywords if "descal" in keyword.text}
    assert len({member.cluster_id for member in members if member.keyword_id in descaling}) <= 3

    clusters = planned.rows(Cluster)
    assert sum(cluster.volume for cluster in clusters) == sum(keyword.volume for keyword in keywords)
    assert {cluster.status for cluster in clusters} == {"active"}

    tasks, ideas = planned.rows(Task), {idea.id: idea for idea in planned.rows(ContentIdea)}
    assert [task.partition_key for task in tasks] == [f"{SITE}-1", f"{SITE}-2", f"{SITE}-3"]
    for task in tasks:
        idea = ideas[task.idea_id]
        assert (task.status, idea.status) == ("queued", "queued")
        assert task.primary_keyword == idea.target_keyword
        assert task.sector_id is not None
    assert len({task.primary_keyword for task in tasks}) == 3
    assert planned.instance.get_dynamic_partitions("articles") == [task.partition_key for task in tasks]


def test_what_the_ui_shows_of_a_plan(unplanned: Deployment) -> None:
    done = unplanned.run(PLAN_SITE, SITE)
    assert done.success

    keywords = metadata_of(done, "keywords")
    assert keywords["dagster/partition_row_count"] == 60
    assert "| coffee.csv |" in keywords["files_loaded"]
    assert "| how to make cold brew coffee | 14800 | 52" in keywords["most_searched"]

    clusters = metadata_of(done, "clusters")
    assert clusters["keywords"] == 60
    assert clusters["dagster/partition_row_count"] == len(unplanned.rows(Cluster))
    assert clusters["changes"].startswith("0 kept")
    assert (clusters["credits"], clusters["credits_at_list_price"]) == (0.0, 10.0)

    ideas = metadata_of(done, "ideas")
    assert ideas["ideas_made_now"] == len(unplanned.rows(ContentIdea)) > 0
    assert ideas["provider"] == "offline (offline-1)"
    assert ideas["credits_at_list_price"] == 15.0 * ideas["ideas_made_now"]

    tasks = metadata_of(done, "tasks")
    assert tasks["tasks_made_now"] == len(unplanned.rows(Task))
    assert f"| {SITE}-1 |" in tasks["preview"]
    assert checks_of(done) == {"every_keyword_in_one_cluster": True, "few_rows_refused": True}


def test_planning_again_for_the_same_request_makes_nothing_twice(planned: Deployment, tmp_path: Path) -> None:
    site = planned.copied_to(tmp_path / "home")
    [request] = site.rows(Request)
    before, calls = site.counts(), len(site.rows(AiCall))
    done = site.run(PLAN_SITE, SITE, request=request.id)
    assert done.success
    assert metadata_of(done, "tasks")["tasks_made_now"] == 0
    assert metadata_of(done, "clusters")["answered_from_journal"] == 1
    assert metadata_of(done, "clusters")["changes"].startswith(f"{len(site.rows(Cluster))} kept, 0 new, 0 gone")
    after = site.counts()
    assert len(site.rows(AiCall)) == calls
    assert {name for name in after if after[name] != before[name]} == {"events"}


def test_a_second_request_plans_further_articles_and_keeps_the_first(to_write: Deployment) -> None:
    first = to_write.articles
    further = to_write.plan(2)
    assert to_write.articles == [*first, *further]
    assert len({task.primary_keyword for task in to_write.rows(Task)}) == 5


def test_a_later_file_joins_the_keywords_and_clusters_keep_their_identity(to_write: Deployment) -> None:
    before = {cluster.head_keyword: cluster.stable_id for cluster in to_write.rows(Cluster)}
    later = "Keyword,Volume,Keyword Difficulty\nfrench press ratio,9999,40\nfrench press ratio calculator,320,12\n"
    stage_file(to_write.parts, SITE, later.encode(), "later.csv")
    done = to_write.run(PLAN_SITE, SITE)
    assert done.success
    by_text = {keyword.text: keyword for keyword in to_write.rows(Keyword)}
    assert len(by_text) == 61
    assert by_text["french press ratio"].volume == 9999
    after = {cluster.head_keyword: cluster.stable_id for cluster in to_write.rows(Cluster, Cluster.status == "active")}
    same = [head for head in before if after.get(head) == before[head]]
    assert len(same) >= len(before) - 2


def test_rows_that_could_not_be_read_are_shown_and_do_not_stop_the_plan(unplanned: Deployment) -> None:
    long = "x" * 5_000
    bad = f"Keyword,Volume\nfrench press size,90\n{long},10\nespresso cup size,lots\n"
    stage_file(unplanned.parts, SITE, bad.encode(), "bad.csv")
    done = unplanned.run(PLAN_SITE, SITE, assets=["keywords", "clusters"])
    assert done.success
    assert checks_of(done)["few_rows_refused"] is False
    [check] = [each for each in done.get_asset_check_evaluations() if each.check_name == "few_rows_refused"]
    assert check.severity is dg.AssetCheckSeverity.WARN
    listed = str(check.metadata["problems"].value)
    assert "bad.csv" in listed
    assert "row 3" in listed.casefold()
    by_name = {file.file_name: file for file in unplanned.rows(KeywordImport)}
    assert by_name["bad.csv"].status == "loaded"
    assert "french press size" in {keyword.text for keyword in unplanned.rows(Keyword)}


def test_a_site_without_keywords_says_what_to_do(tmp_path: Path) -> None:
    site = new_deployment(tmp_path / "home")
    with site.parts.warehouse.write() as session:
        session.delete(session.get_one(KeywordImport, 1))
    done = site.run(PLAN_SITE, SITE)
    failure = failure_of(done)
    assert failure.user_failure_data.description == (
        f"{SITE} has no keywords yet; import a file: `igny8 import FILE --site {SITE}`"
    )
    assert site.rows(Cluster) == []


def test_a_disabled_planner_does_nothing(unplanned: Deployment) -> None:
    with unplanned.parts.warehouse.write() as session:
        set_module(session, site_by_key(session, SITE), "planner", enabled=False)
    before = unplanned.counts()
    done = unplanned.run(PLAN_SITE, SITE)
    assert failure_of(done).user_failure_data.description == (
        f"the planner module is switched off for {SITE}; switch it on in the site's modules"
    )
    assert unplanned.counts() == before
    assert {event.kind for event in unplanned.rows(Event)}.isdisjoint({"keywords.loaded", "clusters.built"})


def test_a_site_that_nobody_made_is_named(unplanned: Deployment) -> None:
    done = unplanned.run(PLAN_SITE, "nobody")
    assert failure_of(done).user_failure_data.description.startswith("there is no site 'nobody'")
