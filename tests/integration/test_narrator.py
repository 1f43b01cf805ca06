"""Who speaks a script, that it is one voice, that nothing is paid twice, and how its words are timed."""

import logging
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

pytest.importorskip("espeakng_loader")

from igny8_resources.ai import short_memory
from igny8_resources.ai.catalogue import ModelFacts
from igny8_resources.ai.elevenlabs_speech import ElevenLabsSpeechProvider
from igny8_resources.ai.errors import NoProviderLeft, ProviderMissing, ProviderUnavailable, QuotaExhausted
from igny8_resources.ai.narrator import Narration, SpeechResult, wav_bytes
from igny8_resources.ai.openai_speech import OpenAISpeechProvider
from igny8_resources.ai.piper_speech import PiperSpeechProvider
from igny8_resources.ai.retries import Retrying
from igny8_resources.ai.router import AIRouter
from igny8_resources.ai.voice_choice import VoiceChoice, choices_in
from igny8_resources.ai.voices import VoiceSpeaksOtherLanguage, VoiceUnknown
from igny8_resources.ai.whisper_transcription import WhisperTranscription
from igny8_resources.contracts.video import WordTiming
from igny8_resources.media_address import media_store
from igny8_resources.settings import Settings
from igny8_resources.tenant import Tenant
from igny8_resources.warehouse.store.models import choose_models, set_model
from igny8_resources.warehouse.tables.ledgers import AiCall, CreditUsage, Event
from igny8_resources.warehouse.tables.tenancy import Site
from tests.stand_ins.openai_server import insufficient_quota
from tests.stand_ins.scripted_http import Drop, Failure
from tests.stand_ins.speech_servers import (
    API_KEY,
    ELEVEN_KEY,
    MODEL,
    ElevenLabsStandIn,
    Json,
    OpenAISpeechStandIn,
    PiperStandIn,
    WhisperStandIn,
    spoken,
)
from tests.warehouse_samples import make_place

TEXTS = (
    "Your grinder matters more than your machine.",
    "Uneven grounds taste sour and bitter.",
    "Save this for tomorrow morning.",
)
DOWN = Failure(503, {"message": "overloaded"})


@pytest.fixture
def tenant(warehouse) -> Tenant:
    place = make_place(warehouse)
    return Tenant(place.account_id, place.site_id, place.key)


@pytest.fixture
def router_with(warehouse, tmp_path, monkeypatch):
    """A router for settings; it does not sleep between attempts, and remembers nobody's choice from call to call."""
    for provider in (OpenAISpeechProvider, ElevenLabsSpeechProvider, PiperSpeechProvider, WhisperTranscription):
        monkeypatch.setitem(provider.__init__.__kwdefaults__, "retrying", Retrying(sleep=lambda _: None))
    monkeypatch.setattr(short_memory, "SECONDS", 0.0)

    def made(**settings) -> AIRouter:
        return AIRouter(
            Settings(home=tmp_path, **settings),
            warehouse,
            media_store(str(tmp_path / "media"), "http://127.0.0.1/media"),
        )

    return made


@pytest.fixture
def piper():
    with PiperStandIn() as server:
        yield server


@pytest.fixture
def cloud():
    with OpenAISpeechStandIn() as server:
        yield server


@pytest.fixture
def both(router_with, piper, cloud):
    """Piper first, the cloud behind it."""
    return router_with(
        piper_url=piper.base_url,
        openai_base_url=cloud.base_url,
        openai_api_key=API_KEY,
        openai_speech_model=MODEL,
    )


def speak(router: AIRouter, tenant: Tenant, texts: Sequence[str] = TEXTS, **more: Any) -> list[SpeechResult]:
    told: list[int] = []
    narration = Narration(tuple(texts), more.pop("language", "en-US"), 160.0, **more)
    said = router.narrator.speak(tenant, narration, subject="acme-v1", on_text=told.append)
    assert told[-len(texts) :] == list(range(len(texts)))
    return said


def posts(server: Any) -> int:
    return sum(request.method == "POST" for request in server.requests)


def rows(warehouse, kind: type, *where) -> list[Any]:
    with warehouse.read() as session:
        return list(session.scalars(select(kind).where(*where).order_by(kind.id)))


