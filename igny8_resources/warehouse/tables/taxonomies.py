"""Terms of a site's taxonomies (categories, tags, product attributes) and the clusters that they stand for."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from igny8_resources.warehouse.tables.columns import BigId, Id, Json, LongText, Moment, OfSite, Table, UtcDateTime


class TaxonomyTerm(OfSite, Table):
    """One term as the CMS knows it, and its cluster.

    ``external_taxonomy`` is the CMS's name of the taxonomy (category, post_tag, product_cat, pa_color);
    ``attributes`` are the values that a blueprint gives the term, by attribute. ``mapping_method`` says what decided:
    attributes, meaning or person; ``mapping_status``: unmapped, review (confidence below the floor), mapped.
    """

    __tablename__ = "taxonomy_terms"
    __table_args__ = (
        UniqueConstraint("site_id", "external_taxonomy", "external_term_id"),
        Index("ix_taxonomy_terms_site_cluster", "site_id", "mapped_cluster_id"),
    )

    id: Mapped[Id]
    sector_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("sectors.id"))
    external_taxonomy: Mapped[str] = mapped_column(String(100))
    external_term_id: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(200), default="")
    description: Mapped[LongText] = mapped_column(default="")
    parent_term_id: Mapped[str] = mapped_column(String(100), default="")
    post_count: Mapped[int] = mapped_column(default=0)
    attributes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    mapped_cluster_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("clusters.id"))
    mapping_confidence: Mapped[float | None]
    mapping_method: Mapped[str] = mapped_column(String(20), default="")
    mapping_status: Mapped[str] = mapped_column(String(20), default="unmapped")
    has_generated_content: Mapped[bool] = mapped_column(default=False)
    content_sync_status: Mapped[str] = mapped_column(String(20), default="pending")
    last_synced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[Moment]
