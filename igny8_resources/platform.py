"""The platform's parts put together from settings: what assets, the API and the command line work with."""

from functools import cached_property
from typing import TYPE_CHECKING

from igny8_resources.settings import Settings
from igny8_resources.warehouse.engine import Warehouse, open_warehouse

if TYPE_CHECKING:
    from igny8_resources.ai.router import AIRouter
    from igny8_resources.media import MediaStore


class Platform:
    """Warehouse, media store and AI router for one set of settings, each opened when it is first used."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def warehouse(self) -> Warehouse:
        """The warehouse."""
        return open_warehouse(self.settings)

    @cached_property
    def media(self) -> "MediaStore":
        """The media store."""
        from igny8_resources.media import media_store

        return media_store(self.settings.media, f"{self.settings.public_url}/media")

    @cached_property
    def ai(self) -> "AIRouter":
        """The router to every model."""
        from igny8_resources.ai.router import AIRouter

        return AIRouter(self.settings, self.warehouse, self.media)
