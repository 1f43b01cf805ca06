"""Speech from ElevenLabs, over plain HTTP, with the moment of every character.

Belongs here: one recording and its words, the voices. Does not belong here: what an error code means
(``speech_failures``).
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import Any

from igny8_resources.ai.connection_names import names_of
from igny8_resources.ai.errors import AnswerEmpty, AnswerInvalid, ProviderRejected, ProviderUnavailable
from igny8_resources.ai.http_connection import HttpConnection, Reply
from igny8_resources.ai.provider_failures import broken_off
from igny8_resources.ai.providers import SpeechAnswer, SpeechCall, Voice
from igny8_resources.ai.rate_limits import Gate
from igny8_resources.ai.retries import USUAL, Retrying
from igny8_resources.ai.short_memory import ShortMemory
from igny8_resources.ai.sound_answers import pcm_recording
from igny8_resources.ai.speech_failures import failure_of_reply
from igny8_resources.ai.speech_rate import speed_for
from igny8_resources.ai.voices import VOICES_SECONDS, chosen_voice, main_language
from igny8_resources.contracts.video import WordTiming

SAMPLE_RATE = 24_000  # Hz; every plan may ask for it, 44,100 only the larger ones
# Models that are told the language; the others hear it from the text and refuse the field.
_TOLD_LANGUAGE = ("v2_5", "v3")


class ElevenLabsSpeechProvider:
    """A ``SpeechProvider`` over ElevenLabs and one model; safe to share between threads.

    Its characters' moments become words', measured by the synthesiser itself. The same text is asked for with the same
    seed. Failures are treated as by ``OpenAITextProvider``; a call whose answer never came is made again, and may be charged
    twice by the provider.

    Args:
        base_url: the API's address, such as ``https://api.elevenlabs.io``.
        api_key: the key, sent as ``xi-api-key``.
        model: the model's id, such as ``eleven_multilingual_v2``.
        timeout: seconds to wait for a recording.
        name: the connection; messages name its settings.
        gate: what every request passes through; without one, a gate of this object's own.
        retrying: how often, how long apart and on which clock it is asked again.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        model: str,
        timeout: float = 120.0,
        *,
        name: str = "elevenlabs",
        gate: Gate | None = None,
        retrying: Retrying = USUAL,
    ) -> None:
        self.name = name
        self.model = model
        self._api_key = api_key
        self._retrying = retrying
        self._connection = HttpConnection(
            base_url, {"xi-api-key": api_key}, timeout, names_of(name), gate or retrying.gate(4)
        )
        self._listed: ShortMemory[tuple[Voice, ...]] = ShortMemory(seconds=VOICES_SECONDS)

    def __repr__(self) -> str:
        return f"ElevenLabsSpeechProvider({self._connection.server}, {self.model})"

    def speak(self, call: SpeechCall) -> SpeechAnswer:
        """Speak one text; no words where the answer has no alignment.

        Raises:
            ProviderUnavailable: no whole recording after all attempts, or the API asks for a pause that is too long.
            QuotaExhausted: the account has no characters left.
            ProviderRejected: the key, the model, the voice or the request is wrong; the message says which.
            Refused: the text is not allowed.
            AnswerEmpty: the recording is silent or missing.
            AnswerInvalid: what came is no recording.
        """
        return self._retrying(self._ask, call)

    def voices(self) -> tuple[Voice, ...]:
        """The account's voices, with ElevenLabs' own samples; each speaks every language of the model.

        Raises:
            ProviderError: as ``speak``.
        """
        return self._listed.get("voices", self._list)

    def voice_for(self, wanted: str, language: str) -> str:
        """See ``SpeechProvider``.

        Raises:
            ProviderRejected: there is no such voice, or neither it nor the model speaks the language.
        """
        return chosen_voice(self.voices(), wanted, language, self.name)

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        self._connection.close()

    def _ask(self, call: SpeechCall) -> SpeechAnswer:
        body: dict[str, Any] = {
            "text": call.text,
            "model_id": self.model,
            "seed": int.from_bytes(hashlib.sha256(call.text.encode()).digest()[:4]),
        }
        if any(mark in self.model for mark in _TOLD_LANGUAGE):
            body["language_code"] = main_language(call.language)
        if (speed := speed_for(call.words_per_minute, 0.7, 1.2)) != 1.0:
            body["voice_settings"] = {"speed": speed}
        path = f"/v1/text-to-speech/{call.voice}/with-timestamps"
        reply = self._sent("POST", path, body=body, query={"output_format": f"pcm_{SAMPLE_RATE}"})
        server = self._connection.server
        data = self._object(reply)
        recording = pcm_recording(_decoded(data.get("audio_base64"), server), SAMPLE_RATE, server, call.text)
        words = _words(data.get("alignment")) or _words(data.get("normalized_alignment"))
        if words and words[-1].end > recording.seconds + 0.5:
            raise broken_off(server)
        counted = str(reply.headers.get("character-cost") or "")
        return SpeechAnswer(
            recording.samples,
            recording.sample_rate,
            words,
            characters=int(counted) if counted.isdigit() else len(call.text),
        )

    def _list(self) -> tuple[Voice, ...]:
        of_model = self._languages()
        data = self._object(self._retrying(self._sent, "GET", "/v1/voices"))
        return tuple(_voice(item, of_model, self.name) for item in data.get("voices") or [] if isinstance(item, dict))

    def _languages(self) -> tuple[str, ...]:
        """The languages of the model; none where the API does not say."""
        listed = self._retrying(self._sent, "GET", "/v1/models").data
        for item in listed if isinstance(listed, list) else []:
            if item.get("model_id") == self.model:
                return tuple(str(language["language_id"]) for language in item.get("languages") or [])
        return ()

    def _sent(self, method: str, path: str, **more: Any) -> Reply:
        with self._connection.gate.slot():
            reply = self._connection.send(method, path, **more)
        if reply.status >= 400:
            raise failure_of_reply(reply, self._connection.server, self._api_key, self._connection.names)
        return reply

    def _object(self, reply: Reply) -> dict[str, Any]:
        server, names = self._connection.server, self._connection.names
        data = reply.data
        if isinstance(data, dict):
            if error := data.get("detail") or data.get("error"):
                raise ProviderUnavailable(f"{server} answered with an error: {str(error)[:300]}")
            return data
        if reply.content.lstrip().startswith(b"{"):
            raise broken_off(server)
        raise ProviderRejected(
            f"{server} answered with something other than a recording ({reply.start!r}). Check that {names.base_url} is "
            f"{names.root}."
        )


