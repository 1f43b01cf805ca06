"""Keywords, clusters and ideas, as the API shows them. None means unknown, never zero."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import Field

from api.envelope import Shape


class KeywordItem(Shape):
    """One keyword of one site and market."""

    id: int
    site_id: int
    sector_id: int | None
    text: str
    market: str = Field(description="Country or database that the figures are for.")
    volume: int | None = Field(description="Searches a month.")
    volume_kind: str = Field(description="What the volume is: exact, a range's middle, a trend index ...")
    difficulty: float | None = Field(description="0 to 100.")
    intents: list[str] = Field(description="informational, navigational, transactional, commercial.")
    cpc: Decimal | None = Field(description="Price of a click in the market's currency.")
    status: str = Field(description="new, active, inactive or archived; planning leaves the last two out.")
    source: str = Field(description="The tool that the keyword came from.")
    cluster_id: int | None
    cluster_name: str | None
    created_at: datetime
    updated_at: datetime


class KeywordDetail(KeywordItem):
    """One keyword with its history."""

    currency: str = Field(description="Currency of the price of a click, when it is known.")
    competition: float | None = Field(description="Competition among advertisers, 0 to 1; not how hard it is to rank.")
    trend: list[Any] = Field(description="Relative interest, one figure a month, oldest first.")
    serp_features: list[Any]


class ClusterItem(Shape):
    """Keywords that one page can answer."""

    id: int
    site_id: int
    sector_id: int | None
    pillar_id: int | None = Field(description="The subject that it shares with other clusters.")
    market: str = Field(description="Country or database of its keywords; empty when they name none.")
    stable_id: str = Field(description="Outlives re-clustering.")
    name: str
    head_keyword: str
    keyword_count: int
    volume: int = Field(description="Sum of the known volumes of its keywords.")
    difficulty: float | None
    intent_mix: dict[str, Any] = Field(description="Share of each intent.")
    cohesion: float = Field(description="How alike its keywords are, 0 to 1.")
    opportunity: float = Field(description="Worth writing about, 0 to 100.")
    locked: bool = Field(description="A person wants its keywords left as they are.")
    status: str
    created_at: datetime


class ClusterKeywordItem(Shape):
    """A keyword inside its cluster."""

    id: int
    text: str
    volume: int | None
    difficulty: float | None
    intents: list[str]


class ClusterDetail(ClusterItem):
    """One cluster with its keywords, largest volume first."""

    opportunity_terms: dict[str, Any] = Field(description="What the opportunity is made of, each term 0 to 1.")
    keywords: list[ClusterKeywordItem]


class IdeaItem(Shape):
    """One page worth writing."""

    id: int
    site_id: int
    sector_id: int | None
    cluster_id: int
    title: str
    angle: str
    content_type: str
    content_structure: str
    target_keyword: str
    priority: float
    idea_source: str
    status: str = Field(
        description="planned (being worded), new, queued (has a task), conflict (another idea has it), refresh (make a page "
        "better instead), or rejected (a person turned it down)."
    )
    conflict: str = Field(description="Why it is not written, when it conflicts with what exists.")
    refresh_ref: str = Field(description="The page to make better instead, when the status is refresh.")
    created_at: datetime


class IdeaDetail(IdeaItem):
    """One idea with its outline."""

    secondary_keywords: list[Any]
    questions: list[Any]
    outline: list[Any]
    link_targets: list[Any] = Field(description="Pages and ideas that it should link to: ref, title, why.")
    reasons: list[Any] = Field(description="Why the idea has its type, structure and priority.")
    provider: str