class TestWhoSpeaks:
    def test_without_any_connection_the_built_in_voice_does_and_is_free(self, router_with, tenant):
        router = router_with()
        said = speak(router, tenant)
        assert {(each.call.provider, each.voice, each.timing) for each in said} == {
            ("espeak-ng", "en-us+m3", "measured")
        }
        assert sum(each.call.credits for each in said) == 0
        assert router.media.get(said[0].media_key)[:4] == b"RIFF"

    def test_the_own_server_comes_first_and_costs_what_an_own_server_does(self, both, tenant, warehouse, cloud):
        said = speak(both, tenant)
        assert {(each.call.provider, each.voice) for each in said} == {("piper", "en_US-lessac-medium")}
        assert cloud.requests == []
        minutes = Decimal(str(round(said[0].duration_seconds / 60, 4)))
        assert said[0].call.credits == minutes * 2
        assert {use.operation for use in rows(warehouse, CreditUsage)} == {"voiceover_self_hosted"}

    def test_the_cloud_speaks_while_the_own_server_is_down(self, both, tenant, piper, cloud):
        piper.script(*[DOWN] * 5)
        said = speak(both, tenant)
        assert {each.call.provider for each in said} == {"openai"}
        assert posts(cloud) == len(TEXTS)

    def test_a_script_is_never_spoken_in_two_voices(self, both, tenant, piper):
        """The second section fails for good: the whole script goes to the next voice, the first section too."""
        piper.script(Drop(), *[DOWN] * 20)
        assert {each.voice for each in speak(both, tenant)} == {"alloy"}

    def test_a_server_that_keeps_failing_is_left_alone(self, both, tenant, piper):
        piper.script(*[DOWN] * 15)
        for number in range(3):
            speak(both, tenant, [f"This is attempt {number}."])
        asked = len(piper.requests)
        speak(both, tenant, ["And another attempt."])
        assert len(piper.requests) == asked

    def test_no_money_left_is_told_to_a_person_once(self, router_with, tenant, warehouse, cloud):
        router = router_with(openai_base_url=cloud.base_url, openai_api_key=API_KEY, openai_speech_model=MODEL)
        cloud.script(insufficient_quota(), insufficient_quota())
        for _ in range(2):
            with pytest.raises(QuotaExhausted):
                speak(router, tenant)
        told = rows(warehouse, Event, Event.kind.like("ai.%"))
        assert [(event.kind, event.subject) for event in told] == [("ai.quota_exhausted", f"openai/{MODEL}")]
        assert {call.status for call in rows(warehouse, AiCall)} == {"failed"}
        assert rows(warehouse, CreditUsage) == []

    def test_when_nobody_can_speak_each_says_why(self, both, tenant, piper, cloud):
        piper.script(*[DOWN] * 5)
        cloud.script(insufficient_quota())
        with pytest.raises(NoProviderLeft, match=r"piper/piper: .*overloaded.*openai/tts-stand-in: .*no money"):
            speak(both, tenant)

    def test_the_catalogue_ends_a_model_and_knows_its_price(self, both, tenant, warehouse):
        with warehouse.write() as session:
            set_model(session, ModelFacts("piper", "speech", "piper", sunset_on=date(2020, 1, 1)))
            set_model(session, ModelFacts("openai", "speech", MODEL, input_usd=Decimal(15)))
        said = speak(both, tenant)
        assert [each.call.cost_usd for each in said] == [Decimal(len(text)) * 15 / 1_000_000 for text in TEXTS]

    def test_a_site_chooses_its_model(self, both, tenant, warehouse):
        with warehouse.write() as session:
            site = session.get_one(Site, tenant.site_id)
            choose_models(
                session, account_id=tenant.account_id, site=site, function="speech", chain=[("openai", MODEL)]
            )
        assert {each.call.provider for each in speak(both, tenant)} == {"openai"}

    def test_finer_voices_cost_more(self, router_with, tenant, warehouse):
        with ElevenLabsStandIn() as server:
            router = router_with(elevenlabs_url=server.base_url, elevenlabs_api_key=ELEVEN_KEY)
            [said] = speak(router, tenant, TEXTS[:1])
        assert (said.voice, said.timing) == ("21m00Tcm4TlvDq8ikWAM", "measured")
        assert said.call.credits == Decimal(str(round(said.duration_seconds / 60, 4))) * 20
        assert rows(warehouse, CreditUsage)[0].operation == "voiceover_hd"


