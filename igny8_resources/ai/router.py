"""The one door to every model: picks the provider, goes through the journal and the credit ledger, checks the answer.

Belongs here: which provider answers which function, and what a call costs. Does not belong here: how a provider speaks to
its service (one file each), or what a brief contains (the domains).
"""

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar

from pydantic import BaseModel

from igny8_resources.ai.answers import checked_answer, checked_payload, count_words
from igny8_resources.ai.attempts import alert_people, observed
from igny8_resources.ai.calls import Answered, CallSpec, Performed
from igny8_resources.ai.errors import (
    NoProviderLeft,
    ProviderRejected,
    ProviderUnavailable,
    QuotaExhausted,
)
from igny8_resources.ai.journal import Journal
from igny8_resources.ai.prompt_variables import variant_of
from igny8_resources.ai.prompting import ChosenPrompt, RenderedPrompt, choose_prompt, keep_prompt_text
from igny8_resources.ai.providers import (
    EmbeddingProvider,
    ImageCall,
    ImageProvider,
    PaidEmbeddingProvider,
    TextCall,
    TextProvider,
)
from igny8_resources.ai.routing import OFFLINE, P, Route, Routing
from igny8_resources.ai.short_memory import ShortMemory
from igny8_resources.media import MediaStore, content_key
from igny8_resources.settings import Settings
from igny8_resources.tenant import Tenant
from igny8_resources.warehouse.engine import Warehouse

if TYPE_CHECKING:
    import numpy as np

    from igny8_resources.ai.narrator import Narrator
    from igny8_resources.ai.vector_cache import Progress

LOG = logging.getLogger("igny8.ai")
T = TypeVar("T", bound=BaseModel)
# A call as the journal knows it, and how to get its answer.
Attempt: TypeAlias = tuple[CallSpec, Callable[[], Answered]]

GENERATE_IMAGE = "generate_image"

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


