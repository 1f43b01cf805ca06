"""A process that writes articles with paid calls over HTTP, and is killed with SIGKILL at a boundary of its work by name.

Each article takes two calls (the pictures' prompts at a fixed price, the text by its length) and one save. The boundaries
are found where they are: at the statements and commits that the process really sends.
"""

import os
import signal
from decimal import Decimal
from pathlib import Path
from typing import Any

import openai
from pydantic import BaseModel
from sqlalchemy import event, select
from sqlalchemy.orm import configure_mappers

import igny8_resources.warehouse.tables.registry  # noqa: F401 - tables that those below refer to
from igny8_resources.ai.calls import CallSpec, Performed
from igny8_resources.ai.journal import Journal
from igny8_resources.ai.openai_text import OpenAITextProvider
from igny8_resources.ai.providers import TextCall
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.writer import Content, Task
from tests.stand_ins.openai_server import API_KEY, MODEL

# What every process would do for itself is done before they are forked: a kill costs a tenth of a second, not a whole one.
configure_mappers()
openai.OpenAI(base_url="http://127.0.0.1:9", api_key="none").chat.completions  # noqa: B018 - its modules load when it is touched

PROVIDER_WORKS = "while the provider works"  # the stand-in server kills at this one
BOUNDARIES = (
    "before reserve",
    "inside reserve",
    "before reserve commits",
    "after reserve",
    PROVIDER_WORKS,
    "after the answer",
    "inside settle",
    "before settle commits",
    "after settle",
    "before save",
    "before save commits",
    "after save",
)
# Here the provider has answered and the journal does not have it: nobody but the provider knows.
ANSWER_LOST = {PROVIDER_WORKS, "after the answer", "inside settle", "before settle commits"}
OPERATIONS = (("generate_image_prompts", "image_prompts", "1"), ("generate_content", "content", "9"))
# What an article costs: its prompts, and 800 of the 900 words that are reserved.
CREDITS_AN_ARTICLE = Decimal(2) + 5 * Decimal(8)


class Brief(BaseModel):
    """What the model is asked about."""

    title: str


class Written(BaseModel):
    """What the model answers."""

    text: str


class Death:
    """Ends the process when it reaches a boundary for the so-and-so-manieth time."""

    def __init__(self, boundary: str, occurrence: int) -> None:
        self.boundary, self.left, self.phase = boundary, occurrence, ""

    def reach(self, boundary: str) -> None:
        self.left -= boundary == self.boundary
        if boundary == self.boundary and self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, warehouse: Warehouse) -> None:
        event.listen(warehouse.engine, "before_cursor_execute", self._statement)
        event.listen(warehouse.engine, "commit", self._commit)

    def _statement(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("WITH called", "WITH done")):
            # One statement that commits by itself: the last moment before it is sent is both.
            self.reach(f"inside {self.phase}")
            self.reach(f"before {self.phase} commits")
        elif self.phase == "reserve" and statement.startswith("INSERT INTO credit_transactions"):
            self.reach("inside reserve")
        elif statement.startswith("INSERT INTO credit_usage"):
            self.reach("inside settle")

    def _commit(self, _connection: Any) -> None:
        if self.phase:
            self.reach(f"before {self.phase} commits")


def work(url: str, server: str, account_id: int, boundary: str = "", occurrence: int = 0) -> None:
    """Write every article that is queued, the oldest first, until death."""
    # The stand-in speaks plain HTTP: no certificates, which take longer to read than an article takes to write.
    os.environ["SSL_CERT_DIR"] = str(Path(__file__).parent)
    warehouse, death = Warehouse(url), Death(boundary, occurrence)
    death.watch(warehouse)
    provider = OpenAITextProvider(server, API_KEY, MODEL)
    with warehouse.read() as session:
        queued = select(Task.id).where(Task.account_id == account_id, Task.status == "queued")
        task_ids = session.scalars(queued.order_by(Task.id)).all()
    for task_id in task_ids:
        _write(warehouse, provider, death, account_id, task_id)


def _write(warehouse: Warehouse, provider: OpenAITextProvider, death: Death, account_id: int, task_id: int) -> None:
    texts, used = [], Decimal(0)
    for function, operation, units in OPERATIONS:
        with warehouse.read() as session:
            task = session.get_one(Task, task_id)
        brief = Brief(title=task.title)
        spec = CallSpec(
            account_id=account_id,
            site_id=task.site_id,
            kind="text",
            function=function,
            subject=task.partition_key or "",
            provider=provider.name,
            model=provider.model,
            operation=operation,
            units=Decimal(units),
            inputs=brief.model_dump(),
        )

        def perform(function: str = function, brief: Brief = brief) -> Performed:
            death.phase = ""
            death.reach("after reserve")
            answer = provider.complete(TextCall(function, "Write.", brief, Written))
            death.reach("after the answer")
            death.phase = "settle"
            units = Decimal(8) if function == "generate_content" else Decimal(1)
            return Performed(dict(answer.payload), units=units, cost_usd=Decimal("0.002"))

        death.reach("before reserve")
        death.phase = "reserve"
        answered = Journal(warehouse).answer(spec, perform)
        death.phase = ""
        death.reach("after settle")
        texts.append(str(answered.response["text"]))
        used += answered.credits
    death.reach("before save")
    death.phase = "save"
    with warehouse.write() as session:
        task = session.get_one(Task, task_id)
        content = Content(
            account_id=account_id,
            site_id=task.site_id,
            task_id=task.id,
            cluster_id=task.cluster_id,
            title=task.title,
            slug=f"article-{task.id}",
            content_type=task.content_type,
            content_structure=task.content_structure,
            primary_keyword=task.primary_keyword,
            html="\n".join(texts),
            credits_used=used,
            status="review",
        )
        session.add(content)
        task.status = "review"
    death.phase = ""
    death.reach("after save")
