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
    """Give the articles in review and published their texts: version 1 stands, 2 and 3 are proposals."""
    with warehouse.write() as session:
        for status in ("review", "published"):
            content = session.get_one(Content, tenant.article(status))
            content.draft, content.version, content.title = HOW_TO.model_dump(mode="json"), 1, HOW_TO.title
            content.provider, content.model = "offline", "offline-1"
            task = session.get_one(Task, content.task_id)
            task.primary_keyword, task.title = "descale an espresso machine", HOW_TO.title
            add_source(session, task, title="Water report", text=SOURCE)
            [first] = session.query(ContentVersion).filter_by(content_id=content.id)
            first.draft, first.status, first.title = content.draft, "standing", HOW_TO.title
            for number in (2, 3):
                session.add(
                    ContentVersion(
                        account_id=content.account_id,
                        site_id=content.site_id,
                        content_id=content.id,
                        version=number,
                        title=HOW_TO.title,
                        draft=ended(f"Proposal {number} ends here.").model_dump(mode="json"),
                        written_by="offline:offline-1",
                        status="proposal",
                    )
                )
