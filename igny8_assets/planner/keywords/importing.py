"""A keyword file's way into a site: read and kept (staged) at once, loaded as rows by the ``keywords`` asset."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from igny8_assets.planner.keywords.files import FilePreview, KeywordReader, KeywordRow, preview
from igny8_assets.planner.keywords.garbage_collection import garbage_collection_paused
from igny8_assets.planner.keywords.loading import (
    Known,
    Prepared,
    Target,
    prepare,
    read_ahead,
    sort_out,
    store_chunk,
    whole_keywords,
)
from igny8_assets.planner.keywords.markets import market_code
from igny8_assets.planner.keywords.rows import domain_of
from igny8_assets.planner.keywords.sector_choice import SectorChooser
from igny8_assets.planner.keywords.sectors import Sector as SectorSeeds
from igny8_resources.events import append_event
from igny8_resources.media import digest_key, measure
from igny8_resources.platform import Platform
from igny8_resources.requests import report_progress
from igny8_resources.warehouse.store import planner as store
from igny8_resources.warehouse.store.keyword_loading import has_keywords
from igny8_resources.warehouse.store.sites import active_sectors, require_module, site_by_key, tenant_of
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.planner import KeywordImport
from igny8_resources.warehouse.tables.tenancy import Site
from jobs.names import LOAD_KEYWORDS, PLAN_SITE

# Enough to see what is wrong with a file; the counts say how many there are.
MOST_PROBLEMS_KEPT = 200
LONGEST_MARKET = 20

Purpose = Literal["keywords", "competitor"]
Origin = Literal["cli", "api", "inbox", "seed_library"]
# Rows stored so far, and rows in all.
OnProgress = Callable[[int, int], None]


class ImportRefused(ValueError):
    """The file cannot be imported as asked; the message says why and what would work."""


@dataclass(frozen=True)
class StagedFile:
    """A keyword file as it was staged, or as it had been staged before."""

    import_id: int
    is_new: bool
    status: str
    preview: FilePreview


@dataclass(frozen=True)
class SitePreview:
    """What a file holds, and what it would do to a site: keywords that are new, that change, and that stay as they are."""

    file: FilePreview
    new: int
    updates: int
    unchanged: int


def stage_file(
    parts: Platform,
    site_key: str,
    data: bytes | Path,
    name: str,
    *,
    sector_slug: str | None = None,
    columns: Mapping[str, str] | None = None,
    purpose: Purpose = "keywords",
    origin: Origin = "cli",
    market: str | None = None,
) -> StagedFile:
    """Read a keyword file and keep it for loading; the same file is staged once.

    Args:
        parts: The platform.
        site_key: The site that the file is for.
        data: The file's bytes, or where it lies.
        name: The file's name for people.
        sector_slug: A sector to put every keyword into.
        columns: The user's own mapping, header by field.
        purpose: *competitor* keeps only where other domains rank; no row becomes a keyword of the site.
        origin: The door that the file came by.
        market: The market of rows that name none.

    Raises:
        KeywordFileError: nothing in the file can be used.
        ImportRefused: the sector does not exist, the file is too large, it has no usable row, it names no positions
            though it is a competitor's, or it was handed in for another purpose before.
        UnknownSite, ModuleDisabled: see ``store.sites``.
    """
    site, sector_id = _checked(parts, site_key, data, name, sector_slug)
    code = _market(market)
    seen = preview(data, name, columns=columns, market=code, limit=MOST_PROBLEMS_KEPT)
    if seen.good == 0:
        raise ImportRefused(
            f"{name}: not one of its rows can be used; {seen.problems[0] if seen.problems else 'it is empty'}"
        )
    if purpose == "competitor" and not seen.has_positions:
        raise ImportRefused(
            f"{name}: no row has both a position and a URL; a competitor's file must say where its pages rank"
        )
    digest, _ = measure(data)
    with parts.warehouse.read() as session:
        before = _import_of(session, site.id, digest)
    key = digest_key(f"{tenant_of(site).media_prefix}/imports", digest, "keywords")
    if before is None:
        parts.media.put(key, data, "application/octet-stream")
    with parts.warehouse.write() as session:
        row = _import_of(session, site.id, digest)
        if row is not None:
            if row.purpose != purpose:
                raise ImportRefused(f"{name} was imported before, as {row.purpose}; the same file cannot be both")
            return StagedFile(row.id, is_new=False, status=row.status, preview=seen)
        row = KeywordImport(
            account_id=site.account_id,
            site_id=site.id,
            sector_id=sector_id,
            file_name=name[-300:],
            sha256=digest,
            media_key=key,
            tool="seed_library" if origin == "seed_library" else seen.tool,
            market=code,
            purpose=purpose,
            origin=origin,
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


def preview_file(
    parts: Platform,
    site_key: str,
    data: bytes | Path,
    name: str,
    *,
    columns: Mapping[str, str] | None = None,
    market: str | None = None,
) -> SitePreview:
    """What importing a file into a site would bring; nothing is stored.

    Raises:
        KeywordFileError: nothing in the file can be used.
        ImportRefused: the file is too large, or the market's name too long.
        UnknownSite, ModuleDisabled: see ``store.sites``.
    """
    site, _ = _checked(parts, site_key, data, name, None)
    code = _market(market)
    seen = preview(data, name, columns=columns, market=code, limit=MOST_PROBLEMS_KEPT)
    target = Target(site.account_id, site.id, 0, domain_of(site.base_url), SectorChooser({}))
    counts = {"new": 0, "updates": 0, "unchanged": 0}
    met: set[int] = set()
    with KeywordReader(data, name, columns=columns, market=code) as reader:
        for _, rows in whole_keywords(reader):
            fresh = [row for row in rows if hash((row.market, row.normalised)) not in met]
            met |= {hash((row.market, row.normalised)) for row in fresh}
            with parts.warehouse.read() as session:
                found = sort_out(session, prepare(fresh, target), target, Known(is_empty=False))
            counts["new"] += len(found.new)
            counts["updates"] += len(found.changed)
            counts["unchanged"] += found.unchanged
    return SitePreview(seen, **counts)


def _checked(
    parts: Platform, site_key: str, data: bytes | Path, name: str, sector_slug: str | None
) -> tuple[Site, int | None]:
    """The site, and the sector's id where one is named."""
    size = len(data) if isinstance(data, bytes) else data.stat().st_size
    limit = parts.settings.import_max_bytes
    if size > limit:
        raise ImportRefused(
            f"{name} has {size:,} bytes and at most {limit:,} are read; split it (IGNY8_IMPORT_MAX_BYTES)"
        )
    with parts.warehouse.read() as session:
        site = site_by_key(session, site_key)
        require_module(session, site, "planner")
        sectors = {sector.slug: sector.id for sector in active_sectors(session, site.id)}
    if sector_slug is not None and sector_slug not in sectors:
        raise ImportRefused(f"{site_key} has no sector {sector_slug!r}; its sectors are {', '.join(sectors)}")
    return site, sectors.get(sector_slug or "")


