"""The offline text provider as the router sees it, and its pictures, posts and scripts."""

import json
from functools import cache
from typing import TypeVar

import pytest
from pydantic import BaseModel

from igny8_assets.article_passages import citable_passages
from igny8_resources.ai.errors import ProviderMissing, ProviderRejected
from igny8_resources.ai.offline.article import write_article
from igny8_resources.ai.offline.grammar import sentences, word_count
from igny8_resources.ai.offline.prose import pattern_of
from igny8_resources.ai.offline.text import OfflineTextProvider
from igny8_resources.ai.providers import TextCall
from igny8_resources.contracts.planner import IdeaDraft
from igny8_resources.contracts.social import SocialBrief, SocialDraft
from igny8_resources.contracts.video import VideoBrief, VideoScript
from igny8_resources.contracts.vocabulary import SOCIAL_PLATFORMS
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft, ImagePlan, ImagePlanBrief
from tests.unit.offline_briefs import CLUSTERS, article_brief, cluster_brief

Answer = TypeVar("Answer", bound=BaseModel)
LIMITS = {
    "linkedin": (3000, 5),
    "twitter": (280, 3),
    "facebook": (63206, 5),
    "instagram": (2200, 30),
    "tiktok": (2200, 5),
}


@cache
def written(name: str) -> tuple[ArticleBrief, ArticleDraft]:
    brief = article_brief(cluster_brief(name))
    return brief, write_article(brief)


def image_brief(name: str, number: int = 3) -> ImagePlanBrief:
    brief, draft = written(name)
    return ImagePlanBrief(
        voice=brief.voice,
        title=draft.title,
        summary=draft.meta_description,
        headings=tuple(section.heading for section in draft.sections),
        key_takeaways=draft.key_takeaways,
        in_article_images=number,
    )


def social_brief(name: str, platform: str) -> SocialBrief:
    brief, draft = written(name)
    characters, hashtags = LIMITS[platform]
    return SocialBrief(
        voice=brief.voice,
        platform=platform,
        title=draft.title,
        url=f"https://cremalane.example/guides/{draft.slug}",
        summary=draft.meta_description,
        key_takeaways=draft.key_takeaways,
        faq=draft.faq,
        keywords=(brief.primary_keyword.text, *(keyword.text for keyword in brief.secondary_keywords)),
        max_characters=characters,
        max_hashtags=hashtags,
    )


def video_brief(name: str, shortest: float = 30, longest: float = 60) -> VideoBrief:
    brief, draft = written(name)
    return VideoBrief(
        voice=brief.voice,
        video_type="short",
        preset="youtube_short",
        title=draft.title,
        summary=draft.meta_description,
        platform="youtube",
        passages=citable_passages(draft),
        url="https://cremalane.example/guide",
        min_seconds=shortest,
        max_seconds=longest,
        words_per_minute=160,
    )


def answered(function: str, inputs: BaseModel, schema: type[Answer]) -> Answer:
    """What the router does with an answer: the payload as JSON, checked by the schema."""
    answer = OfflineTextProvider().complete(TextCall(function, "Do it.", inputs, schema))
    assert answer.input_tokens > 0
    assert answer.output_tokens > 0
    return schema.model_validate(json.loads(json.dumps(answer.payload)))


@pytest.mark.parametrize("name", CLUSTERS)
def test_the_five_functions_answer_in_their_schemas(name: str) -> None:
    assert answered("generate_ideas", cluster_brief(name), IdeaDraft).outline
    assert answered("generate_content", written(name)[0], ArticleDraft) == written(name)[1]
    assert answered("generate_image_prompts", image_brief(name), ImagePlan).images
    assert answered("adapt_for_social", social_brief(name, "linkedin"), SocialDraft).text
    assert answered("generate_video_script", video_brief(name), VideoScript).sections


