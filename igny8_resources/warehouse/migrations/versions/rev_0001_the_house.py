"""The house: tenancy, planner, writer, linker, publishing, social, video, automation and the five ledgers."""

import sqlalchemy as sa
from alembic import op

from igny8_resources.warehouse.tables.columns import Amount, BigId, Json, UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table and view."""
    op.create_table(
        "accounts",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("monthly_credits", Amount(), nullable=False),
        sa.Column("credit_balance", Amount(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("slug", name=op.f("uq_accounts_slug")),
    )
    op.create_table(
        "credit_prices",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("operation", sa.String(length=60), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("credits", Amount(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_prices")),
        sa.UniqueConstraint("operation", "provider", name=op.f("uq_credit_prices_operation_provider")),
    )
    op.create_table(
        "event_cursors",
        sa.Column("reader", sa.String(length=80), nullable=False),
        sa.Column("txid", sa.BigInteger(), nullable=False),
        sa.Column("event_id", BigId, nullable=False),
        sa.PrimaryKeyConstraint("reader", name=op.f("pk_event_cursors")),
    )
    op.create_table(
        "credit_transactions",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("balance_after", Amount(), nullable=False),
        sa.Column("reference", sa.String(length=160), nullable=False),
        sa.Column("description", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.CheckConstraint("balance_after >= 0", name=op.f("ck_credit_transactions_no_overdraft")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_credit_transactions_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_transactions")),
        sa.UniqueConstraint("account_id", "reference", name=op.f("uq_credit_transactions_account_id_reference")),
    )
    op.create_index("ix_credit_transactions_account", "credit_transactions", ["account_id", "id"], unique=False)
    op.create_index(op.f("ix_credit_transactions_account_id"), "credit_transactions", ["account_id"], unique=False)
    op.create_table(
        "sites",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("base_url", sa.String(length=300), nullable=False),
        sa.Column("niche", sa.String(length=200), nullable=False),
        sa.Column("tagline", sa.String(length=300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("audience", sa.String(length=300), nullable=False),
        sa.Column("accent", sa.String(length=7), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sites_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sa.UniqueConstraint("id", "account_id", name=op.f("uq_sites_id_account_id")),
        sa.UniqueConstraint("key", name=op.f("uq_sites_key")),
    )
    op.create_index(op.f("ix_sites_account_id"), "sites", ["account_id"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=300), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_users_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_index(op.f("ix_users_account_id"), "users", ["account_id"], unique=False)
    op.create_table(
        "ai_calls",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("site_id", BigId, nullable=True),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("function", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("prompt_version", sa.String(length=40), nullable=False),
        sa.Column("inputs", Json, nullable=False),
        sa.Column("response", Json, nullable=False),
        sa.Column("media_key", sa.String(length=512), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("replays", sa.Integer(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("credits", Amount(), nullable=False),
        sa.Column("list_credits", Amount(), nullable=False),
        sa.Column("reserved", Amount(), nullable=False),
        sa.Column("latency_seconds", sa.Float(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_ai_calls_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_ai_calls_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_calls")),
        sa.UniqueConstraint("account_id", "request_hash", name=op.f("uq_ai_calls_account_id_request_hash")),
    )
    op.create_index(op.f("ix_ai_calls_account_id"), "ai_calls", ["account_id"], unique=False)
    op.create_index("ix_ai_calls_function", "ai_calls", ["function", "id"], unique=False)
    op.create_table(
        "author_profiles",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("bio", sa.Text(), nullable=False),
        sa.Column("tone", sa.String(length=300), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_author_profiles_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_author_profiles_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_author_profiles")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_author_profiles_site_id_name")),
    )
    op.create_index(op.f("ix_author_profiles_account_id"), "author_profiles", ["account_id"], unique=False)
    op.create_table(
        "automation_configs",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("auto_approve", sa.Boolean(), nullable=False),
        sa.Column("social_platforms", Json, nullable=False),
        sa.Column("video_type", sa.String(length=20), nullable=False),
        sa.Column("video_preset", sa.String(length=30), nullable=False),
        sa.Column("in_article_images", sa.Integer(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_automation_configs_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_automation_configs_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_automation_configs")),
        sa.UniqueConstraint("site_id", name=op.f("uq_automation_configs_site_id")),
    )
    op.create_index(op.f("ix_automation_configs_account_id"), "automation_configs", ["account_id"], unique=False)
    op.create_table(
        "automation_stages",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("batch_size", sa.Integer(), nullable=False),
        sa.Column("daily_cap", sa.Integer(), nullable=True),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_automation_stages_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_automation_stages_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_automation_stages")),
        sa.UniqueConstraint("site_id", "stage", name=op.f("uq_automation_stages_site_id_stage")),
    )
    op.create_index(op.f("ix_automation_stages_account_id"), "automation_stages", ["account_id"], unique=False)
    op.create_table(
        "effects",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("site_id", BigId, nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=300), nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_effects_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_effects_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effects")),
        sa.UniqueConstraint("target", "subject", "content_hash", name=op.f("uq_effects_target_subject_content_hash")),
    )
    op.create_index(op.f("ix_effects_account_id"), "effects", ["account_id"], unique=False)
    op.create_index("ix_effects_status", "effects", ["status", "id"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("txid", sa.BigInteger(), nullable=False),
        sa.Column("site_id", BigId, nullable=True),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_events_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_events_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_account", "events", ["account_id", "id"], unique=False)
    op.create_index(op.f("ix_events_account_id"), "events", ["account_id"], unique=False)
    op.create_index("ix_events_order", "events", ["txid", "id"], unique=False)
    op.create_table(
        "link_edges",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("source_path", sa.String(length=300), nullable=False),
        sa.Column("target_path", sa.String(length=300), nullable=False),
        sa.Column("anchor", sa.String(length=300), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_link_edges_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_link_edges_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_edges")),
        sa.UniqueConstraint(
            "site_id", "source_path", "target_path", name=op.f("uq_link_edges_site_id_source_path_target_path")
        ),
    )
    op.create_index(op.f("ix_link_edges_account_id"), "link_edges", ["account_id"], unique=False)
    op.create_table(
        "requests",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("site_id", BigId, nullable=True),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("idempotency_key", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_requests_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_requests_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_requests_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        sa.UniqueConstraint("account_id", "idempotency_key", name=op.f("uq_requests_account_id_idempotency_key")),
    )
    op.create_index(op.f("ix_requests_account_id"), "requests", ["account_id"], unique=False)
    op.create_index("ix_requests_status", "requests", ["status", "created_at"], unique=False)
    op.create_table(
        "sectors",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("seed_terms", Json, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sectors_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_sectors_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sectors")),
        sa.UniqueConstraint("site_id", "slug", name=op.f("uq_sectors_site_id_slug")),
    )
    op.create_index(op.f("ix_sectors_account_id"), "sectors", ["account_id"], unique=False)
    op.create_table(
        "site_access",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_site_access_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_site_access_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_site_access_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_access")),
        sa.UniqueConstraint("site_id", "user_id", name=op.f("uq_site_access_site_id_user_id")),
    )
    op.create_index(op.f("ix_site_access_account_id"), "site_access", ["account_id"], unique=False)
    op.create_index(op.f("ix_site_access_user_id"), "site_access", ["user_id"], unique=False)
    op.create_table(
        "site_builds",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size_bytes", BigId, nullable=False),
        sa.Column("problems", Json, nullable=False),
        sa.Column("built_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_site_builds_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_site_builds_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_builds")),
        sa.UniqueConstraint("site_id", "digest", name=op.f("uq_site_builds_site_id_digest")),
    )
    op.create_index(op.f("ix_site_builds_account_id"), "site_builds", ["account_id"], unique=False)
    op.create_table(
        "site_modules",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("module", sa.String(length=30), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_site_modules_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_site_modules_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_modules")),
        sa.UniqueConstraint("site_id", "module", name=op.f("uq_site_modules_site_id_module")),
    )
    op.create_index(op.f("ix_site_modules_account_id"), "site_modules", ["account_id"], unique=False)
    op.create_table(
        "clusters",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("sector_id", BigId, nullable=True),
        sa.Column("stable_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("head_keyword", sa.String(length=200), nullable=False),
        sa.Column("keyword_count", sa.Integer(), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("difficulty", sa.Float(), nullable=True),
        sa.Column("intent_mix", Json, nullable=False),
        sa.Column("opportunity", sa.Float(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_clusters_account_id")),
        sa.ForeignKeyConstraint(["sector_id"], ["sectors.id"], name=op.f("fk_clusters_sector_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_clusters_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clusters")),
        sa.UniqueConstraint("site_id", "stable_id", name=op.f("uq_clusters_site_id_stable_id")),
    )
    op.create_index(op.f("ix_clusters_account_id"), "clusters", ["account_id"], unique=False)
    op.create_table(
        "credit_usage",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("site_id", BigId, nullable=True),
        sa.Column("ai_call_id", BigId, nullable=False),
        sa.Column("operation", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("units", Amount(), nullable=False),
        sa.Column("credits", Amount(), nullable=False),
        sa.Column("list_credits", Amount(), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_credit_usage_account_id")),
        sa.ForeignKeyConstraint(["ai_call_id"], ["ai_calls.id"], name=op.f("fk_credit_usage_ai_call_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_credit_usage_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_usage")),
        sa.UniqueConstraint("ai_call_id", name=op.f("uq_credit_usage_ai_call_id")),
    )
    op.create_index(op.f("ix_credit_usage_account_id"), "credit_usage", ["account_id"], unique=False)
    op.create_index("ix_credit_usage_site", "credit_usage", ["account_id", "site_id", "id"], unique=False)
    op.create_table(
        "keyword_imports",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("sector_id", BigId, nullable=True),
        sa.Column("file_name", sa.String(length=300), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_key", sa.String(length=512), nullable=False),
        sa.Column("tool", sa.String(length=80), nullable=False),
        sa.Column("market", sa.String(length=20), nullable=False),
        sa.Column("columns", Json, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("rows_good", sa.Integer(), nullable=False),
        sa.Column("rows_duplicate", sa.Integer(), nullable=False),
        sa.Column("rows_refused", sa.Integer(), nullable=False),
        sa.Column("problems", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("loaded_at", UtcDateTime(), nullable=True),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_keyword_imports_account_id")),
        sa.ForeignKeyConstraint(["sector_id"], ["sectors.id"], name=op.f("fk_keyword_imports_sector_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_keyword_imports_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keyword_imports")),
        sa.UniqueConstraint("site_id", "sha256", name=op.f("uq_keyword_imports_site_id_sha256")),
    )
    op.create_index(op.f("ix_keyword_imports_account_id"), "keyword_imports", ["account_id"], unique=False)
    op.create_table(
        "request_items",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("run_id", sa.String(length=60), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_request_items_account_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_request_items_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_items")),
        sa.UniqueConstraint("request_id", "subject", "job", name=op.f("uq_request_items_request_id_subject_job")),
    )
    op.create_index(op.f("ix_request_items_account_id"), "request_items", ["account_id"], unique=False)
    op.create_index("ix_request_items_subject", "request_items", ["subject"], unique=False)
    op.create_table(
        "content_ideas",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("sector_id", BigId, nullable=True),
        sa.Column("cluster_id", BigId, nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("angle", sa.Text(), nullable=False),
        sa.Column("content_type", sa.String(length=30), nullable=False),
        sa.Column("content_structure", sa.String(length=30), nullable=False),
        sa.Column("target_keyword", sa.String(length=200), nullable=False),
        sa.Column("secondary_keywords", Json, nullable=False),
        sa.Column("questions", Json, nullable=False),
        sa.Column("outline", Json, nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("priority", sa.Float(), nullable=False),
        sa.Column("idea_source", sa.String(length=30), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("conflict", sa.String(length=500), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_content_ideas_account_id")),
        sa.ForeignKeyConstraint(["cluster_id"], ["clusters.id"], name=op.f("fk_content_ideas_cluster_id")),
        sa.ForeignKeyConstraint(["sector_id"], ["sectors.id"], name=op.f("fk_content_ideas_sector_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_content_ideas_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_ideas")),
        sa.UniqueConstraint(
            "site_id", "cluster_id", "target_keyword", name=op.f("uq_content_ideas_site_id_cluster_id_target_keyword")
        ),
    )
    op.create_index(op.f("ix_content_ideas_account_id"), "content_ideas", ["account_id"], unique=False)
    op.create_table(
        "keywords",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("sector_id", BigId, nullable=True),
        sa.Column("import_id", BigId, nullable=True),
        sa.Column("market", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("normalized_text", sa.String(length=200), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=True),
        sa.Column("volume_kind", sa.String(length=20), nullable=False),
        sa.Column("difficulty", sa.Float(), nullable=True),
        sa.Column("intents", Json, nullable=False),
        sa.Column("cpc", Amount(), nullable=True),
        sa.Column("trend", Json, nullable=False),
        sa.Column("serp_features", Json, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["sector_id"], ["sectors.id"], name=op.f("fk_keywords_sector_id")),
        sa.ForeignKeyConstraint(
            ["site_id", "account_id"], ["sites.id", "sites.account_id"], name=op.f("fk_keywords_site_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keywords")),
        sa.UniqueConstraint(
            "site_id", "market", "normalized_text", name=op.f("uq_keywords_site_id_market_normalized_text")
        ),
    )
    op.create_index(op.f("ix_keywords_account_id"), "keywords", ["account_id"], unique=False)
    op.create_index("ix_keywords_site_volume", "keywords", ["site_id", "volume"], unique=False)
    op.create_table(
        "cluster_keywords",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("cluster_id", BigId, nullable=False),
        sa.Column("keyword_id", BigId, nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_cluster_keywords_account_id")),
        sa.ForeignKeyConstraint(["cluster_id"], ["clusters.id"], name=op.f("fk_cluster_keywords_cluster_id")),
        sa.ForeignKeyConstraint(["keyword_id"], ["keywords.id"], name=op.f("fk_cluster_keywords_keyword_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_cluster_keywords_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_keywords")),
        sa.UniqueConstraint("keyword_id", name=op.f("uq_cluster_keywords_keyword_id")),
    )
    op.create_index(op.f("ix_cluster_keywords_account_id"), "cluster_keywords", ["account_id"], unique=False)
    op.create_index("ix_cluster_keywords_cluster", "cluster_keywords", ["cluster_id"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("sector_id", BigId, nullable=True),
        sa.Column("idea_id", BigId, nullable=False),
        sa.Column("cluster_id", BigId, nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=True),
        sa.Column("partition_key", sa.String(length=120), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("content_type", sa.String(length=30), nullable=False),
        sa.Column("content_structure", sa.String(length=30), nullable=False),
        sa.Column("primary_keyword", sa.String(length=200), nullable=False),
        sa.Column("secondary_keywords", Json, nullable=False),
        sa.Column("questions", Json, nullable=False),
        sa.Column("outline", Json, nullable=False),
        sa.Column("target_words", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_tasks_account_id")),
        sa.ForeignKeyConstraint(["cluster_id"], ["clusters.id"], name=op.f("fk_tasks_cluster_id")),
        sa.ForeignKeyConstraint(["idea_id"], ["content_ideas.id"], name=op.f("fk_tasks_idea_id")),
        sa.ForeignKeyConstraint(["sector_id"], ["sectors.id"], name=op.f("fk_tasks_sector_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_tasks_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("partition_key", name=op.f("uq_tasks_partition_key")),
        sa.UniqueConstraint("site_id", "idea_id", name=op.f("uq_tasks_site_id_idea_id")),
    )
    op.create_index(op.f("ix_tasks_account_id"), "tasks", ["account_id"], unique=False)
    op.create_index(op.f("ix_tasks_request_id"), "tasks", ["request_id"], unique=False)
    op.create_index("ix_tasks_site_status", "tasks", ["site_id", "status"], unique=False)
    op.create_table(
        "content",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("sector_id", BigId, nullable=True),
        sa.Column("task_id", BigId, nullable=False),
        sa.Column("cluster_id", BigId, nullable=False),
        sa.Column("author_id", BigId, nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("slug", sa.String(length=200), nullable=False),
        sa.Column("meta_title", sa.String(length=300), nullable=False),
        sa.Column("meta_description", sa.Text(), nullable=False),
        sa.Column("content_type", sa.String(length=30), nullable=False),
        sa.Column("content_structure", sa.String(length=30), nullable=False),
        sa.Column("primary_keyword", sa.String(length=200), nullable=False),
        sa.Column("secondary_keywords", Json, nullable=False),
        sa.Column("draft", Json, nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("word_count", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("sync_status", sa.String(length=20), nullable=False),
        sa.Column("schema_data", Json, nullable=False),
        sa.Column("serp_elements", Json, nullable=False),
        sa.Column("checks", Json, nullable=False),
        sa.Column("checks_passed", sa.Boolean(), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("ai_call_id", BigId, nullable=True),
        sa.Column("credits_used", Amount(), nullable=False),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.Column("approved_by", sa.String(length=120), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_content_account_id")),
        sa.ForeignKeyConstraint(["author_id"], ["author_profiles.id"], name=op.f("fk_content_author_id")),
        sa.ForeignKeyConstraint(["cluster_id"], ["clusters.id"], name=op.f("fk_content_cluster_id")),
        sa.ForeignKeyConstraint(["sector_id"], ["sectors.id"], name=op.f("fk_content_sector_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_content_site_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_content_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content")),
        sa.UniqueConstraint("site_id", "slug", name=op.f("uq_content_site_id_slug")),
        sa.UniqueConstraint("task_id", name=op.f("uq_content_task_id")),
    )
    op.create_index(op.f("ix_content_account_id"), "content", ["account_id"], unique=False)
    op.create_index("ix_content_site_status", "content", ["site_id", "status"], unique=False)
    op.create_table(
        "content_versions",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("content_id", BigId, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("draft", Json, nullable=False),
        sa.Column("written_by", sa.String(length=120), nullable=False),
        sa.Column("ai_call_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_content_versions_account_id")),
        sa.ForeignKeyConstraint(["content_id"], ["content.id"], name=op.f("fk_content_versions_content_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_content_versions_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_versions")),
        sa.UniqueConstraint("content_id", "version", name=op.f("uq_content_versions_content_id_version")),
    )
    op.create_index(op.f("ix_content_versions_account_id"), "content_versions", ["account_id"], unique=False)
    op.create_table(
        "images",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("content_id", BigId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("section_index", sa.Integer(), nullable=True),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("headline", sa.String(length=200), nullable=False),
        sa.Column("lines", Json, nullable=False),
        sa.Column("alt_text", sa.String(length=300), nullable=False),
        sa.Column("caption", sa.String(length=500), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("media_key", sa.String(length=512), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("variants", Json, nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_images_account_id")),
        sa.ForeignKeyConstraint(["content_id"], ["content.id"], name=op.f("fk_images_content_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_images_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_images")),
        sa.UniqueConstraint("content_id", "position", name=op.f("uq_images_content_id_position")),
    )
    op.create_index(op.f("ix_images_account_id"), "images", ["account_id"], unique=False)
    op.create_table(
        "internal_links",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("source_content_id", BigId, nullable=False),
        sa.Column("target_content_id", BigId, nullable=True),
        sa.Column("target_path", sa.String(length=300), nullable=False),
        sa.Column("anchor", sa.String(length=300), nullable=False),
        sa.Column("position", sa.String(length=40), nullable=False),
        sa.Column("link_type", sa.String(length=20), nullable=False),
        sa.Column("link_id", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_internal_links_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_internal_links_site_id")),
        sa.ForeignKeyConstraint(
            ["source_content_id"], ["content.id"], name=op.f("fk_internal_links_source_content_id")
        ),
        sa.ForeignKeyConstraint(
            ["target_content_id"], ["content.id"], name=op.f("fk_internal_links_target_content_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_internal_links")),
        sa.UniqueConstraint(
            "source_content_id", "target_path", name=op.f("uq_internal_links_source_content_id_target_path")
        ),
    )
    op.create_index(op.f("ix_internal_links_account_id"), "internal_links", ["account_id"], unique=False)
    op.create_index("ix_internal_links_target", "internal_links", ["target_content_id"], unique=False)
    op.create_table(
        "publishing_records",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("content_id", BigId, nullable=False),
        sa.Column("destination", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("external_id", sa.String(length=300), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("effect_id", BigId, nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_publishing_records_account_id")),
        sa.ForeignKeyConstraint(["content_id"], ["content.id"], name=op.f("fk_publishing_records_content_id")),
        sa.ForeignKeyConstraint(["effect_id"], ["effects.id"], name=op.f("fk_publishing_records_effect_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_publishing_records_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publishing_records")),
        sa.UniqueConstraint(
            "content_id",
            "destination",
            "version",
            "content_hash",
            name=op.f("uq_publishing_records_content_id_destination_version_content_hash"),
        ),
    )
    op.create_index(op.f("ix_publishing_records_account_id"), "publishing_records", ["account_id"], unique=False)
    op.create_table(
        "social_posts",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("content_id", BigId, nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("post_type", sa.String(length=30), nullable=False),
        sa.Column("text_content", sa.Text(), nullable=False),
        sa.Column("hashtags", Json, nullable=False),
        sa.Column("call_to_action", sa.String(length=255), nullable=False),
        sa.Column("thread", Json, nullable=False),
        sa.Column("link_url", sa.String(length=500), nullable=False),
        sa.Column("image_key", sa.String(length=512), nullable=False),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("scheduled_at", UtcDateTime(), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("ai_call_id", BigId, nullable=True),
        sa.Column("credits_used", Amount(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_social_posts_account_id")),
        sa.ForeignKeyConstraint(["content_id"], ["content.id"], name=op.f("fk_social_posts_content_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_social_posts_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_social_posts")),
        sa.UniqueConstraint("content_id", "platform", name=op.f("uq_social_posts_content_id_platform")),
    )
    op.create_index(op.f("ix_social_posts_account_id"), "social_posts", ["account_id"], unique=False)
    op.create_index("ix_social_posts_site_status", "social_posts", ["site_id", "status"], unique=False)
    op.create_table(
        "video_projects",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("content_id", BigId, nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=True),
        sa.Column("partition_key", sa.String(length=120), nullable=True),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("video_type", sa.String(length=20), nullable=False),
        sa.Column("render_preset", sa.String(length=30), nullable=False),
        sa.Column("target_platforms", Json, nullable=False),
        sa.Column("script", Json, nullable=False),
        sa.Column("voice_provider", sa.String(length=40), nullable=False),
        sa.Column("voice_id", sa.String(length=100), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("credits_used", Amount(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_video_projects_account_id")),
        sa.ForeignKeyConstraint(["content_id"], ["content.id"], name=op.f("fk_video_projects_content_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_video_projects_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_projects")),
        sa.UniqueConstraint(
            "content_id",
            "video_type",
            "render_preset",
            name=op.f("uq_video_projects_content_id_video_type_render_preset"),
        ),
        sa.UniqueConstraint("partition_key", name=op.f("uq_video_projects_partition_key")),
    )
    op.create_index(op.f("ix_video_projects_account_id"), "video_projects", ["account_id"], unique=False)
    op.create_index(op.f("ix_video_projects_request_id"), "video_projects", ["request_id"], unique=False)
    op.create_index("ix_video_projects_site_status", "video_projects", ["site_id", "status"], unique=False)
    op.create_table(
        "video_assets",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("asset_type", sa.String(length=20), nullable=False),
        sa.Column("section_index", sa.Integer(), nullable=False),
        sa.Column("media_key", sa.String(length=512), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("duration_seconds", sa.Float(), nullable=True),
        sa.Column("facts", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_video_assets_account_id")),
        sa.ForeignKeyConstraint(["project_id"], ["video_projects.id"], name=op.f("fk_video_assets_project_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_video_assets_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_assets")),
        sa.UniqueConstraint(
            "project_id",
            "asset_type",
            "section_index",
            name=op.f("uq_video_assets_project_id_asset_type_section_index"),
        ),
    )
    op.create_index(op.f("ix_video_assets_account_id"), "video_assets", ["account_id"], unique=False)
    op.create_table(
        "video_renders",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("render_preset", sa.String(length=30), nullable=False),
        sa.Column("media_key", sa.String(length=512), nullable=False),
        sa.Column("subtitle_key", sa.String(length=512), nullable=False),
        sa.Column("captions_key", sa.String(length=512), nullable=False),
        sa.Column("poster_key", sa.String(length=512), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("duration_seconds", sa.Float(), nullable=False),
        sa.Column("size_bytes", BigId, nullable=False),
        sa.Column("loudness_lufs", sa.Float(), nullable=True),
        sa.Column("facts", Json, nullable=False),
        sa.Column("input_digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("rendered_at", UtcDateTime(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_video_renders_account_id")),
        sa.ForeignKeyConstraint(["project_id"], ["video_projects.id"], name=op.f("fk_video_renders_project_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_video_renders_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_renders")),
        sa.UniqueConstraint("project_id", "render_preset", name=op.f("uq_video_renders_project_id_render_preset")),
    )
    op.create_index(op.f("ix_video_renders_account_id"), "video_renders", ["account_id"], unique=False)


def downgrade() -> None:
    """Drop everything."""
    op.drop_index(op.f("ix_video_renders_account_id"), table_name="video_renders")
    op.drop_table("video_renders")
    op.drop_index(op.f("ix_video_assets_account_id"), table_name="video_assets")
    op.drop_table("video_assets")
    op.drop_index("ix_video_projects_site_status", table_name="video_projects")
    op.drop_index(op.f("ix_video_projects_request_id"), table_name="video_projects")
    op.drop_index(op.f("ix_video_projects_account_id"), table_name="video_projects")
    op.drop_table("video_projects")
    op.drop_index("ix_social_posts_site_status", table_name="social_posts")
    op.drop_index(op.f("ix_social_posts_account_id"), table_name="social_posts")
    op.drop_table("social_posts")
    op.drop_index(op.f("ix_publishing_records_account_id"), table_name="publishing_records")
    op.drop_table("publishing_records")
    op.drop_index("ix_internal_links_target", table_name="internal_links")
    op.drop_index(op.f("ix_internal_links_account_id"), table_name="internal_links")
    op.drop_table("internal_links")
    op.drop_index(op.f("ix_images_account_id"), table_name="images")
    op.drop_table("images")
    op.drop_index(op.f("ix_content_versions_account_id"), table_name="content_versions")
    op.drop_table("content_versions")
    op.drop_index("ix_content_site_status", table_name="content")
    op.drop_index(op.f("ix_content_account_id"), table_name="content")
    op.drop_table("content")
    op.drop_index("ix_tasks_site_status", table_name="tasks")
    op.drop_index(op.f("ix_tasks_request_id"), table_name="tasks")
    op.drop_index(op.f("ix_tasks_account_id"), table_name="tasks")
    op.drop_table("tasks")
    op.drop_index("ix_cluster_keywords_cluster", table_name="cluster_keywords")
    op.drop_index(op.f("ix_cluster_keywords_account_id"), table_name="cluster_keywords")
    op.drop_table("cluster_keywords")
    op.drop_index("ix_keywords_site_volume", table_name="keywords")
    op.drop_index(op.f("ix_keywords_account_id"), table_name="keywords")
    op.drop_table("keywords")
    op.drop_index(op.f("ix_content_ideas_account_id"), table_name="content_ideas")
    op.drop_table("content_ideas")
    op.drop_index("ix_request_items_subject", table_name="request_items")
    op.drop_index(op.f("ix_request_items_account_id"), table_name="request_items")
    op.drop_table("request_items")
    op.drop_index(op.f("ix_keyword_imports_account_id"), table_name="keyword_imports")
    op.drop_table("keyword_imports")
    op.drop_index("ix_credit_usage_site", table_name="credit_usage")
    op.drop_index(op.f("ix_credit_usage_account_id"), table_name="credit_usage")
    op.drop_table("credit_usage")
    op.drop_index(op.f("ix_clusters_account_id"), table_name="clusters")
    op.drop_table("clusters")
    op.drop_index(op.f("ix_site_modules_account_id"), table_name="site_modules")
    op.drop_table("site_modules")
    op.drop_index(op.f("ix_site_builds_account_id"), table_name="site_builds")
    op.drop_table("site_builds")
    op.drop_index(op.f("ix_site_access_user_id"), table_name="site_access")
    op.drop_index(op.f("ix_site_access_account_id"), table_name="site_access")
    op.drop_table("site_access")
    op.drop_index(op.f("ix_sectors_account_id"), table_name="sectors")
    op.drop_table("sectors")
    op.drop_index("ix_requests_status", table_name="requests")
    op.drop_index(op.f("ix_requests_account_id"), table_name="requests")
    op.drop_table("requests")
    op.drop_index(op.f("ix_link_edges_account_id"), table_name="link_edges")
    op.drop_table("link_edges")
    op.drop_index("ix_events_order", table_name="events")
    op.drop_index(op.f("ix_events_account_id"), table_name="events")
    op.drop_index("ix_events_account", table_name="events")
    op.drop_table("events")
    op.drop_index("ix_effects_status", table_name="effects")
    op.drop_index(op.f("ix_effects_account_id"), table_name="effects")
    op.drop_table("effects")
    op.drop_index(op.f("ix_automation_stages_account_id"), table_name="automation_stages")
    op.drop_table("automation_stages")
    op.drop_index(op.f("ix_automation_configs_account_id"), table_name="automation_configs")
    op.drop_table("automation_configs")
    op.drop_index(op.f("ix_author_profiles_account_id"), table_name="author_profiles")
    op.drop_table("author_profiles")
    op.drop_index("ix_ai_calls_function", table_name="ai_calls")
    op.drop_index(op.f("ix_ai_calls_account_id"), table_name="ai_calls")
    op.drop_table("ai_calls")
    op.drop_index(op.f("ix_users_account_id"), table_name="users")
    op.drop_table("users")
    op.drop_index(op.f("ix_sites_account_id"), table_name="sites")
    op.drop_table("sites")
    op.drop_index(op.f("ix_credit_transactions_account_id"), table_name="credit_transactions")
    op.drop_index("ix_credit_transactions_account", table_name="credit_transactions")
    op.drop_table("credit_transactions")
    op.drop_table("event_cursors")
    op.drop_table("credit_prices")
    op.drop_table("accounts")
