"""Scripts of every type for every platform: written by the offline provider, timed, and held against their article."""

from functools import cache

import pytest
from offline_briefs import CLUSTERS, article_brief, cluster_brief

from igny8_assets.article_passages import citable_passages
from igny8_assets.findings import passed
from igny8_assets.video.failures import ScriptInvalid
from igny8_assets.video.narration import narrate
from igny8_assets.video.presets import LENGTHS, PLATFORM_OF_PRESET, lengths_of, preset_named
from igny8_assets.video.script_check import OVERLAY_CHARACTERS, script_findings
from igny8_assets.video.script_pace import seconds_of, total_seconds
from igny8_assets.video.script_writing import timed
from igny8_resources.ai.offline.article import write_article
from igny8_resources.ai.offline.video_script import rewrite_script_section, write_script
from igny8_resources.contracts.video import (
    ArticlePassage,
    ScriptClaim,
    ScriptSection,
    ScriptSectionBrief,
    VideoBrief,
    VideoScript,
)
from igny8_resources.contracts.writer import ArticleDraft

PACE = 165.0
EVERY_KIND = [(kind, preset) for kind, presets in LENGTHS.items() for preset in presets]


@cache
def article(name: str, words: int) -> ArticleDraft:
    return write_article(article_brief(cluster_brief(name), target_words=words))


@cache
def brief(name: str, video_type: str, preset: str) -> VideoBrief:
    # A long video takes a long article.
    draft = article(name, 3000 if video_type == "long" else 1200)
    shortest, longest = lengths_of(video_type, preset)
    return VideoBrief(
        voice=cluster_brief(name).voice,
        video_type=video_type,
        platform=PLATFORM_OF_PRESET[preset],
        preset=preset,
        title=draft.title,
        summary=draft.meta_description,
        passages=citable_passages(draft),
        url="https://cremalane.example/guide",
        min_seconds=shortest,
        max_seconds=longest,
        words_per_minute=PACE,
    )


@cache
def script(name: str, video_type: str, preset: str) -> VideoScript:
    return timed(write_script(brief(name, video_type, preset)), "en", PACE)


@pytest.mark.parametrize("name", CLUSTERS)
@pytest.mark.parametrize(("video_type", "preset"), EVERY_KIND)
def test_every_type_on_every_platform_passes_its_own_check(name: str, video_type: str, preset: str) -> None:
    asked, written = brief(name, video_type, preset), script(name, video_type, preset)
    kinds = [section.type for section in written.sections]
    assert kinds == ["hook", "intro", *["point"] * (len(kinds) - 3), "cta"]
    assert kinds.count("point") >= 3
    assert script_findings(written, asked.passages, (asked.min_seconds, asked.max_seconds)) == []
    assert asked.min_seconds * 0.9 <= total_seconds(written.sections) <= asked.max_seconds * 1.1
    for section in written.sections:
        assert 0 < len(section.text_overlay) <= 42
        assert section.type in {"intro", "cta"} or section.claims


@pytest.mark.parametrize("name", CLUSTERS)
def test_a_claim_is_what_its_passage_says(name: str) -> None:
    passages = {passage.id: passage.text for passage in brief(name, "long", "youtube_long").passages}
    claims = [claim for section in script(name, "long", "youtube_long").sections for claim in section.claims]
    assert len(claims) > 30
    for claim in claims:
        # Step names are spoken before their text, and list points as sentences.
        said = claim.words.removeprefix("For your notes: ").split(". ")[-1].rstrip(".")
        assert said.lower() in passages[claim.passage].replace("“", "").replace("”", "").lower()


def test_all_types_there_are_fit_their_presets_and_the_others_are_named() -> None:
    for video_type, preset in EVERY_KIND:
        shortest, longest = lengths_of(video_type, preset)
        assert preset_named(preset).min_seconds <= shortest < longest <= preset_named(preset).max_seconds
    with pytest.raises(ScriptInvalid, match=r"A long video does not fit the preset tiktok: choose youtube_long\."):
        lengths_of("long", "tiktok")


PASSAGES = (
    ArticlePassage(id="title", kind="heading", text="Brew temperature"),
    ArticlePassage(id="section:0/paragraph:0", kind="prose", text="Brew between 90 and 96 °C, and use 1,200 ml."),
    ArticlePassage(id="section:1/paragraph:0", kind="prose", text="A shot takes 25 to 30 seconds."),
)


def section(kind: str, narration: str, *claims: tuple[str, str]) -> ScriptSection:
    return ScriptSection(
        type=kind,
        narration=narration,
        visual_cue="text_card",
        text_overlay="Temperature",
        source="section:0",
        duration_estimate=seconds_of(narration, "en", PACE),
        claims=tuple(ScriptClaim(words=words, passage=passage) for words, passage in claims),
    )


def with_point(point: ScriptSection) -> VideoScript:
    around = [section("hook", "How hot is hot?"), section("intro", "Two numbers."), section("cta", "Follow us.")]
    return VideoScript(title="T", description="", tags=(), sections=(*around[:2], point, around[2]))


