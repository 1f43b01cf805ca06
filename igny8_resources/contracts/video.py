"""What the video domain hands to a text model, the script it gets back, and the words a voice spoke."""

from typing import Literal

from pydantic import Field

from igny8_resources.contracts.planner import SiteVoice
from igny8_resources.contracts.values import Value
from igny8_resources.contracts.vocabulary import RenderPreset, VideoPlatform, VideoType

SectionType = Literal["hook", "intro", "point", "cta"]
VisualCue = Literal[
    "title_card",
    "article_image",
    "text_card",
    "list_card",
    "quote_card",
    "statistic_card",
    "comparison_card",
    "code_card",
]


class ArticlePassage(Value):
    """One passage of the article; a script cites it by ``id`` (``section:2/paragraph:0``) and no other way.

    ``kind`` is ``heading`` (title, H2, question, name of a step), ``prose`` or ``cell`` (a row of a table).
    """

    id: str
    kind: Literal["heading", "prose", "cell"]
    text: str


class VideoBrief(Value):
    """Input of ``generate_video_script``: the published article, and for which platform and length (seconds) it is."""

    voice: SiteVoice
    video_type: VideoType
    platform: VideoPlatform
    preset: RenderPreset
    title: str
    summary: str
    passages: tuple[ArticlePassage, ...] = Field(description="The article, passage by passage, each with its id.")
    url: str
    min_seconds: float
    max_seconds: float
    words_per_minute: float


class ScriptClaim(Value):
    """Something that a section states: its words in the narration, and the id of the passage that says it."""

    words: str
    passage: str


class CodeBlock(Value):
    """Code that a section shows: the language as Pygments calls it, and the lines."""

    language: str
    code: str


class ScriptSection(Value):
    """One section of a script: what is said, what is seen, and which words stand on screen.

    ``source`` names the part of the article that the narration comes from (``introduction``, ``section:2``, ``faq:0`` ...),
    ``claims`` the passages that carry what it states. ``duration_estimate`` is in seconds.
    """

    type: SectionType
    narration: str
    visual_cue: VisualCue
    text_overlay: str
    source: str
    duration_estimate: float
    # Scripts that were stored before these fields came have neither.
    claims: tuple[ScriptClaim, ...] = ()
    code_block: CodeBlock | None = None


class VideoScript(Value):
    """Output of ``generate_video_script``; the first section is the hook, the last one the call to action."""

    title: str
    description: str
    tags: tuple[str, ...]
    sections: tuple[ScriptSection, ...]


class ScriptSectionBrief(Value):
    """Input of ``rewrite_script_section``: the whole script, and which section of it (from 0) is wanted anew."""

    article: VideoBrief
    script: VideoScript
    index: int
    wish: str

    @property
    def voice(self) -> SiteVoice:
        """Who is speaking."""
        return self.article.voice


class VideoSeoBrief(Value):
    """Input of ``generate_video_seo``: what the video says, where it goes, and what fits there.

    Limits are in characters; ``max_tags`` counts all tags together, as the platform does.
    """

    voice: SiteVoice
    platform: VideoPlatform
    video_type: VideoType
    title: str
    summary: str
    narration: str
    points: tuple[str, ...] = Field(description="The headings of the video's points.")
    keywords: tuple[str, ...]
    max_title: int = Field(description="The longest title, in characters.")
    max_description: int = Field(description="The longest description, in characters, before chapters and link.")
    max_tags: int = Field(description="How many characters all tags may have together; 0 where there are none.")
    max_hashtags: int


class VideoSeo(Value):
    """Output of ``generate_video_seo``: hashtags come without ``#``; chapters and link are added by code."""

    title: str
    description: str
    tags: tuple[str, ...]
    hashtags: tuple[str, ...]


class WordTiming(Value):
    """One spoken word and when it sounds, in seconds from the start of its audio."""

    text: str
    start: float
    end: float
