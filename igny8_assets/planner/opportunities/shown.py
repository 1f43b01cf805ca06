"""What opportunities and taxonomies show in Dagster's UI."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg

from igny8_assets.shown import markdown_table

if TYPE_CHECKING:
    from igny8_assets.planner.opportunities.site_finding import FoundOpportunities
    from igny8_assets.planner.taxonomies.site_terms import MappedTerms

MOST_OPPORTUNITIES_SHOWN = 40
MOST_TERMS_SHOWN = 60


def opportunities_shown(found: "FoundOpportunities") -> Mapping[str, Any]:
    """The best opportunities with their reasons, how many of each kind, and what could not be looked for."""
    best = sorted(found.findings, key=lambda each: -each.score)[:MOST_OPPORTUNITIES_SHOWN]
    kinds = Counter(each.kind for each in found.findings)
    return {
        "dagster/partition_row_count": len(found.findings),
        **dict(sorted(kinds.items())),
        "changes": ", ".join(f"{number} {name}" for name, number in found.counts.items()),
        "not_looked_for": dg.MetadataValue.md("\n".join(f"- {reason}" for reason in found.skipped)),
        "opportunities": dg.MetadataValue.md(
            markdown_table(
                ["kind", "what", "score", "why", "advice"],
                [(each.kind, each.title, each.score, each.reason, each.advice) for each in best],
            )
        ),
    }


def terms_shown(mapped: "MappedTerms") -> Mapping[str, Any]:
    """The terms that a person should look at first, then the others with their clusters."""
    order = {"review": 0, "unmapped": 1, "mapped": 2}
    terms = sorted(mapped.terms, key=lambda term: (order[term.mapping_status], term.external_taxonomy, term.name))
    rows = [
        (
            term.external_taxonomy,
            term.name,
            mapped.cluster_names.get(term.mapped_cluster_id or 0, "-"),
            "-" if term.mapping_confidence is None else f"{term.mapping_confidence:.0%}",
            term.mapping_method or "-",
            term.mapping_status,
        )
        for term in terms[:MOST_TERMS_SHOWN]
    ]
    return {
        "dagster/partition_row_count": len(terms),
        **{f"terms_{status}": number for status, number in sorted(mapped.counts.items())},
        "terms": dg.MetadataValue.md(
            markdown_table(["taxonomy", "term", "cluster", "confidence", "decided by", "status"], rows)
        ),
    }
