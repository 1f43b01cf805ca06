"""``igny8 video choose-music``: what plays, and that its licence is shown."""

from pathlib import Path

import pytest
from cli_terminal import Terminal

from igny8_resources.warehouse.tables.automation import AutomationConfig
from tests.integration.test_cli_models import ADD


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    folder = tmp_path / "music"
    folder.mkdir()
    (folder / "calm.mp3").write_bytes(b"sound")
    (folder / "calm.txt").write_text("Calm by Ada Example, CC0")
    (folder / "bare.mp3").write_bytes(b"sound")
    made = Terminal(tmp_path / "home", {"IGNY8_MUSIC_FOLDER": str(folder)})
    made.done("init")
    made.done(*ADD)
    return made


def test_music_is_chosen_with_its_licence_and_given_back(terminal: Terminal) -> None:
    said = terminal.done("video", "choose-music", "calm.mp3", "--site", "crema-lane")
    assert said == "crema-lane: calm.mp3\nCalm by Ada Example, CC0\n"
    assert [row.video_music for row in terminal.rows(AutomationConfig)] == ["calm.mp3"]
    assert "decided elsewhere again" in terminal.done("video", "choose-music", "", "--site", "crema-lane")


@pytest.mark.parametrize(
    ("music", "said"),
    [
        ("bare.mp3", "put a file bare.txt beside it"),
        ("dusk.mp3", "there is no music 'dusk.mp3'"),
        ("media:accounts/99/x.mp3", "is not among this account's files"),
    ],
)
def test_what_cannot_play_is_said_in_one_sentence(terminal: Terminal, music: str, said: str) -> None:
    assert said in terminal.refused("video", "choose-music", music, "--site", "crema-lane")
