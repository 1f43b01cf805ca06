"""Which failures a person can act on, and which are worth another attempt.

Apart from ``explained``, because knowing them all by class means importing the warehouse, the ledgers and the providers.
"""

from sqlalchemy.exc import OperationalError

from igny8_assets.explained import NotReady
from igny8_resources.ai.errors import ProviderError
from igny8_resources.ai.journal import CallHeld
from igny8_resources.credits import InsufficientCredits
from igny8_resources.effects import EffectInProgress, EffectUnknown
from igny8_resources.media import MediaUnavailableError
from igny8_resources.settings import SettingsError
from igny8_resources.warehouse.store.sites import ModuleDisabled, UnknownSite
from igny8_resources.warehouse.store.video import UnknownVideo
from igny8_resources.warehouse.store.writer import NothingWritten, UnknownArticle

# Their message is the whole answer; anything else is shown with its kind.
_SENTENCES = (
    CallHeld,
    EffectInProgress,
    EffectUnknown,
    InsufficientCredits,
    ModuleDisabled,
    NotReady,
    NothingWritten,
    SettingsError,
    UnknownArticle,
    UnknownSite,
    UnknownVideo,
)


def is_transient(failure: Exception) -> bool:
    """Whether the same call may succeed a little later: a provider, a media store or a database that cannot be reached."""
    if isinstance(failure, ProviderError):
        return failure.transient
    return isinstance(failure, MediaUnavailableError | OperationalError)


def sentence(failure: Exception) -> str:
    """What to tell a person: the failure's own sentence where it has one, else its kind as well."""
    return str(failure) if isinstance(failure, _SENTENCES) else f"{type(failure).__name__}: {failure}"
