"""Clusters of three fields as the planner would hand them over, for the tests of the offline provider."""

from igny8_resources.ai.offline.ideas import draft_idea
from igny8_resources.ai.offline.keyword_reading import is_question
from igny8_resources.contracts.planner import ClusterBrief, IdeaDraft, KeywordFacts, SiteVoice
from igny8_resources.contracts.vocabulary import ContentStructure, ContentType
from igny8_resources.contracts.writer import ArticleBrief

COFFEE = SiteVoice(
    site_key="crema-lane",
    site_name="Crema Lane",
    niche="home coffee brewing",
    audience="people who make coffee at home",
    author_name="Maya Lindqvist",
    author_bio="Maya Lindqvist keeps brewing notes.",
)
RUNNING = SiteVoice(site_key="stride", site_name="Stride Notes", niche="running")
ACCOUNTS = SiteVoice(site_key="ledger", site_name="Ledger & Co", niche="small business accounting")

Cluster = tuple[SiteVoice, ContentType, ContentStructure, str]
CLUSTERS: dict[str, Cluster] = {
    "espresso machine": (
        COFFEE,
        "post",
        "guide_tutorial",
        (
            "espresso machine 33100; espresso machine under 500 1900; best espresso machine for beginners 2400; "
            "espresso machine with grinder 4400; small espresso machine 1600; espresso machine cleaning 880; "
            "dual boiler espresso machine 1300; manual espresso machine 2900; breville espresso machine 9900; "
            "espresso machine near me 590; what is the best espresso machine 720; how long do espresso machines last 320"
        ),
    ),
    "clean grinder": (
        COFFEE,
        "post",
        "how_to",
        (
            "how to clean coffee grinder 1300; how to clean burr grinder 590; clean coffee grinder with rice 480; "
            "coffee grinder cleaning tablets 720; coffee grinder brush 390; how often should you clean a coffee grinder 210; "
            "why is my coffee grinder clogging 90; coffee grinder maintenance 70"
        ),
    ),
    "v60 vs chemex": (
        COFFEE,
        "comparison",
        "comparison",
        (
            "v60 vs chemex 1900; chemex vs french press 1300; chemex vs pour over 590; v60 filters 880; chemex filters 2400; "
            "v60 ratio 390; chemex for beginners 140; is v60 better than chemex 110; v60 chemex taste difference 90"
        ),
    ),
    "sour espresso": (
        COFFEE,
        "post",
        "question",
        (
            "why is my espresso sour 880; espresso tastes bitter 320; sour espresso fix 170; espresso shot too fast 390; "
            "espresso grind size 1300; espresso extraction time 720; how to fix sour espresso 90; "
            "is espresso supposed to be sour 110"
        ),
    ),
    "pour over": (
        COFFEE,
        "cluster_hub",
        "cluster_hub",
        (
            "pour over coffee 22200; pour over coffee ratio 2900; pour over coffee maker 8100; best pour over coffee 1300; "
            "pour over kettle 3600; pour over grind size 1000; pour over vs drip 880; how to make pour over coffee 4400; "
            "what is pour over coffee 1600"
        ),
    ),
    "flat feet": (
        RUNNING,
        "post",
        "top_listicle",
        (
            "best running shoes for flat feet 14800; running shoes for flat feet women 5400; stability running shoes 6600; "
            "cheap running shoes for flat feet 480; wide running shoes 3600; brooks running shoes for flat feet 1300; "
            "do flat feet need special running shoes 170; how often should you replace running shoes 1900"
        ),
    ),
    "trail shoes": (
        RUNNING,
        "product",
        "product_single",
        (
            "trail running shoes 27100; waterproof trail running shoes 3600; trail running shoes women 8100; "
            "lightweight trail running shoes 720; trail running shoes size guide 90; trail running shoes sale 1300; "
            "trail running shoes vs road running shoes 390; how long do trail running shoes last 260"
        ),
    ),
    "accounting services": (
        ACCOUNTS,
        "service",
        "service_single",
        (
            "small business accounting services 1900; online accounting services for small business 720; "
            "accounting services near me 2400; bookkeeping services for small business 2900; "
            "small business accounting services cost 260; accounting packages for small business 320; "
            "how much does an accountant cost for a small business 880; do i need an accountant for my small business 590"
        ),
    ),
    "llc": (
        ACCOUNTS,
        "post",
        "comparison",
        (
            "sole proprietorship vs llc 8100; llc vs s corp 14800; sole proprietorship taxes 1900; llc cost 3600; "
            "llc requirements 880; how to change from sole proprietorship to llc 720; "
            "is an llc better than a sole proprietorship 390"
        ),
    ),
}


def facts(listed: str) -> tuple[KeywordFacts, ...]:
    """Keywords written as ``text volume; text volume``."""
    pairs = (part.strip().rpartition(" ") for part in listed.split(";"))
    return tuple(KeywordFacts(text=text, volume=int(volume), intents=("commercial",)) for text, _, volume in pairs)


def cluster_brief(
    name: str, content_type: ContentType | None = None, structure: ContentStructure | None = None
) -> ClusterBrief:
    """The brief of one of the clusters, with its own type and structure unless others are asked for."""
    voice, own_type, own_structure, listed = CLUSTERS[name]
    keywords = facts(listed)
    return ClusterBrief(
        voice=voice,
        cluster_name=name,
        head_keyword=keywords[0].text,
        keywords=keywords,
        questions=tuple(keyword.text for keyword in keywords if is_question(keyword.text)),
        content_type=content_type or own_type,
        content_structure=structure or own_structure,
    )


def article_brief(brief: ClusterBrief, idea: IdeaDraft | None = None, target_words: int = 1200) -> ArticleBrief:
    """The task that an idea becomes."""
    idea = idea or draft_idea(brief)
    known = {keyword.text: keyword for keyword in brief.keywords}
    return ArticleBrief(
        voice=brief.voice,
        content_type=brief.content_type,
        content_structure=brief.content_structure,
        title=idea.title,
        angle=idea.angle,
        primary_keyword=known[idea.target_keyword],
        secondary_keywords=tuple(known[text] for text in idea.secondary_keywords),
        questions=idea.questions,
        outline=idea.outline,
        sibling_topics=("Pour over kettles", "Paper filters") if brief.content_type == "cluster_hub" else (),
        target_words=target_words,
    )
