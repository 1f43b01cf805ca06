"""``igny8 cluster`` and ``igny8 render``: files in, files out, no home needed."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from cli_terminal import KEYWORDS, Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "home")


@pytest.fixture
def keywords(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    path.write_text(KEYWORDS + "espresso,many\n")
    return path


def a_script(folder: Path, content: str | bytes | dict[str, Any]) -> str:
    path = folder / "script.json"
    if isinstance(content, dict):
        content = json.dumps(content)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def test_a_keyword_file_is_clustered_without_a_warehouse(terminal: Terminal, keywords: Path, tmp_path: Path) -> None:
    said = terminal.done("cluster", str(keywords), str(tmp_path / "out.csv"))
    with (tmp_path / "out.csv").open(newline="") as sheet:
        rows = list(csv.DictReader(sheet))
    clusters = {row["cluster_id"] for row in rows}
    assert len(rows) == 13
    assert all(row["cluster_name"] for row in rows)
    by_text = {row["keyword"]: row["cluster_id"] for row in rows}
    assert by_text["french press ratio"] == by_text["french press ratio grams"] != by_text["how to use a moka pot"]
    assert f"13 keywords in {len(clusters)} clusters" in said
    assert "1 rows refused" in said
    assert "row 15, column Volume: 'many'" in said
    assert {path.name for path in terminal.home.iterdir()} <= {"models"}, "only the model's graph is kept"


def test_clustering_twice_gives_the_same_file(terminal: Terminal, keywords: Path, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        terminal.done("cluster", str(keywords), str(tmp_path / name))
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_what_cannot_be_clustered_is_said(terminal: Terminal, keywords: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out.csv")
    assert terminal.refused("cluster", str(tmp_path / "none.csv"), out) == f"{tmp_path / 'none.csv'} is not a file"
    (tmp_path / "bad.csv").write_text("Zeile,Menge\nfoo,1\n")
    assert "found no keyword column" in terminal.refused("cluster", str(tmp_path / "bad.csv"), out)
    nowhere = str(tmp_path / "nowhere" / "out.csv")
    assert terminal.refused("cluster", str(keywords), nowhere) == f"cannot write {nowhere}: No such file or directory"
    assert not (tmp_path / "out.csv").exists()
    assert terminal.run("cluster", str(keywords), out, "--resolution", "0").exit_code == 2


SECTION = {"type": "hook", "narration": "A French press wants coarse coffee.", "text_overlay": "Coarse"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "The script script.json is not valid JSON: Expecting property name enclosed in double quotes at line 1"),
        (b"\xff\xfe\x00\xd8", "The script script.json is not a UTF-8 text file."),
        ("[1, 2]", "The script script.json cannot be used:"),
        ({"title": "Press"}, "- sections: Field required"),
        ({"title": "Press", "sections": []}, "- sections: "),
        ({"title": "Press", "sections": [{**SECTION, "narration": " "}]}, "Section 1 (hook): the narration is empty"),
        ({"title": "Press", "sections": [SECTION], "preset": "vhs"}, "- preset: "),
        (
            {"title": "Press", "sections": [SECTION, {**SECTION, "type": "song"}]},
            "- Section 2: type: Input should be 'hook', 'intro', 'point' or 'cta' (found 'song')",
        ),
        (
            {"title": "Press", "sections": [{**SECTION, "visual_cue": "article_image"}]},
            "Section 1 (hook): visual_cue article_image needs an image",
        ),
        ({"title": "Press", "sections": [{**SECTION, "image": "none.png"}]}, "Section 1: "),
        ({"title": "Press", "sections": [SECTION]}, "youtube_short"),
        ({"title": "Press", "sections": [SECTION], "palette": {"ink": "black"}}, "- palette.ink: "),
    ],
    ids=[
        "json",
        "encoding",
        "list",
        "no-sections",
        "empty-sections",
        "silent",
        "preset",
        "section-type",
        "image-missing",
        "image-lost",
        "too-short",
        "colour",
    ],
)
def test_a_script_that_cannot_be_rendered_says_why(terminal: Terminal, tmp_path: Path, content: Any, said: str) -> None:
    refusal = terminal.refused("render", a_script(tmp_path, content), str(tmp_path / "out.mp4"))
    assert said in refusal
    assert sorted(path.name for path in tmp_path.iterdir()) == ["script.json"]


def test_a_script_that_is_not_there_is_named(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "none.json"
    said = terminal.refused("render", str(path), str(tmp_path / "out.mp4"))
    assert said == f"The script {path} cannot be read: No such file or directory."


@pytest.mark.slow
def test_a_script_is_rendered(terminal: Terminal, tmp_path: Path) -> None:
    point = "A French press wants coarse coffee, water just off the boil, and four minutes without hurry or doubt."
    sections = [
        {"type": kind, "narration": f"{point} {more}", "text_overlay": overlay}
        for kind, overlay, more in (
            ("hook", "Coarse", "This is where most cups go wrong, and it costs nothing to mend at all."),
            ("point", "Four minutes", "Stir once, put the lid on, and leave it alone until the clock tells you."),
            ("point", "Press slowly", "Push with the weight of your hand, and stop when it begins to resist you."),
            ("cta", "Read on", "The whole method, with the amounts for every size of press, is on our page."),
        )
    ]
    script = a_script(tmp_path, {"title": "French press", "sections": sections, "brand": "Crema Lane"})
    out = tmp_path / "out.mp4"
    said = terminal.done("render", script, str(out))
    assert out.stat().st_size > 100_000
    assert out.with_suffix(".srt").read_text().startswith("1\n00:00:0")
    assert f"{out}: " in said
