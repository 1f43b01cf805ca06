"""How long a narration takes: at the pace of the voice that speaks it, measured where it has spoken before."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_assets.video.narration import narrate
from igny8_assets.video.voiceover import VOICEOVER
from igny8_resources.contracts.video import ScriptSection
from igny8_resources.warehouse.tables.video import VideoAsset, VideoProject

# What a timeline puts around and between the voices, in seconds.
LEAD_AND_TAIL = 1.15
PAUSE = 0.35
RECORDINGS_HEARD = 40
# Fewer seconds say little about a voice.
FEWEST_SECONDS = 30.0


def spoken_words(text: str, language: str) -> int:
    """How many words a voice says for a text: figures and short forms count as the words that they are read as."""
    return len(narrate(text, language).spoken.split())


def seconds_of(text: str, language: str, words_per_minute: float) -> float:
    """How long a voice of this pace takes for a text."""
    return round(spoken_words(text, language) / words_per_minute * 60, 2)


def total_seconds(sections: Sequence[ScriptSection]) -> float:
    """How long a whole script lasts by its estimates, with the pauses between its sections."""
    return sum(section.duration_estimate for section in sections) + PAUSE * max(0, len(sections) - 1) + LEAD_AND_TAIL


def _last_voice(session: Session, site_id: int) -> str:
    last = (
        select(VideoProject.voice_id)
        .join(VideoAsset, VideoAsset.project_id == VideoProject.id)
        .where(VideoAsset.site_id == site_id, VideoAsset.asset_type == VOICEOVER)
        .order_by(VideoAsset.id.desc())
        .limit(1)
    )
    return session.scalar(last) or ""


def measured_pace(session: Session, site_id: int, voice: str, language: str, *, otherwise: float) -> float:
    """Words a minute of the newest recordings of a voice on a site, to whole words; ``otherwise`` until it has been heard.

    ``voice`` is the ``voice_id`` of the projects that it spoke; empty before a video has one: whoever spoke on the site last.
    """
    voice = voice or _last_voice(session, site_id)
    newest = (
        select(VideoAsset.duration_seconds, VideoAsset.facts)
        .join(VideoProject, VideoProject.id == VideoAsset.project_id)
        .where(
            VideoAsset.site_id == site_id,
            VideoAsset.asset_type == VOICEOVER,
            VideoAsset.duration_seconds.is_not(None),
            VideoProject.voice_id == voice,
        )
        .order_by(VideoAsset.id.desc())
        .limit(RECORDINGS_HEARD)
    )
    words, seconds = 0, 0.0
    for duration, facts in session.execute(newest).tuples():
        said = " ".join(str(word.get("text", "")) for word in facts.get("words", ()))
        if said and duration:
            words += spoken_words(said, language)
            seconds += duration
    return float(round(words / seconds * 60)) if seconds >= FEWEST_SECONDS else otherwise