def test_what_it_cannot_do_is_said() -> None:
    provider = OfflineTextProvider()
    brief = cluster_brief("llc")
    with pytest.raises(ProviderMissing, match="optimize_content"):
        provider.complete(TextCall("optimize_content", "", brief, IdeaDraft))
    with pytest.raises(ProviderRejected, match="ArticleBrief"):
        provider.complete(TextCall("generate_content", "", brief, ArticleDraft))
    german = brief.model_copy(update={"voice": brief.voice.model_copy(update={"language": "de"})})
    with pytest.raises(ProviderMissing, match="IGNY8_OPENAI_BASE_URL"):
        provider.complete(TextCall("generate_ideas", "", german, IdeaDraft))
    british = brief.model_copy(update={"voice": brief.voice.model_copy(update={"language": "en-GB"})})
    assert provider.complete(TextCall("generate_ideas", "", british, IdeaDraft)).payload["title"]


@pytest.mark.parametrize("name", CLUSTERS)
@pytest.mark.parametrize("number", [0, 1, 3, 6])
def test_pictures_show_the_articles_own_words_and_fit_their_cards(name: str, number: int) -> None:
    brief = image_brief(name, number)
    plan = answered("generate_image_prompts", brief, ImagePlan)
    featured, *others = plan.images
    assert (featured.role, featured.section_index) == ("featured", None)
    assert len(others) == min(number, len(brief.headings))
    places = [image.section_index for image in others]
    assert places == sorted(set(places), key=lambda place: place or 0)
    for image in plan.images:
        assert len(image.headline) <= 60
        assert 2 <= len(image.lines) <= 4
        assert all(0 < len(line) <= 48 for line in image.lines)
        assert len(set(image.lines)) == len(image.lines)
        assert 0 < len(image.alt_text) <= 125
        assert image.caption
        assert "no text" in image.prompt


@pytest.mark.parametrize("name", CLUSTERS)
@pytest.mark.parametrize("platform", SOCIAL_PLATFORMS)
def test_posts_stay_clear_of_the_platforms_limits(name: str, platform: str) -> None:
    brief = social_brief(name, platform)
    draft = answered("adapt_for_social", brief, SocialDraft)
    tags = sum(len(tag) + 2 for tag in draft.hashtags)
    assert len(draft.text) + tags <= brief.max_characters - 30
    assert 1 <= len(draft.hashtags) <= brief.max_hashtags
    assert all(tag.isalnum() for tag in draft.hashtags)
    assert brief.url not in draft.text
    assert all(len(post) <= brief.max_characters - 30 for post in draft.thread)
    assert (draft.post_type == "thread") == bool(draft.thread)
    assert draft.call_to_action in draft.text + " ".join(draft.thread)
    if platform == "linkedin":
        assert len(draft.text) <= 1300
    if platform == "facebook":
        assert len(draft.text) <= 500


def test_x_becomes_a_thread_when_there_is_enough_to_say_and_a_post_when_not() -> None:
    brief = social_brief("espresso machine", "twitter")
    assert answered("adapt_for_social", brief, SocialDraft).post_type == "thread"
    thin = brief.model_copy(update={"key_takeaways": (), "faq": ()})
    draft = answered("adapt_for_social", thin, SocialDraft)
    assert (draft.post_type, draft.thread) == ("announcement", ())


@pytest.mark.parametrize("name", CLUSTERS)
@pytest.mark.parametrize(("shortest", "longest"), [(15, 60), (30, 60), (60, 180)])
def test_scripts_fill_the_time_and_can_be_spoken(name: str, shortest: float, longest: float) -> None:
    script = answered("generate_video_script", video_brief(name, shortest, longest), VideoScript)
    kinds = [section.type for section in script.sections]
    assert kinds[:2] == ["hook", "intro"]
    assert kinds[-1] == "cta"
    assert kinds.count("point") >= 3
    assert shortest <= sum(section.duration_estimate for section in script.sections) <= longest
    spoken = " ".join(section.narration for section in script.sections)
    assert not any(mark in spoken for mark in ("http", "“", "*", "#", "|"))
    said = [pattern_of(sentence) for section in script.sections for sentence in sentences(section.narration)]
    assert len(set(said)) == len(said)
    for section in script.sections:
        assert 0 < len(section.text_overlay) <= 42
        assert section.source
        assert section.duration_estimate == pytest.approx(word_count(section.narration) / 160 * 60, abs=0.01)
