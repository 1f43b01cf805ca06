"""The connections to speech servers that the settings describe, and the one to a server that hears words.

Belongs here: making providers of settings. Does not belong here: which of them is asked (``routing``, ``narrator``).
"""

from collections.abc import Callable

from pydantic import SecretStr

from igny8_resources.ai.errors import ProviderMissing
from igny8_resources.ai.providers import SpeechProvider, TranscriptionProvider
from igny8_resources.ai.shared_gate import SharedGate
from igny8_resources.settings import Settings

OPENAI_URL = "https://api.openai.com/v1"
ESPEAK = "espeak-ng"
TRANSCRIPTION = "transcription"

MakeGate = Callable[[str, str, str], SharedGate]

_NEEDED = {
    "self_hosted": "IGNY8_SELF_HOSTED_SPEECH_URL",
    "coqui": "IGNY8_COQUI_URL",
    "piper": "IGNY8_PIPER_URL",
    "elevenlabs": "IGNY8_ELEVENLABS_API_KEY",
    "openai": "IGNY8_OPENAI_SPEECH_MODEL and IGNY8_OPENAI_API_KEY (or IGNY8_OPENAI_BASE_URL)",
}


def speech_models(have: Settings) -> dict[str, str]:
    """The model that the settings name for each speech connection; empty where a connection is not configured."""
    has_openai = bool(have.openai_base_url or have.openai_api_key)
    return {
        "self_hosted": (have.self_hosted_speech_model or "default") if have.self_hosted_speech_url else "",
        "coqui": have.coqui_model if have.coqui_url else "",
        "piper": "piper" if have.piper_url else "",
        "elevenlabs": have.elevenlabs_model if have.elevenlabs_api_key else "",
        "openai": have.openai_speech_model if has_openai else "",
    }


def speech_connection(
    have: Settings, connection: str, model: str, gate_to: MakeGate
) -> tuple[SpeechProvider, SharedGate | None]:
    """The provider for a connection and a model of it, with its gate; the built-in voice has none.

    Raises:
        ProviderMissing: the connection is not configured, or the built-in voice is not installed.
    """
    timeout = have.openai_timeout_seconds
    match connection:
        case "espeak-ng":
            from igny8_resources.ai.espeak_speech import EspeakSpeechProvider

            return EspeakSpeechProvider(), None
        case "self_hosted" if have.self_hosted_speech_url:
            from igny8_resources.ai.openai_speech import OpenAISpeechProvider

            base_url, secret = have.self_hosted_speech_url, _shown(have.self_hosted_speech_api_key)
            gate = gate_to(connection, base_url, secret)
            return OpenAISpeechProvider(base_url, secret, model, timeout, name=connection, gate=gate), gate
        case "openai" if have.openai_base_url or have.openai_api_key:
            from igny8_resources.ai.openai_speech import OpenAISpeechProvider

            base_url, secret = have.openai_base_url or OPENAI_URL, _shown(have.openai_api_key)
            gate = gate_to(connection, base_url, secret)
            return OpenAISpeechProvider(base_url, secret, model, timeout, gate=gate), gate
        case "elevenlabs" if have.elevenlabs_api_key:
            from igny8_resources.ai.elevenlabs_speech import ElevenLabsSpeechProvider

            secret = _shown(have.elevenlabs_api_key)
            gate = gate_to(connection, have.elevenlabs_url, secret)
            return ElevenLabsSpeechProvider(have.elevenlabs_url, secret, model, timeout, gate=gate), gate
        case "coqui" if have.coqui_url:
            from igny8_resources.ai.coqui_speech import CoquiSpeechProvider

            gate = gate_to(connection, have.coqui_url, "")
            return CoquiSpeechProvider(have.coqui_url, model, timeout, gate=gate), gate
        case "piper" if have.piper_url:
            from igny8_resources.ai.piper_speech import PiperSpeechProvider

            gate = gate_to(connection, have.piper_url, "")
            return PiperSpeechProvider(have.piper_url, timeout, gate=gate), gate
    if connection in _NEEDED:
        raise ProviderMissing(f"the voices of {connection} are reached through it: set {_NEEDED[connection]}")
    raise ProviderMissing(f"{connection!r} is no speech provider; expected {ESPEAK} or one of {', '.join(_NEEDED)}")


def transcription_connection(have: Settings, gate_to: MakeGate) -> tuple[TranscriptionProvider, SharedGate] | None:
    """The server that hears words; None where none is configured."""
    if not have.transcription_url:
        return None
    from igny8_resources.ai.whisper_transcription import WhisperTranscription

    secret = _shown(have.transcription_api_key)
    gate = gate_to(TRANSCRIPTION, have.transcription_url, secret)
    provider = WhisperTranscription(
        have.transcription_url, secret, have.transcription_model, have.openai_timeout_seconds, gate=gate
    )
    return provider, gate


def voiceover_operation(connection: str, model: str) -> str:
    """The row of the price list for a minute of a model's speech."""
    if connection in {"self_hosted", "coqui", "piper"}:
        return "voiceover_self_hosted"
    is_fine = "-hd" in model or (connection == "elevenlabs" and "flash" not in model and "turbo" not in model)
    return "voiceover_hd" if is_fine else "voiceover"


def _shown(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
