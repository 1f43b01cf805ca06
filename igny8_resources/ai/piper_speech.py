"""Speech from Piper's HTTP server, of every version: ``/synthesize`` (from 1.5), ``/`` with JSON, and ``/`` with bare text.

Belongs here: one recording, the voices, and the moments of words where the server knows its phonemes'. Does not belong here:
when words sound that nobody measured.
"""

from typing import Any

from igny8_resources.ai.connection_names import names_of
from igny8_resources.ai.errors import ProviderRejected, ProviderUnavailable
from igny8_resources.ai.http_connection import HttpConnection, Reply
from igny8_resources.ai.providers import SpeechAnswer, SpeechCall, Voice
from igny8_resources.ai.rate_limits import Gate
from igny8_resources.ai.retries import USUAL, Retrying
from igny8_resources.ai.short_memory import ShortMemory
from igny8_resources.ai.sound_answers import recording_in
from igny8_resources.ai.speech_failures import failure_of_reply
from igny8_resources.ai.speech_rate import speed_for
from igny8_resources.ai.voices import VOICES_SECONDS, VoiceUnknown, chosen_voice
from igny8_resources.contracts.video import WordTiming

MODEL = "piper"  # the voice is the model
_BETWEEN_WORDS = {" ", "^", "$"}  # a space, and the marks at a sentence's ends
_MOST_UNEXPLAINED = 0.06  # seconds
_SPEAKER = ":"  # between a voice of several speakers and one of them


