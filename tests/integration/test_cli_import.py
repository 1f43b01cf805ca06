"""Importing keyword files of every kind of badness: a clear message a problem, the good rows in, nothing half-written."""

import random
from pathlib import Path

import pytest
from cli_terminal import KEYWORDS, Terminal

from igny8_resources.warehouse.store.sites import set_module, site_by_key
from igny8_resources.warehouse.tables.ledgers import Request
from igny8_resources.warehouse.tables.planner import Cluster, ClusterKeyword, Keyword, KeywordImport
from igny8_resources.warehouse.tables.writer import Task


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "home").ready()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def a_file(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def test_a_good_file_is_loaded_once_and_what_comes_next_is_said(terminal: Terminal, folder: Path) -> None:
    said = terminal.done("import", a_file(folder, "coffee.csv", KEYWORDS), "--site", "crema-lane")
    assert said.startswith("coffee.csv: a list made by hand; 13 keywords, 0 rows repeated, 0 refused\n")
    assert said.strip().endswith("Next: igny8 run --site crema-lane --articles 3")
    assert terminal.count(Keyword) == 13
    assert terminal.count(Task) == 0
    assert [request.status for request in terminal.rows(Request)] == ["done"]

    again = terminal.done("import", str(folder / "coffee.csv"), "--site", "crema-lane")
    assert again.endswith("This very file is in already; nothing to do.\n")
    assert terminal.count(Keyword) == 13
    assert terminal.count(Request) == 1


def test_a_run_clusters_what_was_imported(terminal: Terminal, folder: Path) -> None:
    terminal.done("import", a_file(folder, "coffee.csv", KEYWORDS), "--site", "crema-lane")
    assert terminal.done("site", "switch", "crema-lane", "writing", "--off") == "writing is off for crema-lane\n"
    terminal.done("run", "--site", "crema-lane")
    assert terminal.count(Task) == 0
    assert terminal.count(ClusterKeyword) == 13
    assert terminal.count(Cluster) > 1


def test_bad_rows_are_named_with_row_and_column_and_the_good_ones_are_in(terminal: Terminal, folder: Path) -> None:
    file = a_file(
        folder,
        "mixed[red].csv",
        f"Keyword,Volume\nfrench press size,90\n{'x' * 5_000},10\nespresso cup size,[/lots]\n[exact match],40\n,30\n",
    )
    said = terminal.done("import", file, "--site", "crema-lane")
    assert said.startswith("mixed[red].csv: a list made by hand; 2 keywords, 0 rows repeated, 3 refused\n")
    assert "row 3, column Keyword: 'xxx" in said
    assert "expected a keyword of at most 200 characters (this one has 5000) (row left out)" in said
    assert "row 4, column Volume: '[/lots]' – expected a whole number of monthly searches" in said
    assert "row 6, column Keyword: '' – expected a keyword" in said
    assert {keyword.text for keyword in terminal.rows(Keyword)} == {"french press size", "[exact match]"}
    [imported] = terminal.rows(KeywordImport)
    assert (imported.rows_good, imported.rows_refused, len(imported.problems)) == (2, 3, 3)


def test_many_bad_rows_are_counted_and_the_first_are_named(terminal: Terminal, folder: Path) -> None:
    rows = "".join(f"coffee {number},many\n" for number in range(50))
    said = terminal.done(
        "import", a_file(folder, "f.csv", f"Keyword,Volume\nmoka pot,5\n{rows}"), "--site", "crema-lane"
    )
    assert "0 rows repeated, 50 refused" in said
    assert said.count("column Volume") == 20
    assert "… and 30 more" in said


@pytest.mark.parametrize(
    ("name", "content", "note", "keyword"),
    [
        (
            "windows.csv",
            "Keyword,Volume\ncafé crème,100\n".encode("cp1252"),
            "the file is not UTF-8 and was read as Windows-1252 (Western Europe): check accented letters",
            "café crème",
        ),
        ("excel.csv", "Keyword\tVolume\ncafé crème\t100\n".encode("utf-16"), "", "café crème"),
        ("nul.csv", b"Keyword,Volume\ncaf\x00e,5\n", "1 NUL characters were removed", "cafe"),
    ],
    ids=["windows-1252", "utf-16", "nul"],
)
def test_another_encoding_is_read_and_told(
    terminal: Terminal, folder: Path, name: str, content: bytes, note: str, keyword: str
) -> None:
    said = terminal.done("import", a_file(folder, name, content), "--site", "crema-lane")
    assert note in said
    assert [row.text for row in terminal.rows(Keyword)] == [keyword]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "columns.csv",
            "Zeile,Menge\nfoo,1\nbar,2\n",
            "columns.csv: found no keyword column. The columns seen are 'Zeile', 'Menge'. Rename the column",
        ),
        ("empty.csv", "", "empty.csv is empty: expected a header row with a 'keyword' column and one keyword a row."),
        ("header.csv", "Keyword,Volume\n", "header.csv has a header but no rows under it."),
        (
            "picture.csv",
            b"\x89PNG\r\n\x1a\n" + random.Random(3).randbytes(3_000),
            "picture.csv is a PNG picture, not a keyword list: export the keywords as .csv or .xlsx.",
        ),
        ("noise.csv", random.Random(3).randbytes(4_000), "noise.csv is not text: "),
        (
            "nothing.csv",
            "Keyword,Volume\nmoka pot,many\n",
            "nothing.csv: not one of its rows can be used; row 2, column Volume: 'many'",
        ),
    ],
    ids=["columns", "empty", "header-only", "picture", "noise", "no-good-row"],
)
def test_a_file_with_nothing_in_it_to_use_is_refused_and_leaves_nothing(
    terminal: Terminal, folder: Path, name: str, content: str | bytes, said: str
) -> None:
    assert terminal.refused("import", a_file(folder, name, content), "--site", "crema-lane").startswith(said)
    assert terminal.count(KeywordImport) == terminal.count(Keyword) == terminal.count(Request) == 0
    assert not (terminal.home / "media").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.csv", "--site", "crema-lane"], "none.csv is not a file"),
        ([".", "--site", "crema-lane"], " is not a file"),
        (["coffee.csv", "--site", "nobody"], "there is no site 'nobody'; `igny8 status` lists the sites"),
        (
            ["coffee.csv", "--site", "crema-lane", "--sector", "tea"],
            "crema-lane has no sector 'tea'; its sectors are general",
        ),
        (
            ["coffee.csv", "--site", "crema-lane", "--column", "keyword"],
            "--column keyword: expected field=header, for example keyword=Suchbegriff",
        ),
        (
            ["coffee.csv", "--site", "crema-lane", "--column", "colour=Keyword"],
            "coffee.csv: cannot take column 'Keyword' as 'colour'. Fields are keyword, volume",
        ),
    ],
    ids=["missing", "folder", "site", "sector", "pair", "field"],
)
def test_what_cannot_be_done_as_asked_is_said(
    terminal: Terminal, folder: Path, arguments: list[str], said: str
) -> None:
    a_file(folder, "coffee.csv", KEYWORDS)
    file, *rest = arguments
    assert said in terminal.refused("import", str(folder / file), *rest)
    assert terminal.count(KeywordImport) == 0


