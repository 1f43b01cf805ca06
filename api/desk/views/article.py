"""What an article's page shows: where it stands, what the checks say and of which words, what it cost, its versions."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from api.desk.word_diff import Piece, word_diff
from api.problems import not_found
from igny8_resources.contracts.writer import ArticleDraft
from igny8_resources.settings import Settings
from igny8_resources.warehouse.store.sources import sources_of
from igny8_resources.warehouse.store.versions import version_of
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditUsage
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Content, ContentVersion, Image, Task, TaskSource

MOST_CALLS = 60
CHECK_TITLES = {"text": "Text", "images": "Pictures", "schema": "Structured data"}
_PLACES = {
    "title": "Title",
    "slug": "Address",
    "meta_title": "Meta title",
    "meta_description": "Meta description",
    "introduction": "Introduction",
    "takeaways": "Key takeaways",
    "faq": "Questions",
    "conclusion": "Conclusion",
    "call_to_action": "Call to action",
    "pros_cons": "Pros and cons",
    "citation": "Citation",
}


@dataclass(frozen=True)
class Remark:
    """One thing that a check found: where in words, what it says, and the passage that it means (may be empty)."""

    is_error: bool
    place: str
    message: str
    passage: str


@dataclass(frozen=True)
class CheckResult:
    """One check's verdict with its remarks, errors first."""

    title: str
    passed: bool
    remarks: list[Remark]


@dataclass(frozen=True)
class Call:
    """One call to a model that was made for the article."""

    operation: str
    provider: str
    model: str
    tokens: int
    credits: Decimal
    list_credits: Decimal
    cost_usd: Decimal | None


@dataclass(frozen=True)
class Costs:
    """What the article cost: its newest calls and their sums over all of them."""

    calls: list[Call]
    count: int
    credits: Decimal
    list_credits: Decimal
    cost_usd: Decimal | None


@dataclass(frozen=True)
class Picture:
    """A picture with what screen readers say of it; ``src`` is None until its file is made."""

    src: str | None
    alt: str
    caption: str
    role: str
    provider: str
    width: int
    height: int


@dataclass(frozen=True)
class SectionLine:
    """A section that can be asked for anew."""

    index: int
    heading: str


@dataclass(frozen=True)
class NextArticle:
    """The article to review after this one, and how many of the site wait, that one included."""

    content_id: int
    title: str
    waiting: int


@dataclass(frozen=True)
class ArticlePage:
    """Everything on an article's page."""

    content: Content
    task: Task
    site: Site
    preview: str | None
    checks: list[CheckResult]
    json_ld: str
    costs: Costs
    versions: Sequence[ContentVersion]
    pictures: list[Picture]
    sources: Sequence[TaskSource]
    sections: list[SectionLine]
    to_supply: list[str]
    next: NextArticle | None

    @property
    def errors(self) -> int:
        """How many remarks keep the article from being published."""
        return sum(remark.is_error for check in self.checks for remark in check.remarks)

    @property
    def proposals(self) -> list[ContentVersion]:
        """Versions that wait for a decision."""
        return [version for version in self.versions if version.status == "proposal"]


def article_page(session: Session, settings: Settings, content_id: int) -> ArticlePage:
    """One article, whole.

    Raises:
        Problem: 404, there is none.
    """
    row = session.execute(
        select(Content, Task, Site)
        .join(Task, Task.id == Content.task_id)
        .join(Site, Site.id == Content.site_id)
        .where(Content.id == content_id)
    ).one_or_none()
    if row is None:
        raise not_found("article")
    content, task, site = row
    draft = _draft_of(content.draft)
    versions = session.scalars(
        select(ContentVersion).where(ContentVersion.content_id == content.id).order_by(ContentVersion.version.desc())
    ).all()
    return ArticlePage(
        content=content,
        task=task,
        site=site,
        preview=_preview(settings, task.partition_key, content.slug),
        checks=_checks(content.checks, draft),
        json_ld=json.dumps(content.schema_data, indent=2, ensure_ascii=False) if content.schema_data else "",
        costs=_costs(session, task.partition_key or ""),
        versions=versions,
        pictures=_pictures(session, content.id),
        sources=sources_of(session, task.id),
        sections=[SectionLine(index, section.heading) for index, section in enumerate(draft.sections)] if draft else [],
        to_supply=[wish for section in draft.sections for wish in section.to_supply] if draft else [],
        next=_next(session, task),
    )


def _next(session: Session, task: Task) -> NextArticle | None:
    """The site's next article in review: in the board's order after this one, or from its top when this is the last."""
    others = (Task.site_id == task.site_id, Task.status == "review", Task.id != task.id)
    row = session.execute(
        select(Content.id, Content.title, func.count().over())
        .join(Task, Task.id == Content.task_id)
        .where(*others)
        .order_by(case((Task.id < task.id, 0), else_=1), Task.id.desc())
        .limit(1)
    ).one_or_none()
    return NextArticle(*row) if row else None


@dataclass(frozen=True)
class Change:
    """One block that differs, word by word."""

    kind: str
    place: str
    pieces: list[Piece]


@dataclass(frozen=True)
class Comparison:
    """Two versions of an article, compared."""

    content: Content
    site: Site
    older: ContentVersion
    newer: ContentVersion
    changes: list[Change]


