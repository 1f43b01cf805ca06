"""How an asset fails: with a sentence that says what happened and what to do, and without useless repeats."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from igny8_resources.ai.errors import ProviderError
from igny8_resources.ai.journal import CallHeld
from igny8_resources.credits import InsufficientCredits
from igny8_resources.effects import EffectInProgress, EffectUnknown
from igny8_resources.settings import SettingsError
from igny8_resources.warehouse.store.sites import ModuleDisabled, UnknownSite
from igny8_resources.warehouse.store.video import UnknownVideo
from igny8_resources.warehouse.store.writer import NothingWritten, UnknownArticle

_FINAL = (
    CallHeld,
    EffectInProgress,
    EffectUnknown,
    InsufficientCredits,
    ModuleDisabled,
    NothingWritten,
    SettingsError,
    UnknownArticle,
    UnknownSite,
    UnknownVideo,
)

# What a provider answers with 429 or 5xx is worth asking again; everything else fails once and says why.
TRANSIENT_RETRIES = dg.RetryPolicy(max_retries=2, delay=10, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


class NotReady(Exception):
    """The work cannot be done as things stand; the message says what is missing and what to do."""


@contextmanager
def explained() -> Iterator[None]:
    """Turn what a person can act on into a failure whose description is the sentence they need."""
    try:
        yield
    except ProviderError as failure:
        if failure.transient:
            raise
        raise dg.Failure(description=f"{type(failure).__name__}: {failure}", allow_retries=False) from failure
    except (*_FINAL, NotReady) as failure:
        raise dg.Failure(description=str(failure), allow_retries=False) from failure
