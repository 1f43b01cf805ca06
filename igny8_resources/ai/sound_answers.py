"""A recording as a speech provider sent it: what it really is, whether it is whole, and as plain samples.

Belongs here: what all speech providers share. Does not belong here: when its words sound (``word_estimates``,
``word_alignment``), trimming and levelling (the sound's user).
"""

import io
import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from igny8_resources.ai.connection_names import ConnectionNames
from igny8_resources.ai.errors import AnswerEmpty, AnswerInvalid, ProviderRejected, ProviderUnavailable
from igny8_resources.ai.provider_failures import broken_off, quoted
from igny8_resources.ai.syllables import syllables_in

if TYPE_CHECKING:
    import numpy as np

SLOWEST_RATE, FASTEST_RATE = 8_000, 192_000  # Hz
SILENT_PEAK = 33  # of 32,768: -60 dBFS
# Nobody speaks faster; what is shorter lacks its end.
MOST_SYLLABLES_A_SECOND = 14.0
_UNKNOWN_SIZE = 0x7FFF0000  # from here on, and 0, the header was written before the length was known


@dataclass(frozen=True)
class Recording:
    """Mono 16-bit samples at ``sample_rate`` (Hz)."""

    samples: "np.ndarray"
    sample_rate: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.sample_rate


def recording_in(data: bytes, server: str, names: ConnectionNames, text: str) -> Recording:
    """The recording that a provider answered with, in whatever format it came: WAV, FLAC, MP3 or Ogg.

    The content decides and not the content type, which servers get wrong. Several channels become one.

    Args:
        data: The body of the answer.
        server: Who sent it, for messages.
        names: The settings that messages name.
        text: What was to be spoken.

    Raises:
        ProviderUnavailable: it breaks off, or is an error in disguise.
        ProviderRejected: it is a web page or other text.
        AnswerEmpty: it holds no sound.
        AnswerInvalid: it is no recording that can be read.
    """
    import numpy as np
    import soundfile

    if not data:
        raise AnswerEmpty(f"{server} answered with nothing instead of a recording. Run it again.")
    if data[:4] == b"RIFF":
        data = _whole_wav(data, server)
    elif (start := data.lstrip()[:1]) in {b"{", b"["}:
        raise _error_in_disguise(data, server)
    elif start == b"<" or _is_text(data):
        raise ProviderRejected(
            f"{server} answered with something other than a recording ({_start(data)!r}). Check that {names.base_url} is "
            f"{names.root}."
        )
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            rate = int(file.samplerate)
            frames = file.read(dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError, ValueError) as broken:
        raise AnswerInvalid(f"{server} sent {len(data):,} bytes that are no recording that can be read.") from broken
    if not SLOWEST_RATE <= rate <= FASTEST_RATE:
        raise AnswerInvalid(f"{server} sent a recording at {rate} Hz; expected {SLOWEST_RATE:,} to {FASTEST_RATE:,}.")
    mono = np.nan_to_num(frames.mean(axis=1)) if frames.size else np.zeros(0, np.float32)
    samples = np.clip(np.round(mono * 32768), -32768, 32767).astype(np.int16)
    return checked(Recording(samples, rate), server, text)


def pcm_recording(data: bytes, sample_rate: int, server: str, text: str) -> Recording:
    """The same for bare 16-bit little-endian mono samples.

    Raises:
        ProviderUnavailable: it breaks off.
        AnswerEmpty: it holds no sound.
    """
    import numpy as np

    samples = np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2").astype(np.int16)
    return checked(Recording(samples, sample_rate), server, text)


def checked(recording: Recording, server: str, text: str) -> Recording:
    """The recording, if it can be the whole text.

    Raises:
        ProviderUnavailable: it is far too short.
        AnswerEmpty: it is silent.
    """
    import numpy as np

    if not recording.samples.size or int(np.abs(recording.samples.astype(np.int32)).max()) < SILENT_PEAK:
        raise AnswerEmpty(f"{server} answered with silence ({recording.seconds:.1f} s). Check the voice and the text.")
    spoken = sum(syllables_in(word) for word in text.split())
    if recording.seconds * MOST_SYLLABLES_A_SECOND < spoken - 4:
        raise ProviderUnavailable(
            f"{broken_off(server)} It lasts {recording.seconds:.1f} s for {len(text.split())} words."
        )
    return recording


def _whole_wav(data: bytes, server: str) -> bytes:
    """A WAV file with its real length in its header: servers that stream write one that says nothing."""
    place = 12
    while place + 8 <= len(data):
        name, size = data[place : place + 4], struct.unpack("<I", data[place + 4 : place + 8])[0]
        if name == b"data":
            there = len(data) - place - 8
            if 0 < size < _UNKNOWN_SIZE and size > there:
                raise broken_off(server)
            if size == 0 or size >= _UNKNOWN_SIZE:
                sizes = struct.pack("<I", len(data) - 8), struct.pack("<I", there)
                return data[:4] + sizes[0] + data[8 : place + 4] + sizes[1] + data[place + 8 :]
            return data
        place += 8 + size + size % 2
    raise broken_off(server)


def _error_in_disguise(data: bytes, server: str) -> ProviderUnavailable:
    try:
        said = json.loads(data)
    except ValueError:
        return broken_off(server)
    told = said.get("error") or said.get("detail") or said if isinstance(said, dict) else said
    return ProviderUnavailable(f"{server} answered with an error: {quoted(json.dumps(told), '')}")


def _is_text(data: bytes) -> bool:
    try:
        beginning = data[:200].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return beginning.isprintable() or all(character.isprintable() or character.isspace() for character in beginning)


def _start(data: bytes) -> str:
    return " ".join(data[:80].decode("utf-8", "replace").split())
