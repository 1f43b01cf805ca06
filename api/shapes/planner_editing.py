"""What people send to change keywords, clusters, ideas and terms, and what comes back."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.envelope import Asked, GivenAmount, PlainText, RowId, Shape
from api.shapes.planner import KeywordDetail
from igny8_resources.contracts.vocabulary import ContentStructure, ContentType, Intent, KeywordStatus

MOST_ENTERED = 50
MOST_AT_ONCE = 1000

SiteKey = Annotated[PlainText, Field(max_length=60, description="The site's key.", examples=["crema-lane"])]
KeywordText = Annotated[PlainText, Field(min_length=1, max_length=200)]
Texts = Annotated[list[KeywordText], Field(max_length=50)]
Price = Annotated[GivenAmount, Field(ge=0, lt=10**8, max_digits=12, decimal_places=4)]
Ids = Annotated[list[RowId], Field(min_length=1, max_length=MOST_AT_ONCE, description="At most 1,000 ids.")]


class ChangedRows(Shape):
    """How many rows are different now."""

    changed: int


class _Figures(Asked):
    volume: int | None = Field(None, ge=0, le=10**12, description="Searches a month; null: unknown.")
    difficulty: float | None = Field(None, ge=0, le=100, allow_inf_nan=False, description="0 to 100; null: unknown.")
    intents: list[Intent] = Field(default_factory=list, max_length=4)
    cpc: Price | None = Field(None, description="Price of a click in the market's currency; null: unknown.")
    currency: PlainText = Field("", max_length=3, description="Currency of the price, such as USD.")
    sector_id: RowId | None = Field(None, description="A sector of the site; null: chosen by its seed terms.")


class EnteredKeywordItem(_Figures):
    """One keyword as a person states it."""

    text: KeywordText = Field(description="The search itself.", examples=["espresso grind size"])
    market: PlainText = Field("", max_length=60, description="A country, such as us or United States.")


class EnterKeywords(Asked):
    """Keywords for a site."""

    site: SiteKey
    keywords: list[EnteredKeywordItem] = Field(min_length=1, max_length=MOST_ENTERED, description="1 to 50.")


class EnteredKeywords(Shape):
    """What became of keywords that were entered."""

    added: list[KeywordDetail]
    known: list[str] = Field(description="Texts that the site had already.")


class KeywordChange(_Figures):
    """What to change of a keyword; what is left out stays."""

    status: KeywordStatus = Field("active", description="Planning leaves `inactive` and `archived` keywords out.")


class KeywordIds(Asked):
    """Keywords by id."""

    ids: Ids


class KeywordStatusChange(KeywordIds):
    """Keywords and the status that they are to have."""

    status: KeywordStatus


class NewCluster(Asked):
    """Keywords that one page is to answer."""

    site: SiteKey
    keyword_ids: Ids
    name: PlainText = Field("", max_length=200, description="Empty: the most searched keyword's text.")


class ClusterChange(Asked):
    """What to change of a cluster; what is left out stays."""

    name: PlainText = Field("", min_length=1, max_length=200, description="A name that no clustering changes.")
    locked: bool = Field(False, description="Whether clustering leaves its keywords exactly as they are.")


class ClusterKeywordIds(Asked):
    """Keywords of a cluster, or for one."""

    keyword_ids: Ids


class MergeCluster(Asked):
    """Where a cluster's keywords go."""

    into: RowId = Field(description="The cluster that takes them; its id.")


class AutoCluster(Asked):
    """The site to plan."""

    site: SiteKey


class _IdeaTexts(Asked):
    title: PlainText = Field("", min_length=1, max_length=300)
    angle: PlainText = Field("", max_length=2000, description="What the page says that others do not.")
    content_type: ContentType = "post"
    content_structure: ContentStructure = "guide_tutorial"
    target_keyword: KeywordText = Field("", description="The search that the page is to win.")
    secondary_keywords: Texts = Field(default_factory=list)
    questions: Annotated[list[Annotated[PlainText, Field(min_length=1, max_length=300)]], Field(max_length=50)] = Field(
        default_factory=list
    )
    outline: Annotated[list[Annotated[PlainText, Field(min_length=1, max_length=300)]], Field(max_length=50)] = Field(
        default_factory=list, description="Headings, in order."
    )


class IdeaChange(_IdeaTexts):
    """What to change of an idea; what is left out stays."""


class NewIdea(_IdeaTexts):
    """A page that a person wants."""

    cluster_id: RowId = Field(description="The cluster whose searchers the page is for.")
    title: PlainText = Field(min_length=1, max_length=300)
    target_keyword: KeywordText = Field(description="The search that the page is to win.")


class RejectIdea(Asked):
    """Why an idea is turned down."""

    reason: PlainText = Field("", max_length=500)


class IdeaIds(Asked):
    """Ideas by id."""

    ids: Annotated[list[RowId], Field(min_length=1, max_length=50, description="At most 50 ids.")]


class IdeaDecision(Asked):
    """Ideas and what is decided about them."""

    ids: Ids
    decision: Literal["approve", "reject"]
    reason: PlainText = Field("", max_length=500, description="Why they are rejected.")


class MapTerm(Asked):
    """The cluster that a term stands for."""

    cluster_id: RowId


class TermIds(Asked):
    """Terms of one site by id."""

    ids: Annotated[list[RowId], Field(min_length=1, max_length=50, description="At most 50 ids of one site's terms.")]


class TermItem(Shape):
    """One term of a site's taxonomy, and the cluster that it stands for."""

    id: int
    site_id: int
    sector_id: int | None
    external_taxonomy: str = Field(description="The CMS's name of the taxonomy.")
    external_term_id: str = Field(description="The term's id in the CMS.")
    name: str
    slug: str
    description: str
    parent_term_id: str
    post_count: int
    attributes: dict[str, Any]
    mapped_cluster_id: int | None
    mapping_confidence: float | None = Field(description="0 to 1.")
    mapping_method: str = Field(description="attributes, meaning or person; empty while it stands for none.")
    mapping_status: str = Field(description="unmapped, review (a person should look) or mapped.")
    has_generated_content: bool


class TaxonomyItem(Shape):
    """One taxonomy of a site."""

    id: str = Field(description="The site's key and the CMS's name of the taxonomy.", examples=["crema-lane:category"])
    site: str = Field(description="The site's key.")
    external_taxonomy: str
    terms: int
    mapped: int
    review: int = Field(description="Mapped by a guess that a person should look at.")


class OpportunityItem(Shape):
    """One thing worth doing, and why."""

    id: int
    site_id: int
    kind: str = Field(description="gap, quick_win, cannibalisation or orphan.")
    subject: str = Field(description="The query, page or cluster that it is about.")
    title: str
    reason: str
    advice: str
    score: float = Field(description="0 to 100.")
    terms: dict[str, Any] = Field(description="What the score is made of.")
    status: str = Field(description="open, accepted, dismissed, or closed when it is not found any more.")


class SeedIndustryItem(Shape):
    """An industry of the seed library."""

    industry: str
    name: str
    seeds: int = Field(description="How many keywords it has.")


class AddSeeds(Asked):
    """Seeds for a site."""

    site: SiteKey
    industry: PlainText = Field(max_length=60, description="An industry of the library.", examples=["coffee"])
    market: PlainText | None = Field(None, max_length=60, description="A country, such as us or United States.")
