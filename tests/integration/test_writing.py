"""The writing pipeline on both databases: long articles in steps, sources, people's texts and what models propose beside them."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from igny8_assets.chain_checks import figure_findings, text_findings
from igny8_assets.not_ready import NotReady
from igny8_assets.review import settle_review, verdict_on
from igny8_assets.writer.editing import accept_proposal, edit_article, reject_proposal, rewrite_section
from igny8_assets.writer.sources import name_address, prepare_sources, read_document
from igny8_assets.writer.version_diff import version_diff
from igny8_assets.writer.writing import write_article
from igny8_resources.ai.errors import ProviderError
from igny8_resources.contracts.writer import ArticleDraft, Citation
from igny8_resources.platform import Platform
from igny8_resources.progress import watching
from igny8_resources.settings import Settings
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store import writer as store
from igny8_resources.warehouse.store.sources import add_source, remove_source, sources_of
from igny8_resources.warehouse.store.versions import NotAProposal, VersionConflict, versions_of
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditTransaction, CreditUsage, Event
from igny8_resources.warehouse.tables.tenancy import Account, AuthorProfile
from igny8_resources.warehouse.tables.writer import Content, ContentVersion
from tests.stand_ins.openai_server import API_KEY, MODEL, StandIn, offline_answer
from tests.warehouse_samples import FIRST_CREDITS, Place, add_article, add_cluster, make_place

KEYWORDS = [
    "espresso machine", "espresso machine under 500", "best espresso machine for beginners",
    "espresso machine with grinder", "small espresso machine", "espresso machine cleaning",
    "dual boiler espresso machine", "manual espresso machine", "how long do espresso machines last",
]  # fmt: skip
REPORT = """# Water report

Hard water above 120 mg of calcium per litre shortens the life of an espresso machine boiler by several years.

