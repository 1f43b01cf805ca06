"""The jobs of the content location: which assets run together, under which limits.

Belongs here: jobs and schedules that select by key. Does not belong here: asset objects, or when an event starts a job
(``sensors``).
"""

import dagster as dg

from jobs import names

# A run of a tenant's own carries these tags; dagster.yaml limits how many of a tenant run at once.
load_keywords = dg.define_asset_job(
    names.LOAD_KEYWORDS,
    selection=dg.AssetSelection.assets("keywords"),
    description="Load the keyword files that were handed in.",
)
plan_site = dg.define_asset_job(
    names.PLAN_SITE,
    selection=dg.AssetSelection.assets("keywords", "clusters", "taxonomies", "opportunities", "ideas", "tasks"),
    description="Load staged keyword files, cluster the keywords, find ideas and opportunities and turn the best into tasks.",
)
write_article = dg.define_asset_job(
    names.WRITE_ARTICLE,
    selection=dg.AssetSelection.assets("article", "image_prompts", "images", "article_schema", "internal_links"),
    description="Write one article: text, images, schema and links; blocking checks stop it in place.",
)
complete_article = dg.define_asset_job(
    names.COMPLETE_ARTICLE,
    selection=dg.AssetSelection.assets("image_prompts", "images", "article_schema", "internal_links"),
    description="Give a text that people changed its pictures, schema and links; no text is written.",
)
publish_article = dg.define_asset_job(
    names.PUBLISH_ARTICLE,
    selection=dg.AssetSelection.assets("published_article"),
    description="Publish one approved article whose checks have passed.",
)
build_site = dg.define_asset_job(
    names.BUILD_SITE,
    selection=dg.AssetSelection.assets("link_graph", "site_build"),
    description="Compute a site's link graph and build its static pages.",
)
draft_social_posts = dg.define_asset_job(
    names.DRAFT_SOCIAL_POSTS,
    selection=dg.AssetSelection.assets("social_posts"),
    description="Draft one post per platform for a published article.",
)

content_jobs = [
    load_keywords, plan_site, write_article, complete_article, publish_article, build_site, draft_social_posts,
]  # fmt: skip
