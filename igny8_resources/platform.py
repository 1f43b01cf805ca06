"""The platform's parts put together from settings: what assets, the API and the command line work with."""

from functools import cached_property
from typing import TYPE_CHECKING

from igny8_resources.settings import Settings
from igny8_resources.warehouse.engine import Warehouse, open_warehouse

if TYPE_CHECKING:
    from igny8_resources.ai.router import AIRouter, Deferral
    from igny8_resources.media import MediaStore


class Platform:
    """Warehouse, media store and AI router for one set of settings, each opened when it is first used.

    A given ``warehouse`` is used instead of the settings': the API's, as one account may use it.
    """

    def __init__(self, settings: Settings, warehouse: Warehouse | None = None) -> None:
        self.settings = settings
        if warehouse is not None:
            self.warehouse = warehouse

    @cached_property
    def warehouse(self) -> Warehouse:
        """The warehouse."""
        return open_warehouse(self.settings)

    @cached_property
    def media(self) -> "MediaStore":
        """The media store."""
        from igny8_resources.media_address import media_store

        # A folder's files are served by the API; S3 signs its own addresses.
        is_s3 = self.settings.media.startswith("s3://")
        return media_store(self.settings.media, None if is_s3 else f"{self.settings.public_url}/api/v1/media")

    @cached_property
    def ai(self) -> "AIRouter":
        """The router to every model."""
        from igny8_resources.ai.router import AIRouter

        return AIRouter(self.settings, self.warehouse, self.media)

    def deferring(self, deferral: "Deferral") -> "Platform":
        """The same platform with a router that leaves text calls to ``deferral``."""
        from igny8_resources.ai.router import AIRouter

        other = Platform(self.settings, self.warehouse)
        other.ai = AIRouter(self.settings, self.warehouse, self.media, deferral=deferral)
        return other
