"""A script becomes sound: every section spoken in one voice and kept with the moments of its words."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from igny8_assets.video.failures import ScriptInvalid
from igny8_assets.video.narration import narrate
from igny8_assets.video.projects import script_of
from igny8_assets.video.voiceover import VOICEOVER, recorded_voice, voice_from_wav
from igny8_resources.ai.calls import Answered
from igny8_resources.ai.narrator import Narration, SpeechResult, Timing
from igny8_resources.ai.voice_choice import VoiceChoice
from igny8_resources.contracts.video import VideoScript
from igny8_resources.media import content_key
from igny8_resources.platform import Platform
from igny8_resources.tenant import Tenant
from igny8_resources.warehouse.store import video as store
from igny8_resources.warehouse.store.sites import automation_of, require_module, tenant_of
from igny8_resources.warehouse.tables.video import VideoProject


def speech_language(language: str) -> str:
    """A site's language as a voice's: English without a region is American."""
    return "en-US" if language == "en" else language


@dataclass(frozen=True)
class SpokenSection:
    """One section's recording: what was said, how long it lasts (seconds), how its words were timed, and its call."""

    narration: str
    seconds: float
    media_key: str
    timing: Timing
    voice: str
    call: Answered


def speak_script(parts: Platform, partition: str, on_section: Callable[[int, int], None]) -> list[SpokenSection]:
    """Speak every section; one that was spoken before in the same voice is answered from the journal.

    Raises:
        NotMadeYet: there is no script.
        ScriptInvalid: a section has nothing to say, or came out without sound.
        VoiceUnknown: the voice that was chosen for the video or the site does not exist.
        VoiceSpeaksOtherLanguage: it does not speak the site's language.
        ProviderError: no provider could speak.
    """
    with parts.warehouse.read() as session:
        project, _, site = store.project_of(session, partition)
        require_module(session, site, "video")
        voice = chosen_voice_of(session, project)
    script, tenant = script_of(project), tenant_of(site)
    language = speech_language(site.language)
    spoken = parts.ai.narrator.speak(
        tenant,
        Narration(
            texts=_texts(script, language),
            language=language,
            words_per_minute=parts.settings.speech_words_per_minute,
            voice=voice,
            kept=VoiceChoice(project.voice_provider, project.voice_id) if project.voice_id else None,
        ),
        subject=partition,
        on_text=lambda index: on_section(index + 1, len(script.sections)),
    )
    return [
        _kept(parts, tenant, partition, index, section.narration, language, said)
        for index, (section, said) in enumerate(zip(script.sections, spoken, strict=True))
    ]


def chosen_voice_of(session: Session, project: VideoProject) -> str:
    """The voice that was chosen for a video, else for its site; empty: the settings'."""
    return project.voice or automation_of(session, project.site_id).video_voice


def _texts(script: VideoScript, language: str) -> tuple[str, ...]:
    texts = tuple(narrate(section.narration, language).spoken for section in script.sections)
    for number, text in enumerate(texts, start=1):
        if not any(map(str.isalnum, text)):
            message = "the narration is empty: write what the voice should say, or remove the section."
            raise ScriptInvalid(message, number)
    return texts


def _kept(
    parts: Platform, tenant: Tenant, partition: str, index: int, narration: str, language: str, said: SpeechResult
) -> SpokenSection:
    """Trim a section's recording, time its caption words and keep both."""
    raw = voice_from_wav(parts.media.get(said.media_key), said.words, estimated=said.estimated)
    voice = recorded_voice(
        narration,
        raw.samples,
        raw.sample_rate,
        said.words,
        section=index + 1,
        language=language,
        estimated=said.estimated,
    )
    wav = voice.to_wav()
    key = content_key(f"{tenant.media_prefix}/voiceover", wav, "wav")
    parts.media.put(key, wav, "audio/wav")
    with parts.warehouse.write() as session:
        project, _, _ = store.project_of(session, partition, lock=True)
        project.voice_provider, project.voice_id = said.call.provider, said.voice
        store.save_asset(
            session,
            project,
            VOICEOVER,
            index,
            media_key=key,
            sha256=hashlib.sha256(wav).hexdigest(),
            duration_seconds=round(voice.seconds, 3),
            facts={
                "words": [word.model_dump() for word in voice.words],
                "estimated": voice.estimated,
                "timing": said.timing,
                "provider": said.call.provider,
                "voice": said.voice,
            },
        )
    return SpokenSection(narration, voice.seconds, key, said.timing, said.voice, said.call)
