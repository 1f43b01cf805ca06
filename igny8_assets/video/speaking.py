"""A script becomes sound: every section spoken and kept with the moments of its words."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from igny8_assets.video.narration import narrate
from igny8_assets.video.projects import script_of
from igny8_assets.video.voiceover import VOICEOVER, recorded_voice, voice_from_wav
from igny8_resources.ai.calls import Answered
from igny8_resources.ai.providers import SpeechCall
from igny8_resources.media import content_key
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import video as store
from igny8_resources.warehouse.store.sites import require_module, tenant_of


def speech_language(language: str) -> str:
    """A site's language as a voice's: English without a region is American."""
    return "en-US" if language == "en" else language


@dataclass(frozen=True)
class SpokenSection:
    """One section's recording: what was said, how long it lasts (seconds), and the call that made it."""

    narration: str
    seconds: float
    media_key: str
    call: Answered


def speak_script(parts: Platform, partition: str, on_section: Callable[[int, int], None]) -> list[SpokenSection]:
    """Speak every section; a section that was spoken before is answered from the journal."""
    with parts.warehouse.read() as session:
        project, _, site = store.project_of(session, partition)
        require_module(session, site, "video")
    script, tenant = script_of(project), tenant_of(site)
    language = speech_language(site.language)
    spoken = []
    for index, section in enumerate(script.sections):
        on_section(index + 1, len(script.sections))
        said = parts.ai.speech(
            tenant,
            subject=partition,
            call=SpeechCall(
                text=narrate(section.narration, language).spoken,
                voice=parts.settings.speech_voice,
                language=language,
                words_per_minute=parts.settings.speech_words_per_minute,
            ),
        )
        raw = voice_from_wav(parts.media.get(said.media_key), said.words, estimated=said.estimated)
        voice = recorded_voice(
            section.narration,
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
        seconds = len(voice.samples) / voice.sample_rate
        with parts.warehouse.write() as session:
            project, _, _ = store.project_of(session, partition, lock=True)
            project.voice_provider, project.voice_id = said.call.provider, parts.settings.speech_voice
            store.save_asset(
                session,
                project,
                VOICEOVER,
                index,
                media_key=key,
                sha256=hashlib.sha256(wav).hexdigest(),
                duration_seconds=round(seconds, 3),
                facts={"words": [word.model_dump() for word in voice.words], "estimated": voice.estimated},
            )
        spoken.append(SpokenSection(section.narration, seconds, key, said.call))
    return spoken