class TestWhichVoice:
    def test_a_chosen_voice_is_the_only_one_that_may_speak(self, both, tenant, cloud, piper):
        assert {each.voice for each in speak(both, tenant, voice="openai/nova")} == {"nova"}
        assert piper.requests == []
        cloud.script(*[DOWN] * 5)
        with pytest.raises(ProviderUnavailable, match="overloaded"):
            speak(both, tenant, ["Something new."], voice="openai/nova")
        assert piper.requests == []

    def test_several_may_be_chosen_the_first_choice_first(self, both, tenant, cloud):
        cloud.script(*[DOWN] * 5)
        [said] = speak(both, tenant, TEXTS[:1], voice="openai/nova, espeak-ng/en-gb+f3")
        assert (said.call.provider, said.voice) == ("espeak-ng", "en-gb+f3")

    def test_settings_name_a_voice_for_each_provider(self, router_with, tenant, piper):
        router = router_with(piper_url=piper.base_url, speech_voice="piper/en_GB-vctk-medium:p236, en-gb")
        assert {each.voice for each in speak(router, tenant)} == {"en_GB-vctk-medium:p236"}
        built_in = router_with(speech_voice="piper/en_GB-vctk-medium:p236, en-gb")
        assert {each.voice for each in speak(built_in, tenant)} == {"en-gb"}

    @pytest.mark.parametrize(
        ("voice", "error", "told"),
        [
            ("espeak-ng/de", VoiceSpeaksOtherLanguage, r"'de' of espeak-ng speaks de and the text is in en-US"),
            (
                "piper/de_DE-thorsten-high",
                VoiceSpeaksOtherLanguage,
                r"speaks de-DE .* Choose one of en_US-lessac-medium",
            ),
            ("piper/nobody", VoiceUnknown, "piper has no voice 'nobody'"),
            ("elevenlab/Rachel", VoiceUnknown, "names no speech provider; expected one of self_hosted, coqui"),
            ("elevenlabs/Rachel", ProviderMissing, "set IGNY8_ELEVENLABS_API_KEY"),
        ],
    )
    def test_a_voice_that_does_not_fit_is_told_before_anything_is_spoken(
        self, both, tenant, warehouse, piper, voice, error, told
    ):
        with pytest.raises(error, match=told):
            speak(both, tenant, voice=voice)
        assert posts(piper) == 0
        assert rows(warehouse, AiCall) == []
        assert rows(warehouse, Event, Event.kind.like("ai.%")) == [], "nobody is called for a choice that they can see"

    def test_a_language_that_a_provider_lacks_goes_to_the_next(self, both, tenant):
        [said] = speak(both, tenant, ["La mouture compte."], language="fr-FR")
        assert (said.call.provider, said.voice) == ("openai", "alloy")

    def test_choices_are_written_as_people_write_them(self):
        assert choices_in("piper/a:b, en-gb ,openai") == (
            VoiceChoice("piper", "a:b"),
            VoiceChoice("espeak-ng", "en-gb"),
            VoiceChoice("openai", ""),
        )
        assert choices_in("coqui/Claribel Dervla") == (VoiceChoice("coqui", "Claribel Dervla"),)


class TestNothingIsPaidTwice:
    def test_editing_one_section_speaks_only_that_one(self, both, tenant, piper):
        first = speak(both, tenant)
        edited = (TEXTS[0], "Uneven grounds taste sour, bitter, and thin.", TEXTS[2])
        second = speak(both, tenant, edited, kept=VoiceChoice("piper", first[0].voice))
        assert [each.call.replayed for each in second] == [True, False, True]
        assert posts(piper) == 4
        assert second[0].media_key == first[0].media_key

    def test_what_was_spoken_is_there_although_its_provider_is_not(self, both, tenant, piper, cloud):
        first = speak(both, tenant)
        kept = VoiceChoice(first[0].call.provider, first[0].voice)
        piper.script(*[DOWN] * 50)
        again = speak(both, tenant, kept=kept)
        assert all(each.call.replayed for each in again)
        assert [each.words for each in again] == [each.words for each in first]
        assert cloud.requests == []

    def test_a_voice_goes_on_in_the_sections_that_are_new(self, router_with, tenant, piper):
        router = router_with(piper_url=piper.base_url)
        speak(router, tenant, voice="piper/en_GB-vctk-medium:p236")
        kept = VoiceChoice("piper", "en_GB-vctk-medium:p236")
        said = speak(router, tenant, [*TEXTS, "One more thing."], kept=kept)
        assert {each.voice for each in said} == {"en_GB-vctk-medium:p236"}
        assert [each.call.replayed for each in said] == [True, True, True, False]

    def test_another_voice_rate_or_language_is_another_recording(self, router_with, tenant):
        router = router_with()
        keys = {
            each.media_key
            for more in ({}, {"voice": "en-gb"}, {"voice": "en-us+f3"}, {"language": "en-GB"})
            for each in speak(router, tenant, TEXTS[:1], **more)
        }
        assert len(keys) == 4

    def test_a_lost_file_is_spoken_again_and_once(self, router_with, tenant, warehouse):
        router = router_with()
        [first] = speak(router, tenant, TEXTS[:1])
        router.media.delete(first.media_key)
        [again] = speak(router, tenant, TEXTS[:1])
        assert router.media.exists(again.media_key)
        assert again.call.replayed is False
        assert speak(router, tenant, TEXTS[:1])[0].call.replayed
        assert len(rows(warehouse, AiCall)) == 2

    def test_an_answer_that_never_came_is_paid_once_by_the_account(self, both, tenant, warehouse, piper):
        piper.script(Drop())
        speak(both, tenant, TEXTS[:1])
        assert posts(piper) == 2
        [use] = rows(warehouse, CreditUsage)
        assert use.units > 0


