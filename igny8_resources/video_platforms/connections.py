"""Accounts that are connected: tokens kept encrypted, refreshed by one process at a time, and let go.

A platform that rotates refresh tokens ends the old one when it hands out the new one, so the new pair is stored before any
of it is used. Who refreshes takes the row's lease first; whoever comes meanwhile waits for the result. A process that is
killed between the platform's answer and the commit loses the new token: no platform can be asked for it again, and the
account has to be connected anew.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from igny8_resources.contracts.vocabulary import VideoPlatform
from igny8_resources.events import append_event
from igny8_resources.ownership import is_gone, new_claim
from igny8_resources.settings import Settings
from igny8_resources.vault import Vault
from igny8_resources.video_platforms.applications import application_on
from igny8_resources.video_platforms.failures import NotConnected, ReconnectNeeded, Unavailable
from igny8_resources.video_platforms.oauth import Tokens, refreshed
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.connections import PlatformConnection
from igny8_resources.warehouse.tables.tenancy import Site

# Longer than an exchange with a token endpoint may take.
LEASE = timedelta(seconds=90)
# A token that ends so soon is not begun with.
MARGIN = timedelta(minutes=2)
# A token without a refresh token of its own (Instagram) is renewed when so little is left of it.
RENEW_AHEAD = timedelta(days=7)
WAIT_SECONDS = 120.0


def connection_of(session: Session, site_id: int, platform: str) -> PlatformConnection:
    """The site's account on a platform.

    Raises:
        NotConnected: it has none, or it must be connected again.
    """
    row = session.scalar(select(PlatformConnection).filter_by(site_id=site_id, platform=platform))
    if row is None or row.status == "disconnected":
        raise NotConnected(
            f"no {platform} account is connected to this site: connect one with "
            "POST /api/v1/video/connections/ (docs/video-publishing.md says how), then publish again"
        )
    if row.status == "reconnect":
        raise NotConnected(f"the {platform} account {row.name or row.external_id} must be connected again: {row.error}")
    return row


def save_connection(
    session: Session,
    vault: Vault,
    site: Site,
    platform: VideoPlatform,
    tokens: Tokens,
    *,
    external_id: str,
    name: str,
    by: int | None,
) -> PlatformConnection:
    """Keep the tokens of an account that a person has just agreed to; another account takes the earlier one's place."""
    row = session.scalar(select(PlatformConnection).filter_by(site_id=site.id, platform=platform).with_for_update())
    if row is None:
        row = PlatformConnection(account_id=site.account_id, site_id=site.id, platform=platform, refreshes=0)
        session.add(row)
    _store(row, vault, tokens)
    row.external_id, row.name, row.connected_by = external_id, name, by
    row.status, row.error, row.owner, row.lease_until = "connected", "", "", None
    session.flush()
    append_event(
        session,
        "platform.connected",
        site.key,
        account_id=site.account_id,
        site_id=site.id,
        payload={"platform": platform, "name": name},
    )
    return row


def disconnect(row: PlatformConnection) -> None:
    """Forget the tokens; what was published stays where it is."""
    row.access_token = row.refresh_token = row.owner = ""
    row.access_expires_at = row.refresh_expires_at = row.lease_until = None
    row.status, row.error = "disconnected", ""


