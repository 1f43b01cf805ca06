"""Tasks, articles and images: looked up and saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from igny8_resources.contracts.outlines import contract_for
from igny8_resources.contracts.planner import KeywordFacts
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft, ImagePlan
from igny8_resources.events import append_event
from igny8_resources.warehouse.store.sites import author_of, automation_of, voice_of
from igny8_resources.warehouse.store.sources import brief_sources
from igny8_resources.warehouse.store.strategies import with_strategy
from igny8_resources.warehouse.tables.planner import Cluster, ClusterKeyword, Keyword
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Content, ContentVersion, Image, Task

HUMAN = "user:"
# What a picture is made from; the others are words about it.
MADE_FROM = ("role", "section_index", "prompt", "headline", "lines")
MOST_SIBLING_TOPICS = 8


class UnknownArticle(LookupError):
    """There is no article partition with this key."""

    def __init__(self, partition: str) -> None:
        super().__init__(f"there is no article {partition!r}; its task may have been deleted")


class NothingWritten(LookupError):
    """The article has not been written yet."""

    def __init__(self, partition: str) -> None:
        super().__init__(f"article {partition!r} has no text yet; materialise `article` for this partition first")


def task_of(session: Session, partition: str) -> tuple[Task, Site]:
    """The task and site of an article partition.

    Raises:
        UnknownArticle: there is none.
    """
    row = session.execute(
        select(Task, Site).join(Site, Site.id == Task.site_id).where(Task.partition_key == partition)
    ).one_or_none()
    if row is None:
        raise UnknownArticle(partition)
    return row[0], row[1]


def content_of(session: Session, partition: str, *, lock: bool = False) -> tuple[Content, Task, Site]:
    """The article of a partition with its task and site.

    Raises:
        UnknownArticle: there is no such partition.
        NothingWritten: its article has not been written.
    """
    task, site = task_of(session, partition)
    query = select(Content).where(Content.task_id == task.id)
    content = session.scalar(query.with_for_update(key_share=True) if lock else query)
    if content is None:
        raise NothingWritten(partition)
    return content, task, site


def images_of(session: Session, content_id: int) -> Sequence[Image]:
    """An article's images, the featured one first."""
    return session.scalars(select(Image).where(Image.content_id == content_id).order_by(Image.position)).all()


def cluster_keywords(session: Session, cluster_id: int) -> list[KeywordFacts]:
    """A cluster's keywords, the most searched first."""
    rows = session.scalars(
        select(Keyword)
        .join(ClusterKeyword, ClusterKeyword.keyword_id == Keyword.id)
        .where(ClusterKeyword.cluster_id == cluster_id)
    )
    facts = [
        KeywordFacts(text=row.text, volume=row.volume, difficulty=row.difficulty, intents=tuple(row.intents))
        for row in rows
    ]
    return sorted(facts, key=lambda keyword: (-(keyword.volume or 0), keyword.text))


def brief_for(session: Session, task: Task, site: Site) -> ArticleBrief:
    """Everything that the writer knows about a task, and the outline contract of the page that it asks for.

    The active strategy of its sector, or of its site, has changed the contract's parts and the outline.

    Raises:
        UnsuitableStructure: the task's content type cannot have its structure.
    """
    contract = contract_for(task.content_type, task.content_structure).for_words(task.target_words)
    by_text = {keyword.text.casefold(): keyword for keyword in cluster_keywords(session, task.cluster_id)}

    def facts(text: str) -> KeywordFacts:
        return by_text.get(text.casefold(), KeywordFacts(text=text))

    siblings = session.scalars(
        select(Cluster.name)
        .where(
            Cluster.site_id == site.id,
            Cluster.sector_id == task.sector_id,
            Cluster.id != task.cluster_id,
            Cluster.status == "active",
        )
        .order_by(Cluster.opportunity.desc(), Cluster.id)
        .limit(MOST_SIBLING_TOPICS)
    )
    brief = ArticleBrief(
        voice=voice_of(session, site, task.author_id),
        content_type=task.content_type,
        content_structure=task.content_structure,
        title=task.title,
        angle=_angle(session, task),
        primary_keyword=facts(task.primary_keyword),
        secondary_keywords=tuple(facts(text) for text in task.secondary_keywords),
        questions=tuple(task.questions),
        outline=tuple(task.outline),
        sibling_topics=tuple(siblings),
        target_words=task.target_words,
        sources=brief_sources(session, task.id),
        contract=contract,
    )
    return with_strategy(session, site.id, task.sector_id, brief)


def _angle(session: Session, task: Task) -> str:
    from igny8_resources.warehouse.tables.planner import ContentIdea

    return session.scalar(select(ContentIdea.angle).where(ContentIdea.id == task.idea_id)) or ""


@dataclass(frozen=True)
class WrittenBy:
    """Who or what wrote a version."""

    name: str
    provider: str
    model: str
    ai_call_id: int | None