Filters have to be changed in time."""


@pytest.fixture
def place(warehouse: Warehouse) -> Place:
    return make_place(warehouse)


@pytest.fixture
def parts(warehouse: Warehouse, tmp_path: Path) -> Iterator[Platform]:
    made = platform(warehouse, tmp_path)
    yield made
    made.warehouse.dispose()


def platform(warehouse: Warehouse, home: Path, **settings: Any) -> Platform:
    url = warehouse.url.render_as_string(hide_password=False)
    return Platform(Settings(home=home, warehouse_url=url, embeddings="lexical", **settings))


@pytest.fixture
def partition(warehouse: Warehouse, place: Place) -> str:
    return task_to_write(warehouse, place)


def task_to_write(warehouse: Warehouse, place: Place, words: int = 900) -> str:
    with warehouse.write() as session:
        cluster_id = add_cluster(session, place, "espresso machine", KEYWORDS)
        partition, _ = add_article(session, place, "queued", cluster_id=cluster_id, keyword=KEYWORDS[0])
        task, _ = store.task_of(session, partition)
        task.target_words, task.content_structure = words, "guide_tutorial"
        task.secondary_keywords, task.title = KEYWORDS[1:], "How to Choose an Espresso Machine"
    return partition


def lengthen(warehouse: Warehouse, partition: str, words: int) -> None:
    with warehouse.write() as session:
        store.task_of(session, partition)[0].target_words = words


def article(warehouse: Warehouse, partition: str) -> tuple[Content, ArticleDraft, list[ContentVersion]]:
    with warehouse.read() as session:
        content, _, _ = store.content_of(session, partition)
        return content, ArticleDraft.model_validate(content.draft), list(versions_of(session, content.id))


def edit(warehouse: Warehouse, partition: str, base: int, **changes: Any) -> Content:
    with warehouse.write() as session:
        content, task, site = store.content_of(session, partition, lock=True)
        draft = ArticleDraft.model_validate(content.draft).model_copy(update=changes)
        return edit_article(
            session, content, task, site, draft, by="user:maya@crema.example", base_version=base
        ).content


class TestLongArticles:
    """Outline, sections at the same time, closing pass; each through the journal."""

    def test_every_step_is_paid_once_and_replayed_after_a_crash(
        self, warehouse: Warehouse, place: Place, tmp_path: Path
    ) -> None:
        partition = task_to_write(warehouse, place, 2600)
        asked: Counter[str] = Counter()
        broken = threading.Event()

        def answer(function: str, brief: dict[str, Any]) -> dict[str, Any]:
            key = f"{function}:{brief.get('index', '')}"
            asked[key] += 1
            time.sleep(0.05)
            if key == "write_section:2" and not broken.is_set():
                return {"not": "a section"}
            return offline_answer(function, brief)

        with StandIn(answer) as server:
            parts = platform(
                warehouse,
                tmp_path,
                openai_base_url=server.base_url,
                openai_api_key=API_KEY,
                openai_model=MODEL,
                ai_concurrency=4,
            )
            with pytest.raises(ProviderError):
                write_article(parts, partition)
            broken.set()
            before = asked.copy()
            told: list[str] = []
            with watching(lambda _partition, message: told.append(message)):
                written = write_article(parts, partition)
            parts.warehouse.dispose()
            assert 1 < server.max_in_flight <= 4

        sections = len(written.draft.sections)
        assert sections >= 5
        # Only what had failed, and what came after it, was asked for again.
        assert {key for key in asked if asked[key] > before[key]} == {"write_section:2", "revise_article:"}
        assert f"section {sections} of {sections} written" in told
        assert told[-1] == f"{written.content.word_count} words saved"

        with warehouse.read() as session:
            charged = dict(
                session.execute(
                    select(AiCall.function, func.sum(AiCall.credits))
                    .where(AiCall.status == "done")
                    .group_by(AiCall.function)
                )
                .tuples()
                .all()
            )
            words = session.scalar(select(func.sum(CreditUsage.units)).where(CreditUsage.operation == "content"))
            balance = session.scalars(select(Account.credit_balance)).one()
            moved = sum(session.scalars(select(CreditTransaction.amount)), Decimal(0))
        assert charged["outline_article"] == 0
        assert charged["write_section"] > 0
        assert charged["revise_article"] > 0
        assert written.content.credits_used == sum(charged.values())
        assert balance == moved == FIRST_CREDITS - sum(charged.values())
        # What is charged are the words of the article, not those of the outline or of sections given back twice.
        assert written.content.word_count <= words * 100 <= written.content.word_count * Decimal("1.1")
        assert written.content.provider == "openai"

    def test_writing_it_again_calls_nothing(self, warehouse: Warehouse, place: Place, parts: Platform) -> None:
        partition = task_to_write(warehouse, place, 2600)
        first = write_article(parts, partition)
        again = write_article(parts, partition)
        assert all(call.replayed for call in again.calls)
        assert again.draft == first.draft
        assert [version.version for version in article(warehouse, partition)[2]] == [1]
        assert [finding for finding in text_findings(parts, partition) if finding.severity == "error"] == []


class TestSources:
    """Documents that an article may cite."""

    def test_a_file_is_cited_with_a_quote_that_stands_in_it(
        self, warehouse: Warehouse, partition: str, parts: Platform
    ) -> None:
        document = read_document(parts.media, "accounts/1/crema-lane", "water.md", REPORT.encode())
        assert parts.media.get(document.media_key) == REPORT.encode()
        with warehouse.write() as session:
            task, _ = store.task_of(session, partition)
            add_source(session, task, title=document.title, text=document.text, media_key=document.media_key)
        written = write_article(parts, partition)
        [citation] = written.draft.citations
        assert citation.quote in REPORT
        assert written.sources_used == ("s1 “Water report”: 159 of 159 characters (100%)",)
        assert '<li id="source-1">Water report</li>' in written.content.html
        assert figure_findings(parts, partition) == []

        with warehouse.write() as session:
            content, _, _ = store.content_of(session, partition)
            invented = Citation(where=citation.where, source_id="s1", quote="Soft water doubles the life of a boiler.")
            content.draft = {**content.draft, "citations": [invented.model_dump()]}
        [finding] = [finding for finding in text_findings(parts, partition) if finding.check == "citations"]
        assert (finding.severity, finding.passage) == ("error", citation.where)

    def test_a_removed_source_is_missed_by_the_check(
        self, warehouse: Warehouse, partition: str, parts: Platform
    ) -> None:
        with warehouse.write() as session:
            task, _ = store.task_of(session, partition)
            add_source(session, task, title="Water report", text=REPORT)
        write_article(parts, partition)
        with warehouse.write() as session:
            task, _ = store.task_of(session, partition)
            remove_source(session, task, "s1")
        [error] = [finding for finding in text_findings(parts, partition) if finding.severity == "error"]
        assert "the source “s1”, which does not exist. The task has no source that was read." in error.message

    def test_of_two_hundred_pages_the_brief_carries_what_matters_and_says_how_much(
        self, warehouse: Warehouse, partition: str, parts: Platform
    ) -> None:
        pages = ["The committee approved the minutes of its meeting and adjourned. " * 45] * 200
        pages[120] = "Espresso machine cleaning once a week keeps a small espresso machine alive for longer. " * 3
        with warehouse.write() as session:
            task, _ = store.task_of(session, partition)
            add_source(session, task, title="Minutes", text="\n\n".join(pages))
        written = write_article(parts, partition)
        [said] = written.sources_used
        assert said.startswith("s1 “Minutes”: 2")
        assert said.endswith("characters (4%)")
        [citation] = written.draft.citations
        assert "Espresso machine cleaning once a week" in citation.quote
        # The passages stay chosen: the brief is the same, and so the call is answered from the journal.
        assert all(call.replayed for call in write_article(parts, partition).calls)

    def test_what_cannot_be_read_stops_the_writing_before_anything_is_paid(
        self, warehouse: Warehouse, partition: str, parts: Platform
    ) -> None:
        with warehouse.write() as session:
            task, _ = store.task_of(session, partition)
            name_address(session, task, "http://127.0.0.1:9/secret")
            name_address(session, task, "http://127.0.0.1:9/secret")
        with pytest.raises(NotReady, match=r"s1: 127.0.0.1 is not a public address .* `igny8 task sources remove"):
            write_article(parts, partition)
        with warehouse.read() as session:
            [source] = sources_of(session, task.id)
            assert (source.status, source.key) == ("failed", "s1")
            assert session.scalar(select(func.count()).select_from(AiCall)) == 0
        with pytest.raises(NotReady):
            prepare_sources(parts, partition)


class TestVersions:
    """What people wrote is never overwritten."""

    def test_a_rerun_proposes_beside_a_persons_text_until_a_person_decides(
        self, warehouse: Warehouse, partition: str, parts: Platform
    ) -> None:
        write_article(parts, partition)
        edit(warehouse, partition, 1, conclusion=("Measure once, taste twice.",))
        for number, words in ((3, 1100), (4, 1300)):
            lengthen(warehouse, partition, words)
            written = write_article(parts, partition)
            assert not written.stands
            content, draft, versions = article(warehouse, partition)
            assert (content.version, draft.conclusion) == (2, ("Measure once, taste twice.",))
            assert versions[0].version == number
        assert [(each.version, each.status) for each in versions] == [
            (4, "proposal"), (3, "proposal"), (2, "standing"), (1, "past"),
        ]  # fmt: skip

        with warehouse.write() as session:
            content, task, site = store.content_of(session, partition, lock=True)
            reject_proposal(session, content, task, 4, by="user:maya@crema.example")
            accepted = accept_proposal(session, content, task, site, 3, by="user:maya@crema.example")
            assert [finding for finding in accepted.findings if finding.severity == "error"] == []
            with pytest.raises(NotAProposal, match="version 4 .* is no proposal: it is rejected"):
                accept_proposal(session, content, task, site, 4, by="user:maya@crema.example")
        content, draft, versions = article(warehouse, partition)
        assert content.version == 3
        assert draft.conclusion != ("Measure once, taste twice.",)
        assert [(each.version, each.status) for each in versions] == [
            (4, "rejected"), (3, "standing"), (2, "past"), (1, "past"),
        ]  # fmt: skip
        # A person chose this text: the next draft of a model is a proposal again.
        lengthen(warehouse, partition, 1000)
        assert not write_article(parts, partition).stands
        with warehouse.read() as session:
            kinds = session.scalars(select(Event.kind).where(Event.subject == partition).order_by(Event.id)).all()
        assert kinds == [
            "article.drafted", "article.edited", "article.proposed", "article.proposed", "article.proposal_rejected",
            "article.proposal_accepted", "article.proposed",
        ]  # fmt: skip

    def test_a_lost_update_is_refused(self, warehouse: Warehouse, partition: str, parts: Platform) -> None:
        write_article(parts, partition)
        edit(warehouse, partition, 1, conclusion=("The first edit.",))
        with pytest.raises(VersionConflict, match="is at version 2 by now, and this change was made to version 1"):
            edit(warehouse, partition, 1, conclusion=("The second edit.",))
        content, draft, _ = article(warehouse, partition)
        assert (content.version, draft.conclusion) == (2, ("The first edit.",))

    def test_an_approval_belongs_to_the_text_that_was_approved(
        self, warehouse: Warehouse, partition: str, parts: Platform
    ) -> None:
        write_article(parts, partition)
        with warehouse.write() as session:
            content, task, _ = store.content_of(session, partition)
            content.status = task.status = "approved"
            content.approved_by, content.checks_passed = "user:someone", True
        content = edit(warehouse, partition, 1, conclusion=("Another end.",))
        assert (content.status, content.approved_by, content.approved_at) == ("draft", "", None)
        assert content.checks_passed is False
        with warehouse.write() as session:
            content, task, site = store.content_of(session, partition, lock=True)
            settle_review(
                session, content, task, site, verdict_on(session, content, store.brief_for(session, task, site))
            )
            # It has no pictures yet, so that nobody can approve it by mistake.
            assert (content.status, task.status) == ("draft", "draft")

    def test_a_person_may_go_back_to_an_earlier_text(
        self, warehouse: Warehouse, partition: str, parts: Platform
    ) -> None:
        first = write_article(parts, partition).draft
        edit(warehouse, partition, 1, conclusion=("Another end.",))
        content = edit(warehouse, partition, 2, conclusion=first.conclusion)
        assert content.version == 3
        assert version_diff(first, article(warehouse, partition)[1]) == []
        assert edit(warehouse, partition, 3, conclusion=first.conclusion).version == 3

    def test_one_section_written_anew_replaces_a_models_text_and_is_proposed_beside_a_persons(
        self, warehouse: Warehouse, partition: str, tmp_path: Path
    ) -> None:
        def answer(function: str, brief: dict[str, Any]) -> dict[str, Any]:
            given = offline_answer(function, brief)
            if function == "write_section":
                assert brief["current"]["heading"] == brief["outline"]["sections"][brief["index"]]["heading"]
                said = f"Written anew, {brief['wish'] or 'as it came'}, take {len(server.requests)}."
                given["section"] = {**given["section"], "heading": "Renamed", "paragraphs": [said]}
            return given

        with StandIn(answer) as server:
            parts = platform(
                warehouse, tmp_path, openai_base_url=server.base_url, openai_api_key=API_KEY, openai_model=MODEL
            )
            before = write_article(parts, partition).draft
            done = rewrite_section(parts, partition, 1, wish="shorter")
            assert (done.version, done.stands) == (2, True)
            assert done.section.paragraphs == ("Written anew, shorter, take 2.",)
            _, draft, _ = article(warehouse, partition)
            assert {change.heading for change in version_diff(before, draft)} == {before.sections[1].heading}

            edit(warehouse, partition, 2, conclusion=("A person's end.",))
            done = rewrite_section(parts, partition, 0)
            assert (done.version, done.stands) == (4, False)
            content, standing, versions = article(warehouse, partition)
            assert (content.version, standing.sections[0]) == (3, draft.sections[0])
            proposed = ArticleDraft.model_validate(versions[0].draft)
            assert proposed.conclusion == ("A person's end.",)
            assert proposed.sections[0].heading == draft.sections[0].heading
            # Each time it is asked for, it is a fresh call: the last answer was kept as a version.
            assert rewrite_section(parts, partition, 0).version == 5
            with pytest.raises(NotReady, match="and no section 99"):
                rewrite_section(parts, partition, 99)
            parts.warehouse.dispose()


def test_the_tasks_author_decides_tone_and_language(warehouse: Warehouse, place: Place, partition: str) -> None:
    with warehouse.write() as session:
        task, site = store.task_of(session, partition)
        author = AuthorProfile(**place.owned, name="Jonas Weber", tone="dry and exact", language="de", is_default=False)
        session.add(author)
        session.flush()
        assert store.brief_for(session, task, site).voice.author_name == "Maya Lindqvist"
        task.author_id = author.id
        voice = store.brief_for(session, task, site).voice
        assert (voice.author_name, voice.tone, voice.language) == ("Jonas Weber", "dry and exact", "de")


def test_a_source_is_added_once_and_keys_are_not_reused(warehouse: Warehouse, partition: str, parts: Platform) -> None:
    with warehouse.write() as session:
        task, _ = store.task_of(session, partition)
        for number in range(3):
            add_source(session, task, title=f"Report {number}", text=REPORT)
        remove_source(session, task, "s2")
        assert add_source(session, task, title="Another", text=REPORT).key == "s4"
        assert [source.key for source in sources_of(session, task.id)] == ["s1", "s3", "s4"]