class TokenKeeper:
    """The tokens of one connection: what is good is handed out, what is not is refreshed first."""

    def __init__(
        self,
        warehouse: Warehouse,
        vault: Vault,
        settings: Settings,
        connection_id: int,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._warehouse, self._vault, self._settings = warehouse, vault, settings
        self._connection_id = connection_id
        self._sleep = sleep

    def access(self) -> str:
        """An access token that is good for some time yet.

        Raises:
            ReconnectNeeded: the platform takes the refresh token no longer.
            Unavailable: the platform could not be asked.
        """
        row = self._row()
        is_old = row.access_expires_at is not None and row.access_expires_at <= utc_now() + MARGIN
        token = self._vault.decrypt(row.access_token) if row.access_token else ""
        return self.renew(token) if is_old or not token else token

    def renew(self, refused: str) -> str:
        """A token other than the one that was refused or has run out; whoever refreshed meanwhile has done it for us.

        Raises:
            ReconnectNeeded: as ``access``.
            Unavailable: as ``access``, or somebody else's refresh does not come to an end.
        """
        until = time.monotonic() + WAIT_SECONDS
        while True:
            row = self._row()
            current = self._vault.decrypt(row.access_token) if row.access_token else ""
            if current and current != refused:
                return current
            if claim := self._claimed(row):
                return self._refreshed(row, claim)
            if time.monotonic() > until:
                raise Unavailable(
                    f"the tokens of {row.platform} are being refreshed by {row.owner}; try again in a minute"
                )
            self._sleep(0.2)

    def _row(self) -> PlatformConnection:
        with self._warehouse.read() as session:
            row = session.get(PlatformConnection, self._connection_id)
        if row is None or row.status == "disconnected" or not row.refresh_token:
            raise ReconnectNeeded("the account is disconnected; connect it again")
        if row.status == "reconnect":
            raise ReconnectNeeded(f"connect {row.name or row.platform} again: {row.error}")
        return row

    def _claimed(self, row: PlatformConnection) -> str:
        """Our name on the row, empty when somebody else is refreshing or has refreshed since."""
        if row.owner and not is_gone(row.owner, row.lease_until):
            return ""
        claim = new_claim()
        with self._warehouse.write() as session:
            moved = session.execute(
                update(PlatformConnection)
                .where(
                    PlatformConnection.id == row.id,
                    PlatformConnection.refreshes == row.refreshes,
                    or_(PlatformConnection.owner == "", PlatformConnection.owner == row.owner),
                )
                .values(owner=claim, lease_until=utc_now() + LEASE)
            )
            return claim if isinstance(moved, CursorResult) and moved.rowcount == 1 else ""

    def _refreshed(self, row: PlatformConnection, claim: str) -> str:
        platform: Any = row.platform
        try:
            tokens = refreshed(
                self._settings, application_on(self._settings, platform), self._vault.decrypt(row.refresh_token)
            )
        except ReconnectNeeded as gone:
            self._let_go(claim, error=str(gone))
            raise ReconnectNeeded(f"connect {row.name or platform} again: {gone}") from gone
        except BaseException:
            self._let_go(claim)
            raise
        with self._warehouse.write() as session:
            fresh = session.get_one(PlatformConnection, row.id, with_for_update={"key_share": True})
            _store(fresh, self._vault, tokens)
            fresh.refreshes += 1
            if fresh.owner == claim:
                fresh.owner, fresh.lease_until = "", None
        return tokens.access

    def _let_go(self, claim: str, error: str = "") -> None:
        with self._warehouse.write() as session:
            row = session.get_one(PlatformConnection, self._connection_id, with_for_update={"key_share": True})
            if row.owner != claim:
                return
            row.owner, row.lease_until = "", None
            if error:
                row.status, row.error = "reconnect", error
                append_event(
                    session,
                    "platform.reconnect_needed",
                    row.platform,
                    account_id=row.account_id,
                    site_id=row.site_id,
                    payload={"platform": row.platform, "name": row.name, "reason": error},
                )


def due_for_renewal(session: Session) -> list[int]:
    """Connections whose refresh token itself runs out unless it is used: Instagram's 60 days."""
    return list(
        session.scalars(
            select(PlatformConnection.id).where(
                PlatformConnection.status == "connected",
                PlatformConnection.refresh_expires_at.is_not(None),
                PlatformConnection.refresh_expires_at <= utc_now() + RENEW_AHEAD,
            )
        )
    )


def _store(row: PlatformConnection, vault: Vault, tokens: Tokens) -> None:
    row.access_token = vault.encrypt(tokens.access)
    row.access_expires_at = tokens.access_expires_at
    if tokens.refresh:
        row.refresh_token = vault.encrypt(tokens.refresh)
        row.refresh_expires_at = tokens.refresh_expires_at
    if tokens.scopes:
        row.scopes = list(tokens.scopes)
