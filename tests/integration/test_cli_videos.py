"""``igny8 video …`` as an editor at a terminal uses it."""

import json
from pathlib import Path

import pytest
from cli_terminal import Terminal

from igny8_assets.video.projects import open_project
from igny8_assets.video.script_writing import write_script
from igny8_assets.writer.writing import write_article
from igny8_resources.platform import Platform
from igny8_resources.settings import load_settings
from igny8_resources.warehouse.store import writer as store
from igny8_resources.warehouse.store.sites import automation_of
from igny8_resources.warehouse.tables.video import VideoProject
from tests.warehouse_samples import add_article, add_cluster, make_place


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    made = Terminal(tmp_path / "home", {"IGNY8_EMBEDDINGS": "lexical"})
    made.done("init")
    return made


@pytest.fixture
def video(terminal: Terminal) -> str:
    """A site on which a person approves scripts, with the script of one article."""
    parts = Platform(load_settings(home=terminal.home, embeddings="lexical"))
    place = make_place(parts.warehouse)
    with parts.warehouse.write() as session:
        keywords = ["espresso machine", "small espresso machine", "how long do espresso machines last"]
        cluster_id = add_cluster(session, place, "espresso machine", keywords)
        article, _ = add_article(session, place, "queued", cluster_id=cluster_id, keyword=keywords[0])
        store.task_of(session, article)[0].secondary_keywords = keywords[1:]
        automation_of(session, place.site_id).auto_approve_scripts = False
    write_article(parts, article)
    with parts.warehouse.write() as session:
        content, _, site = store.content_of(session, article)
        content.status = "published"
        video = open_project(session, content, site, None).project.partition_key or ""
    write_script(parts, video)
    return video


def test_a_script_is_read_edited_told_anew_and_approved(terminal: Terminal, video: str, tmp_path: Path) -> None:
    assert "1 draft" in terminal.done("video", "list", video.rpartition("-")[0])
    shown = terminal.done("video", "script", video)
    assert "version 1, draft, about" in shown
    assert "1 hook" in shown

    assert "section 3: version 2 is the script, 0 credits" in terminal.done("video", "rewrite", video, "3")
    file = tmp_path / "script.json"
    assert f"igny8 video edit {video} {file} --version 2" in terminal.done("video", "script", video, str(file))
    script = json.loads(file.read_text())
    script["sections"][1]["narration"] = "It takes 417 seconds."
    file.write_text(json.dumps(script))
    said = terminal.done("video", "edit", video, str(file), "--version", "2")
    assert "is at version 3 now; approve it to have it rendered" in said
    assert "error section 2: '417 seconds' stands in none of the passages" in said
    late = terminal.run("video", "edit", video, str(file), "--version", "2")
    assert (late.exit_code, "is at version 3 by now" in late.output) == (1, True)
    refused = terminal.run("video", "approve", video)
    assert (refused.exit_code, "the script has errors; mend them first" in refused.output) == (1, True)

    script["sections"][1]["narration"] = "It takes a while."
    file.write_text(json.dumps(script))
    terminal.done("video", "edit", video, str(file), "--version", "3")
    assert "version 4 of the script is approved" in terminal.done("video", "approve", video)
    [project] = terminal.rows(VideoProject)
    assert (project.status, project.script_status) == ("script_approved", "approved")

    # The model tells the section in its own words again: beside a person's script that is a proposal.
    assert "version 5 is a proposal" in terminal.done("video", "rewrite", video, "4")
    assert "proposal" in terminal.done("video", "versions", video)
    assert "rejected version 5" in terminal.done("video", "reject", video, "5")
    assert terminal.run("video", "accept", video, "5").exit_code == 1


def test_what_is_no_script_or_no_video_is_said(terminal: Terminal, video: str, tmp_path: Path) -> None:
    file = tmp_path / "script.json"
    file.write_text('{"title": "T"}')
    broken = terminal.run("video", "edit", video, str(file), "--version", "1")
    assert (broken.exit_code, "is no script of a video: description: Field required" in broken.output) == (1, True)
    nobody = terminal.run("video", "approve", "crema-lane-v99")
    assert (nobody.exit_code, "there is no video 'crema-lane-v99'" in nobody.output) == (1, True)