class PiperSpeechProvider:
    """A ``SpeechProvider`` over one Piper server; safe to share between threads.

    The server speaks with its default voice when it does not know one, without a word about it: a voice is looked for in its
    list first. Versions that have no list have one voice, and none may be asked for. From 1.5 on it is asked for the moments of
    the phonemes that it spoke last, which models made for that have; else, and where it says several words as one, the answer
    has no words. A call whose answer never
    came is made again: it costs nothing but time.

    Args:
        base_url: the server's address, such as ``http://127.0.0.1:5000``.
        timeout: seconds to wait for a recording.
        name: the connection; messages name its settings.
        gate: what every request passes through; without one, a gate of this object's own.
        retrying: how often, how long apart and on which clock it is asked again.
    """

    def __init__(
        self,
        base_url: str,
        timeout: float = 120.0,
        *,
        name: str = "piper",
        gate: Gate | None = None,
        retrying: Retrying = USUAL,
    ) -> None:
        self.name = name
        self.model = MODEL
        self._retrying = retrying
        self._connection = HttpConnection(base_url, {}, timeout, names_of(name), gate or retrying.gate(2))
        self._listed: ShortMemory[tuple[Voice, ...] | None] = ShortMemory(seconds=VOICES_SECONDS)
        self._has_synthesize = True

    def __repr__(self) -> str:
        return f"PiperSpeechProvider({self._connection.server})"

    def speak(self, call: SpeechCall) -> SpeechAnswer:
        """Speak one text.

        Raises:
            ProviderUnavailable: no whole recording after all attempts.
            ProviderRejected: the address or the voice is wrong.
            AnswerEmpty: the recording is silent.
            AnswerInvalid: what came is no recording.
        """
        return self._retrying(self._ask, call)

    def voices(self) -> tuple[Voice, ...]:
        """The voices that the server has; none where it is too old to list its one.

        Raises:
            ProviderError: as ``speak``.
        """
        return self._known() or ()

    def voice_for(self, wanted: str, language: str) -> str:
        """See ``SpeechProvider``; empty is the one voice of an old server, whose language nobody can tell.

        Raises:
            ProviderRejected: there is no such voice, or it does not speak the language.
        """
        known = self._known()
        if known is not None:
            return chosen_voice(known, wanted, language, self.name)
        if wanted:
            raise VoiceUnknown(
                f"{self._connection.server} is a Piper server of a version with one voice and no list of voices: {wanted!r} "
                "cannot be asked for. Leave the voice empty, or update Piper."
            )
        return ""

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        self._connection.close()

    def _ask(self, call: SpeechCall) -> SpeechAnswer:
        body: dict[str, Any] = {"text": call.text}
        if call.voice:
            body["voice"], _, speaker = call.voice.partition(_SPEAKER)
            body |= {"speaker": speaker} if speaker else {}
        if (speed := speed_for(call.words_per_minute, 0.5, 2.0)) != 1.0:
            body["length_scale"] = round(1 / speed, 3)
        content = self._synthesised(body)
        recording = recording_in(content, self._connection.server, self._connection.names, call.text)
        words = self._words(call.text, recording.seconds) if self._has_synthesize else ()
        return SpeechAnswer(recording.samples, recording.sample_rate, words)

    def _words(self, text: str, seconds: float) -> tuple[WordTiming, ...]:
        """The moments of the words, if what the server spoke last is still this text and it knows its phonemes."""
        try:
            reply = self._sent("GET", "/info")
        except ProviderUnavailable:
            return ()
        last = reply.data.get("last") if reply.status == 200 and isinstance(reply.data, dict) else None
        if not isinstance(last, dict) or last.get("text") != text.strip():
            return ()
        said, spoken = _runs_of_phonemes(last.get("alignments") or [])
        # Silence that the server puts between sentences is in the recording and not among the phonemes.
        words = [word for word in text.split() if any(map(str.isalnum, word))]
        # Fewer than words: some were said as one ("in the"), and nobody knows which.
        if abs(spoken - seconds) > _MOST_UNEXPLAINED or len(said) != len(words):
            return ()
        return tuple(
            WordTiming(text=word, start=start, end=end) for word, (start, end) in zip(words, said, strict=True)
        )

    def _synthesised(self, body: dict[str, Any]) -> bytes:
        if self._has_synthesize:
            reply = self._sent("POST", "/synthesize", body=body)
            if reply.status not in {404, 405}:
                return self._good(reply).content
            self._has_synthesize = False
        # The oldest version would read JSON aloud, braces and all.
        is_oldest = self._known() is None
        reply = self._sent("POST", "/", text=body["text"]) if is_oldest else self._sent("POST", "/", body=body)
        return self._good(reply).content

    def _known(self) -> tuple[Voice, ...] | None:
        return self._listed.get("voices", lambda: self._retrying(self._list))

    def _list(self) -> tuple[Voice, ...] | None:
        reply = self._sent("GET", "/voices")
        if reply.status in {404, 405}:
            return None
        data = self._good(reply).data
        if not isinstance(data, dict):
            names = self._connection.names
            raise ProviderRejected(
                f"{self._connection.server} answered with something other than voices ({reply.start!r}). Check that "
                f"{names.base_url} is {names.root}."
            )
        return tuple(voice for name, config in data.items() for voice in _voices_of(name, config, self.name))

    def _sent(self, method: str, path: str, **more: Any) -> Reply:
        with self._connection.gate.slot():
            return self._connection.send(method, path, **more)

    def _good(self, reply: Reply) -> Reply:
        if reply.status >= 400:
            raise failure_of_reply(reply, self._connection.server, "", self._connection.names)
        return reply


def _runs_of_phonemes(alignments: list[Any]) -> tuple[list[tuple[float, float]], float]:
    """When each run of phonemes between two spaces begins and ends, and how long all phonemes take together."""
    found: list[tuple[float, float]] = []
    clock, is_inside = 0.0, False
    for item in alignments:
        phoneme, took = str(item.get("phoneme") or ""), float(item.get("seconds") or 0.0)
        if any(map(str.isalpha, phoneme)):
            found.append((found.pop()[0] if is_inside else clock, clock + took))
            is_inside = True
        elif phoneme in _BETWEEN_WORDS:
            is_inside = False
        clock += took
    return found, clock


def _voices_of(name: str, config: Any, provider: str) -> list[Voice]:
    """A voice, and each of its speakers where it has several."""
    facts = config if isinstance(config, dict) else {}
    of_language = facts.get("language") or {}
    code = of_language.get("code") or (facts.get("espeak") or {}).get("voice") or name.partition("-")[0]
    languages = (str(code).replace("_", "-"),)
    speakers = facts.get("speaker_id_map") or {}
    if len(speakers) < 2:
        return [Voice(name, name, provider, languages)]
    return [Voice(f"{name}{_SPEAKER}{each}", f"{name} {each}", provider, languages) for each in speakers]
