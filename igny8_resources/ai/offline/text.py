"""The offline text provider: every AI function of the platform without a key and without a network.

It is deterministic and honest: it arranges what the brief knows and never pretends to be a language model's prose.
"""

import json
from collections.abc import Callable
from typing import Any, cast

from pydantic import BaseModel

from igny8_resources.ai.errors import ProviderMissing, ProviderRejected
from igny8_resources.ai.offline.article import write_article
from igny8_resources.ai.offline.grammar import word_count
from igny8_resources.ai.offline.ideas import draft_idea
from igny8_resources.ai.offline.image_plan import plan_images
from igny8_resources.ai.offline.long_article import outline_article, revise_article, write_section
from igny8_resources.ai.offline.social import adapt_for_platform
from igny8_resources.ai.offline.sourced import cite_sources
from igny8_resources.ai.offline.video_script import rewrite_script_section, write_script
from igny8_resources.ai.offline.video_seo import write_video_seo
from igny8_resources.ai.providers import TextAnswer, TextCall
from igny8_resources.contracts.long_articles import RevisionBrief, SectionBrief
from igny8_resources.contracts.planner import ClusterBrief, SiteVoice
from igny8_resources.contracts.social import SocialBrief
from igny8_resources.contracts.video import ScriptSectionBrief, VideoBrief, VideoSeoBrief
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft, ImagePlanBrief

_TOKENS_A_WORD = 1.35
"""A rough figure for English; the offline provider costs nothing, so it only has to be in proportion."""


class OfflineTextProvider:
    """Answers every text function from the brief alone."""

    name = "offline"
    model = "offline-1"

    def complete(self, call: TextCall) -> TextAnswer:
        """Answer one call.

        Raises:
            ProviderMissing: there is no such function, or the site's language is not English.
            ProviderRejected: the inputs are not the brief that the function takes.
        """
        answer = _answer(call)
        payload = cast("dict[str, object]", answer.model_dump(mode="json"))
        return TextAnswer(
            payload=payload,
            input_tokens=_tokens(call.instructions) + _tokens(call.inputs.model_dump_json()),
            output_tokens=_tokens(json.dumps(payload, ensure_ascii=False)),
        )


def _article(brief: ArticleBrief) -> ArticleDraft:
    return cite_sources(write_article(brief), brief.sources)


# What each function takes, and who answers it.
_FUNCTIONS: dict[str, tuple[type[BaseModel], Callable[[Any], BaseModel]]] = {
    "generate_ideas": (ClusterBrief, draft_idea),
    "generate_content": (ArticleBrief, _article),
    "outline_article": (ArticleBrief, outline_article),
    "write_section": (SectionBrief, write_section),
    "revise_article": (RevisionBrief, revise_article),
    "generate_image_prompts": (ImagePlanBrief, plan_images),
    "adapt_for_social": (SocialBrief, adapt_for_platform),
    "generate_video_script": (VideoBrief, write_script),
    "rewrite_script_section": (ScriptSectionBrief, rewrite_script_section),
    "generate_video_seo": (VideoSeoBrief, write_video_seo),
}


def _answer(call: TextCall) -> BaseModel:
    if call.function not in _FUNCTIONS:
        raise ProviderMissing(
            f"The offline provider has no function {call.function!r}; it knows {', '.join(_FUNCTIONS)}. "
            "Set IGNY8_OPENAI_BASE_URL and IGNY8_OPENAI_API_KEY to use a model for everything else."
        )
    wanted, answer = _FUNCTIONS[call.function]
    if not isinstance(call.inputs, wanted):
        raise ProviderRejected(f"{call.function} takes a {wanted.__name__}, not a {type(call.inputs).__name__}.")
    return answer(_in_english(call.inputs))


def _in_english(brief: BaseModel) -> BaseModel:
    voice: SiteVoice = brief.voice  # type: ignore[attr-defined]  # every brief says who is speaking
    if voice.language.lower().replace("_", "-").split("-")[0] != "en":
        raise ProviderMissing(
            f"The offline provider writes English only, and site {voice.site_key!r} is set to language "
            f"{voice.language!r}. Set IGNY8_OPENAI_BASE_URL and IGNY8_OPENAI_API_KEY to have a model write it, "
            "or set the site's language to en."
        )
    return brief


def _tokens(text: str) -> int:
    return round(word_count(text) * _TOKENS_A_WORD)