def save_article(
    session: Session, task: Task, site: Site, draft: ArticleDraft, html: str, words: int, writer: WrittenBy
) -> tuple[Content, bool]:
    """Save a written article as a version.

    The same draft again changes nothing. A model's draft for an article that a person's text has ever been the text of
    becomes a proposal and leaves the article as people left it. A new text takes every approval of the old one away.

    Returns:
        The article and whether its current text changed.
    """
    content = session.scalar(select(Content).where(Content.task_id == task.id).with_for_update(key_share=True))
    payload = draft.model_dump(mode="json")
    by_person = writer.name.startswith(HUMAN)
    author = author_of(session, site, task.author_id)
    if content is None:
        content = Content(
            account_id=task.account_id,
            site_id=task.site_id,
            sector_id=task.sector_id,
            task_id=task.id,
            cluster_id=task.cluster_id,
            content_type=task.content_type,
            content_structure=task.content_structure,
            primary_keyword=task.primary_keyword,
            secondary_keywords=task.secondary_keywords,
            title=draft.title,
            slug=_free_slug(session, task.site_id, draft.slug),
            version=0,
        )
        session.add(content)
    elif _same_text(content.draft, payload):
        return content, False
    content.author_id = author.id if author else None
    session.flush()
    versions = list(
        session.scalars(
            select(ContentVersion).where(ContentVersion.content_id == content.id).order_by(ContentVersion.version)
        )
    )
    # A person may well go back to an earlier text; a model that gives an earlier answer again says nothing new.
    if not by_person and any(_same_text(version.draft, payload) for version in versions):
        return content, False
    kept_beside = not by_person and people_wrote(versions)
    version = ContentVersion(
        account_id=task.account_id,
        site_id=task.site_id,
        content_id=content.id,
        version=max((version.version for version in versions), default=0) + 1,
        title=draft.title,
        draft=payload,
        written_by=writer.name,
        status="proposal" if kept_beside else "standing",
        ai_call_id=writer.ai_call_id,
    )
    session.add(version)
    session.flush()
    if kept_beside:
        append_event(
            session,
            "article.proposed",
            task.partition_key or "",
            account_id=task.account_id,
            site_id=task.site_id,
            payload={"content_id": content.id, "version": version.version},
            actor=writer.name,
        )
        return content, False
    let_stand(session, content, task, version, draft, html, words)
    content.provider, content.model, content.ai_call_id = writer.provider, writer.model, writer.ai_call_id
    session.flush()
    return content, True


def add_standing(
    session: Session, content: Content, task: Task, draft: ArticleDraft, html: str, words: int, written_by: str
) -> ContentVersion:
    """Make a draft the article's text as a version of its own, also where an earlier version says the same."""
    newest = session.scalar(select(func.max(ContentVersion.version)).where(ContentVersion.content_id == content.id))
    version = ContentVersion(
        account_id=content.account_id,
        site_id=content.site_id,
        content_id=content.id,
        version=(newest or 0) + 1,
        title=draft.title,
        draft=draft.model_dump(mode="json"),
        written_by=written_by,
    )
    session.add(version)
    session.flush()
    let_stand(session, content, task, version, draft, html, words)
    return version


def people_wrote(versions: Sequence[ContentVersion]) -> bool:
    """Whether a text of a person is or has been the article's: from then on nothing replaces it but a person."""
    return any(each.written_by.startswith(HUMAN) and each.status in {"standing", "past"} for each in versions)


def let_stand(
    session: Session,
    content: Content,
    task: Task,
    version: ContentVersion,
    draft: ArticleDraft,
    html: str,
    words: int,
) -> None:
    """Make a version the article's text; nobody has approved or checked it yet."""
    for other in session.scalars(
        select(ContentVersion).where(ContentVersion.content_id == content.id, ContentVersion.status == "standing")
    ):
        if other.id != version.id:
            other.status = "past"
    version.status = "standing"
    content.title, content.meta_title, content.meta_description = draft.title, draft.meta_title, draft.meta_description
    content.draft, content.html, content.word_count = draft.model_dump(mode="json"), html, words
    content.version, content.status, content.checks_passed = version.version, "draft", False
    content.approved_at, content.approved_by = None, ""
    task.status = "draft"
    session.flush()


def _same_text(stored: dict[str, Any], payload: dict[str, Any]) -> bool:
    """Whether a stored draft says the same; one from before a field was added lacks it."""
    if stored == payload:
        return True
    return bool(stored) and ArticleDraft.model_validate(stored).model_dump(mode="json") == payload


def _free_slug(session: Session, site_id: int, wanted: str) -> str:
    taken = set(
        session.scalars(select(Content.slug).where(Content.site_id == site_id, Content.slug.startswith(wanted)))
    )
    if wanted not in taken:
        return wanted
    return next(f"{wanted}-{number}" for number in range(2, 10_000) if f"{wanted}-{number}" not in taken)


def save_image_plan(session: Session, content: Content, plan: ImagePlan) -> int:
    """Save an article's image prompts; a prompt that did not change keeps its picture.

    Returns:
        How many images are still to be made.
    """
    known = {image.position: image for image in images_of(session, content.id)}
    for position, prompt in enumerate(plan.images):
        values: dict[str, Any] = prompt.model_dump(mode="json")
        image = known.pop(position, None)
        if image is None:
            image = Image(account_id=content.account_id, site_id=content.site_id, content_id=content.id)
            image.position, image.status = position, "prompted"
            session.add(image)
        elif all(getattr(image, name) == values[name] for name in MADE_FROM):
            # What a person wrote about the picture stays with the picture.
            continue
        for name, value in values.items():
            setattr(image, name, value)
        image.status = "prompted"
    for surplus in known.values():
        session.delete(surplus)
    session.flush()
    return sum(image.status == "prompted" for image in images_of(session, content.id))


def in_article_images(session: Session, site: Site) -> int:
    """How many pictures stand inside an article of this site."""
    return automation_of(session, site.id).in_article_images
