"""Ways in (sign-ins, API keys, invitations, resets), webhooks, automation rules, request metrics; progress in pieces."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from igny8_resources.warehouse.tables.columns import Amount, BigId, Json, UtcDateTime

revision = "0004"
down_revision = "0003"

# Columns that existing tables gain; rows that are there already take the value given here.
_GAINED: dict[str, tuple[sa.Column[Any], ...]] = {
    "requests": (
        sa.Column("done", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("total", sa.Integer(), nullable=False, server_default="0"),
    ),
    "users": (
        sa.Column("last_sign_in_at", UtcDateTime(), nullable=True),
        sa.Column("tokens_valid_from", UtcDateTime(), nullable=True),
    ),
}
# Lists come in this order unless asked otherwise.
_LISTED_BY = {"clusters": "opportunity", "content_ideas": "priority"}
_NEW_TABLES = (
    "webhook_deliveries",
    "refresh_tokens",
    "automation_executions",
    "webhook_subscriptions",
    "sign_ins",
    "password_resets",
    "invitations",
    "automation_rules",
    "api_keys",
    "answered_posts",
    "sign_in_failures",
    "request_metrics",
)


def upgrade() -> None:
    """Create the new tables and widen the old ones."""
    op.create_table(
        "request_metrics",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("minute", UtcDateTime(), nullable=False),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("route", sa.String(length=160), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("slowest_seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_metrics")),
        sa.UniqueConstraint(
            "minute", "method", "route", "status", name=op.f("uq_request_metrics_minute_method_route_status")
        ),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_failures")),
    )
    op.create_table(
        "answered_posts",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("idempotency_key", sa.String(length=120), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_answered_posts_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answered_posts")),
        sa.UniqueConstraint("account_id", "idempotency_key", name=op.f("uq_answered_posts_account_id_idempotency_key")),
    )
    op.create_index(op.f("ix_answered_posts_account_id"), "answered_posts", ["account_id"], unique=False)
    op.create_table(
        "api_keys",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("created_by", BigId, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_api_keys_account_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_api_keys_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
    )
    op.create_index(op.f("ix_api_keys_account_id"), "api_keys", ["account_id"], unique=False)
    op.create_table(
        "automation_rules",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("trigger", sa.String(length=60), nullable=False),
        sa.Column("schedule", sa.String(length=120), nullable=False),
        sa.Column("conditions", Json, nullable=False),
        sa.Column("actions", Json, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("max_executions_per_day", sa.Integer(), nullable=False),
        sa.Column("credit_limit_per_execution", Amount(), nullable=False),
        sa.Column("last_execution_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_automation_rules_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_automation_rules_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_automation_rules")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_automation_rules_site_id_name")),
    )
    op.create_index(op.f("ix_automation_rules_account_id"), "automation_rules", ["account_id"], unique=False)
    op.create_index("ix_automation_rules_trigger", "automation_rules", ["trigger", "is_active"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("site_ids", Json, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("invited_by", BigId, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_invitations_account_id")),
        sa.ForeignKeyConstraint(["invited_by"], ["users.id"], name=op.f("fk_invitations_invited_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index(op.f("ix_invitations_account_id"), "invitations", ["account_id"], unique=False)
    op.create_index("ix_invitations_email", "invitations", ["account_id", "email"], unique=False)
    op.create_table(
        "password_resets",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_password_resets_account_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_password_resets_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_resets")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_resets_token_hash")),
    )
    op.create_index(op.f("ix_password_resets_account_id"), "password_resets", ["account_id"], unique=False)
    op.create_table(
        "sign_ins",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("user_agent", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_because", sa.String(length=30), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sign_ins_account_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_ins_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )
    op.create_index(op.f("ix_sign_ins_account_id"), "sign_ins", ["account_id"], unique=False)
    op.create_index("ix_sign_ins_user", "sign_ins", ["user_id", "id"], unique=False)
    op.create_table(
        "webhook_subscriptions",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("site_id", BigId, nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("kinds", Json, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("disabled_because", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_webhook_subscriptions_account_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_webhook_subscriptions_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_subscriptions")),
    )
    op.create_index(op.f("ix_webhook_subscriptions_account_id"), "webhook_subscriptions", ["account_id"], unique=False)
    op.create_table(
        "automation_executions",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("rule_id", BigId, nullable=False),
        sa.Column("occasion", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("estimated_credits", Amount(), nullable=True),
        sa.Column("request_ids", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("site_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_automation_executions_account_id")),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["automation_rules.id"], name=op.f("fk_automation_executions_rule_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_automation_executions_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_automation_executions")),
        sa.UniqueConstraint("rule_id", "occasion", name=op.f("uq_automation_executions_rule_id_occasion")),
    )
    op.create_index(op.f("ix_automation_executions_account_id"), "automation_executions", ["account_id"], unique=False)
    op.create_index("ix_automation_executions_site", "automation_executions", ["site_id", "id"], unique=False)
    op.create_table(
        "refresh_tokens",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("sign_in_id", BigId, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_refresh_tokens_account_id")),
        sa.ForeignKeyConstraint(["sign_in_id"], ["sign_ins.id"], name=op.f("fk_refresh_tokens_sign_in_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_refresh_tokens_token_hash")),
    )
    op.create_index(op.f("ix_refresh_tokens_account_id"), "refresh_tokens", ["account_id"], unique=False)
    op.create_index("ix_refresh_tokens_sign_in", "refresh_tokens", ["sign_in_id", "id"], unique=False)
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("subscription_id", BigId, nullable=False),
        sa.Column("site_id", BigId, nullable=True),
        sa.Column("event_id", BigId, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", UtcDateTime(), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("answer_status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("account_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_webhook_deliveries_account_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_webhook_deliveries_event_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_webhook_deliveries_site_id")),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["webhook_subscriptions.id"],
            name=op.f("fk_webhook_deliveries_subscription_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint("subscription_id", "event_id", name=op.f("uq_webhook_deliveries_subscription_id_event_id")),
    )
    op.create_index("ix_webhook_deliveries_account", "webhook_deliveries", ["account_id", "id"], unique=False)
    op.create_index(op.f("ix_webhook_deliveries_account_id"), "webhook_deliveries", ["account_id"], unique=False)
    op.create_index("ix_webhook_deliveries_due", "webhook_deliveries", ["status", "next_attempt_at"], unique=False)
    op.create_index(
        op.f("ix_webhook_deliveries_subscription_id"), "webhook_deliveries", ["subscription_id"], unique=False
    )
    for table, columns in _GAINED.items():
        for column in columns:
            op.add_column(table, column._copy())
    for table, order in _LISTED_BY.items():
        op.create_index(f"ix_{table}_site_{order}", table, ["site_id", order])
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_keywords_site_volume", table_name="keywords")
        descending = sa.text("volume DESC NULLS LAST")
        op.create_index("ix_keywords_site_volume_desc", "keywords", ["site_id", descending, "id"])


def downgrade() -> None:
    """Take the new tables, columns and indexes away."""
    for table, order in _LISTED_BY.items():
        op.drop_index(f"ix_{table}_site_{order}", table_name=table)
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_keywords_site_volume_desc", table_name="keywords")
        op.create_index("ix_keywords_site_volume", "keywords", ["site_id", "volume"])
    for table, columns in _GAINED.items():
        for column in columns:
            op.drop_column(table, column.name)
    for table in _NEW_TABLES:
        op.drop_table(table)
