"""Credits, prompts and strategies, automation, webhooks, the service itself; and the desk."""

from api_endpoints import api, at_root
from api_roles import About, Level
from api_rows import RULE

PROMPT = {"function": "generate_content"}
STAGES = ("planning", "writing", "publishing", "site", "social", "video", "video_publishing")
CHOICES = {
    "auto_approve": False,
    "auto_approve_scripts": True,
    "social_platforms": [],
    "video_type": "short",
    "video_preset": "tiktok",
    "in_article_images": 1,
    "stages": {stage: {"enabled": True} for stage in STAGES},
}
OPEN = {"task_id": "open request"}

BILLING = (
    api("GET billing/balance/", Level.BILLING, About.LIST),
    api("GET billing/usage/", Level.BILLING, About.LIST),
    api("GET billing/cost-breakdown/", Level.BILLING, About.LIST),
    api("GET billing/prices/", Level.BILLING, About.CALLER),
    api("GET billing/limits/", Level.BILLING, About.CALLER),
    api("GET billing/transactions/", Level.ACCOUNT_BILLING, About.LIST),
    api("GET billing/transactions/{id}/", Level.ACCOUNT_BILLING, About.ACCOUNT, id="transaction"),
    api(
        "POST billing/grants/",
        Level.ISSUE_CREDITS,
        About.CALLER,
        body=lambda _of: {"amount": "5", "reason": "welcome"},
    ),
    api(
        "POST billing/adjustments/",
        Level.ISSUE_CREDITS,
        About.CALLER,
        body=lambda _of: {"amount": "-5", "reason": "granted twice"},
    ),
)
THINKER = (
    api("GET thinker/author-profiles/", Level.READ, About.LIST),
    api(
        "POST thinker/author-profiles/",
        Level.WRITE,
        About.SITE,
        201,
        body=lambda of: {"site": of["site"], "name": "Ada"},
    ),
    api("GET thinker/author-profiles/{id}/", Level.READ, About.SITE, id="profile"),
    api("PATCH thinker/author-profiles/{id}/", Level.WRITE, About.SITE, id="profile", body=lambda _of: {"tone": "dry"}),
    api("DELETE thinker/author-profiles/{id}/", Level.WRITE, About.SITE, id="profile"),
    api("GET thinker/strategies/", Level.READ, About.LIST),
    api(
        "POST thinker/strategies/",
        Level.WRITE,
        About.SITE,
        201,
        body=lambda of: {"site": of["site"], "name": "Short", "sector_id": of["sector"]},
        other_account=400,
    ),
    api("GET thinker/strategies/{id}/", Level.READ, About.SITE, id="strategy"),
    api(
        "PATCH thinker/strategies/{id}/",
        Level.WRITE,
        About.SITE,
        id="strategy",
        body=lambda of: {"sector_id": of["sector"]},
        other_account=400,
    ),
    api("POST thinker/strategies/{id}/activate/", Level.WRITE, About.SITE, id="strategy"),
    api("POST thinker/strategies/{id}/deactivate/", Level.WRITE, About.SITE, id="strategy"),
    api("DELETE thinker/strategies/{id}/", Level.WRITE, About.SITE, id="strategy"),
    api(
        "POST thinker/image-tests/",
        Level.WRITE,
        About.SITE,
        body=lambda of: {"site": of["site"], "prompt": "A cup", "provider": "offline", "width": 256, "height": 256},
    ),
    # Every account has every AI function, with prompts of its own.
    api("GET thinker/prompts/", Level.READ, About.LIST),
    api("GET thinker/prompts/{function}/", Level.READ, About.CALLER, **PROMPT),
    api("GET thinker/prompts/{function}/diff/", Level.READ, About.CALLER, **PROMPT),
    api(
        "POST thinker/prompts/{function}/versions/",
        Level.ACCOUNT_WRITE,
        About.CALLER,
        201,
        **PROMPT,
        body=lambda _of: {"text": "About {{ title }}"},
    ),
    api("POST thinker/prompts/{function}/reset/", Level.ACCOUNT_WRITE, About.CALLER, **PROMPT, body=lambda _of: {}),
    api(
        "GET thinker/prompts/{function}/versions/{version}/",
        Level.READ,
        About.ACCOUNT,
        **PROMPT,
        version="prompt version",
    ),
    api(
        "POST thinker/prompts/{function}/activate/",
        Level.ACCOUNT_WRITE,
        About.ACCOUNT,
        **PROMPT,
        body=lambda of: {"version": of["prompt version"]},
    ),
    api(
        "POST thinker/prompts/{function}/preview/",
        Level.READ,
        About.SITE,
        **PROMPT,
        body=lambda of: {"site": of["site"], "task_id": of["task without a text"]},
    ),
)
AUTOMATION = (
    api("GET automation/vocabulary/", Level.READ, About.CALLER),
    api("GET automation/config/{key}/", Level.READ, About.SITE, key="site"),
    api("PUT automation/config/{key}/", Level.ACCOUNT_WRITE, About.SITE, key="site", body=lambda _of: CHOICES),
    api("GET automation/rules/", Level.READ, About.LIST),
    api(
        "POST automation/rules/",
        Level.ACCOUNT_WRITE,
        About.SITE,
        201,
        body=lambda of: {**RULE, "site": of["site"], "name": "Mondays"},
    ),
    api("GET automation/rules/{id}/", Level.READ, About.SITE, id="rule"),
    api(
        "PUT automation/rules/{id}/",
        Level.ACCOUNT_WRITE,
        About.SITE,
        id="rule",
        body=lambda _of: {**RULE, "name": "Tuesdays"},
    ),
    api("DELETE automation/rules/{id}/", Level.ACCOUNT_WRITE, About.SITE, id="rule"),
    api("POST automation/rules/{id}/dry-run/", Level.READ, About.SITE, id="rule"),
    api("POST automation/rules/{id}/run/", Level.ACCOUNT_WRITE, About.SITE, id="rule"),
    api("GET automation/executions/", Level.READ, About.LIST),
    api("GET automation/executions/{id}/", Level.READ, About.SITE, id="execution"),
)
WEBHOOKS = (
    api("GET webhooks/", Level.MANAGE, About.LIST),
    api("GET webhooks/kinds/", Level.MANAGE, About.CALLER),
    api(
        "POST webhooks/",
        Level.MANAGE,
        About.ACCOUNT,
        201,
        body=lambda of: {"url": "https://93.184.216.34/", "site": of["site"]},
    ),
    api("GET webhooks/{id}/", Level.MANAGE, About.ACCOUNT, id="webhook"),
    api("PATCH webhooks/{id}/", Level.MANAGE, About.ACCOUNT, id="webhook", body=lambda _of: {"description": "theirs"}),
    api("DELETE webhooks/{id}/", Level.MANAGE, About.ACCOUNT, id="webhook"),
    api("POST webhooks/{id}/test/", Level.MANAGE, About.ACCOUNT, id="webhook"),
    api("POST webhooks/{id}/rotate-secret/", Level.MANAGE, About.ACCOUNT, id="webhook"),
    api("GET webhooks/deliveries/", Level.MANAGE, About.LIST),
    api(
        "POST webhooks/deliveries/replay/",
        Level.MANAGE,
        About.ACCOUNT,
        body=lambda of: {"subscription": of["webhook"]},
    ),
    api("GET webhooks/deliveries/{id}/", Level.MANAGE, About.ACCOUNT, id="delivery"),
    api("POST webhooks/deliveries/{id}/replay/", Level.MANAGE, About.ACCOUNT, id="delivery"),
)
SYSTEM = (
    api("GET system/status/", Level.READ, About.LIST),
    api("GET system/settings/", Level.READ, About.CALLER),
    api("GET system/request-metrics/", Level.MANAGE, About.CALLER),
    api("GET system/settings/tasks/", Level.READ, About.LIST),
    api("GET system/settings/task_progress/{task_id}/", Level.READ, About.SITE, **OPEN),
    api("POST system/settings/task_progress/{task_id}/cancel/", Level.WRITE, About.SITE, **OPEN),
    api("GET system/settings/task_progress/{task_id}/events/", Level.READ, About.SITE, task_id="ended request"),
)
_ARTICLE = {"id": "content:review"}
_EDITED = {"id": "content:queued"}
DESK = (
    at_root("GET /desk", Level.PUBLIC, About.CALLER, 308),
    at_root("GET /desk/sign-in", Level.PUBLIC, About.CALLER),
    at_root(
        "POST /desk/sign-in",
        Level.PUBLIC,
        About.CALLER,
        303,
        form=lambda of: {"email": of["email"], "password": of["password"]},
    ),
    at_root("POST /desk/sign-out", Level.PUBLIC, About.CALLER, 303),
    at_root("GET /desk/static/{name}", Level.PUBLIC, About.CALLER, name="desk.css"),
    at_root("GET /desk/{path:path}", Level.PUBLIC, About.CALLER, 404, path="nowhere"),
    at_root("POST /desk/{path:path}", Level.PUBLIC, About.CALLER, 404, path="nowhere"),
    at_root("GET /desk/", Level.READ, About.LIST),
    at_root("GET /desk/help", Level.READ, About.CALLER),
    at_root("GET /desk/media/{key:path}", Level.READ, About.SITE, key="media"),
    at_root("GET /desk/sites/{key}/", Level.READ, About.SITE, key="site"),
    at_root("GET /desk/sites/{key}/stages/{stage}", Level.READ, About.SITE, key="site", stage="review"),
    at_root(
        "POST /desk/sites/{key}/articles",
        Level.WRITE,
        About.SITE,
        303,
        key="site",
        form=lambda _of: {"articles": "1", "nonce": "a"},
    ),
    at_root("GET /desk/sites/{key}/automation", Level.READ, About.SITE, key="site"),
    at_root(
        "POST /desk/sites/{key}/automation",
        Level.ACCOUNT_WRITE,
        About.SITE,
        303,
        key="site",
        form=lambda _of: {"auto_approve": "on", "confirmed": "yes"},
    ),
    at_root("GET /desk/articles/{id}/", Level.READ, About.SITE, **_ARTICLE),
    at_root("GET /desk/articles/{id}/versions/{number}/", Level.READ, About.SITE, **_EDITED, number=2),
    at_root(
        "POST /desk/articles/{id}/approve", Level.WRITE, About.SITE, 303, **_ARTICLE, form=lambda _of: {"version": "1"}
    ),
    at_root(
        "POST /desk/articles/{id}/reject",
        Level.WRITE,
        About.SITE,
        303,
        **_ARTICLE,
        form=lambda _of: {"version": "1", "reason": "too short"},
    ),
    at_root(
        "POST /desk/articles/{id}/sections/{index}/rewrite",
        Level.WRITE,
        About.SITE,
        303,
        **_EDITED,
        index=0,
        form=lambda _of: {"wish": ""},
    ),
    at_root(
        "POST /desk/articles/{id}/versions/{number}/accept",
        Level.WRITE,
        About.SITE,
        303,
        **_EDITED,
        number=2,
        form=lambda _of: {"version": "1"},
    ),
    at_root("POST /desk/articles/{id}/versions/{number}/reject", Level.WRITE, About.SITE, 303, **_EDITED, number=3),
    # The platform sent the person here with nothing, or with a state that nobody made.
    at_root("GET /desk/connections/return", Level.PUBLIC, About.CALLER, 400),
    at_root(
        "POST /desk/connections/finish",
        Level.MANAGE,
        About.CALLER,
        400,
        form=lambda _of: {"code": "c", "state": "s"},
    ),
    at_root("GET /desk/requests/", Level.READ, About.LIST),
    at_root("GET /desk/requests/running", Level.READ, About.LIST),
    at_root("GET /desk/requests/{request_id}/", Level.READ, About.SITE, request_id="open request"),
    at_root("POST /desk/requests/{request_id}/cancel", Level.WRITE, About.SITE, 303, request_id="open request"),
    at_root("GET /desk/credits/", Level.READ, About.LIST),
)
