"""What every speech provider does alike, over real HTTP, and what each does in its own way.

The stand-in servers speak with espeak-ng, so that what comes back is speech.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("espeakng_loader")

from igny8_resources.ai.coqui_speech import CoquiSpeechProvider
from igny8_resources.ai.elevenlabs_speech import ElevenLabsSpeechProvider
from igny8_resources.ai.errors import (
    AnswerEmpty,
    AnswerInvalid,
    ProviderRejected,
    ProviderUnavailable,
    QuotaExhausted,
)
from igny8_resources.ai.openai_speech import OpenAISpeechProvider
from igny8_resources.ai.piper_speech import PiperSpeechProvider
from igny8_resources.ai.providers import SpeechCall, SpeechProvider, TranscriptionCall
from igny8_resources.ai.voices import VoiceSpeaksOtherLanguage, VoiceUnknown
from igny8_resources.ai.whisper_transcription import WhisperTranscription
from tests.integration.text_calls import Time
from tests.stand_ins import speech_servers
from tests.stand_ins.openai_server import insufficient_quota
from tests.stand_ins.scripted_http import Altered, Drop, Failure, Raw
from tests.stand_ins.speech_servers import (
    API_KEY,
    ELEVEN_KEY,
    MODEL,
    CoquiStandIn,
    ElevenLabsStandIn,
    OpenAISpeechStandIn,
    PiperStandIn,
    WhisperStandIn,
    XttsStandIn,
    rate_limit,
    spoken,
    too_many_at_once,
    wav_file,
)

TEXT = "Your grinder matters more than your machine. Uneven grounds taste sour and bitter."
CALL = SpeechCall(TEXT, "", "en-US", 160.0)

Make = Callable[..., SpeechProvider]


@dataclass(frozen=True)
class Kind:
    name: str
    serve: Callable[[], Any]
    settings: str
    voice: str
    key: str = ""
    slow_down: Callable[..., Failure] = rate_limit
    no_money: Failure | None = None


KINDS = (
    Kind("openai", OpenAISpeechStandIn, "IGNY8_OPENAI", "nova", API_KEY, no_money=insufficient_quota()),
    Kind("self_hosted", lambda: OpenAISpeechStandIn(["af_heart"]), "IGNY8_SELF_HOSTED_SPEECH", "af_heart", API_KEY),
    Kind(
        "elevenlabs",
        ElevenLabsStandIn,
        "IGNY8_ELEVENLABS",
        "21m00Tcm4TlvDq8ikWAM",
        ELEVEN_KEY,
        too_many_at_once,
        Failure(401, {"status": "quota_exceeded", "message": "You have 3 credits remaining"}),
    ),
    Kind("coqui", CoquiStandIn, "IGNY8_COQUI", "Claribel Dervla"),
    Kind("xtts", XttsStandIn, "IGNY8_COQUI", "calm_female"),
    Kind("piper", PiperStandIn, "IGNY8_PIPER", "en_US-lessac-medium"),
    Kind("piper 1.3", lambda: PiperStandIn(1.3), "IGNY8_PIPER", "en_US-lessac-medium"),
    Kind("piper 1.0", lambda: PiperStandIn(1.0), "IGNY8_PIPER", ""),
)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def server(kind: Kind) -> Iterator[Any]:
    with kind.serve() as running:
        yield running


@pytest.fixture
def pauses() -> Time:
    return Time()


@pytest.fixture
def make(kind: Kind, pauses: Time) -> Make:
    def provider(server: Any, key: str = kind.key, **more: Any) -> SpeechProvider:
        more = {"timeout": 5, "retrying": pauses.retrying(), **more}
        match kind.name:
            case "openai" | "self_hosted":
                return OpenAISpeechProvider(server.base_url, key, more.pop("model", MODEL), name=kind.name, **more)
            case "elevenlabs":
                model = more.pop("model", "eleven_multilingual_v2")
                return ElevenLabsSpeechProvider(server.base_url, key, model, **more)
            case "coqui" | "xtts":
                return CoquiSpeechProvider(server.base_url, "xtts_v2", **more)
        return PiperSpeechProvider(server.base_url, **more)

    return provider


@pytest.fixture
def call(kind: Kind) -> SpeechCall:
    return replace(CALL, voice=kind.voice)


def test_a_text_becomes_a_recording_of_it(server: Any, make: Make, call: SpeechCall, kind: Kind) -> None:
    said, truth = make(server).speak(call), spoken(TEXT)
    assert said.samples.dtype == np.int16
    assert said.samples.ndim == 1
    assert len(said.samples) / said.sample_rate == pytest.approx(len(truth.samples) / truth.sample_rate, abs=0.25)
    assert np.abs(said.samples.astype(int)).max() > 5000
    assert [word.text for word in said.words] == (
        [word.text for word in truth.words] if kind.name == "elevenlabs" else []
    )


def test_the_first_voice_that_fits_is_taken_where_none_is_wanted(server: Any, make: Make, kind: Kind) -> None:
    provider = make(server)
    assert provider.voice_for("", "en-US") == ("alloy" if kind.name == "openai" else kind.voice)
    assert provider.voice_for(kind.voice, "en-US") == kind.voice


def test_an_unknown_voice_is_named_before_anything_is_spoken(server: Any, make: Make) -> None:
    with pytest.raises(VoiceUnknown, match="klingon"):
        make(server).voice_for("klingon", "en-US")
    assert not [request for request in server.requests if request.method == "POST"]


def test_too_many_requests_are_waited_out(server: Any, make: Make, call: SpeechCall, kind: Kind, pauses: Time) -> None:
    server.script(kind.slow_down(retry_after="7"))
    assert make(server).speak(call).samples.size
    assert 7 <= max(pauses.slept) <= 7.2


def test_a_wait_of_hours_is_handed_to_the_caller(
    server: Any, make: Make, call: SpeechCall, kind: Kind, pauses: Time
) -> None:
    server.script(kind.slow_down(retry_after="3600"))
    with pytest.raises(ProviderUnavailable) as told:
        make(server).speak(call)
    assert told.value.retry_after == 3600
    assert pauses.slept == []


def test_no_money_is_final(server: Any, make: Make, call: SpeechCall, kind: Kind, pauses: Time) -> None:
    if kind.no_money is None:
        pytest.skip("it costs nothing")
    server.script(kind.no_money)
    with pytest.raises(QuotaExhausted, match=f"{kind.settings}_API_KEY has no money or quota left"):
        make(server).speak(call)
    assert pauses.slept == []


PASSING = {
    "500": Failure(500, {"message": "Internal error"}),
    "a gateway's 502 in HTML": Failure(502, "<html>Bad gateway</html>"),
    "a dropped connection": Drop(),
    "a body that breaks off": Drop(midway=True),
    "half of a recording": Raw(wav_file(spoken(TEXT).samples, 22050)[:40_000], "audio/wav"),
    "a moment of a long text": Raw(wav_file(spoken("Go.").samples[:6_000], 22050), "audio/wav"),
    "JSON that a proxy cut": Raw(b'{"audio_base64": "AAAA'),
    "an error with 200": Raw(b'{"error": {"message": "the model is loading"}, "detail": "the model is loading"}'),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_what_may_pass_is_tried_again(server: Any, make: Make, call: SpeechCall, kind: Kind, fault: Any) -> None:
    if kind.name == "elevenlabs" and isinstance(fault, Raw) and fault.media_type == "audio/wav":
        fault = Altered(content="half")  # its recordings come inside JSON
    server.script(fault)
    assert make(server).speak(call).samples.size
    assert sum(request.method == "POST" for request in server.requests) >= 2


def test_an_answer_that_comes_too_late_is_asked_for_again(
    server: Any, make: Make, call: SpeechCall, pauses: Time
) -> None:
    server.script(Altered(seconds=0.7))
    retrying = pauses.retrying(max_attempts=2, clock=lambda: 0.0)
    assert make(server, timeout=0.4, retrying=retrying).speak(call).samples.size


def test_attempts_are_bounded(server: Any, make: Make, call: SpeechCall, pauses: Time) -> None:
    server.script(*[Failure(500, {"message": "The server had an error"})] * 20)
    with pytest.raises(ProviderUnavailable):
        make(server, retrying=pauses.retrying(max_attempts=3)).speak(call)
    assert sum(request.method == "POST" for request in server.requests) == 3


def test_silence_is_no_answer(server: Any, make: Make, call: SpeechCall) -> None:
    server.script(
        *[Altered(content="silence")] * 2
    )  # older versions of Piper use one up where they are asked in the new way
    with pytest.raises(AnswerEmpty, match="answered with silence"):
        make(server).speak(call)


def test_another_service_at_the_address_is_noticed(server: Any, make: Make, call: SpeechCall, kind: Kind) -> None:
    server.script(Raw(b"<!doctype html><title>Hi", "audio/wav"))
    with pytest.raises(ProviderRejected, match=f"something other than .*{kind.settings}_(BASE_)?URL is the"):
        make(server).speak(call)


def test_a_server_that_does_not_run_is_named(kind: Kind, make: Make, call: SpeechCall, pauses: Time) -> None:
    class Nowhere:
        base_url = "http://127.0.0.1:9"

    with pytest.raises(ProviderUnavailable, match=rf"127\.0\.0\.1:9 could not be reached.*{kind.settings}_(BASE_)?URL"):
        make(Nowhere(), retrying=pauses.retrying(max_attempts=1)).speak(call)


def test_a_wrong_key_is_named_by_its_setting_and_never_told(
    server: Any, make: Make, call: SpeechCall, kind: Kind
) -> None:
    if not kind.key:
        pytest.skip("it has no keys")
    provider = make(server, "sk-another-secret")
    with pytest.raises(ProviderRejected, match=f"Check {kind.settings}_API_KEY") as rejected:
        provider.speak(call)
    assert "secret" not in f"{rejected.value} {rejected.value!r} {provider!r}"


@pytest.mark.parametrize("body", [b"\x00\x01\x02\xff" * 500, b""], ids=["noise", "nothing"])
def test_what_is_no_recording_has_a_name(body: bytes, pauses: Time) -> None:
    with PiperStandIn() as server:
        server.script(Raw(body, "audio/wav"))
        with pytest.raises(
            AnswerInvalid if body else AnswerEmpty, match="no recording that can be read|nothing instead"
        ):
            PiperSpeechProvider(server.base_url, retrying=pauses.retrying()).speak(CALL)


def test_the_content_counts_and_not_its_label(pauses: Time) -> None:
    """A FLAC file in stereo at another rate, called MP3."""
    import io

    import soundfile

    said = spoken(TEXT)
    buffer = io.BytesIO()
    stereo = np.repeat(said.samples[:, None], 2, axis=1)
    soundfile.write(buffer, stereo, said.sample_rate, format="FLAC")
    with PiperStandIn() as server:
        server.script(Raw(buffer.getvalue(), "audio/mpeg"))
        got = PiperSpeechProvider(server.base_url, retrying=pauses.retrying()).speak(CALL)
    assert np.abs(got.samples.astype(int) - said.samples).max() <= 1


class TestOpenAI:
    def test_a_rate_far_from_the_voices_own_is_asked_for(self) -> None:
        with OpenAISpeechStandIn() as server:
            provider = OpenAISpeechProvider(server.base_url, API_KEY, MODEL)
            usual, fast = provider.speak(replace(CALL, voice="nova")), replace(CALL, voice="nova", words_per_minute=200)
            assert len(provider.speak(fast).samples) < len(usual.samples)
            assert [request.body.get("speed") for request in server.requests] == [None, 1.25]

    def test_a_text_that_is_too_long_is_told_before_it_is_sent(self) -> None:
        with OpenAISpeechStandIn() as server:
            provider = OpenAISpeechProvider(server.base_url, API_KEY, MODEL)
            with pytest.raises(ProviderRejected, match=r"has 5,000 characters .* 4,096 at a time: divide the section"):
                provider.speak(replace(CALL, text="a" * 5000, voice="nova"))
            assert server.requests == []

    def test_older_models_have_fewer_voices(self) -> None:
        names = {voice.id for voice in OpenAISpeechProvider("http://127.0.0.1:9", "", "tts-1-hd").voices()}
        assert "alloy" in names
        assert "marin" not in names

    def test_a_server_that_lists_no_voices_takes_any(self) -> None:
        with OpenAISpeechStandIn() as server:
            provider = OpenAISpeechProvider(server.base_url, API_KEY, MODEL, name="self_hosted")
            assert provider.voices() == ()
            assert (provider.voice_for("my-clone", "de-DE"), provider.voice_for("", "de")) == ("my-clone", "alloy")

    def test_voices_are_read_in_whatever_shape_a_server_lists_them(self) -> None:
        listed = ["af_heart", {"voice_id": "de_anna", "name": "Anna", "language": "de", "gender": "female"}]
        with OpenAISpeechStandIn(listed) as server:
            provider = OpenAISpeechProvider(server.base_url, API_KEY, MODEL, name="self_hosted")
            first, second = provider.voices()
            assert (first.id, first.languages) == ("af_heart", ())
            assert (second.name, second.languages, second.gender) == ("Anna", ("de",), "female")
            assert provider.voice_for("", "de-AT") == "de_anna"
            with pytest.raises(
                VoiceSpeaksOtherLanguage, match="'de_anna' of self_hosted speaks de and the text is in fr"
            ):
                provider.voice_for("de_anna", "fr")


class TestElevenLabs:
    def made(self, server: ElevenLabsStandIn, pauses: Time, **more: Any) -> ElevenLabsSpeechProvider:
        model = more.pop("model", "eleven_multilingual_v2")
        return ElevenLabsSpeechProvider(server.base_url, ELEVEN_KEY, model, retrying=pauses.retrying(), **more)

    @pytest.mark.parametrize("alignment", ["alignment", "normalized_alignment"])
    def test_characters_become_words_at_the_moments_of_their_letters(self, pauses: Time, alignment: str) -> None:
        with ElevenLabsStandIn(alignment) as server:
            said = self.made(server, pauses).speak(replace(CALL, voice="21m00Tcm4TlvDq8ikWAM"))
        truth = spoken(TEXT).words
        assert [word.text for word in said.words] == [word.text for word in truth]
        assert max(abs(mine.start - true.start) for mine, true in zip(said.words, truth, strict=True)) < 0.001
        assert said.estimated is False
        assert said.characters == len(TEXT)

    def test_an_answer_without_alignment_has_no_words(self, pauses: Time) -> None:
        with ElevenLabsStandIn("") as server:
            said = self.made(server, pauses).speak(replace(CALL, voice="21m00Tcm4TlvDq8ikWAM"))
        assert said.words == ()
        assert said.samples.size

    def test_the_same_text_is_asked_for_with_the_same_seed(self, pauses: Time) -> None:
        with ElevenLabsStandIn() as server:
            for text in (TEXT, TEXT, TEXT + " Again."):
                self.made(server, pauses).speak(replace(CALL, text=text, voice="21m00Tcm4TlvDq8ikWAM"))
            first, second, third = (request.body["seed"] for request in server.requests)
        assert first == second != third

    def test_voices_come_with_gender_languages_and_a_sample(self, pauses: Time) -> None:
        with ElevenLabsStandIn() as server:
            rachel, adelbert = self.made(server, pauses).voices()
        assert (rachel.name, rachel.gender, rachel.sample_url) == (
            *("Rachel", "female"),
            "https://storage.example/rachel.mp3",
        )
        assert rachel.languages == ("en", "en-US", "de", "fr")
        assert adelbert.languages == ("de", "en", "fr")

    def test_a_native_voice_is_preferred_and_a_model_speaks_its_languages_alone(self, pauses: Time) -> None:
        with ElevenLabsStandIn() as server:
            assert self.made(server, pauses).voice_for("", "de-DE") == "pNInz6obpgDQGcFmaJgB"
            assert self.made(server, pauses).voice_for("rachel", "fr-FR") == "21m00Tcm4TlvDq8ikWAM"
            with pytest.raises(VoiceSpeaksOtherLanguage, match=r"speaks en, en-US and the text is in fr-FR"):
                self.made(server, pauses, model="eleven_flash_v2").voice_for("Rachel", "fr-FR")

    def test_a_recording_that_is_not_base64_has_a_name(self, pauses: Time) -> None:
        with ElevenLabsStandIn() as server:
            server.script(Altered(content="not base64"))
            with pytest.raises(AnswerInvalid, match="not base64"):
                self.made(server, pauses).speak(replace(CALL, voice="21m00Tcm4TlvDq8ikWAM"))


class TestCoqui:
    def test_both_servers_are_told_apart_and_asked_in_their_ways(self) -> None:
        with CoquiStandIn() as coqui, XttsStandIn() as xtts:
            for server, voice in ((coqui, "Claribel Dervla"), (xtts, "male")):
                provider = CoquiSpeechProvider(server.base_url, "xtts_v2")
                assert provider.voice_for("", "de-DE") in {"Claribel Dervla", "calm_female"}
                provider.speak(replace(CALL, text="Die Mühle zuerst.", voice=voice, language="de-DE"))
        assert coqui.requests[-1].body == {
            "text": "Die Mühle zuerst.",
            "speaker_id": "Claribel Dervla",
            "language_id": "de",
        }
        assert xtts.requests[-1].body == {"text": "Die Mühle zuerst.", "speaker_wav": "male", "language": "de"}

    def test_chinese_is_called_as_xtts_calls_it(self) -> None:
        with XttsStandIn() as server:
            CoquiSpeechProvider(server.base_url, "xtts_v2").speak(replace(CALL, voice="male", language="zh-Hans-CN"))
        assert server.requests[-1].body["language"] == "zh-cn"

    def test_a_language_that_the_model_does_not_speak_is_told_before_speaking(self) -> None:
        with XttsStandIn() as xtts, CoquiStandIn(locale="en") as english:
            for server in (xtts, english):
                with pytest.raises(VoiceSpeaksOtherLanguage, match="no voice that speaks fi"):
                    CoquiSpeechProvider(server.base_url, "xtts_v2").voice_for("", "fi-FI")

    def test_a_500_that_waiting_will_not_mend_is_final(self, pauses: Time) -> None:
        with CoquiStandIn() as server:
            with pytest.raises(ProviderRejected, match=r"'Nobody' speaker unknown.*lists the speakers"):
                CoquiSpeechProvider(server.base_url, "m", retrying=pauses.retrying()).speak(
                    replace(CALL, voice="Nobody")
                )
            assert pauses.slept == []


class TestPiper:
    @pytest.mark.parametrize(
        ("version", "path", "body"),
        [
            (1.5, "/synthesize", {"text": TEXT, "voice": "en_US-lessac-medium"}),
            (1.3, "/", {"text": TEXT, "voice": "en_US-lessac-medium"}),
            (1.0, "/", TEXT),
        ],
    )
    def test_each_version_is_asked_in_its_way(self, version: float, path: str, body: Any) -> None:
        with PiperStandIn(version) as server:
            provider = PiperSpeechProvider(server.base_url)
            voice = provider.voice_for("", "en-US")
            for _ in range(2):
                provider.speak(replace(CALL, voice=voice))
        posts = [(request.path, request.body) for request in server.requests if request.method == "POST"]
        assert posts[-2:] == [(path, body)] * 2
        assert len(posts) == (2 if version == 1.5 else 3), "the newest way is tried once"

    def test_speakers_of_a_voice_are_voices(self) -> None:
        with PiperStandIn() as server:
            provider = PiperSpeechProvider(server.base_url)
            assert [voice.id for voice in provider.voices()][-2:] == [
                "en_GB-vctk-medium:p239",
                "en_GB-vctk-medium:p236",
            ]
            assert provider.voice_for("", "en-GB") == "en_GB-vctk-medium:p239"
            provider.speak(replace(CALL, voice="en_GB-vctk-medium:p236"))
            [asked] = [request.body for request in server.requests if request.method == "POST"]
        assert asked == {"text": TEXT, "voice": "en_GB-vctk-medium", "speaker": "p236"}

    def test_phonemes_give_the_words_their_moments(self) -> None:
        with PiperStandIn(with_phonemes=True) as server:
            said = PiperSpeechProvider(server.base_url).speak(replace(CALL, voice="en_US-lessac-medium"))
        truth = spoken(TEXT).words
        assert [word.text for word in said.words] == TEXT.split()
        assert max(abs(mine.start - true.start) for mine, true in zip(said.words, truth, strict=True)) < 0.001

    def test_words_that_are_said_as_one_are_left_to_others(self) -> None:
        with PiperStandIn(with_phonemes=True) as server:
            call = replace(CALL, text="Taste what is in the cup.", voice="en_US-lessac-medium")
            assert PiperSpeechProvider(server.base_url).speak(call).words == ()

    def test_phonemes_of_another_text_or_of_another_length_are_not_believed(self) -> None:
        class Busy(PiperStandIn):
            def work(self, request: Any, altered: Altered) -> Any:
                reply = super().work(request, altered)
                if request.path == "/synthesize" and self.last:
                    self.last = {**self.last, **self.changed}
                return reply

        for changed in ({"text": "Somebody else's text."}, {"alignments": [{"phoneme": "a", "seconds": 1.0}]}):
            with Busy(with_phonemes=True) as server:
                server.changed = changed
                said = PiperSpeechProvider(server.base_url).speak(replace(CALL, voice="en_US-lessac-medium"))
                assert said.words == ()

    def test_a_slower_rate_stretches_the_phonemes(self) -> None:
        with PiperStandIn() as server:
            PiperSpeechProvider(server.base_url).speak(replace(CALL, voice="en_US-lessac-medium", words_per_minute=120))
        assert server.requests[0].body["length_scale"] == 1.333


class TestTranscription:
    def heard(self, server: WhisperStandIn, pauses: Time) -> Any:
        said = spoken(TEXT)
        wav = wav_file(said.samples, said.sample_rate)
        whisper = WhisperTranscription(server.base_url, "", "whisper-1", retrying=pauses.retrying())
        return whisper.hear(TranscriptionCall(wav, TEXT, "en-US"))

    def test_words_come_with_their_moments(self, pauses: Time) -> None:
        with WhisperStandIn() as server:
            heard = self.heard(server, pauses)
            assert [word.text for word in heard.words] == [word.text for word in spoken(TEXT).words]
            fields = server.fields[0]
        assert (fields["model"], fields["language"], fields["response_format"]) == ("whisper-1", "en", "verbose_json")
        assert fields["timestamp_granularities[]"] == "word"
        assert fields["prompt"] == TEXT

    def test_a_model_without_moments_is_named(self, pauses: Time) -> None:
        with (
            WhisperStandIn(with_words=False) as server,
            pytest.raises(
                ProviderRejected, match=r"IGNY8_TRANSCRIPTION_MODEL \('whisper-1'\) must name a model that gives them"
            ),
        ):
            self.heard(server, pauses)

    @pytest.mark.parametrize("fault", [rate_limit(), Failure(503, "<h1>Loading</h1>"), Drop(), Drop(midway=True)])
    def test_what_may_pass_is_tried_again(self, pauses: Time, fault: Any) -> None:
        with WhisperStandIn() as server:
            server.script(fault)
            assert self.heard(server, pauses).words


def test_the_stand_ins_speak_what_they_are_told() -> None:
    assert speech_servers.SPOKEN[speech_servers._mark(spoken(TEXT).samples)][0].text == "Your"
