"""Videos: the platforms that a site publishes them on, what was published there and how it is watched."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from igny8_resources.warehouse.tables.columns import BigId, Json, UtcDateTime

revision = "0005"
down_revision = "0004"

_GAINED: dict[str, tuple[sa.Column[Any], ...]] = {
    "automation_configs": (
        sa.Column("auto_approve_scripts", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("video_voice", sa.String(length=160), nullable=False, server_default=""),
        sa.Column("video_music", sa.String(length=300), nullable=False, server_default=""),
    ),
    "video_projects": (
        # Scripts that are there already were approved as they were written.
        sa.Column("script_version", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("script_status", sa.String(length=20), nullable=False, server_default="approved"),
        sa.Column("voice", sa.String(length=160), nullable=False, server_default=""),
        sa.Column("music", sa.String(length=300), nullable=False, server_default=""),
    ),
    "video_renders": (
        # Files that are there already were checked for their stream data alone: they are reviewed before they are published.
        sa.Column("checks", Json, nullable=False, server_default="{}"),
        sa.Column("checks_passed", sa.Boolean(), nullable=False, server_default=sa.false()),
    ),
}
_NEW_TABLES = (
    "video_listings",
    "video_script_versions",
    "video_metrics",
    "video_publications",
    "platform_connections",
    "platform_quotas",
)


def upgrade() -> None:
    """Create the new tables and columns."""
    op.create_table(
        "platform_quotas",
        sa.Column("application", sa.String(length=64), nullable=False),
        sa.Column("bucket", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("application", "bucket", "day", name=op.f("pk_platform_quotas")),
    )
    op.create_table(
        "platform_connections",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("access_token", sa.Text(), nullable=False),
        sa.Column("refresh_token", sa.Text(), nullable=False),
        sa.Column("access_expires_at", UtcDateTime(), nullable=True),
        sa.Column("refresh_expires_at", UtcDateTime(), nullable=True),
        sa.Column("refreshes", sa.Integer(), nullable=False),
        sa.Column("defaults", Json, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("connected_by", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_platform_connections_account_id")),
        sa.ForeignKeyConstraint(["connected_by"], ["users.id"], name=op.f("fk_platform_connections_connected_by")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_platform_connections_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_connections")),
        sa.UniqueConstraint("site_id", "platform", name=op.f("uq_platform_connections_site_id_platform")),
    )
    op.create_index(op.f("ix_platform_connections_account_id"), "platform_connections", ["account_id"], unique=False)
    op.create_table(
        "video_publications",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("connection_id", BigId, nullable=True),
        sa.Column("request_id", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("privacy", sa.String(length=40), nullable=False),
        sa.Column("flags", Json, nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("effect_id", BigId, nullable=True),
        sa.Column("external_id", sa.String(length=300), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_video_publications_account_id")),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["platform_connections.id"], name=op.f("fk_video_publications_connection_id")
        ),
        sa.ForeignKeyConstraint(["effect_id"], ["effects.id"], name=op.f("fk_video_publications_effect_id")),
        sa.ForeignKeyConstraint(["project_id"], ["video_projects.id"], name=op.f("fk_video_publications_project_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_video_publications_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_publications")),
        sa.UniqueConstraint("project_id", "platform", name=op.f("uq_video_publications_project_id_platform")),
    )
    op.create_index(op.f("ix_video_publications_account_id"), "video_publications", ["account_id"], unique=False)
    op.create_index("ix_video_publications_due", "video_publications", ["status", "not_before"], unique=False)
    op.create_index(op.f("ix_video_publications_request_id"), "video_publications", ["request_id"], unique=False)
    op.create_index("ix_video_publications_site_status", "video_publications", ["site_id", "status"], unique=False)
    op.create_table(
        "video_metrics",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("publication_id", BigId, nullable=False),
        sa.Column("period", UtcDateTime(), nullable=False),
        sa.Column("measured_at", UtcDateTime(), nullable=False),
        sa.Column("views", BigId, nullable=True),
        sa.Column("likes", BigId, nullable=True),
        sa.Column("comments", BigId, nullable=True),
        sa.Column("shares", BigId, nullable=True),
        sa.Column("saves", BigId, nullable=True),
        sa.Column("reach", BigId, nullable=True),
        sa.Column("watch_seconds", sa.Float(), nullable=True),
        sa.Column("average_view_seconds", sa.Float(), nullable=True),
        sa.Column("facts", Json, nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_video_metrics_account_id")),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["video_publications.id"], name=op.f("fk_video_metrics_publication_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_video_metrics_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_metrics")),
        sa.UniqueConstraint("publication_id", "period", name=op.f("uq_video_metrics_publication_id_period")),
    )
    op.create_index(op.f("ix_video_metrics_account_id"), "video_metrics", ["account_id"], unique=False)
    op.create_index("ix_video_metrics_site_period", "video_metrics", ["site_id", "period"], unique=False)
    op.create_table(
        "video_script_versions",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("script", Json, nullable=False),
        sa.Column("written_by", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("findings", Json, nullable=False),
        sa.Column("article_version", sa.Integer(), nullable=False),
        sa.Column("ai_call_id", BigId, nullable=True),
        sa.Column("approved_by", sa.String(length=120), nullable=False),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_video_script_versions_account_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["video_projects.id"], name=op.f("fk_video_script_versions_project_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_video_script_versions_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_script_versions")),
        sa.UniqueConstraint("project_id", "version", name=op.f("uq_video_script_versions_project_id_version")),
    )
    op.create_index(op.f("ix_video_script_versions_account_id"), "video_script_versions", ["account_id"], unique=False)
    op.create_table(
        "video_listings",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("hashtags", Json, nullable=False),
        sa.Column("chapters", Json, nullable=False),
        sa.Column("link", sa.String(length=700), nullable=False),
        sa.Column("findings", Json, nullable=False),
        sa.Column("written_by", sa.String(length=120), nullable=False),
        sa.Column("ai_call_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_video_listings_account_id")),
        sa.ForeignKeyConstraint(["project_id"], ["video_projects.id"], name=op.f("fk_video_listings_project_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_video_listings_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_listings")),
        sa.UniqueConstraint("project_id", "platform", name=op.f("uq_video_listings_project_id_platform")),
    )
    op.create_index(op.f("ix_video_listings_account_id"), "video_listings", ["account_id"], unique=False)
    for table, columns in _GAINED.items():
        for column in columns:
            op.add_column(table, column._copy())
    # Sites that are there already get the stage, switched off.
    op.execute(
        "INSERT INTO automation_stages (site_id, account_id, stage, enabled, batch_size)"
        " SELECT id, account_id, 'video_publishing', FALSE, 10 FROM sites"
    )


def downgrade() -> None:
    """Take the new tables and columns away."""
    op.execute("DELETE FROM automation_stages WHERE stage = 'video_publishing'")
    for table, columns in _GAINED.items():
        for column in columns:
            op.drop_column(table, column.name)
    for table in _NEW_TABLES:
        op.drop_table(table)
