"""A voice that needs no library and pictures that need no camera, for the tests of the video engine."""

import numpy as np
from PIL import Image

from igny8_resources.ai.providers import Palette, SpeechAnswer, SpeechCall
from igny8_resources.contracts.video import ScriptSection, WordTiming

PALETTE = Palette(paper="#fbf7f1", ink="#221a14", accent="#9a4a1f", on_accent="#fffaf3", soft="#f0e4d4")
RATE = 16000


class ToneVoice:
    """Says each word as a tone of 0.25 s, with 0.25 s of silence at both ends."""

    name = "tone"
    model = "1"

    def speak(self, call: SpeechCall) -> SpeechAnswer:
        words = call.text.split()
        moments = np.arange(round(0.25 * RATE)) / RATE
        tone = (np.sin(2 * np.pi * 330 * moments) * 9000).astype(np.int16)
        silence = np.zeros(RATE // 4, np.int16)
        samples = np.concatenate([silence, *([tone] * len(words)), silence])
        timed = tuple(
            WordTiming(text=word, start=0.25 + 0.25 * index, end=0.5 + 0.25 * index) for index, word in enumerate(words)
        )
        return SpeechAnswer(samples, RATE, timed)


class SilentVoice(ToneVoice):
    """Answers with silence."""

    def speak(self, call: SpeechCall) -> SpeechAnswer:
        return SpeechAnswer(np.zeros(len(call.text) * RATE, np.int16), RATE, ())


def section(narration, *, kind="point", cue="text_card", overlay=""):
    return ScriptSection(
        type=kind, narration=narration, visual_cue=cue, text_overlay=overlay, source="section:0", duration_estimate=1.0
    )


def picture(path, colour, size=(320, 560)):
    Image.new("RGB", size, colour).save(path)
    return path
