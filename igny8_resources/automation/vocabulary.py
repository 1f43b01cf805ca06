"""What rules can speak of: triggers, the fields that their conditions name, and the operators that compare them.

Belongs here: names, types and descriptions, as people and the API see them. Does not belong here: where a field's value
comes from (``facts``) and how it is compared (``conditions``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

FieldType = Literal["number", "text", "boolean", "list"]
Operator = Literal[
    "eq",
    "ne",
    "gt",
    "gte",
    "lt",
    "lte",
    "in",
    "not_in",
    "contains",
    "not_contains",
    "starts_with",
    "is_empty",
    "is_not_empty",
]
About = Literal["site", "import", "clustering", "idea", "article", "video"]

OPERATORS: Mapping[Operator, str] = {
    "eq": "is the value",
    "ne": "is another value",
    "gt": "is greater",
    "gte": "is greater or the same",
    "lt": "is smaller",
    "lte": "is smaller or the same",
    "in": "is one of the values",
    "not_in": "is none of the values",
    "contains": "contains the value",
    "not_contains": "does not contain the value",
    "starts_with": "begins with the value",
    "is_empty": "is unknown or empty; takes no value",
    "is_not_empty": "is known and not empty; takes no value",
}
OPERATORS_OF: Mapping[FieldType, tuple[Operator, ...]] = {
    "number": ("eq", "ne", "gt", "gte", "lt", "lte", "in", "not_in", "is_empty", "is_not_empty"),
    "text": ("eq", "ne", "in", "not_in", "contains", "not_contains", "starts_with", "is_empty", "is_not_empty"),
    "boolean": ("eq", "ne"),
    "list": ("contains", "not_contains", "is_empty", "is_not_empty"),
}
WITHOUT_VALUE: tuple[Operator, ...] = ("is_empty", "is_not_empty")
WITH_VALUES: tuple[Operator, ...] = ("in", "not_in")


@dataclass(frozen=True)
class Field:
    """Something that a condition can compare."""

    type: FieldType
    description: str


# Every trigger has them: how the site stands at the moment at which the rule is looked at.
SITE_FIELDS: Mapping[str, Field] = {
    "credit_balance": Field("number", "Credits that the account has."),
    "unclustered_keywords": Field("number", "Keywords of the site that are in no cluster."),
    "new_ideas": Field("number", "Ideas that have no task yet."),
    "queued_tasks": Field("number", "Tasks that wait to be written."),
    "articles_in_review": Field("number", "Articles that passed their checks and wait for approval."),
    "articles_approved": Field("number", "Approved articles that are not published yet."),
    "articles_published": Field("number", "Published articles."),
}
_IMPORT: Mapping[str, Field] = {
    "new": Field("number", "Keywords that the site did not have."),
    "keywords": Field("number", "Keywords in the file."),
    "file_name": Field("text", "The file's name."),
    "tool": Field("text", "The tool that exported it, as far as it was recognised."),
    "market": Field("text", "The market of its volumes, such as US."),
    "purpose": Field("text", "keywords or competitor."),
    "origin": Field("text", "The door it came by: cli, api, inbox or seed_library."),
}
_CLUSTERING: Mapping[str, Field] = {
    "clusters": Field("number", "Clusters that the site has now."),
    "keywords": Field("number", "Keywords that were clustered."),
    "pillars": Field("number", "Pillars above the clusters."),
}
_IDEA: Mapping[str, Field] = {
    "title": Field("text", "The idea's title."),
    "content_type": Field("text", "Such as post or product."),
    "content_structure": Field("text", "Such as how_to or review."),
    "target_keyword": Field("text", "The keyword that the page would answer."),
    "idea_source": Field("text", "What it was made from."),
    "priority": Field("number", "0 to 1, the higher the more promising."),
    "status": Field("text", "new, queued, conflict, refresh or planned."),
}
_ARTICLE: Mapping[str, Field] = {
    "title": Field("text", "The article's title."),
    "content_type": Field("text", "Such as post or product."),
    "content_structure": Field("text", "Such as how_to or review."),
    "primary_keyword": Field("text", "The keyword that the article answers."),
    "target_words": Field("number", "How long it is to be, in words."),
    "word_count": Field("number", "How long it is, in words; unknown before it is written."),
    "version": Field("number", "How often it was written; unknown before it is written."),
    "checks_passed": Field("boolean", "Whether every check passed."),
    "provider": Field("text", "The provider that wrote it."),
    "credits_used": Field("number", "Credits that writing it took."),
    "status": Field("text", "queued, draft, review, approved, published or failed."),
    "asked_for": Field("boolean", "Whether somebody asked for it, or a rule did; else automation planned it."),
}
_VIDEO: Mapping[str, Field] = {
    "title": Field("text", "The video's title."),
    "video_type": Field("text", "short, medium or long."),
    "render_preset": Field("text", "Such as youtube_short."),
    "credits_used": Field("number", "Credits that it took."),
    "status": Field("text", "The project's status."),
}
_FIELDS: Mapping[About, Mapping[str, Field]] = {
    "site": {},
    "import": _IMPORT,
    "clustering": _CLUSTERING,
    "idea": _IDEA,
    "article": _ARTICLE,
    "video": _VIDEO,
}


@dataclass(frozen=True)
class Trigger:
    """What starts a rule: events of ``kinds``, each about one thing; no kinds: a time."""

    description: str
    about: About
    kinds: tuple[str, ...] = ()

    @property
    def fields(self) -> dict[str, Field]:
        """What its conditions can name."""
        return {**_FIELDS[self.about], **SITE_FIELDS}


SCHEDULE: Final = "schedule"
TriggerName = Literal[
    "schedule",
    "keyword_added",
    "cluster_created",
    "idea_created",
    "task_created",
    "content_generated",
    "content_ready",
    "content_approved",
    "content_published",
    "social_posts_drafted",
    "video_rendered",
]
TRIGGERS: Mapping[TriggerName, Trigger] = {
    "schedule": Trigger("At the times of a cron line, UTC.", "site"),
    "keyword_added": Trigger("Keywords of a file were loaded.", "import", ("keywords.loaded",)),
    "cluster_created": Trigger("The site's keywords were clustered.", "clustering", ("clusters.built",)),
    "idea_created": Trigger("An idea for a page was made.", "idea", ("idea.created",)),
    "task_created": Trigger("An article to write was planned.", "article", ("task.created",)),
    "content_generated": Trigger("An article was written.", "article", ("article.drafted",)),
    "content_ready": Trigger("An article passed its checks and came to review.", "article", ("article.ready",)),
    "content_approved": Trigger("An article was approved.", "article", ("article.approved",)),
    "content_published": Trigger("An article was published, or published anew.", "article", ("article.published",)),
    "social_posts_drafted": Trigger("Posts were drafted from an article.", "article", ("social.drafted",)),
    "video_rendered": Trigger("A video's file was made.", "video", ("video.rendered",)),
}
if set(TRIGGERS) != set(get_args(TriggerName)):
    raise RuntimeError("every trigger's name is in TriggerName, and no other")
TRIGGER_OF_KIND: Mapping[str, TriggerName] = {
    kind: name for name, trigger in TRIGGERS.items() for kind in trigger.kinds
}
