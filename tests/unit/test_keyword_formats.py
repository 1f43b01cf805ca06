"""The exports of each tool in their real shapes, their nastier variants, and containers that mean harm."""

import csv
import io
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from igny8_assets.planner.keywords import records, workbooks
from igny8_assets.planner.keywords.files import KeywordFileError, KeywordReader, merge_rows, preview, read_keywords
from igny8_assets.planner.keywords.markets import market_code


def workbook(*sheets: tuple[str, Sequence[Sequence[Any]]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def archive(**members: bytes | str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name.replace("_", "."), content)
    return packed.getvalue()


def with_members(book: bytes, *names: str) -> bytes:
    """A workbook with further parts, as Excel stores macros and links."""
    packed = io.BytesIO(book)
    with zipfile.ZipFile(packed, "a") as made:
        for name in names:
            made.writestr(name, b"\xd0\xcf\x11\xe0 not to be run")
    return packed.getvalue()


def test_an_old_semrush_workbook_with_other_columns_and_decimal_difficulty() -> None:
    data = workbook(
        (
            "espresso_broad-match_us",
            [
                ["Volume", "Keyword", "CPC (USD)", "Keyword Difficulty", "Number of Results"],
                [33100, "best espresso machine", 1.34, 72.46, 301000000],
                [20, "espresso knock box drawer", 0, None, 1200],
            ],
        )
    )
    file = read_keywords(data, "espresso_broad-match_us.xlsx")
    assert file.tool == "semrush_keyword_magic"
    assert [(row.volume, row.difficulty, row.cpc) for row in file.rows] == [
        (33100, 72.46, Decimal("1.34")), (20, None, Decimal(0)),
    ]  # fmt: skip


def test_every_row_of_a_strategy_with_cells_over_several_lines() -> None:
    header = "Database,Keyword,Seed keyword,Page,Topic,Page type,Tags,Volume,Keyword Difficulty,CPC (USD),Competitive Density,"
    header += "Number of Results,Intent,SERP Features,Trend\n"
    rows = "".join(
        f'us,moka {n},coffee,"Guide, part {n}",Moka,Sub page,"new\nspring, 2026\n",{n},45,0.86,0.9,10,'
        'Commercial,"Reviews\nVideo","0.5,1"\n'
        for n in range(500)
    )
    file = read_keywords((header + rows).encode(), "strategy.csv")
    assert (file.tool, len(file.rows), file.problems) == ("semrush_strategy_builder", 500, [])
    assert [row.volume for row in file.rows] == list(range(500))
    last = file.rows[-1]
    assert (last.topic, last.page, last.serp_features, last.row) == (
        "Moka", "Guide, part 499", ("Reviews", "Video"), 501,
    )  # fmt: skip


def test_site_explorer_in_utf16_with_its_boolean_intents() -> None:
    text = (
        "Keyword\tVolume\tKD\tCPC\tCurrent traffic\tCurrent position\tCurrent URL\tBranded\tLocal\tInformational\t"
        "Commercial\tTransactional\tNavigational\n"
        '"moka ""express"" pot"\t43000\t22\t0.8\t310\t4\thttps://a.example/moka\tfalse\tfalse\ttrue\tfalse\ttrue\tfalse\n'
    )
    file = read_keywords(text.encode("utf-16"), "organic.csv")
    [row] = file.rows
    assert (file.tool, row.text, row.intents) == (
        "ahrefs_site_explorer", 'moka "express" pot', ("informational", "transactional"),
    )  # fmt: skip
    assert (row.traffic, row.position) == (310.0, 4.0)


def test_round_figures_are_buckets_only_when_the_whole_file_has_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "BLOCK_CHARACTERS", 120)
    header = 'Keyword Stats 2026-01-12\n"May 1 - April 30"\nKeyword\tAvg. monthly searches\tCompetition\tSearches: May 2025\n'
    rows = "".join(f"moka pot {n}\t500\tLow\t\n" for n in range(50))
    kinds = {row.volume_kind for row in read_keywords((header + rows).encode("utf-16"), "stats.csv").rows}
    assert kinds == {"bucket"}
    last = "rare pot\t1.300\tHoch\t\n"
    read = read_keywords((header + rows + last).encode("utf-16"), "stats.csv")
    assert {row.volume_kind for row in read.rows} == {"exact"}
    assert read.rows[-1].volume == 1300


def test_results_pages_in_columns_and_in_one_cell() -> None:
    wide = b"keyword,URL 2,URL 1,URL 3\nmoka pot,https://b.example,https://a.example,\n"
    assert read_keywords(wide, "serp.csv").rows[0].serp_urls == ("https://a.example", "https://b.example")
    cell = b'keyword,SERP\nmoka pot,"https://a.example/1\nhttps://b.example/2"\nlatte,View SERP\n'
    assert [row.serp_urls for row in read_keywords(cell, "serp.csv").rows] == [
        ("https://a.example/1", "https://b.example/2"), (),
    ]  # fmt: skip
    long = "keyword,position,url\n" + "".join(f"moka,{n},https://s{n}.example/\n" for n in (2, 1, 3))
    [merged] = merge_rows(read_keywords(long.encode(), "serp.csv").rows)
    assert merged.serp_urls == tuple(f"https://s{n}.example/" for n in (1, 2, 3))


def test_markets_have_one_name() -> None:
    assert {market_code(text) for text in ("US", "us", "United States", " usa ")} == {"us"}
    assert {market_code(text) for text in ("uk", "GB", "United Kingdom")} == {"gb"}
    assert [market_code(text) for text in ("Atlantis", "", "xyz")] == ["Atlantis", "", "xyz"]


def test_a_workbook_with_macros_and_links_is_read_and_nothing_of_it_is_run() -> None:
    plain = workbook(("Keywords", [["Keyword", "Volume"], ["moka pot", 5]]))
    file = read_keywords(with_members(plain, "xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml"), "list.xlsm")
    assert [row.text for row in file.rows] == ["moka pot"]
    assert [note.split(";")[0] for note in file.notes] == [
        "the workbook has macros", "the workbook refers to other files",
    ]  # fmt: skip


def test_the_sheet_with_the_fullest_header_is_the_list() -> None:
    data = workbook(
        ("About", [["Made by", "a tool"]]),
        ("Keywords", [["Keyword", "Volume", "Difficulty"], ["moka pot", 5, 6], ["", "", ""], ["latte", 7, 8]]),
        ("Only names", [["Keyword"], ["moka pot"]]),
    )
    file = read_keywords(data, "book.xlsx")
    assert (file.members, [(row.text, row.row) for row in file.rows]) == (
        ("Keywords",),
        [("moka pot", 2), ("latte", 4)],
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (archive(inner_zip=archive(a_csv="keyword\nmoka\n")), "holds inner.zip, an archive or workbook inside"),
        (archive(readme_md="hello"), "without a .csv, .tsv or .txt file"),
        (archive(a_csv=b"0" * (250 << 20)), "unpacks to 250 MiB"),
        (archive(a_csv="keyword\nmoka\n")[:-40], "damaged archive"),
    ],
    ids=["nested", "no-table", "bomb", "cut"],
)
def test_archives_that_cannot_be_used_say_why(data: bytes, message: str) -> None:
    with pytest.raises(KeywordFileError, match=message):
        read_keywords(data, "export.zip")


