"""A keyword file's way into a site: read and kept (staged) at once, loaded as rows by the ``keywords`` asset."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from igny8_assets.planner.keyword_files import FilePreview, KeywordRow, merge_rows, preview, read_keywords
from igny8_assets.planner.sectors import Sector as SectorSeeds
from igny8_assets.planner.sectors import assign_sector
from igny8_resources.events import append_event
from igny8_resources.media import content_key
from igny8_resources.platform import Platform
from igny8_resources.warehouse.store import planner as store
from igny8_resources.warehouse.store.sites import active_sectors, require_module, site_by_key, tenant_of
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.planner import Keyword, KeywordImport

# Enough to see what is wrong with a file; the counts say how many there are.
MOST_PROBLEMS_KEPT = 200


class ImportRefused(ValueError):
    """The file cannot be imported as asked; the message says why and what would work."""


@dataclass(frozen=True)
class StagedFile:
    """A keyword file as it was staged, or as it had been staged before."""

    import_id: int
    is_new: bool
    status: str
    preview: FilePreview


def stage_file(
    parts: Platform,
    site_key: str,
    data: bytes,
    name: str,
    *,
    sector_slug: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> StagedFile:
    """Read a keyword file and keep it for loading; the same file is staged once.

    Raises:
        KeywordFileError: nothing in the file can be used.
        ImportRefused: the sector does not exist, the file is too large, or it has no usable row.
        UnknownSite, ModuleDisabled: see ``store.sites``.
    """
    limit = parts.settings.import_max_bytes
    if len(data) > limit:
        raise ImportRefused(
            f"{name} has {len(data):,} bytes and at most {limit:,} are read; split it (IGNY8_IMPORT_MAX_BYTES)"
        )
    with parts.warehouse.read() as session:
        site = site_by_key(session, site_key)
        require_module(session, site, "planner")
        sectors = {sector.slug: sector.id for sector in active_sectors(session, site.id)}
    if sector_slug is not None and sector_slug not in sectors:
        raise ImportRefused(f"{site_key} has no sector {sector_slug!r}; its sectors are {', '.join(sectors)}")
    seen = preview(data, name, columns=columns, limit=MOST_PROBLEMS_KEPT)
    if seen.good == 0:
        raise ImportRefused(
            f"{name}: not one of its rows can be used; {seen.problems[0] if seen.problems else 'it is empty'}"
        )
    digest = hashlib.sha256(data).hexdigest()
    key = content_key(f"{tenant_of(site).media_prefix}/imports", data, "keywords")
    parts.media.put(key, data, "application/octet-stream")
    with parts.warehouse.write() as session:
        row = session.scalar(
            select(KeywordImport).where(KeywordImport.site_id == site.id, KeywordImport.sha256 == digest)
        )
        if row is not None:
            return StagedFile(row.id, is_new=False, status=row.status, preview=seen)
        row = KeywordImport(
            account_id=site.account_id,
            site_id=site.id,
            sector_id=sectors.get(sector_slug or ""),
            file_name=name[-300:],
            sha256=digest,
            media_key=key,
            tool=seen.tool,
            columns=dict(columns or {}),
            rows_good=seen.good,
            rows_duplicate=seen.duplicates,
            rows_refused=seen.refused,
            problems=[str(problem) for problem in seen.problems],
        )
        session.add(row)
        session.flush()
        append_event(
            session,
            "keywords.staged",
            site.key,
            account_id=site.account_id,
            site_id=site.id,
            payload={"import_id": row.id, "rows": seen.good},
        )
        return StagedFile(row.id, is_new=True, status="staged", preview=seen)


@dataclass(frozen=True)
class LoadedFile:
    """One file that was loaded: its name, the tool that wrote it, and its rows by what became of them."""

    name: str
    tool: str
    keywords: int
    new: int
    duplicates: int
    refused: int


def load_staged(parts: Platform, site_key: str) -> list[LoadedFile]:
    """Load every staged file of a site, each in one transaction."""
    with parts.warehouse.read() as session:
        site = site_by_key(session, site_key)
        waiting = store.staged_imports(session, site.id)
        sectors = {SectorSeeds(s.name, tuple(s.seed_terms)): s.id for s in active_sectors(session, site.id)}
    return [_load(parts, staged.id, sectors) for staged in waiting]


def _load(parts: Platform, import_id: int, sectors: dict[SectorSeeds, int]) -> LoadedFile:
    with parts.warehouse.read() as session:
        staged = session.get_one(KeywordImport, import_id)
    file = read_keywords(parts.media.get(staged.media_key), staged.file_name, columns=staged.columns or None)
    rows = merge_rows(file.rows)
    with parts.warehouse.write() as session:
        staged = session.get_one(KeywordImport, import_id)
        known = store.known_keywords(session, staged.site_id, [row.normalised for row in rows])
        values = [_values(staged, row, known.get((row.market or "", row.normalised)), sectors) for row in rows]
        store.save_keywords(session, values)
        staged.status, staged.loaded_at = "loaded", utc_now()
        new = len(rows) - len({(row.market or "", row.normalised) for row in rows} & known.keys())
        append_event(
            session,
            "keywords.loaded",
            str(import_id),
            account_id=staged.account_id,
            site_id=staged.site_id,
            payload={"keywords": len(rows), "new": new},
        )
        return LoadedFile(staged.file_name, file.tool, len(rows), new, file.duplicates, file.refused)


def _values(
    staged: KeywordImport, row: KeywordRow, known: Keyword | None, sectors: dict[SectorSeeds, int]
) -> dict[str, Any]:
    # Of equal claims the first one stands, and what a tool says now outweighs what one said before.
    merged = merge_rows([row, _as_row(known)])[0] if known is not None else row
    ids = {sector.name: number for sector, number in sectors.items()}
    sector_id = staged.sector_id or (known.sector_id if known else None)
    if sector_id is None and sectors:
        sector_id = ids[assign_sector(row.text, list(sectors)).name]
    return {
        "account_id": staged.account_id,
        "site_id": staged.site_id,
        "sector_id": sector_id,
        "import_id": staged.id,
        "market": row.market or "",
        "text": merged.text,
        "normalized_text": row.normalised,
        "volume": merged.volume,
        "volume_kind": merged.volume_kind,
        "difficulty": merged.difficulty,
        "intents": list(merged.intents),
        "cpc": merged.cpc,
        "trend": list(merged.trend),
        "serp_features": list(merged.serp_features),
        "status": known.status if known else "new",
        "source": merged.source,
        "created_at": known.created_at if known else utc_now(),
        "updated_at": utc_now(),
    }


def _as_row(known: Keyword) -> KeywordRow:
    return KeywordRow(
        text=known.text,
        normalised=known.normalized_text,
        volume=known.volume,
        volume_kind=known.volume_kind,  # type: ignore[arg-type]
        difficulty=known.difficulty,
        intents=tuple(known.intents),
        cpc=known.cpc,
        trend=tuple(known.trend),
        serp_features=tuple(known.serp_features),
        market=known.market or None,
        source=known.source,
    )
