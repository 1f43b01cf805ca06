"""What a video is found by: chapters, limits of each platform, links, and the offline words for them."""

import itertools

import pytest
from offline_briefs import CLUSTERS
from test_video_scripts import brief as script_brief
from test_video_scripts import script

from igny8_assets.findings import passed
from igny8_assets.video.chapters import Chapter, chapters_of, has_chapters, section_starts
from igny8_assets.video.listing import LIMITS, fitted, listing_findings, tracked_link, whole_text
from igny8_resources.ai.offline.video_seo import write_video_seo
from igny8_resources.contracts.video import VideoSeo, VideoSeoBrief

WORDS = VideoSeo(title="Espresso ratio", description="Weigh it.", tags=("espresso",), hashtags=("espresso",))


def seo_brief(name: str, platform: str, video_type: str, preset: str) -> VideoSeoBrief:
    about, written, limits = script_brief(name, video_type, preset), script(name, video_type, preset), LIMITS[platform]
    return VideoSeoBrief(
        voice=about.voice,
        platform=platform,
        video_type=video_type,
        title=written.title,
        summary=about.summary,
        narration=" ".join(section.narration for section in written.sections),
        points=tuple(section.text_overlay for section in written.sections if section.type == "point"),
        keywords=tuple(part.strip().rpartition(" ")[0] for part in CLUSTERS[name][3].split(";")),
        max_title=limits.title,
        max_description=limits.description - limits.reserve,
        max_tags=limits.tags,
        max_hashtags=limits.hashtags,
    )


@pytest.mark.parametrize("name", CLUSTERS)
@pytest.mark.parametrize(
    ("platform", "video_type", "preset"),
    [("youtube", "long", "youtube_long"), ("youtube", "short", "youtube_short"),
     ("instagram", "short", "instagram_reel"), ("tiktok", "medium", "tiktok")],
)  # fmt: skip
def test_the_offline_words_fit_their_platform(name: str, platform: str, video_type: str, preset: str) -> None:
    asked = seo_brief(name, platform, video_type, preset)
    words = write_video_seo(asked)
    assert fitted(words, asked) == words
    written = script(name, video_type, preset)
    voices = [section.duration_estimate for section in written.sections]
    duration = sum(voices) + 0.35 * (len(voices) - 1) + 1.15
    starts = section_starts(voices, duration)
    chapters = chapters_of(written.sections, starts, duration) if has_chapters(platform, preset) else ()
    link = tracked_link(asked.voice.site_key and "https://cremalane.example/guide/", platform, "guide")
    findings = listing_findings(platform, words, chapters, link)
    assert passed(findings), findings
    assert words.title
    assert words.hashtags
    assert bool(words.tags) == (platform == "youtube")
    text = whole_text(platform, words, chapters, link)
    if video_type == "long":
        assert chapters[0] == Chapter(0, "Introduction")
        assert len(chapters) >= 4
        assert "0:00 Introduction\n" in text
        gaps = [later.seconds - earlier.seconds for earlier, later in itertools.pairwise(chapters)]
        assert min(gaps) >= 10
        assert duration - chapters[-1].seconds >= 10
        assert "https://cremalane.example/guide/?utm_source=youtube&utm_medium=video&utm_campaign=guide" in text
    else:
        assert "0:00" not in text
    if platform != "youtube":
        assert "https://" not in text


def test_sections_begin_where_their_voices_do() -> None:
    assert section_starts([10.0, 20.0, 5.0], 37.05) == pytest.approx((0.25, 10.7, 31.15))


def test_short_sections_belong_to_the_chapter_before_them() -> None:
    sections = script("espresso machine", "long", "youtube_long").sections[:5]
    starts = (0.25, 4.0, 12.0, 18.0, 40.0)
    assert [chapter.stamp for chapter in chapters_of(sections, starts, 80)] == ["0:00", "0:12", "0:40"]
    # The last one would be eight seconds long, and two chapters are none.
    assert chapters_of(sections, starts, 48) == ()
    assert Chapter(3723, "x").stamp == "1:02:03"


def test_links_keep_what_they_have_and_say_where_they_stood() -> None:
    link = tracked_link("https://a.example/p/?lang=en&utm_source=old#top", "youtube", "espresso-ratio")
    assert link == "https://a.example/p/?lang=en&utm_source=youtube&utm_medium=video&utm_campaign=espresso-ratio#top"
    assert tracked_link("https://a.example/", "tiktok", "x") == ""
    assert tracked_link("", "youtube", "x") == ""


@pytest.mark.parametrize(
    ("platform", "change", "said"),
    [
        ("youtube", {"title": "x" * 101}, "error title: 101 characters, at most 100"),
        ("youtube", {"title": "x" * 71}, "warning title: 71 characters; results show about 70"),
        ("youtube", {"description": "é" * 2600}, "error description: 5211 bytes, at most 5,000"),
        ("youtube", {"description": "a > b"}, "error description: it holds < or >"),
        ("youtube", {"tags": tuple(f"tag number {n}" for n in range(40))}, "error tags: 629 characters together, at most 500"),
        ("instagram", {"description": "x" * 2195}, "error caption: 2206 characters, at most 2,200"),
        ("tiktok", {"description": "😀" * 1100}, "error title: 2211 UTF-16 units, at most 2,200"),
        (
            "tiktok",
            {"hashtags": ("two words",)},
            "error hashtags: #two words is no hashtag: letters and digits only, at least one letter",
        ),
        ("tiktok", {"description": ""}, "warning description: it is empty; the first lines stand in the results"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_before_anything_is_sent(platform: str, change: dict[str, object], said: str) -> None:
    words = WORDS.model_copy(update=change)
    found = [f"{each.severity} {each.passage}: {each.message}" for each in listing_findings(platform, words, (), "")]
    assert found == [said]


def test_what_costs_nothing_to_mend_is_mended() -> None:
    asked = seo_brief("espresso machine", "youtube", "short", "youtube_short")
    loose = VideoSeo(title=" T ", description="D\n", tags=("a,b", "a b", ""), hashtags=("#One Two", "OneTwo", "#"))
    assert fitted(loose, asked) == VideoSeo(title="T", description="D", tags=("a b",), hashtags=("OneTwo",))
