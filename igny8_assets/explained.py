"""How an asset fails: with a sentence that says what happened and what to do, and without useless repeats."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from sqlalchemy.exc import OperationalError

from igny8_resources.ai.errors import ProviderError
from igny8_resources.ai.journal import CallHeld
from igny8_resources.credits import InsufficientCredits
from igny8_resources.effects import EffectInProgress, EffectUnknown
from igny8_resources.media import MediaUnavailableError
from igny8_resources.settings import SettingsError
from igny8_resources.warehouse.store.sites import ModuleDisabled, UnknownSite
from igny8_resources.warehouse.store.video import UnknownVideo
from igny8_resources.warehouse.store.writer import NothingWritten, UnknownArticle


class NotReady(Exception):
    """The work cannot be done as things stand; the message says what is missing and what to do."""


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

# A provider that answers 429 or 5xx, a media store or a database that cannot be reached: worth asking again. The policy
# repeats whatever is raised, so `explained` lets nothing else through to it.
TRANSIENT_RETRIES = dg.RetryPolicy(max_retries=2, delay=10, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


def _is_transient(failure: Exception) -> bool:
    if isinstance(failure, ProviderError):
        return failure.transient
    return isinstance(failure, MediaUnavailableError | OperationalError)


@contextmanager
def explained() -> Iterator[None]:
    """Turn what repeating cannot mend into a failure that is final; what a person can act on reads as its sentence."""
    try:
        yield
    except dg.Failure:
        raise
    except Exception as failure:
        if _is_transient(failure):
            raise
        said = str(failure) if isinstance(failure, _SENTENCES) else f"{type(failure).__name__}: {failure}"
        raise dg.Failure(description=said, allow_retries=False) from failure
