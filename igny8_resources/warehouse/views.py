"""The ``mart_`` views that analysts read, one SQL text that runs on SQLite and PostgreSQL alike.

Every column is described in ``docs/warehouse.md``; a test compares the two.
"""

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
    (COALESCE(u.credits, 0) + COALESCE(vu.credits, 0)) / m.members AS credits_share
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
    SELECT account_id, subject, COUNT(*) AS calls, SUM(credits) AS credits, SUM(list_credits) AS list_credits
    FROM credit_usage GROUP BY account_id, subject
) u ON u.account_id = k.account_id AND u.subject = t.partition_key
LEFT JOIN (
    SELECT vp.content_id, COUNT(*) AS calls, SUM(cu.credits) AS credits, SUM(cu.list_credits) AS list_credits
    FROM video_projects vp
    JOIN credit_usage cu ON cu.account_id = vp.account_id AND cu.subject = vp.partition_key
    GROUP BY vp.content_id
) vu ON vu.content_id = a.id
"""

VIEWS: dict[str, str] = {"mart_content_performance": MART_CONTENT_PERFORMANCE}
