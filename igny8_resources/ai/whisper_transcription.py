"""Words heard in a recording, by any server with OpenAI's ``/audio/transcriptions``: speaches, LocalAI, OpenAI's whisper-1.

Belongs here: asking for words with their moments. Does not belong here: matching them with a script (``word_alignment``).
"""

import io
import json
import wave
from typing import TYPE_CHECKING, Any

from igny8_resources.ai.connection_names import names_of
from igny8_resources.ai.errors import AnswerInvalid, ProviderRejected, ProviderUnavailable
from igny8_resources.ai.openai_connection import OpenAIConnection
from igny8_resources.ai.provider_failures import broken_off, quoted
from igny8_resources.ai.providers import HeardWords, TranscriptionCall
from igny8_resources.ai.rate_limits import Gate
from igny8_resources.ai.retries import USUAL, Retrying
from igny8_resources.ai.voices import main_language
from igny8_resources.contracts.video import WordTiming

if TYPE_CHECKING:
    import openai

# The end of a longer prompt is all that the models read of it.
_PROMPT_CHARACTERS = 600


class WhisperTranscription:
    """A ``TranscriptionProvider`` over one server and one model; safe to share between threads.

    Failures are treated as by ``OpenAITextProvider``.

    Args:
        base_url: the API's root, such as ``http://127.0.0.1:8000/v1``.
        api_key: the bearer token; empty for local servers that need none.
        model: the model's name; it must give moments of words, as whisper-1 does and gpt-4o-transcribe does not.
        timeout: seconds to wait.
        name: the connection; messages name its settings.
        gate: what every request passes through; without one, a gate of this object's own.
        retrying: how often, how long apart and on which clock it is asked again.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        model: str,
        timeout: float = 120.0,
        *,
        name: str = "transcription",
        gate: Gate | None = None,
        retrying: Retrying = USUAL,
    ) -> None:
        self.name = name
        self.model = model
        self._retrying = retrying
        self._connection = OpenAIConnection(
            base_url, api_key, model, timeout, names_of(name), gate or retrying.gate(4), kind="a transcription model"
        )

    def __repr__(self) -> str:
        return f"WhisperTranscription({self._connection.server}, {self.model})"

    def hear(self, call: TranscriptionCall) -> HeardWords:
        """The words with their moments.

        Raises:
            ProviderUnavailable: no answer after all attempts, or the server asks for a pause that is too long.
            QuotaExhausted: the account has no money left.
            ProviderRejected: the key, the address or the model is wrong, or the model gives no moments of words.
            AnswerInvalid: the answer's moments are none.
        """
        return self._retrying(self._ask, call)

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        self._connection.close()

    def _ask(self, call: TranscriptionCall) -> HeardWords:
        def send(client: "openai.OpenAI") -> Any:
            return client.audio.transcriptions.with_raw_response.create(
                file=("section.wav", call.wav, "audio/wav"),
                model=self.model,
                language=main_language(call.language),
                prompt=call.text[-_PROMPT_CHARACTERS:],
                response_format="verbose_json",
                timestamp_granularities=["word"],
                temperature=0,
            )

        return self._read(self._connection.ask(send), call)

    def _read(self, content: bytes, call: TranscriptionCall) -> HeardWords:
        server, names = self._connection.server, self._connection.names
        try:
            data: Any = json.loads(content)
        except ValueError:
            if content.lstrip().startswith(b"{"):
                raise broken_off(server) from None
            start = " ".join(content[:80].decode("utf-8", "replace").split())
            raise ProviderRejected(
                f"{server} answered with something other than words ({start!r}). Check that {names.base_url} is "
                f"{names.root}."
            ) from None
        if not isinstance(data, dict) or data.get("error"):
            raise ProviderUnavailable(
                f"{server} answered with an error: {quoted(content.decode('utf-8', 'replace'), '')}"
            )
        listed = data.get("words")
        if listed is None:
            # faster-whisper's servers put them into the segments.
            listed = [word for part in data.get("segments") or [] for word in part.get("words") or []] or None
        if listed is None:
            raise ProviderRejected(
                f"{server} answered without moments of words: {names.model} ({self.model!r}) must name a model that gives "
                "them, such as whisper-1."
            )
        try:
            words = tuple(
                WordTiming(text=str(word["word"]).strip(), start=float(word["start"]), end=float(word["end"]))
                for word in listed
            )
        except (KeyError, TypeError, ValueError) as odd:
            raise AnswerInvalid(f"{server} sent words without moments ({odd}).") from odd
        return HeardWords(words, seconds_of_wav(call.wav))


def seconds_of_wav(wav: bytes) -> float:
    """How long a WAV file is."""
    with wave.open(io.BytesIO(wav), "rb") as file:
        return file.getnframes() / file.getframerate()
