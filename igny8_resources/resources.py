"""What Dagster assets receive. The only module of this package that imports Dagster.

Secrets reach a resource as ``EnvVar`` alone: Dagster shows resource configuration in its UI and keeps it in its snapshots,
and an EnvVar shows a name where a plain value would show the secret.
"""

import os
from functools import cached_property
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from igny8_resources.platform import Platform

# Settings that a deployment may want to see in the UI; secrets among them show as the variable's name.
_FROM_ENVIRONMENT = {
    "home": "IGNY8_HOME",
    "warehouse_url": "IGNY8_WAREHOUSE_URL",
    "media_url": "IGNY8_MEDIA_URL",
    "openai_base_url": "IGNY8_OPENAI_BASE_URL",
    "openai_api_key": "IGNY8_OPENAI_API_KEY",
    "openai_model": "IGNY8_OPENAI_MODEL",
}


class PlatformResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The warehouse, the media store and the AI router; a field left empty takes its default."""

    home: str | None = None
    warehouse_url: str | None = None
    media_url: str | None = None
    openai_base_url: str | None = None
    openai_api_key: str | None = None
    openai_model: str | None = None

    @cached_property
    def platform(self) -> "Platform":
        """The platform for these settings.

        Raises:
            SettingsError: a setting cannot be used; the message names its variable.
        """
        from igny8_resources.platform import Platform
        from igny8_resources.settings import load_settings

        given = {name: value for name in _FROM_ENVIRONMENT if (value := getattr(self, name)) is not None}
        return Platform(load_settings(**given))


def resources_from_environment() -> dict[str, PlatformResource]:
    """The resources of a code location, bound to the variables that are set."""
    bound = {field: dg.EnvVar(name) for field, name in _FROM_ENVIRONMENT.items() if os.environ.get(name)}
    return {"platform": PlatformResource(**bound)}
