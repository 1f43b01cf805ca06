"""Keyword files as the tools write them, and as people break them."""

import csv
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from igny8_assets.planner.keywords.cells import read_number, read_price, read_volume
from igny8_assets.planner.keywords.exporting import export_keywords
from igny8_assets.planner.keywords.files import (
    KeywordFileError,
    KeywordRow,
    merge_rows,
    preview,
    read_keywords,
)
from igny8_assets.planner.keywords.sources import file_source
from igny8_assets.planner.keywords.tables import TextTable
from igny8_resources.word_stems import normalise

DEMO = Path(__file__).parents[2] / "cli" / "data" / "crema-lane-keywords.csv"

SEMRUSH = (
    "Keyword,Intent,Volume,Trend,Keyword Difficulty,CPC (USD),Competitive Density,SERP Features,Number of Results\n"
    'best espresso machine,"Commercial, Informational",33100,'
    '"0.44,0.44,0.55,0.55,0.67,0.67,0.82,1.00,0.82,0.67,0.55,0.44",72,1.34,1.00,'
    '"Sitelinks, Reviews, People also ask",301000000\n'
    "espresso knock box drawer with lid,,20,,,0.00,0.40,,1200\n"
)
STRATEGY_BUILDER = (
    "Database,Keyword,Seed keyword,Page,Topic,Page type,Tags,Volume,Keyword Difficulty,CPC (USD),Competitive Density,"
    "Number of Results,Intent,SERP Features,Trend\n"
    'us,moka pot,coffee,Moka pot guide,Moka,Sub page,"new\nspring, 2026",'
    '49500,45,0.86,0.9,1000,Commercial,Reviews,"0.5,1"\n'
    "uk,moka pot,coffee,Moka pot guide,Moka,Sub page,,8100,40,0.5,0.9,900,Commercial,,\n"
)
SEMRUSH_API = (
    "database;Keyword;Search Volume;Keyword Difficulty Index;Intent\n"
    "us;moka pot;49500;45.3;0,1\n"
    "us;buy moka pot;880;31;3\n"
)
SEMRUSH_POSITIONS = (
    "Keyword,Position,Previous position,Search Volume,Keyword Difficulty,CPC,URL,Traffic,Traffic (%),Keyword Intents\n"
    "moka pot,7,9,49500,45,0.86,https://cremalane.example/b,120,1.2,commercial\n"
    "moka pot,3,4,49500,45,0.86,https://cremalane.example/a,900,9.0,commercial\n"
)
AHREFS = (
    "#,Keyword,Country,Difficulty,Volume,CPC,CPS,Parent Keyword,Last Update,SERP Features,Global volume,"
    "Traffic potential,Global traffic potential,First seen,Intents\n"
    '1,moka pot,us,22,43000,0.80,1.1,moka pot,2026-01-02,"Sitelinks,Thumbnail",210000,31000,90000,2015-09-01,'
    '"Informational,Non-branded,Non-local"\n'
)
AHREFS_SITE = (
    "Keyword,Volume,KD,CPC,Current traffic,Current position,Current URL,Branded,Local,Informational,Commercial,"
    "Transactional,Navigational\n"
    "moka pot,43000,22,0.8,310,4,https://cremalane.example/moka,false,false,true,true,false,false\n"
)
PLANNER_HEADER = (
    "Keyword\tCurrency\tAvg. monthly searches\tThree month change\tYoY change\tCompetition\t"
    "Competition (indexed value)\tTop of page bid (low range)\tTop of page bid (high range)\t"
    "Searches: May 2025\tSearches: Apr 2025"
)
PLANNER_PREAMBLE = 'Keyword Stats 2026-01-12 at 10_05_11\n"May 1, 2025 - April 30, 2026"\n'
SEARCH_CONSOLE = "Top queries,Clicks,Impressions,CTR,Position\nmoka pot,120,2630,4.56%,6.31\n"


def read(text: str, encoding: str = "utf-8") -> list[KeywordRow]:
    return read_keywords(text.encode(encoding), "keywords.csv").rows


