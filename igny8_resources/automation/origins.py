"""Which rules an event comes from, so that no rule goes on setting itself off.

A rule's requests carry the rules that led to them, and what a rule does by itself is signed with its name.
"""

import re
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from igny8_resources.requests import OPEN_ITEM
from igny8_resources.warehouse.tables.ledgers import Event, Request, RequestItem
from igny8_resources.warehouse.tables.tenancy import Site
from igny8_resources.warehouse.tables.writer import Content, Task

# The name under which a request's payload says where it comes from.
NOTE = "automation"
# Rules that set each other off: the fifth one in a row is the last.
LONGEST_CHAIN = 5
_ACTOR = re.compile(r"automation:rule:(\d+)")
_REQUESTS_LOOKED_AT = 20


def actor_of(rule_id: int) -> str:
    """How events and approvals name a rule."""
    return f"automation:rule:{rule_id}"


def chain_of(session: Session, site: Site, event: Event) -> tuple[int, ...]:
    """The rules whose effect an event is, by their ids in ascending order; empty when none had a hand in it."""
    rules = {int(found[1]) for found in [_ACTOR.fullmatch(event.actor)] if found}
    of_item = (
        select(Request.payload)
        .join(RequestItem, RequestItem.request_id == Request.id)
        .where(Request.account_id == event.account_id, Request.created_at <= event.created_at)
        .order_by(RequestItem.id.desc())
        .limit(_REQUESTS_LOOKED_AT)
    )
    article = session.execute(
        select(Task.request_id, Content.approved_by)
        .outerjoin(Content, Content.task_id == Task.id)
        .where(Task.partition_key == event.subject)
    ).one_or_none()
    payloads = list(
        session.scalars(of_item.where(RequestItem.subject == event.subject)) if event.subject != site.key else ()
    )
    # What happens to a site as a whole comes of the work that was under way on it.
    under_way = or_(RequestItem.status.in_(OPEN_ITEM), RequestItem.updated_at >= event.created_at)
    if article is None:
        payloads += session.scalars(of_item.where(RequestItem.subject == site.key, under_way))
    else:
        payloads += session.scalars(select(Request.payload).where(Request.id == article.request_id))
        if found := _ACTOR.fullmatch(article.approved_by or ""):
            rules.add(int(found[1]))
    for payload in payloads:
        rules.update(_noted(payload))
    return tuple(sorted(rules))


def _noted(payload: dict[str, Any]) -> list[int]:
    note = payload.get(NOTE)
    return [int(rule) for rule in note["chain"]] if isinstance(note, dict) else []


def why_not_again(rule_id: int, chain: tuple[int, ...]) -> str:
    """Why an event of this origin does not start a rule; empty when it may."""
    if rule_id in chain:
        return "this is an effect of the rule itself, which does not set itself off"
    if len(chain) >= LONGEST_CHAIN:
        return f"{len(chain)} rules have set each other off already ({', '.join(map(str, chain))}); the chain ends here"
    return ""
