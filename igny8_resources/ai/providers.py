"""The four protocols that a provider may speak, and the values that pass through them.

Belongs here: shapes. Does not belong here: any provider (one file each), routing, the journal, credits.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from pydantic import BaseModel

from igny8_resources.contracts.video import WordTiming

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Repair:
    """An answer that did not fit, as the model gave it, and what was wrong with it."""

    answer: str
    complaint: str


@dataclass(frozen=True)
class TextCall:
    """One request for structured text.

    ``function`` is the AI function's key (``generate_content``), ``instructions`` the rendered prompt, ``inputs`` the
    brief, ``schema`` the Pydantic model that is sent to the provider and that checks its answer. With ``repair`` the model
    is shown its earlier answer and asked to mend it.
    """

    function: str
    instructions: str
    inputs: BaseModel
    schema: type[BaseModel]
    max_output_tokens: int = 8192
    repair: Repair | None = None


@dataclass(frozen=True)
class TextAnswer:
    """What came back: the parsed JSON, as yet unchecked, and what it used; ``tokens_estimated`` if nobody counted."""

    payload: dict[str, object]
    input_tokens: int
    output_tokens: int
    tokens_estimated: bool = field(default=False)


@dataclass(frozen=True)
class Palette:
    """A site's colours as ``#rrggbb``; ``ink`` on ``paper`` and ``on_accent`` on ``accent`` reach contrast 4.5:1."""

    paper: str
    ink: str
    accent: str
    on_accent: str
    soft: str


@dataclass(frozen=True)
class ImageCall:
    """One picture: ``prompt`` for picture models, ``headline``, ``lines`` and ``kicker`` for designed cards."""

    prompt: str
    headline: str
    lines: tuple[str, ...]
    kicker: str
    palette: Palette
    width: int
    height: int
    seed: int


@dataclass(frozen=True)
class ImageAnswer:
    """An encoded picture and its size in pixels; what it used and, where the provider says so, what it cost."""

    data: bytes
    media_type: str
    width: int
    height: int
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal | None = None


@dataclass(frozen=True)
class Voice:
    """One voice of a speech provider.

    ``id`` is what a call names it by. ``languages`` are BCP 47 tags, its own first; none: it speaks what it is given.
    ``gender`` is ``female``, ``male`` or empty where nobody says; ``sample_url`` is the provider's own sample, if it has one.
    """

    id: str
    name: str
    provider: str
    languages: tuple[str, ...] = ()
    gender: str = ""
    sample_url: str = ""


@dataclass(frozen=True)
class SpeechCall:
    """Text to be spoken: plain words, one paragraph, BCP 47 ``language``, a voice's id."""

    text: str
    voice: str
    language: str
    words_per_minute: float


@dataclass(frozen=True)
class SpeechAnswer:
    """Mono 16-bit samples and when each word sounds, as the provider measured it; no words where it does not say.

    ``characters`` is how many the provider counts for the text; 0 where it does not count.
    """

    samples: "np.ndarray"
    sample_rate: int
    words: tuple[WordTiming, ...]
    estimated: bool = field(default=False)
    characters: int = field(default=0)


@dataclass(frozen=True)
class TranscriptionCall:
    """A WAV file whose words are wanted with their moments; ``text`` is what was to be said, which helps to hear names."""

    wav: bytes
    text: str
    language: str


@dataclass(frozen=True)
class HeardWords:
    """The words that a transcription heard, in order, and how long the sound is (seconds)."""

    words: tuple[WordTiming, ...]
    seconds: float


class TextProvider(Protocol):
    """Answers a TextCall. Raises the errors of ``igny8_resources.ai.errors``."""

    name: str
    model: str

    def complete(self, call: TextCall) -> TextAnswer:
        """Answer one call."""
        ...


class ImageProvider(Protocol):
    """Makes one picture."""

    name: str
    model: str

    def paint(self, call: ImageCall) -> ImageAnswer:
        """Make the picture."""
        ...


class SpeechProvider(Protocol):
    """Speaks one text."""

    name: str
    model: str

    def speak(self, call: SpeechCall) -> SpeechAnswer:
        """Speak the text."""
        ...

    def voices(self) -> tuple[Voice, ...]:
        """The voices that it has."""
        ...

    def voice_for(self, wanted: str, language: str) -> str:
        """The id of the voice to speak a language with: the wanted one, or where none is wanted one that fits."""
        ...


class TranscriptionProvider(Protocol):
    """Hears words in sound."""

    name: str
    model: str

    def hear(self, call: TranscriptionCall) -> HeardWords:
        """The words with their moments."""
        ...


class EmbeddingProvider(Protocol):
    """Turns texts into unit vectors, one float32 row a text.

    ``space`` names everything that a vector depends on beside its text; vectors of one space can be kept and compared
    with later ones. It is empty where each call has a space of its own. ``notice`` is what people who see the results
    should know of how they came about; mostly empty.
    """

    name: str
    model: str
    space: str
    notice: str

    def embed(self, texts: list[str]) -> "np.ndarray":
        """Embed the texts, shape ``(len(texts), dimensions)``."""
        ...


@dataclass(frozen=True)
class EmbeddingAnswer:
    """Unit vectors, one float32 row a text, and the tokens that their provider counted."""

    vectors: "np.ndarray"
    input_tokens: int


@runtime_checkable
class PaidEmbeddingProvider(EmbeddingProvider, Protocol):
    """An embedding provider whose calls cost money, so that what they used is wanted."""

    def answer(self, texts: list[str]) -> EmbeddingAnswer:
        """Embed the texts and say what that used."""
        ...
