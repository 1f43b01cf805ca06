"""Files loaded into a site one after the other: which claim stands, what is counted, and what a dead process leaves."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from igny8_assets.planner.keywords import importing, loading, records
from igny8_assets.planner.keywords.exporting import write_keywords
from igny8_assets.planner.keywords.files import read_keywords
from igny8_assets.planner.keywords.importing import ImportRefused, LoadedFile, load_staged, preview_file, stage_file
from igny8_assets.planner.keywords.seeds import industries, seed_keywords, stage_seeds
from igny8_resources.platform import Platform
from igny8_resources.settings import load_settings
from igny8_resources.warehouse.store.keyword_loading import every_keyword
from igny8_resources.warehouse.store.sites import SectorPlan, SitePlan, create_account, create_site, site_by_key
from igny8_resources.warehouse.tables.columns import Table
from igny8_resources.warehouse.tables.opportunities import KeywordPosition
from igny8_resources.warehouse.tables.planner import Keyword, KeywordImport

SITE = "crema-lane"
POSITIONS = (
    "Keyword,Position,Previous position,Search Volume,Keyword Difficulty,CPC,URL,Traffic\n"
    "moka pot,7,9,49500,45,0.86,https://www.cremalane.example/b,120\n"
    "moka pot,3,4,49500,45,0.86,https://cremalane.example/a,900\n"
    "moka pot,5,4,49500,45,0.86,https://rival.example/moka,800\n"
)


@pytest.fixture
def parts(warehouse_url: str, tmp_path: Path) -> Platform:
    made = Platform(load_settings(home=tmp_path / "home", warehouse_url=warehouse_url))
    plan = SitePlan(
        key=SITE,
        name="Crema Lane",
        base_url="https://www.cremalane.example",
        sectors=(SectorPlan("Espresso", seed_terms=("moka pot",)), SectorPlan("Filter", seed_terms=("pour over",))),
    )
    with made.warehouse.write() as session:
        account = create_account(session, "main", "Main", credits=Decimal(10))
        create_site(session, account, plan)
    return made


def load(parts: Platform, text: str, name: str = "list.csv", **given: Any) -> LoadedFile:
    stage_file(parts, SITE, text.encode(), name, **given)
    [loaded] = load_staged(parts, SITE)
    return loaded


def rows(parts: Platform, table: type[Table]) -> list[Any]:
    with parts.warehouse.read() as session:
        return list(session.scalars(select(table).order_by(*table.__table__.primary_key.columns)))


def claims(parts: Platform) -> dict[tuple[str, str], tuple[int | None, str]]:
    return {(row.market, row.normalized_text): (row.volume, row.volume_kind) for row in rows(parts, Keyword)}


def test_exact_beats_bucket_beats_impressions_and_of_equal_claims_the_newer_stands(parts: Platform) -> None:
    load(parts, "keyword,volume,volume kind\nmoka pot,2630,impressions\npour over,900,exact\n")
    assert claims(parts)["", "moka pot"] == (2630, "impressions")
    load(parts, "keyword,volume\nMoka Pot,1K-10K\npour over,10K-100K\n")
    assert claims(parts) == {("", "moka pot"): (5000, "bucket"), ("", "pour over"): (900, "exact")}
    load(parts, "keyword,volume\nmoka pot,4400\npour over,\n")
    assert claims(parts) == {("", "moka pot"): (4400, "exact"), ("", "pour over"): (900, "exact")}
    load(parts, "keyword,volume\nmoka pot,4500\n")
    assert claims(parts)["", "moka pot"] == (4500, "exact"), "volumes are never added up"


def test_gaps_are_filled_and_what_a_person_decided_is_kept(parts: Platform) -> None:
    load(parts, "keyword,volume,kd,intent,cpc,currency\nmoka pot,4400,31,commercial,1.10,EUR\n")
    with parts.warehouse.write() as session:
        [stored] = session.scalars(select(Keyword))
        stored.status, made = "paused", stored.created_at
    loaded = load(
        parts, 'keyword,volume,kd,topic,serp urls\nmoka pot,4500,,Moka,"https://a.example https://b.example"\n'
    )
    assert (loaded.keywords, loaded.new) == (1, 0)
    [row] = rows(parts, Keyword)
    assert (row.volume, row.difficulty, row.intents, row.cpc, row.currency) == (
        4500, 31.0, ["commercial"], Decimal("1.1"), "EUR",
    )  # fmt: skip
    assert (row.topic, row.serp_urls) == ("Moka", ["https://a.example", "https://b.example"])
    assert (row.status, row.created_at) == ("paused", made)


def test_one_market_under_three_names(parts: Platform) -> None:
    load(parts, "keyword,country,volume\nmoka pot,US,1\nmoka pot,us,2\nmoka pot,United States,3\nmoka pot,Atlantis,4\n")
    assert claims(parts) == {("us", "moka pot"): (1, "exact"), ("Atlantis", "moka pot"): (4, "exact")}
    load(parts, "keyword,volume\nmoka pot,9\n", market="United Kingdom")
    assert claims(parts)["gb", "moka pot"] == (9, "exact")


def test_empty_texts_and_unknown_figures_survive_the_way_in(parts: Platform) -> None:
    load(parts, 'keyword,volume,topic\n"""quoted"" \\N pot",,\n"a, b; c\\t",0,"-"\n')
    first, second = rows(parts, Keyword)
    assert (first.text, first.volume, first.topic, first.market) == ('"quoted" \\N pot', None, "", "")
    assert (second.text, second.volume, second.difficulty, second.intents) == ("a, b; c\\t", 0, None, [])


