"""What a rule consists of: the shapes that are stored, sent through the API and checked before they are saved."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    TypeAdapter,
)

from igny8_resources.automation.vocabulary import Operator, TriggerName
from igny8_resources.contracts.vocabulary import RenderPreset, VideoType

MOST_ARTICLES = 50
MOST_VIDEOS = 20
LONGEST_VALUE = 300


def _without_nul(text: str) -> str:
    # PostgreSQL cannot store it, and no honest text has it.
    if "\0" in text:
        raise ValueError("a NUL character cannot be used here")
    return text


PlainText = Annotated[str, AfterValidator(_without_nul)]
Text = Annotated[StrictStr, Field(max_length=LONGEST_VALUE), AfterValidator(_without_nul)]
Scalar = StrictBool | StrictInt | StrictFloat | Text


class Part(BaseModel):
    """A piece of a rule; unknown names are refused, so that a typing error is not a condition that never counts."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, allow_inf_nan=False, strict=True)


class Condition(Part):
    """One comparison; all conditions of a rule hold together."""

    field: PlainText = Field(max_length=60, description="One of the trigger's fields.", examples=["word_count"])
    operator: Operator = Field(examples=["gte"])
    value: Scalar | Annotated[list[Scalar], Field(max_length=100)] | None = Field(
        None, description="What the field is compared with; a list for `in` and `not_in`.", examples=[900]
    )


class PlanArticles(Part):
    """Plan this many articles from the site's best ideas, and write them."""

    action: Literal["plan_articles"]
    articles: int = Field(ge=1, le=MOST_ARTICLES)


class _OfArticles(Part):
    limit: int = Field(
        10,
        ge=1,
        le=MOST_ARTICLES,
        description="How many articles at most where the trigger is about none; else it is that one alone.",
    )


class WriteTasks(_OfArticles):
    """Write queued tasks, the oldest first."""

    action: Literal["write_tasks"]


class ApproveContent(_OfArticles):
    """Approve articles that are in review and passed their checks, the oldest first."""

    action: Literal["approve_content"]


class PublishContent(_OfArticles):
    """Publish approved articles of a site whose publishing stage is off, the oldest first."""

    action: Literal["publish_content"]


class DraftSocialPosts(_OfArticles):
    """Draft posts from published articles that have none, the newest first."""

    action: Literal["draft_social_posts"]


class CreateVideo(Part):
    """Make videos of published articles that have none, the newest first."""

    action: Literal["create_video"]
    limit: int = Field(
        1, ge=1, le=MOST_VIDEOS, description="How many videos at most where the trigger is about no article."
    )
    video_type: VideoType | None = Field(None, description="Null: as the site's automation says.")
    render_preset: RenderPreset | None = Field(None, description="Null: as the site's automation says.")


Action = Annotated[
    PlanArticles | WriteTasks | ApproveContent | PublishContent | DraftSocialPosts | CreateVideo,
    Field(discriminator="action"),
]
ACTIONS: tuple[type[Part], ...] = (
    PlanArticles,
    WriteTasks,
    ApproveContent,
    PublishContent,
    DraftSocialPosts,
    CreateVideo,
)


class RuleDefinition(Part):
    """A rule as a person writes it."""

    name: PlainText = Field(min_length=1, max_length=120, examples=["Posts for every new page"])
    trigger: TriggerName = Field(examples=["content_published"])
    schedule: PlainText = Field(
        "", max_length=120, description="With the trigger `schedule`: a cron line of five fields, UTC."
    )
    conditions: list[Condition] = Field(default_factory=list, max_length=20)
    actions: list[Action] = Field(min_length=1, max_length=10, examples=[[{"action": "draft_social_posts"}]])
    is_active: bool = True
    max_executions_per_day: int = Field(10, ge=1, le=1000, description="A day ends at midnight UTC.")
    credit_limit_per_execution: Decimal = Field(
        Decimal(100),
        ge=0,
        le=1_000_000,
        decimal_places=4,
        strict=False,
        description="What its estimate may come to; above, the execution is skipped with that reason.",
    )


ACTION_LIST: TypeAdapter[list[Action]] = TypeAdapter(list[Action])
CONDITION_LIST: TypeAdapter[list[Condition]] = TypeAdapter(list[Condition])
