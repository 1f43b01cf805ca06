"""The ``mart_`` views that analysts read, one SQL text that runs on SQLite and PostgreSQL alike.

The databases differ in one thing: how the UTC day of a moment is had. The texts say ``UTC_DAY(...)``; ``query_on`` spells it
out. Every column is described in ``docs/warehouse.md``; a test compares the two.
"""

import re

MART_CONTENT_PERFORMANCE = """
SELECT
    k.account_id                                   AS account_id,
    s.key                                          AS site_key,
    k.id                                           AS keyword_id,
    k.text                                         AS keyword,
    k.volume                                       AS keyword_volume,
    k.difficulty                                   AS keyword_difficulty,
    c.stable_id                                    AS cluster_id,
    c.name                                         AS cluster_name,
    m.members                                      AS cluster_keywords,
    c.opportunity                                  AS cluster_opportunity,
    a.id                                           AS content_id,
    t.partition_key                                AS article_partition,
    a.title                                        AS article_title,
    a.content_type                                 AS content_type,
    a.status                                       AS article_status,
    a.word_count                                   AS word_count,
    CASE WHEN a.primary_keyword = k.text OR LOWER(a.primary_keyword) = k.normalized_text
        THEN 1 ELSE 0 END                          AS is_primary_keyword,
    a.url                                          AS url,
    a.published_at                                 AS published_at,
    COALESCE(p.posts, 0)                           AS social_posts,
    COALESCE(v.videos, 0)                          AS videos,
    COALESCE(v.video_seconds, 0)                   AS video_seconds,
    COALESCE(u.calls, 0) + COALESCE(vu.calls, 0)   AS ai_calls,
    COALESCE(u.credits, 0) + COALESCE(vu.credits, 0) AS article_credits,
    COALESCE(u.list_credits, 0) + COALESCE(vu.list_credits, 0) AS article_list_credits,
    (COALESCE(u.credits, 0) + COALESCE(vu.credits, 0)) / m.members AS credits_share,
    CASE WHEN u.cost_usd IS NOT NULL OR vu.cost_usd IS NOT NULL
        THEN COALESCE(u.cost_usd, 0) + COALESCE(vu.cost_usd, 0) END AS article_cost_usd,
    CASE WHEN u.cost_usd IS NOT NULL OR vu.cost_usd IS NOT NULL
        THEN (COALESCE(u.cost_usd, 0) + COALESCE(vu.cost_usd, 0)) / m.members END AS cost_usd_share,
    COALESCE(u.calls - u.calls_with_cost, 0) + COALESCE(vu.calls - vu.calls_with_cost, 0) AS ai_calls_without_cost
FROM keywords k
JOIN sites s ON s.id = k.site_id
LEFT JOIN cluster_keywords ck ON ck.keyword_id = k.id
LEFT JOIN clusters c ON c.id = ck.cluster_id
LEFT JOIN (
    SELECT cluster_id, COUNT(*) AS members FROM cluster_keywords GROUP BY cluster_id
) m ON m.cluster_id = c.id
LEFT JOIN content a ON a.cluster_id = c.id
LEFT JOIN tasks t ON t.id = a.task_id
LEFT JOIN (
    SELECT content_id, COUNT(*) AS posts FROM social_posts GROUP BY content_id
) p ON p.content_id = a.id
LEFT JOIN (
    SELECT vp.content_id, COUNT(*) AS videos, SUM(r.duration_seconds) AS video_seconds
    FROM video_projects vp JOIN video_renders r ON r.project_id = vp.id AND r.status = 'complete'
    GROUP BY vp.content_id
) v ON v.content_id = a.id
LEFT JOIN (
    SELECT account_id, subject, COUNT(*) AS calls, SUM(credits) AS credits, SUM(list_credits) AS list_credits,
        SUM(cost_usd) AS cost_usd, COUNT(cost_usd) AS calls_with_cost
    FROM credit_usage GROUP BY account_id, subject
) u ON u.account_id = k.account_id AND u.subject = t.partition_key
LEFT JOIN (
    SELECT vp.content_id, COUNT(*) AS calls, SUM(cu.credits) AS credits, SUM(cu.list_credits) AS list_credits,
        SUM(cu.cost_usd) AS cost_usd, COUNT(cu.cost_usd) AS calls_with_cost
    FROM video_projects vp
    JOIN credit_usage cu ON cu.account_id = vp.account_id AND cu.subject = vp.partition_key
    GROUP BY vp.content_id
) vu ON vu.content_id = a.id
"""

# A failed call charges no credits and may have cost the provider's price all the same: it is part of the margin.
MART_SPEND = """
SELECT
    c.account_id                                   AS account_id,
    c.day                                          AS day,
    s.key                                          AS site_key,
    c.operation                                    AS operation,
    c.provider                                     AS provider,
    c.model                                        AS model,
    u.email                                        AS user_email,
    SUM(c.calls)                                   AS calls,
    SUM(c.failed_calls)                            AS failed_calls,
    SUM(c.units)                                   AS units,
    SUM(c.credits)                                 AS credits,
    SUM(c.list_credits)                            AS list_credits,
    SUM(c.cost_usd)                                AS cost_usd,
    SUM(c.calls_without_cost)                      AS calls_without_cost
FROM (
    SELECT account_id, UTC_DAY(created_at) AS day, site_id, operation, provider, model, user_id,
        1 AS calls, 0 AS failed_calls, units, credits, list_credits, cost_usd,
        CASE WHEN cost_usd IS NULL THEN 1 ELSE 0 END AS calls_without_cost
    FROM credit_usage
    UNION ALL
    SELECT account_id, UTC_DAY(finished_at) AS day, site_id, operation, provider, model, user_id,
        0 AS calls, 1 AS failed_calls, 0 AS units, 0 AS credits, 0 AS list_credits, cost_usd, 0 AS calls_without_cost
    FROM ai_calls WHERE status = 'failed' AND finished_at IS NOT NULL
) c
LEFT JOIN sites s ON s.id = c.site_id
LEFT JOIN users u ON u.id = c.user_id
GROUP BY c.account_id, c.day, s.key, c.operation, c.provider, c.model, u.email
"""

VIEWS: dict[str, str] = {"mart_content_performance": MART_CONTENT_PERFORMANCE, "mart_spend": MART_SPEND}

_UTC_DAY = re.compile(r"UTC_DAY\((\w+)\)")
_DAY_ON = {"sqlite": r"DATE(\1)", "postgresql": r"CAST(\1 AT TIME ZONE 'UTC' AS DATE)"}


def query_on(query: str, dialect: str) -> str:
    """A view's text as one database (``sqlite`` or ``postgresql``) reads it."""
    return _UTC_DAY.sub(_DAY_ON[dialect], query)
