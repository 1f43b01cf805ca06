"""Every voice that could speak here, and how one sounds.

Belongs here: listing over all providers, and short samples that are made once. Does not belong here: which voice speaks
(``narrator``).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from igny8_resources.ai.connection_names import ConnectionNames
from igny8_resources.ai.errors import ProviderError
from igny8_resources.ai.narrator import Narration, wav_bytes
from igny8_resources.ai.providers import SpeechProvider, Voice
from igny8_resources.ai.router import AIRouter
from igny8_resources.ai.routing import Route, Routing
from igny8_resources.ai.sound_answers import recording_in
from igny8_resources.ai.speech_connections import ESPEAK
from igny8_resources.ai.voice_choice import VoiceChoice, choices_in
from igny8_resources.ai.voices import VoiceUnknown, main_language, speaks
from igny8_resources.media import digest_key
from igny8_resources.tenant import Tenant

VOICE_SAMPLE = "voice_sample"
_SAMPLE_WORDS_PER_MINUTE = 158.0
_MOST_SAMPLE_BYTES = 4 * 1024 * 1024
_SAMPLE_SECONDS = 20.0  # to wait for a provider's own sample
_TEXTS = {
    "ar": "هكذا يبدو صوتي عندما أقرأ مقالاتك.",
    "cs": "Takhle zním, když čtu vaše články.",
    "da": "Sådan lyder jeg, når jeg læser dine artikler op.",
    "de": "So klinge ich, wenn ich Ihre Artikel vorlese.",
    "en": "This is how I sound when I read your articles aloud.",
    "es": "Así sueno cuando leo tus artículos en voz alta.",
    "fi": "Tältä kuulostan, kun luen artikkeleitasi ääneen.",
    "fr": "Voici comment je lis vos articles à voix haute.",
    "hi": "आपके लेख पढ़ते समय मेरी आवाज़ ऐसी लगती है।",
    "it": "Ecco come suono quando leggo i tuoi articoli.",
    "ja": "あなたの記事を読むと、このような声になります。",
    "ko": "제가 글을 읽으면 이런 목소리입니다.",
    "nl": "Zo klink ik als ik je artikelen voorlees.",
    "no": "Slik høres jeg ut når jeg leser artiklene dine.",
    "pl": "Tak brzmię, kiedy czytam twoje artykuły na głos.",
    "pt": "É assim que soo quando leio os seus artigos.",
    "ru": "Вот так я звучу, когда читаю ваши статьи вслух.",
    "sv": "Så här låter jag när jag läser dina artiklar.",
    "tr": "Yazılarınızı okurken sesim böyle duyuluyor.",
    "uk": "Ось так я звучу, коли читаю ваші статті вголос.",
    "zh": "我朗读您的文章时，声音就是这样的。",
}
_ANY_LANGUAGE = "1, 2, 3, 4, 5."  # every voice reads digits in its own language


@dataclass(frozen=True)
class Unlisted:
    """A provider whose voices could not be listed, and why."""

    provider: str
    reason: str


@dataclass(frozen=True)
class VoiceListing:
    """Voices, provider by provider in the order of the chain, the built-in ones last."""

    voices: tuple[Voice, ...]
    unlisted: tuple[Unlisted, ...] = field(default=())


def available_voices(routing: Routing, *, provider: str = "", language: str = "") -> VoiceListing:
    """The voices of every speech connection that is configured, and the built-in ones.

    A provider that cannot be reached does not hide the others.

    Args:
        routing: The connections.
        provider: Only this one's.
        language: Only voices that speak it, BCP 47; those that name no language are among them.
    """
    names = [name for name, _ in routing.configured("speech")] + [ESPEAK]
    voices: list[Voice] = []
    unlisted: list[Unlisted] = []
    for name in [provider] if provider else names:
        try:
            voices.extend(routing.voice_of(name).provider.voices())
        except ProviderError as failure:
            unlisted.append(Unlisted(name, str(failure)))
    return VoiceListing(tuple(voice for voice in voices if not language or speaks(voice, language)), tuple(unlisted))


def checked_choice(routing: Routing, choice: str, language: str) -> None:
    """Whether voices can be chosen for texts in a language; empty gives the choice back and always can.

    Raises:
        VoiceUnknown: a voice or its provider does not exist.
        VoiceSpeaksOtherLanguage: a voice speaks another language.
        ProviderError: a provider is not configured or cannot be reached.
    """
    for each in choices_in(choice):
        routing.voice_of(each.provider).provider.voice_for(each.voice, language)


def voice_sample(router: AIRouter, tenant: Tenant, choice: str) -> bytes:
    """A few seconds of a voice as a WAV file: the provider's own sample, or a sentence spoken once and kept.

    Args:
        router: The way to the providers.
        tenant: Who pays for the sentence.
        choice: The voice, ``PROVIDER/VOICE``.

    Raises:
        VoiceUnknown: there is no such voice.
        ProviderError: by its kind.
        InsufficientCredits: the account cannot pay for the sentence.
    """
    wanted, _, voice = _looked_up(router.routing, choice)
    if voice is not None and voice.sample_url:
        key = digest_key(f"{tenant.media_prefix}/voice-samples", _digest(voice.sample_url), "wav")
        if router.media.exists(key):
            return router.media.get(key)
        if (sample := _fetched(voice.sample_url)) is not None:
            router.media.put(key, sample, "audio/wav")
            return sample
    language = voice.languages[0] if voice and voice.languages else "en"
    narration = Narration(
        (sample_text(language),), language, _SAMPLE_WORDS_PER_MINUTE, voice=str(wanted), operation=VOICE_SAMPLE
    )
    [said] = router.narrator.speak(tenant, narration, subject=f"{tenant.site_key}:voice-sample")
    return router.media.get(said.media_key)


def built_in_sample(routing: Routing, choice: str) -> bytes:
    """The same for a built-in voice, which costs nothing and needs no warehouse's row.

    Raises:
        VoiceUnknown: there is no such voice.
        ProviderMissing: the built-in voices are not installed.
    """
    from igny8_resources.ai.providers import SpeechCall

    wanted, route, voice = _looked_up(routing, choice)
    language = voice.languages[0] if voice and voice.languages else "en"
    said = route.provider.speak(SpeechCall(sample_text(language), wanted.voice, language, _SAMPLE_WORDS_PER_MINUTE))
    return wav_bytes(said.samples, said.sample_rate)


def sample_text(language: str) -> str:
    """A short sentence in a language; digits, which every voice can read, where none is written here."""
    return _TEXTS.get(main_language(language), _ANY_LANGUAGE)


def _looked_up(routing: Routing, choice: str) -> tuple[VoiceChoice, Route[SpeechProvider], Voice | None]:
    choices = choices_in(choice)
    if len(choices) != 1:
        raise VoiceUnknown(f"{choice!r}: expected one voice, as PROVIDER/VOICE")
    [wanted] = choices
    route = routing.voice_of(wanted.provider)
    listed = route.provider.voices()
    voice = _named(listed, wanted.voice)
    if voice is None and listed:
        raise VoiceUnknown(f"{wanted.provider} has no voice {wanted.voice!r}; `igny8 ai voices` lists them")
    return wanted, route, voice


def _named(voices: Sequence[Voice], wanted: str) -> Voice | None:
    base = wanted.partition("+")[0].lower()
    return next(
        (voice for voice in voices if wanted == voice.id or base in {voice.id.lower(), voice.name.lower()}), None
    )


def _fetched(url: str) -> bytes | None:
    """A provider's own sample as WAV; None where it cannot be had, for then a sentence is spoken."""
    import httpx

    try:
        with httpx.stream("GET", url, timeout=_SAMPLE_SECONDS, follow_redirects=True) as response:
            if response.status_code != 200:
                return None
            data = b""
            for part in response.iter_bytes():
                data += part
                if len(data) > _MOST_SAMPLE_BYTES:
                    return None
        recording = recording_in(data, url, ConnectionNames(url, "", ""), "")
    except (httpx.HTTPError, httpx.InvalidURL, ProviderError):
        return None
    return wav_bytes(recording.samples, recording.sample_rate)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