def test_a_semrush_keyword_magic_export() -> None:
    file = read_keywords(SEMRUSH.encode(), "espresso_broad-match_us_2026-01-12.csv")
    first, gaps = file.rows
    assert file.tool == "semrush_keyword_magic"
    assert file.columns["difficulty"] == "Keyword Difficulty"
    assert file.unmapped == ("Number of Results",)
    assert (first.volume, first.volume_kind, first.difficulty) == (33100, "exact", 72.0)
    assert first.intents == ("commercial", "informational")
    assert (first.cpc, first.currency, first.competition) == (Decimal("1.34"), "USD", 1.0)
    assert len(first.trend) == 12
    assert first.trend[7] == 1.0
    assert first.serp_features == ("Sitelinks", "Reviews", "People also ask")
    assert (gaps.volume, gaps.difficulty, gaps.intents, gaps.trend) == (20, None, (), ())


def test_columns_may_be_missing_and_in_any_order() -> None:
    file = read_keywords(b"Number of Results,Volume,Keyword\n100,40,moka pot\n", "some.csv")
    assert file.rows[0][:3] == ("moka pot", "moka pot", 40)
    assert read("query\nmoka pot\n")[0].text == "moka pot"


def test_a_strategy_builder_export_keeps_its_market_and_grouping() -> None:
    file = read_keywords(STRATEGY_BUILDER.encode(), "strategy.csv")
    assert file.tool == "semrush_strategy_builder"
    assert [(row.market, row.volume, row.topic, row.page) for row in file.rows] == [
        ("us", 49500, "Moka", "Moka pot guide"),
        ("gb", 8100, "Moka", "Moka pot guide"),
    ]
    assert (file.duplicates, file.rows[1].row) == (0, 3)


def test_semrush_codes_of_intents_behind_semicolons() -> None:
    file = read_keywords(SEMRUSH_API.encode(), "api.csv")
    assert (file.tool, file.delimiter) == ("semrush_api", "semicolon")
    assert [row.intents for row in file.rows] == [("commercial", "informational"), ("transactional",)]
    assert file.rows[0].difficulty == 45.3


def test_position_exports_repeat_keywords_and_volumes_are_never_summed() -> None:
    file = read_keywords(SEMRUSH_POSITIONS.encode(), "positions.csv")
    assert (file.tool, len(file.rows), file.duplicates) == ("semrush_positions", 2, 1)
    (merged,) = file.keywords()
    assert (merged.volume, merged.position, merged.url) == (49500, 3.0, "https://cremalane.example/a")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_ahrefs_explorer_in_both_encodings(encoding: str) -> None:
    text = AHREFS.replace('"Sitelinks,Thumbnail"', "Sitelinks").replace(
        '"Informational,Non-branded,Non-local"', "Local"
    )
    data = AHREFS.encode(encoding) if encoding == "utf-8-sig" else text.replace(",", "\t").encode(encoding)
    file = read_keywords(data, "ahrefs.csv")
    assert file.tool == "ahrefs_keywords_explorer"
    assert (file.rows[0].volume, file.rows[0].topic, file.rows[0].market) == (43000, "moka pot", "us")
    assert file.rows[0].intents == (("informational",) if encoding == "utf-8-sig" else ())
    assert "Global volume" in file.unmapped


def test_ahrefs_site_explorer_spreads_intents_over_columns() -> None:
    file = read_keywords(AHREFS_SITE.encode(), "organic.csv")
    assert file.tool == "ahrefs_site_explorer"
    assert file.rows[0].intents == ("informational", "commercial")
    assert (file.rows[0].position, file.rows[0].url) == (4.0, "https://cremalane.example/moka")


def test_google_keyword_planner_in_utf16_with_preamble() -> None:
    rows = "moka pot\tEUR\t40500\t0%\t-18%\tHigh\t100\t0,35\t1,20\t40500\t33100\n"
    data = (PLANNER_PREAMBLE + PLANNER_HEADER + "\n" + rows).encode("utf-16-le")
    file = read_keywords(b"\xff\xfe" + data, "Keyword Stats.csv")
    (row,) = file.rows
    assert (file.tool, file.encoding, file.delimiter) == ("google_keyword_planner", "utf-16-le", "tab")
    assert (row.volume, row.volume_kind, row.row) == (40500, "exact", 4)
    assert (row.cpc, row.currency, row.competition) == (Decimal("1.2"), "EUR", 1.0)
    assert row.difficulty is None, "advertising competition is not difficulty"
    assert row.trend == (0.8173, 1.0), "months by date, oldest first"
    assert read_keywords(data, "without a mark.csv").rows == file.rows


