"""How connections are named to people: the settings that describe each, for messages that say what to change."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class ConnectionNames:
    """The variables that describe one connection; ``timeout`` is one for all of them."""

    base_url: str
    api_key: str
    model: str
    timeout: str = "IGNY8_OPENAI_TIMEOUT_SECONDS"
    root: str = "the API's root (it usually ends in /v1)"


_NAMES = {
    "openai": ConnectionNames("IGNY8_OPENAI_BASE_URL", "IGNY8_OPENAI_API_KEY", "IGNY8_OPENAI_MODEL"),
    "self_hosted": ConnectionNames("IGNY8_SELF_HOSTED_URL", "IGNY8_SELF_HOSTED_API_KEY", "IGNY8_SELF_HOSTED_MODEL"),
    "anthropic": ConnectionNames(
        "IGNY8_ANTHROPIC_BASE_URL",
        "IGNY8_ANTHROPIC_API_KEY",
        "IGNY8_ANTHROPIC_MODEL",
        root="the API's root, such as https://api.anthropic.com",
    ),
    "runware": ConnectionNames(
        "IGNY8_RUNWARE_URL",
        "IGNY8_RUNWARE_API_KEY",
        "IGNY8_RUNWARE_MODEL",
        root="the API's address, such as https://api.runware.ai/v1",
    ),
    "comfyui": ConnectionNames(
        "IGNY8_COMFYUI_URL",
        "IGNY8_COMFYUI_URL",
        "IGNY8_COMFYUI_WORKFLOW",
        root="the server's address, such as http://127.0.0.1:8188",
    ),
    "openai_speech": ConnectionNames("IGNY8_OPENAI_BASE_URL", "IGNY8_OPENAI_API_KEY", "IGNY8_OPENAI_SPEECH_MODEL"),
    "self_hosted_speech": ConnectionNames(
        "IGNY8_SELF_HOSTED_SPEECH_URL", "IGNY8_SELF_HOSTED_SPEECH_API_KEY", "IGNY8_SELF_HOSTED_SPEECH_MODEL"
    ),
    "elevenlabs": ConnectionNames(
        "IGNY8_ELEVENLABS_URL",
        "IGNY8_ELEVENLABS_API_KEY",
        "IGNY8_ELEVENLABS_MODEL",
        root="the API's address, such as https://api.elevenlabs.io",
    ),
    "coqui": ConnectionNames(
        "IGNY8_COQUI_URL",
        "IGNY8_COQUI_URL",
        "IGNY8_COQUI_MODEL",
        root="the server's address, such as http://127.0.0.1:5002",
    ),
    "piper": ConnectionNames(
        "IGNY8_PIPER_URL",
        "IGNY8_PIPER_URL",
        "IGNY8_SPEECH_VOICE",
        root="the server's address, such as http://127.0.0.1:5000",
    ),
    "transcription": ConnectionNames(
        "IGNY8_TRANSCRIPTION_URL", "IGNY8_TRANSCRIPTION_API_KEY", "IGNY8_TRANSCRIPTION_MODEL"
    ),
}


def names_of(connection: str) -> ConnectionNames:
    """The settings of a connection.

    Raises:
        KeyError: there is no such connection.
    """
    return _NAMES[connection]


def server_name(base_url: str) -> str:
    """The host, with its port where it states one, as messages name it."""
    address = urlsplit(base_url)
    return f"{address.hostname}:{address.port}" if address.port else str(address.hostname)
