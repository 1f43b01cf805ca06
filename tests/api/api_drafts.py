"""Texts for the articles of a tenant: a standing version, two proposals beside it, and a source that may be cited."""

from api_tenants import Tenant

from igny8_resources.contracts.writer import ArticleDraft
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.sources import add_source
from igny8_resources.warehouse.tables.writer import Content, ContentVersion, Task
from tests.unit.article_samples import HOW_TO

SOURCE = "Descaling every two months keeps a machine alive for many years, says the report on water."


def ended(conclusion: str) -> ArticleDraft:
    """The sample article with another conclusion."""
    return HOW_TO.model_copy(update={"conclusion": (conclusion,)})


def add_drafts(warehouse: Warehouse, tenant: Tenant) -> None:
    """Give the article in review a text and the queued task an article: version 1 stands, 2 and 3 are proposals."""
    with warehouse.write() as session:
        task = session.get_one(Task, tenant.task("queued"))
        content = Content(
            account_id=task.account_id,
            site_id=task.site_id,
            task_id=task.id,
            cluster_id=task.cluster_id,
            content_type=task.content_type,
            content_structure=task.content_structure,
            title=task.title,
            slug="queued-before",
            status="draft",
        )
        session.add(content)
        session.flush()
        tenant.ids["content:queued"] = content.id
        # The video's article: its script cites it.
        session.get_one(Content, tenant.article("published")).draft = HOW_TO.model_dump(mode="json")
        for status in ("review", "queued"):
            content = session.get_one(Content, tenant.article(status))
            content.draft, content.version, content.title = HOW_TO.model_dump(mode="json"), 1, HOW_TO.title
            content.provider, content.model = "offline", "offline-1"
            task = session.get_one(Task, content.task_id)
            task.primary_keyword, task.title = "descale an espresso machine", HOW_TO.title
            add_source(session, task, title="Water report", text=SOURCE)
            session.query(ContentVersion).filter_by(content_id=content.id).delete()
            for number, draft in (
                (1, HOW_TO),
                (2, ended("Proposal 2 ends here.")),
                (3, ended("Proposal 3 ends here.")),
            ):
                session.add(
                    ContentVersion(
                        account_id=content.account_id,
                        site_id=content.site_id,
                        content_id=content.id,
                        version=number,
                        title=HOW_TO.title,
                        draft=draft.model_dump(mode="json"),
                        written_by="offline:offline-1",
                        status="standing" if number == 1 else "proposal",
                    )
                )
