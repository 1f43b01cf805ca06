"""What one running API has in hand: its settings, the warehouse, the tokens, the media store."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from fastapi import Request

from api.client_limit import ClientLimit
from api.tokens import Tokens
from igny8_resources.settings import Settings
from igny8_resources.warehouse.engine import Warehouse

if TYPE_CHECKING:
    from igny8_resources.media import MediaStore
    from igny8_resources.platform import Platform


@dataclass
class Service:
    """Made once by ``create_app`` and kept on the app."""

    settings: Settings
    warehouse: Warehouse
    tokens: Tokens

    @cached_property
    def attempts(self) -> ClientLimit:
        """How often one client address may still try to sign in here."""
        return ClientLimit(self.settings.sign_ins_per_minute)

    @cached_property
    def media(self) -> "MediaStore":
        """The media store. An S3 store signs its addresses here, because its files are not public."""
        from igny8_resources.media_address import media_store

        is_remote = self.settings.media.startswith("s3://")
        return media_store(self.settings.media, None if is_remote else f"{self.settings.public_url}/api/v1/media")

    def platform_of(self, account_id: int) -> "Platform":
        """Models and what they need, for the few calls that a request of an account waits for."""
        from igny8_resources.platform import Platform

        return Platform(self.settings, self.warehouse.of_account(account_id))


def service_of(request: Request) -> Service:
    """The service behind a request."""
    service: Service = request.app.state.service
    return service


async def its_service(request: Request) -> Service:
    """The same as a dependency: one that waits for nothing should not be carried to a thread and back."""
    return service_of(request)
