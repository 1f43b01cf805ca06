"""The built-in voice: espeak-ng, called in-process through the ``espeakng-loader`` wheel.

espeak-ng is licensed under the GPL, version 3. It is therefore a provider of its own behind the speech protocol,
installed only with the extra ``igny8[speech]``; nothing else in the platform links to it or needs it.

espeak reports at which sample each word begins, so captions made from these timings do not drift.
"""

import ctypes
import importlib
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Any, ClassVar, Self

from igny8_resources.ai.errors import AnswerEmpty, ProviderMissing, ProviderRejected
from igny8_resources.ai.providers import SpeechAnswer, SpeechCall, Voice
from igny8_resources.ai.voices import chosen_voice
from igny8_resources.contracts.video import WordTiming

_AUDIO_OUTPUT_SYNCHRONOUS = 2
_INITIALIZE_DONT_EXIT = 0x8000
_CHARS_UTF8 = 1
_POS_CHARACTER = 1
_EVENT_TERMINATED, _EVENT_WORD, _EVENT_END = 0, 1, 5
_RATE, _PITCH, _PITCH_RANGE, _WORD_GAP = 1, 3, 4, 7
_SLOWEST, _FASTEST = 80, 450

# The variant m3 is espeak's least nasal one; a slightly lower pitch and a wider intonation take away some of the drone,
# and 10 ms between words keeps compound terms apart.
_DEFAULT_VARIANT = "m3"
_PITCH_VALUE, _PITCH_RANGE_VALUE, _WORD_GAP_VALUE = 46, 58, 1
# What espeak files under another code; the rest it knows by the language or its first part.
_LANGUAGE_VOICES = {
    "en": "en-us",
    "en-ca": "en-us",
    "en-au": "en-gb",
    "en-ie": "en-gb",
    "en-in": "en-gb",
    "en-nz": "en-gb",
    "en-za": "en-gb",
    "fr": "fr-fr",
    "no": "nb",
    "zh": "cmn",
}

_GENDERS = {1: "male", 2: "female"}
_QUIET = 0.012  # of full scale: what counts as silence at the end of a clause


class _EventId(ctypes.Union):
    _fields_: ClassVar = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_: ClassVar = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    ]


class _Voice(ctypes.Structure):
    _fields_: ClassVar = [
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    ]


_SynthCallback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True)
class EspeakVoice:
    """One installed voice: what to write in ``SpeechCall.voice``, its name, its BCP 47 language and its data file."""

    key: str
    name: str
    language: str
    identifier: str
    gender: str = ""


@dataclass(frozen=True)
class _Mark:
    """A word or clause-end event: position in the text in characters from 0, and the sample at which it happens."""

    kind: int
    position: int
    sample: int


