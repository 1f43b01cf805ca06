"""Speech servers over HTTP for tests, as the real ones behave: OpenAI's, ElevenLabs, Coqui, XTTS, Piper of three ages, Whisper.

All of them speak with espeak-ng, so that what comes is speech and its true moments are known: ``SPOKEN`` keeps them by the
samples, and the transcription stand-in looks there for what it "hears". Faults are queued with ``script``.
"""

import base64
import hashlib
import io
import json
import re
import struct
import wave
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from igny8_resources.ai.espeak_speech import EspeakSpeechProvider
from igny8_resources.ai.providers import SpeechAnswer, SpeechCall
from igny8_resources.contracts.video import WordTiming
from tests.stand_ins.scripted_http import (
    Altered,
    Failure,
    Json,
    Recorded,
    Refusal,
    Reply,
    ScriptedServer,
    json_reply,
)

API_KEY = "sk-speech-0123456789"
ELEVEN_KEY = "xi-0123456789"
MODEL = "tts-stand-in"

SPOKEN: dict[str, tuple[WordTiming, ...]] = {}


@cache
def spoken(text: str, language: str = "en-US", speed: float = 1.0) -> SpeechAnswer:
    """The text in espeak's voice; its moments are remembered."""
    said = EspeakSpeechProvider().speak(SpeechCall(text, "", language, 160 * speed))
    SPOKEN[_mark(said.samples)] = said.words
    return said


def _mark(samples: np.ndarray) -> str:
    return hashlib.sha256(samples.astype("<i2").tobytes()).hexdigest()


