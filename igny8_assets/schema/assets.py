"""Structured data and on-page elements: one article a partition."""

import json

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.partitions import articles
from igny8_assets.shown import OWNERS, credits_shown, preview, skipped
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
    from igny8_resources.warehouse.store.sites import module_enabled, tenant_of

    parts, partition = platform.platform, context.partition_key
    with explained():
        with parts.warehouse.read() as session:
            content, _, site = store.content_of(session, partition)
            if not module_enabled(session, site.id, "schema"):
                return skipped(f"the schema module is switched off for {site.key}")
        charge = parts.ai.charge(
            tenant_of(site),
            "schema",
            subject=partition,
            provider=content.provider,
            inputs={"version": content.version},
        )
        with parts.warehouse.write() as session:
            content, _, site = store.content_of(session, partition, lock=True)
            made = structured_data(session, content, site)
            content.schema_data, content.serp_elements = made.graph, made.elements
            report_progress(session, partition, WRITE_ARTICLE, "PARSE", "structured data built")
    types = [node["@type"] for node in made.graph["@graph"]]
    names = {name for kind in types for name in ([kind] if isinstance(kind, str) else kind)}
    return dg.MaterializeResult(
        metadata={
            "nodes": len(types),
            "types": ", ".join(sorted(names)),
            "left_out": "; ".join(made.left_out) or "nothing",
            "json_ld": preview(f"```json\n{json.dumps(made.graph, indent=1, ensure_ascii=False)}\n```"),
            **credits_shown([charge]),
        }
    )
