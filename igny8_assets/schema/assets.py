"""Structured data and on-page elements: one article a partition."""

import json

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.partitions import articles
from igny8_assets.shown import OWNERS, credits_shown, preview
from igny8_resources.resources import PlatformResource
from jobs.names import WRITE_ARTICLE


@dg.asset(
    partitions_def=articles,
    group_name="schema",
    kinds={"json"},
    owners=OWNERS,
    code_version="1",
    deps=["article", "images"],
)
def article_schema(context: dg.AssetExecutionContext, platform: PlatformResource) -> dg.MaterializeResult:
    """One connected graph of schema.org data for one article, and its on-page elements (summary, contents, questions)."""
    from igny8_assets.schema.structured_data import structured_data
    from igny8_resources.requests import report_progress
    from igny8_resources.warehouse.store import writer as store
    from igny8_resources.warehouse.store.sites import require_module, tenant_of

    parts, partition = platform.platform, context.partition_key
    with explained():
        with parts.warehouse.write() as session:
            content, _, site = store.content_of(session, partition, lock=True)
            require_module(session, site, "schema")
            made = structured_data(session, content, site)
            content.schema_data, content.serp_elements = made.graph, made.elements
            report_progress(session, partition, WRITE_ARTICLE, "PARSE", "structured data built")
        charge = parts.ai.charge(
            tenant_of(site),
            "schema",
            subject=partition,
            provider=content.provider,
            inputs={"version": content.version},
        )
    types = [node["@type"] for node in made.graph["@graph"]]
    return dg.MaterializeResult(
        metadata={
            "nodes": len(types),
            "types": ", ".join(sorted({str(kind) for kind in types})),
            "left_out": "; ".join(made.left_out) or "nothing",
            "json_ld": preview(f"```json\n{json.dumps(made.graph, indent=1, ensure_ascii=False)}\n```"),
            **credits_shown([charge]),
        }
    )
