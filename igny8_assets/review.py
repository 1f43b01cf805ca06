"""The gate before publication: every check's verdict on an article as it stands, and who may approve it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from igny8_assets.findings import Finding, passed
from igny8_assets.schema.validation import validate_graph
from igny8_assets.writer.citations import citation_findings
from igny8_assets.writer.quality import check_article
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft
from igny8_resources.events import append_event
from igny8_resources.warehouse.store import writer as store
from igny8_resources.warehouse.store.approval import approve
from igny8_resources.warehouse.store.sites import automation_of, module_enabled
from igny8_resources.warehouse.store.sources import citable_sources
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Content, Task

AUTOMATION = "automation:auto_approve"


def article_findings(session: Session, content: Content, brief: ArticleBrief) -> list[Finding]:
    """What the text's own checks say, its citations held against the whole of their sources; errors first."""
    draft = ArticleDraft.model_validate(content.draft)
    found = [*_checked(draft, brief)]
    if draft.citations:
        found += citation_findings(draft, citable_sources(session, content.task_id, with_text=True))
    return sorted(found, key=lambda finding: finding.severity != "error")


# A run judges an article three times: after writing, for its figures, and at the end.
@lru_cache(maxsize=256)
def _checked(draft: ArticleDraft, brief: ArticleBrief) -> tuple[Finding, ...]:
    return tuple(check_article(draft, brief))


def schema_findings(session: Session, content: Content) -> list[Finding]:
    """What the structured data's checks say; a site that wants none has nothing to check."""
    if not module_enabled(session, content.site_id, "schema"):
        return []
    return list(validate_graph(content.schema_data))


def _image_findings(session: Session, content: Content) -> list[Finding]:
    images = store.images_of(session, content.id)
    if not images:
        return [
            Finding(check="images", severity="error", passage="images", message="there is no image; materialise images")
        ]
    return [
        Finding(
            check="images",
            severity="error",
            passage=f"image {image.position}",
            message="it is not made or has no alt text; materialise images",
        )
        for image in images
        if image.status != "ready" or not image.alt_text
    ]


@dataclass(frozen=True)
class Verdict:
    """Whether an article may be published, and every check's say."""

    passed: bool
    checks: dict[str, dict[str, Any]]


def verdict_on(session: Session, content: Content, brief: ArticleBrief) -> Verdict:
    """Run every check on the article's rows as they are now."""
    findings = {
        "text": article_findings(session, content, brief),
        "images": _image_findings(session, content),
        "schema": schema_findings(session, content),
    }
    checks = {
        name: {
            "passed": passed(found),
            "errors": [f"{f.passage}: {f.message}" for f in found if f.severity == "error"],
            "warnings": [f"{f.passage}: {f.message}" for f in found if f.severity != "error"],
        }
        for name, found in findings.items()
    }
    return Verdict(all(check["passed"] for check in checks.values()), checks)


def settle_review(session: Session, content: Content, task: Task, site: Site, verdict: Verdict) -> None:
    """Record the verdict; an article that passes moves to review, and on to approved where the site's automation says so."""
    content.checks, content.checks_passed = verdict.checks, verdict.passed
    if content.status in {"draft", "review"} and not verdict.passed:
        content.status = "draft"
    elif content.status == "draft":
        content.status = "review"
        # Whoever approved an earlier text did not approve this one.
        content.approved_at, content.approved_by = None, ""
        append_event(
            session,
            "article.ready",
            task.partition_key or "",
            account_id=site.account_id,
            site_id=site.id,
            payload={"content_id": content.id},
        )
    # A run that failed may have left its mark on the task of an article that had come further already.
    task.status = content.status
    if content.status == "review" and automation_of(session, site.id).auto_approve:
        approve(session, content, task, site, by=AUTOMATION)
