"""Internal links, what was published where, and the builds of static sites."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from igny8_resources.warehouse.tables.columns import BigId, Id, Json, Moment, OfSite, Table, UtcDateTime


class InternalLink(OfSite, Table):
    """One link that the linker put into an article; ``link_id`` is its mark in the HTML, so that it can be taken out.

    ``link_type``: outbound (found while the article was written) or inbound (added later on behalf of the target).
    """

    __tablename__ = "internal_links"
    __table_args__ = (
        UniqueConstraint("source_content_id", "target_path"),
        Index("ix_internal_links_target", "target_content_id"),
    )

    id: Mapped[Id]
    source_content_id: Mapped[int] = mapped_column(BigId, ForeignKey("content.id"))
    target_content_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("content.id"))
    target_path: Mapped[str] = mapped_column(String(300))
    anchor: Mapped[str] = mapped_column(String(300))
    position: Mapped[str] = mapped_column(String(40), default="body")
    link_type: Mapped[str] = mapped_column(String(20), default="outbound")
    link_id: Mapped[str] = mapped_column(String(60), default="")
    status: Mapped[str] = mapped_column(String(20), default="applied")
    created_at: Mapped[Moment]


class LinkEdge(OfSite, Table):
    """One edge of the site's link graph as it is live."""

    __tablename__ = "link_edges"
    __table_args__ = (UniqueConstraint("site_id", "source_path", "target_path"),)

    id: Mapped[Id]
    source_path: Mapped[str] = mapped_column(String(300))
    target_path: Mapped[str] = mapped_column(String(300))
    anchor: Mapped[str] = mapped_column(String(300), default="")


class PublishingRecord(OfSite, Table):
    """One publication of one version of an article at one destination, with the effect that made it so."""

    __tablename__ = "publishing_records"
    __table_args__ = (UniqueConstraint("content_id", "destination", "version", "content_hash"),)

    id: Mapped[Id]
    content_id: Mapped[int] = mapped_column(BigId, ForeignKey("content.id"))
    destination: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(20), default="published")
    external_id: Mapped[str] = mapped_column(String(300), default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    effect_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("effects.id"))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[Moment]


class SiteBuild(OfSite, Table):
    """One build of a static site that is different from the one before it."""

    __tablename__ = "site_builds"
    __table_args__ = (UniqueConstraint("site_id", "digest"),)

    id: Mapped[Id]
    digest: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int] = mapped_column(default=0)
    files: Mapped[int] = mapped_column(default=0)
    size_bytes: Mapped[int] = mapped_column(BigId, default=0)
    problems: Mapped[list[Any]] = mapped_column(Json, default=list)
    built_at: Mapped[Moment]