@pytest.mark.parametrize("volume", ["1K – 10K", "5000"])
def test_google_buckets_in_words_or_round_numbers(volume: str) -> None:
    rows = f"moka pot\tUSD\t{volume}\t\t\tLow\t\t\t\t\t\nrare pot\tUSD\t50\t\t\tLow\t\t\t\t\t\n"
    data = f"{PLANNER_PREAMBLE}{PLANNER_HEADER}\n{rows}"
    first = read_keywords(data.encode("utf-16"), "stats.csv").rows[0]
    assert (first.volume, first.volume_kind, first.trend) == (5000, "bucket", ())


def test_search_console_impressions_are_not_a_volume() -> None:
    file = read_keywords(SEARCH_CONSOLE.encode(), "Queries.csv")
    (row,) = file.rows
    assert file.tool == "google_search_console"
    assert (row.volume, row.volume_kind, row.clicks, row.position) == (2630, "impressions", 120, 6.31)


def test_search_console_workbook_and_archive() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Dates"
    sheet.append(["Date", "Clicks", "Impressions", "CTR", "Position"])
    queries = workbook.create_sheet("Queries")
    queries.append(["Top queries", "Clicks", "Impressions", "CTR", "Position"])
    queries.append(["moka pot", 120, 2630, 0.0456, 6.31])
    workbook.create_sheet("Pages").append(["Top pages", "Clicks", "Impressions", "CTR", "Position"])
    saved = io.BytesIO()
    workbook.save(saved)
    from_workbook = read_keywords(saved.getvalue(), "renamed.csv")
    assert from_workbook.members == ("Queries",)

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Countries.csv", "Country,Clicks,Impressions,CTR,Position\nus,1,2,50%,3\n")
        archive.writestr("Queries.csv", SEARCH_CONSOLE)
        archive.writestr("Filters.csv", "")
    from_archive = read_keywords(packed.getvalue(), "export.zip")
    assert from_archive.members == ("Queries.csv",)
    assert from_archive.rows == from_workbook.rows


def test_an_excel_export_with_numbers_and_formulas() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for cells in (
        ["Keyword", "Volume", "Keyword Difficulty"],
        ["moka pot", 49500.0, 45],
        ["=1+1", 5, 5],
        [],
        [None, 3, 4],
    ):
        sheet.append(cells)
    saved = io.BytesIO()
    workbook.save(saved)
    file = read_keywords(saved.getvalue(), "list.xlsx")
    assert [(row.text, row.volume) for row in file.rows] == [("moka pot", 49500)]
    assert [(problem.row, problem.column) for problem in file.problems] == [(3, "Keyword"), (5, "Keyword")]


def test_lists_made_by_hand_with_everything_people_do_to_them() -> None:
    text = (
        "\ufeff Volume ;KEYWORD\r\n\r\n"
        "1.300;  Café   crème \r\n"
        "1 300;café crème\r\n"
        ";☕ latte\r\n"
        ";קפה שחור\r\n"
        ';="moka pot"\r\n'
        ";'+1 coffee club\r\n"
        ";@home coffee\r\n\r\n"
    )
    file = read_keywords(text.encode(), "my list.txt")
    assert [row.text for row in file.rows] == [
        "Café crème", "café crème", "☕ latte", "קפה שחור", "moka pot", "+1 coffee club", "@home coffee",
    ]  # fmt: skip
    assert [row.volume for row in file.rows[:3]] == [1300, 1300, None]
    assert (file.duplicates, file.problems) == (1, [])
    assert file.rows[0].row == 3


