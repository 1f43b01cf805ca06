"""One article through its chain: text, pictures, structured data, links, review; and what stops it."""

import dagster as dg
import pytest
from deployments import SITE, Deployment, checks_of, failure_of, metadata_of
from sqlalchemy import select, update

from igny8_assets.writer.article_html import render_article, word_count
from igny8_assets.writer.editing import edit_article
from igny8_resources.contracts.writer import ArticleDraft
from igny8_resources.warehouse.store.sites import set_module, site_by_key
from igny8_resources.warehouse.store.writer import WrittenBy, content_of, save_article, task_of
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditTransaction, CreditUsage, Event
from igny8_resources.warehouse.tables.publishing import InternalLink
from igny8_resources.warehouse.tables.tenancy import Account
from igny8_resources.warehouse.tables.writer import Content, ContentVersion, Image, Task
from jobs import names
from sensors.dispatch import work_for_events

ARTICLE = f"{SITE}-1"
CHAIN = ["article", "image_prompts", "images", "article_schema", "internal_links"]


def steps_of(result: dg.ExecuteInProcessResult) -> list[str]:
    return [event.step_key for event in result.all_events if event.is_step_success and event.step_key in CHAIN]


def edit_as_a_person(deployment: Deployment, partition: str, conclusion: str) -> ArticleDraft:
    with deployment.parts.warehouse.write() as session:
        task, site = task_of(session, partition)
        content = session.query(Content).filter_by(task_id=task.id).one()
        edited = ArticleDraft.model_validate(content.draft).model_copy(update={"conclusion": (conclusion,)})
        writer = WrittenBy("user:1", content.provider, content.model, None)
        save_article(session, task, site, edited, render_article(edited), word_count(edited), writer)
    return edited


def want_another_length(deployment: Deployment, partition: str, words: int) -> None:
    """A brief that differs, so that the writer is really asked."""
    with deployment.article(partition) as (_, _, task):
        task.target_words = words


def switch_off(deployment: Deployment, module: str) -> None:
    with deployment.parts.warehouse.write() as session:
        set_module(session, site_by_key(session, SITE), module, enabled=False)


def test_the_chain_leaves_one_complete_article_in_review(written: Deployment) -> None:
    content = written.content_row(ARTICLE)
    assert (content.status, content.version, content.checks_passed) == ("review", 1, True)
    assert content.word_count > 600
    assert content.primary_keyword in content.title.casefold()
    assert content.html.count("<h2") >= 4
    assert content.provider == "offline"
    assert {name: check["errors"] for name, check in content.checks.items()} == {"text": [], "images": [], "schema": []}
    assert written.task(ARTICLE).error == ""

    [version] = written.rows(ContentVersion, ContentVersion.content_id == content.id)
    assert (version.version, version.written_by, version.draft) == (1, "offline:offline-1", content.draft)

    images = written.rows(Image, Image.content_id == content.id)
    assert [image.role for image in images] == ["featured", "in_article", "in_article"]
    for image in images:
        assert (image.status, image.width, image.height) == ("ready", 1600, 900)
        assert image.alt_text
        assert all(written.parts.media.exists(variant["key"]) for variant in image.variants)

    types = [node["@type"] for node in content.schema_data["@graph"]]
    assert "BreadcrumbList" in types
    assert content.serp_elements


def test_articles_of_one_site_link_to_each_other(written: Deployment) -> None:
    rows = written.rows(Content)
    by_id = {content.id: content for content in rows}
    links = written.rows(InternalLink)
    assert len(links) >= len(rows), "every article links at least to its topic"
    for link in links:
        assert f'href="{link.target_path}"' in by_id[link.source_content_id].html
    assert any(link.target_content_id for link in links)


def test_what_the_ui_shows_of_an_article(to_write: Deployment) -> None:
    done = to_write.write(ARTICLE)
    content = to_write.content_row(ARTICLE)
    assert steps_of(done) == CHAIN
    assert checks_of(done) == dict.fromkeys(
        [
            "article_is_publishable",
            "figures_have_sources",
            "every_image_has_its_files",
            "schema_is_one_sound_graph",
            "links_lead_somewhere",
            "ready_for_review",
        ],
        True,
    )
    shown = metadata_of(done, "article")
    assert shown["title"] == content.title
    assert shown["preview"].startswith(f"# {content.title}\n")
    assert shown["words"] == content.word_count
    assert shown["version"] == 1
    assert shown["provider"] == "offline (offline-1)"
    assert shown["credits"] == 0.0
    assert shown["credits_at_list_price"] > 30
    assert shown["answered_from_journal"] == 0
    assert shown["page"].startswith("http://127.0.0.1:8000/drafts/")
    assert shown["page"].endswith(f"/{content.slug}/")

    assert metadata_of(done, "image_prompts")["images"] == 3
    pictures = metadata_of(done, "images")
    assert pictures["images"] == 3
    assert pictures["files"] >= 9
    assert "![" in pictures["gallery"]
    structured = metadata_of(done, "article_schema")
    assert "BreadcrumbList" in structured["types"].split(", ")
    assert '"@context": "https://schema.org"' in structured["json_ld"]
    links = metadata_of(done, "internal_links")
    assert links["status"] == "review"
    assert links["approved_by"] == "nobody yet"
    assert "| out | /topics/" in links["links"]


