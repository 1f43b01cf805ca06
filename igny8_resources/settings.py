"""Every setting of the platform, read from the environment once; documented in ``docs/configuration.md``.

The Dagster code locations, the API and the command line share this one class, so that a deployment is described in one
place. A setting that cannot be used names its variable in the error.
"""

import json
import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """A setting is missing or cannot be used; the message names its variable and says what was expected."""


def _none_if_blank(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


OptionalText = Annotated[str | None, BeforeValidator(_none_if_blank)]
OptionalSecret = Annotated[SecretStr | None, BeforeValidator(_none_if_blank)]


class Settings(BaseSettings):
    """The platform's settings; every field is the variable ``IGNY8_<FIELD>`` in capitals."""

    model_config = SettingsConfigDict(env_prefix="IGNY8_", extra="ignore", frozen=False)

    home: Path = Path(".igny8")
    warehouse_url: OptionalSecret = None
    dagster_postgres_url: OptionalSecret = None
    media_url: OptionalText = None
    public_url: str = "http://127.0.0.1:8000"

    secret_key: OptionalSecret = None
    vault_keys: OptionalSecret = None
    access_token_minutes: int = Field(default=30, ge=1, le=1440)

    openai_base_url: OptionalText = None
    openai_api_key: OptionalSecret = None
    openai_model: str = "gpt-6-luna"
    openai_timeout_seconds: float = Field(default=120.0, gt=0)

    speech_voice: str = ""
    speech_words_per_minute: float = Field(default=158.0, ge=80, le=400)
    render_executor: Literal["local", "celery", "k8s"] = "local"
    render_threads: int = Field(default=0, ge=0)

    max_concurrent_runs: int = Field(default=2, ge=1, le=200)
    partition_retention_days: int = Field(default=90, ge=1)
    run_retention_days: int = Field(default=30, ge=1)
    import_max_bytes: int = Field(default=256 * 1024 * 1024, ge=1024)

    @field_validator("public_url")
    @classmethod
    def _absolute_url(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("expected an absolute URL such as https://content.example.com")
        return value.rstrip("/")

    @field_validator("openai_base_url")
    @classmethod
    def _provider_url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("expected an absolute URL such as http://127.0.0.1:8080/v1")
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
    def media(self) -> str:
        """Where media lives: a folder under ``IGNY8_HOME`` unless ``IGNY8_MEDIA_URL`` is set."""
        return self.media_url or str(self.home_path / "media")

    @property
    def dagster_home(self) -> Path:
        """Dagster's instance folder."""
        return self.home_path / "dagster"

    @property
    def sites_folder(self) -> Path:
        """Where built static sites are written, one folder a site key."""
        return self.home_path / "sites"

    def signing_key(self) -> str:
        """The key that signs access tokens; made once and kept under ``IGNY8_HOME`` unless it is set."""
        return self.secret_key.get_secret_value() if self.secret_key else self._kept_secret("signing_key")

    def _kept_secret(self, name: str) -> str:
        path = self.home_path / "secrets.json"
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        if name not in known:
            known[name] = secrets.token_urlsafe(48)
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}.tmp")
            draft.write_text(json.dumps(known))
            draft.chmod(0o600)
            draft.replace(path)
        return known[name]


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