def test_a_workbook_whose_shared_texts_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = with_members(workbook(("Keywords", [["Keyword"], ["moka pot"]])), "xl/sharedStrings.xml")
    monkeypatch.setattr(workbooks, "MAX_SHARED_TEXT_BYTES", 10)
    with pytest.raises(KeywordFileError, match="save the keywords' sheet as .csv"):
        read_keywords(data, "list.xlsx")


def test_a_member_that_is_damaged_in_the_middle_is_named() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("a.csv", "keyword\n" + "moka pot\n" * 5_000)
    data = bytearray(packed.getvalue())
    data[20_000:20_010] = b"0123456789"
    with pytest.raises(KeywordFileError, match="damaged archive"):
        read_keywords(bytes(data), "export.zip")


@pytest.mark.parametrize("column", ["keyword", "topic"])
def test_a_cell_of_ten_megabytes_costs_its_row(column: str) -> None:
    huge = "x" * (10 << 20)
    cells = f"{huge},5," if column == "keyword" else f"moka,5,{huge}"
    file = read_keywords(f"keyword,volume,topic\nfirst,1,\n{cells}\nlast,2,\n".encode(), "list.csv")
    assert [row.text for row in file.rows] == ["first", "last"]
    [problem] = file.problems
    assert (problem.row, problem.column, problem.refused, len(problem.value)) == (3, column, True, 78)
    assert "(this one has" in problem.expected