def wav_file(samples: np.ndarray, rate: int, *, says_its_length: bool = True) -> bytes:
    """A WAV file; servers that stream write a header without a length."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    data = buffer.getvalue()
    if says_its_length:
        return data
    unknown = struct.pack("<I", 0xFFFFFFFF)
    return data[:4] + unknown + data[8:40] + unknown + data[44:]


def rate_limit(**headers: str) -> Failure:
    """429: too many requests."""
    error = {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}
    return Failure(429, error, {name.replace("_", "-"): value for name, value in headers.items()})


def too_many_at_once(**headers: str) -> Failure:
    """429 as ElevenLabs words it."""
    error = {"status": "too_many_concurrent_requests", "message": "Too many concurrent requests."}
    return Failure(429, error, {name.replace("_", "-"): value for name, value in headers.items()})


class SpeechStandIn(ScriptedServer):
    """What the stand-ins have in common: a recording in the answer."""

    def recording(self, said: SpeechAnswer, altered: Altered) -> Reply:
        if altered.content == "silence":
            said = SpeechAnswer(np.zeros(22050, np.int16), 22050, ())
        return Reply(wav_file(said.samples, said.sample_rate), "audio/wav")


class OpenAISpeechStandIn(SpeechStandIn):
    """``/v1/audio/speech``, and ``/v1/audio/voices`` where ``listed`` is given; its WAV header states no length."""

    def __init__(self, listed: list[Any] | None = None) -> None:
        super().__init__()
        self.base_url = f"{self.address}/v1"
        self.listed = listed

    def work(self, request: Recorded, altered: Altered) -> Reply:
        if request.headers.get("authorization") != f"Bearer {API_KEY}":
            given = request.headers.get("authorization", "").removeprefix("Bearer ")
            raise Refusal(Failure(401, {"message": f"Incorrect API key provided: {given}.", "code": "invalid_api_key"}))
        if request.path == "/v1/audio/voices" and self.listed is not None:
            return json_reply({"voices": self.listed})
        if request.path != "/v1/audio/speech":
            raise Refusal(Failure(404, "<h1>Not found</h1>"))
        body = request.body
        if body["model"] != MODEL:
            error = {"message": f"The model `{body['model']}` does not exist", "code": "model_not_found"}
            raise Refusal(Failure(404, error))
        if len(body["input"]) > 4096 or not body["input"].strip() or not 0.25 <= body.get("speed", 1.0) <= 4:
            raise Refusal(Failure(400, {"message": "Invalid input", "type": "invalid_request_error", "param": "input"}))
        if body["response_format"] != "wav":
            raise Refusal(Failure(400, {"message": "expected wav in this test", "param": "response_format"}))
        said = spoken(body["input"], speed=body.get("speed", 1.0))
        if altered.content == "silence":
            return self.recording(said, altered)
        return Reply(wav_file(said.samples, said.sample_rate, says_its_length=False), "audio/wav")


class ElevenLabsStandIn(SpeechStandIn):
    """ElevenLabs with moments of characters; ``alignment`` says which of its two it sends."""

    VOICES: tuple[Json, ...] = (
        {
            "voice_id": "21m00Tcm4TlvDq8ikWAM",
            "name": "Rachel",
            "labels": {"gender": "female", "language": "en", "accent": "american"},
            "preview_url": "https://storage.example/rachel.mp3",
            "verified_languages": [{"language": "en", "locale": "en-US", "model_id": "eleven_multilingual_v2"}],
        },
        {
            "voice_id": "pNInz6obpgDQGcFmaJgB",
            "name": "Adelbert",
            "labels": {"gender": "male", "language": "de"},
            "preview_url": "",
        },
    )

    def __init__(self, alignment: str = "alignment") -> None:
        super().__init__()
        self.base_url = self.address
        self.alignment = alignment
        self.characters = 0

    def worded(self, failure: Failure) -> Json:
        return {"detail": failure.error}

    def work(self, request: Recorded, altered: Altered) -> Reply:
        if request.headers.get("xi-api-key") != ELEVEN_KEY:
            raise Refusal(Failure(401, {"status": "invalid_api_key", "message": "Invalid API key"}))
        if request.path == "/v1/voices":
            return json_reply({"voices": self.VOICES})
        if request.path == "/v1/models":
            languages = [{"language_id": code, "name": code} for code in ("en", "de", "fr")]
            english = [{"language_id": "en", "name": "English"}]
            return json_reply(
                [
                    {"model_id": "eleven_multilingual_v2", "languages": languages},
                    {"model_id": "eleven_flash_v2", "languages": english},
                ]
            )
        asked = re.fullmatch(r"/v1/text-to-speech/(\w+)/with-timestamps", request.path)
        if asked is None or request.query != {"output_format": "pcm_24000"}:
            raise Refusal(Failure(404, "<h1>Not found</h1>"))
        if asked[1] not in {voice["voice_id"] for voice in self.VOICES}:
            message = f"A voice with the voice_id {asked[1]} was not found."
            raise Refusal(Failure(404, {"status": "voice_not_found", "message": message}))
        body = request.body
        if not body["model_id"].startswith("eleven_"):
            raise Refusal(Failure(400, {"status": "model_not_found", "message": "model_id was not found"}))
        if "language_code" in body and "v2_5" not in body["model_id"]:
            raise Refusal(Failure(400, {"status": "unsupported_language", "message": "language_code is not supported"}))
        said = spoken(body["text"], body.get("language_code", "en-US"))
        self.characters += len(body["text"])
        samples = _resampled(said.samples, said.sample_rate, 24_000)
        if altered.content == "silence":
            samples = np.zeros(24_000, np.int16)
        if altered.content == "half":
            samples = samples[: len(samples) // 2]
        answer: Json = {"audio_base64": base64.b64encode(samples.astype("<i2").tobytes()).decode()}
        if altered.content == "not base64":
            answer["audio_base64"] = "%%%"
        answer |= {"alignment": None, "normalized_alignment": None}
        if self.alignment:
            answer[self.alignment] = _characters(body["text"], said.words)
        return json_reply(answer)


class CoquiStandIn(SpeechStandIn):
    """The server of the ``coqui-tts`` package with a model of several speakers; everything that fails is a 500."""

    def __init__(self, locale: str = "multilingual") -> None:
        super().__init__()
        self.base_url = self.address
        self.locale = locale

    def worded(self, failure: Failure) -> Json:
        error = failure.error if isinstance(failure.error, dict) else {}
        return {"error": str(error.get("message", ""))}

    def work(self, request: Recorded, altered: Altered) -> Reply:
        if request.path == "/voices":
            lines = "".join(f"{name} {self.locale} u\n" for name in ("Claribel Dervla", "Damien Black"))
            return Reply(lines.encode(), "text/html; charset=utf-8")
        if request.path != "/api/tts":
            raise Refusal(Failure(404, "<h1>Not found</h1>"))
        form = request.body
        if form["speaker_id"] not in {"Claribel Dervla", "Damien Black"}:
            raise Refusal(Failure(500, {"message": f"TTS synthesis failed: '{form['speaker_id']}' speaker unknown"}))
        return self.recording(spoken(form["text"], form["language_id"]), altered)


class XttsStandIn(SpeechStandIn):
    """``xtts-api-server``."""

    def __init__(self) -> None:
        super().__init__()
        self.base_url = self.address

    def worded(self, failure: Failure) -> Json:
        error = failure.error if isinstance(failure.error, dict) else {}
        return {"detail": str(error.get("message", ""))}

    def work(self, request: Recorded, altered: Altered) -> Reply:
        if request.path == "/speakers_list":
            return json_reply(["calm_female", "male"])
        if request.path == "/languages":
            return json_reply({"languages": {"English": "en", "German": "de", "Chinese": "zh-cn"}})
        if request.path != "/tts_to_audio/":
            raise Refusal(Failure(404, {"message": "Not Found"}))
        body = request.body
        if body["language"] not in {"en", "de", "zh-cn"}:
            message = "Error: 400: Language code sent is either unsupported or misspelled."
            raise Refusal(Failure(500, {"message": message}))
        return self.recording(spoken(body["text"], body["language"]), altered)


class PiperStandIn(SpeechStandIn):
    """Piper's server: ``version`` 1.5 has ``/synthesize``, 1.3 has ``/`` with JSON, 1.0 has ``/`` with text and no list."""

    VOICES = {  # noqa: RUF012
        "en_US-lessac-medium": {"language": {"code": "en_US"}, "espeak": {"voice": "en-us"}, "num_speakers": 1},
        "de_DE-thorsten-high": {"language": {"code": "de_DE"}, "espeak": {"voice": "de"}, "num_speakers": 1},
        "en_GB-vctk-medium": {"language": {"code": "en_GB"}, "speaker_id_map": {"p239": 0, "p236": 1}},
    }

    def __init__(self, version: float = 1.5, *, with_phonemes: bool = False) -> None:
        super().__init__()
        self.base_url = self.address
        self.version = version
        self.with_phonemes = with_phonemes
        self.last: Json | None = None

    def worded(self, failure: Failure) -> Json:
        error = failure.error if isinstance(failure.error, dict) else {}
        return {"message": str(error.get("message", ""))}

    def work(self, request: Recorded, altered: Altered) -> Reply:
        if request.path == "/voices" and self.version > 1:
            return json_reply(self.VOICES)
        if request.path == "/info" and self.version >= 1.5:
            return json_reply({"voice": {"name": "en_US-lessac-medium"}, "last": self.last})
        right = request.path == ("/synthesize" if self.version >= 1.5 else "/")
        if request.method != "POST" or not right:
            raise Refusal(Failure(404, "<h1>Not found</h1>"))
        if self.version < 1.1:
            text, language = request.body if isinstance(request.body, str) else json.dumps(request.body), "en-US"
        else:
            text = request.body["text"]
            # An unknown voice is spoken with the default one, silently.
            config = self.VOICES.get(request.body.get("voice", ""), self.VOICES["en_US-lessac-medium"])
            language = str(config["language"]["code"]).replace("_", "-")  # type: ignore[index]
        if not text.strip():
            raise Refusal(Failure(500, "<h1>Internal Server Error</h1>"))
        said = spoken(text, language)
        self.last = {"text": text, "alignments": _phonemes(said) if self.with_phonemes else []}
        return self.recording(said, altered)


