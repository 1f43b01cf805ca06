"""Which failures a person can act on, and which are worth another attempt.

Apart from ``explained``, because knowing them all by class means importing the warehouse, the ledgers and the providers.
"""

from sqlalchemy.exc import IntegrityError, OperationalError

from igny8_assets.not_ready import NotReady
from igny8_assets.video.failures import VideoError
from igny8_resources.ai.errors import ProviderError, ProviderUnavailable
from igny8_resources.ai.journal import CallHeld
from igny8_resources.ai.prompt_templates import PromptFailed
from igny8_resources.billing.movements import MovementRefused
from igny8_resources.billing.renewal import RenewalRefused
from igny8_resources.contracts.outlines import UnsuitableStructure
from igny8_resources.credits import InsufficientCredits, PriceMissing
from igny8_resources.effects import EffectInProgress, EffectUnknown
from igny8_resources.media import MediaUnavailableError
from igny8_resources.settings import SettingsError
from igny8_resources.video_platforms.failures import PlatformError, Unavailable
from igny8_resources.warehouse.store.sites import ModuleDisabled, UnknownSite
from igny8_resources.warehouse.store.versions import VersionConflict
from igny8_resources.warehouse.store.video import UnknownVideo
from igny8_resources.warehouse.store.writer import NothingWritten, UnknownArticle

# Their message is the whole answer; anything else is shown with its kind.
_SENTENCES = (
    CallHeld,
    EffectInProgress,
    EffectUnknown,
    InsufficientCredits,
    ModuleDisabled,
    MovementRefused,
    NotReady,
    NothingWritten,
    PlatformError,
    PriceMissing,
    PromptFailed,
    RenewalRefused,
    SettingsError,
    UnknownArticle,
    UnknownSite,
    UnknownVideo,
    UnsuitableStructure,
    VersionConflict,
    VideoError,
)


# A run that waits holds its place among the runs; who must wait longer is told when to run again instead.
LONGEST_WAIT = 600.0


def is_transient(failure: Exception) -> bool:
    """Whether the same call may succeed a little later: a provider, a media store or a database that cannot be reached.

    Two runs that save the same thing at the same instant are such a case too: the second one finds it there when it looks
    again.
    """
    if isinstance(failure, ProviderError):
        return failure.transient and wait_asked_for(failure) <= LONGEST_WAIT
    return isinstance(failure, MediaUnavailableError | OperationalError | IntegrityError | Unavailable)


def wait_asked_for(failure: Exception) -> float:
    """How many seconds a provider asks us to wait; 0 when it does not say."""
    return (failure.retry_after or 0.0) if isinstance(failure, ProviderUnavailable) else 0.0


def sentence(failure: Exception) -> str:
    """What to tell a person: the failure's own sentence where it has one, else its kind as well."""
    if isinstance(failure, _SENTENCES):
        return str(failure)
    said = f"{type(failure).__name__}: {failure}"
    wait = wait_asked_for(failure)
    return f"{said.rstrip('.')}. Run this again in {wait / 60:.0f} minutes." if wait > LONGEST_WAIT else said