def compare(session: Session, content_id: int, newer: int, older: int | None) -> Comparison:
    """A version beside another one: beside the article's text, or for that text beside the version before it.

    Raises:
        Problem: 404, there is no such article.
        UnknownVersion: there is no such version.
    """
    from igny8_assets.writer.version_diff import version_diff

    row = session.execute(
        select(Content, Site).join(Site, Site.id == Content.site_id).where(Content.id == content_id)
    ).one_or_none()
    if row is None:
        raise not_found("article")
    content, site = row
    new = version_of(session, content, newer)
    if older is None:
        older = content.version if content.version != newer else _before(session, content, newer)
    old = version_of(session, content, older)
    first, second = (ArticleDraft.model_validate(version.draft) for version in (old, new))
    changes = [
        Change(change.kind, place_in_words(change.where, second if change.kind != "removed" else first),
               word_diff(change.before, change.after))
        for change in version_diff(first, second)
    ]  # fmt: skip
    return Comparison(content, site, old, new, changes)


def _before(session: Session, content: Content, number: int) -> int:
    earlier = session.scalar(
        select(func.max(ContentVersion.version)).where(
            ContentVersion.content_id == content.id, ContentVersion.version < number
        )
    )
    return earlier or number


def _draft_of(stored: Mapping[str, Any]) -> ArticleDraft | None:
    return ArticleDraft.model_validate(stored) if stored else None


def _preview(settings: Settings, partition: str | None, slug: str) -> str | None:
    """The draft page's path on this host, None until it has been built."""
    if not partition:
        return None
    token = settings.draft_token(partition)
    folder: Path = settings.drafts_folder / token
    if (folder / slug / "index.html").is_file():
        return f"/drafts/{token}/{quote(slug)}/"
    return None


def _checks(stored: Mapping[str, Any], draft: ArticleDraft | None) -> list[CheckResult]:
    passages = _passages(draft)
    found = []
    for name, verdict in stored.items():
        if not isinstance(verdict, dict):
            continue
        remarks = [_remark(line, True, passages, draft) for line in verdict.get("errors", [])]
        remarks += [_remark(line, False, passages, draft) for line in verdict.get("warnings", [])]
        if verdict.get("message"):
            remarks.append(Remark(verdict.get("severity") == "error", "", str(verdict["message"]), ""))
        title = CHECK_TITLES.get(name, name.replace("_", " ").capitalize())
        found.append(CheckResult(title, bool(verdict.get("passed")), remarks))
    return sorted(found, key=lambda check: check.passed)


def _remark(line: Any, is_error: bool, passages: Mapping[str, str], draft: ArticleDraft | None) -> Remark:
    where, separator, message = str(line).partition(": ")
    if not separator:
        return Remark(is_error, "", str(line), "")
    return Remark(is_error, place_in_words(where, draft), message, passages.get(where, ""))


def _passages(draft: ArticleDraft | None) -> dict[str, str]:
    from igny8_assets.article_passages import passages

    if draft is None:
        return {}
    found = {name: getattr(draft, name) for name in ("title", "slug", "meta_title", "meta_description")}
    for passage in passages(draft):
        found.setdefault(passage.where, passage.text)
    return found


def place_in_words(where: str, draft: ArticleDraft | None) -> str:
    """A passage's name for a person: ``section:2/paragraph:1`` is ``Section 3, “Dose”, paragraph 2``."""
    first, _, rest = where.partition("/")
    name, _, number = first.partition(":")
    said = _PLACES.get(name, name.replace("_", " ").capitalize())
    if name == "section" and number.isdigit():
        said = f"Section {int(number) + 1}"
        if draft is not None and int(number) < len(draft.sections):
            said += f", “{draft.sections[int(number)].heading}”"
    elif number.isdigit():
        said += f" {int(number) + 1}"
    for part in rest.split("/") if rest else []:
        inner, _, index = part.partition(":")
        said += f", {inner.replace('_', ' ')}" + (f" {int(index) + 1}" if index.isdigit() else "")
    return said


def _costs(session: Session, partition: str) -> Costs:
    of_article = (CreditUsage.subject == partition, CreditUsage.subject != "")
    count, credits, listed, money = session.execute(
        select(
            func.count(CreditUsage.id),
            func.sum(CreditUsage.credits),
            func.sum(CreditUsage.list_credits),
            func.sum(CreditUsage.cost_usd),
        ).where(*of_article)
    ).one()
    rows = session.execute(
        select(CreditUsage, AiCall.input_tokens + AiCall.output_tokens)
        .join(AiCall, AiCall.id == CreditUsage.ai_call_id)
        .where(*of_article)
        .order_by(CreditUsage.id.desc())
        .limit(MOST_CALLS)
    ).tuples()
    calls = [
        Call(usage.operation, usage.provider, usage.model, tokens, usage.credits, usage.list_credits, usage.cost_usd)
        for usage, tokens in rows
    ]
    return Costs(calls, count, credits or Decimal(0), listed or Decimal(0), money)


def _pictures(session: Session, content_id: int) -> list[Picture]:
    rows = session.scalars(select(Image).where(Image.content_id == content_id).order_by(Image.position))
    return [
        Picture(
            f"/desk/media/{quote(row.media_key)}" if row.status == "ready" and row.media_key else None,
            row.alt_text,
            row.caption,
            "Title picture" if row.role == "featured" else "In the text",
            row.provider,
            row.width,
            row.height,
        )
        for row in rows
    ]


def is_web_address(url: str) -> bool:
    """Whether a source's address may become a link: a page on the web and nothing else."""
    return url.lower().startswith(("http://", "https://"))
