"""The offline text provider: every AI function of the platform without a key and without a network.

It is deterministic and honest: it arranges what the brief knows and never pretends to be a language model's prose.
"""

import json
from typing import TypeVar, cast

from pydantic import BaseModel

from igny8_resources.ai.errors import ProviderMissing, ProviderRejected
from igny8_resources.ai.offline.article import write_article
from igny8_resources.ai.offline.grammar import word_count
from igny8_resources.ai.offline.ideas import draft_idea
from igny8_resources.ai.offline.image_plan import plan_images
from igny8_resources.ai.offline.social import adapt_for_platform
from igny8_resources.ai.offline.video_script import write_script
from igny8_resources.ai.providers import TextAnswer, TextCall
from igny8_resources.contracts.planner import ClusterBrief, SiteVoice
from igny8_resources.contracts.social import SocialBrief
from igny8_resources.contracts.video import VideoBrief
from igny8_resources.contracts.writer import ArticleBrief, ImagePlanBrief

_TOKENS_A_WORD = 1.35
"""A rough figure for English; the offline provider costs nothing, so it only has to be in proportion."""


class OfflineTextProvider:
    """Answers the five text functions from the brief alone."""

    name = "offline"
    model = "offline-1"

    def complete(self, call: TextCall) -> TextAnswer:
        """Answer one call.

        Raises:
            ProviderMissing: the function is not one of the five, or the site's language is not English.
            ProviderRejected: the inputs are not the brief that the function takes.
        """
        answer = _answer(call)
        payload = cast("dict[str, object]", answer.model_dump(mode="json"))
        return TextAnswer(
            payload=payload,
            input_tokens=_tokens(call.instructions) + _tokens(call.inputs.model_dump_json()),
            output_tokens=_tokens(json.dumps(payload, ensure_ascii=False)),
        )


def _answer(call: TextCall) -> BaseModel:
    brief = call.inputs
    match call.function, brief:
        case "generate_ideas", ClusterBrief():
            return draft_idea(_in_english(brief))
        case "generate_content", ArticleBrief():
            return write_article(_in_english(brief))
        case "generate_image_prompts", ImagePlanBrief():
            return plan_images(_in_english(brief))
        case "adapt_for_social", SocialBrief():
            return adapt_for_platform(_in_english(brief))
        case "generate_video_script", VideoBrief():
            return write_script(_in_english(brief))
    wanted = _BRIEFS.get(call.function)
    if wanted is None:
        raise ProviderMissing(
            f"The offline provider has no function {call.function!r}; it knows {', '.join(_BRIEFS)}. "
            "Set IGNY8_OPENAI_BASE_URL and IGNY8_OPENAI_API_KEY to use a model for everything else."
        )
    raise ProviderRejected(f"{call.function} takes a {wanted.__name__}, not a {type(brief).__name__}.")


_BRIEFS: dict[str, type[BaseModel]] = {
    "generate_ideas": ClusterBrief,
    "generate_content": ArticleBrief,
    "generate_image_prompts": ImagePlanBrief,
    "adapt_for_social": SocialBrief,
    "generate_video_script": VideoBrief,
}


Brief = TypeVar("Brief", ClusterBrief, ArticleBrief, ImagePlanBrief, SocialBrief, VideoBrief)


def _in_english(brief: Brief) -> Brief:
    voice: SiteVoice = brief.voice
    if voice.language.lower().replace("_", "-").split("-")[0] != "en":
        raise ProviderMissing(
            f"The offline provider writes English only, and site {voice.site_key!r} is set to language "
            f"{voice.language!r}. Set IGNY8_OPENAI_BASE_URL and IGNY8_OPENAI_API_KEY to have a model write it, "
            "or set the site's language to en."
        )
    return brief


def _tokens(text: str) -> int:
    return round(word_count(text) * _TOKENS_A_WORD)
