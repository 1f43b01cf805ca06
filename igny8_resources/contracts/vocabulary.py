"""The closed vocabularies that every part of the platform shares.

Belongs here: literals that are stored, sent to models and shown to people. Does not belong here: behaviour.
"""

from typing import Literal, get_args

Intent = Literal["informational", "navigational", "transactional", "commercial"]

# Planning leaves inactive and archived keywords out.
KeywordStatus = Literal["new", "active", "inactive", "archived"]

ContentType = Literal[
    "post",
    "page",
    "product",
    "service",
    "company_page",
    "taxonomy_landing",
    "cluster_hub",
    "comparison",
    "brand_page",
]

ContentStructure = Literal[
    "guide_tutorial",
    "comparison",
    "review",
    "how_to",
    "question",
    "top_listicle",
    "landing_page",
    "about_page",
    "contact_page",
    "product_single",
    "product_collection",
    "service_single",
    "service_area",
    "company_about",
    "company_team",
    "company_careers",
    "category_archive",
    "tag_archive",
    "attribute_archive",
    "cluster_hub",
]

ArticlePart = Literal[
    "introduction",
    "key_takeaways",
    "overview",
    "definition",
    "short_answer",
    "decision_order",
    "preparation",
    "steps",
    "criteria",
    "comparison_table",
    "features",
    "specifications",
    "process",
    "local_area",
    "mission",
    "history",
    "team",
    "careers",
    "contact",
    "coverage",
    "topic",
    "subtopic",
    "shortlist",
    "outcomes",
    "verdict",
    "alternatives",
    "roundup",
    "related_items",
    "next_steps",
    "press",
    "pros_cons",
    "faq",
    "conclusion",
    "call_to_action",
]

SocialPlatform = Literal["linkedin", "twitter", "facebook", "instagram", "tiktok"]
SocialPostType = Literal["announcement", "highlight", "quote_card", "faq_snippet", "thread", "carousel"]

CaptionStyle = Literal["phrase", "word"]
VideoType = Literal["short", "medium", "long"]
RenderPreset = Literal["youtube_long", "youtube_short", "instagram_reel", "tiktok"]
RenderBackend = Literal["cpu", "cuda"]
RenderSpeed = Literal["veryfast", "medium"]
VideoPlatform = Literal["youtube", "instagram", "tiktok"]

KEYWORD_STATUSES: tuple[str, ...] = get_args(KeywordStatus)
PLANNED_KEYWORDS: tuple[str, ...] = ("new", "active")
INTENTS: tuple[str, ...] = get_args(Intent)
CONTENT_TYPES: tuple[str, ...] = get_args(ContentType)
CONTENT_STRUCTURES: tuple[str, ...] = get_args(ContentStructure)
ARTICLE_PARTS: tuple[str, ...] = get_args(ArticlePart)
SOCIAL_PLATFORMS: tuple[str, ...] = get_args(SocialPlatform)
VIDEO_TYPES: tuple[str, ...] = get_args(VideoType)
RENDER_PRESETS: tuple[str, ...] = get_args(RenderPreset)
VIDEO_PLATFORMS: tuple[str, ...] = get_args(VideoPlatform)

# What applications ask for.
RequestKind = Literal[
    "import",
    "plan",
    "content",
    "publish",
    "social",
    "video",
    "video_script",
    "video_voiceover",
    "video_visuals",
    "video_render",
    "video_publish",
    "video_listing",
]
