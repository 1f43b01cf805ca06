"""Speech from OpenAI, or any server that speaks ``/audio/speech``: speaches, Kokoro-FastAPI, LocalAI and others.

Belongs here: one recording, and the voices. Does not belong here: when the words sound (the API does not say).
"""

import json
from typing import TYPE_CHECKING, Any

from igny8_resources.ai.connection_names import names_of
from igny8_resources.ai.errors import AnswerInvalid, ProviderRejected
from igny8_resources.ai.openai_connection import OpenAIConnection
from igny8_resources.ai.providers import SpeechAnswer, SpeechCall, Voice
from igny8_resources.ai.rate_limits import Gate
from igny8_resources.ai.retries import USUAL, Retrying
from igny8_resources.ai.short_memory import ShortMemory
from igny8_resources.ai.sound_answers import recording_in
from igny8_resources.ai.speech_rate import speed_for
from igny8_resources.ai.voices import VOICES_SECONDS, chosen_voice

if TYPE_CHECKING:
    import openai

MOST_CHARACTERS = 4096
# OpenAI's voices speak every language that its models know. The older models know the first nine.
OPENAI_VOICES = (
    *("alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer"),
    *("ballad", "verse", "marin", "cedar"),
)
_OLD_VOICES = OPENAI_VOICES[:9]


class NoVoiceListError(Exception):
    """The server does not list its voices."""


class OpenAISpeechProvider:
    """A ``SpeechProvider`` over one server and one speech model; safe to share between threads.

    The API gives no moments of words: the answer has none. Failures are treated as by ``OpenAITextProvider``. A call whose
    answer never came cannot be looked up; it is made again, and the provider may take money for both.

    Args:
        base_url: the API's root, such as ``https://api.openai.com/v1``.
        api_key: the bearer token; empty for local servers that need none.
        model: the speech model's name.
        timeout: seconds to wait for a recording.
        name: the connection, ``openai`` or ``self_hosted``; messages name its settings.
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
        name: str = "openai",
        gate: Gate | None = None,
        retrying: Retrying = USUAL,
    ) -> None:
        self.name = name
        self.model = model
        self._retrying = retrying
        self._names = names_of(f"{name}_speech")
        self._connection = OpenAIConnection(
            base_url, api_key, model, timeout, self._names, gate or retrying.gate(8), kind="a speech model"
        )
        self._listed: ShortMemory[tuple[Voice, ...]] = ShortMemory(seconds=VOICES_SECONDS)

    def __repr__(self) -> str:
        return f"OpenAISpeechProvider({self._connection.server}, {self.model})"

    def speak(self, call: SpeechCall) -> SpeechAnswer:
        """Speak one text.

        Raises:
            ProviderUnavailable: no whole recording after all attempts, or the server asks for a pause that is too long.
            QuotaExhausted: the account has no money left.
            ProviderRejected: the key, the address, the model, the voice or the text is wrong; the message says which.
            AnswerEmpty: the recording is silent.
            AnswerInvalid: what came is no recording.
        """
        if len(call.text) > MOST_CHARACTERS:
            raise ProviderRejected(
                f"the text “{call.text[:40]}…” has {len(call.text):,} characters and {self._connection.server} speaks "
                f"{MOST_CHARACTERS:,} at a time: divide the section."
            )
        return self._retrying(self._ask, call)

    def voices(self) -> tuple[Voice, ...]:
        """The voices: OpenAI's own, or what another server lists; none where it lists none.

        Raises:
            ProviderError: as ``speak``.
        """
        return self._listed.get("voices", self._list)

    def voice_for(self, wanted: str, language: str) -> str:
        """See ``SpeechProvider``; a server that lists no voices is taken at its caller's word.

        Raises:
            ProviderRejected: there is no such voice, or it does not speak the language.
        """
        listed = self.voices()
        if not listed:
            return wanted or OPENAI_VOICES[0]
        return chosen_voice(listed, wanted, language, self.name)

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        self._connection.close()

    def _ask(self, call: SpeechCall) -> SpeechAnswer:
        speed = speed_for(call.words_per_minute, 0.25, 4.0)

        def send(client: "openai.OpenAI") -> Any:
            more: dict[str, Any] = {} if speed == 1.0 else {"speed": speed}
            return client.audio.speech.with_raw_response.create(
                model=self.model, voice=call.voice, input=call.text, response_format="wav", **more
            )

        content = self._connection.ask(send)
        recording = recording_in(content, self._connection.server, self._names, call.text)
        return SpeechAnswer(recording.samples, recording.sample_rate, (), characters=len(call.text))

    def _list(self) -> tuple[Voice, ...]:
        if self.name == "openai":
            known = _OLD_VOICES if self.model.startswith("tts-1") else OPENAI_VOICES
            return tuple(Voice(voice, voice.capitalize(), self.name) for voice in known)

        def send(client: "openai.OpenAI") -> Any:
            raw: Any = {"headers": {"X-Stainless-Raw-Response": "raw"}}
            answer: Any = client.get("/audio/voices", cast_to=object, options=raw)
            return answer.http_response

        def recognise(error: "openai.APIStatusError") -> Exception | None:
            return NoVoiceListError() if error.status_code in {404, 405} else None

        def ask() -> bytes:
            return self._connection.ask(send, recognise=recognise)

        try:
            content = self._retrying(ask)
        except NoVoiceListError:
            return ()
        return _voices_in(content, self.name, self._connection.server)


def _voices_in(content: bytes, provider: str, server: str) -> tuple[Voice, ...]:
    """The voices of a list: names alone, or objects, as different servers write them."""
    try:
        data: Any = json.loads(content)
    except ValueError:
        raise AnswerInvalid(f"{server} answered with something other than a list of voices.") from None
    listed = data.get("voices") or data.get("data") if isinstance(data, dict) else data
    found = []
    for item in listed or []:
        facts = item if isinstance(item, dict) else {"id": item}
        key = str(facts.get("id") or facts.get("voice_id") or facts.get("name") or "")
        language = facts.get("language") or facts.get("lang")
        if key:
            languages = (str(language),) if language else ()
            found.append(Voice(key, str(facts.get("name") or key), provider, languages, str(facts.get("gender") or "")))
    return tuple(found)
