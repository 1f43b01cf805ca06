"""Whom work is done for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tenant:
    """The site that work is done for, the account that pays, and who asked for it (None: automation)."""

    account_id: int
    site_id: int
    site_key: str
    user_id: int | None = None

    @property
    def media_prefix(self) -> str:
        """Where this tenant's media lives; no key of another account begins with it."""
        return f"accounts/{self.account_id}/{self.site_key}"
