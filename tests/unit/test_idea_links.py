"""The pages that an idea should link to once it is written."""

from igny8_assets.planner.ideas.links import Destination, link_targets

GROUPS = {1: "Moka Pots", 2: "Moka Pots", 3: "Moka Pots", 4: "Grinders"}
HUB = Destination("https://mine.example/moka/", "Moka Pots", 1, is_hub=True, live=True)
RATIO = Destination("https://mine.example/ratio/", "Moka Pot Ratio", 2, live=True, worth=10)
CLEANING = Destination("idea:7", "Cleaning a Moka Pot", 3, worth=90)
GRIND = Destination("idea:8", "Grind Sizes", 4, worth=80)
ALL = [GRIND, CLEANING, RATIO, HUB]


def test_an_idea_links_to_its_hub_then_to_what_searchers_see_beside_it_then_to_its_siblings() -> None:
    found = link_targets(CLEANING, ALL, GROUPS, {4: 3})
    assert [(target.ref, target.kind, target.why) for target in found] == [
        (HUB.ref, "hub", "hub of Moka Pots"),
        (GRIND.ref, "results", "searches share 3 results"),
        (RATIO.ref, "sibling", "Moka Pots too"),
    ]


def test_a_hub_links_to_every_page_of_its_group_live_ones_first() -> None:
    found = link_targets(HUB, ALL, GROUPS, {})
    assert [(target.ref, target.kind) for target in found] == [(RATIO.ref, "spoke"), (CLEANING.ref, "spoke")]


def test_a_page_is_named_once_and_never_itself() -> None:
    found = link_targets(CLEANING, ALL, GROUPS, {1: 2, 2: 3, 3: 9})
    refs = [target.ref for target in found]
    assert len(refs) == len(set(refs))
    assert CLEANING.ref not in refs
    assert link_targets(GRIND, ALL, {}, {}) == [], "without groups nothing is near"


def test_siblings_that_share_a_word_come_before_any_that_share_none() -> None:
    frother = Destination("idea:1", "Milk Frothers", 1, about=frozenset({"milk", "frother"}))
    steaming = Destination("idea:2", "Steaming Milk", 2, worth=10, about=frozenset({"steam", "milk"}))
    knock_box = Destination("idea:3", "Knock Boxes", 3, worth=90, live=True, about=frozenset({"knock", "box"}))
    group = dict.fromkeys((1, 2, 3), "Espresso")
    assert [target.ref for target in link_targets(frother, [knock_box, steaming], group, {})] == ["idea:2"]
    assert [target.ref for target in link_targets(frother, [knock_box], group, {})] == ["idea:3"], "better than none"
