"""Publishes a project's video on the platforms that it was asked for, each once, and follows what becomes of it.

One platform's trouble does not hold the others up: each publication has a row that says how it stands, and when it is to be
tried or looked at again.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from igny8_assets.not_ready import NotReady
from igny8_assets.video.outgoing import CAPTION_TRACK, content_hash, outgoing_video, thumbnail_for, words_for
from igny8_assets.video.presets import preset_named
from igny8_assets.video.stock_credits import VISUAL, credits_of
from igny8_resources.effects import EffectInProgress, EffectPlan, EffectUnknown, perform_once
from igny8_resources.events import append_event
from igny8_resources.platform import Platform
from igny8_resources.vault import Vault, open_vault
from igny8_resources.video_platforms.accounts import open_account
from igny8_resources.video_platforms.connections import connection_of
from igny8_resources.video_platforms.exchange import Patience
from igny8_resources.video_platforms.failures import LimitReached, PlatformError, StillProcessing, Unavailable
from igny8_resources.video_platforms.sending import PUBLISH_VIDEO, put_online
from igny8_resources.video_platforms.video import OnPlatform, OutgoingVideo, VideoAccount
from igny8_resources.video_platforms.youtube import YouTubeChannel
from igny8_resources.warehouse.store import video as videos
from igny8_resources.warehouse.store import video_publishing as store
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.connections import PlatformConnection
from igny8_resources.warehouse.tables.ledgers import Effect
from igny8_resources.warehouse.tables.video_publishing import VideoPublication

# A run that died leaves its row behind; after this time it is looked at again. The ledger keeps two from doing it at once.
LOOK_AGAIN = timedelta(minutes=20)
PROCESSING_PAUSE = timedelta(minutes=10)
TROUBLE_PAUSE = timedelta(minutes=30)
MOST_ATTEMPTS = 12
ADD_CAPTIONS = "add_captions"


@dataclass(frozen=True)
class Outcome:
    """How one publication stands after this run; ``acted_now`` says whether the video was published by it."""

    platform: str
    status: str
    external_id: str
    url: str
    message: str
    acted_now: bool = False


def require_publishable(parts: Platform, partition: str) -> None:
    """A project may be published when its file is rendered, its review found nothing, and it still fits its preset.

    Raises:
        NotReady: it is not rendered, was not approved, or its file fails the check.
    """
    from igny8_assets.video.probe import probe
    from igny8_assets.video.review import sound_findings, stream_findings
    from igny8_assets.video.reviewing import review_render

    with parts.warehouse.read() as session:
        project, _, _ = videos.project_of(session, partition)
        render = videos.render_of(session, project)
    if render is None or render.status != "complete" or project.status not in {"rendered", "published"}:
        raise NotReady(f"“{project.title}” is {project.status}; it is published once it is rendered")
    if project.script_status not in {"", "approved"}:
        raise NotReady(f"the script of “{project.title}” is {project.script_status}; approve it and render it first")
    problems = [found for check in render.checks.values() for found in check]
    if not render.checks:
        # Rendered by a run that ended before its review.
        problems = [finding.sentence for finding in review_render(parts, partition).findings]
    if not problems:
        # The file may have been replaced since it was reviewed.
        with parts.media.open_path(render.media_key) as path:
            facts = probe(path)
        findings = (*stream_findings(facts, preset_named(project.render_preset)), *sound_findings(facts.loudness))
        problems = [finding.sentence for finding in findings]
    if problems:
        raise NotReady(f"“{project.title}” fails its check ({'; '.join(problems)}); render it again first")


def publish_project(
    parts: Platform, partition: str, say: Callable[[str], None], patience: Patience | None = None
) -> list[Outcome]:
    """Publish what is asked for and due, on one platform after the other.

    Returns:
        How every publication of the project stands.
    """
    vault = open_vault(parts.settings)
    patient = patience or Patience(poll_for=parts.settings.video_processing_minutes * 60)
    with parts.warehouse.read() as session:
        project, _, _ = videos.project_of(session, partition)
        rows = store.publications_of(session, project.id)
    return [_Publishing(parts, vault, patient, partition, row.id, say).run() for row in rows]


class _Publishing:
    """One publication's turn."""

    def __init__(
        self, parts: Platform, vault: Vault, patience: Patience, partition: str, row_id: int, say: Callable[[str], None]
    ) -> None:
        self._parts, self._vault, self._patience = parts, vault, patience
        self._partition, self._row_id, self._say = partition, row_id, say

    def run(self) -> Outcome:
        """Publish, and turn whatever goes wrong into what the row says and when it is tried again."""
        row = self._row()
        if (idle := _why_idle(row)) is not None:
            return _outcome(row, idle)
        try:
            return self._publish(row)
        except EffectInProgress as other:
            return _outcome(self._row(), str(other))
        except LimitReached as full:
            ending: tuple[str, str, datetime | None] = ("waiting", str(full), full.until)
        except StillProcessing as working:
            ending = ("processing", str(working), utc_now() + PROCESSING_PAUSE)
        except (Unavailable, EffectUnknown) as trouble:
            is_over = row.attempts >= MOST_ATTEMPTS
            said = f"given up after {row.attempts} attempts: {trouble}" if is_over else str(trouble)
            ending = ("failed", said, None) if is_over else ("waiting", said, utc_now() + TROUBLE_PAUSE)
        except (PlatformError, NotReady) as refused:
            ending = ("failed", str(refused), None)
        return self._save(*ending)

    def _publish(self, row: VideoPublication) -> Outcome:
        with self._parts.warehouse.write() as session:
            project, _, site = videos.project_of(session, self._partition)
            connection = connection_of(session, site.id, row.platform)
            render = videos.render_of(session, project)
            listing = store.listing_of(session, project.id, row.platform)
            words = words_for(row.platform, project, listing, credits_of(videos.assets_of(session, project.id, VISUAL)))
            row = session.get_one(VideoPublication, row.id, with_for_update={"key_share": True})
            if store.is_called_off(session, project, row.platform):
                raise NotReady(f"publishing on {row.platform} was cancelled; ask for it again to have it done")
            self._same_account(row, connection, self._acts(session))
            if row.status != "published":
                row.status, row.attempts = "uploading", row.attempts + 1
            row.not_before, row.connection_id = utc_now() + LOOK_AGAIN, connection.id
            row.title, row.description, row.tags = words.title[:500], words.description, list(words.tags)
        if render is None:
            raise NotReady("nothing is rendered; materialise `rendered_video` for this partition first")
        thumbnail_key = thumbnail_for(self._parts, self._partition, row.platform, render)
        account = open_account(self._parts.settings, self._parts.warehouse, self._vault, connection, self._patience)
        with outgoing_video(
            self._parts.media, render, row, words, language=site.language, thumbnail_key=thumbnail_key
        ) as video:
            self._say(f"publishing on {row.platform} as {connection.name}")
            plan = self._plan(row, connection, video)
            confirmed = put_online(self._parts.warehouse, self._vault, account, plan, video, self._patience)
            self._note_effect(
                confirmed.effect_id, confirmed.external_id, content_hash(words, video.sha256, row.privacy)
            )
            stands = self._followed(account, confirmed.external_id)
            if stands.state == "failed":
                return self._thrown_away(stands)
            if stands.state == "processing":
                raise StillProcessing(f"{row.platform} is still working on the video; it is looked at again later")
            undone = self._add_what_belongs(account, video, plan, confirmed.external_id)
        return self._published(stands, undone, acted_now=confirmed.acted_now)

    def _plan(self, row: VideoPublication, connection: PlatformConnection, video: OutgoingVideo) -> EffectPlan:
        # One act a round, whatever is changed about the video meanwhile: an upload that may have happened is looked for
        # under the same key. Another round begins only when the platform has thrown the video away.
        key = hashlib.sha256(f"{self._partition}/{row.platform}/{row.facts.get('round', 1)}".encode()).hexdigest()
        target = f"{row.platform}:{connection.external_id}"
        detail: dict[str, Any] = {"title": video.title, "privacy": video.privacy, "file": video.sha256}
        return EffectPlan(row.account_id, row.site_id, PUBLISH_VIDEO, target, self._partition, key, detail)

    def _acts(self, session: Any) -> Sequence[Effect]:
        acts: Sequence[Effect] = session.scalars(
            select(Effect).where(Effect.kind == PUBLISH_VIDEO, Effect.subject == self._partition)
        ).all()
        return acts

    @staticmethod
    def _same_account(row: VideoPublication, connection: PlatformConnection, acts: Sequence[Effect]) -> None:
        """Another account must not publish what an earlier one has published, or may have."""
        for act in acts:
            platform, _, account = act.target.partition(":")
            may_be_there = act.status in {"sent", "unknown", "confirmed"}
            is_thrown_away = act.id in row.facts.get("thrown_away", [])
            if platform == row.platform and account != connection.external_id and may_be_there and not is_thrown_away:
                raise NotReady(
                    f"the video was sent to another {platform} account ({account}) before {connection.name} was connected; "
                    "connect that account again, or make another video"
                )

    def _followed(self, account: VideoAccount, external_id: str) -> OnPlatform:
        for _ in self._patience.polls():
            stands = account.look_at(external_id, None)
            if stands.state != "processing":
                break
        return stands

    def _add_what_belongs(
        self, account: VideoAccount, video: OutgoingVideo, plan: EffectPlan, video_id: str
    ) -> list[str]:
        """Give a YouTube video its thumbnail and captions; what could not be done is named and tried again when asked."""
        if not isinstance(account, YouTubeChannel):
            return []
        done, undone = self._row().facts, []
        thumbnail, captions = video.thumbnail, video.captions
        if thumbnail is not None and not done.get("thumbnail"):
            try:
                account.files.set_thumbnail(video_id, thumbnail)
                self._note_fact("thumbnail", utc_now().isoformat())
            except PlatformError as refused:
                undone.append(f"thumbnail: {refused}")
        if captions is not None and not done.get("captions"):
            digest = hashlib.sha256(captions.path.read_bytes()).hexdigest()
            act = EffectPlan(
                plan.account_id, plan.site_id, ADD_CAPTIONS, f"youtube:{video_id}", self._partition, digest,
                {"language": captions.language, "name": CAPTION_TRACK},
            )  # fmt: skip
            try:
                added = perform_once(
                    self._parts.warehouse,
                    act,
                    act=lambda: account.files.add_captions(video_id, captions),
                    read_back=lambda: account.files.find_captions(video_id, captions),
                )
                self._note_fact("captions", added.external_id)
            except (PlatformError, EffectUnknown) as refused:
                undone.append(f"captions: {refused}")
        return undone

    def _row(self) -> VideoPublication:
        with self._parts.warehouse.read() as session:
            return session.get_one(VideoPublication, self._row_id)

    def _note_fact(self, name: str, value: object) -> None:
        with self._parts.warehouse.write() as session:
            row = session.get_one(VideoPublication, self._row_id, with_for_update={"key_share": True})
            row.facts = {**row.facts, name: value}

    def _note_effect(self, effect_id: int, external_id: str, digest: str) -> None:
        with self._parts.warehouse.write() as session:
            row = session.get_one(VideoPublication, self._row_id, with_for_update={"key_share": True})
            row.effect_id, row.external_id, row.content_hash = effect_id, external_id, digest
            if row.status != "published":
                row.status = "processing"

    def _thrown_away(self, stands: OnPlatform) -> Outcome:
        with self._parts.warehouse.write() as session:
            row = session.get_one(VideoPublication, self._row_id, with_for_update={"key_share": True})
            gone = [*row.facts.get("thrown_away", []), row.effect_id]
            row.facts = {**row.facts, "round": row.facts.get("round", 1) + 1, "thrown_away": gone}
        return self._save("failed", stands.reason)

    def _save(self, status: str, error: str, not_before: datetime | None = None) -> Outcome:
        with self._parts.warehouse.write() as session:
            row = session.get_one(VideoPublication, self._row_id, with_for_update={"key_share": True})
            row.status, row.error, row.not_before = status, error, not_before
            if status == "failed":
                append_event(
                    session,
                    "video.publication_failed",
                    self._partition,
                    account_id=row.account_id,
                    site_id=row.site_id,
                    payload={"platform": row.platform, "reason": error},
                )
        return _outcome(row)

    def _published(self, stands: OnPlatform, undone: list[str], *, acted_now: bool) -> Outcome:
        with self._parts.warehouse.write() as session:
            project, content, site = videos.project_of(session, self._partition, lock=True)
            row = session.get_one(VideoPublication, self._row_id, with_for_update={"key_share": True})
            is_new = row.status != "published"
            row.status, row.not_before, row.url = "published", None, stands.url or row.url
            row.error, row.published_at = "; ".join(undone), row.published_at or utc_now()
            row.facts = {**row.facts, "open": bool(undone)}
            render = videos.render_of(session, project)
            if render is not None:
                render.published_at = render.published_at or utc_now()
            if is_new:
                project.status, project.error = "published", ""
                append_event(
                    session,
                    "video.published",
                    self._partition,
                    account_id=site.account_id,
                    site_id=site.id,
                    payload={
                        "content_id": content.id,
                        "platform": row.platform,
                        "url": row.url,
                        "privacy": row.privacy,
                    },
                )
        return _outcome(row, acted_now=acted_now)


def _why_idle(row: VideoPublication) -> str | None:
    """Why there is nothing to do for a publication now; None when there is."""
    if row.status == "failed" or (row.status == "published" and not row.facts.get("open")):
        return ""
    if row.status == "waiting" and row.not_before is not None and row.not_before > utc_now():
        return f"waits until {row.not_before:%Y-%m-%d %H:%M} UTC: {row.error or 'it was asked for then'}"
    return None


def _outcome(row: VideoPublication, message: str = "", *, acted_now: bool = False) -> Outcome:
    return Outcome(row.platform, row.status, row.external_id, row.url, message or row.error, acted_now)


def ask_for_connected(parts: Platform, partition: str) -> list[str]:
    """Ask for publications on the connected platforms that a project is meant for, as automation does.

    Returns:
        The platforms that it is meant for and that no account is connected to.
    """
    with parts.warehouse.write() as session:
        project, _, site = videos.project_of(session, partition, lock=True)
        connected = store.connections_of(session, site.id)
        present = {row.platform for row in store.publications_of(session, project.id)}
        missing = []
        for platform in project.target_platforms:
            if platform in connected:
                store.ask_for_publication(session, project, connected[platform])
            elif platform not in present:
                missing.append(str(platform))
    return missing
