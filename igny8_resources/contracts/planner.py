"""What the planner hands to a text model, and what it must get back."""

from igny8_resources.contracts.values import Value
from igny8_resources.contracts.vocabulary import ContentStructure, ContentType, Intent


class SiteVoice(Value):
    """Who is speaking: the facts about a site and its author that every text needs."""

    site_key: str
    site_name: str
    niche: str
    language: str = "en"
    audience: str = ""
    tone: str = ""
    author_name: str = ""
    author_bio: str = ""


class KeywordFacts(Value):
    """One keyword with what is known of it; None means unknown, never zero.

    ``serp_features`` are what the results page shows beside plain results, in the words of the tool that said so.
    """

    text: str
    volume: int | None = None
    difficulty: float | None = None
    intents: tuple[Intent, ...] = ()
    serp_features: tuple[str, ...] = ()


class ClusterBrief(Value):
    """Input of ``generate_ideas``: one cluster and the kind of page that its intent asks for.

    ``keywords`` is ordered by volume, largest first, the head keyword first of all. ``questions`` are those of the
    keywords that people phrase as questions.
    """

    voice: SiteVoice
    cluster_name: str
    head_keyword: str
    keywords: tuple[KeywordFacts, ...]
    questions: tuple[str, ...] = ()
    content_type: ContentType
    content_structure: ContentStructure


class IdeaDraft(Value):
    """Output of ``generate_ideas``: one page worth writing for the cluster."""

    title: str
    angle: str
    target_keyword: str
    secondary_keywords: tuple[str, ...]
    questions: tuple[str, ...]
    outline: tuple[str, ...]
