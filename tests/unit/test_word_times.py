"""When words sound, where the voice does not say: held against espeak-ng, which knows to the sample."""

import numpy as np
import pytest

pytest.importorskip("espeakng_loader")

import itertools

from igny8_resources.ai.espeak_speech import EspeakSpeechProvider
from igny8_resources.ai.providers import SpeechAnswer, SpeechCall, Voice
from igny8_resources.ai.syllables import syllables_in
from igny8_resources.ai.voices import chosen_voice, fitting, main_language
from igny8_resources.ai.word_alignment import aligned_words
from igny8_resources.ai.word_estimates import estimated_words, spoken_stretches
from igny8_resources.contracts.video import WordTiming

TEXTS = {
    "en-US": "Start with eighteen grams of coffee, aim for thirty six grams in the cup, and let it run for thirty "
    "seconds. Taste it before you change anything else. If it runs too fast, grind finer; if it chokes, grind coarser.",
    "de-DE": "Die Mühle ist wichtiger als die Maschine, denn ungleichmäßige Partikel schmecken gleichzeitig sauer und "
    "bitter. Beginne mit achtzehn Gramm Kaffee, und probiere, bevor du etwas änderst.",
    "es-ES": "El molino importa más que la máquina, porque las partículas irregulares dan notas ácidas y amargas en la "
    "misma taza. Empieza con dieciocho gramos de café y prueba antes de cambiar nada.",
    "fr-FR": "Le moulin compte plus que la machine, car des particules inégales donnent des notes acides et amères dans la "
    "même tasse. Commencez par dix-huit grammes de café.",
}


def spoken(text: str, language: str = "en-US") -> SpeechAnswer:
    return EspeakSpeechProvider().speak(SpeechCall(text, "", language, 158.0))


def drift(guessed: tuple[WordTiming, ...], truth: tuple[WordTiming, ...]) -> np.ndarray:
    """How far each word is off, ms; espeak says some words as one ("with the"), which begin with their first."""
    starts, place = [], 0
    for true in truth:
        starts.append(abs(guessed[place].start - true.start) * 1000)
        place += sum(any(map(str.isalnum, word)) for word in true.text.split())
    assert place == len(guessed)
    return np.array(starts)


class TestEstimates:
    @pytest.mark.parametrize("language", TEXTS)
    def test_half_of_the_words_are_within_60_ms_and_none_is_lost(self, language):
        said = spoken(TEXTS[language], language)
        guessed = estimated_words(said.samples, said.sample_rate, TEXTS[language])
        off = drift(guessed, said.words)
        assert np.median(off) <= 60
        assert np.percentile(off, 90) <= 190
        assert off.max() <= 400
        assert [word.text for word in guessed] == TEXTS[language].split()
        for before, after in itertools.pairwise(guessed):
            assert before.start < before.end <= after.start + 1e-9

    def test_the_error_does_not_grow_with_the_length(self):
        text = " ".join([TEXTS["en-US"]] * 4)
        said = spoken(text)
        off = drift(estimated_words(said.samples, said.sample_rate, text), said.words)
        quarter = len(off) // 4
        assert np.median(off[-quarter:]) <= np.median(off[:quarter]) + 30

    def test_sentences_begin_where_their_pauses_end(self):
        text = "Stop here. Then go on with the rest of it. Well done."
        said = spoken(text)
        guessed = {word.text: word for word in estimated_words(said.samples, said.sample_rate, text)}
        true = {word.text: word for word in said.words}
        for first in ("Stop", "Then", "Well"):
            assert guessed[first].start == pytest.approx(true[first].start, abs=0.03)

    @pytest.mark.parametrize("noise", [0, 30, 300], ids=["clean", "hiss", "a fan"])
    def test_pauses_are_heard_through_noise(self, noise):
        said = spoken("One sentence stands here. Another one follows it.")
        hiss = np.random.default_rng(1).normal(0, noise or 1e-9, len(said.samples))
        stretches = spoken_stretches((said.samples + hiss).clip(-32768, 32767).astype(np.int16), said.sample_rate)
        assert len(stretches) == 2

    def test_silence_and_a_text_without_words_have_none(self):
        assert estimated_words(np.zeros(22_050, np.int16), 22_050, "Hello there.") == ()
        assert estimated_words(spoken("Hello.").samples, 22_050, "— …") == ()
        assert estimated_words(np.zeros(0, np.int16), 22_050, "Hello.") == ()

    def test_more_pauses_than_words_are_taken_together(self):
        tone = (np.sin(np.arange(2_000)) * 9000).astype(np.int16)
        stutter = np.concatenate([np.concatenate([tone, np.zeros(4_000, np.int16)]) for _ in range(6)])
        words = estimated_words(stutter, 16_000, "Well, well.")
        assert [word.text for word in words] == ["Well,", "well."]
        assert words[0].start < words[1].start