def test_problem_rows_are_named_and_the_rest_goes_in() -> None:
    text = (
        "keyword,volume,kd,intent\n"
        "good one,10,5,commercial\n"
        ",10,5,\n"
        f"{'long ' * 1000},10,5,\n"
        "negative,-5,5,\n"
        "too hard,10,300,\n"
        "no number,many,5,\n"
        "=HYPERLINK(1),10,5,\n"
        "odd intent,10,5,curious\n"
        "a, stray comma,10,5,commercial\n"
        "unknown,n/a,-,\n"
        "---,10,,\n"
    )
    file = read_keywords(text.encode(), "list.csv")
    assert [row.text for row in file.rows] == ["good one", "odd intent", "unknown"]
    assert [(problem.row, problem.column, problem.refused) for problem in file.problems] == [
        (3, "keyword", True),
        (4, "keyword", True),
        (5, "volume", True),
        (6, "kd", True),
        (7, "volume", True),
        (8, "keyword", True),
        (9, "intent", False),
        (10, "(row)", True),
        (12, "keyword", True),
    ]
    assert file.refused == 8
    assert "at most 200 characters (this one has 4999)" in str(file.problems[1])
    assert str(file.problems[3]) == (
        "row 6, column kd: '300' – expected a difficulty from 0 to 100 (empty if unknown) (row left out)"
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "is empty"),
        (b"Keyword,Volume\n", "no rows under it"),
        (b"Suchbegriff,Aufrufe\nmoka,3\n", "columns seen are 'Suchbegriff', 'Aufrufe'"),
        (b"Keyword,Volume,Search Volume\nmoka,3,4\n", "'Volume', 'Search Volume' could all be the volume"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "is a PNG picture, not a keyword list"),
        (bytes(range(256)) * 40, "is not text"),
        (b"PK\x03\x04" + b"x" * 300, "damaged archive"),
    ],
)
def test_files_that_cannot_be_used_say_why(data: bytes, message: str) -> None:
    with pytest.raises(KeywordFileError, match=message):
        read_keywords(data, "list.csv")


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(KeywordFileError, match="No such file"):
        read_keywords(tmp_path / "nowhere.csv")


def test_an_archive_that_explodes_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(6):
            archive.writestr(f"{number}.csv", b"0" * (50 << 20))
    with pytest.raises(KeywordFileError, match="unpacks to 300 MiB"):
        read_keywords(packed.getvalue(), "bomb.zip")


def test_a_user_can_say_which_column_is_which() -> None:
    data = b"Suchbegriff,Volume,Search Volume\nmoka kanne,3,4\n"
    file = read_keywords(data, "liste.csv", columns={"keyword": "Suchbegriff", "volume": "Search Volume"})
    assert (file.rows[0].text, file.rows[0].volume) == ("moka kanne", 4)
    with pytest.raises(KeywordFileError, match="cannot take column 'Begriff'"):
        read_keywords(data, "liste.csv", columns={"keyword": "Begriff"})


def test_wrong_encodings_are_read_with_a_note() -> None:
    western = read_keywords("keyword\ncafé crème\n".encode("cp1252"), "old.csv")
    assert (western.rows[0].text, western.encoding) == ("café crème", "cp1252")
    assert "Windows-1252" in western.notes[0]
    damaged = "keyword\n" + "café crème\n" * 9 + "na"
    file = read_keywords(damaged.encode() + b"\xefve\n", "damaged.csv")
    assert (len(file.rows), file.problems[0].row) == (9, 11)
    assert read_keywords(b"keyword\nmoka\x00 pot\n", "nul.csv").rows[0].text == "moka pot"


@pytest.mark.parametrize("width", [1, 3])
def test_a_quote_that_is_never_closed_costs_one_line(width: int) -> None:
    tail = ",5,5" * (width - 1) if width > 1 else ""
    tail = ",5,5" if width == 3 else ""
    header = "keyword,volume,kd" if width == 3 else "keyword"
    text = f'{header}\nfirst{tail}\n"10 inch pot{tail}\nsecond{tail}\nthird{tail}\n'
    assert [row.text for row in read(text)][0::2] == ["first", "second"]
    assert len(read(text)) == 4


