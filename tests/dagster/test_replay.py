"""An article is rebuilt from the journal: the same bytes, no provider, no credits."""

import pytest
from deployments import Deployment
from typer.testing import CliRunner

from cli.main import app
from igny8_assets.replaying import NotInJournal, replay_article
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditUsage


def test_the_same_bytes_and_nothing_is_called_or_paid(written: Deployment) -> None:
    before = written.counts()
    for partition in written.articles:
        replayed = replay_article(written.parts, partition)
        assert [part.name for part in replayed.parts] == ["draft", "HTML without links", "structured data"]
        assert {part.name: part.same for part in replayed.parts} == {part.name: True for part in replayed.parts}
        assert replayed.calls
        assert replayed.notes == ()
    assert written.counts() == before
    assert all(call.replays == 0 for call in written.rows(AiCall))
    assert sum(usage.credits for usage in written.rows(CreditUsage)) == 0


def test_a_text_that_a_person_changed_is_told(site: Deployment) -> None:
    partition = site.articles[0]
    with site.article(partition) as (_, content, _task):
        content.draft = {**content.draft, "title": "Another title"}
    replayed = replay_article(site.parts, partition)
    assert {part.name: part.same for part in replayed.parts}["draft"] is False
    assert "the text that stands is version 1" in replayed.notes[0]
    assert site.content_row(partition).draft["title"] == "Another title", "nothing is saved"


def test_a_brief_that_changed_since_is_named(site: Deployment) -> None:
    partition = site.articles[0]
    with site.article(partition) as (_, _content, task):
        task.target_words += 10
    with pytest.raises(NotInJournal, match="what differs: .*target_words"):
        replay_article(site.parts, partition)


def test_the_command_shows_it(site: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IGNY8_HOME", str(site.home))
    out = site.home / "rebuilt"
    done = CliRunner().invoke(app, ["ai", "replay", site.articles[0], "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "the same" in done.output
    assert (out / "article.html").read_text().startswith("<")
    unknown = CliRunner().invoke(app, ["ai", "replay", "nobody-1"])
    assert unknown.exit_code == 1
