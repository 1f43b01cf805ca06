"""Every setting of the platform, read from the environment once; documented in ``docs/configuration.md``.

The Dagster code locations, the API and the command line share this one class, so that a deployment is described in one
place. A setting that cannot be used names its variable in the error.
"""

import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from igny8_resources.contracts.vocabulary import RenderBackend, RenderSpeed
from igny8_resources.settings_of_video_platforms import VideoPlatformSettings

TEXT_CONNECTIONS = ("self_hosted", "openai", "anthropic")
IMAGE_CONNECTIONS = ("comfyui", "runware", "openai")
SPEECH_CONNECTIONS = ("self_hosted", "coqui", "piper", "elevenlabs", "openai")
VAULT_KEY_FILE = "vault_key"


def chain_of(text: str) -> list[str]:
    """The connections that a chain names, in its order."""
    return [name.strip() for name in text.split(",") if name.strip()]


class SettingsError(Exception):
    """A setting is missing or cannot be used; the message names its variable and says what was expected."""


class Settings(VideoPlatformSettings):
    """The platform's settings; every field is the variable ``IGNY8_<FIELD>`` in capitals. A blank one counts as unset."""

    model_config = SettingsConfigDict(env_prefix="IGNY8_", extra="ignore", frozen=False)

    home: Path = Path(".igny8")
    warehouse_url: SecretStr | None = None
    api_database_url: SecretStr | None = None
    api_database_role: str = ""
    dagster_postgres_url: SecretStr | None = None
    media_url: str | None = None
    inbox: str | None = None
    public_url: str = "http://127.0.0.1:8000"
    dagster_url: str = "http://127.0.0.1:3000"

    secret_key: SecretStr | None = None
    vault_keys: SecretStr | None = None
    access_token_minutes: int = Field(default=30, ge=1, le=1440)
    refresh_token_days: int = Field(default=30, ge=1, le=365)
    sign_ins_per_minute: int = Field(default=30, ge=1, le=100_000)
    smtp_url: SecretStr | None = None
    mail_from: str = "igny8@localhost"

    openai_base_url: str | None = None
    openai_api_key: SecretStr | None = None
    openai_model: str = "gpt-6-luna"
    openai_image_model: str = ""
    openai_timeout_seconds: float = Field(default=120.0, gt=0)

    self_hosted_url: str | None = None
    self_hosted_api_key: SecretStr | None = None
    self_hosted_model: str = ""

    anthropic_base_url: str = "https://api.anthropic.com"
    anthropic_api_key: SecretStr | None = None
    anthropic_model: str = ""

    runware_url: str = "https://api.runware.ai/v1"
    runware_api_key: SecretStr | None = None
    runware_model: str = ""
    comfyui_url: str | None = None
    comfyui_workflow: Path | None = None

    openai_speech_model: str = ""
    self_hosted_speech_url: str | None = None
    self_hosted_speech_api_key: SecretStr | None = None
    self_hosted_speech_model: str = ""
    elevenlabs_url: str = "https://api.elevenlabs.io"
    elevenlabs_api_key: SecretStr | None = None
    elevenlabs_model: str = "eleven_multilingual_v2"
    coqui_url: str | None = None
    coqui_model: str = "xtts_v2"
    piper_url: str | None = None
    transcription_url: str | None = None
    transcription_api_key: SecretStr | None = None
    transcription_model: str = "whisper-1"
    pexels_url: str = "https://api.pexels.com"
    pexels_api_key: SecretStr | None = None
    pixabay_url: str = "https://pixabay.com/api"
    pixabay_api_key: SecretStr | None = None
    stock_timeout_seconds: float = Field(default=30.0, gt=0)

    text_chain: str = "self_hosted,openai,anthropic"
    image_chain: str = "comfyui,runware,openai"
    speech_chain: str = "self_hosted,coqui,piper,elevenlabs,openai"
    ai_concurrency: int = Field(default=8, ge=1, le=256)
    bulk_above: int = Field(default=20, ge=1)
    bulk_concurrency: int = Field(default=32, ge=1, le=512)

    embeddings: str = "minilm"
    embedding_threads: int = Field(default=0, ge=0, le=256)

    speech_voice: str = ""
    music_folder: Path | None = None
    music: str = ""
    music_below_voice: float = Field(default=18.0, ge=6, le=40)
    speech_words_per_minute: float = Field(default=158.0, ge=80, le=400)
    caption_style: Literal["", "phrase", "word"] = ""
    render_executor: Literal["local", "celery", "k8s"] = "local"
    render_backend: RenderBackend = "cpu"
    render_workers: int = Field(default=0, ge=0, le=64)
    render_speed: RenderSpeed = "veryfast"
    celery_broker: SecretStr | None = None
    celery_backend: SecretStr | None = None
    k8s_image: str = ""
    k8s_namespace: str = "default"
    k8s_service_account: str = ""
    k8s_kubeconfig: Path | None = None
    k8s_env_secrets: str = ""
    k8s_env_config_maps: str = ""
    k8s_gpu_resource: str = "nvidia.com/gpu"
    k8s_gpus: int = Field(default=1, ge=0, le=64)
    k8s_node_selector: str = "nvidia.com/gpu.present=true"
    k8s_tolerations: str = "nvidia.com/gpu:NoSchedule"

    webhooks_allow_private: bool = False
    webhooks_allow_http: bool = False

    max_concurrent_runs: int = Field(default=2, ge=1, le=200)
    partition_retention_days: int = Field(default=90, ge=1)
    run_retention_days: int = Field(default=30, ge=1)
    import_max_bytes: int = Field(default=256 * 1024 * 1024, ge=1024)

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if not (isinstance(value, str) and not value.strip())}

    @field_validator("public_url", "dagster_url")
    @classmethod
    def _absolute_url(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("expected an absolute URL such as https://content.example.com")
        return value.rstrip("/")

    @field_validator(
        *("openai_base_url", "self_hosted_url", "comfyui_url", "anthropic_base_url", "runware_url"),
        *("self_hosted_speech_url", "elevenlabs_url", "coqui_url", "piper_url", "transcription_url"),
        *("pexels_url", "pixabay_url"),
    )
    @classmethod
    def _provider_url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("expected an absolute URL such as http://127.0.0.1:8080/v1")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            address = urlsplit(value.get_secret_value())
            if address.scheme not in {"smtp", "smtps"} or not address.hostname:
                raise ValueError("expected smtps://user:password@mail.example.com:465 or smtp://mail.example.com:587")
        return value

    @field_validator("celery_broker")
    @classmethod
    def _rabbitmq(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and urlsplit(value.get_secret_value()).scheme not in {"amqp", "amqps", "pyamqp"}:
            raise ValueError("expected a RabbitMQ server such as amqp://user:password@rabbit.internal:5672/igny8")
        return value

    @field_validator("text_chain", "image_chain", "speech_chain")
    @classmethod
    def _known_connections(cls, value: str, info: ValidationInfo) -> str:
        chains = {"text_chain": TEXT_CONNECTIONS, "image_chain": IMAGE_CONNECTIONS, "speech_chain": SPEECH_CONNECTIONS}
        known = chains[str(info.field_name)]
        if unknown := [name for name in chain_of(value) if name not in known]:
            raise ValueError(
                f"does not know {', '.join(unknown)}; expected some of {', '.join(known)}, the first choice first"
            )
        return value

    @field_validator("embeddings")
    @classmethod
    def _embedding_choice(cls, value: str) -> str:
        kind, _, model = value.partition(":")
        named = kind in {"fastembed", "sentence-transformers", "openai"} and bool(model.strip())
        if value not in {"minilm", "minilm-fp32", "lexical"} and not named:
            raise ValueError(
                "expected minilm, minilm-fp32, lexical, fastembed:MODEL, sentence-transformers:MODEL or openai:MODEL"
            )
        return value

    @cached_property
    def home_path(self) -> Path:
        """``IGNY8_HOME`` as an absolute path; the folder that holds everything the defaults write."""
        return self.home.expanduser().resolve()

    @property
    def warehouse(self) -> str:
        """The warehouse's SQLAlchemy URL; SQLite under ``IGNY8_HOME`` unless ``IGNY8_WAREHOUSE_URL`` is set."""
        if self.warehouse_url is not None:
            return self.warehouse_url.get_secret_value()
        return f"sqlite:///{self.home_path / 'warehouse.db'}"

    @property
    def api_warehouse(self) -> str:
        """The URL by which the API reaches the warehouse: ``IGNY8_API_DATABASE_URL``, or the warehouse's own."""
        return self.api_database_url.get_secret_value() if self.api_database_url is not None else self.warehouse

    @property
    def api_role(self) -> str:
        """The database role that the API connects as, empty where it has none of its own."""
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        if self.api_database_role or self.api_database_url is None:
            return self.api_database_role
        try:
            return make_url(self.api_database_url.get_secret_value()).username or ""
        except ArgumentError as unreadable:
            raise SettingsError(
                "IGNY8_API_DATABASE_URL: expected a database URL such as postgresql+psycopg2://role:password@host/igny8"
            ) from unreadable

    @property
    def media(self) -> str:
        """Where media lives: a folder under ``IGNY8_HOME`` unless ``IGNY8_MEDIA_URL`` is set."""
        return self.media_url or str(self.home_path / "media")

    @property
    def inbox_address(self) -> str:
        """Where keyword files are dropped: a folder under ``IGNY8_HOME`` unless ``IGNY8_INBOX`` is set."""
        return self.inbox or str(self.home_path / "inbox")

    @property
    def dagster_home(self) -> Path:
        """Dagster's instance folder."""
        return self.home_path / "dagster"

    @property
    def models_folder(self) -> Path:
        """Where graphs of built-in models are kept once they are built; emptied, they are built again."""
        return self.home_path / "models"

    @property
    def sites_folder(self) -> Path:
        """Where built static sites are written, one folder a site key."""
        return self.home_path / "sites"

    @property
    def drafts_folder(self) -> Path:
        """Where pages are shown to reviewers before they are published, one folder an unguessable token."""
        return self.home_path / "drafts"

    def draft_token(self, partition: str) -> str:
        """The token in the address of an article's draft page: nobody can guess it, and it stays the same."""
        return hmac.new(self.signing_key().encode(), f"draft:{partition}".encode(), hashlib.sha256).hexdigest()[:32]

    def draft_url(self, partition: str) -> str:
        """Where an article's draft page is shown."""
        return f"{self.public_url}/drafts/{self.draft_token(partition)}/"

    def signing_key(self) -> str:
        """The key that signs access tokens; made once and kept under ``IGNY8_HOME`` unless it is set.

        Raises:
            SettingsError: the kept key was emptied.
        """
        return (
            self.secret_key.get_secret_value()
            if self.secret_key
            else self._kept_secret("signing_key", partial(secrets.token_urlsafe, 48))
        )

    def vault_key_chain(self) -> list[str]:
        """The keys of the vault, the one that encrypts first; made once and kept under ``IGNY8_HOME`` unless they are set.

        A key that was kept before keys were set still opens what it encrypted.

        Raises:
            SettingsError: the kept key was emptied.
        """
        from igny8_resources.vault import new_key

        given = [key.strip() for key in (self.vault_keys.get_secret_value() if self.vault_keys else "").split(",")]
        keys = [key for key in given if key]
        if not keys or (self.home_path / "secrets" / VAULT_KEY_FILE).exists():
            keys.append(self._kept_secret(VAULT_KEY_FILE, new_key))
        return keys

    def _kept_secret(self, name: str, make: Callable[[], str]) -> str:
        folder = self.home_path / "secrets"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / name
        if not path.exists():
            # Complete and private before it has its name; of two processes that make it at once, the first one's stays.
            descriptor, draft = tempfile.mkstemp(dir=folder)
            with os.fdopen(descriptor, "w") as file:
                file.write(make())
            with suppress(FileExistsError):
                os.link(draft, path)
            Path(draft).unlink()
        kept = path.read_text().strip()
        if not kept:
            variable = "IGNY8_VAULT_KEYS" if name == VAULT_KEY_FILE else "IGNY8_SECRET_KEY"
            raise SettingsError(f"{path} is empty: delete it and a new key is made, or set {variable}")
        return kept


def load_settings(**overrides: Any) -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsError: a variable holds a value that cannot be used; all of them are named at once.
    """
    try:
        return Settings(**overrides)
    except ValidationError as invalid:
        lines = [
            f"IGNY8_{'_'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}"
            for problem in invalid.errors()
        ]
        raise SettingsError("\n".join(lines)) from invalid
