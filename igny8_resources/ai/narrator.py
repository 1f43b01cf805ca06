"""Texts spoken for a tenant, all of them in one voice: the provider is picked, the journal asked, the words timed.

Belongs here: which provider speaks a series of texts, what that costs, and the sound kept. Does not belong here: how a
provider speaks (one file each), and what is done with the sound.
"""

import io
import logging
import wave
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from igny8_resources.ai.attempts import alert_people, observed
from igny8_resources.ai.calls import Answered, CallSpec, Performed
from igny8_resources.ai.errors import (
    NoProviderLeft,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    QuotaExhausted,
)
from igny8_resources.ai.journal import Journal
from igny8_resources.ai.providers import SpeechCall, SpeechProvider, TranscriptionCall
from igny8_resources.ai.routing import Route, Routing
from igny8_resources.ai.speech_connections import voiceover_operation
from igny8_resources.ai.syllables import syllables_in
from igny8_resources.ai.voice_choice import VoiceChoice, choices_in
from igny8_resources.ai.voices import VoiceSpeaksOtherLanguage, VoiceUnknown
from igny8_resources.ai.word_alignment import aligned_words
from igny8_resources.ai.word_estimates import estimated_words
from igny8_resources.contracts.video import WordTiming
from igny8_resources.media import MediaStore, content_key
from igny8_resources.tenant import Tenant

if TYPE_CHECKING:
    import numpy as np

LOG = logging.getLogger("igny8.ai")

GENERATE_VOICEOVER = "generate_voiceover"
TIME_WORDS = "time_words"
# How the moments of words came about: the voice's own, heard by a transcription, or worked out from syllables and pauses.
Timing = Literal["measured", "transcribed", "estimated"]

# Speech is priced by its length, which is known only afterwards: reserve for a slower voice than was asked for.
_HEADROOM = Decimal("1.5")
_SYLLABLES_A_WORD = 1.5


@dataclass(frozen=True)
class Narration:
    """Texts to be spoken in one voice.

    ``voice`` is a choice as people write it, or empty for the settings'; a chosen voice is the only one that may speak.
    ``kept`` is who spoke the texts before: its voice goes on where nothing else was chosen. ``operation`` replaces the row
    of the price list that follows from the provider, and is paid by the text and not by the minute.
    """

    texts: tuple[str, ...]
    language: str
    words_per_minute: float
    voice: str = ""
    kept: VoiceChoice | None = None
    operation: str = field(default="")


@dataclass(frozen=True)
class SpeechResult:
    """A WAV file in the media store and when each of its words sounds; ``voice`` is the provider's id of who speaks."""

    media_key: str
    sample_rate: int
    duration_seconds: float
    words: tuple[WordTiming, ...]
    timing: Timing
    voice: str
    call: Answered

    @property
    def estimated(self) -> bool:
        """Whether the moments of the words are a guess."""
        return self.timing == "estimated"


@dataclass(frozen=True)
class _Candidate:
    route: Route[SpeechProvider]
    wanted: str  # a voice that must be this one
    kept: str  # a voice that may go on


