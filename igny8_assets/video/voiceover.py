"""A script section as sound: spoken once, kept as a WAV file, with its caption words at the times they were said."""

import io
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from igny8_assets.video.failures import FileUnreadable, ScriptInvalid
from igny8_assets.video.narration import caption_words, narrate
from igny8_resources.ai.providers import SpeechCall, SpeechProvider
from igny8_resources.ai.word_estimates import estimated_words
from igny8_resources.contracts.video import WordTiming

if TYPE_CHECKING:
    import numpy as np

VOICEOVER = "voiceover"  # the type of asset that a section's recording is kept as
WORDS_PER_MINUTE = 165.0  # inside the 160-180 that the BBC counts as comfortable speech

_SILENT_PEAK = 33  # of 32,768: -60 dBFS
_FULL_SCALE, _MOST_CLIPPED = 32_700, 0.03


@dataclass(frozen=True)
class SectionVoice:
    """One section's recording (mono, 16 bit) and its caption words, in seconds from its start.

    ``estimated`` says that the voice gave no measured timings.
    """

    samples: "np.ndarray"
    sample_rate: int
    words: tuple[WordTiming, ...]
    estimated: bool

    @property
    def seconds(self) -> float:
        """How long the recording is."""
        return len(self.samples) / self.sample_rate

    def to_wav(self) -> bytes:
        """The recording as a WAV file."""
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self.sample_rate)
            file.writeframes(self.samples.astype("<i2").tobytes())
        return buffer.getvalue()


def speak_section(
    narration: str,
    *,
    speech: SpeechProvider,
    section: int,
    voice: str = "",
    language: str = "en-US",
    words_per_minute: float = WORDS_PER_MINUTE,
) -> SectionVoice:
    """Speak one section; ``section`` counts from 1 and is named in errors.

    Raises:
        ScriptInvalid: the narration is empty, or came out without sound.
        ProviderError: what the speech provider raises.
    """
    text = narrate(narration, language)
    if not any(character.isalnum() for character in text.spoken):
        raise ScriptInvalid("the narration is empty: write what the voice should say, or remove the section.", section)
    answer = speech.speak(SpeechCall(text.spoken, voice, language, words_per_minute))
    words = answer.words or estimated_words(answer.samples, answer.sample_rate, text.spoken)
    return recorded_voice(
        narration,
        answer.samples,
        answer.sample_rate,
        words,
        section=section,
        language=language,
        estimated=answer.estimated or not answer.words,
    )


def recorded_voice(
    narration: str,
    samples: "np.ndarray",
    sample_rate: int,
    words: tuple[WordTiming, ...],
    *,
    section: int,
    language: str = "en-US",
    estimated: bool = False,
) -> SectionVoice:
    """A recording that exists already, with the provider's words, trimmed of the silence at its ends.

    Raises:
        ScriptInvalid: the recording is silent, or distorted beyond use.
    """
    import numpy as np

    mono = samples if samples.ndim == 1 else samples.mean(axis=1)
    level = np.abs(mono.astype(np.int32))
    peak = int(level.max(initial=0))
    # A quiet voice is raised later; what never passes -60 dBFS is no voice.
    loud = np.flatnonzero(level > min(100, peak // 100)) if peak > _SILENT_PEAK else np.zeros(0, int)
    if not loud.size:
        raise ScriptInvalid("the voice returned no sound (0 seconds): check the narration and the voice.", section)
    if (clipped := _clipped_share(level)) > _MOST_CLIPPED:
        raise ScriptInvalid(
            f"the voice is distorted: {clipped:.0%} of its samples are cut off at full scale. Choose another voice, or "
            "lower the level of the server that speaks.",
            section,
        )
    margin = sample_rate // 50  # 20 ms, so that no soft consonant is clipped
    begin, finish = max(0, int(loud[0]) - margin), min(len(mono), int(loud[-1]) + margin)
    length = (finish - begin) / sample_rate
    offset = begin / sample_rate

    def within(moment: float) -> float:
        return min(max(moment - offset, 0.0), length)

    timed = caption_words(narrate(narration, language), words)
    kept = tuple(WordTiming(text=word.text, start=within(word.start), end=within(word.end)) for word in timed)
    return SectionVoice(mono[begin:finish].astype(np.int16), sample_rate, kept, estimated)


def _clipped_share(level: "np.ndarray") -> float:
    """How much of a recording stands still at full scale: three samples or more in a row."""
    import numpy as np

    full = level >= _FULL_SCALE
    run = full[:-2] & full[1:-1] & full[2:]
    return float(np.mean(run)) if run.size else 0.0


def voice_from_wav(wav: Path | bytes, words: tuple[WordTiming, ...], *, estimated: bool = False) -> SectionVoice:
    """A voice that was kept with ``SectionVoice.to_wav`` and its caption words.

    Raises:
        FileUnreadable: not a mono 16-bit WAV file.
    """
    import numpy as np

    data = wav if isinstance(wav, bytes) else wav.read_bytes()
    try:
        with wave.open(io.BytesIO(data), "rb") as file:
            if file.getnchannels() != 1 or file.getsampwidth() != 2:
                raise FileUnreadable("A section's voice must be a mono 16-bit WAV file: make the voiceover again.")
            samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.int16)
            return SectionVoice(samples, file.getframerate(), words, estimated)
    except (wave.Error, EOFError) as error:
        raise FileUnreadable(
            f"A section's voice is not a readable WAV file ({error}): make the voiceover again."
        ) from error
