"""Builds the structured data of one article and saves it: what an asset and a bulk job do alike."""

from dataclasses import dataclass
from typing import Any

from igny8_assets.schema.structured_data import StructuredData, structured_data
from igny8_resources.ai.calls import Answered
from igny8_resources.platform import Platform
from igny8_resources.requests import report_progress
from igny8_resources.warehouse.store import writer as store
from igny8_resources.warehouse.store.sites import module_enabled, tenant_of
from jobs.names import WRITE_ARTICLE


@dataclass(frozen=True)
class BuiltSchema:
    """An article's structured data and the charge for it; both are None where ``skipped`` says why nothing was built."""

    data: StructuredData | None
    call: Answered | None
    skipped: str = ""

    @property
    def nodes(self) -> list[dict[str, Any]]:
        """The nodes of the graph."""
        return list(self.data.graph["@graph"]) if self.data else []


def build_article_schema(parts: Platform, partition: str) -> BuiltSchema:
    """Build and save the graph and the on-page elements of an article, unless the site wants none.

    Raises:
        NothingWritten: the article has no text yet.
        InsufficientCredits: the account cannot pay.
    """
    with parts.warehouse.read() as session:
        content, _, site = store.content_of(session, partition)
        if not module_enabled(session, site.id, "schema"):
            return BuiltSchema(None, None, f"the schema module is switched off for {site.key}")
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
    return BuiltSchema(made, charge)
