"""What sites are made of: keywords, clusters, ideas, tasks, articles, posts, videos, publications."""

from api_drafts import SOURCE, ended
from api_endpoints import api
from api_roles import About, Level
from api_tenants import SCRIPT

KEYWORDS = {"text": "bottomless portafilter"}
CSV = ("keywords.csv", "Keyword,Volume\nburr alignment,90\n")
ARTICLE = {"id": "content:review"}
EDITED = {"id": "content:queued"}
SOURCES = {"id": "task:review"}
VIDEO = {"id": "project"}

PLANNER = (
    api("GET planner/keywords/", Level.READ, About.LIST),
    api("GET planner/keywords/export/", Level.READ, About.LIST),
    api("GET planner/keywords/seeds/", Level.READ, About.CALLER),
    api("GET planner/keywords/imports/", Level.READ, About.LIST),
    api("GET planner/keywords/imports/{id}/", Level.READ, About.SITE, id="import"),
    api(
        "POST planner/keywords/imports/preview/",
        Level.WRITE,
        About.SITE,
        form=lambda of: {"site": of["site"]},
        file=CSV,
    ),
    api("POST planner/keywords/imports/", Level.WRITE, About.SITE, 202, form=lambda of: {"site": of["site"]}, file=CSV),
    api(
        "POST planner/keywords/bulk_add_from_seed/",
        Level.WRITE,
        About.SITE,
        202,
        body=lambda of: {"site": of["site"], "industry": "gardening"},
    ),
    api(
        "POST planner/keywords/",
        Level.WRITE,
        About.SITE,
        201,
        body=lambda of: {"site": of["site"], "keywords": [{**KEYWORDS, "sector_id": of["sector"]}]},
        other_account=400,
    ),
    api("GET planner/keywords/{id}/", Level.READ, About.SITE, id="keyword"),
    api(
        "PATCH planner/keywords/{id}/",
        Level.WRITE,
        About.SITE,
        id="keyword",
        body=lambda of: {"volume": 10, "sector_id": of["sector"]},
        other_account=400,
    ),
    api("DELETE planner/keywords/{id}/", Level.WRITE, About.SITE, id="keyword"),
    api(
        "POST planner/keywords/bulk-status/",
        Level.WRITE,
        About.SITE,
        body=lambda of: {"ids": [of["keyword"], of["keyword of the other cluster"]], "status": "archived"},
    ),
    api(
        "POST planner/keywords/bulk-delete/",
        Level.WRITE,
        About.SITE,
        body=lambda of: {"ids": [of["keyword"], of["keyword of the other cluster"]]},
    ),
    api("GET planner/clusters/", Level.READ, About.LIST),
    api("POST planner/clusters/auto_cluster/", Level.WRITE, About.SITE, 202, body=lambda of: {"site": of["site"]}),
    api(
        "POST planner/clusters/",
        Level.WRITE,
        About.SITE,
        201,
        body=lambda of: {"site": of["site"], "keyword_ids": [of["keyword"]]},
    ),
    api("GET planner/clusters/{id}/", Level.READ, About.SITE, id="cluster"),
    api("PATCH planner/clusters/{id}/", Level.WRITE, About.SITE, id="cluster", body=lambda _of: {"name": "Ratios"}),
    api("DELETE planner/clusters/{id}/", Level.WRITE, About.SITE, id="cluster"),
    api(
        "POST planner/clusters/{id}/add-keywords/",
        Level.WRITE,
        About.SITE,
        id="cluster",
        body=lambda of: {"keyword_ids": [of["keyword of the other cluster"]]},
    ),
    api(
        "POST planner/clusters/{id}/remove-keywords/",
        Level.WRITE,
        About.SITE,
        id="other cluster",
        body=lambda of: {"keyword_ids": [of["keyword of the other cluster"]]},
    ),
    api(
        "POST planner/clusters/{id}/split/",
        Level.WRITE,
        About.SITE,
        201,
        id="cluster",
        body=lambda of: {"keyword_ids": [of["clustered keyword"]]},
    ),
    api(
        "POST planner/clusters/{id}/merge/",
        Level.WRITE,
        About.SITE,
        id="other cluster",
        body=lambda of: {"into": of["cluster"]},
    ),
    api("GET planner/ideas/", Level.READ, About.LIST),
    api(
        "POST planner/ideas/",
        Level.WRITE,
        About.SITE,
        201,
        body=lambda of: {"cluster_id": of["cluster"], "title": "Dose by weight", "target_keyword": "dose by weight"},
    ),
    api("GET planner/ideas/{id}/", Level.READ, About.SITE, id="idea"),
    api(
        "PATCH planner/ideas/{id}/",
        Level.WRITE,
        About.SITE,
        id="idea without a task",
        body=lambda _of: {"title": "Finer"},
    ),
    api("DELETE planner/ideas/{id}/", Level.WRITE, About.SITE, id="idea without a task"),
    api("POST planner/ideas/{id}/approve/", Level.WRITE, About.SITE, id="idea without a task"),
    api(
        "POST planner/ideas/{id}/reject/",
        Level.WRITE,
        About.SITE,
        id="idea without a task",
        body=lambda _of: {"reason": "too narrow"},
    ),
    api(
        "POST planner/ideas/bulk-decide/",
        Level.WRITE,
        About.SITE,
        body=lambda of: {"ids": [of["idea without a task"]], "decision": "reject"},
    ),
    api(
        "POST planner/ideas/bulk-queue/",
        Level.WRITE,
        About.SITE,
        201,
        body=lambda of: {"ids": [of["idea without a task"]]},
    ),
    api("GET planner/taxonomies/", Level.READ, About.LIST),
    api("GET planner/taxonomies/{id}/terms/", Level.READ, About.SITE, id="taxonomy"),
    api(
        "POST planner/taxonomies/terms/{id}/map/",
        Level.WRITE,
        About.SITE,
        id="term",
        body=lambda of: {"cluster_id": of["cluster"]},
    ),
    api("POST planner/taxonomies/terms/{id}/generate/", Level.WRITE, About.SITE, 202, id="term"),
    api("POST planner/taxonomies/bulk-generate/", Level.WRITE, About.SITE, 202, body=lambda of: {"ids": [of["term"]]}),
    api("GET planner/opportunities/", Level.READ, About.LIST),
    api("GET planner/opportunities/{id}/", Level.READ, About.SITE, id="opportunity"),
    api("POST planner/opportunities/{id}/accept/", Level.WRITE, About.SITE, id="opportunity"),
    api("POST planner/opportunities/{id}/dismiss/", Level.WRITE, About.SITE, id="opportunity"),
)
WRITER = (
    api("GET writer/tasks/", Level.READ, About.LIST),
    api("POST writer/tasks/", Level.WRITE, About.SITE, 201, body=lambda of: {"idea_id": of["idea without a task"]}),
    api("GET writer/tasks/{id}/", Level.READ, About.SITE, id="task:review"),
    api(
        "PATCH writer/tasks/{id}/",
        Level.WRITE,
        About.SITE,
        id="task without a text",
        body=lambda of: {"title": "Clean it weekly", "author_id": of["profile"]},
        other_account=409,
    ),
    api("DELETE writer/tasks/{id}/", Level.WRITE, About.SITE, id="task without a text"),
    api(
        "POST writer/tasks/bulk-delete/", Level.WRITE, About.SITE, body=lambda of: {"ids": [of["task without a text"]]}
    ),
    api("GET writer/tasks/{id}/sources/", Level.READ, About.SITE, **SOURCES),
    api(
        "POST writer/tasks/{id}/sources/",
        Level.WRITE,
        About.SITE,
        201,
        **SOURCES,
        body=lambda _of: {"name": "notes.md", "text": SOURCE},
    ),
    api("DELETE writer/tasks/{id}/sources/{key}/", Level.WRITE, About.SITE, **SOURCES, key="s1"),
    api("GET writer/content/", Level.READ, About.LIST),
    api(
        "POST writer/content/generate/",
        Level.WRITE,
        About.SITE,
        202,
        body=lambda of: {"task_ids": [of["task without a text"]]},
    ),
    api("GET writer/content/{id}/", Level.READ, About.SITE, **ARTICLE),
    api(
        "PATCH writer/content/{id}/",
        Level.WRITE,
        About.SITE,
        **EDITED,
        match="1",
        body=lambda _of: {"meta_title": "Descale it"},
    ),
    api("POST writer/content/{id}/approve/", Level.WRITE, About.SITE, **ARTICLE, match="1"),
    api(
        "POST writer/content/{id}/reject/", Level.WRITE, About.SITE, **ARTICLE, body=lambda _of: {"reason": "too long"}
    ),
    api("GET writer/content/{id}/export/", Level.READ, About.SITE, **ARTICLE),
    api("GET writer/content/{id}/diff/", Level.READ, About.SITE, **ARTICLE),
    api(
        "PUT writer/content/{id}/draft/",
        Level.WRITE,
        About.SITE,
        **EDITED,
        match="1",
        body=lambda _of: {"draft": ended("Another end.").model_dump(mode="json")},
    ),
    api(
        "POST writer/content/{id}/sections/{index}/rewrite/",
        Level.WRITE,
        About.SITE,
        **EDITED,
        index=0,
        body=lambda _of: {},
    ),
    api("GET writer/content/{id}/versions/", Level.READ, About.SITE, **ARTICLE),
    api("GET writer/content/{id}/versions/{number}/", Level.READ, About.SITE, **ARTICLE, number=1),
    api("POST writer/content/{id}/versions/{number}/accept/", Level.WRITE, About.SITE, **EDITED, number=2, match="1"),
    api("POST writer/content/{id}/versions/{number}/reject/", Level.WRITE, About.SITE, **EDITED, number=3),
    api("GET writer/images/", Level.READ, About.LIST),
    api("GET writer/images/{id}/", Level.READ, About.SITE, id="image"),
    api("PATCH writer/images/{id}/", Level.WRITE, About.SITE, id="image", body=lambda _of: {"alt_text": "A cup"}),
)
DISTRIBUTION = (
    api("GET socializer/posts/", Level.READ, About.LIST),
    api("GET socializer/posts/{id}/", Level.READ, About.SITE, id="post"),
    api(
        "POST socializer/posts/generate/",
        Level.WRITE,
        About.SITE,
        202,
        body=lambda of: {"content_id": of["content:published"]},
    ),
    api("GET publisher/records/", Level.READ, About.LIST),
    api("GET publisher/records/{id}/", Level.READ, About.SITE, id="record"),
    api("GET video/projects/", Level.READ, About.LIST),
    api("GET video/projects/{id}/", Level.READ, About.SITE, id="project"),
    *(
        api(
            f"POST video/projects/{end}",
            Level.WRITE,
            About.SITE,
            202,
            body=lambda of: {"content_id": of["content:published"], "video_type": "long"},
        )
        for end in ("", "create/")
    ),
    *(
        api(
            f"{method} video/projects/{{id}}/script/",
            Level.WRITE,
            About.SITE,
            **VIDEO,
            match="1",
            body=lambda _of: {"script": SCRIPT | {"title": "Another title"}},
        )
        for method in ("PUT", "PATCH")
    ),
    api("GET video/projects/{id}/script/versions/", Level.READ, About.SITE, **VIDEO),
    api("GET video/projects/{id}/script/versions/{number}/", Level.READ, About.SITE, **VIDEO, number=1),
    api("POST video/projects/{id}/script/versions/{number}/accept/", Level.WRITE, About.SITE, **VIDEO, number=2),
    api("POST video/projects/{id}/script/versions/{number}/reject/", Level.WRITE, About.SITE, **VIDEO, number=2),
    api("POST video/projects/{id}/approve-script/", Level.WRITE, About.SITE, **VIDEO, match="1"),
    api(
        "POST video/projects/{id}/regenerate-section/{section_id}/",
        Level.WRITE,
        About.SITE,
        **VIDEO,
        section_id=3,
        body=lambda _of: {"wish": "shorter"},
    ),
    *(
        api(f"POST video/projects/{{id}}/{step}/", Level.WRITE, About.SITE, 202, **VIDEO)
        for step in (
            "generate-script",
            "generate-voiceover",
            "generate-visuals",
            "compose",
            "render",
            "generate-listings",
        )
    ),
    api("GET video/projects/{id}/listings/", Level.READ, About.SITE, **VIDEO),
    api(
        "PUT video/projects/{id}/listings/{platform}/",
        Level.WRITE,
        About.SITE,
        **VIDEO,
        platform="tiktok",
        match="1",
        body=lambda _of: {"title": "Ratio", "description": "Weigh it.", "hashtags": ["#espresso"]},
    ),
    api("GET video/voices/", Level.READ, About.CALLER),
    api("GET video/voices/{provider}/{voice}/sample/", Level.READ, About.CALLER, provider="espeak-ng", voice="en-us"),
    api("GET video/projects/{id}/assets/", Level.READ, About.SITE, **VIDEO),
    api("GET video/projects/{id}/renders/", Level.READ, About.SITE, **VIDEO),
    api("DELETE video/projects/{id}/", Level.WRITE, About.SITE, **VIDEO),
    api(
        "POST video/projects/{id}/publish/",
        Level.WRITE,
        About.SITE,
        202,
        **VIDEO,
        body=lambda _of: {"platforms": ["tiktok"], "privacy": {"tiktok": "SELF_ONLY"}},
    ),
    api("GET video/projects/{id}/publish-status/", Level.READ, About.SITE, **VIDEO),
    api("GET video/analytics/overview/", Level.READ, About.LIST),
    api("GET video/analytics/project/{id}/", Level.READ, About.SITE, **VIDEO),
    api("GET video/connections/", Level.READ, About.LIST),
    api(
        "POST video/connections/",
        Level.MANAGE,
        About.SITE,
        body=lambda of: {"site": of["site"], "platform": "tiktok"},
    ),
    # A state that nobody made is refused whoever sends it.
    api(
        "POST video/connections/finish/", Level.MANAGE, About.CALLER, 400, body=lambda _of: {"code": "c", "state": "s"}
    ),
    api("GET video/connections/{id}/", Level.READ, About.SITE, id="connection"),
    api(
        "PATCH video/connections/{id}/",
        Level.MANAGE,
        About.SITE,
        id="connection",
        body=lambda _of: {"privacy": "SELF_ONLY"},
    ),
    api("DELETE video/connections/{id}/", Level.MANAGE, About.SITE, id="connection"),
    api("GET media/{key:path}", Level.READ, About.SITE, key="media"),
)
