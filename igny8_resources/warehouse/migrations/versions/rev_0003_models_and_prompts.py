"""Model catalogue, provider states, prompts, strategies, batches, sources; what a call costs in money and who asked for it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from igny8_resources.warehouse.tables.columns import Amount, BigId, Json, UtcDateTime

revision = "0003"
down_revision = "0002"

# Columns that existing tables gain; rows that are there already take the value given here.
_GAINED: dict[str, tuple[sa.Column[Any], ...]] = {
    "accounts": (
        sa.Column("low_credits_since", UtcDateTime(), nullable=True),
        sa.Column("exhausted_at", UtcDateTime(), nullable=True),
    ),
    "ai_calls": (
        sa.Column("prompt_digest", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("schema_digest", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("salt", sa.String(length=200), nullable=False, server_default=""),
        sa.Column("operation", sa.String(length=60), nullable=False, server_default=""),
        sa.Column("tokens_estimated", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("cost_usd", Amount(8), nullable=True),
    ),
    "author_profiles": (sa.Column("language", sa.String(length=20), nullable=False, server_default=""),),
    "content_versions": (sa.Column("status", sa.String(length=20), nullable=False, server_default="past"),),
    "credit_transactions": (sa.Column("actor", sa.String(length=120), nullable=False, server_default="system"),),
    "credit_usage": (sa.Column("cost_usd", Amount(8), nullable=True),),
}
_REFERENCES = (
    ("ai_calls", "user_id", "users"),
    ("credit_usage", "user_id", "users"),
    ("tasks", "author_id", "author_profiles"),
)
_NEW_TABLES = (
    "ai_batch_items",
    "ai_batches",
    "model_choices",
    "ai_models",
    "prompt_texts",
    "prompt_versions",
    "provider_states",
    "strategies",
    "task_sources",
)


def upgrade() -> None:
    """Create the new tables and widen the old ones."""
    op.create_table(
        "ai_models",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("input_usd", Amount(8), nullable=True),
        sa.Column("output_usd", Amount(8), nullable=True),
        sa.Column("unit_usd", Amount(8), nullable=True),
        sa.Column("batch_discount", Amount(), nullable=False),
        sa.Column("context_tokens", sa.Integer(), nullable=True),
        sa.Column("sunset_on", sa.Date(), nullable=True),
        sa.Column("successor", sa.String(length=120), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_models")),
        sa.UniqueConstraint("provider", "kind", "name", name=op.f("uq_ai_models_provider_kind_name")),
    )
    op.create_table(
        "model_choices",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("site_id", BigId, nullable=True),
        sa.Column("function", sa.String(length=60), nullable=False),
        sa.Column("ai_model_id", BigId, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_model_choices_account_id")),
        sa.ForeignKeyConstraint(["ai_model_id"], ["ai_models.id"], name=op.f("fk_model_choices_ai_model_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_model_choices_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_choices")),
    )
    op.create_index("ix_model_choices_account", "model_choices", ["account_id", "site_id", "function"], unique=False)
    op.create_index(op.f("ix_model_choices_account_id"), "model_choices", ["account_id"], unique=False)
    op.create_table(
        "provider_states",
        sa.Column("endpoint", sa.String(length=160), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("requests_per_minute", sa.Float(precision=53), nullable=True),
        sa.Column("tokens_per_minute", sa.Float(precision=53), nullable=True),
        sa.Column("next_request_at", sa.Float(precision=53), nullable=False),
        sa.Column("next_token_at", sa.Float(precision=53), nullable=False),
        sa.Column("closed_until", sa.Float(precision=53), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_until", sa.Float(precision=53), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("endpoint", name=op.f("pk_provider_states")),
    )
    op.create_table(
        "prompt_versions",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("function", sa.String(length=60), nullable=False),
        sa.Column("variant", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_prompt_versions_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_versions")),
        sa.UniqueConstraint(
            "account_id",
            "function",
            "variant",
            "version",
            name=op.f("uq_prompt_versions_account_id_function_variant_version"),
        ),
    )
    op.create_index(op.f("ix_prompt_versions_account_id"), "prompt_versions", ["account_id"], unique=False)
    op.create_table(
        "prompt_texts",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("function", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_prompt_texts_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_texts")),
        sa.UniqueConstraint("account_id", "digest", name=op.f("uq_prompt_texts_account_id_digest")),
    )
    op.create_index(op.f("ix_prompt_texts_account_id"), "prompt_texts", ["account_id"], unique=False)
    op.create_table(
        "strategies",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("sector_id", BigId, nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("prompts", Json, nullable=False),
        sa.Column("section_logic", Json, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_strategies_account_id")),
        sa.ForeignKeyConstraint(["sector_id"], ["sectors.id"], name=op.f("fk_strategies_sector_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_strategies_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strategies")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_strategies_site_id_name")),
    )
    op.create_index(op.f("ix_strategies_account_id"), "strategies", ["account_id"], unique=False)
    op.create_table(
        "ai_batches",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=True),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("input_file_id", sa.String(length=120), nullable=False),
        sa.Column("external_id", sa.String(length=120), nullable=False),
        sa.Column("output_file_id", sa.String(length=120), nullable=False),
        sa.Column("error_file_id", sa.String(length=120), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_ai_batches_account_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_ai_batches_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_batches")),
    )
    op.create_index(op.f("ix_ai_batches_account_id"), "ai_batches", ["account_id"], unique=False)
    op.create_index("ix_ai_batches_status", "ai_batches", ["status", "id"], unique=False)
    op.create_table(
        "ai_batch_items",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("batch_id", BigId, nullable=False),
        sa.Column("ai_call_id", BigId, nullable=False),
        sa.Column("custom_id", sa.String(length=64), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("answer", Json, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_ai_batch_items_account_id")),
        sa.ForeignKeyConstraint(["ai_call_id"], ["ai_calls.id"], name=op.f("fk_ai_batch_items_ai_call_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["ai_batches.id"], name=op.f("fk_ai_batch_items_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_batch_items")),
        sa.UniqueConstraint("custom_id", name=op.f("uq_ai_batch_items_custom_id")),
    )
    op.create_index(op.f("ix_ai_batch_items_account_id"), "ai_batch_items", ["account_id"], unique=False)
    op.create_index("ix_ai_batch_items_batch", "ai_batch_items", ["batch_id", "id"], unique=False)
    op.create_index("ix_ai_batch_items_call", "ai_batch_items", ["ai_call_id", "id"], unique=False)
    op.create_table(
        "task_sources",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("task_id", BigId, nullable=False),
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("media_key", sa.String(length=512), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.Column("passages", Json, nullable=False),
        sa.Column("chosen_for", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_task_sources_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_task_sources_site_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_task_sources_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_sources")),
        sa.UniqueConstraint("task_id", "key", name=op.f("uq_task_sources_task_id_key")),
    )
    op.create_index(op.f("ix_task_sources_account_id"), "task_sources", ["account_id"], unique=False)
    for table, columns in _GAINED.items():
        for column in columns:
            op.add_column(table, column._copy())
    for table, reference, target in _REFERENCES:
        # Written out, because Alembic adds no foreign key to a table of SQLite short of copying the table.
        kind = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
        constraint = f"CONSTRAINT fk_{table}_{reference} REFERENCES {target} (id)"
        op.execute(f"ALTER TABLE {table} ADD COLUMN {reference} {kind} {constraint}")
    _join_references()
    op.create_index("ix_ai_calls_subject", "ai_calls", ["account_id", "subject"], unique=False)
    # The newest version that an article is at stands; a draft kept beside a person's text is a proposal.
    op.execute(
        "UPDATE content_versions SET status = 'standing' WHERE EXISTS (SELECT 1 FROM content"
        " WHERE content.id = content_versions.content_id AND content.version = content_versions.version)"
    )
    op.execute(
        "UPDATE content_versions SET status = 'proposal' WHERE EXISTS (SELECT 1 FROM content"
        " WHERE content.id = content_versions.content_id AND content.version < content_versions.version)"
    )


def _join_references() -> None:
    """One reference of a keyword in place of three, in warehouses that were made with three.

    Only on PostgreSQL, where a reference costs a look-up for each row of a long file; SQLite could only copy the table, and
    its three references do no harm.
    """
    if op.get_bind().dialect.name != "postgresql":
        return
    constraints = {each["name"] for each in sa.inspect(op.get_bind()).get_foreign_keys("keywords")}
    if "fk_keywords_account_id" not in constraints:
        return
    op.create_unique_constraint("uq_sites_id_account_id", "sites", ["id", "account_id"])
    for name in ("account_id", "import_id", "site_id"):
        op.drop_constraint(f"fk_keywords_{name}", "keywords", type_="foreignkey")
    op.create_foreign_key("fk_keywords_site_id", "keywords", "sites", ["site_id", "account_id"], ["id", "account_id"])


def downgrade() -> None:
    """Take the new tables and columns away."""
    op.drop_index("ix_ai_calls_subject", table_name="ai_calls")
    for table, reference, _ in _REFERENCES:
        op.drop_column(table, reference)
    for table, columns in _GAINED.items():
        for column in columns:
            op.drop_column(table, column.name)
    for table in _NEW_TABLES:
        op.drop_table(table)