class Narrator:
    """Speaks series of texts through the journal; what was spoken before with the same voice is not spoken again."""

    def __init__(self, routing: Routing, journal: Journal, media: MediaStore) -> None:
        self.routing = routing
        self.journal = journal
        self.media = media

    def speak(
        self,
        tenant: Tenant,
        narration: Narration,
        *,
        subject: str,
        on_text: Callable[[int], None] | None = None,
        salt: str = "",
    ) -> list[SpeechResult]:
        """Every text, spoken by one provider in one voice: the first of the chain that can speak them all.

        Args:
            tenant: Who pays and for which site.
            narration: What is to be said.
            subject: What it is for, such as a video's partition.
            on_text: Told the place of each text before it is spoken.
            salt: Asks for a fresh recording of texts that were spoken before.

        Raises:
            VoiceUnknown: a chosen voice does not exist.
            VoiceSpeaksOtherLanguage: a chosen voice speaks another language.
            ProviderError: by its kind, see ``igny8_resources.ai.errors``.
            InsufficientCredits: the account cannot pay.
        """
        candidates = self._candidates(tenant, narration)
        if narration.kept and not salt:
            # What was spoken is in the journal whether its provider can be reached or not.
            for candidate in candidates:
                voice = candidate.wanted or candidate.kept
                if candidate.route.facts.provider == narration.kept.provider and voice == narration.kept.voice:
                    specs = [
                        self._spec(tenant, candidate.route, narration, voice, text, subject) for text in narration.texts
                    ]
                    if self.journal.all_answered(specs):
                        return self._all(tenant, candidate.route, narration, voice, subject, on_text, salt)
        failures: list[tuple[str, Exception]] = []
        today = datetime.now(UTC).date()
        for candidate in candidates:
            facts = candidate.route.facts
            if why := candidate.route.why_not_now(today):
                failures.append((facts.called, ProviderUnavailable(why)))
                continue
            try:
                voice = self._voice(candidate, narration.language)
                return self._all(tenant, candidate.route, narration, voice, subject, on_text, salt)
            except (ProviderUnavailable, ProviderRejected, QuotaExhausted) as failure:
                failures.append((facts.called, failure))
                of_choice = isinstance(failure, VoiceUnknown | VoiceSpeaksOtherLanguage)
                if not of_choice and not isinstance(failure, ProviderUnavailable):
                    alert_people(self.journal.warehouse, tenant, facts, failure)
                if len(candidates) > 1:
                    LOG.warning("%s for %s: %s", GENERATE_VOICEOVER, facts.called, failure)
        if len(failures) == 1:
            raise failures[0][1]
        raise NoProviderLeft(GENERATE_VOICEOVER, failures)

    def _candidates(self, tenant: Tenant, narration: Narration) -> list[_Candidate]:
        routes = self.routing.speech(tenant, GENERATE_VOICEOVER)
        chosen = choices_in(narration.voice)
        if chosen:
            by_provider = {route.facts.provider: route for route in reversed(routes)}
            return [
                _Candidate(by_provider.get(each.provider) or self.routing.voice_of(each.provider), each.voice, "")
                for each in chosen
            ]
        named = {each.provider: each.voice for each in choices_in(self.routing.settings.speech_voice)}
        kept = narration.kept
        return [
            _Candidate(
                route,
                named.get(route.facts.provider, ""),
                kept.voice if kept and kept.provider == route.facts.provider else "",
            )
            for route in routes
        ]

    def _voice(self, candidate: _Candidate, language: str) -> str:
        provider, gate = candidate.route.provider, candidate.route.gate
        if candidate.kept and not candidate.wanted:
            try:
                return observed(gate, lambda: provider.voice_for(candidate.kept, language), is_work=False)
            except (VoiceUnknown, VoiceSpeaksOtherLanguage):
                LOG.info("the voice %s is gone or speaks another language; another one goes on", candidate.kept)
        return observed(gate, lambda: provider.voice_for(candidate.wanted, language), is_work=False)

    def _all(
        self,
        tenant: Tenant,
        route: Route[SpeechProvider],
        narration: Narration,
        voice: str,
        subject: str,
        on_text: Callable[[int], None] | None,
        salt: str,
    ) -> list[SpeechResult]:
        spoken = []
        for index, text in enumerate(narration.texts):
            if on_text is not None:
                on_text(index)
            spec = self._spec(tenant, route, narration, voice, text, subject, salt)
            call = _call(narration, voice, text)
            answered = self._answer(tenant, route, spec, call, by_minute=not narration.operation)
            if answered.replayed and not self.media.exists(answered.media_key):
                # The file is lost: there is nothing for it but to speak again, as a call of its own.
                again = f"{salt}:lost:{answered.call_id}"
                spec = self._spec(tenant, route, narration, voice, text, subject, again)
                answered = self._answer(tenant, route, spec, call, by_minute=not narration.operation)
            spoken.append(self._result(tenant, answered, call, subject))
        return spoken

    def _answer(
        self, tenant: Tenant, route: Route[SpeechProvider], spec: CallSpec, call: SpeechCall, *, by_minute: bool
    ) -> Answered:
        def perform() -> Performed:
            said = route.provider.speak(call)
            data = wav_bytes(said.samples, said.sample_rate)
            key = content_key(f"{tenant.media_prefix}/speech", data, "wav")
            self.media.put(key, data, "audio/wav")
            seconds = len(said.samples) / said.sample_rate
            minutes = Decimal(str(round(seconds / 60, 4)))
            return Performed(
                response={
                    "sample_rate": said.sample_rate,
                    "duration_seconds": seconds,
                    "words": [word.model_dump() for word in said.words],
                },
                units=minutes if by_minute else Decimal(1),
                media_key=key,
                input_tokens=said.characters,
                cost_usd=route.facts.cost_usd(said.characters, 0, units=minutes),
            )

        return self.journal.answer(spec, lambda: observed(route.gate, perform))

    def _spec(
        self,
        tenant: Tenant,
        route: Route[SpeechProvider],
        narration: Narration,
        voice: str,
        text: str,
        subject: str,
        salt: str = "",
    ) -> CallSpec:
        facts = route.facts
        return CallSpec(
            account_id=tenant.account_id,
            site_id=tenant.site_id,
            user_id=tenant.user_id,
            kind="speech",
            function=GENERATE_VOICEOVER,
            subject=subject,
            provider=facts.provider,
            model=route.provider.model,
            operation=narration.operation or voiceover_operation(facts.provider, facts.name),
            units=Decimal(1) if narration.operation else expected_minutes(text, narration.words_per_minute) * _HEADROOM,
            inputs=asdict(_call(narration, voice, text)),
            salt=salt,
        )

    def _result(self, tenant: Tenant, answered: Answered, call: SpeechCall, subject: str) -> SpeechResult:
        facts = answered.response
        words = tuple(WordTiming(**word) for word in facts["words"])
        timing: Timing = "measured"
        if not words:
            words, timing = self._timed(tenant, answered, call, subject)
        return SpeechResult(
            media_key=answered.media_key,
            sample_rate=facts["sample_rate"],
            duration_seconds=facts["duration_seconds"],
            words=words,
            timing=timing,
            voice=call.voice,
            call=answered,
        )

    def _timed(
        self, tenant: Tenant, answered: Answered, call: SpeechCall, subject: str
    ) -> tuple[tuple[WordTiming, ...], Timing]:
        """Moments for words whose voice gave none."""
        seconds = answered.response["duration_seconds"]
        wav = self.media.get(answered.media_key)
        heard = self._heard(tenant, wav, seconds, answered.media_key, call, subject)
        if heard is not None and (words := aligned_words(call.text, heard, seconds)) is not None:
            return words, "transcribed"
        samples, rate = _samples(wav)
        return estimated_words(samples, rate, call.text), "estimated"

    def _heard(
        self, tenant: Tenant, wav: bytes, seconds: float, media_key: str, call: SpeechCall, subject: str
    ) -> Sequence[WordTiming] | None:
        """What a transcription hears; None without one, or where it fails: the recording is there and paid for."""
        route = self.routing.transcription()
        if route is None:
            return None
        asked = TranscriptionCall(wav, call.text, call.language)
        minutes = Decimal(str(round(seconds / 60, 4)))
        spec = CallSpec(
            account_id=tenant.account_id,
            site_id=tenant.site_id,
            user_id=tenant.user_id,
            kind="transcription",
            function=TIME_WORDS,
            subject=subject,
            provider=route.facts.provider,
            model=route.provider.model,
            operation="transcription",
            units=minutes,
            inputs={"recording": media_key, "text": call.text, "language": call.language},
        )

        def perform() -> Performed:
            heard = route.provider.hear(asked)
            return Performed(
                response={"words": [word.model_dump() for word in heard.words]},
                units=minutes,
                cost_usd=route.facts.cost_usd(0, 0, units=minutes),
            )

        try:
            if why := route.why_not_now(datetime.now(UTC).date()):
                raise ProviderUnavailable(why)
            answered = self.journal.answer(spec, lambda: observed(route.gate, perform))
        except ProviderError as failure:
            LOG.warning("%s for %s; its words are timed by syllables: %s", TIME_WORDS, subject, failure)
            if isinstance(failure, ProviderRejected | QuotaExhausted):
                alert_people(self.journal.warehouse, tenant, route.facts, failure)
            return None
        return tuple(WordTiming(**word) for word in answered.response["words"])


def expected_minutes(text: str, words_per_minute: float) -> Decimal:
    """About how long a text takes; in languages without spaces its syllables tell, not its words."""
    words = text.split()
    by_syllables = sum(map(syllables_in, words)) / _SYLLABLES_A_WORD
    return Decimal(str(round(max(1, len(words), by_syllables) / words_per_minute, 4)))


def wav_bytes(samples: "np.ndarray", sample_rate: int) -> bytes:
    """Mono 16-bit samples as a WAV file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(2)
        audio.setframerate(sample_rate)
        audio.writeframes(samples.astype("<i2").tobytes())
    return buffer.getvalue()


def _samples(wav: bytes) -> tuple["np.ndarray", int]:
    import numpy as np

    with wave.open(io.BytesIO(wav), "rb") as audio:
        return np.frombuffer(audio.readframes(audio.getnframes()), dtype="<i2"), audio.getframerate()


def _call(narration: Narration, voice: str, text: str) -> SpeechCall:
    return SpeechCall(text, voice, narration.language, narration.words_per_minute)
