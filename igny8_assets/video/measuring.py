"""What platforms say about published videos, every half day, kept as history."""

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from igny8_resources.platform import Platform
from igny8_resources.vault import open_vault
from igny8_resources.video_platforms.accounts import open_account
from igny8_resources.video_platforms.connections import TokenKeeper, due_for_renewal
from igny8_resources.video_platforms.exchange import Patience
from igny8_resources.video_platforms.failures import PlatformError
from igny8_resources.warehouse.store import video_publishing as store
from igny8_resources.warehouse.tables.connections import PlatformConnection
from igny8_resources.warehouse.tables.video_publishing import VideoPublication


def measure_published(parts: Platform, period: datetime, say: Callable[[str], None]) -> dict[str, int]:
    """Ask the platforms about every published video that was not measured in this period.

    An account that cannot be asked is named and left out; the next run asks it again.

    Returns:
        How many videos were measured, by platform.
    """
    vault, patience = open_vault(parts.settings), Patience()
    by_connection: dict[int, list[VideoPublication]] = defaultdict(list)
    with parts.warehouse.read() as session:
        for row in store.publications_to_measure(session, period):
            by_connection[row.connection_id or 0].append(row)
        connections = [session.get_one(PlatformConnection, each) for each in by_connection]
    counted: dict[str, int] = {}
    for connection in connections:
        rows = by_connection[connection.id]
        try:
            account = open_account(parts.settings, parts.warehouse, vault, connection, patience)
            for row in rows:
                if not row.url:
                    # A post of TikTok has its number only after a while.
                    with suppress(PlatformError):
                        row.url = account.look_at(row.external_id, row.published_at).url
            measured = account.measure({row.external_id: row.url for row in rows})
        except PlatformError as refused:
            say(f"{connection.platform} account {connection.name} was not measured: {refused}")
            continue
        with parts.warehouse.write() as session:
            for row in rows:
                kept = session.get_one(VideoPublication, row.id)
                kept.url = kept.url or row.url
                if row.external_id in measured:
                    store.save_measurement(session, row, period, measured[row.external_id])
        counted[connection.platform] = counted.get(connection.platform, 0) + len(measured)
    return counted


def renew_ahead(parts: Platform, say: Callable[[str], None]) -> int:
    """Renew tokens that would run out unless they are used, Instagram's 60 days.

    Returns:
        How many were renewed.
    """
    with parts.warehouse.read() as session:
        due = due_for_renewal(session)
    renewed, vault = 0, open_vault(parts.settings)
    for connection_id in due:
        with parts.warehouse.read() as session:
            row = session.get_one(PlatformConnection, connection_id)
        try:
            TokenKeeper(parts.warehouse, vault, parts.settings, connection_id).renew(vault.decrypt(row.access_token))
            renewed += 1
        except PlatformError as refused:
            say(f"the tokens of {row.platform} account {row.name} were not renewed: {refused}")
    return renewed
