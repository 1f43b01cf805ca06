"""``igny8 task sources …`` and ``igny8 article …`` as an editor at a terminal uses them."""

import json
from pathlib import Path

import pytest
from cli_terminal import Terminal

from igny8_assets.writer.writing import write_article
from igny8_resources.platform import Platform
from igny8_resources.settings import load_settings
from igny8_resources.warehouse.store import writer as store
from igny8_resources.warehouse.tables.writer import Content
from tests.warehouse_samples import add_article, add_cluster, make_place

REPORT = (
    "# Water report\n\nHard water shortens the life of an espresso machine boiler by several years in most homes.\n"
)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    made = Terminal(tmp_path / "home", {"IGNY8_EMBEDDINGS": "lexical"})
    made.done("init")
    return made


@pytest.fixture
def parts(terminal: Terminal) -> Platform:
    return Platform(load_settings(home=terminal.home, embeddings="lexical"))


@pytest.fixture
def partition(parts: Platform) -> str:
    place = make_place(parts.warehouse)
    with parts.warehouse.write() as session:
        keywords = ["espresso machine", "small espresso machine", "how long do espresso machines last"]
        cluster_id = add_cluster(session, place, "espresso machine", keywords)
        partition, _ = add_article(session, place, "queued", cluster_id=cluster_id, keyword=keywords[0])
        store.task_of(session, partition)[0].secondary_keywords = keywords[1:]
    return partition


def test_a_source_is_added_cited_and_removed(
    terminal: Terminal, parts: Platform, partition: str, tmp_path: Path
) -> None:
    file = tmp_path / "water.md"
    file.write_text(REPORT)
    assert "has no source" in terminal.done("task", "sources", "list", partition)
    assert terminal.done("task", "sources", "add", partition, str(file)).startswith("s1 “Water report”: ")
    write_article(parts, partition)
    assert "(100%)" in terminal.done("task", "sources", "list", partition)
    [content] = terminal.rows(Content)
    assert content.draft["citations"][0]["quote"] in REPORT

    inside = terminal.run("task", "sources", "add", partition, "http://localhost/secret")
    assert inside.exit_code == 1
    assert "localhost is not a public address" in inside.output
    pdf = tmp_path / "report.pdf"
    pdf.write_bytes(b"%PDF-1.7")
    refused = terminal.run("task", "sources", "add", partition, str(pdf))
    assert (refused.exit_code, "report.pdf is a PDF, which is not read" in refused.output) == (1, True)
    assert terminal.done("task", "sources", "remove", partition, "s2").strip() == f"removed s2 of {partition}"
    assert terminal.run("task", "sources", "remove", partition, "s2").exit_code == 1


def test_a_text_is_edited_and_a_proposal_decided_on(
    terminal: Terminal, parts: Platform, partition: str, tmp_path: Path
) -> None:
    write_article(parts, partition)
    file = tmp_path / "text.json"
    terminal.done("article", "draft", partition, str(file))
    draft = json.loads(file.read_text())
    file.write_text(json.dumps({**draft, "conclusion": ["Measure once, taste twice."]}))
    said = terminal.done("article", "edit", partition, str(file), "--version", "1")
    assert f"{partition} is at version 2 now" in said
    late = terminal.run("article", "edit", partition, str(file), "--version", "1")
    assert (late.exit_code, "is at version 2 by now" in late.output) == (1, True)
    file.write_text(json.dumps({**draft, "sections": "none"}))
    broken = terminal.run("article", "edit", partition, str(file), "--version", "2")
    assert (broken.exit_code, "is no draft of an article: sections: " in broken.output) == (1, True)

    with parts.warehouse.write() as session:
        store.task_of(session, partition)[0].target_words = 700
    write_article(parts, partition)
    assert "proposal" in terminal.done("article", "versions", partition)
    compared = terminal.done("article", "diff", partition)
    assert compared.startswith("version 2 (standing) → 3 (proposal)")
    assert "- Measure once, taste twice." in compared
    assert "is at version 3 now" in terminal.done("article", "accept", partition, "3")
    assert terminal.run("article", "reject", partition, "3").exit_code == 1
    assert "the model gave the text that is there already" in terminal.done("article", "rewrite", partition, "0")
