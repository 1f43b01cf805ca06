"""The names of jobs, pools, groups and run tags: what sensors, the API and the command line refer to.

Belongs here: names. Does not belong here: anything that imports Dagster, so that the API may read it.
"""

from igny8_resources.contracts.vocabulary import RequestKind

LOAD_KEYWORDS = "load_keywords"
PLAN_SITE = "plan_site"
WRITE_ARTICLE = "write_article"
COMPLETE_ARTICLE = "complete_article"
PUBLISH_ARTICLE = "publish_article"
BUILD_SITE = "build_site"
DRAFT_SOCIAL_POSTS = "draft_social_posts"
CREATE_VIDEO_PROJECT = "create_video_project"
WRITE_VIDEO_SCRIPT = "write_video_script"
SPEAK_VIDEO = "speak_video"
ILLUSTRATE_VIDEO = "illustrate_video"
RENDER_VIDEO = "render_video"
PUBLISH_VIDEO = "publish_video"
MEASURE_VIDEOS = "measure_videos"
LIST_VIDEO = "list_video"

# Works through all articles of one request in one run; its work is named by the request instead of a partition.
WRITE_ARTICLES = "write_articles"
WRITE_ARTICLES_OP = "write_all_articles"

RENEW_CREDITS = "renew_credits"
REPORT_SPEND = "report_spend"

COLLECT_INBOX = "collect_inbox"
COLLECT_INBOX_OP = "collect_files"

CONTENT_JOBS = (
    LOAD_KEYWORDS,
    PLAN_SITE,
    WRITE_ARTICLE,
    COMPLETE_ARTICLE,
    WRITE_ARTICLES,
    PUBLISH_ARTICLE,
    BUILD_SITE,
    DRAFT_SOCIAL_POSTS,
)
VIDEO_JOBS = (
    CREATE_VIDEO_PROJECT,
    WRITE_VIDEO_SCRIPT,
    SPEAK_VIDEO,
    ILLUSTRATE_VIDEO,
    RENDER_VIDEO,
    LIST_VIDEO,
    PUBLISH_VIDEO,
)

VIDEO_RENDER_POOL = "video_render"
RENDERED_VIDEO = "rendered_video"
# Steps that carry this tag leave the host of their run when IGNY8_RENDER_EXECUTOR is celery; the tag is dagster-celery's own.
QUEUE_TAG = "dagster-celery/queue"
RENDER_QUEUE = "gpu"

REQUEST_TAG = "igny8/request"
SITE_TAG = "igny8/site"
ACCOUNT_TAG = "igny8/account"
DRIVER_TAG = "igny8/driver"
# Runs that carry the same value of this tag run one after the other: two plannings of one site would race for its ideas.
ONE_AT_A_TIME_TAG = "igny8/one-at-a-time"
ONE_AT_A_TIME = {LOAD_KEYWORDS: "planning", PLAN_SITE: "planning", BUILD_SITE: "building", WRITE_ARTICLES: "bulk"}

# Which job does what each kind of request asks for.
JOB_OF_REQUEST: dict[RequestKind, str] = {
    "plan": PLAN_SITE,
    "content": WRITE_ARTICLE,
    "publish": PUBLISH_ARTICLE,
    "social": DRAFT_SOCIAL_POSTS,
    "video": CREATE_VIDEO_PROJECT,
    "video_script": WRITE_VIDEO_SCRIPT,
    "video_voiceover": SPEAK_VIDEO,
    "video_visuals": ILLUSTRATE_VIDEO,
    "video_render": RENDER_VIDEO,
    "video_publish": PUBLISH_VIDEO,
    "video_listing": LIST_VIDEO,
}