def _phonemes(said: SpeechAnswer) -> list[Json]:
    """As Piper lists them: about one for a letter, a space between words, marks at the ends; words said as one have no space."""
    listed, clock = [{"phoneme": "^", "seconds": 0.0}], 0.0
    for word in said.words:
        listed.append({"phoneme": " " if len(listed) > 1 else "_", "seconds": word.start - clock})
        heard = [
            letter for letter in word.text.replace("th", "ð").replace("ng", "ŋ").rstrip(".,;e") if letter.isalpha()
        ]
        listed += [{"phoneme": letter, "seconds": (word.end - word.start) / len(heard)} for letter in heard]
        clock = word.end
    rest = len(said.samples) / said.sample_rate - clock
    return [*listed, {"phoneme": ".", "seconds": 0.0}, {"phoneme": "$", "seconds": rest}]


Hearing = Callable[[Sequence[WordTiming]], list[Json]]


def exactly(words: Sequence[WordTiming]) -> list[Json]:
    return [{"word": f" {word.text}", "start": word.start, "end": word.end} for word in words]


class WhisperStandIn(ScriptedServer):
    """``/v1/audio/transcriptions``: hears what espeak said, as ``hearing`` has it."""

    def __init__(self, hearing: Hearing = exactly, *, with_words: bool = True) -> None:
        super().__init__()
        self.base_url = f"{self.address}/v1"
        self.hearing = hearing
        self.with_words = with_words
        self.fields: list[dict[str, str]] = []

    def work(self, request: Recorded, altered: Altered) -> Reply:  # noqa: ARG002
        if request.path != "/v1/audio/transcriptions":
            raise Refusal(Failure(404, "<h1>Not found</h1>"))
        fields, wav = _parts(request.body, request.headers["content-type"])
        self.fields.append(fields)
        with wave.open(io.BytesIO(wav)) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        words = self.hearing(SPOKEN[_mark(samples)])
        text = " ".join(word["word"].strip() for word in words)
        return json_reply({"task": "transcribe", "text": text, **({"words": words} if self.with_words else {})})


def _parts(body: bytes, media_type: str) -> tuple[dict[str, str], bytes]:
    boundary = media_type.partition("boundary=")[2].strip('"').encode()
    fields, file = {}, b""
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, content = part.strip(b"\r\n").partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]+)"', head)
        assert name
        if b"filename=" in head:
            file = content
        else:
            fields[name[1].decode()] = content.decode()
    return fields, file


def _resampled(samples: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    places = np.arange(round(len(samples) * wanted / rate)) * rate / wanted
    return np.interp(places, np.arange(len(samples)), samples).astype(np.int16)


def _characters(text: str, words: Sequence[WordTiming]) -> Json:
    """Moments for every character: a word's time shared by its letters, the rest up to the next word its white space."""
    characters, starts, ends = [], [], []
    place, clock = 0, 0.0
    for word in words:
        begin = text.index(word.text, place)
        for character in text[place:begin]:
            characters.append(character)
            starts.append(clock)
            ends.append(word.start)
        step = (word.end - word.start) / len(word.text)
        for index, character in enumerate(word.text):
            characters.append(character)
            starts.append(word.start + index * step)
            ends.append(word.start + (index + 1) * step)
        place, clock = begin + len(word.text), word.end
    return {
        "characters": characters,
        "character_start_times_seconds": starts,
        "character_end_times_seconds": ends,
    }