def test_writing_an_article_again_pays_nothing_and_doubles_nothing(to_write: Deployment) -> None:
    to_write.charge_for_offline_work("0.5")
    assert to_write.write(ARTICLE).success
    before, balance, article = to_write.counts(), to_write.balance(), to_write.content_row(ARTICLE)
    assert balance < 500

    again = to_write.write(ARTICLE)
    assert again.success
    assert to_write.balance() == balance
    after = to_write.counts()
    assert {name for name in after if after[name] != before[name]} == {"events"}
    for asset in ("article", "image_prompts", "article_schema", "internal_links"):
        assert metadata_of(again, asset)["answered_from_journal"] == 1
    now = to_write.content_row(ARTICLE)
    assert (now.version, now.draft, now.html, now.status) == (1, article.draft, article.html, "review")
    assert all(call.replays for call in to_write.rows(AiCall, AiCall.function == "generate_content"))


def test_what_a_person_wrote_survives_every_later_draft(site: Deployment) -> None:
    edited = edit_as_a_person(site, ARTICLE, "Measure once, taste twice, and write down what you changed.")
    for version, words in ((3, 700), (4, 900)):
        want_another_length(site, ARTICLE, words)
        done = site.write(ARTICLE)
        assert done.success
        content = site.content_row(ARTICLE)
        assert content.version == 2
        assert content.draft == edited.model_dump(mode="json")
        assert "taste twice" in content.html
        shown = metadata_of(done, "article")
        assert shown["new_draft"] == "kept as a proposal beside the text a person edited"
        assert shown["words"] == content.word_count
        versions = site.rows(ContentVersion, ContentVersion.content_id == content.id)
        assert [each.version for each in versions] == list(range(1, version + 1))
        assert versions[-1].written_by == "offline:offline-1"


def test_a_text_that_a_person_changed_gets_its_pictures_and_links_without_a_model_writing(site: Deployment) -> None:
    with site.parts.warehouse.write() as session:
        content, task, owner = content_of(session, ARTICLE)
        draft = ArticleDraft.model_validate(content.draft).model_copy(
            update={"conclusion": ("Taste, and note it down.",)}
        )
        edit_article(session, content, task, owner, draft, by="user:maya", base_version=content.version)
        edited = session.scalars(select(Event).where(Event.kind == "article.edited")).one()
        [work] = work_for_events(session, [edited])
    assert (work.job, work.partition) == (names.COMPLETE_ARTICLE, ARTICLE)
    before = len(site.rows(AiCall, AiCall.function == "generate_content"))
    assert site.run(work.job, ARTICLE).success
    content = site.content_row(ARTICLE)
    assert (content.status, content.checks_passed, content.version) == ("review", True, 2)
    assert "Taste, and note it down." in content.html
    assert 'class="related"' in content.html or "<img" in content.html
    assert len(site.rows(AiCall, AiCall.function == "generate_content")) == before
    with site.parts.warehouse.read() as session:
        # By now there is nothing left to do for it.
        assert work_for_events(session, [edited]) == []


def test_a_new_draft_of_a_published_article_goes_back_through_review(site: Deployment) -> None:
    with site.article(ARTICLE) as (_, content, task):
        content.status = task.status = "published"
        content.approved_by = "user:1"
    want_another_length(site, ARTICLE, 700)
    assert site.write(ARTICLE).success
    content = site.content_row(ARTICLE)
    assert (content.status, content.version, content.approved_by) == ("review", 2, "")
    assert site.task(ARTICLE).status == "review"


def test_a_task_that_failed_after_publication_is_published_again_once_it_runs(site: Deployment) -> None:
    with site.article(ARTICLE) as (_, content, task):
        content.status = "published"
        task.status, task.error = "failed", "the provider could not be reached"
    assert site.write(ARTICLE).success
    task = site.task(ARTICLE)
    assert (task.status, task.error) == ("published", "")