def digest_of(value: object) -> str:
    """sha256 of a JSON-like value, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


@lru_cache(maxsize=256)
def schema_digest(schema: type[BaseModel]) -> str:
    """What tells one answer's shape from another's in the journal."""
    return digest_of(schema.model_json_schema())[:16]


class Deferral(Protocol):
    """Answers calls some other way than at once: those that it has no answer to yet, it keeps for a batch."""

    def answer(self, spec: CallSpec, route: "Route[TextProvider]", call: TextCall) -> Answered:
        """The answer, if it has come.

        Raises:
            CallDeferred: it has not; the call is part of a batch now.
        """
        ...


class AIRouter:
    """Answers text, image, speech and embedding calls for a tenant.

    With ``deferral`` text is not asked for at once; see ``igny8_resources.ai.openai_batch``.
    """

    def __init__(
        self, settings: Settings, warehouse: Warehouse, media: MediaStore, *, deferral: Deferral | None = None
    ) -> None:
        self.settings = settings
        self.journal = Journal(warehouse)
        self.media = media
        self.deferral = deferral
        self._prompts: ShortMemory[ChosenPrompt] = ShortMemory()
        self._kept_prompts: set[tuple[int, str]] = set()

    @cached_property
    def routing(self) -> Routing:
        """Which models may answer what."""
        return Routing(self.settings, self.journal.warehouse)

    @cached_property
    def narrator(self) -> "Narrator":
        """Who speaks texts."""
        from igny8_resources.ai.narrator import Narrator

        return Narrator(self.routing, self.journal, self.media)

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
        variant: str | None = None,
        sector_id: int | None = None,
        salt: str = "",
    ) -> TextResult[T]:
        """Structured text from the first model of the chain that can be reached.

        Args:
            tenant: Who pays and for which site.
            function: The AI function, such as ``generate_content``.
            subject: What the text is for, such as an article's partition.
            inputs: The brief.
            schema: What the answer must be.
            operation: The row of the price list.
            expected_words: Given for operations priced by 100 words of the answer.
            variant: Narrows the prompt, such as to a content type; None: as the brief says.
            sector_id: Whose strategy may replace the prompt.
            salt: Asks for a fresh answer to an otherwise identical call.

        Raises:
            ProviderError: by its kind, see ``igny8_resources.ai.errors``.
            InsufficientCredits: the account cannot pay.
        """
        prompt = self._prompt(tenant, function, inputs, variant, sector_id)
        units = Decimal(1) if expected_words is None else Decimal(expected_words) / 100 * LENGTH_HEADROOM
        call = TextCall(function, prompt.text, inputs, schema)
        asked, digest = inputs.model_dump(mode="json"), schema_digest(schema)

        def attempt(route: Route[TextProvider]) -> Attempt:
            spec = CallSpec(
                account_id=tenant.account_id,
                site_id=tenant.site_id,
                user_id=tenant.user_id,
                kind="text",
                function=function,
                subject=subject,
                provider=route.facts.provider,
                model=route.provider.model,
                operation=operation,
                units=units,
                inputs=asked,
                prompt_version=prompt.version,
                prompt_digest=prompt.template_digest,
                schema_digest=digest,
                salt=salt,
            )

            def perform() -> Performed:
                checked, input_tokens, output_tokens, estimated = checked_answer(route.provider, call)
                return Performed(
                    response=checked.model_dump(mode="json"),
                    units=units if expected_words is None else Decimal(count_words(checked)) / 100,
                    input_tokens=input_tokens,
                    output_tokens=output_tokens,
                    tokens_estimated=estimated,
                    cost_usd=route.facts.cost_usd(input_tokens, output_tokens),
                )

            if self.deferral is not None:
                deferral = self.deferral
                return spec, lambda: deferral.answer(spec, route, call)
            return spec, lambda: self.journal.answer(spec, lambda: observed(route.gate, perform))

        answered = self._first_answer(tenant, function, self.routing.text(tenant, function), attempt)
        return TextResult(checked_payload(schema, answered.response, function), answered)

    def picture(
        self, tenant: Tenant, *, subject: str, call: ImageCall, operation: str = "image", salt: str = ""
    ) -> PictureResult:
        """One picture, kept in the media store.

        Raises:
            ProviderError: by its kind, see ``igny8_resources.ai.errors``.
            InsufficientCredits: the account cannot pay.
        """

        def attempt(route: Route[ImageProvider]) -> Attempt:
            spec = CallSpec(
                account_id=tenant.account_id,
                site_id=tenant.site_id,
                user_id=tenant.user_id,
                kind="image",
                function=GENERATE_IMAGE,
                subject=subject,
                provider=route.facts.provider,
                model=route.provider.model,
                operation=operation,
                units=Decimal(1),
                inputs=_plain(call),
                salt=salt,
            )

            def perform() -> Performed:
                picture = route.provider.paint(call)
                extension = picture.media_type.partition("/")[2].replace("jpeg", "jpg")
                key = content_key(f"{tenant.media_prefix}/images", picture.data, extension)
                self.media.put(key, picture.data, picture.media_type)
                cost = picture.cost_usd
                if cost is None:
                    cost = route.facts.cost_usd(picture.input_tokens, picture.output_tokens, units=1)
                return Performed(
                    response={"media_type": picture.media_type, "width": picture.width, "height": picture.height},
                    units=Decimal(1),
                    media_key=key,
                    input_tokens=picture.input_tokens,
                    output_tokens=picture.output_tokens,
                    cost_usd=cost,
                )

            return spec, lambda: self.journal.answer(spec, lambda: observed(route.gate, perform))

        answered = self._first_answer(tenant, GENERATE_IMAGE, self.routing.image(tenant, GENERATE_IMAGE), attempt)
        facts = answered.response
        return PictureResult(answered.media_key, facts["media_type"], facts["width"], facts["height"], answered)

    def draws_cards(self, tenant: Tenant) -> bool:
        """Whether pictures are the built-in designed cards, which show words, and not a model's."""
        return self.routing.image(tenant, GENERATE_IMAGE)[0].facts.provider == OFFLINE

    def _prompt(
        self, tenant: Tenant, function: str, inputs: BaseModel, variant: str | None, sector_id: int | None
    ) -> RenderedPrompt:
        wanted = variant_of(function, inputs) if variant is None else variant

        def choose() -> ChosenPrompt:
            with self.journal.warehouse.read() as session:
                return choose_prompt(
                    session,
                    account_id=tenant.account_id,
                    site_id=tenant.site_id,
                    sector_id=sector_id,
                    function=function,
                    variant=wanted,
                )

        key = (tenant.account_id, tenant.site_id, sector_id, function, wanted)
        prompt = self._prompts.get(key, choose).rendered(inputs)
        known = (tenant.account_id, prompt.template_digest)
        if known not in self._kept_prompts:
            with self.journal.warehouse.write() as session:
                keep_prompt_text(session, tenant.account_id, prompt)
            self._kept_prompts.add(known)
        return prompt

    def _first_answer(
        self, tenant: Tenant, function: str, routes: "Sequence[Route[P]]", attempt: "Callable[[Route[P]], Attempt]"
    ) -> Answered:
        """The answer of the first route that can give one.

        What the journal has from any of them counts first: a call that a later model of the chain answered is not paid
        again because an earlier one is back.
        """
        attempts = [attempt(route) for route in routes]
        if len(attempts) > 1:
            known = self.journal.first_answered([spec for spec, _ in attempts])
            if known is not None:
                return attempts[known][1]()
        failures: list[tuple[str, Exception]] = []
        today = datetime.now(UTC).date()
        for route, (_, ask) in zip(routes, attempts, strict=True):
            if why := route.why_not_now(today):
                failures.append((route.facts.called, ProviderUnavailable(why)))
                continue
            try:
                return ask()
            except (ProviderUnavailable, ProviderRejected, QuotaExhausted) as failure:
                failures.append((route.facts.called, failure))
                if not isinstance(failure, ProviderUnavailable):
                    alert_people(self.journal.warehouse, tenant, route.facts, failure)
                if len(routes) > 1:
                    LOG.warning("%s for %s: %s", function, route.facts.called, failure)
        if len(failures) == 1 and len(routes) == 1:
            raise failures[0][1]
        raise NoProviderLeft(function, failures)

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
            user_id=tenant.user_id,
            units=Decimal(1),
            inputs={"subject": subject, **inputs},
        )
        return self.journal.answer(spec, lambda: Performed(response={}, units=Decimal(1)))


def _plain(call: ImageCall) -> dict[str, Any]:
    from dataclasses import asdict

    return json.loads(json.dumps(asdict(call)))  # type: ignore[no-any-return]
