"""Structured data and on-page elements: one article a partition."""

import json

import dagster as dg

from igny8_assets.explained import explained
from igny8_assets.partitions import articles
from igny8_assets.shown import OWNERS, credits_shown, preview, skipped
from igny8_resources.resources import PlatformResource


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
    from igny8_assets.schema.building import build_article_schema

    with explained():
        built = build_article_schema(platform.platform, context.partition_key)
    if built.data is None or built.call is None:
        return skipped(built.skipped)
    types = [node["@type"] for node in built.nodes]
    names = {name for kind in types for name in ([kind] if isinstance(kind, str) else kind)}
    return dg.MaterializeResult(
        metadata={
            "nodes": len(types),
            "types": ", ".join(sorted(names)),
            "left_out": "; ".join(built.data.left_out) or "nothing",
            "json_ld": preview(f"```json\n{json.dumps(built.data.graph, indent=1, ensure_ascii=False)}\n```"),
            **credits_shown([built.call]),
        }
    )
