"""The one door to every model: picks the provider, goes through the journal and the credit ledger, checks the answer.

Belongs here: which provider answers which function, and what a call costs. Does not belong here: how a provider speaks to
its service (one file each), or what a brief contains (the domains).
"""

import hashlib
import io
import json
import wave
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from igny8_resources.ai.errors import AnswerInvalid
from igny8_resources.ai.journal import Answered, CallSpec, Journal, Performed
from igny8_resources.ai.prompts import prompt_for
from igny8_resources.ai.providers import (
    EmbeddingProvider,
    ImageCall,
    ImageProvider,
    PaidEmbeddingProvider,
    SpeechCall,
    SpeechProvider,
    TextCall,
    TextProvider,
)
from igny8_resources.contracts.video import WordTiming
from igny8_resources.media import MediaStore, content_key
from igny8_resources.settings import Settings
from igny8_resources.tenant import Tenant
from igny8_resources.warehouse.engine import Warehouse

if TYPE_CHECKING:
    import numpy as np

    from igny8_resources.ai.vector_cache import Progress

T = TypeVar("T", bound=BaseModel)

# Content is priced by length, which is known only afterwards: reserve for a longer article than was asked for.
LENGTH_HEADROOM = Decimal("1.5")


@dataclass(frozen=True)
class TextResult(Generic[T]):
    """A checked answer and its journal row."""

    value: T
    call: Answered


@dataclass(frozen=True)
class PictureResult:
    """A picture in the media store."""

    media_key: str
    media_type: str
    width: int
    height: int
    call: Answered


@dataclass(frozen=True)
class SpeechResult:
    """A WAV file in the media store and when each of its words sounds."""

    media_key: str
    sample_rate: int
    duration_seconds: float
    words: tuple[WordTiming, ...]
    estimated: bool
    call: Answered


