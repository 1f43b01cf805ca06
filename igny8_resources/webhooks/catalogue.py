"""Which events an application may hear, and what it is told of each.

Belongs here: the kinds, and the message made of an event. Does not belong here: who hears it (``fan_out``), and how it gets
there (``sending``). Only the fields that a kind names leave the house, so that nothing that an event learns to carry later,
such as who did it, goes out by accident.
"""

import json
from dataclasses import dataclass
from typing import Any

from igny8_resources.warehouse.tables.ledgers import Event

DISABLED = "webhook.disabled"
PING = "webhook.ping"


@dataclass(frozen=True)
class EventKind:
    """A kind of event: what it means, and the fields of its payload that are told."""

    kind: str
    meaning: str
    data: tuple[str, ...] = ()


_CREDITS = ("amount", "balance")
_CONTENT = ("content_id",)
_VERSION = ("content_id", "version")
_LISTING = ("project_id", "platform", "by")
_SCRIPT = ("project_id", "version", "by")
_REQUEST = ("kind", "failed", "items")

CATALOGUE = (
    EventKind("keywords.loaded", "Keywords of a file were taken into a site.", ("keywords", "new")),
    EventKind("clusters.built", "A site's keywords were clustered.", ("clusters", "keywords", "pillars")),
    EventKind("idea.created", "An idea for a page came up.", ("title", "status")),
    EventKind("task.created", "An article is to be written; the subject is its partition.", ("task_id", "title")),
    EventKind("article.drafted", "An article's text was written.", ("content_id", "version", "words")),
    EventKind("article.proposed", "A new text waits beside one that a person edited.", _VERSION),
    EventKind("article.edited", "A person changed an article's text.", _VERSION),
    EventKind("article.proposal_accepted", "A person took a proposed text.", _VERSION),
    EventKind("article.section_rewritten", "A section was written anew.", _VERSION),
    EventKind("article.ready", "An article passed every check and waits for review.", _CONTENT),
    EventKind("article.approved", "An article may be published.", _CONTENT),
    EventKind("article.published", "An article is live at its address.", ("content_id", "url")),
    EventKind("article.relinked", "A live article got new internal links.", _CONTENT),
    EventKind("social.drafted", "Posts about an article were drafted.", ("platforms",)),
    EventKind("video.project_created", "A video about an article was begun.", ("content_id", "preset")),
    EventKind("video.project_deleted", "A video was deleted with its files.", ("content_id", "preset", "by")),
    EventKind("video.script_drafted", "A video's script was written.", _SCRIPT),
    EventKind("video.script_proposed", "A new script waits beside one that a person chose.", _SCRIPT),
    EventKind("video.script_edited", "A person changed a video's script.", _SCRIPT),
    EventKind("video.script_proposal_accepted", "A person took a proposed script.", _SCRIPT),
    EventKind("video.script_approved", "A video's script may be spoken and rendered.", _SCRIPT),
    EventKind("video.rendered", "A video's file is ready.", ("content_id", "media_key")),
    EventKind("video.published", "A video is there on a platform.", ("content_id", "platform", "url", "privacy")),
    EventKind("video.publication_failed", "A platform refused a video.", ("platform", "reason")),
    EventKind("platform.connected", "An account on a platform was connected to a site.", ("platform", "name")),
    EventKind("platform.reconnect_needed", "An account has to be connected again.", ("platform", "name", "reason")),
    EventKind("video.listed", "What a video is found by on a platform was written.", _LISTING),
    EventKind("video.listing_edited", "A person changed what a video is found by.", _LISTING),
    EventKind("site.built", "A site's pages were built.", ("pages", "problems")),
    EventKind("request.created", "Work was asked for; the subject is its task_id.", ("kind",)),
    EventKind("request.done", "All that a request asked for is done.", _REQUEST),
    EventKind("request.failed", "A request ended, and not all of it is done.", _REQUEST),
    EventKind("request.cancelled", "A request was stopped.", ("kind",)),
    EventKind("plan_site.failed", "A site could not be planned.", ("reason",)),
    EventKind("write_article.failed", "An article could not be written.", ("reason",)),
    EventKind("complete_article.failed", "An edited article's parts could not be made.", ("reason",)),
    EventKind("publish_article.failed", "An article could not be published.", ("reason",)),
    EventKind("draft_social_posts.failed", "Posts could not be drafted.", ("reason",)),
    EventKind("create_video_project.failed", "A video could not be begun.", ("reason",)),
    EventKind("write_video_script.failed", "A video's script could not be written.", ("reason",)),
    EventKind("speak_video.failed", "A video's script could not be spoken.", ("reason",)),
    EventKind("illustrate_video.failed", "A video's pictures could not be made.", ("reason",)),
    EventKind("render_video.failed", "A video could not be rendered.", ("reason",)),
    EventKind("publish_video.failed", "A video could not be published everywhere.", ("reason",)),
    EventKind("list_video.failed", "What a video is found by could not be written.", ("reason",)),
    EventKind("credits.low", "The account's credits are running out.", ("balance", "monthly_credits", "low_below")),
    EventKind("credits.exhausted", "Work was refused for want of credits.", ("needed", "balance", "refused")),
    EventKind("credits.granted", "The account was given credits.", _CREDITS),
    EventKind("credits.purchased", "The account bought credits.", _CREDITS),
    EventKind("credits.refunded", "Credits were taken back for a refund.", _CREDITS),
    EventKind("credits.adjusted", "The account's balance was corrected.", _CREDITS),
    EventKind(DISABLED, "A webhook was switched off because it could not be delivered to.", ("host", "reason")),
)
KINDS = {each.kind: each for each in CATALOGUE}


@dataclass(frozen=True)
class Message:
    """What is sent: its id, which stays the same however often it is sent, and what it tells."""

    id: str
    told: dict[str, Any]

    @property
    def body(self) -> bytes:
        """The message as it is sent, and signed to the byte."""
        return json.dumps(self.told, ensure_ascii=False, separators=(",", ":")).encode()


def message_of(event: Event, site_key: str | None) -> Message:
    """What an application hears of an event."""
    shown = KINDS[event.kind].data
    data = {name: event.payload[name] for name in shown if name in event.payload}
    return _message(f"evt_{event.id}", event.kind, event.created_at.isoformat(), site_key, event.subject, data)


def ping_message(token: str, moment: str, subscription_id: int) -> Message:
    """A message that says nothing but that messages arrive."""
    return _message(f"ping_{token}", PING, moment, None, str(subscription_id), {})


def _message(name: str, kind: str, moment: str, site: str | None, subject: str, data: dict[str, Any]) -> Message:
    told = {"id": name, "kind": kind, "created_at": moment, "site": site, "subject": subject, "data": data}
    return Message(name, told)
