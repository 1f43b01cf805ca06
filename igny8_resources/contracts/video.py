"""What the video domain hands to a text model, the script it gets back, and the words a voice spoke."""

from typing import Literal

from igny8_resources.contracts.planner import SiteVoice
from igny8_resources.contracts.values import Value
from igny8_resources.contracts.vocabulary import RenderPreset, VideoType
from igny8_resources.contracts.writer import QuestionAnswer, Section

SectionType = Literal["hook", "intro", "point", "cta"]
VisualCue = Literal["title_card", "article_image", "text_card", "list_card", "quote_card"]


class VideoBrief(Value):
    """Input of ``generate_video_script``: the published article and how long the video may be (seconds)."""

    voice: SiteVoice
    video_type: VideoType
    preset: RenderPreset
    title: str
    summary: str
    key_takeaways: tuple[str, ...]
    sections: tuple[Section, ...]
    faq: tuple[QuestionAnswer, ...]
    url: str
    min_seconds: float
    max_seconds: float
    words_per_minute: float


class ScriptSection(Value):
    """One section of a script: what is said, what is seen, and which words stand on screen.

    ``source`` names the article passage that the narration comes from (``introduction``, ``section:2``, ``faq:0`` ...).
    """

    type: SectionType
    narration: str
    visual_cue: VisualCue
    text_overlay: str
    source: str
    duration_estimate: float


class VideoScript(Value):
    """Output of ``generate_video_script``; the first section is the hook, the last one the call to action."""

    title: str
    description: str
    tags: tuple[str, ...]
    sections: tuple[ScriptSection, ...]


class WordTiming(Value):
    """One spoken word and when it sounds, in seconds from the start of its audio."""

    text: str
    start: float
    end: float