def test_merging_prefers_what_is_known_best() -> None:
    rows = [
        KeywordRow("Moka Pot", "moka pot", 900, "impressions", position=8.0, url="/a", clicks=4),
        KeywordRow("moka pot", "moka pot", 5000, "bucket", intents=("commercial",)),
        KeywordRow("moka pot", "moka pot", 4400, "exact", difficulty=31.0),
        KeywordRow("moka pot", "moka pot", 9999, "exact", difficulty=99.0),
        KeywordRow("moka pot", "moka pot", 100, "exact", market="de"),
    ]
    merged, german = merge_rows(rows)
    assert (merged.volume, merged.volume_kind, merged.difficulty) == (4400, "exact", 31.0)
    assert (merged.intents, merged.position, merged.url) == (("commercial",), 8.0, "/a")
    assert german.market == "de"


def test_exports_are_safe_to_open_and_read_back() -> None:
    texts = ["=cmd", "+1 coffee", "-18 freezer", "@home", "plain, comma", 'a "quote"']
    rows = [
        KeywordRow(text, normalise(text), 10, "bucket", 5.5, ("commercial",), Decimal("1.10"), "EUR") for text in texts
    ]
    sheet = export_keywords(rows)
    cells = [cell for record in csv.reader(io.StringIO(sheet)) for cell in record]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    back = read_keywords(sheet.encode(), "export.csv").rows
    assert [row[:8] for row in back] == [(*row[:6], Decimal("1.1"), "EUR") for row in rows]


@pytest.mark.parametrize(
    ("cell", "volume", "kind"),
    [
        ("12,100", 12100, "exact"),
        ("12.100", 12100, "exact"),
        ("12 100", 12100, "exact"),
        ("12\u202f100", 12100, "exact"),
        ("1.2K", 1200, "exact"),
        ("1300.0", 1300, "exact"),
        ("10K–100K", 50000, "bucket"),
        ("<10", 5, "bucket"),
        ("n/a", None, "unknown"),
        ("0", 0, "exact"),
    ],
)
def test_volumes_in_every_locale(cell: str, volume: int | None, kind: str) -> None:
    assert read_volume(cell) == (volume, kind)


def test_numbers_and_prices() -> None:
    assert [read_number(text) for text in ("1.234,56", "1,234.56", "0,35", "84.45")] == [1234.56, 1234.56, 0.35, 84.45]
    assert read_price("€1,25") == (Decimal("1.25"), "EUR")
    assert read_price("US$ 3.10"[2:]) == (Decimal("3.1"), "USD")


def test_the_preview_of_the_demo_file() -> None:
    shown = preview(DEMO)
    assert (shown.tool_name, shown.encoding, shown.delimiter) == ("Semrush Keyword Magic", "utf-8", "comma")
    assert shown.good >= 340
    assert shown.duplicates == 6
    assert shown.refused == 2
    assert len(read_keywords(DEMO).keywords()) == shown.good - shown.duplicates


_KEYWORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(_KEYWORDS, st.integers(0, 10**6)), min_size=1, max_size=20),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_no_row_is_lost_or_invented(rows: list[tuple[str, int]], delimiter: str, encoding: str) -> None:
    sheet = io.StringIO()
    writer = csv.writer(sheet, delimiter=delimiter)
    writer.writerow(["Keyword", "Volume"])
    writer.writerows(rows)
    file = read_keywords(sheet.getvalue().encode(encoding), "list.csv")
    assert len(file.rows) + file.refused == len(rows)
    volumes = [volume for _, volume in rows]
    assert [row.volume for row in file.rows] == [volumes[row.row - 2] for row in file.rows]
    assert all(normalise(row.normalised) == row.normalised for row in file.rows)


_CELLS = st.text(st.sampled_from(['"', ",", ";", "\t", "\n", "\r", " ", "a", "ü", "1", "\u2028", "'", "="]), max_size=6)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(_CELLS, min_size=1, max_size=4).map(",".join), max_size=12).map("\n".join),
    st.sampled_from('\n,"r'),
)
def test_reading_by_line_and_by_record_give_the_same(body: str, end: str) -> None:
    table = TextTable(file_source(f"keyword,volume,kd\n{body}{end}".encode(), "list.csv"))
    read = [list(table.blocks(0, 3, with_pandas=with_pandas)) for with_pandas in (True, False)]
    fast, careful = [[list(row) for block in blocks for row in zip(*block.columns, strict=True)] for blocks in read]
    assert fast == careful
    assert [block.overlong.keys() for block in read[0]] == [block.overlong.keys() for block in read[1]]