def test_a_column_can_be_named_by_hand(terminal: Terminal, folder: Path) -> None:
    file = a_file(folder, "f.csv", "Zeile;Menge\nmoka pot;1\nfrench press;2\n")
    terminal.done("import", file, "--site", "crema-lane", "--column", "keyword=Zeile", "--column", "volume=Menge")
    assert {row.text: row.volume for row in terminal.rows(Keyword)} == {"moka pot": 1, "french press": 2}


def test_a_file_beyond_the_limit_is_refused_by_the_name_of_its_setting(terminal: Terminal, folder: Path) -> None:
    terminal.settings["IGNY8_IMPORT_MAX_BYTES"] = "2000"
    file = a_file(folder, "coffee.csv", "Keyword\n" + "moka pot\n" * 300)
    said = terminal.refused("import", file, "--site", "crema-lane")
    assert said == "coffee.csv has 2,708 bytes and at most 2,000 are read; split it (IGNY8_IMPORT_MAX_BYTES)"


def test_a_disabled_planner_imports_nothing(terminal: Terminal, folder: Path) -> None:
    with terminal.parts.warehouse.write() as session:
        set_module(session, site_by_key(session, "crema-lane"), "planner", enabled=False)
    said = terminal.refused("import", a_file(folder, "coffee.csv", KEYWORDS), "--site", "crema-lane")
    assert said == "the planner module is switched off for crema-lane; switch it on in the site's modules"
    assert terminal.count(KeywordImport) == 0


@pytest.mark.slow
def test_a_file_of_200_000_rows_is_loaded_with_its_bad_rows_named(terminal: Terminal, folder: Path) -> None:
    subjects = ["espresso machine", "french press", "pour over", "moka pot", "cold brew", "coffee grinder", "kettle"]
    wishes = ["how to clean", "best", "cheap", "how to use", "review of", "descale", "repair", "compare", "buy", "gift"]
    lines = [
        f"{wishes[number % 10]} {subjects[number % 7]} {number // 70},{number % 9_000}" for number in range(200_000)
    ]
    lines[100_000] = "moka pot for many,many"
    file = a_file(folder, "large.csv", "Keyword,Volume\n" + "\n".join(lines) + "\n")
    done = terminal.process("import", file, "--site", "crema-lane")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 rows repeated, 1 refused" in done.stdout
    assert "row 100002, column Volume: 'many'" in done.stdout
    assert terminal.count(Keyword) == 199_999