def digest_of(value: object) -> str:
    """sha256 of a JSON-like value, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


class AIRouter:
    """Answers text, image, speech and embedding calls for a tenant."""

    def __init__(self, settings: Settings, warehouse: Warehouse, media: MediaStore) -> None:
        self.settings = settings
        self.journal = Journal(warehouse)
        self.media = media

    @cached_property
    def text_provider(self) -> TextProvider:
        """The OpenAI-compatible server when one is configured, else the offline provider."""
        if self.settings.openai_base_url or self.settings.openai_api_key:
            from igny8_resources.ai.openai_text import OpenAITextProvider

            key = self.settings.openai_api_key
            return OpenAITextProvider(
                base_url=self.settings.openai_base_url or "https://api.openai.com/v1",
                api_key=key.get_secret_value() if key else "",
                model=self.settings.openai_model,
                timeout=self.settings.openai_timeout_seconds,
            )
        from igny8_resources.ai.offline.text import OfflineTextProvider

        return OfflineTextProvider()

    @cached_property
    def image_provider(self) -> ImageProvider:
        """The built-in designed cards."""
        from igny8_resources.ai.offline.cards import OfflineImageProvider

        return OfflineImageProvider()

    @cached_property
    def speech_provider(self) -> SpeechProvider:
        """The embedded voice."""
        from igny8_resources.ai.espeak_speech import EspeakSpeechProvider

        return EspeakSpeechProvider()

    @cached_property
    def embedding_provider(self) -> EmbeddingProvider:
        """What ``IGNY8_EMBEDDINGS`` names; its ``notice`` says when it is a stand-in."""
        from igny8_resources.ai.embedding_choice import embedding_provider

        return embedding_provider(self.settings)

    def text(
        self,
        tenant: Tenant,
        function: str,
        *,
        subject: str,
        inputs: BaseModel,
        schema: type[T],
        operation: str,
        expected_words: int | None = None,
        salt: str = "",
    ) -> TextResult[T]:
        """Structured text. ``expected_words`` is given for operations priced by 100 words of the answer.

        Raises:
            ProviderError: by its kind, see ``igny8_resources.ai.errors``.
            InsufficientCredits: the account cannot pay.
        """
        provider, prompt = self.text_provider, prompt_for(function)
        units = Decimal(1) if expected_words is None else Decimal(expected_words) / 100 * LENGTH_HEADROOM
        spec = CallSpec(
            account_id=tenant.account_id,
            site_id=tenant.site_id,
            kind="text",
            function=function,
            subject=subject,
            provider=provider.name,
            model=provider.model,
            operation=operation,
            units=units,
            inputs=inputs.model_dump(mode="json"),
            prompt_version=f"{prompt.version}:{digest_of(prompt.text)[:12]}",
            schema_digest=digest_of(schema.model_json_schema())[:16],
            salt=salt,
        )

        def perform() -> Performed:
            answer = provider.complete(TextCall(function, prompt.text, inputs, schema))
            checked = _checked(schema, answer.payload, function)
            actual = units if expected_words is None else Decimal(count_words(checked)) / 100
            return Performed(
                response=checked.model_dump(mode="json"),
                units=actual,
                input_tokens=answer.input_tokens,
                output_tokens=answer.output_tokens,
            )

        call = self.journal.answer(spec, perform)
        return TextResult(_checked(schema, call.response, function), call)

    def picture(
        self, tenant: Tenant, *, subject: str, call: ImageCall, operation: str = "image", salt: str = ""
    ) -> PictureResult:
        """One picture, kept in the media store."""
        provider = self.image_provider
        spec = CallSpec(
            account_id=tenant.account_id,
            site_id=tenant.site_id,
            kind="image",
            function="generate_image",
            subject=subject,
            provider=provider.name,
            model=provider.model,
            operation=operation,
            units=Decimal(1),
            inputs=_plain(call),
            salt=salt,
        )

        def perform() -> Performed:
            picture = provider.paint(call)
            extension = picture.media_type.partition("/")[2].replace("jpeg", "jpg")
            key = content_key(f"{tenant.media_prefix}/images", picture.data, extension)
            self.media.put(key, picture.data, picture.media_type)
            return Performed(
                response={"media_type": picture.media_type, "width": picture.width, "height": picture.height},
                units=Decimal(1),
                media_key=key,
            )

        answered = self.journal.answer(spec, perform)
        facts = answered.response
        return PictureResult(answered.media_key, facts["media_type"], facts["width"], facts["height"], answered)

    def speech(
        self, tenant: Tenant, *, subject: str, call: SpeechCall, operation: str = "voiceover", salt: str = ""
    ) -> SpeechResult:
        """One spoken text as a WAV file with word timings; priced by the minute."""
        provider = self.speech_provider
        words = max(1, len(call.text.split()))
        expected_minutes = Decimal(words) / Decimal(str(call.words_per_minute)) * LENGTH_HEADROOM
        spec = CallSpec(
            account_id=tenant.account_id,
            site_id=tenant.site_id,
            kind="speech",
            function="generate_voiceover",
            subject=subject,
            provider=provider.name,
            model=provider.model,
            operation=operation,
            units=expected_minutes,
            inputs=_plain(call),
            salt=salt,
        )

        def perform() -> Performed:
            spoken = provider.speak(call)
            data = wav_bytes(spoken.samples, spoken.sample_rate)
            key = content_key(f"{tenant.media_prefix}/speech", data, "wav")
            self.media.put(key, data, "audio/wav")
            seconds = len(spoken.samples) / spoken.sample_rate
            return Performed(
                response={
                    "sample_rate": spoken.sample_rate,
                    "duration_seconds": seconds,
                    "estimated": spoken.estimated,
                    "words": [word.model_dump() for word in spoken.words],
                },
                units=Decimal(str(round(seconds / 60, 4))),
                media_key=key,
            )

        answered = self.journal.answer(spec, perform)
        facts = answered.response
        return SpeechResult(
            media_key=answered.media_key,
            sample_rate=facts["sample_rate"],
            duration_seconds=facts["duration_seconds"],
            words=tuple(WordTiming(**word) for word in facts["words"]),
            estimated=facts["estimated"],
            call=answered,
        )

    def embed(self, texts: list[str], tenant: Tenant | None = None, progress: "Progress | None" = None) -> "np.ndarray":
        """Unit vectors of texts; those that the warehouse has are taken from there, the others are kept.

        Args:
            texts: What to embed, in any number.
            tenant: For whom; a provider whose calls cost money is asked, and journalled, for a tenant only.
            progress: Told (texts done, texts in all) from time to time.

        Raises:
            ProviderError: by its kind, see ``igny8_resources.ai.errors``.
            ValueError: the provider costs money and no tenant is given.
        """
        from igny8_resources.ai.journalled_embeddings import JournalledEmbeddings
        from igny8_resources.ai.vector_cache import CachedEmbeddings

        provider = self.embedding_provider
        if isinstance(provider, PaidEmbeddingProvider):
            if tenant is None:
                raise ValueError(f"embeddings of {provider.name} cost money: say for which tenant")
            provider = JournalledEmbeddings(provider, self.journal, tenant)
        return CachedEmbeddings(provider, self.journal.warehouse, progress).embed(texts)

    def charge(
        self, tenant: Tenant, operation: str, *, subject: str, provider: str, inputs: dict[str, Any]
    ) -> Answered:
        """Charge a priced operation that the platform does itself, once for the same inputs.

        ``provider`` is whose work it finishes: work on the offline provider's material is free.
        """
        spec = CallSpec(
            account_id=tenant.account_id,
            site_id=tenant.site_id,
            kind="platform",
            function=operation,
            subject=subject,
            provider=provider,
            model="platform",
            operation=operation,
            units=Decimal(1),
            inputs={"subject": subject, **inputs},
        )
        return self.journal.answer(spec, lambda: Performed(response={}, units=Decimal(1)))


def _checked(schema: type[T], payload: dict[str, Any], function: str) -> T:
    try:
        return schema.model_validate(payload)
    except ValidationError as invalid:
        places = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}" for problem in invalid.errors()[:5]
        )
        raise AnswerInvalid(f"the answer to {function} does not fit its schema: {places}") from invalid


def _plain(call: ImageCall | SpeechCall) -> dict[str, Any]:
    from dataclasses import asdict

    return json.loads(json.dumps(asdict(call)))  # type: ignore[no-any-return]


def count_words(value: object) -> int:
    """Words in all texts of a structured answer: what a reader would count."""
    if isinstance(value, BaseModel):
        return count_words(value.model_dump())
    if isinstance(value, str):
        return len(value.split())
    if isinstance(value, dict):
        return sum(count_words(part) for part in value.values())
    if isinstance(value, list | tuple):
        return sum(count_words(part) for part in value)
    return 0


def wav_bytes(samples: "np.ndarray", sample_rate: int) -> bytes:
    """Mono 16-bit samples as a WAV file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(2)
        audio.setframerate(sample_rate)
        audio.writeframes(samples.astype("<i2").tobytes())
    return buffer.getvalue()
