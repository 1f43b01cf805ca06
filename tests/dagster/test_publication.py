"""Approved articles become pages, a site and posts: each once, and again only when something changed."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from deployments import SITE, Deployment, checks_of, failure_of, metadata_of

from igny8_assets.publishing.static_site import document_key, read_document
from igny8_assets.review import AUTOMATION
from igny8_resources.warehouse.store.approval import NotApprovable, approve
from igny8_resources.warehouse.store.sites import automation_of, set_module, site_by_key
from igny8_resources.warehouse.store.writer import content_of
from igny8_resources.warehouse.tables.ledgers import Effect, Event
from igny8_resources.warehouse.tables.publishing import LinkEdge, PublishingRecord, SiteBuild
from igny8_resources.warehouse.tables.social import SocialPost
from igny8_resources.warehouse.tables.writer import Content
from jobs.names import BUILD_SITE, DRAFT_SOCIAL_POSTS, PUBLISH_ARTICLE

ARTICLE = f"{SITE}-1"


def approve_all(deployment: Deployment) -> None:
    with deployment.parts.warehouse.write() as session:
        for partition in deployment.articles:
            content, task, site = content_of(session, partition)
            approve(session, content, task, site, by="user:1")


@pytest.fixture
def approved(site: Deployment) -> Deployment:
    approve_all(site)
    return site


@pytest.fixture(scope="module")
def published_once(written: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    deployment = written.copied_to(tmp_path_factory.mktemp("published") / "home")
    approve_all(deployment)
    for partition in deployment.articles:
        assert deployment.run(PUBLISH_ARTICLE, partition).success
    return deployment


@pytest.fixture
def published(published_once: Deployment, tmp_path: Path) -> Deployment:
    return published_once.copied_to(tmp_path / "home")


def test_an_approved_article_is_published_exactly_once(approved: Deployment) -> None:
    done = approved.run(PUBLISH_ARTICLE, ARTICLE)
    assert done.success
    assert checks_of(done) == {"page_document_is_live": True}
    content = approved.content_row(ARTICLE)
    assert (content.status, content.url) == ("published", f"https://cremalane.example/{content.slug}/")
    assert content.published_at is not None
    assert approved.task(ARTICLE).status == "published"
    shown = metadata_of(done, "published_article")
    assert (shown["url"], shown["approved_by"], shown["published_now"]) == (content.url, "user:1", True)

    [effect] = approved.rows(Effect)
    [record] = approved.rows(PublishingRecord)
    assert (effect.status, effect.attempts, record.effect_id) == ("confirmed", 1, effect.id)
    with approved.parts.warehouse.read() as session:
        live = read_document(approved.parts.media, document_key(site_by_key(session, SITE), content.slug))
    assert live is not None
    assert (live.title, live.version, len(live.pictures), live.author_name) == (content.title, 1, 3, "Maya Lindqvist")

    before = approved.counts()
    again = approved.run(PUBLISH_ARTICLE, ARTICLE)
    assert metadata_of(again, "published_article")["published_now"] is False
    assert approved.counts() == before
    assert approved.content_row(ARTICLE).published_at == content.published_at


def test_an_article_that_nobody_approved_is_not_published(site: Deployment) -> None:
    before = site.counts()
    done = site.run(PUBLISH_ARTICLE, ARTICLE)
    title = site.content_row(ARTICLE).title
    assert failure_of(done).user_failure_data.description == (
        f"“{title}” is review; approve it before it can be published"
    )
    assert site.counts() == before


def test_an_article_whose_checks_fail_is_not_published_even_when_approved(approved: Deployment) -> None:
    with approved.article(ARTICLE) as (_, content, _):
        content.checks_passed = False
        content.checks = {**content.checks, "schema": {"passed": False, "errors": ["graph: broken"], "warnings": []}}
    done = approved.run(PUBLISH_ARTICLE, ARTICLE)
    assert failure_of(done).user_failure_data.description.endswith(
        "has failing checks (schema); mend them and run its checks again"
    )
    assert approved.rows(Effect) == []


def test_only_what_passes_its_checks_can_be_approved(site: Deployment) -> None:
    with site.article(ARTICLE) as (_, content, _):
        content.checks_passed = False
    with site.parts.warehouse.write() as session:
        content, task, row = content_of(session, ARTICLE)
        with pytest.raises(NotApprovable, match="has failing checks; mend them first"):
            approve(session, content, task, row, by="user:1")
        content, task, row = content_of(session, f"{SITE}-2")
        approve(session, content, task, row, by="user:1")
        with pytest.raises(NotApprovable, match="is approved; only an article in review can be approved"):
            approve(session, content, task, row, by="user:1")


def test_automation_approves_what_passes_and_says_that_it_was_automation(to_write: Deployment) -> None:
    with to_write.parts.warehouse.write() as session:
        automation_of(session, site_by_key(session, SITE).id).auto_approve = True
    done = to_write.write(ARTICLE)
    content = to_write.content_row(ARTICLE)
    assert (content.status, content.approved_by) == ("approved", AUTOMATION)
    assert metadata_of(done, "internal_links")["approved_by"] == AUTOMATION
    [event] = to_write.rows(Event, Event.kind == "article.approved")
    assert (event.subject, event.actor) == (ARTICLE, AUTOMATION)


def test_a_site_is_built_from_what_is_published(published: Deployment) -> None:
    done = published.run(BUILD_SITE, SITE)
    assert done.success
    assert checks_of(done) == {"site_is_sound": True}
    folder = published.home / "sites" / SITE
    for content in published.rows(Content):
        page = (folder / content.slug / "index.html").read_text()
        assert content.title.split(":")[0] in page
        assert f'<link rel="canonical" href="{content.url}"' in page
    assert (folder / "sitemap.xml").exists()
    assert len(published.rows(LinkEdge)) > 6
    shown = metadata_of(done, "site_build")
    assert shown["preview"] == f"http://127.0.0.1:8000/sites/{SITE}/"
    assert shown["pages"] == published.rows(SiteBuild)[0].pages

    before = published.counts()
    again = published.run(BUILD_SITE, SITE)
    assert metadata_of(again, "site_build")["changed"] == 0
    assert published.counts() == before


def test_a_site_whose_folder_was_lost_is_built_anew(published: Deployment) -> None:
    assert published.run(BUILD_SITE, SITE).success
    shutil.rmtree(published.home / "sites")
    done = published.run(BUILD_SITE, SITE)
    assert done.success
    assert checks_of(done) == {"site_is_sound": True}
    assert len(published.rows(SiteBuild)) == 1


def test_a_site_with_nothing_published_yet_has_its_home(site: Deployment) -> None:
    done = site.run(BUILD_SITE, SITE)
    assert checks_of(done) == {"site_is_sound": True}
    assert "Crema Lane" in (site.home / "sites" / SITE / "index.html").read_text()


def test_posts_are_drafted_once_a_platform_and_within_its_limits(published: Deployment) -> None:
    done = published.run(DRAFT_SOCIAL_POSTS, ARTICLE)
    assert done.success
    assert checks_of(done) == {"posts_fit_their_platforms": True}
    posts = {post.platform: post for post in published.rows(SocialPost)}
    assert set(posts) == {"linkedin", "twitter"}
    url = published.content_row(ARTICLE).url
    for post in posts.values():
        assert (post.status, post.link_url) == ("draft", url)
        assert published.parts.media.exists(post.image_key)
    assert posts["twitter"].characters <= 280
    assert "**linkedin** · " in metadata_of(done, "social_posts")["preview"]

    before = published.counts()
    again = published.run(DRAFT_SOCIAL_POSTS, ARTICLE)
    assert metadata_of(again, "social_posts")["answered_from_journal"] == 2
    after = published.counts()
    assert {name for name in after if after[name] != before[name]} <= {"events"}


def test_a_post_that_a_person_edited_is_left_alone(published: Deployment) -> None:
    assert published.run(DRAFT_SOCIAL_POSTS, ARTICLE).success
    with published.parts.warehouse.write() as session:
        post = session.query(SocialPost).filter_by(platform="linkedin").one()
        post.text_content, post.status = "In our own words.", "approved"
    with published.article(ARTICLE) as (_, content, _):
        content.meta_description = (
            "Another summary of the very same article, long enough to be shown by search engines."
        )
    assert published.run(DRAFT_SOCIAL_POSTS, ARTICLE).success
    posts = {post.platform: post for post in published.rows(SocialPost)}
    assert posts["linkedin"].text_content == "In our own words."
    assert len(posts) == 2


def test_posts_wait_for_publication(approved: Deployment) -> None:
    done = approved.run(DRAFT_SOCIAL_POSTS, ARTICLE)
    assert failure_of(done).user_failure_data.description.endswith(
        "is approved; posts are drafted once it is published"
    )
    assert approved.rows(SocialPost) == []


@pytest.mark.parametrize("job", [PUBLISH_ARTICLE, DRAFT_SOCIAL_POSTS])
def test_what_failed_before_leaves_no_mark_once_it_succeeds(published: Deployment, job: str) -> None:
    with published.article(ARTICLE) as (_, _, task):
        task.error = "the media store has no room"
    assert published.run(job, ARTICLE).success
    assert published.task(ARTICLE).error == ""


@pytest.mark.parametrize(
    ("module", "job", "partition"),
    [
        ("publisher", PUBLISH_ARTICLE, ARTICLE),
        ("publisher", BUILD_SITE, SITE),
        ("socializer", DRAFT_SOCIAL_POSTS, ARTICLE),
    ],
)
def test_a_disabled_module_does_nothing(published: Deployment, module: str, job: str, partition: str) -> None:
    with published.parts.warehouse.write() as session:
        set_module(session, site_by_key(session, SITE), module, enabled=False)
    before = published.counts()
    done = published.run(job, partition)
    assert failure_of(done).user_failure_data.description == (
        f"the {module} module is switched off for {SITE}; switch it on in the site's modules"
    )
    after = published.counts()
    assert {name for name in after if after[name] != before[name]} <= {"link_edges", "events"}
    assert not (published.home / "sites").exists()


def test_a_page_says_when_it_was_first_published_and_when_it_changed(published: Deployment) -> None:
    first = published.content_row(ARTICLE)
    with published.article(ARTICLE) as (_, content, _):
        content.meta_description = "A better summary of the very same article, long enough to be shown by engines."
    done = published.run(PUBLISH_ARTICLE, ARTICLE)
    assert metadata_of(done, "published_article")["published_now"] is True
    with published.parts.warehouse.read() as session:
        key = document_key(site_by_key(session, SITE), first.slug)
    document = json.loads(published.parts.media.get(key))
    assert document["meta_description"].startswith("A better summary")
    assert datetime.fromisoformat(document["published_at"]).astimezone(UTC) == first.published_at
    assert document["modified_at"] > document["published_at"]
    assert len([record for record in published.rows(PublishingRecord) if record.content_id == first.id]) == 2