def test_a_failing_check_stops_the_chain_in_place(site: Deployment) -> None:
    with site.article(ARTICLE) as (session, content, _):
        draft = {**content.draft, "conclusion": ["Lorem ipsum dolor sit amet."]}
        content.draft, content.version = draft, 2
        session.add(
            ContentVersion(
                account_id=content.account_id,
                site_id=content.site_id,
                content_id=content.id,
                version=2,
                title=content.title,
                draft=draft,
                written_by="user:1",
            )
        )
    before = len(site.rows(Event, Event.kind == "article.linked"))
    done = site.write(ARTICLE)
    assert not done.success
    assert steps_of(done) == ["article"]
    [check] = [check for check in done.get_asset_check_evaluations() if check.blocking]
    assert (check.check_name, check.passed, check.blocking) == ("article_is_publishable", False, True)
    assert check.description == (
        "“Lorem ipsum” is a placeholder: write what belongs there. It stands in: “Lorem ipsum dolor sit amet.”"
    )
    assert "- **error** · placeholder · *conclusion:0*" in str(check.metadata["findings"].value)
    assert len(site.rows(Event, Event.kind == "article.linked")) == before


def test_an_article_with_a_failing_check_cannot_be_approved_by_running_the_rest(site: Deployment) -> None:
    with site.article(ARTICLE) as (_, content, _):
        content.draft = {**content.draft, "title": ""}
    done = site.run(names.WRITE_ARTICLE, ARTICLE, assets=["internal_links"])
    assert checks_of(done)["ready_for_review"] is False
    content = site.content_row(ARTICLE)
    assert (content.status, content.checks_passed) == ("draft", False)
    assert content.checks["text"]["errors"][0].startswith("title: The title is empty")


@pytest.mark.parametrize("asset", ["article", "image_prompts", "images"])
def test_a_disabled_writer_does_nothing(site: Deployment, asset: str) -> None:
    switch_off(site, "writer")
    before = site.counts()
    done = site.run(names.WRITE_ARTICLE, ARTICLE, assets=[asset])
    assert failure_of(done).user_failure_data.description == (
        f"the writer module is switched off for {SITE}; switch it on in the site's modules"
    )
    assert site.counts() == before


def test_a_site_without_structured_data_or_links_still_gets_its_article(to_write: Deployment) -> None:
    for module in ("schema", "linker"):
        switch_off(to_write, module)
    done = to_write.write(ARTICLE)
    assert done.success
    assert metadata_of(done, "article_schema") == {"skipped": f"the schema module is switched off for {SITE}"}
    content = to_write.content_row(ARTICLE)
    assert (content.status, content.schema_data) == ("review", {})
    assert to_write.rows(InternalLink) == []
    assert {call.function for call in to_write.rows(AiCall)}.isdisjoint({"schema", "linking"})


@pytest.mark.parametrize(
    ("partition", "assets", "said"),
    [
        (f"{SITE}-99", ["article"], f"there is no article '{SITE}-99'; its task may have been deleted"),
        (
            f"{SITE}-1",
            ["image_prompts"],
            f"article '{SITE}-1' has no text yet; materialise `article` for this partition first",
        ),
    ],
)
def test_what_is_missing_is_named(to_write: Deployment, partition: str, assets: list[str], said: str) -> None:
    done = to_write.run(names.WRITE_ARTICLE, partition, assets=assets)
    assert failure_of(done).user_failure_data.description == said
    assert to_write.rows(Content) == []


def test_without_credits_nothing_is_called(to_write: Deployment) -> None:
    to_write.charge_for_offline_work("5")
    with to_write.parts.warehouse.write() as session:
        session.execute(update(Account).values(credit_balance=0))
        session.execute(CreditTransaction.__table__.delete())
    calls, events = len(to_write.rows(AiCall)), len(to_write.rows(Event))
    done = to_write.write(ARTICLE)
    failure = failure_of(done)
    needed = to_write.rows(Task)[0].target_words / 100 * 5 * 1.5
    assert failure.user_failure_data.description == (
        f"this needs {needed:g} credits and the account has 0; add credits or ask for less"
    )
    assert done.retry_attempts_for_node("article") == 0
    assert to_write.rows(Content) == []
    assert len(to_write.rows(AiCall)) == calls
    assert [event.kind for event in to_write.rows(Event)[events:]] == ["credits.exhausted"]
    assert to_write.balance() == 0
    assert len(to_write.rows(CreditUsage)) == len(to_write.rows(AiCall))
    assert to_write.rows(Task)[0].status == "queued"