class _Engine:
    """espeak, freshly loaded; use as a context manager.

    The library keeps the phase of its voice and the state of its noise in globals that no call resets, so the same text
    would sound and last a little different each time. Loading it anew costs 3 ms and gives the same samples for the
    same text. The lock keeps a second thread out, because there is only one set of globals.
    """

    _lock = threading.Lock()

    def __enter__(self) -> Self:
        self._lock.acquire()
        try:
            self._load()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._library.espeak_Terminate()
            _unload(self._library)
        finally:
            self._lock.release()

    def _load(self) -> None:
        try:
            loader = importlib.import_module("espeakng_loader")
            self._library = ctypes.CDLL(loader.get_library_path())
        except (ImportError, OSError) as error:
            raise ProviderMissing(
                f"The built-in voice espeak-ng is not installed ({error}): install igny8[speech], or configure another "
                "speech provider."
            ) from error
        self.rate: int = self._library.espeak_Initialize(
            _AUDIO_OUTPUT_SYNCHRONOUS, 100, str(loader.get_data_path()).encode(), _INITIALIZE_DONT_EXIT
        )
        if self.rate <= 0:
            raise ProviderMissing("espeak-ng could not read its voice data: reinstall the package espeakng-loader.")
        self._library.espeak_Info.restype = ctypes.c_char_p
        self._library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        self.version: str = self._library.espeak_Info(None).decode()
        self._chunks: list[bytes] = []
        self._marks: list[_Mark] = []
        # Kept on the object: the library holds only the address.
        self._callback = _SynthCallback(self._collect)
        self._library.espeak_SetSynthCallback(self._callback)

    def _collect(self, samples: Any, count: int, events: Any) -> int:
        if count > 0 and samples:
            self._chunks.append(ctypes.string_at(samples, count * 2))
        index = 0
        while events[index].type != _EVENT_TERMINATED:
            event = events[index]
            if event.type in (_EVENT_WORD, _EVENT_END):
                offset = 1 if event.type == _EVENT_WORD else 0
                self._marks.append(_Mark(event.type, event.text_position - offset, event.sample))
            index += 1
        return 0

    def synthesise(self, text: str, voice: str, words_per_minute: float) -> tuple[bytes, list[_Mark]]:
        """Speak the text; returns 16-bit samples and what happened at which of them."""
        self._choose(voice)
        rate = round(min(max(words_per_minute, _SLOWEST), _FASTEST))
        settings = (
            (_RATE, rate),
            (_PITCH, _PITCH_VALUE),
            (_PITCH_RANGE, _PITCH_RANGE_VALUE),
            (_WORD_GAP, _WORD_GAP_VALUE),
        )
        for parameter, value in settings:
            self._library.espeak_SetParameter(parameter, value, 0)
        self._chunks, self._marks = [], []
        data = text.encode()
        status = self._library.espeak_Synth(data, len(data) + 1, 0, _POS_CHARACTER, 0, _CHARS_UTF8, None, None)
        if status != 0:
            raise ProviderRejected(f"espeak-ng refused the text (status {status}).")
        self._library.espeak_Synchronize()
        return b"".join(self._chunks), self._marks

    def _choose(self, voice: str) -> None:
        """Set a voice by its file name or, which the library cannot do together with a variant, by language."""
        base, plus, variant = voice.partition("+")
        for listed in self.voices():
            if base.lower() == listed.key:
                base = listed.identifier
                break
        if self._library.espeak_SetVoiceByName(f"{base}{plus}{variant}".encode()) != 0:
            raise ProviderRejected(f"espeak-ng has no voice {voice!r}: see list_voices(), for example 'en-us+m3'.")

    def voices(self) -> tuple[EspeakVoice, ...]:
        """All installed voices."""
        found = []
        listed = self._library.espeak_ListVoices(None)
        index = 0
        while listed[index]:
            voice = listed[index].contents
            # ``languages`` starts with one byte of priority, then the code.
            language = voice.languages[1:].decode()
            gender = _GENDERS.get(voice.gender, "")
            found.append(EspeakVoice(language, voice.name.decode(), language, voice.identifier.decode(), gender))
            index += 1
        return tuple(found)


def _unload(library: ctypes.CDLL) -> None:
    native = importlib.import_module("_ctypes")
    close = getattr(native, "dlclose", None) or native.FreeLibrary  # the latter on Windows
    close(library._handle)


