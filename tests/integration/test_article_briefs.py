"""What the writer is told about a task: the outline contract of the page that the task asks for."""

import pytest

from igny8_assets.planner.ideas.task_making import create_tasks
from igny8_resources.contracts.outlines import UnsuitableStructure, contract_for
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store import writer as store
from igny8_resources.warehouse.tables.planner import ContentIdea
from igny8_resources.warehouse.tables.writer import Task
from tests.warehouse_samples import add_article, add_cluster, make_place, site_of


def test_the_contract_travels_with_the_brief_at_the_length_asked_for(warehouse: Warehouse) -> None:
    place = make_place(warehouse)
    with warehouse.write() as session:
        partition, _ = add_article(session, place, "queued")
        task, site = store.task_of(session, partition)
        task.target_words = 2000
        brief = store.brief_for(session, task, site)
    assert brief.contract == contract_for("post", "how_to").for_words(2000)
    assert (brief.contract.words.least, brief.contract.words.most) == (1000, 3200)
    # What a provider and the journal get is plain JSON, and it can be read back.
    assert type(brief).model_validate_json(brief.model_dump_json()) == brief


def test_a_task_for_a_page_that_makes_no_sense_is_refused_by_name(warehouse: Warehouse) -> None:
    place = make_place(warehouse)
    with warehouse.write() as session:
        partition, _ = add_article(session, place, "queued")
        task, site = store.task_of(session, partition)
        task.content_structure = "service_area"
        with pytest.raises(UnsuitableStructure, match="a post cannot have the structure 'service_area'"):
            store.brief_for(session, task, site)


def test_an_idea_becomes_a_task_of_the_length_that_its_page_usually_has(warehouse: Warehouse) -> None:
    place = make_place(warehouse)
    with warehouse.write() as session:
        cluster_id = add_cluster(session, place, "moka pot", ["moka pot", "moka pot sizes"])
        idea = ContentIdea(
            **place.owned, cluster_id=cluster_id, title="Moka Pots", target_keyword="moka pot", status="new",
            content_type="taxonomy_landing", content_structure="tag_archive",
        )  # fmt: skip
        session.add(idea)
        session.flush()
        create_tasks(session, site_of(session, place), None)
        [task] = session.query(Task).all()
        assert task.target_words == contract_for("taxonomy_landing", "tag_archive").words.target
        session.delete(task)
        session.flush()
        idea.status, idea.content_structure = "new", "company_team"
        with pytest.raises(UnsuitableStructure, match="'company_team' belongs to company_page"):
            create_tasks(session, site_of(session, place), None)
