"""The embedded voice: what it says takes time, and it says when."""

import numpy as np
import pytest

pytest.importorskip("espeakng_loader")

from igny8_resources.ai import espeak_speech
from igny8_resources.ai.errors import AnswerEmpty, ProviderMissing, ProviderRejected
from igny8_resources.ai.espeak_speech import EspeakSpeechProvider
from igny8_resources.ai.providers import SpeechCall


def speak(text, voice="", language="en-US", words_per_minute=160.0):
    return EspeakSpeechProvider().speak(SpeechCall(text, voice, language, words_per_minute))


def test_every_written_word_gets_its_time():
    answer = speak("Your grinder matters more than your machine — really. Here's why: 18 g costs $1,299.50.")
    assert [word.text for word in answer.words] == [
        *("Your", "grinder", "matters", "more", "than", "your", "machine —", "really."),
        *("Here's", "why:", "18", "g", "costs", "$1,299.50."),
    ]
    assert answer.sample_rate == 22050
    assert answer.samples.dtype == np.int16
    assert answer.estimated is False
    for before, after in zip(answer.words, answer.words[1:], strict=False):
        assert before.start < before.end <= after.start
    assert answer.words[-1].end <= len(answer.samples) / answer.sample_rate


def test_a_word_before_a_pause_ends_with_its_sound_and_not_with_the_pause():
    first, second = speak("Stop. Go.").words
    assert second.start - first.end > 0.1


def test_a_sentence_is_spoken_at_about_the_rate_asked_for():
    text = "Start with the grinder, because it changes everything that happens after it in the cup. " * 3
    slow, fast = speak(text, words_per_minute=120), speak(text, words_per_minute=180)
    minutes = len(fast.samples) / fast.sample_rate / 60
    assert len(text.split()) / minutes == pytest.approx(180, rel=0.12)
    assert len(slow.samples) > 1.3 * len(fast.samples)


def test_the_same_text_gives_the_same_samples_also_after_another_voice():
    once = speak("Freshly ground coffee.")
    speak("Anders.", language="de-DE")
    again = speak("Freshly ground coffee.")
    assert np.array_equal(once.samples, again.samples)
    assert not np.array_equal(once.samples, speak("Freshly ground coffee.", language="en-GB").samples)


def test_voices_are_listed_with_their_language():
    voices = {voice.key: voice for voice in EspeakSpeechProvider().list_voices()}
    assert voices["en-us"].name == "English (America)"
    assert "de" in voices
    assert len(speak("Colour.", voice="en-gb+f3").words) == 1


@pytest.mark.parametrize(
    "language", ["en-US", "en-GB", "en-AU", "de-DE", "fr-FR", "fr", "pt-BR", "es_MX", "zh-CN", "nb-NO"]
)
def test_every_language_finds_its_voice(language):
    assert speak("Kaffee 123", language=language).words


def test_what_cannot_be_spoken_is_said_by_name():
    with pytest.raises(ProviderRejected, match="text is empty"):
        speak("   ")
    with pytest.raises(ProviderRejected, match="no voice 'klingon-north'"):
        speak("Coffee", voice="klingon-north")
    with pytest.raises(ProviderRejected, match="does not speak 'tlh'"):
        speak("Coffee", language="tlh")
    with pytest.raises(AnswerEmpty, match="no word to speak"):
        speak("…")


def test_a_missing_extra_names_what_to_install(monkeypatch):
    def missing(name):
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(espeak_speech.importlib, "import_module", missing)
    with pytest.raises(ProviderMissing, match=r"install igny8\[speech\]"):
        EspeakSpeechProvider()
