"""Doing a site's work from a terminal: run, status, approve, and what stands in the way."""

import shutil
from pathlib import Path

import pytest
from cli_terminal import KEYWORDS, Terminal

from cli.engine import Engine
from cli.instance import dagster_instance
from igny8_resources.warehouse.store.sites import set_module, site_by_key
from igny8_resources.warehouse.tables.ledgers import AiCall, Event, Request
from igny8_resources.warehouse.tables.publishing import PublishingRecord, SiteBuild
from igny8_resources.warehouse.tables.writer import Content, Task
from tests.stand_ins.openai_server import API_KEY, MODEL, Altered, StandIn

ARTICLE = "crema-lane-1"
PAGE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def written_once(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A site with one article in review, made by the commands themselves."""
    folder = tmp_path_factory.mktemp("terminal")
    terminal = Terminal(folder / "home").ready()
    (folder / "coffee.csv").write_text(KEYWORDS)
    terminal.done("import", str(folder / "coffee.csv"), "--site", "crema-lane")
    terminal.done("run", "--site", "crema-lane", "--articles", "1")
    return terminal


@pytest.fixture
def terminal(written_once: Terminal, tmp_path: Path) -> Terminal:
    written_once.parts.warehouse.dispose()
    shutil.copytree(written_once.home, tmp_path / "home")
    return Terminal(tmp_path / "home")


def test_a_run_makes_as_many_articles_as_asked_for_and_leaves_them_for_review(written_once: Terminal) -> None:
    [content] = written_once.rows(Content)
    assert (content.status, content.checks_passed) == ("review", True)
    assert [request.status for request in written_once.rows(Request)] == ["done", "done"]
    assert written_once.count(PublishingRecord) == 0


def test_status_shows_what_there_is(terminal: Terminal) -> None:
    said = terminal.done("status")
    assert "Crema Lane (crema-lane)" in said
    [articles] = [line for line in said.splitlines() if "Articles" in line]
    assert "1" in articles.split()
    assert "words" in articles
    assert "failed" not in said


def test_a_run_with_nothing_to_do_changes_nothing(terminal: Terminal) -> None:
    events = terminal.count(Event)
    terminal.done("run", "--site", "crema-lane")
    assert terminal.count(Event) == events


def test_an_approval_publishes_the_article_and_builds_the_site(terminal: Terminal) -> None:
    said = terminal.done("approve", "--site", "crema-lane")
    [content] = terminal.rows(Content)
    assert said.startswith(f"approved {ARTICLE}: {content.title}\n")
    assert (content.status, content.approved_by) == ("published", "cli")
    assert terminal.count(PublishingRecord) == terminal.count(SiteBuild) == 1
    page = terminal.home / "sites" / "crema-lane" / content.slug / "index.html"
    assert content.meta_description.split("&")[0] in page.read_text()
    assert terminal.done("approve", "--site", "crema-lane").strip() == "No article waits for approval."
    refused = terminal.refused("approve", "--site", "crema-lane", ARTICLE)
    assert refused == f"“{content.title}” is published; only an article in review can be approved"


@pytest.mark.parametrize(
    ("partition", "said"),
    [
        ("crema-lane-99", "there is no article 'crema-lane-99'; its task may have been deleted"),
        ("trail-notes-1", "there is no article 'trail-notes-1'; its task may have been deleted"),
    ],
)
def test_an_article_that_does_not_exist_cannot_be_approved_and_nothing_else_is(
    terminal: Terminal, partition: str, said: str
) -> None:
    assert terminal.refused("approve", "--site", "crema-lane", ARTICLE, partition) == said
    assert terminal.rows(Content)[0].status == "review"


def test_an_article_is_approved_by_the_name_of_its_own_site_alone(terminal: Terminal) -> None:
    terminal.done("site", "add", "trail-notes", "--name", "Trail Notes", "--url", "https://trail.example")
    assert terminal.refused("approve", "--site", "trail-notes", ARTICLE) == (
        f"{ARTICLE} is an article of crema-lane, not of trail-notes; nothing was approved"
    )
    assert terminal.rows(Content)[0].status == "review"


def test_a_failed_check_is_told_and_the_article_is_tried_again_by_the_next_run(terminal: Terminal) -> None:
    with terminal.parts.warehouse.write() as session:
        content = session.get_one(Content, 1)
        good, bad = content.draft, {**content.draft, "conclusion": ["[your conclusion]"]}
        content.draft = bad
        session.get_one(Task, 1).status = "failed"
    failed = terminal.run("run", "--site", "crema-lane")
    assert failed.exit_code == 1
    said = "the check article_is_publishable failed: “[your conclusion]” is a placeholder: write what belongs there."
    assert "1 piece of work had failed; trying again." in failed.stdout
    assert said in failed.stdout
    assert f"{ARTICLE} failed: {said}" in terminal.done("status").replace("\n", "")

    with terminal.parts.warehouse.write() as session:
        session.get_one(Content, 1).draft = good
    terminal.done("run", "--site", "crema-lane")
    [task] = terminal.rows(Task)
    assert (task.status, task.error) == ("review", "")


def test_a_model_that_refuses_is_told_and_costs_nothing(terminal: Terminal) -> None:
    with StandIn() as server:
        terminal.settings |= {
            "IGNY8_OPENAI_BASE_URL": server.base_url,
            "IGNY8_OPENAI_API_KEY": API_KEY,
            "IGNY8_OPENAI_MODEL": MODEL,
        }
        terminal.done("run", "--site", "crema-lane")
        assert server.requests == []
        with terminal.parts.warehouse.write() as session:
            session.get_one(Task, 1).status, session.get_one(Task, 1).target_words = "failed", 800
        server.script(Altered(refusal="I would rather not."))
        failed = terminal.run("run", "--site", "crema-lane")
    assert failed.exit_code == 1
    assert "Refused: " in failed.stdout
    [call] = terminal.rows(AiCall, AiCall.provider == "openai")
    assert (call.status, call.credits) == ("failed", 0)


@pytest.mark.parametrize("module", ["planner", "writer"])
def test_a_run_of_a_disabled_module_is_refused_before_anything_is_asked_for(terminal: Terminal, module: str) -> None:
    with terminal.parts.warehouse.write() as session:
        set_module(session, site_by_key(session, "crema-lane"), module, enabled=False)
    requests = terminal.count(Request)
    said = terminal.refused("run", "--site", "crema-lane", "--articles", "1")
    assert said == f"the {module} module is switched off for crema-lane; switch it on in the site's modules"
    assert terminal.count(Request) == requests


def test_a_site_that_does_not_exist_is_named(terminal: Terminal) -> None:
    for command in ("run", "approve"):
        assert terminal.refused(command, "--site", "nobody").startswith("there is no site 'nobody'; `igny8 status`")


def test_articles_that_nobody_can_write_for_want_of_keywords_are_explained(terminal: Terminal) -> None:
    terminal.done("site", "add", "trail-notes", "--name", "Trail Notes", "--url", "https://trail.example")
    failed = terminal.run("run", "--site", "trail-notes", "--articles", "1")
    assert failed.exit_code == 1
    assert "trail-notes has no keywords yet; import a file: `igny8 import FILE --site trail-notes`" in failed.stdout


def test_a_second_command_at_the_same_time_is_told_to_wait(terminal: Terminal) -> None:
    with dagster_instance(terminal.parts.settings) as instance, Engine(terminal.parts, instance).exclusive():
        done = terminal.process("run", "--site", "crema-lane")
    assert done.returncode == 1
    assert done.stderr.strip() == f"another igny8 command is working in {terminal.home}; wait for it to end"
    assert "Traceback" not in done.stdout + done.stderr
    terminal.done("run", "--site", "crema-lane")
