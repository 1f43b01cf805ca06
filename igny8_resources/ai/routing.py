"""Which models may answer a function of a site, in which order.

A site's own choice for the function comes first, then its choice for the kind of model, then the account's; without any, the
chain of connections that the settings name, those of it that are configured. The offline providers answer only where no
connection is configured, or where somebody chose them: a model that is down is never replaced by them in silence.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeAlias, TypeVar

from pydantic import SecretStr
from sqlalchemy import or_, select

from igny8_resources.ai.catalogue import ModelFacts, facts_from, facts_of
from igny8_resources.ai.errors import ProviderMissing
from igny8_resources.ai.providers import ImageProvider, SpeechProvider, TextProvider, TranscriptionProvider
from igny8_resources.ai.shared_gate import SharedGate, endpoint_of
from igny8_resources.ai.short_memory import ShortMemory
from igny8_resources.ai.speech_connections import (
    ESPEAK,
    OPENAI_URL,
    TRANSCRIPTION,
    speech_connection,
    speech_models,
    transcription_connection,
)
from igny8_resources.settings import Settings, chain_of
from igny8_resources.tenant import Tenant
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.models import AiModel, ModelChoice

OFFLINE = "offline"

P = TypeVar("P", TextProvider, ImageProvider, SpeechProvider, TranscriptionProvider)
Connection: TypeAlias = tuple[P, SharedGate | None]


@dataclass(frozen=True)
class Route(Generic[P]):
    """One model that may answer: its provider, what the catalogue knows of it, and the gate to its service, if it has one."""

    provider: P
    facts: ModelFacts
    gate: SharedGate | None = None

    def why_not_now(self, today: date) -> str:
        """Why the model cannot be asked at the moment, empty when it can."""
        if why := self.facts.why_unusable(today):
            return why
        pause = self.gate.open_for() if self.gate else 0.0
        return f"it failed several times in a row and is left alone for {pause:.0f} s" if pause else ""


class Routing:
    """Builds providers from the settings, each once, and orders them for a function."""

    def __init__(self, settings: Settings, warehouse: Warehouse) -> None:
        self.settings = settings
        self.warehouse = warehouse
        self._connected: dict[tuple[str, str, str], Connection[Any]] = {}
        self._memory: ShortMemory[list[ModelFacts]] = ShortMemory()
        self._lock = threading.RLock()

    def text(self, tenant: Tenant, function: str) -> list[Route[TextProvider]]:
        """The text models for a function, the first choice first; never empty.

        Raises:
            ProviderMissing: a model is chosen whose connection is not configured, and no other is.
        """
        return self._routes(tenant, function, "text", self.settings.text_chain, self._text_connection)

    def image(self, tenant: Tenant, function: str) -> list[Route[ImageProvider]]:
        """The image models for a function, the first choice first; never empty.

        Raises:
            ProviderMissing: a model is chosen whose connection is not configured, and no other is.
        """
        return self._routes(tenant, function, "image", self.settings.image_chain, self._image_connection)

    def speech(self, tenant: Tenant, function: str) -> list[Route[SpeechProvider]]:
        """The speech models for a function, the first choice first; the built-in voice where nothing is configured.

        Raises:
            ProviderMissing: a model is chosen whose connection is not configured, and no other is.
        """
        return self._routes(tenant, function, "speech", self.settings.speech_chain, self._speech_connection)

    def voice_of(self, connection: str) -> Route[SpeechProvider]:
        """A speech connection with the model that the settings name, whether it is in the chain or not.

        Raises:
            ProviderMissing: the connection is not configured.
        """
        model = ESPEAK if connection == ESPEAK else speech_models(self.settings).get(connection, "")
        with self.warehouse.read() as session:
            facts = facts_of(session, connection, "speech", model)
        return self._route(facts, self._speech_connection)

    def transcription(self) -> Route[TranscriptionProvider] | None:
        """The server that hears words; None where none is configured."""
        key = (TRANSCRIPTION, TRANSCRIPTION, self.settings.transcription_model)
        with self._lock:
            if key not in self._connected:
                connected = transcription_connection(self.settings, self._gate)
                if connected is None:
                    return None
                self._connected[key] = connected
            provider, gate = self._connected[key]
        with self.warehouse.read() as session:
            facts = facts_of(session, TRANSCRIPTION, TRANSCRIPTION, self.settings.transcription_model)
        return Route(provider, facts, gate)

    def configured(self, kind: str) -> list[tuple[str, str]]:
        """The connections of a kind (text, image or speech) that the settings configure, with their models, in their order."""
        have = self.settings
        chains = {"text": have.text_chain, "image": have.image_chain, "speech": have.speech_chain}
        return self._configured(kind, chains[kind])

    def _routes(
        self, tenant: Tenant, function: str, kind: str, chain: str, connect: Callable[[str, str], Connection[P]]
    ) -> list[Route[P]]:
        wanted = self._chosen(tenant, function, kind)
        if not wanted:
            wanted = self._memory.get(("configured", kind, chain), lambda: self._facts_of_chain(kind, chain))
        if not wanted:
            built_in = ESPEAK if kind == "speech" else OFFLINE
            wanted = [ModelFacts(built_in, kind, built_in)]
        routes: list[Route[P]] = []
        missing: list[ProviderMissing] = []
        for facts in wanted:
            try:
                routes.append(self._route(facts, connect))
            except ProviderMissing as absent:
                missing.append(absent)
        if not routes:
            raise missing[0]
        return routes

    def _facts_of_chain(self, kind: str, chain: str) -> list[ModelFacts]:
        configured = self._configured(kind, chain)
        if not configured:
            return []
        with self.warehouse.read() as session:
            return [facts_of(session, name, kind, model) for name, model in configured]

    def _route(self, facts: ModelFacts, connect: Callable[[str, str], Connection[P]]) -> Route[P]:
        with self._lock:
            key = (facts.kind, facts.provider, facts.name)
            if key not in self._connected:
                self._connected[key] = connect(facts.provider, facts.name)
            provider, gate = self._connected[key]
        return Route(provider, facts, gate)

    def _chosen(self, tenant: Tenant, function: str, kind: str) -> list[ModelFacts]:
        key = ("chosen", tenant.account_id, tenant.site_id, function, kind)
        return self._memory.get(key, lambda: self._look_up_choice(tenant, function, kind))

    def _look_up_choice(self, tenant: Tenant, function: str, kind: str) -> list[ModelFacts]:
        with self.warehouse.read() as session:
            rows = (
                session.execute(
                    select(ModelChoice.site_id, ModelChoice.function, AiModel)
                    .join(AiModel, AiModel.id == ModelChoice.ai_model_id)
                    .where(
                        ModelChoice.account_id == tenant.account_id,
                        or_(ModelChoice.site_id == tenant.site_id, ModelChoice.site_id.is_(None)),
                        ModelChoice.function.in_((function, kind)),
                        AiModel.kind == kind,
                    )
                    .order_by(ModelChoice.rank, ModelChoice.id)
                )
                .tuples()
                .all()
            )
        for of_site in (True, False):
            for named in (function, kind):
                found = [
                    facts_from(model)
                    for site, chosen, model in rows
                    if (site is not None) == of_site and chosen == named
                ]
                if found:
                    return found
        return []

    def _configured(self, kind: str, chain: str) -> list[tuple[str, str]]:
        have = self.settings
        has_openai = bool(have.openai_base_url or have.openai_api_key)
        models = {
            "text": {
                "self_hosted": (have.self_hosted_model or "default") if have.self_hosted_url else "",
                "openai": have.openai_model if has_openai else "",
                "anthropic": have.anthropic_model if have.anthropic_api_key else "",
            },
            "image": {
                "comfyui": have.comfyui_workflow.stem if have.comfyui_url and have.comfyui_workflow else "",
                "runware": have.runware_model if have.runware_api_key else "",
                "openai": have.openai_image_model if has_openai else "",
            },
            "speech": speech_models(have),
        }[kind]
        return [(name, models[name]) for name in chain_of(chain) if models[name]]

    def _gate(self, connection: str, base_url: str, secret: str) -> SharedGate:
        return SharedGate(
            self.warehouse,
            endpoint_of(connection, base_url, secret),
            connection,
            max_concurrency=self.settings.ai_concurrency,
        )

    def _text_connection(self, connection: str, model: str) -> Connection[TextProvider]:
        have = self.settings
        match connection:
            case "offline":
                from igny8_resources.ai.offline.text import OfflineTextProvider

                return OfflineTextProvider(), None
            case "self_hosted" if have.self_hosted_url:
                return self._openai_text(connection, have.self_hosted_url, _shown(have.self_hosted_api_key), model)
            case "openai" if have.openai_base_url or have.openai_api_key:
                return self._openai_text(
                    connection, have.openai_base_url or OPENAI_URL, _shown(have.openai_api_key), model
                )
            case "anthropic" if have.anthropic_api_key:
                from igny8_resources.ai.anthropic_text import AnthropicTextProvider

                secret = _shown(have.anthropic_api_key)
                gate = self._gate(connection, have.anthropic_base_url, secret)
                return AnthropicTextProvider(
                    base_url=have.anthropic_base_url,
                    api_key=secret,
                    model=model,
                    timeout=have.openai_timeout_seconds,
                    gate=gate,
                ), gate
        raise _not_configured(connection, model)

    def _openai_text(self, connection: str, base_url: str, secret: str, model: str) -> Connection[TextProvider]:
        from igny8_resources.ai.openai_text import OpenAITextProvider

        gate = self._gate(connection, base_url, secret)
        return OpenAITextProvider(
            base_url=base_url,
            api_key=secret,
            model=model,
            timeout=self.settings.openai_timeout_seconds,
            name=connection,
            gate=gate,
        ), gate

    def _image_connection(self, connection: str, model: str) -> Connection[ImageProvider]:
        have = self.settings
        match connection:
            case "offline":
                from igny8_resources.ai.offline.cards import OfflineImageProvider

                return OfflineImageProvider(), None
            case "openai" if have.openai_base_url or have.openai_api_key:
                from igny8_resources.ai.openai_images import OpenAIImageProvider

                base_url, secret = have.openai_base_url or OPENAI_URL, _shown(have.openai_api_key)
                gate = self._gate(connection, base_url, secret)
                return OpenAIImageProvider(
                    base_url=base_url,
                    api_key=secret,
                    model=model,
                    timeout=have.openai_timeout_seconds,
                    gate=gate,
                ), gate
            case "runware" if have.runware_api_key:
                from igny8_resources.ai.runware_images import RunwareImageProvider

                secret = _shown(have.runware_api_key)
                gate = self._gate(connection, have.runware_url, secret)
                return RunwareImageProvider(
                    base_url=have.runware_url,
                    api_key=secret,
                    model=model,
                    timeout=have.openai_timeout_seconds,
                    gate=gate,
                ), gate
            case "comfyui" if have.comfyui_url and have.comfyui_workflow:
                from igny8_resources.ai.comfyui_images import ComfyUiImageProvider

                gate = self._gate(connection, have.comfyui_url, "")
                return ComfyUiImageProvider(
                    base_url=have.comfyui_url,
                    workflow=have.comfyui_workflow,
                    model=model,
                    timeout=have.openai_timeout_seconds,
                    gate=gate,
                ), gate
        raise _not_configured(connection, model)

    def _speech_connection(self, connection: str, model: str) -> Connection[SpeechProvider]:
        return speech_connection(self.settings, connection, model, self._gate)


def _shown(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


_NEEDED = {
    "self_hosted": "IGNY8_SELF_HOSTED_URL",
    "openai": "IGNY8_OPENAI_API_KEY (or IGNY8_OPENAI_BASE_URL)",
    "anthropic": "IGNY8_ANTHROPIC_API_KEY",
    "runware": "IGNY8_RUNWARE_API_KEY",
    "comfyui": "IGNY8_COMFYUI_URL and IGNY8_COMFYUI_WORKFLOW",
}


def _not_configured(connection: str, model: str) -> ProviderMissing:
    if connection in _NEEDED:
        return ProviderMissing(f"the model {model!r} is reached through {connection}: set {_NEEDED[connection]}")
    return ProviderMissing(f"the model {model!r} belongs to {connection!r}, which is no connection of this kind")
