"""What is worth doing next: gaps, quick wins, pages that compete, pages that nothing links to."""

import pytest

from igny8_assets.planner.ideas.cannibalisation import PageClaim
from igny8_assets.planner.opportunities.finding import (
    CLICK_CURVE,
    Ranking,
    cannibalising,
    click_share,
    gaps,
    orphans,
    quick_wins,
)


def rival(
    query: str, domain: str, position: float, volume: int | None = 1000, difficulty: float | None = 20
) -> Ranking:
    return Ranking(query, domain, position, volume=volume, difficulty=difficulty)


def own(query: str, position: float, volume: int | None = 1000, difficulty: float | None = 20) -> Ranking:
    url = f"https://mine.example/{query.replace(' ', '-')}/"
    return Ranking(query, "mine.example", position, is_own=True, url=url, volume=volume, difficulty=difficulty)


def test_a_gap_is_where_others_rank_and_the_site_does_not() -> None:
    found = gaps(
        [
            rival("moka pot sizes", "one.example", 3),
            rival("moka pot sizes", "two.example", 8),
            rival("moka pot ratio", "one.example", 4),
            own("moka pot ratio", 12),
            rival("latte art", "one.example", 35),
            rival("cold brew", "one.example", 5),
            own("cold brew", 44),
        ],
        {"cold brew": "Cold Brew"},
    )
    assert [gap.subject for gap in found] == ["moka pot sizes", "cold brew"]
    first, second = found
    assert first.reason == "one.example at 3, two.example at 8; you do not rank. 1,000 searches a month."
    assert first.terms["competitors"] == {"one.example": 3, "two.example": 8}
    assert first.advice.startswith("accept it")
    assert "you are at 44" in second.reason
    assert second.advice == "your cluster “Cold Brew” covers it: write or strengthen its page"
    assert first.score > second.score, "two competitors prove more than one"


def test_the_score_of_a_gap_is_its_terms_multiplied() -> None:
    [gap] = gaps([rival("moka pot sizes", f"{name}.example", 5, 99_999, 40) for name in ("one", "two", "three")], {})
    assert (gap.terms["demand"], gap.terms["ease"], gap.terms["proof"]) == (1.0, 0.6, 1.0)
    assert gap.score == 60.0
    [unknown] = gaps([rival("moka pot sizes", "one.example", 5, None, None)], {})
    assert unknown.score == 0.0, "nobody is known to search for it"
    assert "Searches unknown." in unknown.reason


def test_a_competitors_own_brand_is_no_gap() -> None:
    assert gaps([rival("serious eats cold brew", "www.seriouseats.com", 1)], {}) == []
    assert gaps([rival("big-shop discount code", "big-shop.co.uk", 1)], {}) == []
    [shared] = gaps(
        [rival("seriouseats grinder", "seriouseats.com", 1), rival("seriouseats grinder", "b.example", 4)], {}
    )
    assert shared.terms["competitors"] == {"b.example": 4}


def test_markets_are_told_apart() -> None:
    rows = [Ranking("moka pot", "one.example", 3, market="us", volume=10), own("moka pot", 2)]
    [gap] = gaps(rows, {})
    assert (gap.subject, gap.terms["market"]) == ("us: moka pot", "us")


@pytest.mark.parametrize(("position", "share"), [(1, 0.276), (10, 0.024), (11, 0.006), (1.5, 0.217), (0.5, 0.276)])
def test_the_click_curve(position: float, share: float) -> None:
    assert click_share(position) == pytest.approx(share)
    assert list(CLICK_CURVE) == sorted(CLICK_CURVE, reverse=True)


def test_a_quick_win_is_ranked_by_the_clicks_that_it_would_bring() -> None:
    found = quick_wins(
        [
            own("moka pot", 6, 9900),
            own("moka pot ratio", 14, 1300),
            own("latte art", 2, 9900),
            own("cold brew", 27, 9900),
            own("knock box", 9, None),
            rival("french press", "one.example", 5),
        ]
    )
    assert [win.title for win in found] == ["moka pot", "moka pot ratio"]
    assert found[0].terms["extra_clicks"] == round(9900 * (0.110 - 0.049))
    assert found[0].reason.startswith(
        "https://mine.example/moka-pot/ is at 6; place 3 would bring about 604 more clicks a month."
    )
    assert "place 8" in found[1].reason, "from page two, the foot of page one"


def test_live_pages_that_want_the_same_search_are_told() -> None:
    pages = [
        PageClaim("https://mine.example/a/", "page", "moka pot ratio"),
        PageClaim("https://mine.example/b/", "page", "ratio for moka pots"),
        PageClaim("https://mine.example/c/", "page", "chemex ratio"),
    ]
    [found] = cannibalising(pages, None)
    assert (found.subject, found.title) == ("https://mine.example/a/", "moka pot ratio")
    assert found.terms["pages"] == ["https://mine.example/a/", "https://mine.example/b/"]
    assert "the same search in other words" in found.reason


def test_a_page_that_nothing_links_to_is_an_orphan() -> None:
    pages = [("https://mine.example/a/", "/a/", "A"), ("https://mine.example/b/", "/b/", "B")]
    [found] = orphans(pages, frozenset({"/a/", "/"}))
    assert (found.subject, found.title) == ("https://mine.example/b/", "B")
