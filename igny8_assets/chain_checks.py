"""The blocking checks of the article chain as plain functions: what they find on an article as it stands.

Dagster's checks and a bulk job ask the same functions; an article whose findings hold an error goes no further.
"""

from collections.abc import Callable

from igny8_assets.findings import Finding
from igny8_assets.review import Verdict, article_findings, schema_findings, settle_review, verdict_on
from igny8_assets.writer.unsourced_figures import CHECK as UNSOURCED_FIGURES
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import writer as store


def text_findings(parts: Platform, partition: str) -> list[Finding]:
    """What stands against the text (check ``article_is_publishable`` of the asset ``article``)."""
    with parts.warehouse.read() as session:
        content, task, site = store.content_of(session, partition)
        return article_findings(session, content, store.brief_for(session, task, site))


def figure_findings(parts: Platform, partition: str) -> list[Finding]:
    """Figures that neither the brief nor a cited source knows (check ``figures_have_sources`` of the asset ``article``)."""
    return [finding for finding in text_findings(parts, partition) if finding.check == UNSOURCED_FIGURES]


def image_file_findings(parts: Platform, partition: str) -> list[Finding]:
    """Pictures without files or alt text (check ``every_image_has_its_files`` of the asset ``images``)."""
    with parts.warehouse.read() as session:
        content, _, _ = store.content_of(session, partition)
        images = store.images_of(session, content.id)
    if not images:
        return [_incomplete("images", "there is no image; materialise image_prompts and images")]
    return [
        _incomplete(
            f"image {image.position}", "it is not made, has no alt text or lacks a file; materialise images again"
        )
        for image in images
        if image.status != "ready"
        or not image.alt_text
        or not image.variants
        or not all(parts.media.exists(variant["key"]) for variant in image.variants)
    ]


def structured_data_findings(parts: Platform, partition: str) -> list[Finding]:
    """What is wrong with the graph (check ``schema_is_one_sound_graph`` of the asset ``article_schema``)."""
    with parts.warehouse.read() as session:
        content, _, _ = store.content_of(session, partition)
        return schema_findings(session, content)


def settled_verdict(parts: Platform, partition: str) -> tuple[Verdict, str]:
    """Judge the whole article and record it (check ``ready_for_review`` of the asset ``internal_links``).

    Returns:
        The verdict, and the status that the article has now.
    """
    with parts.warehouse.write() as session:
        content, task, site = store.content_of(session, partition, lock=True)
        verdict = verdict_on(session, content, store.brief_for(session, task, site))
        settle_review(session, content, task, site, verdict)
        return verdict, content.status


def review_findings(parts: Platform, partition: str) -> list[Finding]:
    """The verdict of ``settled_verdict`` as findings."""
    verdict, _ = settled_verdict(parts, partition)
    return verdict_findings(verdict)


def verdict_findings(verdict: Verdict) -> list[Finding]:
    """A verdict as findings."""
    return [
        Finding(check=name, severity="error" if kind == "errors" else "warning", passage=name, message=line)
        for name, check in verdict.checks.items()
        for kind in ("errors", "warnings")
        for line in check[kind]
    ]


Findings = Callable[[Platform, str], list[Finding]]

BLOCKING_CHECKS: dict[str, tuple[str, Findings]] = {
    "article": ("article_is_publishable", text_findings),
    "images": ("every_image_has_its_files", image_file_findings),
    "article_schema": ("schema_is_one_sound_graph", structured_data_findings),
    "internal_links": ("ready_for_review", review_findings),
}
"""By asset: the name of its blocking check, and what it finds on (platform, partition)."""


def _incomplete(passage: str, message: str) -> Finding:
    return Finding(check="images", severity="error", passage=passage, message=message)