def _market(given: str | None) -> str:
    code = market_code(given or "")
    if len(code) > LONGEST_MARKET:
        raise ImportRefused(f"the market {given!r} is not known: name a country such as us or United States")
    return code


def _import_of(session: Session, site_id: int, digest: str) -> KeywordImport | None:
    return session.scalar(select(KeywordImport).where(KeywordImport.site_id == site_id, KeywordImport.sha256 == digest))


@dataclass(frozen=True)
class LoadedFile:
    """One file that was loaded: its name, the tool that wrote it, and its rows by what became of them."""

    name: str
    tool: str
    keywords: int
    new: int
    duplicates: int
    refused: int


def load_staged(parts: Platform, site_key: str, on_progress: OnProgress | None = None) -> list[LoadedFile]:
    """Load every staged file of a site, chunk by chunk; one that a dead process began is loaded from its beginning.

    How far it is shows in the requests that wait for it; ``on_progress`` is called after each chunk.
    """
    with parts.warehouse.read() as session:
        site = site_by_key(session, site_key)
        waiting = store.staged_imports(session, site.id)
        sectors = {SectorSeeds(s.name, tuple(s.seed_terms)): s.id for s in active_sectors(session, site.id)}
    return [_load(parts, site, staged, sectors, on_progress) for staged in waiting]


def _load(
    parts: Platform,
    site: Site,
    staged: KeywordImport,
    sectors: dict[SectorSeeds, int],
    on_progress: OnProgress | None,
) -> LoadedFile:
    target = Target(
        account_id=staged.account_id,
        site_id=staged.site_id,
        import_id=staged.id,
        own_domain=domain_of(site.base_url),
        sectors=SectorChooser(sectors),
        sector_id=staged.sector_id,
    )
    total, new = staged.rows_good + staged.rows_refused, 0
    with (
        garbage_collection_paused(),
        parts.media.open_path(staged.media_key) as path,
        KeywordReader(path, staged.file_name, columns=staged.columns or None, market=staged.market) as reader,
    ):
        with parts.warehouse.read() as session:
            known = Known(is_empty=not has_keywords(session, staged.site_id))
        prepared = ((done, prepare(_of_origin(rows, staged), target)) for done, rows in whole_keywords(reader))
        for done, chunk in read_ahead(prepared):
            new += _store(parts, chunk, target, known, only_positions=staged.purpose == "competitor")
            _tell(parts, site.key, staged.file_name, min(done, total), total)
            if on_progress is not None:
                on_progress(min(done, total), total)
    keywords = 0 if staged.purpose == "competitor" else staged.rows_good - staged.rows_duplicate
    with parts.warehouse.write() as session:
        staged = session.get_one(KeywordImport, staged.id)
        staged.status, staged.loaded_at = "loaded", utc_now()
        append_event(
            session,
            "keywords.loaded",
            str(staged.id),
            account_id=staged.account_id,
            site_id=staged.site_id,
            payload={"keywords": keywords, "new": new},
        )
        return LoadedFile(staged.file_name, staged.tool, keywords, new, staged.rows_duplicate, staged.rows_refused)


def _store(parts: Platform, chunk: Prepared, target: Target, known: Known, *, only_positions: bool) -> int:
    """Store a chunk; where somebody else has added one of its keywords meanwhile, once more with a look at each."""
    try:
        with parts.warehouse.write() as session:
            new = store_chunk(session, chunk, target, known, only_positions=only_positions)
    except IntegrityError:
        if not known.is_sure:
            raise
        known.doubt()
        return _store(parts, chunk, target, known, only_positions=only_positions)
    known.add(chunk.merged)
    return new


def _of_origin(rows: list[KeywordRow], staged: KeywordImport) -> list[KeywordRow]:
    """Rows of the seed library say so; those of a tool carry the tool's name already."""
    return [row._replace(source=staged.tool) for row in rows] if staged.origin == "seed_library" else rows


def _tell(parts: Platform, site_key: str, name: str, done: int, total: int) -> None:
    if done >= total:
        # A short file is in before anybody could read about it.
        return
    with parts.warehouse.write() as session:
        for job in (LOAD_KEYWORDS, PLAN_SITE):
            said = f"{name}: {done:,} of {total:,} rows"
            report_progress(session, site_key, job, "SAVE", said, pieces=(done, total))
