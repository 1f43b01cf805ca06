"""Video: who could speak, and how they sound."""

from typing import Annotated

from fastapi import Path, Query
from fastapi.responses import Response

from api.access import Reader
from api.envelope import Envelope, PlainText, refusals
from api.links import voice_sample_path
from api.problems import Problem
from api.routing import Router
from api.shapes.video_voices import UnlistedProvider, VoiceItem, VoiceList
from igny8_resources.ai.errors import ProviderError

router = Router(prefix="/video", tags=["video"])


@router.get("/voices/", summary="List voices", responses=refusals(400, 401, 403))
def list_voices(
    access: Reader,
    provider: Annotated[PlainText, Query(max_length=60, description="Only this provider's.")] = "",
    language: Annotated[PlainText, Query(max_length=35, description="Only voices that speak it: `de`, `pt-BR`.")] = "",
) -> Envelope[VoiceList]:
    """The voices of every speech provider that is configured, the built-in ones last."""
    from igny8_resources.ai.speech_connections import ESPEAK
    from igny8_resources.ai.voice_samples import available_voices

    listing = available_voices(access.platform.ai.routing, provider=provider, language=language)
    voices = []
    for voice in listing.voices:
        named = f"{voice.provider}/{voice.id}"
        built_in = voice_sample_path(voice.provider, voice.id) if voice.provider == ESPEAK else ""
        voices.append(
            VoiceItem(
                voice=named,
                name=voice.name,
                provider=voice.provider,
                languages=list(voice.languages),
                gender=voice.gender,
                sample_url=voice.sample_url or built_in or None,
            )
        )
    unlisted = [UnlistedProvider(provider=each.provider, reason=each.reason) for each in listing.unlisted]
    return Envelope(data=VoiceList(voices=voices, unlisted=unlisted))


@router.get(
    "/voices/{provider}/{voice}/sample/",
    summary="Hear a built-in voice",
    response_class=Response,
    responses={**refusals(400, 401, 403, 404), 200: {"content": {"audio/wav": {}}, "description": "A WAV file."}},
)
def hear_voice(
    access: Reader,
    provider: Annotated[PlainText, Path(max_length=60, examples=["espeak-ng"])],
    voice: Annotated[PlainText, Path(max_length=100, examples=["en-us"])],
) -> Response:
    """A sentence in a built-in voice, which costs nothing; other providers' samples are in the list of voices."""
    from igny8_resources.ai.speech_connections import ESPEAK
    from igny8_resources.ai.voice_samples import built_in_sample

    if provider != ESPEAK or "," in voice:
        raise Problem(404, f"Only built-in voices are spoken here, such as {ESPEAK}/en-us.")
    try:
        return Response(built_in_sample(access.platform.ai.routing, f"{provider}/{voice}"), media_type="audio/wav")
    except ProviderError as unknown:
        raise Problem(404, f"{unknown}") from unknown