def test_where_domains_rank_is_kept_beside_the_keywords(parts: Platform) -> None:
    assert load(parts, POSITIONS, "positions.csv").keywords == 1
    found = {(row.domain, row.is_own): (row.position, row.url, row.traffic) for row in rows(parts, KeywordPosition)}
    assert found == {
        ("cremalane.example", True): (3.0, "https://cremalane.example/a", 900.0),
        ("rival.example", False): (5.0, "https://rival.example/moka", 800.0),
    }
    load(parts, POSITIONS.replace("moka pot,3,", "moka pot,8,"), "newer.csv")
    assert {row.domain: row.position for row in rows(parts, KeywordPosition)}["cremalane.example"] == 7.0


def test_a_competitors_file_brings_positions_and_no_keywords(parts: Platform) -> None:
    loaded = load(parts, POSITIONS, "rival.csv", purpose="competitor")
    assert (loaded.keywords, loaded.new, rows(parts, Keyword)) == (0, 0, [])
    assert len(rows(parts, KeywordPosition)) == 2
    with pytest.raises(ImportRefused, match="no row has both a position and a URL"):
        stage_file(parts, SITE, b"keyword\nmoka pot\n", "list.csv", purpose="competitor")
    with pytest.raises(ImportRefused, match=r"rival.csv was imported before, as competitor"):
        stage_file(parts, SITE, POSITIONS.encode(), "rival.csv")


def test_one_row_per_result_makes_a_results_page(parts: Platform) -> None:
    results = "".join(f"moka pot,{place},https://site{place}.example/x\n" for place in (3, 1, 2))
    load(parts, f"keyword,position,url\n{results}", "serp.csv")
    assert rows(parts, Keyword)[0].serp_urls == [f"https://site{place}.example/x" for place in (1, 2, 3)]


def test_a_preview_counts_what_would_change_and_stores_nothing(parts: Platform) -> None:
    load(parts, "keyword,volume\nmoka pot,10\npour over,20\n")
    text = "keyword,volume,colour\nmoka pot,10,red\npour over,30,red\nlatte,5,red\nlatte,5,red\n,5,red\n"
    found = preview_file(parts, SITE, text.encode(), "next.csv")
    assert (found.new, found.updates, found.unchanged) == (1, 1, 1)
    assert (found.file.good, found.file.duplicates, found.file.refused) == (4, 1, 1)
    assert found.file.unmapped == ("colour",)
    assert (len(rows(parts, Keyword)), len(rows(parts, KeywordImport))) == (2, 1)


def test_a_load_that_dies_is_begun_again_and_comes_out_the_same(
    parts: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "BLOCK_CHARACTERS", 300)
    body = "".join(f"pot {number % 90},{number}\n" for number in range(300))
    stage_file(parts, SITE, f"keyword,volume\n{body}".encode(), "long.csv")
    store_chunk, stored = loading.store_chunk, []

    def dies_after_two(*given: Any, **more: Any) -> int:
        if len(stored) == 2:
            raise KeyboardInterrupt
        stored.append(store_chunk(*given, **more))
        return stored[-1]

    with monkeypatch.context() as dying:
        dying.setattr(importing, "store_chunk", dies_after_two)
        with pytest.raises(KeyboardInterrupt):
            load_staged(parts, SITE)
    assert 0 < len(rows(parts, Keyword)) < 90
    assert rows(parts, KeywordImport)[0].status == "staged"
    steps: list[tuple[int, int]] = []
    [loaded] = load_staged(parts, SITE, lambda done, total: steps.append((done, total)))
    assert (loaded.keywords, loaded.duplicates) == (90, 210)
    assert claims(parts) == {("", f"pot {number}"): (number, "exact") for number in range(90)}, "the first row stands"
    assert steps[-1] == (300, 300)
    assert rows(parts, KeywordImport)[0].status == "loaded"
    assert load_staged(parts, SITE) == []


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_is_exported_reads_back_as_it_was(parts: Platform, tmp_path: Path, ending: str) -> None:
    load(
        parts,
        "keyword,country,volume,kd,intent,cpc,currency,competition,trends,serp features,topic,page,serp urls\n"
        '=cmd pot,us,10,45.3333333,"commercial, informational",1.25,EUR,0.4,"0.5,1.0","Reviews, Video",-Moka,+Guide,'
        '"https://a.example/x https://b.example"\n'
        "@home pot,,,,,,,,,,,,\n",
    )
    out = tmp_path / f"out.{ending}"
    with parts.warehouse.read() as session:
        stored = list(map(loading.row_of, every_keyword(session, site_by_key(session, SITE).id)))
        assert write_keywords(iter(stored), out) == 2
    back = read_keywords(out).rows
    assert [row._replace(row=0, source="") for row in back] == [row._replace(source="") for row in stored]


def test_seeds_come_in_like_a_file_and_say_so(parts: Platform) -> None:
    assert len(industries()) >= 12
    for industry in industries():
        assert 40 <= industry.seeds <= 60
        assert {row.volume for row in seed_keywords(industry.slug)} == {None}
        assert all(row.intents for row in seed_keywords(industry.slug))
    assert stage_seeds(parts, SITE, "home-coffee", market="us").is_new
    [loaded] = load_staged(parts, SITE)
    assert (loaded.tool, loaded.new) == ("seed_library", len(seed_keywords("home-coffee")))
    assert {(row.source, row.market) for row in rows(parts, Keyword)} == {("seed_library", "us")}
    assert not stage_seeds(parts, SITE, "home-coffee", market="us").is_new
    with pytest.raises(ImportRefused, match="no industry 'mining'; it has beauty-skincare"):
        stage_seeds(parts, SITE, "mining")
