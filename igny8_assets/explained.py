"""How an asset fails: with a sentence that says what happened and what to do, and without useless repeats."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

RETRIES = 2
SECONDS_BETWEEN = 20.0
JITTER = 0.5


@contextmanager
def explained() -> Iterator[None]:
    """Turn what a person can act on into a failure that reads as its sentence, and ask again for what may pass by itself.

    What may pass is asked for again here and not by a retry policy on the asset: a policy repeats every exception, also a
    keyboard interrupt, and cannot wait as long as a provider asks.
    """
    try:
        yield
    except dg.Failure:
        raise
    except Exception as failure:
        from igny8_assets.known_failures import is_transient, sentence, wait_asked_for

        if is_transient(failure):
            # Runs that were refused together must not come back together.
            usual = SECONDS_BETWEEN * random.uniform(1 - JITTER, 1 + JITTER)
            raise dg.RetryRequested(RETRIES, seconds_to_wait=max(usual, wait_asked_for(failure))) from failure
        raise dg.Failure(description=sentence(failure), allow_retries=False) from failure