def _decoded(coded: object, server: str) -> bytes:
    if not isinstance(coded, str) or not coded:
        raise AnswerEmpty(f"{server} answered without a recording. Run it again.")
    try:
        return base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError) as broken:
        raise AnswerInvalid(f"{server} sent a recording that is not base64. Run it again.") from broken


def _words(alignment: object) -> tuple[WordTiming, ...]:
    """Characters and their moments as words; a word ends with its last letter, not with the pause that its comma makes."""
    if not isinstance(alignment, dict):
        return ()
    characters: Sequence[str] = alignment.get("characters") or ()
    starts: Sequence[float] = alignment.get("character_start_times_seconds") or ()
    ends: Sequence[float] = alignment.get("character_end_times_seconds") or ()
    if not characters or not len(characters) == len(starts) == len(ends):
        return ()
    words: list[WordTiming] = []
    place = 0
    while place < len(characters):
        if characters[place].isspace():
            place += 1
            continue
        stop = place
        while stop < len(characters) and not characters[stop].isspace():
            stop += 1
        sounding = [index for index in range(place, stop) if any(map(str.isalnum, characters[index]))]
        if sounding:
            start, end = float(starts[sounding[0]]), float(ends[sounding[-1]])
            words.append(WordTiming(text="".join(characters[place:stop]), start=start, end=max(start, end)))
        place = stop
    return tuple(words)


def _voice(item: dict[str, Any], of_model: tuple[str, ...], provider: str) -> Voice:
    labels = item.get("labels") or {}
    verified = [each for each in item.get("verified_languages") or [] if isinstance(each, dict)]
    own = [str(labels.get("language") or ""), *(str(each.get("locale") or each.get("language")) for each in verified)]
    # Only its own where the API does not say what the model speaks.
    languages = tuple(dict.fromkeys(tag for tag in (*own, *of_model) if tag))
    return Voice(
        id=str(item["voice_id"]),
        name=str(item.get("name") or item["voice_id"]),
        provider=provider,
        languages=languages,
        gender=str(labels.get("gender") or ""),
        sample_url=str(item.get("preview_url") or ""),
    )