def said_of(script: VideoScript, lengths: tuple[float, float] = (5, 60)) -> list[str]:
    return [f"{each.severity} {each.passage}: {each.message}" for each in script_findings(script, PASSAGES, lengths)]


def test_figures_have_to_stand_in_the_passage_that_is_cited() -> None:
    first, second = "section:0/paragraph:0", "section:1/paragraph:0"
    good = section("point", "Brew at 92 °C.", ("Brew at 92 °C.", first))
    assert said_of(with_point(good)) == [
        "error section 3: 92 does not occur in section:0/paragraph:0: mend the figure or cite its passage",
        "error section 3: '92 °C' stands in none of the passages that it cites: cite the one that says so, or leave it out",
    ]
    right = section("point", "Brew at 96 °C with 1200 ml.", ("Brew at 96 °C with 1200 ml.", first))
    assert said_of(with_point(right)) == []
    elsewhere = section("point", "It takes 25 seconds at 96 °C.", ("at 96 °C", first))
    assert said_of(with_point(elsewhere)) == [
        "error section 3: '25 seconds' stands in none of the passages that it cites: cite the one that says so, or leave it out"
    ]
    both = section("point", "It takes 25 seconds at 96 °C.", ("at 96 °C", first), ("It takes 25 seconds", second))
    assert said_of(with_point(both)) == []


def test_what_is_wrong_is_said_with_its_section() -> None:
    nowhere = section("point", "Grind finer today.", ("Grind finer.", "section:7/paragraph:0"))
    assert said_of(with_point(nowhere)) == ["error section 3: the article has no passage 'section:7/paragraph:0'"]
    uncited = section("point", "Grind finer.")
    assert said_of(with_point(uncited)) == ["error section 3: it names no passage of the article: cite what carries it"]
    edited = section("point", "Grind a little finer.", ("Grind finer.", "title"))
    assert said_of(with_point(edited)) == [
        "warning section 3: the claim “Grind finer.” is not in the narration any more"
    ]
    silent = section("point", " … ", ("…", "title")).model_copy(update={"text_overlay": "x" * (OVERLAY_CHARACTERS + 1)})
    assert said_of(with_point(silent)) == [
        "error section 3: the narration is empty: write what the voice should say, or remove it",
        "error section 3: the text on screen has 61 characters; more than 60 do not fit",
    ]
    shuffled = with_point(uncited).model_copy(update={"sections": with_point(nowhere).sections[:2]})
    assert said_of(shuffled, (0, 60)) == [
        "error script: its sections are hook, intro; a script is a hook, an intro, at least one point and a cta, in this order"
    ]


def test_a_script_that_cannot_fill_or_keep_its_time_says_by_how_much() -> None:
    words = "Grind finer and taste again. " * 60
    long = with_point(section("point", words, ("Grind finer", "title")))
    [too_long] = said_of(long, (30, 60))
    assert too_long.startswith("error script: it lasts about 1:5")
    assert too_long.endswith("30 s to 1:00 min are allowed: shorten it, section 3 is the longest")
    [too_short] = said_of(long, (300, 900))
    assert "5:00 min to 15:00 min are allowed: say more, or make a shorter type of video" in too_short


def test_the_voice_hears_words_and_the_captions_show_figures() -> None:
    raw = with_point(section("point", "**Brew** at [96 °C](https://x.example) with 1,200 ml."))
    [point] = [each for each in timed(raw, "en", 120).sections if each.type == "point"]
    assert point.narration == "Brew at 96 °C with 1,200 ml."
    text = narrate(point.narration)
    assert text.caption.replace("\u00a0", " ") == "Brew at 96 °C with 1,200 ml."
    assert text.spoken == "Brew at ninety-six degrees Celsius with one thousand two hundred millilitres."
    # Eleven spoken words at two a second.
    assert point.duration_estimate == 5.5


@pytest.mark.parametrize("name", ["espresso machine", "clean grinder", "accounting services"])
@pytest.mark.parametrize(("video_type", "preset"), [("short", "youtube_short"), ("medium", "tiktok")])
def test_one_section_is_told_anew_and_cites_its_passages(name: str, video_type: str, preset: str) -> None:
    asked, whole = brief(name, video_type, preset), script(name, video_type, preset)
    fresh = 0
    for index, old in enumerate(whole.sections):
        new = rewrite_script_section(ScriptSectionBrief(article=asked, script=whole, index=index, wish=""))
        assert (new.type, new.visual_cue) == (old.type, old.visual_cue)
        fresh += new.narration != old.narration
        changed = whole.model_copy(update={"sections": (*whole.sections[:index], new, *whole.sections[index + 1 :])})
        assert passed(
            script_findings(timed(changed, "en", PACE), asked.passages, (asked.min_seconds, asked.max_seconds))
        )
    assert fresh >= 4