def test_a_quote_that_is_never_closed_late_in_a_long_file_costs_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "BLOCK_CHARACTERS", 200)
    lines = [f"pot {n},{n}" for n in range(300)]
    lines[150] = '"pot 150,150'
    file = read_keywords(("keyword,volume\n" + "\n".join(lines)).encode(), "list.csv")
    assert len(file.rows) + file.refused == 300
    assert [row.volume for row in file.rows if row.row != 152] == [n for n in range(300) if n != 150]


def test_a_preview_says_what_was_recognised_and_left_aside() -> None:
    seen = preview(b"Keyword,Volume,Colour\nmoka pot,5,red\nMoka  Pot,6,red\n,7,red\n\nlatte,x,red\n", "list.csv")
    assert (seen.good, seen.duplicates, seen.refused) == (2, 1, 2)
    assert (seen.columns, seen.unmapped) == ({"keyword": "Keyword", "volume": "Volume"}, ("Colour",))


# Without control codes: many of them make a file no text.
_ANY_CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.sampled_from('\n\r\t",;'), max_size=30
)
_TABLE = st.lists(st.tuples(_ANY_CELL, st.sampled_from(["", "5", "1.300", "many", "-1"]), _ANY_CELL), max_size=25)


def as_text(rows: Sequence[Sequence[str]], delimiter: str, encoding: str) -> bytes:
    sheet = io.StringIO()
    writer = csv.writer(sheet, delimiter=delimiter)
    writer.writerow(["Keyword", "Volume", "Topic"])
    writer.writerows(rows)
    return sheet.getvalue().encode(encoding)


@settings(max_examples=150, deadline=None)
@given(
    _TABLE,
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["plain", "zip"]),
    st.sampled_from([60, 4 << 20]),
)
def test_every_row_of_a_text_is_good_refused_or_blank(
    rows: list[tuple[str, str, str]], delimiter: str, encoding: str, container: str, block: int
) -> None:
    data = as_text(rows, delimiter, encoding)
    before = records.BLOCK_CHARACTERS
    records.BLOCK_CHARACTERS = block
    try:
        with KeywordReader(data if container == "plain" else archive(a_csv=data), "list.csv") as reader:
            chunks = list(reader.chunks())
    finally:
        records.BLOCK_CHARACTERS = before
    assert all(chunk.records == len(chunk.rows) + chunk.refused + chunk.blank for chunk in chunks)
    assert sum(chunk.records for chunk in chunks) == len(rows)
    numbers = [row.row for chunk in chunks for row in chunk.rows]
    assert numbers == sorted(set(numbers))
    assert all(row.volume is None or rows[row.row - 2][1] in {"5", "1.300"} for chunk in chunks for row in chunk.rows)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.text(st.sampled_from("abcü =+-@'\"\n"), max_size=9), st.integers(0, 10**6)), max_size=12))
def test_every_row_of_a_workbook_is_good_refused_or_blank(rows: list[tuple[str, int]]) -> None:
    with KeywordReader(workbook(("Keywords", [("Keyword", "Volume"), *rows])), "list.xlsx") as reader:
        chunks = list(reader.chunks())
    assert sum(chunk.records for chunk in chunks) == len(rows)
    assert all(chunk.records == len(chunk.rows) + chunk.refused + chunk.blank for chunk in chunks)
    assert all(row.volume == rows[row.row - 2][1] for chunk in chunks for row in chunk.rows)


def test_a_long_file_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "long.csv"
    path.write_text("keyword,volume\n" + "".join(f"moka pot number {n},{n}\n" for n in range(200_000)))
    preview(path)
    tracemalloc.start()
    seen = preview(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seen.good == 200_000
    assert peak < 150 << 20
