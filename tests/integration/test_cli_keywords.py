"""Looking before importing, the seed library and the way out, as a person at a terminal meets them."""

from pathlib import Path

import pytest
from cli_terminal import KEYWORDS, Terminal

from igny8_resources.warehouse.tables.opportunities import KeywordPosition
from igny8_resources.warehouse.tables.planner import Keyword, KeywordImport


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "home").ready()


def test_a_preview_stores_nothing(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "coffee.csv"
    file.write_text(KEYWORDS)
    said = terminal.done("import", str(file), "--site", "crema-lane", "--preview")
    assert said.startswith("coffee.csv: a list made by hand; 13 keywords, 0 rows repeated, 0 refused\n")
    assert "For the site: 13 new, 0 updated, 0 unchanged. Nothing was stored." in said
    assert terminal.count(KeywordImport) == terminal.count(Keyword) == 0


def test_a_competitors_positions(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "rival.csv"
    file.write_text("Keyword,Position,URL\nmoka pot,3,https://rival.example/moka\n")
    said = terminal.done("import", str(file), "--site", "crema-lane", "--competitor", "--market", "US")
    assert "Next: igny8 opportunities list --site crema-lane" in said
    assert [(row.domain, row.market) for row in terminal.rows(KeywordPosition)] == [("rival.example", "us")]
    assert terminal.count(Keyword) == 0


def test_seeds_in_and_keywords_out(terminal: Terminal, tmp_path: Path) -> None:
    assert "home-coffee" in terminal.done("seeds")
    terminal.done("seeds", "add", "home-coffee", "--site", "crema-lane")
    out = tmp_path / "out.csv"
    assert terminal.done("export", "keywords", str(out), "--site", "crema-lane").startswith("44 keywords: ")
    assert "best espresso machine" in out.read_text(encoding="utf-8-sig")
    assert "name a .csv or an .xlsx file" in terminal.refused(
        "export", "keywords", str(tmp_path / "out.doc"), "--site", "crema-lane"
    )
