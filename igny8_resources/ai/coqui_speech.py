"""Speech from a Coqui server: the one of the ``coqui-tts`` package, or ``xtts-api-server``. Which one it is, it is asked.

Belongs here: one recording, the speakers. Does not belong here: when the words sound (neither says).
"""

import re
from dataclasses import dataclass
from typing import Any

from igny8_resources.ai.connection_names import names_of
from igny8_resources.ai.errors import ProviderRejected
from igny8_resources.ai.http_connection import HttpConnection, Reply
from igny8_resources.ai.providers import SpeechAnswer, SpeechCall, Voice
from igny8_resources.ai.rate_limits import Gate
from igny8_resources.ai.retries import USUAL, Retrying
from igny8_resources.ai.short_memory import ShortMemory
from igny8_resources.ai.sound_answers import recording_in
from igny8_resources.ai.speech_failures import failure_of_reply
from igny8_resources.ai.voices import VOICES_SECONDS, chosen_voice, main_language

_FINAL_CAUSE = re.compile(r"speaker|language|not (in|support)|unknown|KeyError", re.IGNORECASE)
# What XTTS calls a language by, where that is not the language's own code.
_XTTS_CODES = {"zh": "zh-cn"}


@dataclass(frozen=True)
class _Server:
    """What is known of the server: whether it is ``xtts-api-server``, its languages (its own codes), its speakers."""

    is_xtts: bool
    languages: tuple[str, ...]
    voices: tuple[Voice, ...]


class CoquiSpeechProvider:
    """A ``SpeechProvider`` over one Coqui server; safe to share between threads.

    A Coqui server has one model, which it was started with; ``model`` only names it. It speaks at its own speed and gives no
    moments of words. It answers one text at a time. A call whose answer never came is made again: it costs nothing but time.

    Args:
        base_url: the server's address, such as ``http://127.0.0.1:5002``.
        model: what the journal calls the model.
        timeout: seconds to wait for a recording.
        name: the connection; messages name its settings.
        gate: what every request passes through; without one, a gate of this object's own.
        retrying: how often, how long apart and on which clock it is asked again.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        timeout: float = 120.0,
        *,
        name: str = "coqui",
        gate: Gate | None = None,
        retrying: Retrying = USUAL,
    ) -> None:
        self.name = name
        self.model = model
        self._retrying = retrying
        self._connection = HttpConnection(base_url, {}, timeout, names_of(name), gate or retrying.gate(1))
        self._server: ShortMemory[_Server] = ShortMemory(seconds=VOICES_SECONDS)

    def __repr__(self) -> str:
        return f"CoquiSpeechProvider({self._connection.server}, {self.model})"

    def speak(self, call: SpeechCall) -> SpeechAnswer:
        """Speak one text.

        Raises:
            ProviderUnavailable: no whole recording after all attempts.
            ProviderRejected: the address, the speaker or the language is wrong.
            AnswerEmpty: the recording is silent, as ``xtts-api-server`` answers in its streaming mode.
            AnswerInvalid: what came is no recording.
        """
        return self._retrying(self._ask, call)

    def voices(self) -> tuple[Voice, ...]:
        """The server's speakers.

        Raises:
            ProviderError: as ``speak``.
        """
        return self._known().voices

    def voice_for(self, wanted: str, language: str) -> str:
        """See ``SpeechProvider``.

        Raises:
            ProviderRejected: there is no such speaker, or the model does not speak the language.
        """
        return chosen_voice(self.voices(), wanted, language, self.name)

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        self._connection.close()

    def _ask(self, call: SpeechCall) -> SpeechAnswer:
        known = self._known()
        language = _code(call.language, known.languages)
        if known.is_xtts:
            body = {"text": call.text, "speaker_wav": call.voice, "language": language}
            reply = self._sent("POST", "/tts_to_audio/", body=body)
        else:
            form = {"text": call.text, "speaker_id": call.voice, "language_id": language}
            reply = self._sent("POST", "/api/tts", form=form)
        recording = recording_in(reply.content, self._connection.server, self._connection.names, call.text)
        return SpeechAnswer(recording.samples, recording.sample_rate, ())

    def _known(self) -> _Server:
        return self._server.get("server", lambda: self._retrying(self._look))

    def _look(self) -> _Server:
        listed = self._got("/speakers_list")
        if listed is not None and isinstance(listed.data, list):
            languages = self._xtts_languages()
            spoken = tuple(map(_tag, languages))
            voices = tuple(Voice(str(name), str(name), self.name, spoken) for name in listed.data)
            return _Server(True, languages, voices)
        lines = self._got("/voices")
        voices = tuple(_speakers(lines.content.decode("utf-8", "replace"), self.name)) if lines is not None else ()
        if not voices:
            names = self._connection.names
            raise ProviderRejected(
                f"{self._connection.server} lists no speakers, as Coqui's servers do. Check that {names.base_url} is "
                f"{names.root}."
            )
        return _Server(False, (), voices)

    def _xtts_languages(self) -> tuple[str, ...]:
        reply = self._got("/languages")
        listed: Any = reply.data.get("languages") if reply is not None and isinstance(reply.data, dict) else ()
        return tuple(map(str, listed.values() if isinstance(listed, dict) else listed or ()))

    def _got(self, path: str) -> Reply | None:
        """An answer to GET; None where the server does not know the path."""
        with self._connection.gate.slot():
            reply = self._connection.send("GET", path)
        if reply.status in {404, 405}:
            return None
        return self._good(reply)

    def _sent(self, method: str, path: str, **more: Any) -> Reply:
        with self._connection.gate.slot():
            return self._good(self._connection.send(method, path, **more))

    def _good(self, reply: Reply) -> Reply:
        if reply.status < 400:
            return reply
        failure = failure_of_reply(reply, self._connection.server, "", self._connection.names)
        # Both servers answer 500 to whatever goes wrong, a speaker that they do not know included.
        if reply.status == 500 and isinstance(reply.data, dict) and _FINAL_CAUSE.search(reply.start + str(reply.data)):
            raise ProviderRejected(f"{failure} `igny8 ai voices` lists the speakers.")
        raise failure


def _speakers(text: str, provider: str) -> list[Voice]:
    """Lines of ``NAME LOCALE GENDER``; names have spaces in them."""
    found = []
    for line in text.splitlines():
        parts = line.strip().rsplit(" ", 2)
        if len(parts) == 3 and parts[2] in {"u", "f", "m"}:
            languages = () if parts[1] in {"multilingual", "multi-dataset", ""} else (parts[1],)
            gender = {"f": "female", "m": "male"}.get(parts[2], "")
            found.append(Voice(parts[0], parts[0], provider, languages, gender))
    return found


def _code(language: str, offered: tuple[str, ...]) -> str:
    main = main_language(language)
    fits = [code for code in offered if main_language(code) == main]
    return fits[0] if fits else _XTTS_CODES.get(main, main)


def _tag(code: str) -> str:
    return "zh-CN" if code == "zh-cn" else code
