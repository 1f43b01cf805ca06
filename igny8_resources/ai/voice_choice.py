"""Voices as people choose them: ``PROVIDER/VOICE``, several by commas, the first choice first."""

from collections.abc import Sequence
from dataclasses import dataclass

from igny8_resources.ai.speech_connections import ESPEAK
from igny8_resources.ai.voices import VoiceUnknown
from igny8_resources.settings import SPEECH_CONNECTIONS

PROVIDERS = (*SPEECH_CONNECTIONS, ESPEAK)


@dataclass(frozen=True)
class VoiceChoice:
    """A voice of a provider; an empty voice is whichever fits the language."""

    provider: str
    voice: str

    def __str__(self) -> str:
        return f"{self.provider}/{self.voice}" if self.voice else self.provider


def choices_in(text: str) -> tuple[VoiceChoice, ...]:
    """What a choice says: ``elevenlabs/abc, openai/nova``. A provider alone is any voice of it, a voice alone the built-in's.

    Raises:
        VoiceUnknown: it names no speech provider.
    """
    return tuple(_choice(part.strip()) for part in text.split(",") if part.strip())


def written(choices: Sequence[VoiceChoice]) -> str:
    """Choices as people write them."""
    return ", ".join(map(str, choices))


def _choice(text: str) -> VoiceChoice:
    provider, slash, voice = text.partition("/")
    if provider in PROVIDERS:
        return VoiceChoice(provider, voice.strip())
    if slash:
        raise VoiceUnknown(
            f"{text!r} names no speech provider; expected one of {', '.join(PROVIDERS)} before the slash"
        )
    return VoiceChoice(ESPEAK, text)
