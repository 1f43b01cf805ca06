"""What every command shares: the two consoles, the platform, and failures as sentences."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from igny8_resources.platform import Platform
from igny8_resources.settings import SettingsError, load_settings


class PortTaken(Exception):
    """Something else listens on a port already."""


SiteKey = Annotated[str, typer.Option("--site", help="The site's key, e.g. acme-blog.")]

console = Console()
errors = Console(stderr=True)


def platform_here(*, ready: bool = True) -> Platform:
    """The platform that the environment describes; ``ready`` asks for a warehouse that `igny8 init` has prepared.

    Raises:
        SettingsError: a setting cannot be used.
        WarehouseNotReady: the warehouse has no schema, or another one.
    """
    parts = Platform(load_settings())
    home = parts.settings.home_path
    if home.exists() and not home.is_dir():
        raise SettingsError(f"IGNY8_HOME: {home} is not a folder; name one that exists or can be made")
    if ready:
        from igny8_resources.warehouse.migrate import require_schema

        require_schema(parts.warehouse)
    return parts


@contextmanager
def sentences() -> Iterator[None]:
    """End a command whose failure a person can act on with one sentence and status 1, not with a trace."""
    try:
        yield
    except Exception as failure:
        said = _sentence(failure)
        if said is None:
            raise
        errors.print(f"[red]{escape(said)}[/]", soft_wrap=True, highlight=False)
        raise typer.Exit(1) from failure


def _sentence(failure: Exception) -> str | None:
    """What to tell a person; None for what nobody foresaw, which needs its trace."""
    from sqlalchemy.exc import OperationalError

    if isinstance(failure, OSError) and failure.filename is not None:
        return f"{failure.filename}: {failure.strerror}"
    if isinstance(failure, OperationalError):
        reason = next(iter(str(failure.orig).strip().splitlines()), "no answer")
        return f"the warehouse cannot be used: {reason}; check IGNY8_WAREHOUSE_URL and that the database is there"
    return str(failure) if isinstance(failure, _known_failures()) else None


def _known_failures() -> tuple[type[Exception], ...]:
    """Failures whose message is the whole answer."""
    from cli.engine import EngineBusy
    from igny8_assets.not_ready import NotReady
    from igny8_assets.planner.clusters.editing import EditRefused
    from igny8_assets.planner.keywords.exports import KeywordFileError
    from igny8_assets.planner.keywords.importing import ImportRefused
    from igny8_assets.planner.opportunities.site_finding import DecisionRefused
    from igny8_assets.planner.taxonomies.term_files import TermFileRefused
    from igny8_assets.video.failures import VideoError
    from igny8_assets.writer.source_reading import SourceRefused
    from igny8_resources.ai.errors import ProviderError
    from igny8_resources.ai.prompt_check import PromptInvalid
    from igny8_resources.ai.prompt_templates import PromptFailed
    from igny8_resources.automation.rules import UnknownRule
    from igny8_resources.billing.movements import MovementRefused
    from igny8_resources.billing.prices import PriceRefused
    from igny8_resources.billing.renewal import RenewalRefused
    from igny8_resources.credits import InsufficientCredits, PriceMissing
    from igny8_resources.media import MediaError
    from igny8_resources.warehouse.api_role import RoleRefused
    from igny8_resources.warehouse.migrate import WarehouseNotReady
    from igny8_resources.warehouse.store.approval import NotApprovable
    from igny8_resources.warehouse.store.calls import UnknownCall
    from igny8_resources.warehouse.store.models import ModelRefused
    from igny8_resources.warehouse.store.opportunities import UnknownOpportunity
    from igny8_resources.warehouse.store.prompts import NoRealInputs, UnknownPromptVersion
    from igny8_resources.warehouse.store.sites import ModuleDisabled, SiteRefused, UnknownAccount, UnknownSite
    from igny8_resources.warehouse.store.sources import TooManySources, UnknownSource
    from igny8_resources.warehouse.store.taxonomies import UnknownTerm
    from igny8_resources.warehouse.store.versions import NotAProposal, UnknownVersion, VersionConflict
    from igny8_resources.warehouse.store.video import UnknownVideo
    from igny8_resources.warehouse.store.video_scripts import ScriptRefused
    from igny8_resources.warehouse.store.writer import NothingWritten, UnknownArticle
    from igny8_resources.web_pages import PageUnreadable

    return (
        DecisionRefused,
        EditRefused,
        EngineBusy,
        FileNotFoundError,
        ImportRefused,
        InsufficientCredits,
        KeywordFileError,
        MediaError,
        ModelRefused,
        ModuleDisabled,
        NoRealInputs,
        MovementRefused,
        PageUnreadable,
        PortTaken,
        NotAProposal,
        NotApprovable,
        NotReady,
        NothingWritten,
        PriceMissing,
        PriceRefused,
        ProviderError,
        PromptFailed,
        PromptInvalid,
        RenewalRefused,
        RoleRefused,
        SettingsError,
        ScriptRefused,
        SiteRefused,
        SourceRefused,
        TermFileRefused,
        UnknownAccount,
        TooManySources,
        UnknownArticle,
        UnknownCall,
        UnknownOpportunity,
        UnknownPromptVersion,
        UnknownRule,
        UnknownSite,
        UnknownSource,
        UnknownTerm,
        UnknownVersion,
        UnknownVideo,
        VersionConflict,
        VideoError,
        WarehouseNotReady,
    )