def heard(text: str, step: float = 0.4) -> list[WordTiming]:
    """Words that sound one after the other, each for most of a step."""
    return [WordTiming(text=word, start=step * n, end=step * n + 0.3) for n, word in enumerate(text.split())]


class TestAlignment:
    def starts(self, script: str, said: str) -> list[float]:
        words = aligned_words(script, heard(said), 20.0)
        assert words is not None
        assert [word.text for word in words] == [word for word in script.split() if any(map(str.isalnum, word))]
        for before, after in itertools.pairwise(words):
            assert before.start <= before.end <= after.start
        return [round(word.start, 2) for word in words]

    def test_the_same_words_have_the_moments_that_were_heard(self):
        assert self.starts("Grind it finer.", "grind it finer") == [0.0, 0.4, 0.8]

    def test_names_are_misspelt(self):
        assert self.starts("The Mazzer by Schwarzkopf grinds", "the mother by Schwartz-Kopf grinds") == [
            *(0.0, 0.4, 0.8, 1.2),
            1.6,
        ]

    def test_numbers_are_heard_in_digits(self):
        assert self.starts("use eighteen grams today", "use 18 g today") == [0.0, 0.4, 0.8, 1.2]
        spread = self.starts("it costs one thousand two hundred euros now", "it costs 1,200 € now")
        assert spread[:2] == [0.0, 0.4]
        assert spread[-1] == 1.6
        assert spread == sorted(spread)
        assert 0.8 <= spread[2] < spread[5] < 1.6

    def test_fillers_are_heard_that_nobody_wrote_and_words_are_missed(self):
        assert self.starts("so grind finer and taste", "so uh grind finer taste") == [0.0, 0.8, 1.2, 1.5, 1.6]

    def test_a_repeated_word_keeps_its_own_place(self):
        assert self.starts("the cup and the bean and the water", "the cup and the bean and the water")[3] == 1.2

    def test_a_dash_is_no_word(self):
        assert self.starts("sour — bitter", "sour bitter") == [0.0, 0.4]

    @pytest.mark.parametrize("said", ["", "completely different sentence from some other film", "…"])
    def test_something_else_is_not_believed(self, said):
        assert aligned_words("Grind your coffee finer than before.", heard(said), 5.0) is None

    def test_a_long_section_is_aligned_in_a_blink(self):
        script = " ".join(f"word{n % 97}x" for n in range(600))
        words = aligned_words(script, heard(script), 300.0)
        assert words is not None
        assert words[-1].start == pytest.approx(599 * 0.4)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        *(("coffee", 2), ("grind", 1), ("temperature", 4), ("espresso", 3), ("tastes", 1), ("the", 1), ("machine", 2)),
        *(("Mühle", 2), ("gleichzeitig", 3), ("café", 2), ("máquina", 3), ("кофе", 2), ("咖啡", 2), ("コーヒー", 4)),
        *(("커피", 2), ("कॉफ़ी", 2), ("—", 0), ("18", 4), ("HTML", 4)),
    ],
)
def test_syllables_are_about_right(word, count):
    assert syllables_in(word) == count


class TestLanguages:
    VOICES = (
        Voice("any", "Any", "p"),
        Voice("uk", "Amy", "p", ("en-GB",)),
        Voice("multi", "Multi", "p", ("de", "en")),
        Voice("us", "Joe", "p", ("en_US",)),
        Voice("cmn", "Lin", "p", ("cmn",)),
    )

    def test_the_region_comes_first_then_natives_then_those_who_learnt_it(self):
        assert [voice.id for voice in fitting(self.VOICES, "en-US")] == ["us", "uk", "multi", "any"]
        assert [voice.id for voice in fitting(self.VOICES, "zh-Hans-CN")] == ["cmn", "any"]

    def test_one_language_has_one_code(self):
        assert [main_language(tag) for tag in ("nb-NO", "zh_TW", "cmn", "EN-us")] == ["no", "zh", "zh", "en"]

    def test_a_voice_is_found_by_its_id_or_its_name(self):
        assert chosen_voice(self.VOICES, "amy", "en-US", "p") == "uk"
        assert chosen_voice(self.VOICES, "", "fr", "p") == "any"
