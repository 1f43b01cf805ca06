"""Pillars, manual decisions on clusters, positions and opportunities, taxonomy terms, cached vectors."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from igny8_resources.warehouse.tables.columns import BigId, Json, UtcDateTime

revision = "0002"
down_revision = "0001"

# Columns that existing tables gain; rows that are there already take the value given here.
_GAINED: dict[str, tuple[sa.Column[Any], ...]] = {
    "cluster_keywords": (
        sa.Column("centrality", sa.Float(), nullable=False, server_default="1"),
        sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.false()),
    ),
    "clusters": (
        sa.Column("market", sa.String(length=20), nullable=False, server_default=""),
        sa.Column("cohesion", sa.Float(), nullable=False, server_default="0"),
        sa.Column("opportunity_terms", Json, nullable=False, server_default="{}"),
        sa.Column("locked", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("renamed", sa.Boolean(), nullable=False, server_default=sa.false()),
    ),
    "content_ideas": (
        sa.Column("link_targets", Json, nullable=False, server_default="[]"),
        sa.Column("refresh_ref", sa.String(length=500), nullable=False, server_default=""),
    ),
    "keyword_imports": (
        sa.Column("purpose", sa.String(length=20), nullable=False, server_default="keywords"),
        sa.Column("origin", sa.String(length=20), nullable=False, server_default="cli"),
    ),
    "keywords": (
        sa.Column("currency", sa.String(length=3), nullable=False, server_default=""),
        sa.Column("competition", sa.Float(), nullable=True),
        sa.Column("serp_urls", Json, nullable=False, server_default="[]"),
        sa.Column("topic", sa.String(length=200), nullable=False, server_default=""),
        sa.Column("page", sa.String(length=200), nullable=False, server_default=""),
    ),
}
_REFERENCES = (("clusters", "pillar_id", "pillars"), ("content_ideas", "taxonomy_term_id", "taxonomy_terms"))
# A topic's searches, and those of a country's largest query, outgrow 32 bits.
_WIDENED = (("clusters", "volume", False), ("keywords", "volume", True))


def upgrade() -> None:
    """Create the new tables and widen the old ones."""
    on_postgres = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "text_vectors",
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("model", "digest", name=op.f("pk_text_vectors")),
    )
    op.create_table(
        "clustering_runs",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("keywords", sa.Integer(), nullable=False),
        sa.Column("clusters", sa.Integer(), nullable=False),
        sa.Column("singletons", sa.Integer(), nullable=False),
        sa.Column("embeddings", sa.String(length=160), nullable=False),
        sa.Column("parameters", Json, nullable=False),
        sa.Column("changes", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_clustering_runs_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_clustering_runs_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clustering_runs")),
    )
    op.create_index("ix_clustering_runs_account_id", "clustering_runs", ["account_id"], unique=False)
    op.create_index("ix_clustering_runs_site", "clustering_runs", ["site_id", "id"], unique=False)

    op.create_table(
        "opportunities",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("terms", Json, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_opportunities_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_opportunities_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunities")),
        sa.UniqueConstraint("site_id", "kind", "subject", name=op.f("uq_opportunities_site_id_kind_subject")),
    )
    op.create_index("ix_opportunities_account_id", "opportunities", ["account_id"], unique=False)
    op.create_index("ix_opportunities_site_status", "opportunities", ["site_id", "status"], unique=False)

    op.create_table(
        "pillars",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("stable_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("head_keyword", sa.String(length=200), nullable=False),
        sa.Column("cluster_count", sa.Integer(), nullable=False),
        sa.Column("keyword_count", sa.Integer(), nullable=False),
        sa.Column("volume", BigId, nullable=False),
        sa.Column("difficulty", sa.Float(), nullable=True),
        sa.Column("opportunity", sa.Float(), nullable=False),
        sa.Column("renamed", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_pillars_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_pillars_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pillars")),
        sa.UniqueConstraint("site_id", "stable_id", name=op.f("uq_pillars_site_id_stable_id")),
    )
    op.create_index("ix_pillars_account_id", "pillars", ["account_id"], unique=False)

    op.create_table(
        "planner_settings",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("resolution", sa.Float(), nullable=True),
        sa.Column("similarity_floor", sa.Float(), nullable=True),
        sa.Column("mix_intents", sa.Boolean(), nullable=False),
        sa.Column("mix_markets", sa.Boolean(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_planner_settings_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_planner_settings_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planner_settings")),
        sa.UniqueConstraint("site_id", name=op.f("uq_planner_settings_site_id")),
    )
    op.create_index("ix_planner_settings_account_id", "planner_settings", ["account_id"], unique=False)

    op.create_table(
        "cluster_links",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("cluster_id", BigId, nullable=False),
        sa.Column("other_id", BigId, nullable=False),
        sa.Column("shared_urls", sa.Integer(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_cluster_links_account_id")),
        sa.ForeignKeyConstraint(["cluster_id"], ["clusters.id"], name=op.f("fk_cluster_links_cluster_id")),
        sa.ForeignKeyConstraint(["other_id"], ["clusters.id"], name=op.f("fk_cluster_links_other_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_cluster_links_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_links")),
        sa.UniqueConstraint("cluster_id", "other_id", name=op.f("uq_cluster_links_cluster_id_other_id")),
    )
    op.create_index("ix_cluster_links_account_id", "cluster_links", ["account_id"], unique=False)
    op.create_index("ix_cluster_links_site", "cluster_links", ["site_id"], unique=False)

    op.create_table(
        "keyword_positions",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("import_id", BigId, nullable=True),
        sa.Column("market", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("normalized_text", sa.String(length=200), nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("position", sa.Float(), nullable=True),
        sa.Column("traffic", sa.Float(), nullable=True),
        sa.Column("clicks", sa.Integer(), nullable=True),
        sa.Column("volume", BigId, nullable=True),
        sa.Column("volume_kind", sa.String(length=20), nullable=False),
        sa.Column("difficulty", sa.Float(), nullable=True),
        sa.Column("intents", Json, nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_keyword_positions_account_id")),
        sa.ForeignKeyConstraint(["import_id"], ["keyword_imports.id"], name=op.f("fk_keyword_positions_import_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_keyword_positions_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keyword_positions")),
        sa.UniqueConstraint(
            "site_id",
            "market",
            "normalized_text",
            "domain",
            name=op.f("uq_keyword_positions_site_id_market_normalized_text_domain"),
        ),
    )
    op.create_index("ix_keyword_positions_account_id", "keyword_positions", ["account_id"], unique=False)
    op.create_index("ix_keyword_positions_site_own", "keyword_positions", ["site_id", "is_own"], unique=False)

    op.create_table(
        "taxonomy_terms",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("sector_id", BigId, nullable=True),
        sa.Column("external_taxonomy", sa.String(length=100), nullable=False),
        sa.Column("external_term_id", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("parent_term_id", sa.String(length=100), nullable=False),
        sa.Column("post_count", sa.Integer(), nullable=False),
        sa.Column("attributes", Json, nullable=False),
        sa.Column("mapped_cluster_id", BigId, nullable=True),
        sa.Column("mapping_confidence", sa.Float(), nullable=True),
        sa.Column("mapping_method", sa.String(length=20), nullable=False),
        sa.Column("mapping_status", sa.String(length=20), nullable=False),
        sa.Column("has_generated_content", sa.Boolean(), nullable=False),
        sa.Column("content_sync_status", sa.String(length=20), nullable=False),
        sa.Column("last_synced_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_taxonomy_terms_account_id")),
        sa.ForeignKeyConstraint(
            ["mapped_cluster_id"], ["clusters.id"], name=op.f("fk_taxonomy_terms_mapped_cluster_id")
        ),
        sa.ForeignKeyConstraint(["sector_id"], ["sectors.id"], name=op.f("fk_taxonomy_terms_sector_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_taxonomy_terms_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taxonomy_terms")),
        sa.UniqueConstraint(
            "site_id",
            "external_taxonomy",
            "external_term_id",
            name=op.f("uq_taxonomy_terms_site_id_external_taxonomy_external_term_id"),
        ),
    )
    op.create_index("ix_taxonomy_terms_account_id", "taxonomy_terms", ["account_id"], unique=False)
    op.create_index("ix_taxonomy_terms_site_cluster", "taxonomy_terms", ["site_id", "mapped_cluster_id"], unique=False)
    for table, columns in _GAINED.items():
        for column in columns:
            op.add_column(table, column._copy())
    for table, reference, target in _REFERENCES:
        # Written out, because Alembic adds no foreign key to a table of SQLite short of copying the table.
        kind = "BIGINT" if on_postgres else "INTEGER"
        constraint = f"CONSTRAINT fk_{table}_{reference} REFERENCES {target} (id)"
        op.execute(f"ALTER TABLE {table} ADD COLUMN {reference} {kind} {constraint}")
    if on_postgres:
        for table, widened, nullable in _WIDENED:
            op.alter_column(table, widened, type_=sa.BigInteger(), existing_nullable=nullable)


def downgrade() -> None:
    """Take the new tables and columns away."""
    on_postgres = op.get_bind().dialect.name == "postgresql"
    if on_postgres:
        for table, widened, nullable in _WIDENED:
            op.alter_column(table, widened, type_=sa.Integer(), existing_nullable=nullable)
    for table, reference, _ in _REFERENCES:
        op.drop_column(table, reference)
    for table, columns in _GAINED.items():
        for column in columns:
            op.drop_column(table, column.name)
    for table in (
        "taxonomy_terms",
        "keyword_positions",
        "cluster_links",
        "planner_settings",
        "pillars",
        "opportunities",
        "clustering_runs",
        "text_vectors",
    ):
        op.drop_table(table)