def misheard(words: Sequence[WordTiming]) -> list[Json]:
    """As a transcription does: names misspelt, numbers in digits, a filler heard, a word dropped."""
    spelt = {"Mazzer": "matzah", "eighteen": "18", "grams": "g", "your": "you"}
    heard: list[Json] = [{"word": "Uh", "start": 0.0, "end": 0.02}]
    for word in words:
        plain = word.text.strip(".,")
        if plain != "very":
            heard.append({"word": spelt.get(plain, word.text), "start": word.start, "end": word.end})
    return heard


def nothing_at_all(_: Sequence[WordTiming]) -> list[Json]:
    return []


def a_caption_from_the_training(_: Sequence[WordTiming]) -> list[Json]:
    return [{"word": "Untertitel", "start": 0.0, "end": 1.0}, {"word": "ZDF", "start": 1.0, "end": 2.0}]


def worst(words: Sequence[WordTiming], truth: Sequence[WordTiming]) -> float:
    assert [word.text for word in words] == [word.text for word in truth]
    return max(abs(mine.start - true.start) for mine, true in zip(words, truth, strict=True))


class TestWordTimes:
    def timed(self, router_with, tenant, piper, hearing, text: str) -> tuple[SpeechResult, Any, list[WordTiming]]:
        with WhisperStandIn(hearing) as whisper:
            router = router_with(piper_url=piper.base_url, transcription_url=whisper.base_url)
            [said] = speak(router, tenant, [text])
            speak(router, tenant, [text])
        return said, whisper, list(spoken(text).words)

    def test_a_transcription_times_the_words_to_the_millisecond(self, router_with, tenant, piper, warehouse):
        from tests.stand_ins.speech_servers import exactly

        said, whisper, truth = self.timed(router_with, tenant, piper, exactly, TEXTS[0])
        assert said.timing == "transcribed"
        assert worst(said.words, truth) < 0.001
        assert len(whisper.requests) == 1, "what was heard is in the journal"
        heard = rows(warehouse, AiCall, AiCall.kind == "transcription")
        assert [(call.function, call.credits) for call in heard] == [("time_words", 0)]

    def test_misheard_words_numbers_and_gaps_keep_their_places(self, router_with, tenant, piper):
        text = "Put eighteen grams into your Mazzer basket and tamp very level before brewing."
        said, _, truth = self.timed(router_with, tenant, piper, misheard, text)
        assert said.timing == "transcribed"
        assert worst(said.words, truth) <= 0.08

    @pytest.mark.parametrize(
        "hearing",
        [nothing_at_all, a_caption_from_the_training],
        ids=["nothing", "something else"],
    )
    def test_a_transcription_of_something_else_is_not_believed(self, router_with, tenant, piper, hearing):
        said, _, truth = self.timed(router_with, tenant, piper, hearing, TEXTS[0])
        assert said.timing == "estimated"
        assert worst(said.words, truth) < 0.25

    def test_a_transcription_that_fails_costs_nobody_the_recording(self, router_with, tenant, piper, caplog):
        with WhisperStandIn() as whisper, caplog.at_level(logging.WARNING, "igny8.ai"):
            whisper.script(*[DOWN] * 5)
            router = router_with(piper_url=piper.base_url, transcription_url=whisper.base_url)
            [said] = speak(router, tenant, TEXTS[:1])
            assert (said.timing, said.estimated) == ("estimated", True)
            assert "its words are timed by syllables" in caplog.text
            # Asked again the next time, when it may be back.
            assert speak(router, tenant, TEXTS[:1])[0].timing == "transcribed"

    def test_without_one_the_words_are_marked_as_estimated(self, both, tenant):
        said = speak(both, tenant)
        assert {(each.timing, each.estimated) for each in said} == {("estimated", True)}
        for each, text in zip(said, TEXTS, strict=True):
            assert worst(each.words, spoken(text).words) < 0.25
            assert each.words[-1].end <= each.duration_seconds


def test_a_recording_in_the_store_is_a_plain_wav_file():
    data = wav_bytes(np.array([0, 1, -1], np.int16), 16_000)
    assert data[:4] == b"RIFF"
    assert len(data) == 44 + 6