class EspeakSpeechProvider:
    """Speaks with espeak-ng: 22,050 Hz, mono, 16 bit, word timings measured by the synthesiser itself."""

    name = "espeak-ng"

    def __init__(self) -> None:
        """``model`` is the library's version.

        Raises:
            ProviderMissing: the extra ``igny8[speech]`` is not installed.
        """
        with _Engine() as engine:
            self.model: str = engine.version

    def speak(self, call: SpeechCall) -> SpeechAnswer:
        """Speak the text; one ``WordTiming`` per word as written, its punctuation kept.

        ``call.voice`` is an espeak voice such as ``en-us``, ``en-gb`` or ``en-us+f3``; empty picks one by language. The
        rate is held within espeak's 80-450 words a minute.

        Raises:
            ProviderMissing: the extra is not installed.
            ProviderRejected: the text is empty or the voice unknown.
            AnswerEmpty: nothing in the text can be spoken.
        """
        import numpy as np

        if not call.text.strip():
            raise ProviderRejected("There is nothing to speak: the text is empty.")
        text = call.text.replace("\x00", " ")
        with _Engine() as engine:
            voice = call.voice or _voice_for(call.language, engine.voices())
            raw, marks = engine.synthesise(text, voice, call.words_per_minute)
        samples = np.frombuffer(raw, dtype=np.int16).copy()
        words = _word_timings(text, marks, samples, engine.rate)
        if not words:
            raise AnswerEmpty(f"espeak-ng found no word to speak in {call.text[:60]!r}.")
        return SpeechAnswer(samples=samples, sample_rate=engine.rate, words=words)

    def voices(self) -> tuple[Voice, ...]:
        """The installed voices; any of them also takes a variant, as in ``en-us+f3``."""
        return tuple(
            Voice(voice.key, voice.name, self.name, (voice.language,), voice.gender) for voice in self.list_voices()
        )

    def voice_for(self, wanted: str, language: str) -> str:
        """See ``SpeechProvider``.

        Raises:
            ProviderRejected: there is no such voice, or it does not speak the language.
        """
        if not wanted:
            with _Engine() as engine:
                return _voice_for(language, engine.voices())
        base, plus, variant = wanted.partition("+")
        return chosen_voice(self.voices(), base, language, self.name) + plus + variant

    def list_voices(self) -> tuple[EspeakVoice, ...]:
        """The installed voices; any of them also takes a variant, as in ``en-us+f3``."""
        with _Engine() as engine:
            return engine.voices()


def _voice_for(language: str, installed: tuple[EspeakVoice, ...]) -> str:
    """The default voice of a language: its regional one where there is one.

    Raises:
        ProviderRejected: espeak does not speak the language.
    """
    code = language.lower().replace("_", "-")
    keys = {voice.key for voice in installed}
    first = code.split("-")[0]
    for candidate in (_LANGUAGE_VOICES.get(code, code), _LANGUAGE_VOICES.get(first, first)):
        if candidate in keys:
            return f"{candidate}+{_DEFAULT_VARIANT}"
    raise ProviderRejected(f"espeak-ng does not speak {language!r}: see list_voices() for its languages.")


def _written_words(text: str) -> list[tuple[int, int]]:
    """Start and end of every run of characters without white space."""
    spans, start = [], None
    for position, character in enumerate(text + " "):
        if character.isspace():
            if start is not None:
                spans.append((start, position))
            start = None
        elif start is None:
            start = position
    return spans


def _word_timings(text: str, marks: list[_Mark], samples: Any, rate: int) -> tuple[WordTiming, ...]:
    """Bring espeak's events, of which a number or an abbreviation has several, onto the words as they are written.

    A written word without an event of its own (a lone dash) belongs to the word before it.
    """
    spans = _written_words(text)
    heard: list[tuple[str, int]] = []
    position = 0
    word_marks = [mark for mark in marks if mark.kind == _EVENT_WORD]
    for start, end in spans:
        sample: int | None = None
        while position < len(word_marks) and word_marks[position].position < end:
            if sample is None:
                sample = word_marks[position].sample
            position += 1
        written = text[start:end]
        if sample is not None:
            heard.append((written, sample))
        elif heard:
            heard[-1] = (f"{heard[-1][0]} {written}", heard[-1][1])
    clause_ends = sorted(mark.sample for mark in marks if mark.kind == _EVENT_END)
    timings = []
    for index, (written, begin) in enumerate(heard):
        finish = heard[index + 1][1] if index + 1 < len(heard) else len(samples)
        if any(begin < clause_end <= finish for clause_end in clause_ends):
            finish = _last_sound(samples, begin, finish)
        timings.append(WordTiming(text=written, start=begin / rate, end=max(finish, begin + 1) / rate))
    return tuple(timings)


def _last_sound(samples: Any, begin: int, finish: int) -> int:
    """Where the sound stops between two samples: espeak counts the pause after a clause to its last word."""
    import numpy as np

    loud = np.flatnonzero(np.abs(samples[begin:finish].astype(np.int32)) > _QUIET * 32768)
    return begin + int(loud[-1]) + 1 if loud.size else finish
